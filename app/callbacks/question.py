"""Which question a promise answers: whom it concerns and its subject. Each has one promise (design §5 rule 11)."""

from __future__ import annotations

from msgspec.structs import replace

from app.call.call import Call
from app.call.callback import Callback
from app.call.policy import Policy
from app.call.world import World


def subject_of(call: Call, policy: Policy, department: str = "", office: str = "") -> str:
    """The topic, else the department that is asked for, else the office."""
    return call.topic or department or office or call.office or policy.municipality.kcc


def asks(call: Call, world: World, topic: str, on_behalf: str, department: str) -> Call:
    """The question at hand, with what this call owes about it already. Nothing said: the same question as before.

    A topic that is named without anybody it concerns is the caller's own. Without any, who is to answer it does not
    make it another question.
    """
    before, named = at_hand(call, world), topic in world.policy.topics
    if before is not None and not named and call.topic in ("", before.subject) and on_behalf in ("", before.on_behalf):
        return replace(call, on_behalf=before.on_behalf)
    if named:
        call = replace(call, topic=topic, on_behalf=on_behalf)
    elif on_behalf:
        call = replace(call, on_behalf=on_behalf)
    owed = _about(call, subject_of(call, world.policy, department), owed_by(call, world))
    return replace(call, callback="" if owed is None else owed.id)


def owed_by(call: Call, world: World) -> list[Callback]:
    """Everything open that this call asked for, the oldest first."""
    found = [callback for callback in world.callbacks.values() if callback.open and asked_in(callback, call)]
    return sorted(found, key=lambda callback: (callback.created_at, callback.id))


def asked_in(callback: Callback, call: Call) -> bool:
    """Whether this call asked for it, be it first or again."""
    return call.id in (callback.call, callback.again) or callback.id == call.callback


def at_hand(call: Call, world: World) -> Callback | None:
    """What the agent is dealing with now, when it is owed still."""
    callback = world.callbacks.get(call.callback)
    return callback if callback is not None and callback.open else None


def owed_about(call: Call, subject: str, world: World) -> Callback | None:
    """What this call owes about the question at hand, which has this subject."""
    return at_hand(call, world) or _about(call, subject, owed_by(call, world))


def owed_to_person(call: Call, subject: str, world: World) -> Callback | None:
    """What the person who was checked is owed about this question, whatever call it came from."""
    theirs = [callback for callback in world.callbacks.values() if callback.open and callback.person == call.person]
    return _about(call, subject, theirs) if call.person else None


def twin(callback: Callback, world: World) -> Callback | None:
    """Another open one about the same question, of the same call or owed to the same person."""
    for other in world.callbacks.values():
        same = other.call == callback.call or (callback.person and other.person == callback.person)
        if same and other.open and other.id != callback.id and _key(other) == _key(callback):
            return other
    return None


def _about(call: Call, subject: str, callbacks: list[Callback]) -> Callback | None:
    return next((callback for callback in callbacks if _key(callback) == (call.on_behalf, subject)), None)


def _key(callback: Callback) -> tuple[str, str]:
    return callback.on_behalf, callback.subject
