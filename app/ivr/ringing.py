"""An agent's phone rings at most three times, then the next one does (domain §5)."""

from __future__ import annotations

from msgspec.structs import replace

from app.agents.presence import miss, talk
from app.call.accepting import ask, ask_again, asked, refused, reply
from app.call.agent import Agent
from app.call.because import Because, why
from app.call.call import Call, Cause, Joining, Offering, Talking, Wish
from app.call.decision import Decision, Record, Warned
from app.call.events import (
    CallbackAsked,
    ConsultAsked,
    ConsultCancelled,
    Event,
    HangUpAsked,
    InputTimedOut,
    KeysPressed,
    LegAnswered,
    LegEnded,
    LegJoined,
    LegMachine,
    PhoneTransferAsked,
    SayFinished,
    TimerFired,
)
from app.call.legs import Leg, Music, Prompt
from app.call.moves import arm, does, enter, lets_go, meet, timer
from app.call.rings import offer as rang
from app.call.rings import started
from app.call.texts import line
from app.call.timers import Timer
from app.call.world import World
from app.ivr.waiting import wait

WHISPER = 15.0
"""Seconds the sentence about who calls may take."""


def offering(call: Call, phase: Offering, event: Event, leg: Leg | None, world: World) -> Decision | None:
    """The phone rings: it is answered, it fails, or its third ring is over. The caller hears words, then music."""
    agents_leg = leg is not None and leg.id == phase.leg
    if leg is not None and agents_leg and asked(leg):
        return _asked_for_key(call, phase, event, leg, world)
    match event:
        case LegAnswered() if leg is not None and agents_leg:
            return _picked_up(call, phase, leg, world)
        case SayFinished() | TimerFired(name="announce") if leg is not None and agents_leg and leg.state == "up":
            return _answered(call, phase, world)
        case LegMachine() if agents_leg:
            return _next(lets_go(call, phase.leg), phase, leg, "voicemail", world)
        case LegEnded(cause=cause) if leg is not None and agents_leg:
            return _next(call, phase, leg, phase.stopping or refused(leg, cause), world)
        case TimerFired(name="post_dial"):
            return _silent(call, phase, world)
        case TimerFired(name="rings"):
            return _withdraw(call, phase, "no_answer", world)
        case TimerFired(name="stopping"):
            return _next(call, phase, call.leg(phase.leg), phase.stopping or "no_answer", world)
        case SayFinished() | InputTimedOut() | KeysPressed() if leg is not None and leg.role == "caller":
            return Decision(why("music"), call=does(call, leg.id, Music()))
        case _:
            return None


def _picked_up(call: Call, phase: Offering, leg: Leg, world: World) -> Decision:
    """Outside the house there is no display, and perhaps no person: first a key, then who calls and about what."""
    if not (leg.accept or leg.outside):
        return _answered(call, phase, world)
    if not leg.accept:
        return _told(call, phase, world)
    call = ask(enter(call, replace(phase, stopping=None)), phase.leg, world.now)
    return Decision(why("accept.asked", party=phase.agent), call=call)


def _asked_for_key(call: Call, phase: Offering, event: Event, leg: Leg, world: World) -> Decision | None:
    match reply(event, leg):
        case None:
            return None
        case "accepted":
            return _told(call, phase, world)
        case "again":
            return ask_again(call, leg)
        case cause:
            return _next(lets_go(call, leg.id), phase, leg, cause, world)


def _told(call: Call, phase: Offering, world: World) -> Decision:
    """The agent hears what a display would show; the caller goes on hearing what they heard."""
    about = f"topic:{call.topic}" if call.topic else f"office:{phase.waiting.office}"
    heard = line("announce_agent", beller=f"@{call.name}" if call.name else "", onderwerp=about)
    call = does(call, phase.leg, Prompt((heard,)))
    call = enter(call, replace(phase, stopping=None), timer("announce", world.now, WHISPER, phase.leg))
    return Decision(why("offer.told", agent=phase.agent), call=call)


def _answered(call: Call, phase: Offering, world: World) -> Decision:
    """An answer counts even while the phone is being withdrawn, but only when both are reported in one room."""
    call, room = meet(call, call.legs[0].id, phase.leg)
    call = enter(call, Joining(phase.waiting, phase.agent, phase.leg, room), _join(world))
    agent = world.agents.get(phase.agent)
    agents = () if agent is None else (talk(agent, world),)
    return Decision(why("offer.answered", agent=phase.agent), call=call, agents=agents)


def _join(world: World) -> Timer:
    return timer("join", world.now, world.pinned.transfer.join)


def _silent(call: Call, phase: Offering, world: World) -> Decision:
    """No *ringing* within the post-dial delay: unreachable, or estimated where the platform never says it."""
    leg = call.leg(phase.leg)
    ringing = world.pinned.ringing
    if leg is None or ringing.signalled:
        return _withdraw(call, phase, "unreachable", world)
    call = started(call, leg, None, ringing, world.now, estimated=True)
    return Decision(why("ring.estimated", agent=phase.agent), call=call)


def _withdraw(call: Call, phase: Offering, cause: Cause, world: World) -> Decision:
    call = enter(
        lets_go(call, phase.leg),
        replace(phase, stopping=cause),
        timer("stopping", world.now, world.pinned.transfer.stopping, phase.leg),
    )
    return Decision(why("offer.withdrawn", agent=phase.agent, cause=cause), call=call)


def _next(call: Call, phase: Offering, leg: Leg | None, cause: Cause, world: World) -> Decision:
    """The offer failed: the agent is not ready any more unless the last one; the next phone rings."""
    agents, warned = _missed(phase.agent, cause, call.id, world)
    because = why("offer.missed_last" if warned else "offer.missed", agent=phase.agent, cause=cause)
    records = () if leg is None else (rang(call, leg, cause, world.pinned.ringing, world.now),)
    return _on(wait(call, phase.waiting, world.seeing(*agents), because), agents, (*records, *warned))


def _missed(agent_id: str, cause: Cause, call: str, world: World) -> tuple[tuple[Agent, ...], tuple[Warned, ...]]:
    agent = world.agents.get(agent_id)
    if agent is None:
        return (), ()
    after, warned = miss(agent, cause, call, world)
    return (after,), warned


def _on(decision: Decision, agents: tuple[Agent, ...], records: tuple[Record, ...]) -> Decision:
    """The caller goes on to the next agent, who may be the same one."""
    again = {a.id for a in decision.agents}
    left = tuple(a for a in agents if a.id not in again)
    return replace(decision, agents=(*left, *decision.agents), records=records)


def joining(call: Call, phase: Joining, event: Event, leg: Leg | None, world: World) -> Decision | None:
    """Both are on their way into the room; the switch says when they are there. What the agent asks waits for that."""
    match event:
        case LegJoined():
            return _together(call, phase, world)
        case LegEnded() if leg is not None and leg.id == phase.leg:
            return _back(call, phase, leg, world, why("join.lost", agent=phase.agent))
        case HangUpAsked():
            because = why("join.hung_up", agent=phase.agent)
            return _back(lets_go(call, phase.leg), phase, call.leg(phase.leg), world, because, "declined")
        case ConsultAsked():
            wish = Wish("consult", event.colleague, event.department, event.topic, event.on_behalf)
            return _wishes(call, phase, wish)
        case PhoneTransferAsked(colleague=colleague) if colleague and leg is not None and leg.id == phase.leg:
            return _wishes(call, phase, Wish("consult", colleague))
        case CallbackAsked():
            wish = Wish("callback", event.colleague, event.department, event.topic, event.on_behalf)
            return _wishes(call, phase, wish)
        case ConsultCancelled() if phase.wish is not None:
            return _wishes(call, phase, None)
        case TimerFired(name="join"):
            caller, agent = call.legs[0], call.leg(phase.leg)
            call = arm(call, timer("join_last", world.now, world.pinned.transfer.join))
            unsure = tuple(x.id for x in (caller, agent) if x is not None and x.joined != phase.room)
            return Decision(why("join.asked"), call=call, look=unsure)
        case TimerFired(name="join_last"):
            return _back(lets_go(call, phase.leg), phase, call.leg(phase.leg), world, why("join.failed"))
        case _:
            return None


def _wishes(call: Call, phase: Joining, wish: Wish | None) -> Decision:
    because = why("join.wish" if wish else "join.no_wish", agent=phase.agent)
    return Decision(because, call=replace(call, phase=replace(phase, wish=wish)))


def _together(call: Call, phase: Joining, world: World) -> Decision | None:
    caller, agent = call.legs[0], call.leg(phase.leg)
    if agent is None or caller.joined != phase.room or agent.joined != phase.room:
        return None
    call = enter(
        call,
        Talking(phase.agent, phase.leg, phase.room),
        tried=(),
        registered=False,
        person_at=call.person_at or world.now,
    )
    record = rang(call, agent, "answered", world.pinned.ringing, world.now)
    follow = () if phase.wish is None else (_asked(call, phase.agent, phase.wish),)
    return Decision(why("talk", agent=phase.agent), call=call, records=(record,), follow=follow)


def _asked(call: Call, agent: str, wish: Wish) -> Event:
    kind = ConsultAsked if wish.kind == "consult" else CallbackAsked
    return kind(call.id, agent, wish.colleague, wish.department, wish.topic, wish.on_behalf)


def _back(
    call: Call, phase: Joining, leg: Leg | None, world: World, because: Because, cause: Cause = "lost"
) -> Decision:
    """The agent was gone before the first word: `lost`, as if unreachable, or `declined` by a click.

    The caller goes first.
    """
    agents, warned = _missed(phase.agent, "unreachable" if cause == "lost" else cause, call.id, world)
    call = does(call, call.legs[0].id, Prompt((line("back_soon"),)))
    records = () if leg is None else (rang(call, leg, cause, world.pinned.ringing, world.now),)
    waits = wait(call, replace(phase.waiting, priority=1), world.seeing(*agents), because)
    return _on(waits, agents, (*records, *warned))
