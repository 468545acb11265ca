"""Somebody hangs up, in each phase: no phone rings on, no caller is lost, and exactly that is on record."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from app.call.call import Connected, Talking
from tests.pbx.records import DONE, OUTSIDE_DONE, PROMISED, TALKED, Record
from tests.pbx.scene import WAYS, Scene, phase, scene_for
from tests.pbx.stage import Stage

pytestmark = pytest.mark.pbx
After = Callable[[Scene], Awaitable[None]]

NOTHING = Record()
OUTSIDE = Record("bart answered, mo cancelled", "mo cancelled", "mo promised", "bart")
RUNG = Record("bart answered, ans cancelled", "ans cancelled", "ans promised", "bart")
CONSULTED = Record("bart answered, ans answered", "ans cancelled", "ans promised", "bart")
BUSY = Record("bart answered, ans busy", "ans busy", "ans promised", "bart")
FAILED = Record("bart answered, ans answered", "ans failed", "ans promised", "bart")

CALLER: dict[str, tuple[Record, ...]] = {
    "welcome": (NOTHING,),
    "menu": (NOTHING,),
    "callback asked": (NOTHING,),
    "number typed": (NOTHING,),
    "promised": (PROMISED,),
    "offered while waiting": (NOTHING,),
    "waiting": (NOTHING,),
    "ringing": (Record("bart cancelled"),),
    "agent asked for a key": (Record("els cancelled"),),
    "answered": (TALKED, Record("bart answered")),
    "talking": (TALKED,),
    "held": (TALKED,),
    "consult rings": (RUNG,),
    "asked for a key": (OUTSIDE,),
    "announced": (CONSULTED,),
    "consult": (CONSULTED,),
    "swapped": (replace(CONSULTED, callbacks=""),),
    "all three": (replace(CONSULTED, callbacks=""),),
    "connecting": (CONSULTED,),
    "connected": (CONSULTED,),
    "transferred": (DONE,),
    "rings on": (RUNG,),
    "announced alone": (CONSULTED,),
    "closing": (TALKED,),
}
"""Who hears the caller already is not owed a callback; who waits for the colleague is."""


@pytest.mark.parametrize("phase", CALLER)
async def test_the_caller(stage: Stage, phase: str) -> None:
    async with scene_for(stage, phase) as story:
        await story.to(phase)
        await story.leaves(story.caller, story.bart, story.ans)
        await stage.ends(*CALLER[phase])


async def over(s: Scene) -> None:
    """A last sentence, and the caller is hung up."""
    await s.caller.over()


async def with_colleague(s: Scene) -> None:
    """Caller and colleague speak, for good."""
    await s.until(phase(Connected))
    await s.in_phase("connected")
    await s.until(lambda call: isinstance(call.phase, Connected) and call.phase.stable)
    await s.leaves(s.caller, s.ans)


async def colleague_answers(s: Scene) -> None:
    await s.ans.accepts()
    await with_colleague(s)


async def colleague_presses(s: Scene) -> None:
    await s.ans.presses("1")
    await with_colleague(s)


async def with_agent(s: Scene) -> None:
    """Caller and agent speak."""
    await s.until(phase(Talking))
    await s.in_phase("talking")
    await s.leaves(s.caller, s.bart)


async def rings_again(s: Scene) -> None:
    """The caller is not lost: the front office's phone rings again."""
    await s.bart.rings(2)
    await s.bart.accepts()
    await with_agent(s)


async def rings_again_outside(s: Scene) -> None:
    await s.bart.rings(2)
    await s.bart.accepts()
    await s.bart.spoken_to()
    await s.bart.presses("1")
    await with_agent(s)


async def with_agent_or_rings_again(s: Scene) -> None:
    """Who drops the phone while being connected leaves the caller with the agent, who is let go or not yet."""
    gone = asyncio.create_task(s.bart.over(seconds=3.0))
    await asyncio.wait((gone,))
    if gone.exception() is None:
        await rings_again(s)
    else:
        await with_agent(s)


async def over_or_rings_again(s: Scene) -> None:
    """Who drops the phone while it is being joined may have said a word or not."""
    called = asyncio.create_task(s.bart.rings(2))
    gone = asyncio.create_task(s.caller.over())
    done, other = await asyncio.wait((called, gone), return_when=asyncio.FIRST_COMPLETED)
    for task in other:
        task.cancel()
    await asyncio.gather(*done)
    if called in done:
        await rings_again(s)


AGENT: dict[str, tuple[After, *tuple[Record, ...]]] = {
    "ringing": (rings_again, Record("bart busy, bart answered", owes="bart")),
    "agent asked for a key": (rings_again_outside, Record("els declined, els answered", owes="els")),
    "answered": (over_or_rings_again, Record("bart lost, bart answered", owes="bart"), TALKED),
    "talking": (over, TALKED),
    "held": (rings_again, replace(TALKED, offers="bart answered, bart answered")),
    "consult rings": (colleague_answers, DONE),
    "asked for a key": (colleague_presses, OUTSIDE_DONE),
    "announced": (with_colleague, DONE),
    "consult": (with_colleague, DONE),
    "swapped": (over, replace(CONSULTED, callbacks="")),
    "all three": (with_colleague, DONE),
    "connecting": (with_colleague, DONE),
}
COLLEAGUE: dict[str, tuple[After, *tuple[Record, ...]]] = {
    "consult rings": (with_agent, BUSY),
    "asked for a key": (with_agent, Record("bart answered, mo declined", "mo declined", "mo promised", "bart")),
    "announced": (with_agent, FAILED),
    "consult": (with_agent, FAILED),
    "swapped": (with_agent, FAILED),
    "all three": (with_agent, replace(CONSULTED, callbacks="")),
    "connecting": (with_agent_or_rings_again, FAILED, replace(FAILED, offers=f"{FAILED.offers}, bart answered")),
    "connected": (rings_again, replace(FAILED, offers=f"{FAILED.offers}, bart answered")),
    "transferred": (over, DONE),
    "rings on": (rings_again, replace(BUSY, offers=f"{BUSY.offers}, bart answered")),
    "announced alone": (rings_again, replace(FAILED, offers=f"{FAILED.offers}, bart answered")),
}


ALONE = {"welcome", "menu", "callback asked", "number typed", "promised", "offered while waiting", "waiting"}
"""Nobody but the caller has a line."""
LET_GO = {"connected", "transferred", "rings on", "announced alone", "closing"}
"""The agent has none any more."""
UNCONSULTED = {"ringing", "agent asked for a key", "answered", "talking", "held", "closing"}
"""No colleague has one."""


async def hung_up(stage: Stage, phase: str, who: str, after: After, *any_of: Record) -> None:
    """This one leaves in this phase; what must follow follows, and exactly that is on record."""
    async with scene_for(stage, phase) as story:
        await story.to(phase)
        await getattr(story, who).hangs_up()
        await after(story)
        await stage.ends(*any_of)


@pytest.mark.parametrize("phase", AGENT)
async def test_the_agent(stage: Stage, phase: str) -> None:
    await hung_up(stage, phase, "bart", *AGENT[phase])


async def test_the_agent_picks_up_and_drops_the_phone_at_once(stage: Stage) -> None:
    """Mostly before both are in one room."""
    after, *any_of = AGENT["answered"]
    async with scene_for(stage, "answered") as story:
        await story.to("ringing")
        await asyncio.gather(story.bart.accepts(), story.bart.hangs_up())
        await after(story)
        await stage.ends(*any_of)


@pytest.mark.parametrize("phase", COLLEAGUE)
async def test_the_colleague(stage: Stage, phase: str) -> None:
    await hung_up(stage, phase, "ans", *COLLEAGUE[phase])


def test_everybody_who_has_a_line_hangs_up() -> None:
    assert CALLER.keys() == WAYS.keys()
    assert AGENT.keys() == WAYS.keys() - ALONE - LET_GO
    assert COLLEAGUE.keys() == WAYS.keys() - ALONE - UNCONSULTED
