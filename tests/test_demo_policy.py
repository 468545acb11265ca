"""The policy of the demonstration is the shipped one in a hurry: the same lines, five times as fast, always open."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app import policyfile
from app.call.calendar import is_open
from app.demo.policy import PACE, hurried

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "config/routing.yaml").read_text(encoding="utf-8")
SHIPPED = policyfile.load(TEXT)
MOMENTS = [
    datetime.fromisoformat(moment).replace(tzinfo=UTC)
    for moment in (
        "2026-11-23 09:00", "2026-11-23 22:50", "2026-11-23 23:50", "2026-11-28 22:50",
        "2026-12-24 23:30", "2027-05-05 21:50", "2027-05-06 22:50", "2028-02-28 23:50",
    )
]  # fmt: skip
"""By day, and about midnight in summer, in winter and in Greenwich; before and on days off."""


@pytest.mark.parametrize("now", MOMENTS, ids=str)
def test_it_is_right_and_every_line_stays_where_it_is(now: datetime) -> None:
    policy = policyfile.load(hurried(TEXT, now))
    for part in ("topics", "offices", "menus", "texts", "hours", "agents", "colleagues"):
        shipped, made = getattr(SHIPPED, part), getattr(policy, part)
        assert {key: value.line for key, value in made.items()} == {key: value.line for key, value in shipped.items()}
    assert [rule.line for rule in policy.rules] == [rule.line for rule in SHIPPED.rules]


def test_a_phone_rings_three_times_at_the_pace_of_the_story() -> None:
    policy = policyfile.load(hurried(TEXT, MOMENTS[0]))
    assert policy.ringing.withdraw(3) == pytest.approx(SHIPPED.ringing.withdraw(3) * PACE)
    assert policy.transfer.stable == pytest.approx(SHIPPED.transfer.stable * PACE)


@pytest.mark.parametrize("now", MOMENTS, ids=str)
def test_offices_are_open_for_as_long_as_the_story_takes_but_one_number_is_closed(now: datetime) -> None:
    policy = policyfile.load(hurried(TEXT, now))
    closed = next(number for number in policy.numbers.values() if number.to.office == "sociaal")
    for minutes in range(0, 180, 5):
        moment = now + timedelta(minutes=minutes)
        assert all(is_open(policy, office.hours, moment) for office in policy.offices.values())
        assert not is_open(policy, closed.hours, moment)


def test_whoever_is_on_leave_in_the_file_is_so_today() -> None:
    now = MOMENTS[6]
    policy = policyfile.load(hurried(TEXT, now))
    (absence,) = policy.colleagues["ruben"].absent
    assert absence.first <= now.date() <= absence.last


@pytest.mark.parametrize("now", MOMENTS, ids=str)
def test_the_demonstration_names_its_agents_and_the_shipped_file_does_not(now: datetime) -> None:
    since = policyfile.load(hurried(TEXT, now)).municipality.agents_named_since
    assert since is not None
    assert since <= now.date()
    assert SHIPPED.municipality.agents_named_since is None
