"""Every party hangs up in every moment, for every cause: the call goes on as it should and leaves nothing behind."""

from __future__ import annotations

from typing import get_args

import pytest

from app.call import events as e
from app.call.call import Cause, Degraded, Ended
from tests.core.acts import obey
from tests.core.house import House
from tests.core.moments import MOMENTS
from tests.properties.laws import Laws

CASES = [(moment, leg.id) for moment, make in MOMENTS.items() for leg in make().calls["c1"].legs]


@pytest.mark.parametrize(("moment", "leg"), CASES)
def test_whoever_hangs_up_for_whatever_cause_everything_ends(moment: str, leg: str) -> None:
    """Then everybody else does too, at once, or after half an hour in which nobody picks up any phone."""
    for cause in get_args(Cause):
        for later in (0, 60):
            house = MOMENTS[moment]()
            laws = Laws(house)
            house.handle(e.LegEnded("c1", leg, cause))
            for _ in range(later):
                obey(house)
                house.wait(30)
            everybody_ends(house)
            laws.settled()


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_caller_who_stays_on_the_line_is_heard_of_again(moment: str) -> None:
    """Whatever nobody does, the caller is with a person, in a promise, told goodbye, or still looked after."""
    house = MOMENTS[moment]()
    Laws(house)
    for _ in range(60):
        obey(house)
        house.wait(30)
    call = house.calls["c1"]
    assert isinstance(call.phase, Ended | Degraded) or call.timers or len(call.legs) > 1


def everybody_ends(house: House) -> None:
    """The callers first, then whatever is left."""
    for call in tuple(house.calls.values()):
        if call.caller is not None:
            house.handle(e.LegEnded(call.id, call.legs[0].id))
    obey(house)
