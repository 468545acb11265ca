"""The shipped script that fills in the configuration; no Asterisk is needed to see what it writes and refuses."""

from __future__ import annotations

import re
from pathlib import Path

from tests.pbx.asterisk import PHONE_SECRET
from tests.pbx.deployed import fill


def test_all_that_is_missing_is_told_at_once_and_nothing_is_written(tmp_path: Path) -> None:
    done = fill(tmp_path / "etc", SERVICE="ws://service.example.nl", LINK_SECRET="short", FRONT_DESK="a;b", TRUNK="ip")
    assert done.returncode == 1
    assert not (tmp_path / "etc").exists()
    for part in (
        "CENTRE is not set", "PHONE_101_PASSWORD is not set", "SERVICE must begin with wss://",
        "LINK_SECRET is too short", "FRONT_DESK holds a sign",
    ):  # fmt: skip
        assert part in done.stderr
    assert "TRUNK_PASSWORD" not in done.stderr
    assert "short" not in done.stderr.replace("too short", "")


def test_secrets_come_from_files_and_only_the_owner_reads_what_is_written(tmp_path: Path) -> None:
    for name in ("link_secret", "phone_101_password", "phone_102_password"):
        (tmp_path / name).write_text(f"{PHONE_SECRET}-{name}\n")
    done = fill(
        tmp_path / "etc", TRUNK="ip", SERVICE="wss://warmlijn.example.nl", CENTRE="voorbeeldstad",
        TRUNK_HOST="192.0.2.1", SOUNDS="/srv/sounds", FRONT_DESK="PJSIP/101&PJSIP/102",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    written = {file.name: file.read_text() for file in (tmp_path / "etc").iterdir()}
    assert f"password = {PHONE_SECRET}-link_secret" in written["websocket_client.conf"]
    assert "tls_enabled = yes" in written["websocket_client.conf"]
    assert "Dial(PJSIP/101&PJSIP/102,25,i" in written["extensions.conf"]
    assert "trunk-registration.conf" not in written
    assert not re.search(r"^[^;\n]*@[A-Z_]+@", "\n".join(written.values()), re.MULTILINE)
    assert {file.stat().st_mode & 0o077 for file in (tmp_path / "etc").iterdir()} == {0}
