"""Opening hours and working days on the municipality's own clock (domain §6)."""

from datetime import UTC, date, datetime

import pytest

from app.call.calendar import is_open, is_working_day, part_of_day, windows
from app.call.policy import Hours
from tests.core.policies import policy
from tests.core.promising import at, clock

NIGHT = Hours("night", {6: ((0, 4 * 60),)})
RULES = policy(hours={**policy().hours, "night": NIGHT})


@pytest.mark.parametrize(
    ("moment", "hours", "is_it"),
    [
        ("2026-11-24T09:00", "office", True),
        ("2026-11-24T08:59", "office", False),
        ("2026-11-24T16:59", "office", True),
        ("2026-11-24T17:00", "office", False),
        ("2026-11-28T10:00", "office", False),
        ("2026-12-25T10:00", "office", False),
        ("2026-11-28T03:00", "", True),
        ("2026-12-25T10:00", "", True),
        ("2026-11-24T12:00", "mornings", False),
    ],
)
def test_open(moment: str, hours: str, is_it: bool) -> None:
    assert is_open(RULES, hours, at(moment)) == is_it


@pytest.mark.parametrize(
    ("day", "is_it"), [(date(2026, 11, 24), True), (date(2026, 11, 28), False), (date(2026, 12, 25), False)]
)
def test_working_day(day: date, is_it: bool) -> None:
    assert is_working_day(RULES, "office", day) == is_it
    assert bool(windows(RULES, "office", day)) == is_it


@pytest.mark.parametrize(
    ("day", "opens", "closes", "hours"),
    [
        (date(2027, 3, 28), "Sun 28-03 00:00", "Sun 28-03 04:00", 3),
        (date(2027, 10, 31), "Sun 31-10 00:00", "Sun 31-10 04:00", 5),
    ],
)
def test_a_window_over_a_change_of_the_clock_is_as_long_as_it_really_is(
    day: date, opens: str, closes: str, hours: int
) -> None:
    ((start, end),) = windows(RULES, "night", day)
    assert (clock(start), clock(end), (end - start).total_seconds()) == (opens, closes, hours * 3600)


@pytest.mark.parametrize(
    ("hour", "part"), [(10, "morning"), (11, "afternoon"), (16, "afternoon"), (17, "evening"), (23, "morning")]
)
def test_the_part_of_the_day_is_local(hour: int, part: str) -> None:
    assert part_of_day(datetime(2026, 11, 24, hour, 0, tzinfo=UTC), RULES) == part
