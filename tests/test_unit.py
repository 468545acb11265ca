"""The unit for systemd that we ship: systemd understands every line of it, and it does what the documentation says."""

from __future__ import annotations

import configparser
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SHIPPED = Path(__file__).parents[1] / "deploy" / "warmlijn.service"
ANALYZE = shutil.which("systemd-analyze")
MISSING = "systemd-analyze is not here (apt-get install systemd)"
needs_systemd = pytest.mark.skipif(ANALYZE is None and os.environ.get("CI") != "1", reason=MISSING)
EXPOSED = 20
"""Tenths of the most exposed unit that there can be (100)."""


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """As it would be here: with a program that there is."""
    text = SHIPPED.read_text(encoding="utf-8").replace("/opt/warmlijn/.venv/bin/python", sys.executable)
    (tmp_path / SHIPPED.name).write_text(text, encoding="utf-8")
    return tmp_path / SHIPPED.name


def analyzed(*arguments: str) -> str:
    """What systemd says, which is nothing when all is right."""
    assert ANALYZE is not None, MISSING
    done = subprocess.run([ANALYZE, *arguments], capture_output=True, text=True, timeout=60, check=False)
    return f"{done.returncode} {done.stderr}".strip()


@needs_systemd
def test_systemd_understands_every_line(unit: Path) -> None:
    assert analyzed("verify", "--man=no", str(unit)) == "0"


@needs_systemd
def test_it_has_few_rights(unit: Path) -> None:
    assert analyzed("security", "--offline=true", f"--threshold={EXPOSED}", str(unit)).startswith("0")


def test_a_process_that_hangs_is_killed_and_started_again() -> None:
    """Not by a signal that a stopped process only gets when it goes on."""
    read = configparser.ConfigParser(strict=False, interpolation=None)
    read.optionxform = str  # type: ignore[assignment, method-assign]
    read.read_string(SHIPPED.read_text(encoding="utf-8"))
    service = read["Service"]
    assert (service["Type"], service["Restart"]) == ("notify", "always")
    assert (service["WatchdogSec"], service["WatchdogSignal"]) == ("4", "SIGKILL")
    assert service["User"] == "warmlijn"
