"""Whoever has the link's password may tell what they like: the house stays up, and takes the next call."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import structlog

from app.providers.asterisk.reading import READERS
from app.providers.demo.server import free_port
from tests.pbx.asterisk import Pbx
from tests.pbx.forger import Forger, forging
from tests.pbx.stage import Stage, house

pytestmark = pytest.mark.pbx
LINE = "a" * 20 + ".2"
TYPES = (*READERS, "ChannelDtmfReceived", "ChannelHangupRequest", "PlaybackStarted", "PlaybackFinished",
         "ChannelLeftBridge", "RESTResponse", "Nonsense", "")  # fmt: skip
ODD: tuple[Any, ...] = (
    None, 0, -1, 1e308, True, "", "\0", "\ud800", "\u202e", "x" * 10_000, LINE, [], [[]], {}, {"id": "\0"},
    {"id": LINE, "state": "\0"}, {"id": "'; DROP TABLE calls; --"}, {"name": "PJSIP/101", "state": "BUSY"},
)  # fmt: skip
FIELDS = (
    "timestamp", "args", "channel", "peer", "forwarded", "bridge", "playback", "device_state", "digit", "cause",
    "refer_to", "referred_by", "replace_channel", "dialstatus", "request_id", "status_code", "message_body",
)  # fmt: skip
TEXTS = ("", "{", "null", "[]", '{"type": 1}', "\0", "x" * 1_000_000, "[" * 100_000, '{"type": "", "channel": {}}')
WHOLE: dict[str, Any] = {
    "timestamp": "2026-11-23T11:29:35.143+0000", "args": ["inbound", "140123"],
    "channel": {"id": LINE, "name": "PJSIP/101-1", "state": "Up", "caller": {"name": "", "number": "0612345678"}},
    "peer": {"id": LINE}, "bridge": {"id": "a" * 20 + "-r1", "channels": []}, "dialstatus": "RINGING",
    "playback": {"id": f"{LINE}_1", "state": "done"}, "device_state": {"name": "PJSIP/101", "state": "BUSY"},
    "digit": "1", "cause": 16,
}  # fmt: skip


HONEST = {"id": "honest-1", "state": "Ring", "caller": {"name": "", "number": "0612345678"}}
CALL = json.dumps({"type": "StasisStart", "args": ["inbound", "140123"], "channel": HONEST})


def forged() -> list[str]:
    """Every kind of event with every odd value in every field, else as it should be; and what is no event."""
    events = [WHOLE | {"type": kind, field: odd} for kind in TYPES for field in FIELDS for odd in ODD]
    return [*TEXTS, *map(json.dumps, events)]


@pytest_asyncio.fixture
async def linked(database: str, tmp_path: Path) -> AsyncIterator[tuple[Stage, Forger]]:
    """A house whose Asterisk is none."""
    port = free_port()
    pbx = Pbx(tmp_path, tmp_path / "sounds", None, (), 0, 0, tmp_path / "log")
    async with (
        house(database, pbx, port) as stage,
        forging(port) as forger,
    ):
        await forger.signs(0)
        yield stage, forger


async def test_nothing_that_is_told_brings_the_house_down(linked: tuple[Stage, Forger]) -> None:
    stage, forger = linked
    with structlog.testing.capture_logs() as logged:
        for text in forged():
            await forger.tells(text)
        await forger.signs(await forger.signs(0) + 1)
        await forger.tells(CALL)
        await stage.until(lambda call: call.dialled == "140123" and call.number.kind == "mobile")
        assert ("POST", "channels/honest-1/answer", {}) in forger.asked
    assert not {"asterisk.event_failed", "asterisk.link_failed"} & {entry["event"] for entry in logged}


async def test_a_second_link_is_asked_nothing_and_believed_nothing_while_the_first_lives(
    linked: tuple[Stage, Forger],
) -> None:
    stage, first = linked
    async with forging(first.port) as second:
        await second.tells(CALL)
        await first.signs(await first.signs(0) + 1)
        assert (second.asked, await stage.calls()) == ([], [])
        await first.leaves()
        await second.signs(0)
        await stage.until(lambda call: call.dialled == "140123")
