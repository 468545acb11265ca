"""The stories that go beside each other: what residents want, and what people do with their phones to help them."""

from __future__ import annotations

import asyncio
import time

from app.demo.desk import Desk
from tests.pbx.demo.acts import asks, connected, consults, speaks
from tests.pbx.demo.away import KILLED
from tests.pbx.demo.cast import HOUSE
from tests.pbx.demo.hangups import AGENT_LEAVES, CALLER_LEAVES, COLLEAGUE_LEAVES
from tests.pbx.demo.stage import ANNOUNCED, TALK, Scene, Story, Wrong

ATTEMPT_ENDS = 20.0
"""Seconds within which an attempt to reach a colleague is over: three rings and a little."""


async def by_key(scene: Scene) -> None:
    """Key 1 leads to the KCC; the hold key of the phone gives the caller music, and back."""
    caller = await scene.caller("0611112221")
    await scene.helped_by("sanne", caller)
    await scene.phone("sanne").command("hold")
    await scene.hears(caller={"music"})
    await scene.deaf("sanne")
    await asyncio.sleep(TALK)
    await scene.phone("sanne").command("resume")
    await scene.hears(caller={"sanne"})
    await scene.goodbye(caller, "sanne")


async def social(scene: Scene) -> None:
    """Key 2 leads to the social front office."""
    caller = await scene.caller("0611112222")
    await scene.helped_by("bart", caller)
    await scene.goodbye(caller, "bart")


async def three_rings(scene: Scene) -> None:
    """The first phone rings three times and is withdrawn; the caller hears music until the second answers."""
    caller = await scene.caller("0611112223")
    async with scene.stage.offices[scene.story.office]:
        await scene.ready("meryem")
        await scene.rings_in(caller)
        await scene.phone("meryem").rings()
        await scene.ready("joke")
        rang = await scene.phone("meryem").rang()
        if not 11.0 < rang < 15.0:
            raise Wrong("not_three", who="meryem", seconds=rang)
        await scene.answers("joke")
        scene.calls.append((await scene.desk("joke").sees("the caller", lambda card: "consult" in card["may"]))["id"])
    await scene.hears(caller={"joke"}, joke={"caller"})
    await asyncio.sleep(TALK)
    await scene.goodbye(caller, "joke")


async def warm(scene: Scene) -> None:
    """Transferred warm: first the colleague is spoken to, then the caller is connected."""
    caller = await scene.caller("0611112224")
    desk = await consults(scene, caller, "mevrouw De Groot")
    await desk.does("complete")
    await connected(scene, caller)


async def swap_and_three(scene: Scene) -> None:
    """Back and forth between caller and colleague, then all three, then the agent leaves."""
    caller = await scene.caller("0611112225")
    desk = await consults(scene, caller, "meneer Kok")
    await desk.does("swap")
    await scene.hears(caller={"bart"}, bart={"caller"}, anja={"music"})
    await desk.does("three-way")
    await scene.hears(caller={"bart", "anja"}, bart={"caller", "anja"}, anja={"caller", "bart"})
    await asyncio.sleep(TALK)
    await desk.does("complete")
    await connected(scene, caller)


async def busy(scene: Scene) -> None:
    """The colleague presses the call away, which a phone says as busy."""
    caller = await scene.caller("0611112226")
    desk = await asks(scene, caller, "meneer Vink")
    await scene.phone("carla").hangs_up()
    await scene.promised(desk, caller, "daan")


async def declined(scene: Scene) -> None:
    """The colleague declines; to the caller they are only not there."""
    caller = await scene.caller("0611112227")
    await scene.declining("thomas")
    desk = await scene.helped_by("meryem", caller, name="mevrouw Kuiper")
    await desk.does("consult", colleague="thomas")
    await scene.promised(desk, caller, "meryem")


async def no_answer(scene: Scene) -> None:
    """The colleague's phone rings three times, too."""
    caller = await scene.caller("0611112228")
    desk = await asks(scene, caller, "mevrouw Dekker")
    await scene.phone("linda").over(seconds=ATTEMPT_ENDS)
    await scene.promised(desk, caller, "priya")


async def anonymous(scene: Scene) -> None:
    """A hidden number, and a colleague whose phone is not there: the agent asks for a number."""
    caller = await scene.caller("anonymous")
    desk = await scene.helped_by("daan", caller)
    await desk.does("consult", colleague="greet")
    await scene.promised(desk, caller, "daan", number="06 11 11 22 29")


async def speaks_already(scene: Scene) -> None:
    """The colleague speaks on the phone: it is not rung at all, and their conversation goes on."""
    carla, house = scene.phone("carla"), scene.phone(HOUSE)
    await carla.dials(HOUSE)
    await house.rings()
    await house.accepts()
    await scene.hears(carla={HOUSE}, **{HOUSE: {"carla"}})
    caller = await scene.caller("0611112235")
    desk = await scene.helped_by("daan", caller, name="mevrouw Bakker")
    await desk.does("consult", colleague="carla")
    await scene.promised(desk, caller, "daan")
    await scene.hears(carla={HOUSE}, **{HOUSE: {"carla"}})
    if carla.count("CALL_INCOMING"):
        raise Wrong("rang_beside", who="carla")
    scene.notes.append(("spared", {"who": "carla"}))
    await carla.hangs_up()
    await house.over()


async def dead_phone(scene: Scene) -> None:
    """The switch still believes that the colleague's phone is there: the caller does not wait for it long."""
    caller = await scene.caller("0611112236")
    desk = await scene.helped_by("youssef", caller, name="meneer Postma")
    await scene.unplugs("noor")
    began = time.monotonic()
    await desk.does("consult", colleague="noor")
    await scene.hears(caller={"music"})
    await scene.hears(ATTEMPT_ENDS, caller={"youssef"}, youssef={"caller"})
    scene.notes.append(("returned", {"seconds": time.monotonic() - began}))
    await scene.promised(desk, caller, "youssef")


async def transfer_key(scene: Scene) -> None:
    """The transfer key of the phone begins our warm transfer, not the blind one of the switch; not to a paid number."""
    caller = await scene.caller("0611112232")
    desk: Desk = await scene.helped_by("priya", caller, name="mevrouw D'Ávila-Ćirić & <Zn>")
    await scene.phone("priya").command("transfer", f"sip:0906123456@{scene.stage.pbx.sip}")
    await scene.hears(caller={"music"}, priya={"words"})
    await scene.hears(ANNOUNCED, caller={"priya"}, priya={"caller"})
    await scene.phone("priya").command("transfer", f"sip:pieter@{scene.stage.pbx.sip}")
    await scene.phone("pieter").rings()
    await scene.hears(caller={"music"})
    await speaks(scene, "priya", "pieter")
    await desk.does("complete")
    await connected(scene, caller)


BESIDE: tuple[Story, ...] = (
    Story(
        ("Drie keer overgaan, dan de volgende", "Three rings, then the next"),
        three_rings, ("meryem", "joke"), office="sociaal",
    ),
    Story(
        ("Collega neemt niet op", "The colleague does not answer"), no_answer, ("priya",), ("linda",),
    ),
    Story(
        ("Makelen en driegesprek", "Swap and three-way"), swap_and_three, ("bart",), ("anja",), office="sociaal",
    ),
    Story(("Warm doorverbonden", "Warm transfer"), warm, ("youssef",), ("omar",)),
    Story(
        ("Collega drukt weg: in gesprek", "The colleague presses it away: busy"), busy, ("daan",), ("carla",),
    ),
    Story(
        ("Collega weigert", "Colleague declines"), declined, ("meryem",), absent=("thomas",), office="sociaal",
    ),
    Story(
        ("Toets 1: het KCC, en de wachttoets van het toestel", "Key 1: the KCC, and the hold key of the phone"),
        by_key, ("sanne",),
    ),
    *CALLER_LEAVES,
    *AGENT_LEAVES,
    COLLEAGUE_LEAVES,
    Story(
        ("Anoniem, en het toestel van de collega is er niet", "Anonymous, and the colleague's phone is not there"),
        anonymous, ("daan",), absent=("greet",),
    ),
    Story(
        ("De doorverbindtoets van het toestel", "The transfer key of the phone"), transfer_key, ("priya",), ("pieter",),
    ),
    Story(
        ("Collega spreekt al aan de telefoon", "The colleague speaks on the phone already"),
        speaks_already, ("daan",), ("carla", HOUSE),
    ),
    Story(
        ("Het toestel van de collega is dood", "The colleague's phone is dead"), dead_phone, ("youssef",), ("noor",),
    ),
    Story(
        ("Toets 2: het sociaal loket", "Key 2: the social front office"), social, ("bart",), office="sociaal",
    ),
)  # fmt: skip
"""In the order in which they begin; people are in one story at a time."""
LAST: tuple[Story, ...] = (KILLED,)
"""Not beside others: here the service goes away for all."""
