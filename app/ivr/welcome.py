"""A caller rings: the welcome by time of day, the closed message, and where the dialled number leads (domain §4.1)."""

from __future__ import annotations

from msgspec.structs import replace

from app.call.because import why
from app.call.call import Call, Choosing, Welcoming
from app.call.decision import Decision
from app.call.events import CallOffered, Event, SayFinished, TimerFired
from app.call.legs import Doing, Leg, Music, Prompt
from app.call.moves import BACKSTOP, does, enter, timer
from app.call.policy import Destination
from app.call.reference import following
from app.call.texts import greeting, spoken
from app.call.world import World
from app.ivr.choosing import ask
from app.ivr.promising import closed
from app.ivr.waiting import queue


def offered(event: CallOffered, world: World) -> Decision:
    """The first decision of a call: its number, and where it leads (domain §4.1)."""
    reference, numbered = following(world.centre)
    return replace(_led(event, reference, world), centre=replace(world.centre, numbered=numbered))


def _led(event: CallOffered, reference: str, world: World) -> Decision:
    """An unknown dialled number reaches a person at the KCC (domain §6)."""
    policy = world.pinned
    number = policy.numbers.get(event.dialled)
    language = number.language if number else policy.municipality.languages[0]
    to = number.to if number else Destination(office=policy.municipality.kcc)
    call = Call(
        id=event.call,
        centre=world.centre.id,
        phase=Welcoming(),
        legs=(Leg(event.leg, "caller", "up", Prompt(())),),
        started_at=world.now,
        dialled=event.dialled,
        policy=policy.version,
        reference=reference,
        language=to.language or language,
        number=event.number,
        name=event.name,
        office=to.office,
        topic=to.topic,
    )
    if number is not None and not world.is_open(number.hours):
        because = why("closed", policy.hours[number.hours].line)
        return closed(call, world, because, *greeting(call, world), text=number.closed)
    if to.menu:
        call = enter(call, Choosing(to.menu), timer("input", world.now, BACKSTOP))
        call = _first(call, ask(policy.menus[to.menu], greeting(call, world)))
        return Decision(why("welcome.menu", to.line, number=event.dialled, menu=to.menu), call=call)
    because = why("welcome.direct", to.line, number=event.dialled, to=to.office or to.topic)
    if number is None:
        because = why("welcome.unknown_number", office=to.office)
    heard = spoken(greeting(call, world), call, world)
    if not heard:
        return queue(_first(call, Music()), world, because)
    call = enter(call, call.phase, timer("prompt", world.now, BACKSTOP))
    return Decision(because, call=_first(call, Prompt(heard)))


def _first(call: Call, doing: Doing) -> Call:
    leg = call.legs[0]
    return does(call, leg.id, doing)


def welcoming(call: Call, phase: Welcoming, event: Event, leg: Leg | None, world: World) -> Decision | None:
    """The welcome was spoken: the caller is queued where the number leads."""
    match event:
        case SayFinished() | TimerFired(name="prompt"):
            return queue(call, world)
        case _:
            return None
