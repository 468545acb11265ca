"""Both imitated switches with one face: residents who ring, phones that do as told, and what was seen there."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from app.providers.base import call_id
from app.providers.demo import Answers, Caller, Silent
from app.providers.demo import Switch as Demo
from app.providers.demo.legs import Leg
from app.providers.generic.commands import Dial, Done, WireCommand
from tests.faults import town
from tests.process import until
from tests.providers.twilio_line import OVER, Line
from tests.providers.twilio_switch import Switch as Imitation
from tests.providers.twilio_switch import answers, rings

CONTENT = ("menu", "words", "music", "ringback", "people", "the KCC")
"""What a caller may hear."""


class Resident(Protocol):
    """Somebody who rings."""

    @property
    def call(self) -> str: ...
    @property
    def hears(self) -> str: ...
    @property
    def over(self) -> bool: ...
    async def rings(self) -> None: ...
    async def presses(self, key: str) -> None: ...
    def hangs_up(self) -> None: ...


class Side(Protocol):
    """One switch."""

    name: str
    joined: bytes
    """A sign in the webhook that says that somebody came into a room."""

    def settings(self) -> dict[str, str]: ...
    def resident(self) -> Resident: ...
    def answers(self, who: str) -> None: ...
    def silent(self, who: str) -> None: ...
    def hangs_up(self, who: str) -> None: ...
    def rings_at(self, who: str) -> bool: ...
    def dials(self) -> Counter[str]: ...
    def live(self) -> list[str]: ...
    def problems(self) -> list[str]: ...


async def hears(resident: Resident, *what: str, seconds: float = 15.0) -> None:
    """Wait until the resident hears one of these. Raises ConnectionError when the line is over before that."""

    async def now() -> bool:
        if resident.over:
            raise ConnectionError(f"over before {what} was heard")
        return resident.hears in what

    await until(now, f"hears {what}", seconds)


class Recorded(Demo):
    """The generic switch; it also notes what was pushed to it, in order, and each phone it really rang."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.pushes: list[WireCommand] = []
        self.dialled: list[str] = []

    def pushed(self, command: WireCommand) -> tuple[int, Done]:
        self.pushes.append(command)
        return super().pushed(command)

    def _dial(self, command: Dial, leg: Leg | None) -> tuple[int, Done]:
        if leg is None:
            self.dialled.append(command.leg)
        return super()._dial(command, leg)


class GenericSide:
    """The demo's switch."""

    name = "generic"
    joined = b"leg.joined.v1"

    def __init__(self, switch: Recorded, commands: str) -> None:
        self.switch = switch
        self.commands = commands
        self.seen: dict[str, float] = {}

    def settings(self) -> dict[str, str]:
        return {"GENERIC_COMMAND_URL": self.commands}

    def resident(self) -> Resident:
        return GenericResident(self.switch.caller("+31611112225", "R. Bakker"), self.switch)

    def answers(self, who: str) -> None:
        self.switch.phone(town.at(who), Answers(0.5))

    def silent(self, who: str) -> None:
        self.switch.phone(town.at(who), Silent())

    def hangs_up(self, who: str) -> None:
        if (leg := self.switch.at(town.at(who))) is not None:
            self.switch.end(leg, "normal")

    def rings_at(self, who: str) -> bool:
        leg = self.switch.at(town.at(who))
        return leg is not None and leg.state == "ringing"

    def dials(self) -> Counter[str]:
        return Counter(self.switch.dialled)

    def live(self) -> list[str]:
        return [f"{leg.id} {leg.address} {leg.hears}" for leg in self.switch.legs.values() if leg.live]

    def problems(self) -> list[str]:
        """Commands of a leg out of order count, too."""
        found = list(self.switch.problems())
        steps: dict[str, int] = {}
        for command in self.switch.pushes:
            if type(command).__name__ != "Look" and command.step < steps.get(command.leg, 0):
                found.append(f"{command.leg}: step {command.step} was sent after {steps[command.leg]}")
            steps[command.leg] = max(steps.get(command.leg, 0), command.step)
        return found


class GenericResident:
    """A caller of the demo's switch."""

    def __init__(self, caller: Caller, switch: Recorded) -> None:
        self._caller = caller
        self._switch = switch

    @property
    def call(self) -> str:
        return call_id(town.CENTRE, "generic", self._caller.reference)

    @property
    def hears(self) -> str:
        return "over" if self.over else self._caller.leg.hears

    @property
    def over(self) -> bool:
        return self._caller.over

    async def rings(self) -> None:
        await self._caller.rings(town.MAIN)

    async def presses(self, key: str) -> None:
        await self._caller.presses(key)

    def hangs_up(self) -> None:
        self._caller.hangs_up()


class TwilioSide:
    """The imitation of Twilio."""

    name = "twilio"
    joined = b"StatusCallbackEvent=participant-join"

    def __init__(self, switch: Imitation) -> None:
        self.switch = switch

    def settings(self) -> dict[str, str]:
        return {"TWILIO_API_URL": self.switch.url}

    def resident(self) -> Resident:
        return TwilioResident(self.switch)

    def answers(self, who: str) -> None:
        self.switch.phones[town.at(who)] = answers(0.05, 0.05)

    def silent(self, who: str) -> None:
        self.switch.phones[town.at(who)] = rings

    def hangs_up(self, who: str) -> None:
        for line in self._at(who):
            line.hang_up()

    def rings_at(self, who: str) -> bool:
        return any(line.status == "ringing" for line in self._at(who))

    def dials(self) -> Counter[str]:
        """By the leg that the report's address names."""
        asked = self.switch.requests
        made = [form for method, path, form in asked if method == "POST" and path.endswith("/Calls.json")]
        return Counter(parse_qs(urlsplit(form["StatusCallback"][0]).query)["leg"][0] for form in made)

    def live(self) -> list[str]:
        return [f"{line.to} {line.status} {line.doing}" for line in self.switch.live]

    def problems(self) -> list[str]:
        return [f"{line.to}: {error}" for line in self.switch.lines.values() for error in line.errors]

    def _at(self, who: str) -> list[Line]:
        return [line for line in self.switch.live if line.to == town.at(who)]


class TwilioResident:
    """A caller at the imitation."""

    def __init__(self, switch: Imitation) -> None:
        self._switch = switch
        self._line: Line | None = None

    @property
    def line(self) -> Line:
        assert self._line is not None
        return self._line

    @property
    def call(self) -> str:
        return call_id(town.CENTRE, "twilio", self.line.sid)

    @property
    def over(self) -> bool:
        return self._line is not None and self._line.status in OVER

    @property
    def hears(self) -> str:
        doing = self.line.doing
        if doing.startswith("room:"):
            return "people" if self.line.room is not None and self.line.room.speaking else "nothing"
        known = {"say": "words", "gather": "menu", "kcc": "the KCC", "music": "music", "over": "over"}
        if doing == "music:ringback":
            return "ringback"
        return known.get(doing.partition(":")[0], "nothing")

    async def rings(self) -> None:
        self._line = self._switch.ring("+31611112225", town.MAIN)
        await asyncio.sleep(0)

    async def presses(self, key: str) -> None:
        await hears(self, "menu")
        self.line.press(key)

    def hangs_up(self) -> None:
        self.line.hang_up()


@asynccontextmanager
async def side(name: str, public: str) -> AsyncIterator[Side]:
    """A switch that tells everything to `public`."""
    if name == "generic":
        hooks = f"{public}/hooks/{town.CENTRE}/generic/events"
        async with Recorded.open(hooks, (town.SECRET,), pace=town.PACE, cycle=1 / town.PACE) as (switch, commands):
            yield GenericSide(switch, commands)
    else:
        async with Imitation(town.ACCOUNT, town.TOKEN, say=0.1, second=0.1) as imitation:
            imitation.number(town.MAIN, f"{public}/hooks/{town.CENTRE}/twilio")
            yield TwilioSide(imitation)
