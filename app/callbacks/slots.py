"""Moments to ring somebody back: the grid of slots in the owner's opening hours, and how full each one is (domain §6).

An owner is who owes the callback: `colleague:ID`, `department:ID` or `office:ID`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from msgspec.structs import replace

from app.call.calendar import is_working_day, local, windows
from app.call.callback import Slot
from app.call.diary import Diary
from app.call.policy import Absence, Colleague, Policy

HORIZON = 60
"""Days ahead in which a moment is sought, and may be asked for."""


def propose(policy: Policy, hours: str, owner: str, diary: Diary | None, now: datetime) -> Slot:
    """The first slot in which the owner is there and owes fewer than `per_slot`, at least `lead` minutes from now.

    There always is one: when every slot is full the least full, and when the owner is away for the whole horizon,
    or the hours never open, a moment at which somebody else has to keep the promise.
    """
    return _first(policy, hours, owner, diary, now + timedelta(minutes=policy.callbacks.lead), now)


def next_after(policy: Policy, hours: str, owner: str, diary: Diary | None, slot: Slot, now: datetime) -> Slot:
    """Another moment: the first free slot after this one, as `propose` would choose it."""
    lead = now + timedelta(minutes=policy.callbacks.lead)
    return _first(policy, hours, owner, diary, max(lead, slot.end), now)


def from_now(policy: Policy, hours: str, owner: str, diary: Diary | None, minutes: int, now: datetime) -> Slot:
    """Now, for as long as somebody would still have waited, in whole slots, and not longer than today's hours.

    When the wait would outlast those hours: the first free slot of the days after, as `propose` would choose it.
    """
    here = local(now, policy)
    end = now + timedelta(minutes=-(-minutes // policy.callbacks.slot) * policy.callbacks.slot)
    for opens, closes in windows(policy, hours, here.date()):
        if opens <= now and now + timedelta(minutes=minutes) <= closes:
            return Slot(now, min(end, closes))
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return _first(policy, hours, owner, diary, midnight.astimezone(UTC), now)


def _first(policy: Policy, hours: str, owner: str, diary: Diary | None, earliest: datetime, now: datetime) -> Slot:
    for slot in _grid(policy, hours, owner, earliest):
        if _booked(diary, slot) < policy.callbacks.per_slot:
            return slot
    crowded = list(_grid(policy, hours, owner, earliest)) or list(_grid(policy, hours, "", earliest))
    if crowded:
        return min(crowded, key=lambda slot: _booked(diary, slot))
    length = timedelta(minutes=policy.callbacks.slot)
    start = max(earliest, due(policy, hours, now) - length)
    return Slot(start, start + length)


def _grid(policy: Policy, hours: str, owner: str, earliest: datetime) -> Iterator[Slot]:
    """Every slot from `earliest` on, full or not, counted from the beginning of each opening window."""
    length = timedelta(minutes=policy.callbacks.slot)
    today, absences = local(earliest, policy).date(), _absences(policy, owner)
    for ahead in range(HORIZON):
        day = today + timedelta(days=ahead)
        if _within(absences, day):
            continue
        for opens, closes in windows(policy, hours, day):
            start = opens + max(0, -((opens - earliest) // length)) * length
            while (end := start + length) <= closes:
                yield Slot(start, end)
                start = end


def snapped(policy: Policy, hours: str, slot: Slot) -> Slot:
    """The slot of the grid in which this moment begins, so that the diary counts it; itself when there is none."""
    length = timedelta(minutes=policy.callbacks.slot)
    for opens, closes in windows(policy, hours, local(slot.start, policy).date()):
        if opens <= slot.start < closes:
            start = opens + (slot.start - opens) // length * length
            return Slot(start, start + length) if start + length <= closes else slot
    return slot


def objection(policy: Policy, hours: str, owner: str, diary: Diary | None, slot: Slot, now: datetime) -> str:
    """Empty when the owner can ring in this slot, else why not: `past`, `far`, `absent`, `closed` or `full`."""
    if slot.start < now:
        return "past"
    if slot.start > now + timedelta(days=HORIZON):
        return "far"
    day = local(slot.start, policy).date()
    if _within(_absences(policy, owner), day):
        return "absent"
    if not any(opens <= slot.start < slot.end <= closes for opens, closes in windows(policy, hours, day)):
        return "closed"
    return "full" if _booked(diary, slot) >= policy.callbacks.per_slot else ""


def due(policy: Policy, hours: str, now: datetime) -> datetime:
    """The end of the norm: closing time of the `working_days`-th working day after today (domain §6)."""
    days = policy.callbacks.working_days
    today = local(now, policy).date()
    ahead = (today + timedelta(days=n) for n in range(1, HORIZON * days + 1))
    working = (day for day in ahead if is_working_day(policy, hours, day))
    last = next(islice(working, days - 1, None), None)
    return now + timedelta(days=days) if last is None else windows(policy, hours, last)[-1][1]


def book(diary: Diary, slot: Slot, by: int, now: datetime) -> Diary:
    """One callback more (+1) or less (-1) in this slot; slots that have begun are forgotten."""
    at, begun = epoch(slot.start), epoch(now)
    booked = {start: count for start, count in diary.booked.items() if start >= begun and start != at}
    count = diary.booked.get(at, 0) + by
    if count > 0 and at >= begun:
        booked[at] = count
    return replace(diary, booked=booked)


def epoch(moment: datetime) -> int:
    """Whole seconds since 1970."""
    return int(moment.timestamp())


def is_away(colleague: Colleague, day: date) -> bool:
    """Whether this local day lies in one of the colleague's absences."""
    return _within(colleague.absent, day)


def _booked(diary: Diary | None, slot: Slot) -> int:
    return 0 if diary is None else diary.booked.get(epoch(slot.start), 0)


def _absences(policy: Policy, owner: str) -> tuple[Absence, ...]:
    kind, _, name = owner.partition(":")
    colleague = policy.colleagues.get(name) if kind == "colleague" else None
    return () if colleague is None else colleague.absent


def _within(absences: tuple[Absence, ...], day: date) -> bool:
    return any(absence.first <= day <= absence.last for absence in absences)
