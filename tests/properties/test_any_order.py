"""Any events in any order: nothing raises, the laws hold, and when everybody has hung up nothing is left over."""

from __future__ import annotations

from hypothesis import given, note, settings
from hypothesis import strategies as st

from app.call.events import LegEnded
from tests.core.house import House
from tests.properties.happenings import Happening, possible
from tests.properties.laws import Laws

CHOICES = st.lists(st.integers(min_value=0, max_value=10_000), min_size=1, max_size=60)


@settings(max_examples=4000, deadline=None)
@given(CHOICES)
def test_laws_hold(choices: list[int]) -> None:
    """A random morning, then everybody hangs up."""
    house = House()
    laws = Laws(house)
    house.ready("bart", "joke")
    for choice in choices:
        happen(possible(house), choice)
    hang_up(house)
    laws.settled()


def happen(can: list[tuple[str, Happening]], choice: int) -> None:
    """One of what may happen, named in the report of a failure."""
    name, happening = can[choice % len(can)]
    note(name)
    happening()


def hang_up(house: House) -> None:
    """Every line ends, the caller's first, until none is left."""
    for _ in range(20):
        legs = [(call.id, leg.id) for call in house.calls.values() for leg in call.legs]
        if not legs:
            return
        for call, leg in legs:
            house.handle(LegEnded(call, leg, "normal"))


@settings(max_examples=4000, deadline=None)
@given(CHOICES)
def test_laws_hold_in_a_transfer(choices: list[int]) -> None:
    """The same from the middle of a consult, where most can go wrong."""
    house = House()
    laws = Laws(house)
    in_consult(house)
    for choice in choices:
        happen([c for c in possible(house) if not c[0].startswith("offered")], choice)
    hang_up(house)
    laws.settled()


def in_consult(house: House) -> None:
    """A caller with Joke, whose colleague Piet is ringing."""
    from app.call import events as e

    house.ready("joke", "fatima")
    house.handle(e.CallOffered("c1", "c1.1", "140123"))
    house.handle(e.KeysPressed("c1", "c1.1", house.calls["c1"].legs[0].step, "2"))
    agent = house.calls["c1"].legs[1]
    house.handle(e.LegAnswered("c1", agent.id))
    for leg in house.calls["c1"].legs:
        house.handle(e.LegJoined("c1", leg.id, "c1-r1"))
    house.handle(e.ConsultAsked("c1", agent.party, "piet"))
