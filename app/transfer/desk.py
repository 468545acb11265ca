"""What the agent records, also just after: who the caller is, a promise, or that none is needed (domain §3.3-§3.7)."""

from __future__ import annotations

from msgspec.structs import replace

from app.agents.presence import to_register
from app.call.because import why
from app.call.call import Call
from app.call.callback import Callback
from app.call.decision import Decision
from app.call.diary import Diary
from app.call.events import CallbackAsked, CallerHelped, CallerIdentified, EmailPreferred
from app.call.numbers import Given
from app.call.policy import Policy
from app.call.world import World
from app.callbacks.absence import asked_again, promise, recognised, withdraw, without_number
from app.callbacks.gate import refusal
from app.callbacks.owner import moved
from app.callbacks.question import at_hand, owed_by, twin
from app.transfer.talking import take_away


def identified(call: Call, event: CallerIdentified, world: World) -> Decision:
    """The caller's data as checked with the caller; what is empty stays as it was.

    A number that may not be rung back is refused, and then all of it. What this call owes follows, also to another
    number, or to another person when the caller was taken for somebody else. Who is owed it already, about the same
    question, is owed one of both (design §5 rule 11).
    """
    if event.number != Given() and (kind := refusal(world.policy, event.number)):
        return Decision(why(f"ignored.number_{kind}", agent=event.agent))
    topic, before = event.topic if event.topic in world.policy.topics else call.topic, call.person
    call = replace(
        call,
        name=event.name or call.name,
        person=event.person or call.person,
        number=event.number if event.number.ref else call.number,
        number_checked=bool(event.number.ref) or call.number_checked,
        topic=topic,
        language=event.language if event.language in world.policy.municipality.languages else call.language,
    )
    because = why("caller.identified", agent=event.agent)
    callbacks: dict[str, Callback] = {}
    diaries: dict[str, Diary] = {}
    changed: tuple[Callback, ...]
    for asked in owed_by(call, world):
        owed = world.callbacks[asked.id]
        if not owed.open:
            continue
        mistaken = owed.call == call.id and owed.person == before
        person = call.person if mistaken else owed.person or call.person
        after = _named(replace(owed, person=person), call, world.policy)
        if theirs := twin(after, world):
            changed, moves = _merged(after, theirs, call, world)
            kept = changed[-1].id
            because = why("caller.owed_already", agent=event.agent, callback=kept)
            call = replace(call, callback=kept if call.callback == owed.id else call.callback)
        else:
            after = recognised(replace(after, language=call.language if event.language else owed.language), call, world)
            changed, moves = (after,), moved(owed, after, world)
        for callback in changed:
            world = world.after(callback, moves)
            callbacks[callback.id] = callback
        diaries |= {diary.owner: diary for diary in moves}
    return Decision(because, call=call, callbacks=tuple(callbacks.values()), diaries=tuple(diaries.values()))


def _merged(
    own: Callback, theirs: Callback, call: Call, world: World
) -> tuple[tuple[Callback, Callback], tuple[Diary, ...]]:
    """What goes and what stays: what was owed already, unless the caller has just agreed to the one of this call."""
    if own.status == "promised":
        gone, moves = withdraw(theirs, "merged", world)
        return (gone, replace(recognised(own, call, world), asked=own.asked + theirs.asked)), moves
    gone, moves = withdraw(own, "merged", world)
    kept = recognised(asked_again(theirs, call), call, world)
    if own.number_agreed:
        kept = replace(kept, number=own.number, number_kind=own.number_kind, number_agreed=True)
    return (gone, kept), moves


def _named(callback: Callback, call: Call, policy: Policy) -> Callback:
    """The topic was found while the promise was being arranged: that is its subject from now on."""
    topic = policy.topics.get(call.topic)
    unnamed = callback.status == "pending" and callback.id == call.callback and callback.subject not in policy.topics
    if topic is None or not unnamed or callback.department not in ("", topic.department):
        return callback
    return replace(callback, subject=call.topic)


def not_needed(call: Call, event: CallerHelped | EmailPreferred, world: World) -> Decision:
    """Helped after all, or the caller writes an e-mail: what is owed about this question is withdrawn (rule 11)."""
    owed = at_hand(call, world)
    if owed is None:
        return Decision(why("ignored.no_callback"))
    reason = "helped" if type(event) is CallerHelped else "email"
    callback, diaries = withdraw(owed, reason, world)
    because = why(f"callback.{reason}", agent=event.agent, callback=owed.id)
    return Decision(because, call=replace(call, callback=""), callbacks=(callback,), diaries=diaries)


def taken_away_after(call: Call, event: CallbackAsked, world: World) -> Decision:
    """Said in the conversation and recorded after it: nobody is there to confirm it, so it is promised at once.

    What was only counted as a simple question is to be registered after all.
    """
    decision = take_away(call, event, world)
    if not decision.callbacks:
        return decision
    agents, owing = to_register(world.agents[event.agent], call, world)
    new = [promise(callback, world.now) for callback in decision.callbacks if callback.status == "pending"]
    callbacks, records = tuple(new) or decision.callbacks, (*owing, *without_number(new, world))
    return replace(decision, agents=agents, callbacks=callbacks, records=records)
