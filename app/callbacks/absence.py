"""The colleague is not there: the callback is owed at once, before anybody clicks (design §5 rule 11)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from app.call.calendar import is_open, local
from app.call.call import Call
from app.call.callback import Callback, Slot
from app.call.decision import Warned
from app.call.diary import Diary
from app.call.policy import Colleague, Policy
from app.call.world import World
from app.callbacks.gate import refusal
from app.callbacks.owner import armed, chosen, moved, named, replanned
from app.callbacks.question import asked_in, owed_about, owed_to_person, subject_of, twin
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
    office: str = "",
    agent: str = "",
    turn: Turn | None = None,
) -> Owed:
    """What is owed about the question at hand, pending. What is open already is enriched, never doubled (rule 11).

    What was promised keeps its owner, and its moment while that can come: the caller was told so, and only a change
    that an agent asks for alters it. `cause` as in `Callback.cause`. With a `turn` the caller keeps that place in the
    line instead of getting an appointment.
    """
    known = world.policy.colleagues.get(colleague)
    department = department or (known.department if known is not None else "")
    office = office or call.office or world.policy.municipality.kcc
    subject = subject_of(call, world.policy, department, office)
    before = owed_about(call, subject, world) or owed_to_person(call, subject, world)
    if before is None:
        call = replace(call, promises=call.promises + 1)
        after = _new(call, world, subject, named(colleague, department, office), turn)
        after = replace(after, colleague=colleague, department=department, office=office, cause=cause)
        after = chosen(after, world) if turn is None else after
    else:
        after = asked_again(before, call)
        if before.status == "pending":
            after = replace(after, cause=cause)
            if colleague or department not in ("", before.department):
                after = replace(after, colleague=colleague, department=department, instead_of="")
        if before.status == "pending" or before.slot.end <= world.now:
            after = replanned(before, after, world)
    after = recognised(replace(after, agent=agent or after.agent), call, world)
    return Owed(replace(call, callback=after.id), after, moved(before, after, world))


def _new(call: Call, world: World, subject: str, who: str, turn: Turn | None) -> Callback:
    policy, now = world.policy, world.now
    slot = Slot(now, now) if turn is None else from_now(policy, who, world.diaries.get(who), turn.minutes, now)
    callback = Callback(
        id=f"{call.id}.cb{call.promises}",
        call=call.id,
        status="pending",
        subject=subject,
        on_behalf=call.on_behalf,
        created_at=now,
        slot=slot,
        due_at=due(policy, now),
        turn=None if turn is None else turn.since,
        language=call.language,
        reference=call.reference,
    )
    return armed(callback, policy, now)


def asked_again(callback: Callback, call: Call) -> Callback:
    """Each call that asks for it counts once."""
    if asked_in(callback, call):
        return callback
    return replace(callback, asked=callback.asked + 1, again=call.id)


def recognised(callback: Callback, call: Call, world: World) -> Callback:
    """What the call knows by now of the caller: the number when it may be dialled, and the person.

    A number that the caller gave goes before what the switch told, not before one agreed for this callback itself.
    Not the person when they are owed a callback about this question already: there is at most one (rule 11).
    """
    allowed = not refusal(world.policy, call.number)
    if allowed and (not callback.number or (call.number_checked and not callback.number_agreed)):
        callback = replace(callback, number=call.number.ref, number_kind=call.number.kind)
    elif not callback.number:
        callback = replace(callback, number_kind=call.number.kind)
    if call.person and not callback.person:
        theirs = replace(callback, person=call.person)
        callback = callback if twin(theirs, world) else theirs
    return callback


def promise(callback: Callback, now: datetime) -> Callback:
    """Pending becomes promised: the agent confirmed it, or the call is over. It stands in the diary already.

    When the call outlasted the proposed moment, the promise is late from the start, so that somebody looks at it.
    """
    if callback.status != "pending":
        return callback
    return replace(callback, status="promised", late=callback.late or callback.slot.end <= now)


def without_number(callbacks: Iterable[Callback], world: World) -> tuple[Warned, ...]:
    """The supervisor is warned of what is promised now and nobody can dial."""
    return tuple(
        Warned("callback_no_number", callback.call, callback.id, world.now)
        for callback in callbacks
        if not callback.reachable
    )


def withdraw(callback: Callback, reason: str, world: World) -> tuple[Callback, tuple[Diary, ...]]:
    """Not needed any more, with the reason; and the diaries that change. What is closed stays as it was."""
    return _closed(callback, replace(callback, status="withdrawn", because=reason, timers=()), world)


def keep(callback: Callback, world: World) -> tuple[Callback, tuple[Diary, ...]]:
    """The colleague spoke with the caller; and the diaries that change. What is closed stays as it was."""
    return _closed(callback, replace(callback, status="kept", timers=()), world)


def _closed(before: Callback, after: Callback, world: World) -> tuple[Callback, tuple[Diary, ...]]:
    return (after, moved(before, after, world)) if before.open else (before, ())
