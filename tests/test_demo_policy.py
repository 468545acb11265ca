"""The policy of the demonstration is the shipped one in a hurry: the same lines, five times as fast, always open."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from app import policyfile
from app.call.calendar import is_open
from app.demo.policy import PACE, hurried
from app.settings import utc_now

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "config/routing.yaml").read_text(encoding="utf-8")
SHIPPED = policyfile.load(TEXT)
DAYS = [date(2026, 11, 23), date(2026, 11, 28), date(2026, 12, 25), date(2027, 5, 6), date(2028, 2, 29)]


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_it_is_right_and_every_line_stays_where_it_is(today: date) -> None:
    policy = policyfile.load(hurried(TEXT, today))
    for part in ("topics", "offices", "menus", "texts", "hours", "agents", "colleagues"):
        shipped, made = getattr(SHIPPED, part), getattr(policy, part)
        assert {key: value.line for key, value in made.items()} == {key: value.line for key, value in shipped.items()}
    assert [rule.line for rule in policy.rules] == [rule.line for rule in SHIPPED.rules]


def test_a_phone_rings_three_times_at_the_pace_of_the_story() -> None:
    policy = policyfile.load(hurried(TEXT, DAYS[0]))
    assert policy.ringing.withdraw(3) == pytest.approx(SHIPPED.ringing.withdraw(3) * PACE)
    assert policy.transfer.stable == pytest.approx(SHIPPED.transfer.stable * PACE)


def test_offices_are_open_at_any_hour_but_one_number_is_closed() -> None:
    now = utc_now().replace(hour=11)
    policy = policyfile.load(hurried(TEXT, now.date()))
    assert all(is_open(policy, office.hours, now + timedelta(hours=3)) for office in policy.offices.values())
    closed = next(number for number in policy.numbers.values() if number.to.office == "sociaal")
    assert not is_open(policy, closed.hours, now)


def test_whoever_is_on_leave_in_the_file_is_so_today() -> None:
    policy = policyfile.load(hurried(TEXT, DAYS[3]))
    (absence,) = policy.colleagues["ruben"].absent
    assert absence.first <= DAYS[3] <= absence.last
