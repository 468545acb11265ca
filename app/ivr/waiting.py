"""The caller waits for an agent: music, position and expected wait, patience, overflow, the offer of a callback."""

from __future__ import annotations

from msgspec.structs import replace

from app.agents.choice import find, free, position, serves, staffed
from app.agents.presence import reserve
from app.call.agent import Agent
from app.call.because import Because, why
from app.call.call import Call, Offering, Waiting
from app.call.decision import Decision
from app.call.events import AgentFound, CallerReturned, Event, InputTimedOut, KeysPressed, SayFinished, TimerFired
from app.call.legs import Gather, Leg, Line, Music, Prompt
from app.call.moves import arm, dials, does, enter, shown, timer
from app.call.rings import dialled
from app.call.texts import line
from app.call.timers import Timer
from app.call.world import World
from app.ivr.promising import arrange, closed, offer_callback
from app.ivr.routing import attended, route


def queue(call: Call, world: World, because: Because | None = None) -> Decision:
    """The call is routed and waits for an agent of that office; `because` says what the caller chose."""
    routed = route(call, world)
    call = replace(call, office=routed.office)
    if routed.closed:
        decision = closed(call, world, routed.because)
    else:
        decision = wait(call, Waiting(routed.office, world.now), world, routed.because, first=True)
    return decision if because is None else replace(decision, because=replace(because, then=routed.because))


def wait(
    call: Call,
    waiting: Waiting,
    world: World,
    because: Because,
    *,
    first: bool = False,
) -> Decision:
    """The caller is offered to an agent at once, or waits; the first time a sentence says which.

    Where nobody is logged on, a callback is offered at once: there is no place in a line to tell.
    """
    agent, new_round = find(call, waiting.office, world)
    if agent is not None:
        if new_round:
            call = replace(call, tried=())
        heard: tuple[Line, ...] = (line("to_person"),) if first else ()
        return offer(_hears(call, heard), waiting, agent, world, because)
    if first and not staffed(waiting.office, world):
        call = does(call, call.legs[0].id, Gather((line("waiting"), line("offer_callback"))))
        return Decision(because, call=enter(call, replace(waiting, offered=True), *_timers(waiting, world)))
    heard = (line("waiting"), _where(call, waiting, world)) if first else ()
    call = enter(_hears(call, heard), waiting, *_timers(waiting, world))
    return Decision(because, call=call)


def _hears(call: Call, lines: tuple[Line, ...]) -> Call:
    leg = call.legs[0]
    if lines:
        return does(call, leg.id, Prompt(lines))
    if isinstance(leg.doing, Music | Prompt):
        return call
    return does(call, leg.id, Music())


def _where(call: Call, waiting: Waiting, world: World) -> Line:
    place, minutes = position(call, waiting, world)
    if place == 1:
        return line("position_next", minuten=str(minutes))
    return line("position", nummer=str(place), minuten=str(minutes))


def _timers(waiting: Waiting, world: World) -> tuple[Timer, Timer]:
    """Whose patience ran out while a phone rang is asked at once; who said no, or overflowed, later again."""
    office = world.pinned.offices[waiting.office]
    left = office.patience - (world.now - waiting.since).total_seconds()
    if left <= 0:
        left = office.patience if waiting.offered or waiting.overflowed else 0.0
    return (
        timer("patience", world.now, left),
        timer("announce", world.now, office.announce),
    )


def offer(call: Call, waiting: Waiting, agent: Agent, world: World, because: Because) -> Decision:
    """The agent's phone begins to ring; the agent is reserved."""
    policy = world.pinned
    profile = world.policy.agents[agent.id]
    ringing = shown(call, profile.address, world.policy)
    call, leg_id = dials(call, "agent", agent.id, ringing, policy.ringing.rings, accept=profile.accepts)
    call = enter(
        call,
        Offering(waiting, agent.id, leg_id),
        dialled(leg_id, policy.ringing, world.now),
        tried=(*call.tried, agent.id),
        phones=call.phones + 1,
    )
    return Decision(because, call=call, agents=(reserve(agent, call),))


def waiting(call: Call, phase: Waiting, event: Event, leg: Leg | None, world: World) -> Decision | None:
    """An agent is free, it takes too long, the caller's place is told, or the caller wants a callback."""
    office = world.pinned.offices[phase.office]
    match event:
        case CallerReturned() if phase.recall and not staffed(phase.office, world):
            return arrange(call, phase.office, world, why("wait.nobody", office.line, office=office.id), phase)
        case CallerReturned():
            return wait(call, phase, world, why("wait.returned", office.line, office=office.id))
        case AgentFound(agent=agent_id):
            agent = world.agents.get(agent_id)
            if agent is None or not free(agent) or not serves(agent_id, phase.office, world):
                return None
            if agent_id in call.tried:
                call = replace(call, tried=())
            return offer(call, phase, agent, world, why("offer.free", agent=agent_id, office=phase.office))
        case KeysPressed(keys="1") if leg is not None and type(leg.doing) is Gather:
            return arrange(call, phase.office, world, why("promise.asked", office.line, office=office.id), phase)
        case SayFinished() | InputTimedOut() | KeysPressed() if leg is not None and leg.role == "caller":
            return Decision(why("music"), call=does(call, leg.id, Music()))
        case TimerFired(name="announce"):
            return _announce(call, phase, world)
        case TimerFired(name="patience"):
            return _impatient(call, phase, world)
        case _:
            return None


def _announce(call: Call, phase: Waiting, world: World) -> Decision:
    office = world.pinned.offices[phase.office]
    call = arm(call, timer("announce", world.now, office.announce))
    caller = call.legs[0]
    where = _where(call, phase, world)
    if (world.now - phase.since).total_seconds() >= office.offer_callback and not phase.offered:
        call = replace(call, phase=replace(phase, offered=True))
        call = does(call, caller.id, Gather((where, line("offer_callback")), timeout=5.0))
        return Decision(why("wait.offer_callback", office.line, office=office.id), call=call)
    return Decision(why("wait.announce", office.line), call=does(call, caller.id, Prompt((where,))))


def _impatient(call: Call, phase: Waiting, world: World) -> Decision:
    office = world.pinned.offices[phase.office]
    because = why("wait.patience", office.line, office=office.id)
    if office.overflow and not phase.overflowed and not phase.recall and attended(office.overflow, world):
        on = replace(phase, office=office.overflow, overflowed=True)
        because = why("wait.overflow", office.line, office=office.id, to=office.overflow)
        return wait(replace(call, office=office.overflow), on, world, because)
    if phase.recall:
        return arrange(call, phase.office, world, because, phase)
    return offer_callback(call, phase, world, because)
