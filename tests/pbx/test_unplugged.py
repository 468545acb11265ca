"""A phone that is unplugged, with the shipped configuration: its agent is not ready, and somebody else is rung."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from app.call.call import Ended
from app.providers.demo.server import free_port
from tests.pbx import asterisk
from tests.pbx.acts import answered_in_the_menu
from tests.pbx.deployed import lines
from tests.pbx.phone import Phone
from tests.pbx.records import Record
from tests.pbx.stage import MENU, house, linked

pytestmark = pytest.mark.pbx
NOTICED = 40.0
"""Seconds within which Asterisk must have found out by itself; it asks every fifteen (phones.conf)."""


async def test_the_agent_of_an_unplugged_phone_is_not_ready_and_the_next_call_rings_another(
    request: pytest.FixtureRequest, tmp_path: Path, database: str
) -> None:
    if why := asterisk.missing():
        pytest.skip(why)
    port = free_port()
    async with (
        lines(tmp_path, f"ws://127.0.0.1:{port}", "ip") as (ours, theirs),
        house(database, ours, port) as stage,
        Phone(ours.sip, "101") as bart,
        Phone(ours.sip, "102") as fatima,
        Phone(theirs.sip, "caller", number="0612345678") as caller,
    ):
        stage.callers.append(caller)
        await linked(stage)
        await asyncio.gather(bart.registered(), fatima.registered())
        await stage.ready("bart", "fatima")
        began = time.monotonic()
        await bart.unplug()
        async with asyncio.timeout(NOTICED):
            while (await stage.agent("bart")).state != "not_ready":
                await asyncio.sleep(0.1)
        assert (await stage.agent("bart")).reason == "unreachable"
        request.node.user_properties.append(("an unplugged phone is noticed", time.monotonic() - began))
        await answered_in_the_menu(stage, caller, fatima, MENU)
        await caller.hangs_up()
        await fatima.over()
        await stage.phase(Ended)
        await stage.ends(Record("fatima answered", owes="fatima", agents="bart not_ready"))
