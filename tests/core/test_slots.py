"""The first moment at which somebody can be rung back: hours, days off, absence, full diaries, and changing clocks."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from app.call.calendar import is_open, local, windows
from app.call.callback import Slot
from app.call.diary import Diary
from app.call.policy import Absence, CallbackPolicy, Hours, Minutes, Policy
from app.callbacks.absence import owe
from app.callbacks.rota import rota, there
from app.callbacks.slots import HORIZON, book, due, epoch, from_now, next_after, objection, propose, snapped
from tests.core.policies import policy
from tests.core.promising import at, caller, clock, moments, municipalities, world

PIET = "colleague:piet"


def first(now: str, rules: Policy | None = None, who: str = PIET, diary: Diary | None = None) -> str:
    return clock(propose(rules or policy(), who, diary, at(now)).start)


def in_the_mornings(**changes: object) -> Policy:
    """Piet works in the mornings only."""
    return policy(colleagues={"piet": replace(policy().colleagues["piet"], hours="mornings")}, **changes)


def full(slot_start: str, count: int = 2) -> Diary:
    return Diary(PIET, {epoch(at(slot_start)): count})


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-24T10:15", "Tue 24-11 11:00"),  # half an hour to get ready, then the next slot
        ("2026-11-24T10:30", "Tue 24-11 11:00"),
        ("2026-11-24T10:30:00.000001", "Tue 24-11 11:30"),
        ("2026-11-24T07:00", "Tue 24-11 09:00"),
        ("2026-11-24T16:00", "Tue 24-11 16:30"),  # the last slot of the day
        ("2026-11-24T16:01", "Wed 25-11 09:00"),
        ("2026-11-24T20:30", "Wed 25-11 09:00"),  # an evening call
        ("2026-11-24T23:45", "Wed 25-11 09:00"),
        ("2026-11-27T16:30", "Mon 30-11 09:00"),  # Friday afternoon
        ("2026-11-28T10:15", "Mon 30-11 09:00"),  # Saturday
        ("2026-12-24T16:45", "Mon 28-12 09:00"),  # Friday 25 December is a day off
    ],
)
def test_the_first_slot_in_opening_hours(now: str, expected: str) -> None:
    assert first(now) == expected


def test_a_slot_is_as_long_as_the_policy_says_and_fits_in_its_window() -> None:
    rules = in_the_mornings(callbacks=CallbackPolicy(slot=50, lead=0))
    slot = propose(rules, PIET, None, at("2026-11-24T10:40"))
    assert (clock(slot.start), slot.end - slot.start) == ("Tue 24-11 10:40", timedelta(minutes=50))
    assert first("2026-11-24T10:41", rules) == "Wed 25-11 09:00"


def test_windows_are_taken_in_the_order_of_the_day() -> None:
    week: dict[int, tuple[Minutes, ...]] = dict.fromkeys(range(5), ((13 * 60 + 15, 17 * 60), (9 * 60, 12 * 60)))
    rules = policy(hours={"office": Hours("office", week)})
    assert first("2026-11-24T08:00", rules) == "Tue 24-11 09:00"
    assert first("2026-11-24T11:45", rules) == "Tue 24-11 13:15"


def test_a_colleague_who_is_away_rings_on_the_first_day_back() -> None:
    assert first("2026-11-24T10:15", who="colleague:els") == "Tue 01-12 09:00"
    assert first("2026-11-24T10:15", who="office:els") == "Tue 24-11 11:00"
    assert first("2026-11-24T10:15", who="colleague:nobody") == "Tue 24-11 11:00"


def test_an_absence_counts_its_first_and_its_last_day() -> None:
    rules = policy()
    piet = replace(rules.colleagues["piet"], absent=(Absence(date(2026, 11, 25), date(2026, 11, 26)),))
    assert first("2026-11-24T16:30", policy(colleagues={"piet": piet})) == "Fri 27-11 09:00"


def test_away_for_months_somebody_else_keeps_the_promise() -> None:
    rules = policy()
    piet = replace(rules.colleagues["piet"], absent=(Absence(date(2026, 11, 1), date(2027, 6, 1)),))
    assert first("2026-11-24T10:15", policy(colleagues={"piet": piet})) == "Tue 24-11 11:00"


def test_a_department_rings_as_long_as_one_of_its_colleagues_is_there() -> None:
    people = policy().colleagues
    away = replace(people["piet"], absent=(Absence(date(2026, 11, 24), date(2026, 11, 25)),))
    alone = policy(colleagues={"piet": away})
    assert first("2026-11-24T10:15", alone, who="department:wmo") == "Thu 26-11 09:00"
    slot = Slot(at("2026-11-25T09:00"), at("2026-11-25T09:30"))
    assert objection(alone, "department:wmo", None, slot, at("2026-11-24T10:15")) == "absent"
    both = policy(colleagues={"piet": away, "ans": replace(people["ans"], hours="mornings")})
    assert first("2026-11-24T10:15", both, who="department:wmo") == "Tue 24-11 11:00"
    assert first("2026-11-24T12:30", both, who="department:wmo") == "Wed 25-11 09:00"
    assert first("2026-11-26T12:30", both, who="department:wmo") == "Thu 26-11 13:00", "the other one is back"


def test_hours_of_colleagues_that_overlap_are_one_stretch_and_others_are_apart() -> None:
    week = {"early": ((8 * 60, 10 * 60),), "late": ((9 * 60 + 15, 12 * 60),), "evening": ((18 * 60, 19 * 60),)}
    hours = {name: Hours(name, dict.fromkeys(range(5), spans)) for name, spans in week.items()}
    piet = policy().colleagues["piet"]
    three = {name: replace(piet, id=name, hours=name) for name in week}
    rules = policy(hours=hours | {"office": policy().hours["office"]}, colleagues=three)
    stretches = there(rules, "department:wmo", date(2026, 11, 24))
    assert [f"{clock(a)[-5:]}-{clock(b)[-5:]}" for a, b in stretches] == ["08:00-12:00", "18:00-19:00"]


@pytest.mark.parametrize(
    ("who", "hours"),
    [
        ("colleague:els", {"mornings"}),
        ("colleague:nobody", {"office"}),
        ("colleague:burgerzaken", {"office"}),
        ("department:burgerzaken", {"mornings"}),
        ("department:wmo", {"office"}),
        ("department:sociaal", {"office"}),
        ("office:sociaal", {"mornings"}),
        ("office:burgerzaken", {"office"}),
        ("office:nowhere", {"office"}),
    ],
)
def test_whose_hours_they_are(who: str, hours: set[str]) -> None:
    rules = policy()
    els = replace(rules.colleagues["els"], department="burgerzaken")
    rules = replace(rules, colleagues={**rules.colleagues, "els": els})
    assert rota(rules, who, date(2026, 12, 1)) == hours


def test_a_full_slot_is_passed_over() -> None:
    assert first("2026-11-24T10:15", diary=full("2026-11-24T11:00", 1)) == "Tue 24-11 11:00"
    assert first("2026-11-24T10:15", diary=full("2026-11-24T11:00", 2)) == "Tue 24-11 11:30"


def test_a_full_day_moves_to_the_next_working_day() -> None:
    day = at("2026-11-27T09:00")
    booked = {epoch(day + timedelta(minutes=30 * n)): 2 for n in range(16)}
    assert first("2026-11-27T09:00", diary=Diary(PIET, booked)) == "Mon 30-11 09:00"


def test_when_everything_is_full_the_least_full_slot_is_taken() -> None:
    now, rules, booked = at("2026-11-24T10:15"), policy(), {}
    slot = propose(rules, PIET, None, now)
    while slot.start < now + timedelta(days=HORIZON + 1):
        booked[epoch(slot.start)] = 3
        slot = next_after(rules, PIET, None, slot, now)
    booked[epoch(at("2026-12-03T14:30"))] = 2
    assert first("2026-11-24T10:15", diary=Diary(PIET, booked)) == "Thu 03-12 14:30"


def test_hours_that_never_open_still_give_a_moment_within_the_norm() -> None:
    rules = policy(hours={"office": Hours("office", {})})
    now = at("2026-11-24T10:15")
    slot = propose(rules, PIET, None, now)
    assert slot.end == due(rules, now) == now + timedelta(days=2)
    brief = policy(hours={"office": Hours("office", {2: ((0, 10),)})}, callbacks=CallbackPolicy(working_days=1))
    assert propose(brief, PIET, None, at("2026-11-24T23:59")).start == at("2026-11-25T00:29")


def test_another_moment_is_the_next_free_one() -> None:
    rules, now = policy(), at("2026-11-24T10:15")
    slot = propose(rules, PIET, None, now)
    assert clock(next_after(rules, PIET, None, slot, now).start) == "Tue 24-11 11:30"
    assert clock(next_after(rules, PIET, full("2026-11-24T11:30"), slot, now).start) == "Tue 24-11 12:00"
    long_ago = Slot(at("2026-11-20T09:00"), at("2026-11-20T09:30"))
    assert next_after(rules, PIET, None, long_ago, now) == slot


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-24T10:15", "Thu 26-11 17:00"),
        ("2026-11-24T00:00", "Thu 26-11 17:00"),
        ("2026-11-24T23:59", "Thu 26-11 17:00"),
        ("2026-11-27T16:30", "Tue 01-12 17:00"),  # Friday afternoon: Monday, Tuesday
        ("2026-11-28T10:15", "Tue 01-12 17:00"),  # Saturday too
        ("2026-12-24T10:15", "Tue 29-12 17:00"),  # Friday 25 December is a day off
    ],
)
def test_the_norm_ends_at_closing_time_of_the_second_working_day(now: str, expected: str) -> None:
    assert clock(due(policy(), at(now))) == expected


def test_working_days_are_the_municipalitys_and_not_those_of_whoever_owes_it() -> None:
    tuesdays = Hours("tuesdays", {1: ((540, 720),)})
    rules = policy(hours=policy().hours | {"tuesdays": tuesdays})
    piet = replace(rules.colleagues["piet"], hours="tuesdays")
    asked = owe(caller(), world(rules=replace(rules, colleagues={"piet": piet})), cause="asked", colleague="piet")
    assert clock(asked.callback.due_at) == "Thu 26-11 17:00"


@pytest.mark.parametrize(
    ("now", "utc", "norm"),
    [
        ("2027-03-26T16:45", "2027-03-29T07:00+00:00", "Tue 30-03 17:00"),  # 9.00 is an hour earlier in UTC
        ("2027-10-29T16:45", "2027-11-01T08:00+00:00", "Tue 02-11 17:00"),
    ],
)
def test_over_the_weekend_in_which_the_clock_changes(now: str, utc: str, norm: str) -> None:
    assert propose(policy(), PIET, None, at(now)).start == datetime.fromisoformat(utc)
    assert clock(due(policy(), at(now))) == norm


def test_the_night_the_clock_goes_forward_has_no_slot_between_two_and_three() -> None:
    night = policy(hours={"office": Hours("office", {6: ((60, 300),)})}, callbacks=CallbackPolicy(lead=0))
    slot, seen = propose(night, PIET, None, at("2027-03-28T00:30")), []
    while slot.start < at("2027-03-28T06:00"):
        seen.append(clock(slot.start)[-5:])
        slot = next_after(night, PIET, None, slot, at("2027-03-28T00:30"))
    assert seen == ["01:00", "01:30", "03:00", "03:30", "04:00", "04:30"]


def test_the_night_the_clock_goes_back_has_that_hour_twice() -> None:
    night = policy(hours={"office": Hours("office", {6: ((60, 240),)})}, callbacks=CallbackPolicy(lead=0))
    slot, seen = propose(night, PIET, None, at("2027-10-31T00:30")), []
    while slot.start < at("2027-10-31T06:00"):
        seen.append(clock(slot.start)[-5:])
        slot = next_after(night, PIET, None, slot, at("2027-10-31T00:30"))
    assert seen == ["01:00", "01:30", "02:00", "02:30", "02:00", "02:30", "03:00", "03:30"]


def test_an_opening_time_that_the_clock_skips_comes_after_the_gap() -> None:
    gap = policy(hours={"office": Hours("office", {6: ((150, 240),)})}, callbacks=CallbackPolicy(lead=0))
    assert first("2027-03-28T00:30", gap) == "Sun 28-03 03:30"
    inside_out = policy(hours={"office": Hours("office", {6: ((150, 180),)})}, callbacks=CallbackPolicy(lead=0))
    assert first("2027-03-28T00:30", inside_out) == "Sun 04-04 02:30"


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2026-11-24T10:10", "past"),
        ("2026-11-24T10:15", ""),
        ("2026-11-24T11:00", "full"),
        ("2026-11-24T11:30", ""),
        ("2026-11-24T16:45", "closed"),
        ("2026-11-24T20:00", "closed"),
        ("2026-11-28T10:00", "closed"),
        ("2026-12-25T10:00", "closed"),
        ("2027-01-26T10:00", "far"),
    ],
)
def test_whether_another_moment_can_be(start: str, expected: str) -> None:
    slot = Slot(at(start), at(start) + timedelta(minutes=30))
    diary = full("2026-11-24T11:00")
    assert objection(policy(), PIET, diary, slot, at("2026-11-24T10:15")) == expected


def test_a_moment_has_a_beginning_before_its_end() -> None:
    start = at("2026-11-24T12:00")
    for end in (start, start - timedelta(minutes=30)):
        assert objection(policy(), PIET, None, Slot(start, end), at("2026-11-24T10:15")) == "closed"


def test_nobody_without_a_diary_is_full() -> None:
    rules = policy(callbacks=CallbackPolicy(per_slot=1))
    slot = Slot(at("2026-11-24T11:00"), at("2026-11-24T11:30"))
    assert propose(rules, PIET, None, at("2026-11-24T10:15")) == slot
    assert objection(rules, PIET, None, slot, at("2026-11-24T10:15")) == ""


def test_not_while_the_colleague_is_away() -> None:
    slot = Slot(at("2026-11-30T09:00"), at("2026-11-30T09:30"))
    assert objection(policy(), "colleague:els", None, slot, at("2026-11-24T10:15")) == "absent"
    assert objection(policy(), PIET, None, slot, at("2026-11-24T10:15")) == ""


def test_a_moment_becomes_the_slot_in_which_it_begins() -> None:
    def snap(start: str, end: str) -> str:
        slot = snapped(policy(), PIET, Slot(at(start), at(end)))
        return f"{clock(slot.start)}-{clock(slot.end)[-5:]}"

    assert snap("2026-11-24T11:10", "2026-11-24T11:40") == "Tue 24-11 11:00-11:30"
    assert snap("2026-11-24T13:00", "2026-11-24T17:00") == "Tue 24-11 13:00-13:30"
    assert snap("2026-11-24T16:40", "2026-11-24T17:10") == "Tue 24-11 16:30-17:00"
    assert snap("2026-11-24T09:00", "2026-11-24T12:00") == "Tue 24-11 09:00-09:30"
    assert snap("2026-11-24T17:00", "2026-11-24T18:00") == "Tue 24-11 17:00-18:00"
    assert snap("2026-11-24T20:10", "2026-11-24T20:40") == "Tue 24-11 20:10-20:40"
    odd = policy(callbacks=CallbackPolicy(slot=45))
    tail = Slot(at("2026-11-24T16:40"), at("2026-11-24T17:00"))
    assert snapped(odd, PIET, tail) == tail
    assert objection(odd, PIET, None, tail, at("2026-11-24T10:15")) == ""


def test_a_diary_counts_and_forgets_what_has_begun() -> None:
    now, slot = at("2026-11-24T10:15"), Slot(at("2026-11-24T11:00"), at("2026-11-24T11:30"))
    diary = book(Diary(PIET, {epoch(at("2026-11-24T09:00")): 2}), slot, +1, now)
    assert diary.booked == {epoch(slot.start): 1}
    assert book(diary, slot, +1, now).booked == {epoch(slot.start): 2}
    assert book(diary, slot, -1, now).booked == {}
    assert book(Diary(PIET), slot, -1, now).booked == {}
    assert book(diary, slot, +1, slot.start).booked == {epoch(slot.start): 2}
    other = Slot(at("2026-11-24T12:00"), at("2026-11-24T12:30"))
    assert book(diary, other, +1, slot.start).booked == {epoch(slot.start): 1, epoch(other.start): 1}
    assert book(diary, slot, +1, at("2026-11-24T11:10")).booked == {}


@given(rules=municipalities(), now=moments, taken=st.lists(st.tuples(st.integers(0, 400), st.integers(1, 4))))
def test_a_slot_is_always_where_somebody_can_ring(rules: Policy, now: datetime, taken: list[tuple[int, int]]) -> None:
    grid = slots_of(rules, now)
    diary = Diary(PIET, {epoch(grid[n % len(grid)].start): count for n, count in taken} if grid else {})
    slot = propose(rules, PIET, diary, now)

    assert slot.start >= now + timedelta(minutes=rules.callbacks.lead), "never in the past"
    assert slot.end - slot.start == timedelta(minutes=rules.callbacks.slot)
    if not grid:
        return
    day = local(slot.start, rules).date()
    assert day not in rules.days_off
    assert any(start <= slot.start and slot.end <= end for start, end in windows(rules, "office", day))
    assert is_open(rules, "office", slot.start) or day in CLOCK_CHANGES
    free = [s for s in grid if diary.booked.get(epoch(s.start), 0) < rules.callbacks.per_slot]
    if free:
        assert slot == free[0], "the first free one, never one too many"
    later = next_after(rules, PIET, diary, slot, now)
    assert later.start >= slot.end


CLOCK_CHANGES = (date(2027, 3, 28), date(2027, 10, 31))


def slots_of(rules: Policy, now: datetime) -> list[Slot]:
    """Every slot within the horizon, found the slow way: minute by minute through the opening windows."""
    earliest, length = now + timedelta(minutes=rules.callbacks.lead), timedelta(minutes=rules.callbacks.slot)
    first_day, found = local(earliest, rules).date(), []
    for ahead in range(HORIZON):
        for start, end in windows(rules, "office", first_day + timedelta(days=ahead)):
            moment = start
            while moment + length <= end:
                if moment >= earliest:
                    found.append(Slot(moment, moment + length))
                moment += length
    return found


@given(rules=municipalities(), now=moments)
def test_the_norm_is_a_working_day_after_today(rules: Policy, now: datetime) -> None:
    norm = due(rules, now)
    assert norm > now
    if any(windows(rules, "office", date(2027, 3, 15) + timedelta(days=n)) for n in range(7)):
        passed = {local(now, rules).date() + timedelta(days=n) for n in range(1, 400)}
        last = local(norm - timedelta(microseconds=1), rules).date()
        working = [d for d in sorted(passed) if d <= last and windows(rules, "office", d)]
        assert len(working) == rules.callbacks.working_days or last in CLOCK_CHANGES


@pytest.mark.parametrize(
    ("now", "minutes", "expected"),
    [
        ("2026-11-24T10:17", 5, ("Tue 24-11 10:17", "Tue 24-11 10:47")),
        ("2026-11-24T10:17", 30, ("Tue 24-11 10:17", "Tue 24-11 10:47")),
        ("2026-11-24T10:17", 31, ("Tue 24-11 10:17", "Tue 24-11 11:17")),
        ("2026-11-24T16:50", 10, ("Tue 24-11 16:50", "Tue 24-11 17:00")),  # not longer than the office is open
        ("2026-11-24T16:50", 11, ("Wed 25-11 09:00", "Wed 25-11 09:30")),  # not before it closes: the next morning
        ("2026-11-24T08:59", 5, ("Wed 25-11 09:00", "Wed 25-11 09:30")),
        ("2026-11-27T16:50", 11, ("Mon 30-11 09:00", "Mon 30-11 09:30")),
    ],
)
def test_a_kept_place_begins_now_and_lasts_as_long_as_the_wait(
    now: str, minutes: int, expected: tuple[str, str]
) -> None:
    slot = from_now(policy(), "office:kcc", None, minutes, at(now))
    assert (clock(slot.start), clock(slot.end)) == expected


def test_a_kept_place_of_the_next_morning_passes_over_a_full_slot() -> None:
    tomorrow = Diary("office:kcc", {epoch(at("2026-11-25T09:00")): 2})
    slot = from_now(policy(), "office:kcc", tomorrow, 30, at("2026-11-24T16:50"))
    assert clock(slot.start) == "Wed 25-11 09:30"


@given(rules=municipalities(), now=moments, minutes=st.integers(1, 300))
def test_a_kept_place_is_never_in_the_past_and_within_the_hours_of_its_day(
    rules: Policy, now: datetime, minutes: int
) -> None:
    slot = from_now(rules, "office:kcc", None, minutes, now)
    assert now <= slot.start < slot.end
    if slot.start == now:
        day = windows(rules, "office", local(now, rules).date())
        assert any(opens <= slot.start and slot.end <= closes for opens, closes in day)
