"""The stories that go beside each other: what residents want, and what people do with their phones to help them."""

from __future__ import annotations

import asyncio
import time

from app.demo.desk import Desk
from tests.pbx.demo.away import KILLED
from tests.pbx.demo.stage import ANNOUNCED, SOON, STABLE, TALK, Scene, Story, Wrong
from tests.pbx.phone import Phone

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
    await scene.helped_by("bart", caller, key="2")
    await scene.goodbye(caller, "bart")


async def three_rings(scene: Scene) -> None:
    """The first phone rings three times and is withdrawn; the caller hears music until the second answers."""
    caller = await scene.caller("0611112223")
    async with scene.stage.offices[scene.story.office]:
        await scene.ready("meryem")
        await scene.rings_in(caller, key="2")
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


async def consulting(scene: Scene, caller: Phone, agent: str, colleague: str) -> None:
    """The colleague answers, hears who it is about, and speaks with the agent; the caller hears music only."""
    await scene.phone(colleague).rings()
    await scene.hears(caller={"music"})
    await scene.answers(colleague)
    await scene.hears(ANNOUNCED, caller={"music"}, **{agent: {colleague}, colleague: {agent}})
    await asyncio.sleep(TALK)


async def connected(scene: Scene, caller: Phone, agent: str, colleague: str) -> None:
    """Caller and colleague hear each other, and the agent's line is free."""
    await scene.phone(agent).parted()
    await scene.hears(ANNOUNCED, caller={colleague}, **{colleague: {"caller"}})
    await asyncio.sleep(STABLE)
    await scene.goodbye(caller, colleague)


async def warm(scene: Scene) -> None:
    """Transferred warm: first the colleague is spoken to, then the caller is connected."""
    caller = await scene.caller("0611112224")
    desk = await scene.helped_by("youssef", caller, name="mevrouw De Groot")
    await desk.does("consult", colleague="omar")
    await consulting(scene, caller, "youssef", "omar")
    await desk.does("complete")
    await connected(scene, caller, "youssef", "omar")


async def swap_and_three(scene: Scene) -> None:
    """Back and forth between caller and colleague, then all three, then the agent leaves."""
    caller = await scene.caller("0611112225")
    desk = await scene.helped_by("bart", caller, key="2", name="meneer Kok")
    await desk.does("consult", colleague="anja")
    await consulting(scene, caller, "bart", "anja")
    await desk.does("swap")
    await scene.hears(caller={"bart"}, bart={"caller"}, anja={"music"})
    await desk.does("three-way")
    await scene.hears(caller={"bart", "anja"}, bart={"caller", "anja"}, anja={"caller", "bart"})
    await asyncio.sleep(TALK)
    await desk.does("complete")
    await connected(scene, caller, "bart", "anja")


async def busy(scene: Scene) -> None:
    """The colleague is in another conversation."""
    caller = await scene.caller("0611112226")
    desk = await scene.helped_by("daan", caller, name="meneer Vink")
    await desk.does("consult", colleague="carla")
    await scene.phone("carla").rings()
    await asyncio.sleep(1.0)
    await scene.phone("carla").hangs_up()
    await scene.promised(desk, caller, "daan")


async def declined(scene: Scene) -> None:
    """The colleague declines; to the caller they are only not there."""
    caller = await scene.caller("0611112227")
    await scene.declining("thomas")
    desk = await scene.helped_by("meryem", caller, key="2", name="mevrouw Kuiper")
    await desk.does("consult", colleague="thomas")
    await scene.promised(desk, caller, "meryem")


async def no_answer(scene: Scene) -> None:
    """The colleague's phone rings three times, too."""
    caller = await scene.caller("0611112228")
    desk = await scene.helped_by("priya", caller, name="mevrouw Dekker")
    await desk.does("consult", colleague="linda")
    await scene.phone("linda").rings()
    await scene.hears(caller={"music"})
    await scene.phone("linda").over(seconds=ATTEMPT_ENDS)
    await scene.promised(desk, caller, "priya")


async def anonymous(scene: Scene) -> None:
    """A hidden number, and a colleague whose phone is not there: the agent asks for a number."""
    caller = await scene.caller("anonymous")
    desk = await scene.helped_by("daan", caller)
    await desk.does("consult", colleague="greet")
    await scene.promised(desk, caller, "daan", number="06 11 11 22 29")


async def gone_in_consult(scene: Scene) -> None:
    """The caller hangs up while the colleague's phone rings: it stops at once, and what was begun is promised."""
    caller = await scene.caller("0611112230")
    desk = await scene.helped_by("joke", caller, key="2", name="meneer Smeets")
    await desk.does("consult", colleague="fatima")
    await scene.phone("fatima").rings()
    await scene.hears(caller={"music"})
    began = time.monotonic()
    await caller.hangs_up()
    over = await scene.phone("fatima").over()
    if (seconds := over["at"] - began) > SOON:
        raise Wrong("rang_on", who="fatima", seconds=seconds)
    scene.notes.append(("stopped", {"seconds": max(seconds, 0.1)}))
    await scene.phone("joke").over()


async def agent_drops(scene: Scene) -> None:
    """The agent's line falls away in the consult: caller and colleague are joined after a sentence."""
    caller = await scene.caller("0611112231")
    desk = await scene.helped_by("meryem", caller, key="2", name="mevrouw Bos")
    await desk.does("consult", colleague="fatima")
    await consulting(scene, caller, "meryem", "fatima")
    await scene.phone("meryem").hangs_up()
    await connected(scene, caller, "meryem", "fatima")


async def transfer_key(scene: Scene) -> None:
    """The transfer key of the phone begins our warm transfer, not the blind one of the switch; not to a paid number."""
    caller = await scene.caller("0611112232")
    desk: Desk = await scene.helped_by("priya", caller, name="mevrouw D'Ávila-Ćirić & <Zn>")
    await scene.phone("priya").command("transfer", f"sip:0906123456@{scene.stage.pbx.sip}")
    await scene.hears(caller={"music"}, priya={"words"})
    await scene.hears(ANNOUNCED, caller={"priya"}, priya={"caller"})
    await scene.phone("priya").command("transfer", f"sip:pieter@{scene.stage.pbx.sip}")
    await consulting(scene, caller, "priya", "pieter")
    await desk.does("complete")
    await connected(scene, caller, "priya", "pieter")


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
    Story(("Collega in gesprek", "Colleague busy"), busy, ("daan",), ("carla",)),
    Story(
        ("Collega weigert", "Colleague declines"), declined, ("meryem",), absent=("thomas",), office="sociaal",
    ),
    Story(
        ("Toets 1: het KCC, en de wachttoets van het toestel", "Key 1: the KCC, and the hold key of the phone"),
        by_key, ("sanne",),
    ),
    Story(
        ("Beller hangt op tijdens de ruggespraak", "The caller hangs up during the consult"),
        gone_in_consult, ("joke",), ("fatima",), office="sociaal",
    ),
    Story(
        ("De lijn van de medewerker valt weg", "The agent's line drops"),
        agent_drops, ("meryem",), ("fatima",), office="sociaal",
    ),
    Story(
        ("Anoniem, en het toestel van de collega is er niet", "Anonymous, and the colleague's phone is not there"),
        anonymous, ("daan",), absent=("greet",),
    ),
    Story(
        ("De doorverbindtoets van het toestel", "The transfer key of the phone"), transfer_key, ("priya",), ("pieter",),
    ),
    Story(
        ("Toets 2: het sociaal loket", "Key 2: the social front office"), social, ("bart",), office="sociaal",
    ),
)  # fmt: skip
"""In the order in which they begin; people are in one story at a time."""
LAST: tuple[Story, ...] = (KILLED,)
"""Not beside others: here the service goes away for all."""
