"""Stories on real SIP: who rang how long, who hears whom, and what is owed afterwards. Each leaves the switch empty."""

from __future__ import annotations

import asyncio
import time

import asyncpg
import pytest

from app.call.call import Choosing, Connected, Consulting, Degraded, Ended, Offering, Talking
from app.call.events import CompleteAsked, ConsultAsked, HangUpAsked, SwapAsked, ThreeWayAsked
from app.call.legs import InRoom, Music
from tests.pbx.phone import Phone, refusing
from tests.pbx.stage import CYCLE, DIRECT, MENU, Stage, phones

pytestmark = pytest.mark.pbx


async def hear(**who: Phone) -> dict[str, set[str]]:
    """Who each of these hears."""
    heard = await asyncio.gather(*(phone.hears() for phone in who.values()))
    return {name: set(each) for name, each in zip(who, heard, strict=True)}


async def talking(stage: Stage, caller: Phone, bart: Phone) -> str:
    """The caller speaks with Bart; the id of the call."""
    await stage.ready("bart")
    await caller.dials(DIRECT)
    await bart.rings()
    await bart.accepts()
    return (await stage.phase(Talking)).id


async def consulting(stage: Stage, call: str, ans: Phone) -> None:
    """Bart speaks with Ans, the caller hears music."""
    await stage.clicks(ConsultAsked(call, "bart", "ans"))
    await ans.rings()
    await ans.accepts()
    await stage.until(lambda c: isinstance(c.phase, Consulting) and c.phase.stage == "speaking")


async def both_back(stage: Stage, caller: Phone, bart: Phone, failed: str) -> None:
    """Caller and Bart hear each other again, and a callback is pending."""
    call = await stage.phase(Talking)
    assert isinstance(call.phase, Talking)
    assert call.phase.failed == failed
    assert await hear(caller=caller, bart=bart) == {"caller": {"101"}, "bart": {"caller"}}
    assert [callback.status for callback in await stage.callbacks()] == ["pending"]


async def test_the_menu_leads_by_key_to_the_social_office(stage: Stage) -> None:
    async with phones(stage, "105", "caller") as (joke, caller):
        await stage.ready("joke")
        await caller.dials(MENU)
        await stage.phase(Choosing)
        await caller.spoken_to()
        await caller.presses("2")
        await joke.rings()
        await joke.accepts()
        call = await stage.phase(Talking)
        assert (call.office, call.topic) == ("sociaal", "wmo")
        assert await hear(caller=caller, joke=joke) == {"caller": {"105"}, "joke": {"caller"}}
        await caller.hangs_up()
        await joke.over()


async def test_the_first_agent_rings_until_withdrawn_and_the_second_answers(stage: Stage) -> None:
    async with phones(stage, "101", "102", "caller") as (bart, fatima, caller):
        await stage.ready("bart", "fatima")
        await caller.dials(DIRECT)
        first, second = (bart, fatima) if await _first(bart, fatima) == "101" else (fatima, bart)
        rang = await first.rang()
        assert abs(rang - 2.8 * CYCLE) < 0.35, rang
        await second.rings()
        await second.accepts()
        await stage.phase(Talking)
        assert await hear(caller=caller, second=second) == {"caller": {second.who}, "second": {"caller"}}
        assert [outcome for _, outcome, _ in await stage.outcomes()] == ["no_answer", "answered"]
        assert caller.longest_silence <= 2.0
        await caller.hangs_up()
        await second.over()


async def _first(*phones: Phone) -> str:
    rings = [asyncio.create_task(phone.rings()) for phone in phones]
    done, waiting = await asyncio.wait(rings, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    return phones[rings.index(done.pop())].who


async def test_a_warm_transfer_is_completed(stage: Stage) -> None:
    async with phones(stage, "101", "103", "caller") as (bart, ans, caller):
        call = await talking(stage, caller, bart)
        await stage.clicks(ConsultAsked(call, "bart", "ans"))
        await ans.rings()
        assert await hear(caller=caller) == {"caller": {"music"}}
        await ans.accepts()
        await stage.until(lambda c: isinstance(c.phase, Consulting) and c.phase.stage == "speaking")
        assert await hear(caller=caller, bart=bart, ans=ans) == {"caller": {"music"}, "bart": {"103"}, "ans": {"101"}}
        await stage.clicks(SwapAsked(call, "bart"))
        heard = await hear(caller=caller, bart=bart, ans=ans)
        assert heard == {"caller": {"101"}, "bart": {"caller"}, "ans": {"music"}}
        await stage.clicks(ThreeWayAsked(call, "bart"))
        heard = await hear(caller=caller, bart=bart, ans=ans)
        assert heard == {"caller": {"101", "103"}, "bart": {"caller", "103"}, "ans": {"caller", "101"}}
        await stage.clicks(CompleteAsked(call, "bart"))
        await bart.over()
        await stage.until(lambda c: isinstance(c.phase, Connected) and c.phase.stable)
        assert await hear(caller=caller, ans=ans) == {"caller": {"103"}, "ans": {"caller"}}
        assert caller.longest_silence <= 2.0
        await ans.hangs_up()
        await caller.over()
        await stage.phase(Ended)
        assert (await stage.agent("bart")).state in ("wrap_up", "ready")
        assert await stage.callbacks() == []


async def test_a_busy_colleague_brings_the_caller_back(stage: Stage) -> None:
    async with phones(stage, "101", "103", "caller") as (bart, ans, caller):
        call = await talking(stage, caller, bart)
        await stage.clicks(ConsultAsked(call, "bart", "ans"))
        await ans.rings()
        await ans.hangs_up()
        await both_back(stage, caller, bart, "busy")
        await caller.hangs_up()
        await bart.over()


async def test_a_colleague_who_declines_brings_the_caller_back(stage: Stage) -> None:
    async with phones(stage, "101", "caller") as (bart, caller), refusing(stage.pbx.sip, "103", "603 Decline"):
        call = await talking(stage, caller, bart)
        await stage.clicks(ConsultAsked(call, "bart", "ans"))
        await both_back_soon(stage, caller, bart, "declined")


async def both_back_soon(stage: Stage, caller: Phone, bart: Phone, failed: str) -> None:
    await both_back(stage, caller, bart, failed)
    await caller.hangs_up()
    await bart.over()


async def test_a_colleague_who_does_not_answer_brings_the_caller_back(stage: Stage) -> None:
    async with phones(stage, "101", "103", "caller") as (bart, ans, caller):
        call = await talking(stage, caller, bart)
        await stage.clicks(ConsultAsked(call, "bart", "ans"))
        rang = await ans.rang()
        assert abs(rang - 2.8 * CYCLE) < 0.35, rang
        await both_back_soon(stage, caller, bart, "no_answer")


async def test_a_colleague_without_a_phone_brings_the_caller_back_at_once(stage: Stage) -> None:
    async with phones(stage, "101", "caller") as (bart, caller):
        call = await talking(stage, caller, bart)
        await stage.clicks(ConsultAsked(call, "bart", "piet"))
        await both_back_soon(stage, caller, bart, "unreachable")


async def test_a_dead_phone_of_a_colleague_is_unreachable(stage: Stage) -> None:
    async with phones(stage, "101", "103", "caller") as (bart, ans, caller):
        call = await talking(stage, caller, bart)
        await ans.unplug()
        await stage.clicks(ConsultAsked(call, "bart", "ans"))
        await both_back_soon(stage, caller, bart, "unreachable")


async def test_the_caller_hangs_up_while_the_colleague_rings(stage: Stage) -> None:
    async with phones(stage, "101", "103", "caller") as (bart, ans, caller):
        call = await talking(stage, caller, bart)
        await stage.clicks(ConsultAsked(call, "bart", "ans"))
        await ans.rings()
        began = time.monotonic()
        await caller.hangs_up()
        assert (await ans.over())["at"] - began < 1.0
        await bart.over()
        await stage.phase(Ended)
        assert [callback.status for callback in await stage.callbacks()] == ["promised"]


async def test_the_caller_hangs_up_while_an_agent_rings(stage: Stage) -> None:
    async with phones(stage, "101", "caller") as (bart, caller):
        await stage.ready("bart")
        await caller.dials(DIRECT)
        await bart.rings()
        began = time.monotonic()
        await caller.hangs_up()
        assert (await bart.over())["at"] - began < 1.0
        await stage.phase(Ended)
        assert (await stage.agent("bart")).state == "ready"


async def test_the_caller_hangs_up_in_the_consult(stage: Stage) -> None:
    async with phones(stage, "101", "103", "caller") as (bart, ans, caller):
        call = await talking(stage, caller, bart)
        await consulting(stage, call, ans)
        await caller.hangs_up()
        await asyncio.gather(bart.over(), ans.over())
        await stage.phase(Ended)


async def test_the_agent_drops_while_the_colleague_rings_who_then_takes_the_caller(stage: Stage) -> None:
    async with phones(stage, "101", "103", "caller") as (bart, ans, caller):
        call = await talking(stage, caller, bart)
        await stage.clicks(ConsultAsked(call, "bart", "ans"))
        await ans.rings()
        await bart.hangs_up()
        await ans.accepts()
        await stage.phase(Connected)
        assert await hear(caller=caller, ans=ans) == {"caller": {"103"}, "ans": {"caller"}}
        await caller.hangs_up()
        await ans.over()


async def test_a_colleague_who_leaves_at_once_brings_the_caller_back_to_the_line(stage: Stage) -> None:
    async with phones(stage, "101", "102", "103", "caller") as (bart, fatima, ans, caller):
        call = await talking(stage, caller, bart)
        await consulting(stage, call, ans)
        await stage.clicks(CompleteAsked(call, "bart"))
        await stage.phase(Connected)
        await ans.hangs_up()
        await stage.ready("fatima")
        await fatima.rings()
        await fatima.accepts()
        await stage.phase(Talking)
        assert await hear(caller=caller, fatima=fatima) == {"caller": {"102"}, "fatima": {"caller"}}
        assert caller.longest_silence <= 2.0
        await caller.hangs_up()
        await fatima.over()


async def test_a_waiting_caller_hears_music_until_an_agent_is_ready(stage: Stage) -> None:
    async with phones(stage, "101", "caller") as (bart, caller):
        await caller.dials(DIRECT)
        await stage.until(lambda c: isinstance(c.legs[0].doing, Music))
        assert await hear(caller=caller) == {"caller": {"music"}}
        await stage.ready("bart")
        await bart.rings()
        await bart.accepts()
        call = await stage.phase(Talking)
        await stage.clicks(HangUpAsked(call.id, "bart"))
        await caller.over()
        assert caller.longest_silence <= 2.0


async def test_a_caller_with_odd_signs_in_the_name_and_one_who_hides_the_number(stage: Stage) -> None:
    async with phones(stage, "101", "caller", name="Zoë d'Ñ-<b>'t Hof & Zn.") as (bart, caller):
        await talking(stage, caller, bart)
        names = await stage.pool.fetch("SELECT ref, value FROM names")
        assert any(row["ref"].endswith(".number") and row["value"] == "+31612345678" for row in names)
        await caller.hangs_up()
        await bart.over()
    async with phones(stage, "101", "caller", caller="anonymous") as (bart, caller):
        await caller.dials(DIRECT)
        call = await stage.phase(Offering)
        assert call.number.kind == "withheld"
        await caller.hangs_up()
        await bart.over()


async def test_an_agent_who_hangs_up_while_talking_rounds_off(stage: Stage) -> None:
    async with phones(stage, "101", "caller") as (bart, caller):
        await talking(stage, caller, bart)
        await bart.hangs_up()
        await caller.over()
        await stage.phase(Ended)


async def test_the_transfer_key_of_the_phone_starts_our_warm_transfer(stage: Stage) -> None:
    async with phones(stage, "101", "103", "caller") as (bart, ans, caller):
        await talking(stage, caller, bart)
        await bart.command("transfer", f"sip:103@{stage.pbx.sip}")
        await ans.rings()
        assert await hear(caller=caller) == {"caller": {"music"}}
        await ans.accepts()
        await stage.until(lambda c: isinstance(c.phase, Consulting) and c.phase.stage == "speaking")
        assert await hear(caller=caller, bart=bart, ans=ans) == {"caller": {"music"}, "bart": {"103"}, "ans": {"101"}}
        await caller.hangs_up()
        await asyncio.gather(bart.parted(), ans.over())


async def test_the_transfer_key_to_nobody_we_know_changes_nothing(stage: Stage) -> None:
    async with phones(stage, "101", "caller") as (bart, caller):
        await talking(stage, caller, bart)
        await bart.command("transfer", f"sip:09001234@{stage.pbx.sip}")
        await asyncio.sleep(1.0)
        assert await hear(caller=caller, bart=bart) == {"caller": {"101"}, "bart": {"caller"}}
        await caller.hangs_up()
        await bart.parted()


async def test_the_hold_key_of_the_phone_gives_the_caller_music(stage: Stage) -> None:
    async with phones(stage, "101", "caller") as (bart, caller):
        await talking(stage, caller, bart)
        await bart.command("hold")
        await stage.until(lambda c: isinstance(c.legs[0].doing, Music))
        assert await hear(caller=caller) == {"caller": {"music"}}
        await bart.command("resume")
        await stage.until(lambda c: isinstance(c.legs[0].doing, InRoom))
        assert await hear(caller=caller) == {"caller": {"101"}}  # baresip records no more after a hold of its own
        await caller.hangs_up()
        await bart.over()


async def test_the_agent_drops_in_the_consult_and_the_colleague_takes_the_caller(stage: Stage) -> None:
    async with phones(stage, "101", "103", "caller") as (bart, ans, caller):
        call = await talking(stage, caller, bart)
        await consulting(stage, call, ans)
        await bart.hangs_up()
        await stage.phase(Connected)
        assert await hear(caller=caller, ans=ans) == {"caller": {"103"}, "ans": {"caller"}}
        assert caller.longest_silence <= 2.0
        await caller.hangs_up()
        await ans.over()


async def test_a_phone_that_goes_away_is_not_rung_and_one_that_comes_back_is(stage: Stage) -> None:
    async with phones(stage, "102", "caller") as (fatima, caller):
        async with phones(stage, "101"):
            await stage.ready("bart", "fatima")
        await until_agent(stage, "bart", "not_ready")
        await caller.dials(DIRECT)
        await fatima.rings()
        async with phones(stage, "101"):
            await until_agent(stage, "bart", "ready")
        await caller.hangs_up()
        await fatima.over()
        assert [party for party, *_ in await stage.outcomes()] == ["fatima"]


async def until_agent(stage: Stage, agent: str, state: str) -> None:
    async with asyncio.timeout(8):
        while (await stage.agent(agent)).state != state:
            await asyncio.sleep(0.05)


async def test_the_database_stands_still_and_the_dialplan_takes_a_new_caller_and_one_in_the_menu(stage: Stage) -> None:
    async with phones(stage, "101", "102", "caller") as (bart, _, caller):
        await caller.dials(MENU)
        await stage.phase(Choosing)
        await caller.spoken_to()
        locked = await asyncpg.connect(stage.database)
        try:
            async with locked.transaction():
                await locked.execute("SELECT 1 FROM centres FOR UPDATE")
                began = time.monotonic()
                await caller.presses("1")
                first = await bart.rings()
                assert first["at"] - began < 2.0
                await bart.accepts()
                assert await hear(caller=caller, bart=bart) == {"caller": {"101"}, "bart": {"caller"}}
        finally:
            await locked.close()
        await stage.phase(Degraded)
        await caller.hangs_up()
        await bart.over()
