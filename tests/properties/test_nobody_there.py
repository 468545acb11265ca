"""A caller who stays on the line and presses nothing is not asked without end, nor told of a wait for nobody."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from app.agents.choice import staffed
from app.call import events as e
from app.call.call import Degraded, Ended, Waiting
from app.call.legs import Gather, Prompt
from app.call.numbers import Given
from tests.core.acts import WITHHELD, obey
from tests.core.house import House
from tests.core.moments import MOMENTS
from tests.properties.laws import Laws

AGENTS = ("bart", "fatima", "joke")
BUSIEST = 300
"""So many decisions about one silent caller a quarter of an hour may bring; a phone that rings in vain makes most."""


def gone(house: House) -> None:
    """Everybody goes home."""
    for agent in AGENTS:
        house.handle(e.AgentLoggedOff(agent))


def on_a_break(house: House) -> None:
    """Everybody is on a break, and forgets to log off."""
    for agent in AGENTS:
        house.handle(e.AgentLoggedOn(agent))
        house.handle(e.AgentNotReady(agent, "pauze"))


def absent(house: House) -> None:
    """Everybody is ready, and nobody picks up."""
    for agent in AGENTS:
        house.handle(e.AgentLoggedOn(agent))
        house.handle(e.AgentReady(agent))


def left(house: House, number: Given | None) -> None:
    """Who spoke with somebody is gone, too; the callers stay."""
    for call in tuple(house.calls.values()):
        if number is not None:
            house.calls[call.id] = replace(call, number=number)
        for leg in call.legs[1:]:
            house.handle(e.LegEnded(call.id, leg.id))


def told_a_wait(house: House, call: str) -> bool:
    """Whether this caller hears how long it will take."""
    doing = house.calls[call].legs[0].doing
    return isinstance(doing, Prompt | Gather) and any(x.text.startswith("position") for x in doing.lines)


@pytest.mark.parametrize("number", [None, WITHHELD], ids=["a number", "no number"])
@pytest.mark.parametrize("everybody", [gone, on_a_break, absent])
@pytest.mark.parametrize("moment", MOMENTS)
def test_whoever_stays_is_not_asked_without_end(
    moment: str, everybody: Callable[[House], None], number: Given | None
) -> None:
    house = MOMENTS[moment]()
    Laws(house)
    left(house, number)
    everybody(house)
    for _ in range(4 * 8):
        before = len(house.steps)
        for _ in range(15):
            obey(house)
            for call in house.calls.values():
                if isinstance(call.phase, Waiting) and told_a_wait(house, call.id):
                    assert staffed(call.phase.office, house.world()), "told of a wait for nobody"
            house.wait(60)
        mine = [s for s in house.steps[before:] if s.decision.call is not None and s.decision.call.id == "c1"]
        assert len(mine) <= BUSIEST, "asked, or rung for, without end"
    for call in house.calls.values():
        assert isinstance(call.phase, Ended | Degraded), f"{call.id} is still {type(call.phase).__name__} at night"
