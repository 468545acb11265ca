"""The voice promises a callback: in the line without losing one's turn, outside opening hours, or after a recall."""

from __future__ import annotations

from msgspec.structs import replace

from app.agents.choice import position, staffed
from app.call.because import Because, why
from app.call.call import Call, Promising, Waiting
from app.call.callback import Callback
from app.call.decision import Decision
from app.call.diary import Diary
from app.call.events import CallerReturned, Event, InputTimedOut, KeysPressed, TimerFired
from app.call.legs import Doing, Gather, Leg, Line, Music
from app.call.moves import BACKSTOP, closes, does, enter, lets_go_of_others, timer
from app.call.reference import spelled
from app.call.texts import line
from app.call.world import World
from app.callbacks.absence import Turn, owe, promise, recognised
from app.callbacks.gate import refusal
from app.callbacks.question import at_hand, owed_by
from app.callbacks.sentences import heard, in_turn, named_by, promised
from app.ivr.routing import attended

DIGITS = 15
"""The longest number of E.164."""
REPEATS = 3
"""So often what was promised is said again."""


def offer_callback(call: Call, back: Waiting, world: World, because: Because) -> Decision:
    """Asks whether the caller wants to be called back; whoever does not goes on waiting."""
    call = enter(call, Promising(back.office, "consent", back), timer("input", world.now, BACKSTOP))
    return Decision(because, call=does(call, call.legs[0].id, Gather((callback_question(back.office, world),))))


def callback_question(office: str, world: World) -> Line:
    """The question whether to be called back; where nobody is logged on there is no place in a line to keep."""
    return line("offer_callback" if staffed(office, world) else "nobody_there")


def closed(call: Call, world: World, because: Because, *lines: Line, text: str = "") -> Decision:
    """Nobody is there: the caller hears so and is offered a callback (key 1).

    Whoever does not say yes gets a person at the KCC while somebody is there, else a greeting. `text` is how it is
    said, else as the office says it.
    """
    topic = world.pinned.topics.get(call.topic)
    office = call.office or (topic.office if topic else world.pinned.municipality.kcc)
    call = enter(call, Promising(office, "consent"), timer("input", world.now, BACKSTOP), closed=True)
    said = text or world.pinned.offices[office].closed or "closed"
    offer = Gather((*lines, line(said), line("closed_callback_offer")))
    return Decision(because, call=does(call, call.legs[0].id, offer))


def arrange(
    call: Call, office: str, world: World, because: Because, back: Waiting | None = None, *also: Line
) -> Decision:
    """Promises the callback and says when, and `also` this; without a number that may be dialled, asks for one.

    What this call owes already is promised and said with it. Whoever waited at `back` keeps that place in the line,
    unless nobody of the office is logged on, and goes on waiting there when there is no number to give.
    """
    asked, owed = at_hand(call, world), owed_by(call, world)
    lacking = asked is None or not all(callback.number for callback in owed)
    if lacking and refusal(world.policy, call.number):
        return _ask_number(call, Promising(office, "number", back), world, because, "callback_ask_number")
    diaries: tuple[Diary, ...] = ()
    turn = None
    if back is not None and staffed(office, world):
        turn = Turn(back.since, position(call, back, world)[1])
    if asked is None:
        made = owe(call, world, cause="asked", office=office, turn=turn)
        call, diaries = made.call, made.diaries
        owed = [*(callback for callback in owed if callback.id != made.callback.id), made.callback]
    kept = tuple(promise(recognised(callback, call, world), world.now) for callback in owed)
    said = [_said(callback, turn, world) for callback in kept]
    named = [named_by(spelled(reference)) for reference in dict.fromkeys(callback.reference for callback in kept)]
    told = (*said, *also, *named, line("callback_repeat"))
    call = _tell(lets_go_of_others(call), Promising(office, "repeat"), world, Gather(told, timeout=4.0))
    return Decision(because, call=call, callbacks=kept, diaries=diaries)


def _said(callback: Callback, turn: Turn | None, world: World) -> Line:
    """When the caller is rung back: in their turn, while that is where this one begins."""
    begins_now = callback.turn is not None and callback.slot.start == world.now
    return in_turn(turn.minutes) if turn is not None and begins_now else promised(callback)


def _tell(call: Call, phase: Promising, world: World, doing: Doing) -> Call:
    return does(enter(call, phase, timer("input", world.now, BACKSTOP)), call.legs[0].id, doing)


def _ask_number(call: Call, phase: Promising, world: World, because: Because, text: str) -> Decision:
    asked = Gather((line(text),), keys=DIGITS, timeout=10.0, finish="#")
    return Decision(because, call=_tell(call, phase, world, asked))


def _ask_again(call: Call, phase: Promising, world: World, because: Because) -> Decision:
    asked = Gather((line("menu_retry"), line("closed_callback_offer")))
    return Decision(because, call=_tell(call, phase, world, asked))


def promising(call: Call, phase: Promising, event: Event, leg: Leg | None, world: World) -> Decision | None:
    """Consent, then a number where there is none; silence goes on waiting, leads to the KCC, or ends with a greeting.

    What was promised is said again when any key is pressed (domain §6): an impatient one must not cut it short.
    """
    match event:
        case KeysPressed() if phase.asking == "repeat" and phase.mistakes < REPEATS:
            again = _tell(call, replace(phase, mistakes=phase.mistakes + 1), world, call.legs[0].doing)
            return Decision(why("promise.repeat"), call=again)
        case KeysPressed() | InputTimedOut() | TimerFired(name="input") if phase.asking == "repeat":
            return Decision(why("promise.told"), call=closes(call, world.now, line("goodbye")))
        case KeysPressed(keys="1") if phase.asking == "consent":
            return arrange(call, phase.office, world, why("promise.consent", office=phase.office), phase.back)
        case KeysPressed(keys="0") if phase.asking == "consent" and phase.back is None and _kcc_is_there(world):
            return _person(call, world, why("menu.zero"))
        case KeysPressed(keys=key) if phase.asking == "consent" and phase.back is None and not phase.mistakes:
            return _ask_again(call, replace(phase, mistakes=1), world, why("menu.wrong_key", key=key[:1]))
        case KeysPressed(number=number) if phase.asking == "number":
            if not refusal(world.policy, number):
                because = why("promise.number", kind=number.kind)
                checked = replace(call, number=number, number_checked=True)
                return arrange(checked, phase.office, world, because, phase.back, heard(number))
            if not phase.mistakes:
                because = why("promise.number_refused", kind=number.kind)
                return _ask_number(call, replace(phase, mistakes=1), world, because, "callback_number_refused")
            return _without(call, phase, world)
        case KeysPressed() | InputTimedOut() | TimerFired(name="input"):
            return _without(call, phase, world)
        case _:
            return None


def _without(call: Call, phase: Promising, world: World) -> Decision:
    if phase.back is not None:
        back = enter(call, replace(phase.back, offered=True))
        return Decision(why("promise.no_wait"), call=back, follow=(CallerReturned(call.id),))
    if _kcc_is_there(world):
        return _person(call, world, why("promise.person", office=world.pinned.municipality.kcc))
    return Decision(why("promise.no"), call=closes(call, world.now, line("goodbye")))


def _kcc_is_there(world: World) -> bool:
    return attended(world.pinned.municipality.kcc, world)


def _person(call: Call, world: World, because: Because) -> Decision:
    """To a person at the KCC, though what the caller rang for is closed: `0` is always a person (domain §6)."""
    kcc = world.pinned.municipality.kcc
    call = does(replace(call, office=kcc, topic=""), call.legs[0].id, Music())
    call = enter(call, Waiting(kcc, world.now), closed=False)
    return Decision(because, call=call, follow=(CallerReturned(call.id),))
