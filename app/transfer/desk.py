"""What the agent records, also just after: who the caller is, a promise, or that none is needed (domain §3.3-§3.7)."""

from __future__ import annotations

from msgspec.structs import replace

from app.call.because import why
from app.call.call import Call
from app.call.decision import Decision
from app.call.events import CallbackAsked, CallerHelped, CallerIdentified, EmailPreferred
from app.call.numbers import Given
from app.call.world import World
from app.callbacks.absence import owed_already, promise, recognised, withdraw
from app.callbacks.gate import refusal
from app.transfer.talking import take_away


def identified(call: Call, event: CallerIdentified, world: World) -> Decision:
    """The caller's data as checked with the caller; what is empty stays as it was.

    A number that may not be rung back is refused, and then all of it. The callback of this call follows, also to
    another number. Who is owed one about this subject already keeps that one (design §5 rule 11).
    """
    if event.number != Given() and (kind := refusal(world.policy, event.number)):
        return Decision(why(f"ignored.number_{kind}", agent=event.agent))
    before = call.number.ref
    topic = event.topic if event.topic in world.policy.topics else call.topic
    call = replace(
        call,
        name=event.name or call.name,
        person=event.person or call.person,
        number=event.number if event.number.ref else call.number,
        topic=topic,
        language=event.language if event.language in world.policy.municipality.languages else call.language,
    )
    because = why("caller.identified", agent=event.agent)
    owed = world.callbacks.get(call.callback)
    if owed is None or not owed.open:
        return Decision(because, call=call)
    theirs = owed_already(owed, call.person, world) if call.person and not owed.person else None
    if theirs is None:
        if event.number.ref and owed.number == before:
            owed = replace(owed, number="")
        return Decision(because, call=call, callbacks=(recognised(owed, call, world),))
    merged, diaries = withdraw(owed, "merged", world)
    asked_again = replace(theirs, asked=theirs.asked + 1)
    return Decision(
        why("caller.owed_already", agent=event.agent, callback=theirs.id),
        call=replace(call, callback=theirs.id),
        callbacks=(merged, asked_again),
        diaries=diaries,
    )


def not_needed(call: Call, event: CallerHelped | EmailPreferred, world: World) -> Decision:
    """Helped after all, or the caller writes an e-mail: the callback of this call is withdrawn (rule 11)."""
    owed = world.callbacks.get(call.callback)
    if owed is None or not owed.open:
        return Decision(why("ignored.no_callback"))
    reason = "helped" if type(event) is CallerHelped else "email"
    callback, diaries = withdraw(owed, reason, world)
    because = why(f"callback.{reason}", agent=event.agent, callback=owed.id)
    return Decision(because, call=replace(call, callback=""), callbacks=(callback,), diaries=diaries)


def taken_away_after(call: Call, event: CallbackAsked, world: World) -> Decision:
    """Said in the conversation and recorded after it: nobody is there to confirm it, so it is promised at once."""
    decision = take_away(call, event, world)
    return replace(decision, callbacks=tuple(promise(callback, world.now) for callback in decision.callbacks))
