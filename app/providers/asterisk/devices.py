"""The agents' phones as Asterisk sees them: told when they change by anything but our own call (decision 0030).

A phone on which we talk is in use because of us: to tell that, and its end, would be two events of every call.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from app.call.agent import Device
from app.call.events import DeviceChanged
from app.providers.asterisk.wire import Channel
from app.providers.base import Arrival

SETTLES = 1.0
"""Seconds after our call in which Asterisk says that the phone is free, if it is."""


class Devices:
    """`tell` takes what is to be told later; in one process, of one link."""

    def __init__(self, tell: Callable[[Arrival], None]) -> None:
        self._tell = tell
        self._legs: dict[str, str] = {}
        """Our living legs -> the phone, as Asterisk calls it."""
        self._kept: dict[str, tuple[DeviceChanged, Arrival]] = {}
        """Phone -> what was said of it last while we were on it."""
        self._told: dict[str, Device] = {}
        """Agent -> how their phone is by what was told."""

    def begin(self) -> None:
        """A new link: nothing is known."""
        self._legs.clear()
        self._kept.clear()
        self._told.clear()

    def knows(self, agent: str, state: Device) -> None:
        """The engine has it so."""
        self._told[agent] = state

    def ours(self, channel: Channel) -> None:
        """We ring, or talk, on this channel: `PJSIP/101-0000001b`."""
        self._legs[channel.id] = channel.name.rpartition("-")[0]

    def heard(self, phone: str, event: DeviceChanged, found: Arrival) -> Arrival | None:
        """What Asterisk says of a phone, `event` in `found`; None when nobody need be told now."""
        self._kept.pop(phone, None)
        if event.state != "gone" and phone in self._legs.values():
            self._kept[phone] = event, found
            return None
        return self._new(event, found)

    def over(self, leg: str) -> None:
        """This leg of ours ended; what goes on at the phone is told if it is not over in a moment."""
        if (phone := self._legs.pop(leg, "")) in self._kept:
            asyncio.get_running_loop().call_later(SETTLES, self._settle, phone)

    def _settle(self, phone: str) -> None:
        if phone in self._kept and phone not in self._legs.values():
            found = self._new(*self._kept.pop(phone))
            if found is not None:
                self._tell(found)

    def _new(self, event: DeviceChanged, found: Arrival) -> Arrival | None:
        if self._told.get(event.agent) == event.state:
            return None
        self._told[event.agent] = event.state
        return found
