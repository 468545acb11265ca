"""Who owes a callback, when that owner can ring, and what changes in their diaries.

Bookings are the difference between a callback before and after; no rule books by hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec.structs import replace

from app.call.because import Because, why
from app.call.calendar import local
from app.call.callback import Callback
from app.call.diary import Diary, Kept
from app.call.policy import Policy
from app.call.timers import Timer
from app.call.world import World
from app.callbacks.slots import book, free, objection, propose


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
    """What is asked of its present owner again keeps its moment as long as it can stand, else it is `chosen` anew.

    So is what is asked of another one. A place in the line is kept as long as it is that office which rings; another
    owner has no such line.
    """
    if owner(after) == before.instead_of:
        after = replace(after, colleague=before.colleague, department=before.department, instead_of=before.instead_of)
    same = owner(after) == owner(before)
    stays = same and (after.turn is not None or not doubt(before, after, world))
    return after if stays else chosen(after, unbooked(before, world))


def unbooked(callback: Callback, world: World) -> World:
    """The world without the place that this callback has in the diaries."""
    freed = moved(callback, replace(callback, status="withdrawn"), world)
    return replace(world, diaries={**world.diaries, **{theirs.owner: theirs for theirs in freed}})


def chosen(callback: Callback, world: World) -> Callback:
    """The first who has room within the norm owes it, and when none has, whoever can ring first (domain §6).

    Whoever was asked for, that colleague's substitute, the department, and at last the office that took the call.
    """
    best: Callback | None = None
    for candidate in _candidates(callback, world.policy):
        who = owner(candidate)
        slot = free(world.policy, who, world.diaries.get(who), world.now)
        if slot is not None and (best is None or slot.start < best.slot.start):
            best = replace(candidate, slot=slot, turn=None)
            if slot.end <= callback.due_at:
                break
    if best is None:
        return proposed(callback, world)
    if owner(best) != owner(callback):
        best = replace(best, instead_of=callback.instead_of or owner(callback))
    return armed(best, world.policy, world.now)


def _candidates(callback: Callback, policy: Policy) -> Iterator[Callback]:
    yield callback
    known = policy.colleagues.get(callback.colleague)
    if known is not None and (substitute := policy.colleagues.get(known.substitute)) is not None:
        yield replace(callback, colleague=substitute.id, department=substitute.department)
    yield replace(callback, colleague="")
    yield replace(callback, colleague="", department="")


def stands_in(callback: Callback, policy: Policy) -> Because | None:
    """That another owner than who was asked for rings, and that it is past the norm; None when neither is so."""
    late = past_norm(callback, policy)
    if not callback.instead_of:
        return late
    asked, who = (name.partition(":")[2] for name in (callback.instead_of, owner(callback)))
    return replace(why("callback.instead", asked=asked, who=who, norm=_norm(callback, policy)), then=late)


def past_norm(callback: Callback, policy: Policy) -> Because | None:
    """That its moment is past the norm; None when it is not."""
    if not callback.past_norm:
        return None
    return why("callback.past_norm", callback=callback.id, norm=_norm(callback, policy))


def _norm(callback: Callback, policy: Policy) -> str:
    return local(callback.due_at, policy).strftime("%d-%m %H.%M")


def proposed(callback: Callback, world: World) -> Callback:
    """The first moment that its owner has free, whether within the norm or not."""
    who = owner(callback)
    slot = propose(world.policy, who, world.diaries.get(who), world.now)
    return armed(replace(callback, slot=slot, turn=None), world.policy, world.now)


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
