"""Who owes a callback, when that owner can ring, and what changes in their diaries.

Bookings are the difference between a callback before and after; no rule books by hand.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace

from app.call.callback import Callback
from app.call.diary import Diary, Kept
from app.call.policy import Policy
from app.call.timers import Timer
from app.call.world import World
from app.callbacks.slots import book, objection, propose


def named(colleague: str, department: str, office: str) -> str:
    """Whose diary a callback stands in: the colleague's, else the department's, else the office's."""
    if colleague:
        return f"colleague:{colleague}"
    return f"department:{department}" if department else f"office:{office}"


def owner(callback: Callback) -> str:
    """Who owes this callback."""
    return named(callback.colleague, callback.department, callback.office)


def diary(callback: Callback, world: World) -> Diary:
    """The diary of its owner as it stands."""
    name = owner(callback)
    return world.diaries.get(name) or Diary(name)


def moved(before: Callback | None, after: Callback, world: World) -> tuple[Diary, ...]:
    """The diaries that change when this callback changes; one that is no longer open stands in none."""
    changed: dict[str, Diary] = {}
    for callback, by in ((before, -1), (after, +1)):
        if callback is not None and callback.open:
            theirs = changed.get(owner(callback)) or diary(callback, world)
            changed[theirs.owner] = _lined(book(theirs, callback.slot, by, world.now), callback, by)
    return tuple(theirs for theirs in changed.values() if theirs != world.diaries.get(theirs.owner))


def _lined(theirs: Diary, callback: Callback, by: int) -> Diary:
    """The place in the line that this callback keeps, if any: there (+1) or not there (-1)."""
    if callback.turn is None:
        return theirs
    turns = {other: kept for other, kept in theirs.turns.items() if other != callback.id}
    if by > 0:
        turns[callback.id] = Kept(callback.turn, callback.slot.start, callback.language)
    return replace(theirs, turns=turns)


def doubt(before: Callback, after: Callback, world: World) -> str:
    """Why the moment of `after` cannot stand (`slots.objection`); the place it has already is never full."""
    who = owner(after)
    stays = (who, after.slot.start) == (owner(before), before.slot.start)
    theirs = None if stays else world.diaries.get(who)
    return objection(world.policy, who, theirs, after.slot, world.now)


def replanned(before: Callback, after: Callback, world: World) -> Callback:
    """The moment is kept when it can stand, else the first one that its present owner has free.

    A place in the line is kept as long as it is that office which rings; another owner has no such line.
    """
    who, policy = owner(after), world.policy
    if who == owner(before) if after.turn is not None else not doubt(before, after, world):
        return after
    slot = propose(policy, who, world.diaries.get(who), world.now)
    return armed(replace(after, slot=slot, turn=None), policy, world.now)


def armed(callback: Callback, policy: Policy, now: datetime) -> Callback:
    """The clock of a promise: `missed` some time after its moment, `late` at the end of the norm unless that rang.

    `turn` when the place in the line is kept for a later moment than now.
    """
    missed = Timer("missed", callback.slot.end + timedelta(minutes=policy.callbacks.escalate))
    late = Timer("late", callback.due_at)
    waits = late.due_at > now or any(timer.name == "late" for timer in callback.timers)
    timers = (late, missed) if waits else (missed,)
    if callback.turn is not None and callback.slot.start > now:
        timers = (Timer("turn", callback.slot.start), *timers)
    return replace(callback, timers=timers)
