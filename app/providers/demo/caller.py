"""Somebody who rings the municipality: what they can do, in the words of a story."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.providers.demo.legs import Leg
from app.providers.generic import events

if TYPE_CHECKING:
    from app.providers.demo.switch import Switch


class Caller:
    """`reference` is the switch's own name of the call; `call` and `leg` are Warmlijn's, from its answer."""

    def __init__(self, switch: Switch, reference: str, number: str, name: str, *, withheld: bool) -> None:
        self.reference = reference
        self.number = number
        self.name = name
        self.call = ""
        self._switch = switch
        self._withheld = withheld
        self._leg: Leg | None = None

    @property
    def leg(self) -> Leg:
        """The caller's line, once it rang."""
        if self._leg is None:
            raise RuntimeError(f"{self.name or self.reference} has not rung yet")
        return self._leg

    @property
    def over(self) -> bool:
        """The line is over."""
        return self._leg is not None and not self._leg.live

    async def rings(self, dialled: str) -> None:
        """Dial the municipality and hear the first words."""
        switch = self._switch
        data = events.OfferedData(
            call=self.reference,
            dialled=dialled,
            number="" if self._withheld else self.number,
            withheld=self._withheld,
            name=self.name,
        )
        answer = await switch.offer(data)
        self.call = answer.call
        leg = self._leg = Leg(answer.leg or f"unanswered-{self.reference}", self.reference, "up", caller=True)
        switch.legs[leg.id] = leg
        if answer.degraded:
            switch.degrade(leg)
        switch.obey(answer)

    async def hears(self, what: str, seconds: float = 120.0) -> None:
        """Wait until the caller hears this: `menu`, `words`, `music`, `ringback`, `people`."""
        name = self.name or self.reference
        await self._switch.until(lambda: self.leg.hears == what or self.over, f"{name} hears {what}", seconds)
        if self.leg.hears != what:
            raise ConnectionError(f"{name} was hung up instead of hearing {what}")

    async def is_over(self, seconds: float = 120.0) -> None:
        """Wait until the line is over."""
        await self._switch.until(lambda: self.over, f"{self.name or self.reference} is let go", seconds)

    async def presses(self, keys: str) -> None:
        """Press keys as soon as they are asked for."""
        step = await self._asked()
        self._told_something()
        self._switch.tell(events.KeysPressed, events.KeysData(leg=self.leg.id, step=step, keys=keys), self.leg)

    async def says(self, words: str) -> None:
        """Say something as soon as it is asked for."""
        step = await self._asked()
        self._told_something()
        data = events.WordsData(leg=self.leg.id, step=step, words=words)
        self._switch.tell(events.WordsHeard, data, self.leg)

    def hangs_up(self) -> None:
        """Put the phone down."""
        self._switch.end(self.leg, "normal")

    async def _asked(self) -> int:
        name = self.name or self.reference
        await self._switch.until(lambda: self.leg.gathering, f"{name} is asked for something")
        return self.leg.gathering

    def _told_something(self) -> None:
        self.leg.does(None)
        self.leg.gathering = 0
        self._switch.silent(self.leg)
