"""The colleague is not there: the callback is owed at once, before anybody clicks (design §5 rule 11)."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from app.call.calendar import is_open, local
from app.call.call import Call
from app.call.callback import Callback, Slot
from app.call.diary import Diary
from app.call.policy import Colleague, Policy
from app.call.world import World
from app.callbacks.gate import refusal
from app.callbacks.owner import armed, chosen, moved, named, replanned
from app.callbacks.rota import is_away
from app.callbacks.slots import due, from_now


class Owed(Struct, frozen=True):
    """The call with its open callback, that callback, and the diaries that change."""

    call: Call
    callback: Callback
    diaries: tuple[Diary, ...]


class Turn(Struct, frozen=True):
    """A place in the line: when the caller joined it, and the expected wait from now in minutes."""

    since: datetime
    minutes: int


def is_absent(policy: Policy, colleague: Colleague, now: datetime) -> bool:
    """Not there by schedule: outside the colleague's hours, on a day off, or away; then no phone rings at all."""
    return is_away(colleague, local(now, policy).date()) or not is_open(policy, colleague.hours, now)


def owe(
    call: Call,
    world: World,
    *,
    cause: str,
    colleague: str = "",
    department: str = "",
    topic: str = "",
    office: str = "",
    agent: str = "",
    turn: Turn | None = None,
) -> Owed:
    """The callback of this call, pending. Whatever is open already is enriched, never doubled (design §5 rule 11).

    Its subject is the topic, else the department, else the office; `cause` as in `Callback.cause`. With a `turn` the
    caller keeps that place in the line instead of getting an appointment.
    """
    known = world.policy.colleagues.get(colleague)
    department = department or (known.department if known is not None else "")
    office = office or call.office or world.policy.municipality.kcc
    subject = topic or call.topic or department or office
    before = _open(call, subject, world)
    if before is None:
        call = replace(call, promises=call.promises + 1)
        after = _new(call, world, subject, named(colleague, department, office), turn)
        after = replace(after, colleague=colleague, department=department, office=office)
        after = chosen(after, world) if turn is None else after
    else:
        another = before.call != call.id and before.id != call.callback
        after = replace(before, asked=before.asked + another)
        if colleague or department not in ("", before.department):
            after = replace(after, colleague=colleague, department=department, instead_of="")
        after = replanned(before, after, world)
    after = recognised(replace(after, cause=cause, agent=agent or after.agent), call, world)
    return Owed(replace(call, callback=after.id), after, moved(before, after, world))


def _new(call: Call, world: World, subject: str, who: str, turn: Turn | None) -> Callback:
    policy, now = world.policy, world.now
    slot = Slot(now, now) if turn is None else from_now(policy, who, world.diaries.get(who), turn.minutes, now)
    callback = Callback(
        id=f"{call.id}.cb{call.promises}",
        call=call.id,
        status="pending",
        subject=subject,
        created_at=now,
        slot=slot,
        due_at=due(policy, now),
        turn=None if turn is None else turn.since,
        language="" if turn is None else call.language,
        reference=call.reference,
    )
    return armed(callback, policy, now)


def _open(call: Call, subject: str, world: World) -> Callback | None:
    """The open callback of this call, else the one this person is owed about this subject."""
    theirs = None
    for callback in world.callbacks.values():
        if not callback.open:
            continue
        if callback.id == call.callback or callback.call == call.id:
            return callback
        if call.person and (callback.person, callback.subject) == (call.person, subject):
            theirs = callback
    return theirs


def recognised(callback: Callback, call: Call, world: World) -> Callback:
    """What the call knows by now of the caller: the number when it may be dialled, and the person.

    Not the person when they are owed a callback about this subject already: there is at most one (design §5 rule 11).
    """
    if not callback.number:
        allowed = not refusal(world.policy, call.number)
        callback = replace(callback, number=call.number.ref if allowed else "", number_kind=call.number.kind)
    if call.person and not callback.person and owed_already(callback, call.person, world) is None:
        callback = replace(callback, person=call.person)
    return callback


def owed_already(callback: Callback, person: str, world: World) -> Callback | None:
    """Another open callback that this person is owed about the same subject."""
    for other in world.callbacks.values():
        if other.open and other.id != callback.id and (other.person, other.subject) == (person, callback.subject):
            return other
    return None


def promise(callback: Callback, now: datetime) -> Callback:
    """Pending becomes promised: the agent confirmed it, or the call is over. It stands in the diary already.

    When the call outlasted the proposed moment, the promise is late from the start, so that somebody looks at it.
    """
    if callback.status != "pending":
        return callback
    return replace(callback, status="promised", late=callback.late or callback.slot.end <= now)


def withdraw(callback: Callback, reason: str, world: World) -> tuple[Callback, tuple[Diary, ...]]:
    """Not needed any more, with the reason; and the diaries that change. What is closed stays as it was."""
    return _closed(callback, replace(callback, status="withdrawn", because=reason, timers=()), world)


def keep(callback: Callback, world: World) -> tuple[Callback, tuple[Diary, ...]]:
    """The colleague spoke with the caller; and the diaries that change. What is closed stays as it was."""
    return _closed(callback, replace(callback, status="kept", timers=()), world)


def _closed(before: Callback, after: Callback, world: World) -> tuple[Callback, tuple[Diary, ...]]:
    return (after, moved(before, after, world)) if before.open else (before, ())
