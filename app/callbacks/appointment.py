"""The life of a callback: confirmed, changed, kept, withdrawn, escalated. Nothing reopens it, nothing forgets it."""

from __future__ import annotations

from msgspec.structs import replace

from app.call.because import Because, why
from app.call.callback import Callback
from app.call.decision import Danger, Decision, Warned
from app.call.events import (
    CallbackChanged,
    CallbackConfirmed,
    CallbackKept,
    CallbackTried,
    CallbackWithdrawn,
    TimerFired,
)
from app.call.numbers import Given
from app.call.timers import Timer, without
from app.call.world import World
from app.callbacks.absence import keep, promise, withdraw
from app.callbacks.gate import refusal
from app.callbacks.owner import armed, doubt, moved, owner, past_norm, proposed, unbooked
from app.callbacks.question import twin
from app.callbacks.slots import due, propose, snapped

CallbackEvent = CallbackConfirmed | CallbackChanged | CallbackWithdrawn | CallbackKept | CallbackTried | TimerFired


def decide_callback(event: CallbackEvent, world: World) -> Decision:
    """What an agent asked, or the clock said, about one callback. The call it came from does not change."""
    callback = world.callbacks.get(event.id if isinstance(event, TimerFired) else event.callback)
    if callback is None:
        return Decision(why("ignored.no_callback"))
    if not callback.open:
        return Decision(why("ignored.callback_closed", callback=callback.id, status=callback.status))
    match event:
        case CallbackConfirmed():
            return _confirm(callback, event, world)
        case CallbackChanged():
            return _change(callback, event, world)
        case CallbackWithdrawn():
            after, diaries = withdraw(callback, event.reason, world)
            because = why("callback.withdrawn", callback=callback.id, agent=event.agent)
            return Decision(because, callbacks=(after,), diaries=diaries)
        case CallbackKept():
            after, diaries = keep(callback, world)
            because = why("callback.kept", callback=callback.id, agent=event.agent)
            return Decision(because, callbacks=(after,), diaries=diaries)
        case CallbackTried():
            return _tried(callback, event, world)
        case _:
            return _escalate(callback, event, world)


def _confirm(callback: Callback, event: CallbackConfirmed, world: World) -> Decision:
    if callback.status == "promised":
        return Decision(why("ignored.callback_promised", callback=callback.id))
    if not callback.reachable:
        return Decision(why(f"ignored.number_{callback.number_kind}", callback=callback.id))
    because = why("callback.confirmed", callback=callback.id, agent=event.agent)
    return Decision(because, callbacks=(promise(callback, world.now),))


def _change(callback: Callback, event: CallbackChanged, world: World) -> Decision:
    """All of it or nothing: whatever cannot be is refused with its reason."""
    if refused := _refused(event, world):
        return Decision(refused)
    after = _described(callback, event)
    if other := twin(after, world):
        return Decision(why("ignored.callback_twin", callback=other.id))
    if event.colleague and event.colleague != callback.colleague:
        department = world.policy.colleagues[event.colleague].department
        asked = callback.instead_of or owner(callback)
        instead_of = "" if asked == f"colleague:{event.colleague}" else asked
        after = replace(after, colleague=event.colleague, department=department, instead_of=instead_of)
    if event.slot is not None:
        after = replace(after, slot=snapped(world.policy, owner(after), event.slot), turn=None)
        if doubted := doubt(callback, after, world):
            return Decision(why(f"ignored.slot_{doubted}", callback=callback.id))
        norm = due(world.policy, callback.created_at)
        after = armed(replace(after, due_at=max(norm, after.slot.end)), world.policy, world.now)
    elif owner(after) != owner(callback):
        after = proposed(after, unbooked(callback, world))
    if after == callback:
        return Decision(why("ignored.callback_same", callback=callback.id))
    code = "callback.changed" if after.slot == callback.slot else "callback.moved"
    because = replace(why(code, callback=callback.id, agent=event.agent), then=past_norm(after, world.policy))
    return Decision(because, callbacks=(after,), diaries=moved(callback, after, world))


def _tried(callback: Callback, event: CallbackTried, world: World) -> Decision:
    """The promise stands: the next attempt gets the first free moment.

    After the last one the moment stays and passes, so that the supervisor is warned (domain §6).
    """
    after = replace(callback, tried=callback.tried + 1, turn=None)
    if after.tried < world.policy.callbacks.attempts:
        who = owner(after)
        slot = propose(world.policy, who, world.diaries.get(who), world.now)
        after = replace(after, slot=slot)
    because = why("callback.tried", callback=callback.id, agent=event.agent, times=str(after.tried))
    after = armed(after, world.policy, world.now)
    return Decision(because, callbacks=(after,), diaries=moved(callback, after, world))


def _refused(event: CallbackChanged, world: World) -> Because | None:
    if event.colleague and event.colleague not in world.policy.colleagues:
        return why("ignored.unknown_colleague", colleague=event.colleague)
    if event.number != Given() and (kind := refusal(world.policy, event.number)):
        return why(f"ignored.number_{kind}", callback=event.callback)
    return None


def _described(callback: Callback, event: CallbackChanged) -> Callback:
    """Whom it is about and how to reach them (domain §6); what is empty stays as it was."""
    return replace(
        callback,
        number=event.number.ref or callback.number,
        number_kind=event.number.kind if event.number.ref else callback.number_kind,
        number_agreed=bool(event.number.ref) or callback.number_agreed,
        on_behalf=event.on_behalf or callback.on_behalf,
        relation=event.relation or callback.relation,
        mandate=callback.mandate if event.mandate is None else event.mandate,
        reach=event.reach or callback.reach,
        discreet=callback.discreet if event.discreet is None else event.discreet,
    )


def _escalate(callback: Callback, event: TimerFired, world: World) -> Decision:
    """The moment passed, or the norm did: the supervisor is warned; it is never closed by itself (domain §6).

    Or the moment came from which a kept place in the line counts: whoever is free is found then.
    """
    if Timer(event.name, event.due_at, event.leg) not in callback.timers:
        return Decision(why("ignored.timer_gone", timer=event.name))
    after = replace(callback, timers=without(callback.timers, event.name))
    if event.name == "turn":
        return Decision(why("callback.turn", callback=callback.id), callbacks=(after,))
    after = replace(after, late=True)
    kind: Danger = "callback_late" if event.name == "late" else "callback_missed"
    warned = Warned(kind, callback.call, callback.id, world.now)
    return Decision(why(f"callback.{event.name}", callback=callback.id), callbacks=(after,), records=(warned,))
