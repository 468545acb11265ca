"""The caller waits for an agent: music, position and expected wait, patience, overflow, the offer of a callback."""

from __future__ import annotations

from msgspec.structs import replace

from app.agents.choice import busy, find, free, position, ready, serves, staffed
from app.agents.presence import reserve
from app.call.agent import Agent
from app.call.because import Because, why
from app.call.call import Call, Choosing, Offering, Waiting
from app.call.decision import Decision
from app.call.events import AgentFound, CallerReturned, Event, InputTimedOut, KeysPressed, SayFinished, TimerFired
from app.call.legs import Gather, Leg, Line, Music, Prompt
from app.call.moves import arm, dials, does, enter, shown, timer
from app.call.policy import Office
from app.call.rings import dialled
from app.call.texts import line, message_of_topic, spoken
from app.call.timers import Timer
from app.call.world import World
from app.ivr.promising import arrange, callback_question, closed, offer_callback
from app.ivr.routing import attended, route


def queue(call: Call, world: World, because: Because | None = None) -> Decision:
    """The call is routed and waits for an agent of that office; `because` says what the caller chose."""
    routed = route(call, world)
    told = message_of_topic(call, world) if isinstance(call.phase, Choosing) else ()
    call = replace(call, office=routed.office)
    if routed.closed:
        decision = closed(call, world, routed.because, *told)
    else:
        decision = wait(call, Waiting(routed.office, world.now), world, routed.because, first=True, told=told)
    return decision if because is None else replace(decision, because=replace(because, then=routed.because))


def wait(
    call: Call,
    waiting: Waiting,
    world: World,
    because: Because,
    *,
    first: bool = False,
    told: tuple[Line, ...] = (),
) -> Decision:
    """The caller is offered to an agent at once, or waits; the first time a sentence says which, after what is `told`.

    Where nobody is logged on, a callback is offered at once: there is no place in a line to tell.
    """
    agent, new_round = find(call, waiting.office, world)
    if agent is not None:
        if new_round:
            call = replace(call, tried=())
        heard: tuple[Line, ...] = (*told, line("to_person")) if first else ()
        return offer(_hears(call, spoken(heard, call, world)), waiting, agent, world, because)
    if first and not staffed(waiting.office, world):
        call = does(call, call.legs[0].id, Gather((*told, callback_question(waiting.office, world))))
        return Decision(because, call=enter(call, replace(waiting, offered=True), *_timers(waiting, world)))
    heard = (*told, line("waiting"), _where(call, waiting, world)) if first else ()
    call = enter(_hears(call, spoken(heard, call, world)), waiting, *_timers(waiting, world))
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
    left = office.patience - (world.now - (waiting.asked or waiting.since)).total_seconds()
    return (
        timer("patience", world.now, max(0.0, left)),
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
        case CallerReturned() if phase.recall and not phase.offered and not staffed(phase.office, world):
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
    if gone := _left_alone(call, phase, office, world):
        return gone
    call = arm(call, timer("announce", world.now, office.announce))
    caller = call.legs[0]
    if not staffed(phase.office, world):
        call = replace(call, phase=replace(phase, offered=True))
        call = does(call, caller.id, Gather((callback_question(phase.office, world),), timeout=5.0))
        return Decision(why("wait.nobody", office.line, office=office.id), call=call)
    where = _where(call, phase, world)
    if (world.now - phase.since).total_seconds() >= office.offer_callback and not phase.offered:
        call = replace(call, phase=replace(phase, offered=True))
        call = does(call, caller.id, Gather((where, line("offer_callback")), timeout=5.0))
        return Decision(why("wait.offer_callback", office.line, office=office.id), call=call)
    return Decision(why("wait.announce", office.line), call=_hears(call, spoken((where,), call, world)))


def _impatient(call: Call, phase: Waiting, world: World) -> Decision:
    office = world.pinned.offices[phase.office]
    if gone := _left_alone(call, phase, office, world):
        return gone
    because = why("wait.patience", office.line, office=office.id)
    phase = replace(phase, asked=world.now)
    if others := ready(phase.office, world):
        agent = next((a for a in others if a.id not in call.tried), others[0])
        because = why("offer.another_language", office.line, agent=agent.id, office=office.id)
        return offer(call, phase, agent, world, because)
    if office.overflow and not phase.overflowed and not phase.recall and attended(office.overflow, world):
        because = why("wait.overflow", office.line, office=office.id, to=office.overflow)
        return _over(call, phase, office, world, because)
    if phase.recall:
        return arrange(call, phase.office, world, because, phase)
    return offer_callback(call, phase, world, because)


def _over(call: Call, phase: Waiting, office: Office, world: World, because: Because) -> Decision:
    """The caller goes on waiting at the other office, since the same moment."""
    on = replace(phase, office=office.overflow, overflowed=True, asked=world.now)
    return wait(replace(call, office=office.overflow), on, world, because)


def _left_alone(call: Call, phase: Waiting, office: Office, world: World) -> Decision | None:
    """Nobody waits for nobody: when all went home the other office takes over, and after hours the caller hears so."""
    if not staffed(office.id, world) and office.overflow and attended(office.overflow, world):
        because = why("route.overflow_empty", office.line, office=office.id, to=office.overflow)
        return _over(call, phase, office, world, because)
    if world.is_open(office.hours) or busy(office.id, world):
        return None
    because = why("wait.closed", office.line, office=office.id)
    return arrange(call, office.id, world, because) if phase.recall else closed(call, world, because)
