"""A caller rings: the welcome by time of day, the closed message, and where the dialled number leads (domain §4.1)."""

from __future__ import annotations

from app.call.because import why
from app.call.calendar import is_open
from app.call.call import Call, Choosing, Promising, Welcoming
from app.call.decision import Decision
from app.call.events import CallOffered, Event, SayFinished, TimerFired
from app.call.legs import Gather, Leg, Prompt
from app.call.moves import BACKSTOP, does, enter, timer
from app.call.policy import Destination
from app.call.texts import greeting, line
from app.call.world import World
from app.ivr.choosing import ask
from app.ivr.waiting import queue


def offered(event: CallOffered, world: World) -> Decision:
    """The first decision of a call. An unknown dialled number reaches a person at the KCC (domain §6)."""
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
        language=to.language or language,
        number=event.number,
        name=event.name,
        office=to.office,
        topic=to.topic,
    )
    if number is not None and not is_open(policy, number.hours, world.now):
        return closed(call, world, policy.hours[number.hours].line)
    if to.menu:
        call = enter(call, Choosing(to.menu), timer("input", world.now, BACKSTOP))
        call = _first(call, ask(policy.menus[to.menu], greeting(call, world)))
        return Decision(why("welcome.menu", to.line, number=event.dialled, menu=to.menu), call=call)
    call = enter(call, call.phase, timer("prompt", world.now, BACKSTOP))
    call = _first(call, Prompt(greeting(call, world)))
    if number is None:
        return Decision(why("welcome.unknown_number", office=to.office), call=call)
    return Decision(why("welcome.direct", to.line, number=event.dialled, to=to.office or to.topic), call=call)


def _first(call: Call, doing: Prompt | Gather) -> Call:
    leg = call.legs[0]
    return does(call, leg.id, doing)


def closed(call: Call, world: World, at_line: int) -> Decision:
    """Outside opening hours the caller hears so and is offered a callback (key 1); silence ends with a greeting."""
    leg = call.legs[0]
    office = call.office or world.pinned.municipality.kcc
    call = enter(call, Promising(office, "consent"), timer("input", world.now, BACKSTOP))
    lines = (*greeting(call, world), line("closed"), line("closed_callback_offer"))
    call = does(call, leg.id, Gather(lines))
    return Decision(why("closed", at_line), call=call)


def welcoming(call: Call, phase: Welcoming, event: Event, leg: Leg | None, world: World) -> Decision | None:
    """The welcome was spoken: the caller is queued where the number leads."""
    match event:
        case SayFinished() | TimerFired(name="prompt"):
            return queue(call, world)
        case _:
            return None
