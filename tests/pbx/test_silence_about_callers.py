"""Names that no phone would send: the phone shows what can be shown, and nobody writes down who called."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import structlog

from app.call.call import Ended, Talking
from app.providers.demo.server import free_port
from app.providers.numbers import LONGEST_NAME
from tests.pbx import asterisk
from tests.pbx.asterisk import HERE, SHIPPED, Pbx
from tests.pbx.deployed import deployed
from tests.pbx.phone import Phone
from tests.pbx.stage import DIRECT, house, linked

pytestmark = pytest.mark.pbx
NAME, NUMBER = "Wilhelmina", "0612345678"


NAMES = {"very long": f"{NAME} ".encode() * 1000, "in another alphabet": f"{NAME} José".encode("latin-1")}
UNASKED = b"set_id_from_hdr"
"""Asterisk itself warns of such a name, with name and number: the container leaves that line out."""


async def calls(ours: Pbx, provider: int, name: bytes) -> asyncio.subprocess.Process:
    """The citizen calls through the trunk, and hangs up after two seconds of talking."""
    text = (HERE / "sipp" / "caller.xml").read_bytes().replace(b"J. de Vries", name)
    (ours.folder / "call.xml").write_bytes(text)
    return await asyncio.create_subprocess_exec(
        "sipp", ours.sip, "-sf", "call.xml", "-s", DIRECT.replace("+31", "0"), "-i", "127.0.0.1", "-p", str(provider),
        "-m", "1", "-d", "4000", "-nostdin", "-timeout", "30s", cwd=ours.folder, stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip


def written(file: Path) -> bytes:
    """What stands in it, but for that line."""
    return b"\n".join(line for line in file.read_bytes().splitlines() if UNASKED not in line)


@pytest.mark.parametrize("name", NAMES)
async def test_the_phone_shows_the_name_and_nobody_writes_down_who_called(
    tmp_path: Path, database: str, name: str
) -> None:
    if why := asterisk.missing():
        pytest.skip(why)
    port, provider = free_port(), free_port()
    words = {"TRUNK_HOST": f"127.0.0.1:{provider}"}
    with structlog.testing.capture_logs() as logged:
        async with (
            deployed(tmp_path / "ours", "ip", f"ws://127.0.0.1:{port}", words) as ours,
            house(database, ours, port) as stage,
            Phone(ours.sip, "101") as bart,
        ):
            await linked(stage)
            await bart.registered()
            await stage.ready("bart")
            citizen = await calls(ours, provider, NAMES[name])
            rings = await bart.rings()
            await bart.accepts()
            await stage.phase(Talking)
            await bart.over()
            await stage.phase(Ended)
            assert await citizen.wait() == 0
            assert rings["peerdisplayname"].startswith(NAME)
            assert len(rings["peerdisplayname"]) <= LONGEST_NAME
            assert NUMBER[1:] in rings["peeruri"]
    assert logged
    assert not [entry for entry in logged if NAME in str(entry) or NUMBER[1:] in str(entry)]
    assert UNASKED in ours.log.read_bytes()
    assert f"/{UNASKED.decode()}/d" in (SHIPPED / "start").read_text()
    (ours.folder / "call.xml").unlink()
    told = [file for file in ours.folder.rglob("*") if file.is_file() and not file.is_symlink()]
    assert ours.log in told
    assert not [file for file in told if NAME.encode() in (text := written(file)) or NUMBER[1:].encode() in text]
