"""A fast handful on a real Asterisk with real phones: enough to see at every test run that telephony works."""

from __future__ import annotations

from app.call.call import Ended, Talking
from app.call.events import HangUpAsked
from tests.pbx.acts import answered_in_the_menu
from tests.pbx.stage import MENU, Stage, phones


async def test_a_caller_presses_a_key_the_agent_answers_and_both_hear_each_other(stage: Stage) -> None:
    async with phones(stage, "101", "caller") as (bart, caller):
        await stage.ready("bart")
        await answered_in_the_menu(stage, caller, bart, MENU)
        call = await stage.phase(Talking)
        await stage.clicks(HangUpAsked(call.id, "bart"))
        await caller.over()
        await stage.phase(Ended)
        assert caller.longest_silence <= 2.0
