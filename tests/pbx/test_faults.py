"""What breaks: the service is away, hangs, or is there twice; Asterisk dies. Nobody is parted, nobody forgotten."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from app.call.call import Choosing, Ended
from app.call.events import KeysPressed
from tests.pbx.asterisk import Pbx
from tests.pbx.process import Process, process
from tests.pbx.records import DONE, TALKED, Record, Records
from tests.pbx.scene import Scene, scene
from tests.pbx.stage import DIRECT, Stage, house, hurried, linked, signed

pytestmark = pytest.mark.pbx
GONE = 3.5
"""Seconds after which the dialplan no longer believes that the service lives."""


async def kcc_by_the_dialplan(stage: Records, s: Scene) -> None:
    """A new caller: the front office rings at once, and both hear each other."""
    began = time.monotonic()
    await s.caller.dials(DIRECT)
    stage.figures["KCC rings by the dialplan"] = (await s.bart.rings())["at"] - began
    assert stage.figures["KCC rings by the dialplan"] < 2.0
    await s.bart.accepts()
    await s.bart.saw("CALL_ESTABLISHED")
    assert await s.hear() == f"caller: {s.bart.who}, {s.bart.who}: caller"
    await s.leaves(s.caller, s.bart)


async def test_without_the_service_the_front_office_rings_by_the_dialplan(pbx: Pbx, stage: Stage) -> None:
    async with scene(stage) as story:
        stage.ended = True
        await stage.close()
        await asyncio.sleep(GONE)
        await kcc_by_the_dialplan(stage, story)
        await stage.empty()
        stage.no_silence()


async def test_a_conversation_goes_on_while_the_service_is_restarted(pbx: Pbx, stage: Stage, service_port: int) -> None:
    async with scene(stage) as story:
        await story.to("talking")
        await stage.close()
        await story.in_phase("talking")
        async with house(stage.database, pbx, service_port) as again:
            await linked(again)
            await moved_on(story, again)
            await again.ends(DONE)


async def moved_on(s: Scene, to: Records) -> None:
    """From here on another process decides: the transfer that nobody began yet succeeds."""
    s.stage.ended = True
    to.callers = s.stage.callers
    s.stage = to
    await s.to_from("consult rings", "announced", "consult")
    await s.in_phase("consult")
    await s.to_from("connecting", "connected", "transferred")
    await s.in_phase("transferred")
    await s.leaves(s.caller, s.ans)


async def test_who_hung_up_while_the_service_was_away_is_known_when_it_comes_back(
    pbx: Pbx, stage: Stage, service_port: int
) -> None:
    """Told, not found to be missing: nobody is called back who chose to go."""
    async with scene(stage) as story:
        await story.to("talking")
        await stage.close()
        await story.caller.hangs_up()
        await asyncio.sleep(0.5)
        async with house(stage.database, pbx, service_port) as again:
            await story.bart.over()
            await again.ends(TALKED)
    stage.ended = True


async def test_two_processes_share_one_link_and_either_may_decide(pbx: Pbx, database: str, service_port: int) -> None:
    async with (
        house(database, pbx, service_port, several=True) as first,
        house(database, pbx, several=True) as second,
    ):
        await linked(first)
        assert not await second.link.holds()
        async with scene(second) as story:
            await second.ready("bart")
            await story.to("menu")
            call = await first.phase(Choosing)
            leg = call.legs[0]
            await second.clicks(KeysPressed(call.id, leg.id, leg.step, "7"))
            await second.until(lambda c: isinstance(c.phase, Choosing) and c.phase.mistakes == 1)
            await story.caller.spoken_to()
            await story.caller.presses("1")
            await story.bart.rings()
            await story.to_from("answered", "talking")
            await moved_on(story, second)
            await second.ends(DONE)
        await first.close()
        assert await second.link.holds()


@asynccontextmanager
async def frozen(process: Process) -> AsyncIterator[None]:
    """The process hangs: it answers nobody, and does not let go of anything; then it goes on as if nothing happened."""
    process.signals(signal.SIGSTOP)
    try:
        yield
    finally:
        process.signals(signal.SIGCONT)


async def test_the_service_hangs_and_the_dialplan_takes_new_callers(pbx: Pbx, database: str, service_port: int) -> None:
    """Who talks goes on talking, and afterwards the transfer succeeds as if nothing had been."""
    async with process(pbx, database, service_port) as service, scene(service) as story:
        await story.to("talking")
        await service.sent()
        async with frozen(service):
            await asyncio.sleep(GONE)
            async with scene(service, users=("102", "106")) as another:
                await kcc_by_the_dialplan(service, another)
            await story.in_phase("talking")
        await moved_on(story, service)
        await service.ends(DONE)


@asynccontextmanager
async def classic(pbx: Pbx) -> AsyncIterator[None]:
    """Callers go to a house that connected by itself, over ARI."""
    await pbx.cli("dialplan set global WARMLIJN classic")
    try:
        yield
    finally:
        await pbx.cli("dialplan set global WARMLIJN warmlijn")


async def test_another_process_takes_over_from_one_that_hangs(
    request: pytest.FixtureRequest, pbx: Pbx, database: str
) -> None:
    """In the classic way, in which each can reach Asterisk; the one that wakes up does no harm."""
    async with (
        classic(pbx),
        process(pbx, database, 0, called=False) as first,
        process(pbx, database, 0, called=False, standby=True) as second,
        scene(first) as story,
    ):
        await story.to("talking")
        await first.sent()
        async with frozen(first):
            began = time.time()
            while await first.pool.fetchval("SELECT max(epoch) FROM leases") == 1:
                await asyncio.sleep(0.05)
            await signed(pbx, began + 3.0)
            request.node.user_properties.append(("taken over from one that hangs", time.time() - began))
            await story.in_phase("talking")
            story.stage = second
            await story.to_from("consult rings", "announced", "consult")
            await story.in_phase("consult")
        await asyncio.sleep(2.0)
        await story.in_phase("consult")
        await story.to_from("connecting", "connected", "transferred")
        await story.leaves(story.caller, story.ans)
        second.callers = first.callers
        await second.ends(DONE)


LOST: dict[str, Record] = {
    "menu": Record(callbacks="kcc promised"),
    "waiting": Record(callbacks="kcc promised"),
    "ringing": Record("bart cancelled", callbacks="kcc promised"),
    "talking": Record("bart answered", callbacks="kcc promised", owes="bart"),
    "consult": Record("bart answered, ans answered", "ans cancelled", "ans promised", "bart"),
    "transferred": Record("bart answered, ans answered", "ans answered", "ans promised", "bart"),
}


@pytest.mark.parametrize("phase", LOST)
async def test_asterisk_dies_and_whoever_was_lost_is_called_back(pbx: Pbx, stage: Stage, phase: str) -> None:
    async with scene(stage) as story:
        await story.to(phase)
        story.caller.spared = "silence when Asterisk is dead"
        await pbx.kill()
        await pbx.start()
        began = time.monotonic()
        await stage.phase(Ended)
        stage.figures["calls closed after Asterisk came back"] = time.monotonic() - began
        offers = ("bart no_answer", "bart no_answer, bart cancelled", "bart no_answer, bart unreachable")
        late = (replace(LOST[phase], offers=each) for each in offers if phase == "ringing")  # it was away for rings
        await stage.ends(LOST[phase], *late)


async def test_asterisk_dies_before_it_told_that_a_phone_rings(pbx: Pbx, stage: Stage) -> None:
    """A leg that is dialled may still come: it is told to go like any other, and that it is not there is its end."""
    hears = stage.asterisk.heard
    stage.asterisk.heard = lambda told, policy: (  # type: ignore[method-assign]
        None if told.type in ("Dial", "ChannelStateChange") else hears(told, policy)
    )
    async with scene(stage) as story:
        await story.to("ringing")
        story.caller.spared = "silence when Asterisk is dead"
        await pbx.kill()
        await pbx.start()
        await stage.phase(Ended)
        offers = ("bart cancelled", "bart unreachable", "bart unreachable, bart cancelled")
        await stage.ends(*(replace(LOST["ringing"], offers=each) for each in offers))


async def test_calls_come_again_after_asterisk_died(pbx: Pbx, stage: Stage) -> None:
    await pbx.kill()
    await pbx.start()
    await linked(stage)
    async with scene(stage) as story:
        await story.to("talking")
        await story.in_phase("talking")
        await story.leaves(story.caller, story.bart)
        await stage.ends(TALKED)


async def test_the_classic_way_with_the_real_cadence(pbx: Pbx, database: str) -> None:
    """The house connects to ARI by itself; the phone rings 14 seconds: three times, and no fourth."""
    async with classic(pbx), house(database, pbx, called=False, given=hurried(5.0)) as stage:
        await linked(stage)
        async with scene(stage) as story:
            await story.to("ringing")
            rang = await story.bart.rang()
            assert 11.0 < rang < 15.0, rang
            await story.bart.rings(2)
            await story.to_from("answered", "talking")
            await story.in_phase("talking")
            ((_, missed, seconds), (_, answered, _)) = await stage.outcomes()
            assert (missed, answered) == ("no_answer", "answered")
            assert 13.0 < seconds < 15.0
            await stage.cut()
            await story.leaves(story.caller, story.bart)
            await stage.ends(Record("bart no_answer, bart answered", owes="bart"))
