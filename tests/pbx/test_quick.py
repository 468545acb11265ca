"""A fast handful on a real Asterisk with real phones: enough to see at every test run that telephony works."""

from __future__ import annotations

from msgspec.structs import replace

from app.call.call import Talking
from app.call.events import ConsultAsked, HangUpAsked
from app.call.legs import Prompt
from app.call.policy import Keys
from tests.pbx import ports
from tests.pbx.acts import answered_in_the_menu, both_back, hear_each_other, talking
from tests.pbx.asterisk import Pbx
from tests.pbx.phone import refusing
from tests.pbx.records import TALKED, Record
from tests.pbx.scene import scene
from tests.pbx.stage import MENU, Stage, house, hurried, linked, phones
from tests.pbx.wire import traced


async def test_a_caller_presses_a_key_the_agent_answers_and_both_hear_each_other(stage: Stage) -> None:
    async with phones(stage, "101", "caller") as (bart, caller):
        await stage.ready("bart")
        await answered_in_the_menu(stage, caller, bart, MENU)
        call = await stage.phase(Talking)
        await stage.clicks(HangUpAsked(call.id, "bart"))
        await caller.over()
        await stage.ends(TALKED)


async def test_a_colleague_declines_and_the_caller_is_back_with_the_agent(stage: Stage) -> None:
    async with refusing(stage.pbx.sip, "104", "603 Decline"), phones(stage, "101", "caller") as (bart, caller):
        call = await talking(stage, caller, bart)
        await stage.clicks(ConsultAsked(call, "bart", "piet"))
        await both_back(stage, caller, bart, "declined")
        await caller.hangs_up()
        await bart.over()
        await stage.ends(Record("bart answered, piet declined", "piet declined", "piet promised", "bart"))


async def test_a_caller_hangs_up_while_the_agent_s_phone_rings_and_it_rings_no_more(stage: Stage) -> None:
    async with scene(stage) as story:
        await story.to("ringing")
        await story.leaves(story.caller, story.bart)
        await stage.ends(Record("bart cancelled"))


async def test_a_forbidden_number_after_the_transfer_code_is_not_dialled(
    pbx: Pbx, database: str, service_port: int
) -> None:
    rules = replace(hurried(), keys=Keys("*7", "*8"))
    async with house(database, pbx, service_port, given=rules) as stage:
        await linked(stage)
        async with traced(pbx) as trace, phones(stage, "101", "caller") as (bart, caller):
            await talking(stage, caller, bart)
            await bart.presses("*7112#")
            await stage.until(lambda c: any(isinstance(leg.doing, Prompt) for leg in c.legs))
            assert await stage.pool.fetch("SELECT 1 FROM events WHERE because->>'code' = 'transfer_key.forbidden'")
            await stage.until(lambda c: all(leg.joined for leg in c.legs))
            await hear_each_other(caller, bart)
            await caller.hangs_up()
            await bart.over()
            await stage.ends(TALKED)
    assert [message for message in trace.sent(ports.trunk()) if message.startswith("INVITE")] == []
