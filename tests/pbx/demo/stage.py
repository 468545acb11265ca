"""Where the stories are played: the switch, the service, a desk for each agent, and in each scene its own phones."""

from __future__ import annotations

import asyncio
import re
import shutil
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from app.demo.desk import Desk
from app.providers.asterisk.names import leg_of
from tests.pbx.asterisk import Pbx
from tests.pbx.demo.cast import KEYS, MAIN, TONES
from tests.pbx.demo.ear import Ear, Piece
from tests.pbx.demo.house import CENTRE
from tests.pbx.phone import Phone, refusing
from tests.pbx.service import Service

RING = 3.0
"""Seconds after which somebody answers."""
TALK = 2.5
"""Seconds people talk before the next thing happens."""
STABLE = 6.0
"""The same after a transfer: the policy counts it as stable after five."""
PATIENCE = 5.0
"""Seconds within which everybody must hear whom they should."""
ANNOUNCED = 15.0
"""The same, when a colleague first hears a sentence about who calls and why."""
NO_SILENCE, NO_FOURTH, SOON = 2.0, 15.0, 1.0
"""Seconds a caller may hear nothing, a phone may ring, and a phone may ring on when the caller is gone."""


class Wrong(Exception):
    """Something was not as told; `code` and `slots` are a sentence of the report."""

    def __init__(self, code: str, **slots: object) -> None:
        super().__init__(code)
        self.said: Said = (code, slots)


Said = tuple[str, dict[str, object]]
"""A sentence of the report: its code, and what stands in it; people by their short names."""


class Story(NamedTuple):
    """`title` is Dutch and English. `agents` are of `office`; of `absent` colleagues no phone is plugged in.

    `inner` stories are played in the middle of this one.
    """

    title: tuple[str, str]
    play: Callable[[Scene], Awaitable[None]]
    agents: tuple[str, ...]
    colleagues: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    office: str = "kcc"
    inner: tuple[Story, ...] = ()

    @property
    def key(self) -> str:
        """What a caller presses who wants this office."""
        return KEYS[self.office]

    @property
    def people(self) -> frozenset[str]:
        """Who cannot be in another story at the same time."""
        return frozenset((*self.agents, *self.colleagues, *self.absent))


class Rang(NamedTuple):
    """A phone rang for so many seconds."""

    who: str
    seconds: float
    answered: bool


class Guest(NamedTuple):
    """Somebody who rang the municipality."""

    phone: Phone
    ear: Ear
    name: str
    number: str


@dataclass
class Stage:
    """`desks` by agent; `recordings` is where sound is kept, None when it is not."""

    pbx: Pbx
    service: Service
    desks: dict[str, Desk]
    supervisor: Desk
    recordings: Path | None
    offices: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    """In an office one caller at a time is offered, so that each story gets its own agent."""


class Scene:
    """One story while it is played, and what came of it."""

    def __init__(self, stage: Stage, story: Story, play: Callable[[Story], Awaitable[None]]) -> None:
        self.stage, self.story, self.play = stage, story, play
        self.guests: list[Guest] = []
        self.calls: list[str] = []
        self.said: list[str] = []
        self.notes: list[Said] = []
        """Figures of this story only, as words of the report."""
        self.heard: dict[str, list[Piece]] = {}
        self.ears: dict[str, Ear] = {}
        self.rang: list[Rang] = []
        self.trouble: list[Said] = []
        self.seconds = 0.0
        self._parts = AsyncExitStack()
        self._alone = False
        self._lines: list[str] = []
        """What the switch said of its lines when something was not as told."""

    async def run(self) -> None:
        """Play it; what was not as told is in `trouble`."""
        began = time.monotonic()
        async with self._parts:
            try:
                await asyncio.gather(*(self.plugs_in(who) for who in (*self.story.agents, *self.story.colleagues)))
                await self.story.play(self)
            except Wrong as wrong:
                self.trouble.append(wrong.said)
                self._lines = [await self.stage.pbx.cli(c) for c in ("pjsip show channelstats", "bridge show all")]
            except (AssertionError, TimeoutError, ConnectionError, httpx.HTTPError, RuntimeError) as error:
                self.trouble.append(("broke", {"what": f"{type(error).__name__} {error}"}))
            await self._close()
        self.seconds = time.monotonic() - began

    async def plugs_in(self, who: str) -> Phone:
        """A phone of this person, registered."""
        phone = await self._parts.enter_async_context(Phone(self.stage.pbx.sip, who, hertz=TONES[who]))
        await phone.registered()
        self.ears[who] = Ear(phone, self.story.people)
        return phone

    async def declining(self, who: str) -> None:
        """A phone of this person that declines after half a second."""
        await self._parts.enter_async_context(refusing(self.stage.pbx.sip, who, "603 Decline"))

    async def caller(self, number: str, name: str = "") -> Phone:
        """Somebody with a phone outside; `anonymous` hides the number."""
        phone = Phone(self.stage.pbx.sip, "caller", number=number, hertz=TONES["caller"])
        await self._parts.enter_async_context(phone)
        ear = Ear(phone, self.story.people)
        self.ears[f"caller{len(self.guests) + 1}" if self.guests else "caller"] = ear
        self.guests.append(Guest(phone, ear, name, number))
        return phone

    async def finds_call(self) -> None:
        """The call of the newest caller is told of, too, when no desk has it."""
        number = self.guests[-1].number
        for channel in await self.stage.pbx.get("/channels"):
            caller = channel["caller"]
            if isinstance(caller, dict) and str(caller["number"]).endswith(number[-9:]):
                self.calls.append(leg_of(CENTRE, str(channel["id"])).rpartition(".")[0])
                return
        raise RuntimeError(f"no call of {number}")

    async def unplugs(self, who: str) -> None:
        """The phone of this person is gone without a word."""
        await self.ears[who].close()
        await self.phone(who).unplug()

    async def deaf(self, who: str) -> None:
        """Hear no more with this phone: baresip records nothing after a hold of its own."""
        await self.ears[who].close()
        self.notes.append(("deaf", {"who": who}))

    def phone(self, who: str) -> Phone:
        """Of somebody in this scene."""
        return self.ears[who].phone

    def desk(self, agent: str) -> Desk:
        """The screen of this agent."""
        return self.stage.desks[agent]

    async def alone(self) -> None:
        """Until the story is over no other caller is offered in this office: whoever is ready is for this one."""
        if not self._alone:
            await self._parts.enter_async_context(self.stage.offices[self.story.office])
            self._alone = True

    async def ready(self, agent: str) -> None:
        """The agent is ready, and the service knows their phone."""
        async with asyncio.timeout(8.0):
            while (await self.desk(agent).get("/me/presence"))["state"] != "ready":
                await self.desk(agent).ready()
                await asyncio.sleep(0.1)

    async def rings_in(self, caller: Phone) -> None:
        """The caller dials, and presses the key of the office as soon as the voice has begun."""
        await caller.dials(MAIN)
        await caller.spoken_to()
        await caller.presses(self.story.key)

    async def helped_by(self, agent: str, caller: Phone, *, name: str = "") -> Desk:
        """The caller reaches this agent, who answers and, when there is a name, checks it."""
        desk = self.desk(agent)
        async with self.stage.offices[self.story.office]:
            await self.ready(agent)
            await self.rings_in(caller)
            await self.answers(agent)
            self.calls.append((await desk.sees("the caller", lambda card: "consult" in card["may"]))["id"])
        await self.hears(caller={agent}, **{agent: {"caller"}})
        if name:
            await desk.does("identify", name=name)
        await asyncio.sleep(TALK)
        return desk

    async def answers(self, who: str) -> None:
        """The phone rings a while, then it is picked up."""
        await self.phone(who).rings()
        await asyncio.sleep(RING)
        await self.phone(who).accepts()
        await self.phone(who).saw("CALL_ESTABLISHED")

    async def hears(self, within: float = PATIENCE, /, **expected: set[str]) -> None:
        """Everybody named hears exactly these, within so many seconds. Raises Wrong."""
        end = time.monotonic() + within
        while True:
            sounds = await asyncio.gather(*(self.ears[who].now() for who in expected))
            heard = {who: set(sound) for who, sound in zip(expected, sounds, strict=True)}
            if heard == expected:
                return
            if time.monotonic() > end:
                wrong = [who for who in expected if heard[who] != expected[who]]
                raise Wrong(
                    "hears",
                    who=wrong[0],
                    heard=sounds[list(expected).index(wrong[0])],
                    wanted=frozenset(expected[wrong[0]]),
                )

    async def promised(self, desk: Desk, caller: Phone, agent: str, **change: Any) -> None:
        """The two are back together, the agent says what the desk shows, the caller agrees, and both say goodbye."""
        card = await desk.sees("the callback", lambda card: card["callback"])
        await self.hears(caller={agent}, **{agent: {"caller"}})
        if change:
            await desk.post(f"/callbacks/{card['callback']['id']}/change", **change)
            card = await desk.sees("the other number", lambda card: card["callback"])
        self.said += card["sayNow"]
        await asyncio.sleep(TALK)
        await desk.post(f"/callbacks/{card['callback']['id']}/confirm")
        await self.goodbye(caller, agent)

    async def goodbye(self, caller: Phone, *others: str) -> None:
        """The caller puts the phone down; nobody keeps a line."""
        await caller.hangs_up()
        await asyncio.gather(*(self.phone(who).over() for who in others))

    async def _close(self) -> None:
        """Agents rest, and what was recorded is read before the phones take it away."""
        for agent in self.story.agents:
            try:
                await self.desk(agent).away()
            except httpx.HTTPError as error:
                self.trouble.append(("broke", {"what": f"{type(error).__name__} {error}"}))
        for guest in self.guests:
            if guest.phone.busy:
                await guest.phone.hangs_up()
        await asyncio.sleep(0.5)
        for ear in self.ears.values():
            await ear.close()
        self.heard = await asyncio.to_thread(lambda: {who: ear.story() for who, ear in self.ears.items()})
        self.rang = [rang for who, ear in self.ears.items() for rang in _rings(who, ear.phone)]
        for guest in self.guests:
            if guest.phone.longest_silence > NO_SILENCE and not guest.phone.spared:
                self.trouble.append(("silent", {"seconds": guest.phone.longest_silence, "most": NO_SILENCE}))
        self.trouble += [("fourth", {"who": r.who, "seconds": r.seconds}) for r in self.rang if r.seconds >= NO_FOURTH]
        if self.stage.recordings is not None:
            await asyncio.to_thread(self._keep, self.stage.recordings)

    def _keep(self, where: Path) -> None:
        """What was recorded, and what each phone wrote."""
        folder = where / re.sub(r"[^a-z0-9]+", "-", self.story.title[0].lower())
        folder.mkdir(exist_ok=True)
        for who, ear in self.ears.items():
            for n, file in enumerate(ear.files, 1):
                shutil.copy(file, folder / f"{who}-{n}.wav")
            shutil.copy(ear.phone.home / "log", folder / f"{who}.log")
        if self._lines:
            (folder / "switch.log").write_text("\n".join(self._lines))


def _rings(who: str, phone: Phone) -> list[Rang]:
    """Each time this phone rang, from its own events."""
    found: list[Rang] = []
    began = 0.0
    for event in phone.events:
        kind = event.get("type")
        if kind == "CALL_INCOMING":
            began = event["at"]
        elif began and kind in ("CALL_ESTABLISHED", "CALL_CLOSED"):
            found.append(Rang(who, event["at"] - began, kind == "CALL_ESTABLISHED"))
            began = 0.0
    return found
