"""The shipped script that fills in the configuration; no Asterisk is needed to see what it writes and refuses."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from tests.pbx.asterisk import PHONE_SECRET, SHIPPED
from tests.pbx.deployed import fill

GIVEN = {
    "TRUNK": "ip", "SERVICE": "wss://warmlijn.example.nl", "CENTRE": "voorbeeldstad", "TRUNK_HOST": "192.0.2.1",
    "SOUNDS": "/srv/sounds", "FRONT_DESK": "PJSIP/101&PJSIP/102",
}  # fmt: skip
SAYS = """\
[x] NOTICE: Request 'INVITE' from '"J. d'Arc" <sip:0612345678@x>' failed for '192.0.2.9:5060' (callid: 1) - No match
[x] WARNING: set_id_from_hdr: CallerID Name 'J. d'Arc' for number '0612345678' has invalid UTF-8 characters
Asterisk Ready.
"""


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
    done = fill(tmp_path / "etc", **GIVEN)
    assert done.returncode == 0, done.stderr
    written = {file.name: file.read_text() for file in (tmp_path / "etc").iterdir()}
    assert f"password = {PHONE_SECRET}-link_secret" in written["websocket_client.conf"]
    assert "tls_enabled = yes" in written["websocket_client.conf"]
    assert "Dial(PJSIP/101&PJSIP/102,25,i" in written["extensions.conf"]
    assert "trunk-registration.conf" not in written
    assert not re.search(r"^[^;\n]*@[A-Z_]+@", "\n".join(written.values()), re.MULTILINE)
    assert {file.stat().st_mode & 0o077 for file in (tmp_path / "etc").iterdir()} == {0}


def test_the_container_says_from_which_address_somebody_was_refused_and_not_who(tmp_path: Path) -> None:
    (tmp_path / "says").write_text(SAYS)
    (tmp_path / "asterisk").write_text(f"#!/bin/sh\ncat {tmp_path}/says\n")
    (tmp_path / "asterisk").chmod(0o755)
    secrets = dict.fromkeys(("LINK_SECRET", "PHONE_101_PASSWORD", "PHONE_102_PASSWORD"), PHONE_SECRET)
    places = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "CONFIGURATION": str(SHIPPED), "ETC": str(tmp_path / "etc")}
    done = subprocess.run(
        [SHIPPED / "start"], env={**GIVEN, **secrets, **places}, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [
        "[x] NOTICE: Request 'INVITE' from '' failed for '192.0.2.9:5060' (callid: 1) - No match", "Asterisk Ready.",
    ]  # fmt: skip
