"""The benchmark runs, and writes what it says it writes. Its figures are no matter of a test."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bench.results import Result, line

ROOT = Path(__file__).parent.parent


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed: apt-get install wrk")
def test_a_short_run_writes_its_figures(tmp_path: Path) -> None:
    out = tmp_path / "results.json"
    command = [sys.executable, "-m", "bench", "--only", "rules", "rates", "--quick", "--out", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode in (0, 1), done.stderr
    found = {row["name"]: row for row in json.loads(out.read_text())}
    assert all(set(row) == {"name", "value", "unit", "bound", "ok"} for row in found.values())
    for exact in ("answers that are not 2xx", "events in quarantine", "commands waiting 5 s after a run, at worst"):
        assert found[exact]["ok"], done.stdout
    assert found["requests/s to the floor, 64 connections"]["bound"] == ">= 0.8"


@pytest.mark.parametrize(
    ("bound", "value", "ok"),
    [("<= 1", 1, True), ("<= 1", 2, False), (">= 1", 0, False), ("< 1", 1, False), ("= 0", 1, False), ("", 9, True)],
)
def test_a_figure_outside_its_bound_is_marked(bound: str, value: float, ok: bool) -> None:
    result = Result("figure", value, "us", bound)
    assert result.ok is ok
    assert line(result).startswith("NO") is not ok
