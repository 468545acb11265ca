"""What the agent records while speaking: who the caller is, and that no callback is needed (domain §3.3, §3.6)."""

from __future__ import annotations

from msgspec.structs import replace

from app.call.because import why
from app.call.call import Call
from app.call.callback import Callback
from app.call.decision import Decision
from app.call.events import CallerHelped, CallerIdentified, EmailPreferred
from app.call.world import World
from app.callbacks.absence import withdraw


def identified(call: Call, event: CallerIdentified, world: World) -> Decision:
    """The caller's data as checked with the caller; what is empty stays as it was. The callback follows."""
    topic = event.topic if event.topic in world.policy.topics else call.topic
    call = replace(
        call,
        name=event.name or call.name,
        person=event.person or call.person,
        number=event.number if event.number.ref else call.number,
        topic=topic,
        language=event.language if event.language in world.policy.municipality.languages else call.language,
    )
    owed = world.callbacks.get(call.callback)
    callbacks: tuple[Callback, ...] = ()
    if owed is not None and owed.open and event.person and not owed.person:
        taken = any(
            c.open and c.person == event.person and c.subject == owed.subject and c.id != owed.id
            for c in world.callbacks.values()
        )
        callbacks = () if taken else (replace(owed, person=event.person),)
    return Decision(why("caller.identified", agent=event.agent), call=call, callbacks=callbacks)


def not_needed(call: Call, event: CallerHelped | EmailPreferred, world: World) -> Decision:
    """Helped after all, or the caller writes an e-mail: the callback of this call is withdrawn (rule 11)."""
    owed = world.callbacks.get(call.callback)
    if owed is None or not owed.open:
        return Decision(why("ignored.no_callback"))
    reason = "helped" if type(event) is CallerHelped else "email"
    callback, diaries = withdraw(owed, reason, world)
    because = why(f"callback.{reason}", agent=event.agent, callback=owed.id)
    return Decision(because, call=replace(call, callback=""), callbacks=(callback,), diaries=diaries)
