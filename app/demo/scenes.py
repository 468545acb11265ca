"""A municipality's morning: thirteen residents, what they want, and what the people who help them do.

Each scene is a plain story. Two lines of scenes run beside each other, one per front office.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

from msgspec import Struct

from app.demo.desk import Desk
from app.providers.demo import Answers, Busy, Caller, Declines, Silent, Switch

MAIN, SOCIAL_DIRECT = "14 0123", "0123 45 67 80"
AT = "sip:{}@telefoon.voorbeeldstad.example"


class Stage:
    """Where the scenes are played: the switch, a desk for each agent, and the callers so far."""

    def __init__(self, switch: Switch, desks: dict[str, Desk]) -> None:
        self.switch = switch
        self.desks = desks
        self.began = switch.clock.now()
        self.callers: defaultdict[tuple[str, str], list[Caller]] = defaultdict(list)
        self.heard: dict[str, list[str]] = {}

    def caller(self, scene: Scene, number: str, name: str, *, withheld: bool = False) -> Caller:
        """Somebody new rings."""
        caller = self.switch.caller(number, name, withheld=withheld)
        self.callers[scene.title].append(caller)
        return caller

    async def wait(self, seconds: float) -> None:
        """Seconds of the story pass."""
        await self.switch.clock.sleep(seconds)

    async def tells(self, caller: Caller, agent: str, name: str = "") -> Desk:
        """The caller says what it is about; the agent checks the name when there is one."""
        await caller.hears("people")
        desk = self.desks[agent]
        if name:
            await desk.does("identify", name=name)
        await self.wait(5)
        return desk

    async def helped(self, caller: Caller, agent: str, topic: str, *, simple: bool = False) -> None:
        """The agent answers the question; the caller hangs up content."""
        desk = self.desks[agent]
        await caller.hears("people")
        await self.wait(10)
        caller.hangs_up()
        await desk.registers(caller.call, topic, direct=True, simple=simple)

    async def promised(self, caller: Caller, agent: str, topic: str, **change: Any) -> None:
        """The agent tells the caller, who agrees with the proposal; then they say goodbye."""
        desk = self.desks[agent]
        card = await desk.sees("the callback", lambda card: card["callback"])
        self.heard[caller.call] = card["sayNow"]
        callback = card["callback"]["id"]
        if change:
            await desk.post(f"/callbacks/{callback}/change", **change)
        await caller.hears("people")
        await self.wait(5)
        await desk.post(f"/callbacks/{callback}/confirm")
        caller.hangs_up()
        await desk.registers(caller.call, topic, direct=False)


Story = Callable[[Stage, "Scene"], Awaitable[None]]


class Scene(Struct, frozen=True):
    """`title` is Dutch and English; `agents` are ready when it begins, in the order in which they became so."""

    title: tuple[str, str]
    agents: tuple[str, ...]
    story: Story


async def passport(stage: Stage, scene: Scene) -> None:
    """A question with an answer at once."""
    caller = stage.caller(scene, "+31611112221", "R. Bakker")
    await caller.rings(MAIN)
    await caller.says("mijn paspoort is verlopen")
    await stage.helped(caller, "sanne", "paspoort")


async def three_rings(stage: Stage, scene: Scene) -> None:
    """The first phone is withdrawn after the third ring; the next agent answers."""
    stage.switch.phone(AT.format("sanne"), Silent(), Answers())
    caller = stage.caller(scene, "+31611112222", "M. Peters")
    await caller.rings(MAIN)
    await caller.presses("1")
    await stage.helped(caller, "youssef", "verhuizing")


async def warm_transfer(stage: Stage, scene: Scene) -> None:
    """The colleague is spoken to first, then caller and colleague are connected."""
    caller = stage.caller(scene, "+31611112223", "A. de Groot")
    await caller.rings(MAIN)
    await caller.says("er is een boom omgewaaid")
    desk = await stage.tells(caller, "sanne", "mevrouw De Groot")
    await desk.does("consult", colleague="omar")
    card = await desk.may("complete")
    await stage.wait(8)
    await desk.does("complete")
    await caller.hears("people")
    await stage.wait(15)
    caller.hangs_up()
    await desk.registers(card["id"], "bomen", direct=False)


async def colleague_busy(stage: Stage, scene: Scene) -> None:
    """The colleague is on the phone: a callback, confirmed with the caller."""
    stage.switch.phone(AT.format("carla"), Busy())
    caller = stage.caller(scene, "+31611112224", "K. Vink")
    await caller.rings(MAIN)
    await caller.says("mijn aanslag klopt niet")
    desk = await stage.tells(caller, "sanne", "meneer Vink")
    await desk.does("consult", colleague="carla")
    await stage.promised(caller, "sanne", "belasting")


async def wrong_keys(stage: Stage, scene: Scene) -> None:
    """Nobody gets lost in a menu: the second wrong key leads to a person."""
    caller = stage.caller(scene, "+31611112225", "")
    await caller.rings(MAIN)
    await caller.presses("7")
    await caller.hears("menu")
    await caller.presses("8")
    await stage.helped(caller, "sanne", "algemeen", simple=True)


async def anonymous(stage: Stage, scene: Scene) -> None:
    """No number is known, so the agent asks for one."""
    stage.switch.phone(AT.format("carla"), Silent())
    caller = stage.caller(scene, "", "", withheld=True)
    await caller.rings(MAIN)
    await caller.presses("1")
    desk = await stage.tells(caller, "sanne")
    await desk.does("consult", colleague="carla")
    await stage.promised(caller, "sanne", "belasting", number="06 11 11 22 26")


async def queue(stage: Stage, scene: Scene) -> None:
    """The second caller hears their place and music until the agent is free."""
    first = stage.caller(scene, "+31611112227", "T. Mol")
    await first.rings(MAIN)
    await first.presses("1")
    await first.hears("people")
    second = stage.caller(scene, "+31611112228", "B. Haan")
    await second.rings(MAIN)
    await second.presses("1")
    await second.hears("music")
    await stage.wait(5)
    first.hangs_up()
    await stage.desks["sanne"].registers(first.call, "rijbewijs", direct=True)
    await stage.helped(second, "sanne", "uittreksel")


async def stairlift(stage: Stage, scene: Scene) -> None:
    """A word leads to the social office."""
    caller = stage.caller(scene, "+31611112229", "G. Kok")
    await caller.rings(MAIN)
    await caller.says("ik wil een traplift")
    await stage.helped(caller, "bart", "wmo")


async def colleague_absent(stage: Stage, scene: Scene) -> None:
    """A colleague on leave is not rung at all."""
    caller = stage.caller(scene, "+31611112230", "F. Dekker")
    await caller.rings(MAIN)
    await caller.says("de eigen bijdrage van de wmo")
    desk = await stage.tells(caller, "bart", "mevrouw Dekker")
    await desk.does("consult", colleague="ruben")
    await stage.promised(caller, "bart", "wmo")


async def colleague_declines(stage: Stage, scene: Scene) -> None:
    """A colleague who declines is, to the caller, only not there."""
    stage.switch.phone(AT.format("anja"), Declines())
    caller = stage.caller(scene, "+31611112231", "L. Kuiper")
    await caller.rings(MAIN)
    await caller.says("mijn uitkering is niet betaald")
    desk = await stage.tells(caller, "bart")
    await desk.does("consult", colleague="anja")
    await stage.promised(caller, "bart", "bijstand")


async def caller_gives_up(stage: Stage, scene: Scene) -> None:
    """What was promised stands, though the caller did not wait for it."""
    stage.switch.phone(AT.format("anja"), Silent())
    caller = stage.caller(scene, "+31611112232", "N. Smeets")
    await caller.rings(MAIN)
    await caller.says("schuldhulpverlening")
    desk = await stage.tells(caller, "bart")
    await desk.does("consult", colleague="anja")
    await caller.hears("music")
    await stage.wait(6)
    caller.hangs_up()
    await desk.registers(caller.call, "schulden", direct=False)


async def line_drops(stage: Stage, scene: Scene) -> None:
    """The colleague answered already: caller and colleague are joined after a sentence."""
    stage.switch.phone(AT.format("anja"), Answers())
    caller = stage.caller(scene, "+31611112233", "P. Bos")
    await caller.rings(MAIN)
    await caller.says("bijzondere bijstand")
    desk = await stage.tells(caller, "bart")
    await desk.does("consult", colleague="anja")
    await desk.may("complete")
    await stage.wait(4)
    if (leg := stage.switch.at(desk.address)) is not None:
        stage.switch.end(leg, "lost")
    await caller.hears("people")
    await stage.wait(12)
    caller.hangs_up()
    await desk.registers(caller.call, "inkomensondersteuning", direct=False)


async def closed(stage: Stage, scene: Scene) -> None:
    """The voice makes the appointment."""
    caller = stage.caller(scene, "+31611112234", "H. Wolters")
    await caller.rings(SOCIAL_DIRECT)
    await caller.presses("1")
    await caller.is_over()


MORNING: tuple[tuple[Scene, ...], ...] = (
    (
        Scene(("Paspoort, direct geholpen", "Passport, helped at once"), ("sanne",), passport),
        Scene(("Drie keer overgaan, dan de volgende", "Three rings, then the next"), ("sanne", "youssef"), three_rings),
        Scene(("Warm doorverbonden", "Warm transfer"), ("sanne",), warm_transfer),
        Scene(("Collega in gesprek", "Colleague busy"), ("sanne",), colleague_busy),
        Scene(("Tweemaal een verkeerde toets", "A wrong key twice"), ("sanne",), wrong_keys),
        Scene(
            ("Anoniem, en de collega neemt niet op", "Anonymous, and the colleague does not answer"),
            ("sanne",),
            anonymous,
        ),
        Scene(("Twee bellers, één medewerker", "Two callers, one agent"), ("sanne",), queue),
    ),
    (
        Scene(("Traplift, naar het sociaal loket", "Stairlift, to the social office"), ("bart",), stairlift),
        Scene(("Collega met verlof", "Colleague on leave"), ("bart",), colleague_absent),
        Scene(("Collega weigert", "Colleague declines"), ("bart",), colleague_declines),
        Scene(
            ("Beller hangt op tijdens de ruggespraak", "The caller hangs up during the consult"),
            ("bart",),
            caller_gives_up,
        ),
        Scene(
            ("De lijn van de medewerker valt weg", "The agent's line drops"),
            ("bart",),
            line_drops,
        ),
        Scene(("Gesloten, met een terugbelafspraak", "Closed, with a callback"), (), closed),
    ),
)
