"""A phone is told about when it changes by anything but our own call."""

from __future__ import annotations

import asyncio

import pytest

from app.call.agent import Device
from app.call.events import DeviceChanged
from app.providers.asterisk import devices
from app.providers.asterisk.devices import Devices
from app.providers.asterisk.wire import Channel
from app.providers.base import Arrival

PHONE, LEG = "PJSIP/101", "call.2"


class Seen:
    """What the engine is told, in order."""

    def __init__(self) -> None:
        self.told: list[Device] = []
        self.devices = Devices(self._take)

    def says(self, state: Device) -> None:
        """Asterisk says this of the phone."""
        event = DeviceChanged("bart", state)
        if (found := self.devices.heard(PHONE, event, Arrival(centre="stad", key=state, event=event))) is not None:
            self._take(found)

    def answers(self) -> None:
        """The phone answers our call."""
        self.devices.ours(Channel(LEG, f"{PHONE}-0000001b", "Up"))

    def _take(self, arrival: Arrival) -> None:
        assert isinstance(arrival.event, DeviceChanged)
        self.told.append(arrival.event.state)


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Seen:
    monkeypatch.setattr(devices, "SETTLES", 0.0)
    return Seen()


async def after_a_moment() -> None:
    await asyncio.sleep(0.01)


async def test_of_our_own_call_nothing_is_told(seen: Seen) -> None:
    seen.devices.knows("bart", "idle")
    seen.answers()
    seen.says("busy")
    seen.devices.over(LEG)
    seen.says("idle")
    await after_a_moment()
    assert seen.told == []


async def test_the_end_may_be_said_before_our_call_is_over(seen: Seen) -> None:
    seen.devices.knows("bart", "idle")
    seen.answers()
    seen.says("busy")
    seen.says("idle")
    seen.devices.over(LEG)
    await after_a_moment()
    assert seen.told == []


async def test_another_call_that_goes_on_after_ours_is_told_when_ours_is_over(seen: Seen) -> None:
    seen.devices.knows("bart", "idle")
    seen.answers()
    seen.says("busy")
    seen.devices.over(LEG)
    await after_a_moment()
    assert seen.told == ["busy"]
    seen.says("idle")
    assert seen.told == ["busy", "idle"]


async def test_our_next_call_on_the_same_phone_is_no_other_call(seen: Seen) -> None:
    seen.devices.knows("bart", "idle")
    seen.answers()
    seen.says("busy")
    seen.devices.over(LEG)
    seen.devices.ours(Channel("other.2", f"{PHONE}-0000001c", "Ringing"))
    await after_a_moment()
    assert seen.told == []


def test_a_phone_that_is_unplugged_in_our_call_is_told_at_once(seen: Seen) -> None:
    seen.answers()
    seen.says("gone")
    assert seen.told == ["gone"]


def test_a_phone_in_use_elsewhere_is_told_once(seen: Seen) -> None:
    seen.devices.knows("bart", "idle")
    seen.says("busy")
    seen.says("busy")
    seen.says("idle")
    assert seen.told == ["busy", "idle"]


def test_after_a_new_link_nothing_is_known(seen: Seen) -> None:
    seen.says("busy")
    seen.devices.begin()
    seen.says("busy")
    assert seen.told == ["busy", "busy"]
