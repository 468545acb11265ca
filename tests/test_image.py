"""The images hold all that they need, may write to nothing but their data, and compose.yaml lets them do no more."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.__main__ import GRACE
from app.engine.engine import PATIENCE
from app.store import database, embedded
from app.workers import outgoing
from app.workers.switch_link import FAREWELL

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


def locked(file: str) -> dict[str, str]:
    """The names of a lock file and their versions."""
    return dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE))


DEPENDENCIES = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]


@pytest.mark.parametrize("dependency", DEPENDENCIES)
def test_the_image_holds_what_the_package_needs_as_it_was_tried(dependency: str) -> None:
    name = re.split(r"[\[<>=~!; ]", dependency, maxsplit=1)[0]
    assert locked("requirements.lock")[name] == locked("requirements-dev.lock")[name]


DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def run(command: list[Path | str], cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"], **environment}
    return subprocess.run(
        command, cwd=cwd, env=env, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )


def test_what_the_image_of_asterisk_copies_becomes_asterisk_by_itself(tmp_path: Path) -> None:
    """With the secrets made for compose.yaml, and the variables it gives; `asterisk` here only says its name."""
    image, etc, programs = tmp_path / "image", tmp_path / "etc", tmp_path / "bin"
    image.mkdir()
    programs.mkdir()
    copied = re.findall(r"^COPY (.+) /srv/asterisk/$", (DEPLOY / "asterisk/Dockerfile").read_text(), re.MULTILINE)
    for pattern in copied[0].split():
        for file in (DEPLOY / "asterisk").glob(pattern):
            shutil.copy(file, image)
    (programs / "asterisk").write_text('#!/bin/sh\necho "asterisk $*"\n')
    (programs / "asterisk").chmod(0o755)
    secrets = tmp_path / "secrets"
    assert run([DEPLOY / "make-compose-secrets", secrets], tmp_path).returncode == 0
    assert secrets.stat().st_mode & 0o077 == 0
    given = dict.fromkeys(SERVICES["asterisk"]["environment"], "") | {
        "SERVICE": SERVICES["asterisk"]["environment"]["SERVICE"], "SOUNDS": "/sounds", "CENTRE": "stad", "TRUNK": "ip",
        "TRUNK_HOST": "192.0.2.1", "FRONT_DESK": "PJSIP/101", "SYSTEM_NAME": "pbx", "SECRETS": str(secrets),
        "CONFIGURATION": str(tmp_path / "none"), "ETC": str(etc), "PATH": f"{programs}:{os.environ['PATH']}",
    }  # fmt: skip
    done = run([image / "start"], tmp_path, **given)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"asterisk -f -n -C {etc}/asterisk.conf\n"
    assert (secrets / "link_secret").read_text().strip() in (etc / "websocket_client.conf").read_text()
    again = (secrets / "person_key").read_text()
    assert run([DEPLOY / "make-compose-secrets", secrets], tmp_path).returncode == 0
    assert (secrets / "person_key").read_text() == again
    assert run([image / "start"], tmp_path, **given | {"FRONT_DESK": ""}).returncode == 1


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_writes_nowhere_but_in_its_volumes_and_has_no_rights(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    own = DEPLOY / "asterisk/Dockerfile" if name == "asterisk" else ROOT / "Dockerfile"
    assert "healthcheck" in service or "HEALTHCHECK" in own.read_text()
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))
    for secret in service["secrets"]:
        assert COMPOSE["secrets"][secret] == {"file": f"secrets/{secret}"}


def test_a_stop_may_take_as_long_as_the_service_may_need() -> None:
    """One after the other; what is being told has one second, each of two pools its own time."""
    worst = FAREWELL + GRACE + 1.0 + outgoing.SECONDS + PATIENCE + 2 * database.SECONDS + embedded.STOP_SECONDS
    documented = re.findall(r"docker run .*--stop-timeout (\d+) ", DOCKERFILE)
    assert len(documented) == DOCKERFILE.count("docker run ")
    assert all(int(seconds) > worst for seconds in documented)
    assert int(SERVICES["service"]["stop_grace_period"].removesuffix("s")) > worst


def test_no_secret_stands_in_compose_yaml_and_each_is_made() -> None:
    made = set(re.findall(r"^\s*keep (\w+)", (DEPLOY / "make-compose-secrets").read_text(), re.MULTILINE))
    assert made == set(COMPOSE["secrets"])
    for service in SERVICES.values():
        for variable, value in service["environment"].items():
            if re.search("PASSWORD|SECRET|KEY|URL_FILE", variable) and variable != "SIP_KEY":
                assert value.startswith("/run/secrets/"), variable


def test_compose_yaml_names_only_settings_that_exist_and_files_that_are_there() -> None:
    read = set(re.findall(r'"([A-Z]+(?:_[A-Z]+)+)"', (ROOT / "app/settings/reading.py").read_text(encoding="utf-8")))
    given = {name.removesuffix("_FILE") for name in SERVICES["service"]["environment"]}
    assert given <= read
    words = set(re.findall(r"@([A-Z0-9_]+)@", "".join(f.read_text() for f in (DEPLOY / "asterisk").glob("*.conf"))))
    assert set(SERVICES["asterisk"]["environment"]) <= words
    for service in SERVICES.values():
        for part in service.get("volumes", ()):
            source = part.partition(":")[0]
            assert source in COMPOSE["volumes"] or source.startswith("${POLICY") or (DEPLOY / source).is_dir()
    asked = set(re.findall(r"\$\{([A-Z_]+):\?", (DEPLOY / "compose.yaml").read_text()))
    assert asked <= set(re.findall(r"^([A-Z_]+)=", (DEPLOY / "compose.env").read_text(), re.MULTILINE))


def test_every_script_is_one_that_shellcheck_accepts() -> None:
    if shutil.which("shellcheck") is None:
        pytest.skip("shellcheck is not installed: apt-get install shellcheck")
    scripts = [ROOT / ".ci/run", *(file for file in DEPLOY.rglob("*") if file.is_file() and not file.suffix
                                   and file.read_bytes().startswith(b"#!/bin/bash"))]
    assert len(scripts) > 5
    done = subprocess.run(["shellcheck", *scripts], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
