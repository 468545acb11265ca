"""The service is killed, or its link is cut, in each phase: who speaks speaks on, and what was begun is finished."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import get_args

import pytest

from app.call.call import Choosing, Connected, Degraded, Ended, Phase, Talking
from tests.pbx.asterisk import Pbx
from tests.pbx.process import process
from tests.pbx.records import DONE, OUTSIDE_DONE, PROMISED, SWAPPED, TALKED, Record
from tests.pbx.scene import TYPED, WAYS, Scene, phase, promising, scene, scene_for
from tests.pbx.stage import MENU, Stage

pytestmark = pytest.mark.pbx


async def bart_comes(s: Scene) -> None:
    """Somebody is ready at last."""
    await s.stage.ready("bart")
    await s.bart.rings()
    await bart_answers(s)


async def bart_is_chosen(s: Scene) -> None:
    await s.stage.ready("bart")
    await s.caller.spoken_to()
    await s.caller.presses("1")
    await s.bart.rings()
    await bart_answers(s)


async def callback_wanted(s: Scene) -> None:
    await s.stage.sent()
    await s.caller.presses("1")
    await promised(s)


async def number_typed_again(s: Scene) -> None:
    """It is asked again, and what was typed before is forgotten."""
    await s.stage.sent()
    await s.caller.presses(f"{TYPED}#")
    await s.until(lambda call: call.number.kind == "mobile")
    await promised(s)


async def promised(s: Scene) -> None:
    await s.until(promising("repeat"))
    await s.leaves(s.caller)


async def bart_answers(s: Scene) -> None:
    await s.bart.accepts()
    await talking(s)


async def agent_presses(s: Scene) -> None:
    await s.stage.sent()
    await s.bart.presses("1")
    await talking(s)


async def talking(s: Scene) -> None:
    await s.until(phase(Talking))
    await s.in_phase("talking")
    await s.leaves(s.caller, s.bart)


async def bart_retrieves(s: Scene) -> None:
    """Its baresip records no more after a hold of its own: only the caller can be asked."""
    await s.bart.command("resume")
    await s.until(lambda call: call.legs[0].joined != "")
    assert set(await s.caller.hears()) == {"101"}
    await s.leaves(s.caller, s.bart)


async def ans_answers(s: Scene) -> None:
    await s.to_from("announced", "consult")
    await completed(s)


async def completed(s: Scene) -> None:
    await s.to_from("consult")
    await s.in_phase("consult")
    await s.to_from("connecting")
    await connected(s)


async def key_pressed(s: Scene) -> None:
    await s.stage.sent()
    await s.ans.presses("1")
    await completed(s)


async def connected(s: Scene) -> None:
    await s.until(lambda call: isinstance(call.phase, Connected) and call.phase.stable)
    await s.in_phase("connected")
    await s.leaves(s.caller, s.ans)


async def ans_takes_over(s: Scene) -> None:
    await s.ans.accepts()
    await connected(s)


async def hang_up(s: Scene) -> None:
    await s.leaves(s.caller, s.bart, s.ans)


async def over(s: Scene) -> None:
    await s.caller.over()


ONWARD: dict[str, tuple[Callable[[Scene], Awaitable[None]], Record]] = {
    "welcome": (bart_comes, TALKED),
    "menu": (bart_is_chosen, TALKED),
    "callback asked": (callback_wanted, PROMISED),
    "number typed": (number_typed_again, PROMISED),
    "promised": (over, PROMISED),
    "offered while waiting": (callback_wanted, Record(callbacks="balie promised")),
    "waiting": (bart_comes, TALKED),
    "ringing": (bart_answers, TALKED),
    "agent asked for a key": (agent_presses, Record("els answered", owes="els")),
    "answered": (talking, TALKED),
    "talking": (talking, TALKED),
    "held": (bart_retrieves, TALKED),
    "consult rings": (ans_answers, DONE),
    "asked for a key": (key_pressed, OUTSIDE_DONE),
    "announced": (completed, DONE),
    "consult": (completed, DONE),
    "swapped": (hang_up, SWAPPED),
    "all three": (hang_up, SWAPPED),
    "connecting": (connected, DONE),
    "connected": (connected, DONE),
    "transferred": (connected, DONE),
    "rings on": (ans_takes_over, DONE),
    "announced alone": (connected, DONE),
    "closing": (over, TALKED),
}
"""What happens from this phase on, whatever went wrong in it, and what is on record then."""


UNTRIED: dict[type, str] = {
    Degraded: "the service is no part of it: test_stories and test_service see what the dialplan does with the caller",
    Ended: "nobody has a line",
}
"""Phases of `app/call/call.py` in which nothing can befall anybody, and why."""
AWAY = 3.0
"""Seconds; with those in which it starts again more than twice what a caller may hear nothing."""
MOMENTS = (0.2, 1.1, 1.9, 2.8, 4.0, 5.2)
"""Seconds after dialling; a ringing phone is answered after six."""


async def chooses(s: Scene) -> None:
    """The caller presses 1, a second after the menu began to be said, and again when it is said again."""
    await s.caller.dials(MENU)
    while not s.bart.count("CALL_INCOMING"):
        await asyncio.sleep(1.0)
        if any(isinstance(call.phase, Choosing) for call in await s.stage.calls()):
            await s.caller.presses("1")


async def answers(s: Scene) -> None:
    await s.bart.rings(seconds=30.0)
    await asyncio.sleep(1.5)
    await s.bart.accepts()


@pytest.mark.parametrize("phase", ONWARD)
async def test_the_link_is_cut(stage: Stage, phase: str) -> None:
    onward, record = ONWARD[phase]
    async with scene_for(stage, phase) as story:
        await story.to(phase)
        await stage.cut()
        await story.in_phase(phase)
        await onward(story)
        await stage.ends(record)


@pytest.mark.parametrize("phase", ONWARD)
async def test_the_service_is_killed(
    pbx: Pbx, database: str, service_port: int, phase: str, record_property: Callable[[str, float], None]
) -> None:
    """What the dead process had claimed is taken over; until then nobody hears nothing, whatever they heard."""
    onward, record = ONWARD[phase]
    async with process(pbx, database, service_port) as house, scene_for(house, phase) as story:
        await story.to(phase)
        if WAYS[phase][2]:
            await house.sent()
        await house.kill()
        await story.in_phase(phase)
        await asyncio.sleep(AWAY)
        began = time.monotonic()
        await house.start()
        record_property("compared again after a kill", time.monotonic() - began)
        await house.sent()
        record_property("all carried out after a kill", time.monotonic() - began)
        await story.in_phase(phase)
        await onward(story)
        await house.ends(record)
        for name, seconds in house.figures.items():
            record_property(name, seconds)


@pytest.mark.parametrize("moment", MOMENTS)
async def test_the_service_is_away_for_a_while_from_any_moment_on(
    pbx: Pbx, database: str, service_port: int, moment: float, record_property: Callable[[str, float], None]
) -> None:
    """Caller and agent do what they do whether it lives or not; so many seconds after dialling it does not."""
    async with process(pbx, database, service_port) as house, scene(house) as story:
        await house.ready("bart")
        people = [asyncio.create_task(chooses(story)), asyncio.create_task(answers(story))]
        await asyncio.sleep(moment)
        await house.kill()
        await asyncio.sleep(AWAY)
        await house.start()
        await asyncio.gather(*people)
        await talking(story)
        await house.ends(TALKED)
        for name, seconds in house.figures.items():
            record_property(name, seconds)


def test_every_phase_is_tried() -> None:
    assert ONWARD.keys() == WAYS.keys()
    tried = {kind for *_, kind in WAYS.values()}
    assert tried | UNTRIED.keys() == set(get_args(Phase))
    assert not tried & UNTRIED.keys()
