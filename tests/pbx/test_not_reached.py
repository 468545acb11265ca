"""The colleague is not reached: caller and agent speak again at once, and a callback is pending before any click."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from app.call.call import Talking
from app.call.events import ConsultAsked
from app.providers.asterisk.names import LEG
from tests.pbx.phone import refusing
from tests.pbx.records import Record
from tests.pbx.scene import Scene, scene
from tests.pbx.stage import CYCLE, Stage

pytestmark = pytest.mark.pbx
BACK = 0.5
"""Seconds from the failure until caller and agent are in one room again, by the switch's own clock."""


async def busy(s: Scene) -> None:
    await s.ans.rings()
    assert "101" not in await s.caller.hears()
    await s.ans.hangs_up()
    await heard_again(s)


async def no_answer(s: Scene) -> None:
    rang = await s.ans.rang()
    await heard_again(s)
    assert abs(rang - 2.8 * CYCLE) < 0.35, rang


async def heard_again(s: Scene) -> None:
    """Measured at the caller's phone, which looks at what it received every forty milliseconds."""
    began = (await s.ans.over())["at"]
    s.stage.figures["agent heard again after the failure"] = await s.caller.first_hears("101") - began


async def nothing(s: Scene) -> None:
    """It fails by itself."""


async def unplugged(s: Scene) -> None:
    await s.ans.unplug()


STATUS = {"declines": "603 Decline", "is behind a trunk that does not let us": "403 Forbidden"}
Step = Callable[[Scene], Awaitable[None]]
WAYS: dict[str, tuple[str, str, Step, Step]] = {
    "busy": ("ans", "busy", nothing, busy),
    "declines": ("piet", "declined", nothing, nothing),
    "is behind a trunk that does not let us": ("piet", "unreachable", nothing, nothing),
    "does not answer": ("ans", "no_answer", nothing, no_answer),
    "is not registered": ("piet", "unreachable", nothing, nothing),
    "has a dead phone": ("ans", "unreachable", unplugged, nothing),
}
"""The colleague, what is on record, what happens before the consult is asked, and what after."""


@pytest.mark.parametrize("way", WAYS)
async def test_the_colleague(stage: Stage, way: str) -> None:
    colleague, cause, before, after = WAYS[way]
    async with AsyncExitStack() as more, scene(stage) as story:
        if status := STATUS.get(way):
            await more.enter_async_context(refusing(stage.pbx.sip, "104", status))
        await story.to("talking")
        await before(story)
        await stage.clicks(ConsultAsked(story.call, "bart", colleague))
        await after(story)
        call = await stage.until(lambda call: isinstance(call.phase, Talking) and call.phase.failed == cause)
        await story.in_phase("talking")
        back = returned(stage)
        stage.figures["back in one room after the failure"] = back
        assert back < BACK, back
        assert [callback.status for callback in await stage.callbacks()] == ["pending"]
        await story.leaves(story.caller, story.bart)
        reached = f"bart answered, {colleague} {cause}"
        assert call.id == story.call
        await stage.ends(Record(reached, f"{colleague} {cause}", f"{colleague} promised", "bart"))


def returned(stage: Stage) -> float:
    """From the end of the colleague's line, or where there was none from the caller's leaving, to the return."""
    told = [(each.type, each.channel.id, each.at) for each in stage.asterisk.told if each.channel and each.at]
    times = {
        "lost": [at for kind, channel, at in told if kind == "ChannelDestroyed" and channel.endswith(".3")],
        "left": [at for kind, channel, at in told if kind == "ChannelLeftBridge" and not LEG.fullmatch(channel)],
        "back": [at for kind, channel, at in told if kind == "ChannelEnteredBridge" and not LEG.fullmatch(channel)],
    }
    failed = (times["lost"] or times["left"])[-1]
    return max(0.0, (times["back"][-1] - failed).total_seconds())
