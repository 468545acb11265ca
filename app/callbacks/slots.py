"""Moments to ring somebody back: the slots in which the owner is there, and how full each one is (domain §6)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

from msgspec.structs import replace

from app.call.calendar import is_working_day, local, windows
from app.call.callback import Slot
from app.call.diary import Diary
from app.call.policy import Policy
from app.callbacks.rota import rota, there

HORIZON = 60
"""Days ahead in which a moment is sought, and may be asked for."""


def propose(policy: Policy, owner: str, diary: Diary | None, now: datetime) -> Slot:
    """The first slot in which the owner is there and owes fewer than `per_slot`, at least `lead` minutes from now.

    There always is one: when every slot is full the least full, and when the owner is away for the whole horizon,
    or the hours never open, a moment at which somebody else has to keep the promise.
    """
    return _first(policy, owner, diary, _ready(policy, now), now)


def free(policy: Policy, owner: str, diary: Diary | None, now: datetime) -> Slot | None:
    """As `propose`, but None when the owner is away, or every slot is full, for the whole horizon."""
    return _free(policy, owner, diary, _ready(policy, now))


def next_after(policy: Policy, owner: str, diary: Diary | None, slot: Slot, now: datetime) -> Slot:
    """Another moment: the first free slot after this one, as `propose` would choose it."""
    return _first(policy, owner, diary, max(_ready(policy, now), slot.end), now)


def from_now(policy: Policy, owner: str, diary: Diary | None, minutes: int, now: datetime) -> Slot:
    """Now, for as long as somebody would still have waited, in whole slots, and not longer than today's hours.

    When the wait would outlast those hours: the first free slot of the days after, as `propose` would choose it.
    """
    here = local(now, policy)
    end = now + timedelta(minutes=-(-minutes // policy.callbacks.slot) * policy.callbacks.slot)
    for opens, closes in there(policy, owner, here.date()):
        if opens <= now and now + timedelta(minutes=minutes) <= closes:
            return Slot(now, min(end, closes))
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return _first(policy, owner, diary, midnight.astimezone(UTC), now)


def _ready(policy: Policy, now: datetime) -> datetime:
    return now + timedelta(minutes=policy.callbacks.lead)


def _first(policy: Policy, owner: str, diary: Diary | None, earliest: datetime, now: datetime) -> Slot:
    if slot := _free(policy, owner, diary, earliest):
        return slot
    crowded = list(_grid(policy, owner, earliest)) or list(_grid(policy, "", earliest))
    if crowded:
        return min(crowded, key=lambda slot: _booked(diary, slot))
    length = timedelta(minutes=policy.callbacks.slot)
    start = max(earliest, due(policy, now) - length)
    return Slot(start, start + length)


def _free(policy: Policy, owner: str, diary: Diary | None, earliest: datetime) -> Slot | None:
    grid = _grid(policy, owner, earliest)
    return next((slot for slot in grid if _booked(diary, slot) < policy.callbacks.per_slot), None)


def _grid(policy: Policy, owner: str, earliest: datetime) -> Iterator[Slot]:
    """Every slot from `earliest` on, full or not, counted from the beginning of each stretch."""
    length = timedelta(minutes=policy.callbacks.slot)
    today = local(earliest, policy).date()
    for ahead in range(HORIZON):
        for opens, closes in there(policy, owner, today + timedelta(days=ahead)):
            start = opens + max(0, -((opens - earliest) // length)) * length
            while (end := start + length) <= closes:
                yield Slot(start, end)
                start = end


def snapped(policy: Policy, owner: str, slot: Slot) -> Slot:
    """The slot of the grid in which this moment begins, so that the diary counts it; itself when there is none."""
    length = timedelta(minutes=policy.callbacks.slot)
    for opens, closes in there(policy, owner, local(slot.start, policy).date()):
        if opens <= slot.start < closes:
            start = opens + (slot.start - opens) // length * length
            return Slot(start, start + length) if start + length <= closes else slot
    return slot


def objection(policy: Policy, owner: str, diary: Diary | None, slot: Slot, now: datetime) -> str:
    """Empty when the owner can ring in this slot, else why not: `past`, `far`, `absent`, `closed` or `full`."""
    if slot.start < now:
        return "past"
    if slot.start > now + timedelta(days=HORIZON):
        return "far"
    day = local(slot.start, policy).date()
    if not rota(policy, owner, day):
        return "absent"
    if not any(opens <= slot.start < slot.end <= closes for opens, closes in there(policy, owner, day)):
        return "closed"
    return "full" if _booked(diary, slot) >= policy.callbacks.per_slot else ""


def due(policy: Policy, now: datetime) -> datetime:
    """The end of the norm: closing time of the `working_days`-th working day after today (domain §6).

    Whoever owes it, the days are the municipality's: those on which the KCC is open.
    """
    days, hours = policy.callbacks.working_days, policy.offices[policy.municipality.kcc].hours
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


def _booked(diary: Diary | None, slot: Slot) -> int:
    return 0 if diary is None else diary.booked.get(epoch(slot.start), 0)
