"""The image of the Dockerfile holds all that the service needs, and nothing it may write to but its data."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COPIED = re.findall(r"^COPY (?!--from)(\S+) /srv/warmlijn/(\S*)$", DOCKERFILE, re.MULTILINE)


def test_what_is_copied_runs_by_itself(tmp_path: Path) -> None:
    for source, target in COPIED:
        found = ROOT / source
        if found.is_dir():
            shutil.copytree(found, tmp_path / target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(found, tmp_path / target)
    program = """
import app, app.__main__
from app.store.migrations import FOLDER, read
assert app.__file__.startswith({here!r}), app.__file__
assert str(FOLDER).startswith({here!r}) and read(FOLDER), FOLDER
raise SystemExit(app.__main__.main(["check", "config/routing.yaml"]))
"""
    code = program.format(here=str(tmp_path))
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "in orde" in done.stdout
    assert not list(tmp_path.rglob("__pycache__"))


def test_it_is_an_ordinary_user_with_tini_a_health_check_and_locked_packages() -> None:
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    assert re.search(r"^USER (?!root)\w+$", last, re.MULTILINE)
    assert re.search(r'^ENTRYPOINT \["tini", ', last, re.MULTILINE)
    assert "/health/live" in last
    assert "--require-hashes" in DOCKERFILE
    names = {line.partition("==")[0] for line in (ROOT / "requirements.lock").read_text().splitlines() if "==" in line}
    assert not names & {"pytest", "ruff", "mypy", "hypothesis"}
