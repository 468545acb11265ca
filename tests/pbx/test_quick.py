"""A fast handful on a real Asterisk with real phones: enough to see at every test run that telephony works."""

from __future__ import annotations

import asyncio

from app.call.call import Choosing, Ended, Talking
from app.call.events import HangUpAsked
from tests.pbx.stage import MENU, Stage, phones


async def test_a_caller_presses_a_key_the_agent_answers_and_both_hear_each_other(stage: Stage) -> None:
    async with phones(stage, "101", "caller") as (bart, caller):
        await stage.ready("bart")
        await caller.dials(MENU)
        await caller.saw("CALL_ESTABLISHED")
        await stage.phase(Choosing)
        await caller.spoken_to()
        await caller.presses("1")
        await bart.rings()
        await bart.accepts()
        call = await stage.phase(Talking)
        heard = await asyncio.gather(caller.hears(), bart.hears())
        assert [set(each) for each in heard] == [{"101"}, {"caller"}]
        await stage.clicks(HangUpAsked(call.id, "bart"))
        await caller.over()
        await stage.phase(Ended)
        assert caller.longest_silence <= 2.0
