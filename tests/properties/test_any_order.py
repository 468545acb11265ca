"""Any events in any order, from any moment: nothing raises, the laws hold, and at the end nothing is left over."""

from __future__ import annotations

import os
import random

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from app.call import events as e
from app.call.events import LegEnded
from tests.core.house import House
from tests.core.moments import MOMENTS
from tests.properties.happenings import happen, possible
from tests.properties.laws import Laws

DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
EXAMPLES = 20_000 if DEEP else 500
SEED = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**9))
"""Printed when a walk fails; `SEED=...` walks it again."""
STARTS = st.sampled_from(sorted(MOMENTS))
CHOICES = st.lists(st.integers(min_value=0, max_value=10_000), min_size=1, max_size=60)
SWITCH = tuple(t for t in e.SwitchEvent.__args__ if t is not e.LegSeen)
"""Reports that may come twice. What `LegSeen` answers was asked, and is asked again when it comes again."""


def walk(house: House, choices: list[int]) -> None:
    """Random events; then everybody hangs up."""
    laws = Laws(house)
    for choice in choices:
        happen(house, (can := possible(house))[choice % len(can)])
    hang_up(house)
    laws.settled()


@settings(max_examples=EXAMPLES, deadline=None, derandomize=True)
@given(STARTS, CHOICES)
def test_laws_hold_whatever_happens_next(start: str, choices: list[int]) -> None:
    """From every moment of a call, with the same choices in each run."""
    walk(MOMENTS[start](), choices)


@settings(max_examples=EXAMPLES, deadline=None, derandomize=True)
@given(CHOICES)
def test_laws_hold_from_the_morning_on(choices: list[int]) -> None:
    """From an empty house."""
    house = House()
    house.ready("bart", "joke")
    walk(house, choices)


@pytest.mark.parametrize("start", sorted(MOMENTS))
def test_laws_hold_on_new_paths(start: str) -> None:
    """Paths that no earlier run took; the seed stands in the failure."""
    for n in range(max(10, EXAMPLES // 12)):
        seed = f"{SEED}:{start}:{n}"
        chance = random.Random(seed)
        try:
            walk(MOMENTS[start](), [chance.randrange(10_000) for _ in range(chance.randrange(1, 60))])
        except AssertionError as broken:
            raise AssertionError(f"SEED={SEED}, walk {n} from {start}: {broken}") from broken


@settings(max_examples=EXAMPLES, deadline=None, derandomize=True)
@given(STARTS, CHOICES)
def test_what_the_switch_reports_twice_counts_once(start: str, choices: list[int]) -> None:
    """After every event of the switch the same one again changes nothing (I20)."""
    house = MOMENTS[start]()
    for choice in choices[:20]:
        first = len(house.steps)
        happen(house, (can := possible(house))[choice % len(can)])
        if len(house.steps) > first and isinstance(event := house.steps[first].event, SWITCH):
            note(repr(event))
            before = state(house)
            house.handle(event)
            assert state(house) == before, f"{event} counted twice"


def state(house: House) -> tuple[object, ...]:
    """Everything that is saved."""
    return house.calls | {}, house.agents | {}, house.callbacks | {}, house.diaries | {}, len(house.records)


def hang_up(house: House) -> None:
    """Every line ends, the caller's first, until none is left."""
    for _ in range(20):
        legs = [(call.id, leg.id) for call in house.calls.values() for leg in call.legs]
        if not legs:
            return
        for call, leg in legs:
            house.handle(LegEnded(call, leg, "normal"))
