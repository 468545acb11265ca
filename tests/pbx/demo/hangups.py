"""Somebody hangs up, or a line falls away, in each phase: no phone goes on, and no caller is lost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial

from tests.pbx.demo.acts import asks, connected, consults, together
from tests.pbx.demo.cast import MAIN, SOUNDLESS, UNPLUGGED
from tests.pbx.demo.stage import ANNOUNCED, NO_SILENCE, RING, SOON, TALK, Scene, Story, Wrong
from tests.pbx.phone import Phone

STABLE_AFTER = 5.0
"""Seconds after which a transfer counts as done: whoever leaves later was reached."""
Way = Callable[[Scene, Phone], Awaitable[object]]
"""Brings the call of this caller to a phase, with the first agent and the first colleague of the story."""


async def in_menu(_: Scene, caller: Phone) -> None:
    """The voice says the choices."""
    await caller.dials(MAIN)
    await caller.spoken_to()
    await asyncio.sleep(TALK)


async def waiting(scene: Scene, caller: Phone) -> None:
    """The agent is there but not free: the caller hears music."""
    await scene.alone()
    await scene.desk(scene.story.agents[0]).is_("logged_on")
    await scene.rings_in(caller)
    await scene.hears(ANNOUNCED, caller={"music"})
    await asyncio.sleep(TALK)


async def agent_rings(scene: Scene, caller: Phone) -> None:
    """The agent's phone rings."""
    await scene.alone()
    await scene.ready(scene.story.agents[0])
    await scene.rings_in(caller)
    await scene.phone(scene.story.agents[0]).rings()
    await asyncio.sleep(RING)


async def talking(scene: Scene, caller: Phone) -> None:
    """Caller and agent speak."""
    await scene.helped_by(scene.story.agents[0], caller)


async def just_connected(scene: Scene, caller: Phone) -> None:
    """The transfer is completed a moment ago."""
    desk = await consults(scene, caller)
    await desk.does("complete")
    await together(scene)


async def caller_leaves(way: Way, number: str, scene: Scene) -> None:
    """The caller hangs up: no phone rings or sounds longer than a second."""
    caller = await scene.caller(number)
    await way(scene, caller)
    if not scene.calls:
        await scene.finds_call()
    others = {who: ear.phone for who, ear in scene.ears.items() if ear.phone is not caller and ear.phone.busy}
    ends = {who: phone.calls_over + 1 for who, phone in others.items()}
    began = time.monotonic()
    await caller.hangs_up()
    for who, phone in others.items():
        seconds = (await phone.over(ends[who]))["at"] - began
        if seconds > SOON:
            raise Wrong("rang_on", who=who, seconds=seconds)
        scene.notes.append(("stopped", {"who": who, "seconds": max(seconds, 0.1)}))
    await asyncio.sleep(SOON)
    for who in () if others else scene.story.agents:
        if scene.phone(who).count("CALL_INCOMING"):
            raise Wrong("rung_in_vain", who=who)
        scene.notes.append(("nobody_rung", {"who": who}))


async def puts_down(scene: Scene, _: Phone) -> None:
    """The agent's phone is put down, or declines when it rings."""
    await scene.phone(scene.story.agents[0]).hangs_up()


async def puts_down_on_hold(scene: Scene, _: Phone) -> None:
    """The agent had put the caller on hold, and goes."""
    agent = scene.story.agents[0]
    await scene.phone(agent).command("hold")
    await scene.hears(caller={"music"})
    await scene.deaf(agent)
    await scene.phone(agent).hangs_up()


async def loses_line(scene: Scene, caller: Phone) -> None:
    """The agent's phone is unplugged; what the caller hears is nothing, until the switch notices."""
    caller.spared = "the agent's phone is dead"
    agent = scene.story.agents[0]
    await scene.desk(agent).away()
    await scene.unplugs(agent)


async def another_helps(way: Way, leave: Way, number: str, scene: Scene) -> None:
    """The agent is gone while nobody else is with the caller: the next one's phone rings, and helps."""
    caller = await scene.caller(number)
    await way(scene, caller)
    await scene.alone()
    other = scene.story.agents[1]
    await scene.ready(other)
    await leave(scene, caller)
    await helped_on(scene, caller)
    if caller.spared:
        if (seconds := caller.longest_silence) > SOUNDLESS + NO_SILENCE:
            raise Wrong("silent", seconds=seconds, most=SOUNDLESS + NO_SILENCE)
        scene.notes.append(("line_lost", {"seconds": seconds, "limit": SOUNDLESS}))
    await asyncio.sleep(TALK)
    await scene.goodbye(caller, other)


async def helped_on(scene: Scene, caller: Phone) -> None:
    """The second agent of the story answers, and has the caller."""
    other = scene.story.agents[1]
    await scene.answers(other)
    card = await scene.desk(other).sees("the caller", lambda card: "consult" in card["may"])
    if card["id"] not in scene.calls:
        scene.calls.append(card["id"])
    await scene.hears(caller={other}, **{other: {"caller"}})


async def colleague_goes_on(way: Way, number: str, scene: Scene) -> None:
    """The agent is gone while the colleague is asked: they get the caller, after a sentence for both."""
    caller = await scene.caller(number)
    await way(scene, caller)
    await scene.phone(scene.story.agents[0]).hangs_up()
    if not scene.phone(scene.story.colleagues[0]).talking:
        await scene.answers(scene.story.colleagues[0])
    await connected(scene, caller)


async def colleague_leaves(scene: Scene) -> None:
    """The colleague goes too soon for a conversation: the caller is back at the front office, and is promised one."""
    caller = await scene.caller("0611112252")
    agent, other = scene.story.agents
    colleague = scene.story.colleagues[0]
    desk = await consults(scene, caller, "mevrouw Visser")
    await scene.alone()
    await scene.ready(other)
    await desk.does("complete")
    await scene.phone(agent).parted()
    began = time.monotonic()
    await together(scene)
    await scene.phone(colleague).hangs_up()
    if (seconds := time.monotonic() - began) > STABLE_AFTER:
        raise Wrong("broke", what=f"{colleague} left only after {seconds:.1f} s")
    scene.notes.append(("left_after", {"who": colleague, "seconds": seconds}))
    await helped_on(scene, caller)
    await scene.promised(scene.desk(other), caller, other)


CALLER_LEAVES = (
    Story(
        ("Beller hangt op in het keuzemenu", "The caller hangs up in the menu"),
        partial(caller_leaves, in_menu, "0611112241"), (),
    ),
    Story(
        ("Beller hangt op terwijl die wacht: niemand is vrij", "The caller hangs up while waiting: nobody is free"),
        partial(caller_leaves, waiting, "0611112242"), ("sanne",),
    ),
    Story(
        ("Beller hangt op terwijl de medewerker wordt gebeld", "The caller hangs up while the agent's phone rings"),
        partial(caller_leaves, agent_rings, "0611112243"), ("joke",), office="sociaal",
    ),
    Story(
        ("Beller hangt op in het gesprek", "The caller hangs up in the conversation"),
        partial(caller_leaves, talking, "0611112244"), ("sanne",),
    ),
    Story(
        ("Beller hangt op terwijl de collega wordt gebeld", "The caller hangs up while the colleague's phone rings"),
        partial(caller_leaves, asks, "0611112230"), ("joke",), ("fatima",), office="sociaal",
    ),
    Story(
        ("Beller hangt op tijdens de ruggespraak", "The caller hangs up during the consult"),
        partial(caller_leaves, consults, "0611112245"), ("youssef",), ("omar",),
    ),
    Story(
        ("Beller hangt op zodra is doorverbonden", "The caller hangs up as soon as they are connected"),
        partial(caller_leaves, just_connected, "0611112246"), ("bart",), ("anja",), office="sociaal",
    ),
)  # fmt: skip
AGENT_LEAVES = (
    Story(
        ("Medewerker drukt de oproep weg", "The agent presses the call away"),
        partial(another_helps, agent_rings, puts_down, "0611112247"), ("joke", "meryem"), office="sociaal",
    ),
    Story(
        ("De lijn van de medewerker valt weg in het gesprek", "The agent's line drops in the conversation"),
        partial(another_helps, talking, loses_line, "0611112248"), (UNPLUGGED, "daan"),
    ),
    Story(
        ("Medewerker legt neer met de beller in de wacht", "The agent puts the phone down on a caller on hold"),
        partial(another_helps, talking, puts_down_on_hold, "0611112249"), ("bart", "joke"), office="sociaal",
    ),
    Story(
        (
            "De lijn van de medewerker valt weg terwijl de collega wordt gebeld",
            "The agent's line drops while the colleague's phone rings",
        ),
        partial(colleague_goes_on, asks, "0611112250"), ("joke",), ("thomas",), office="sociaal",
    ),
    Story(
        ("De lijn van de medewerker valt weg in de ruggespraak", "The agent's line drops during the consult"),
        partial(colleague_goes_on, consults, "0611112231"), ("meryem",), ("fatima",), office="sociaal",
    ),
)  # fmt: skip
COLLEAGUE_LEAVES = Story(
    ("Collega legt binnen vijf seconden na het verbinden neer", "The colleague leaves within five seconds"),
    colleague_leaves, ("youssef", "daan"), ("pieter",),
)  # fmt: skip
