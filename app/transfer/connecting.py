"""Confirm before release: the agent is let go only when caller and colleague are in one room (design §5 rule 9)."""

from __future__ import annotations

from msgspec.structs import replace

from app.agents.presence import done
from app.call.because import why
from app.call.call import Call, Cause, Connected, Connecting, Consulting
from app.call.decision import Decision, TransferMade
from app.call.events import (
    Event,
    HangUpAsked,
    LegEnded,
    LegJoined,
    LegMachine,
    PhoneHeld,
    PhoneRetrieved,
    TimerFired,
)
from app.call.legs import Leg, Music
from app.call.moves import arm, closes, does, enter, lets_go, meet, timer
from app.call.texts import line
from app.call.world import World
from app.callbacks.absence import withdraw
from app.callbacks.question import at_hand
from app.transfer.failure import failed, left_alone, recall
from app.transfer.hold import hold, is_held, retrieve


def connecting(call: Call, phase: Connecting, event: Event, leg: Leg | None, world: World) -> Decision | None:
    """The switch says that both are there, or it does not."""
    match event:
        case LegJoined():
            return together(call, phase, world)
        case LegEnded() if leg is not None and leg.id == phase.colleague_leg:
            return _colleague_gone(call, phase, "failed", world)
        case LegMachine() if leg is not None and leg.id == phase.colleague_leg:
            return _colleague_gone(call, phase, "voicemail", world)
        case LegEnded() if leg is not None and leg.id == phase.leg:
            return _agent_gone(call, phase, world)
        case HangUpAsked() if phase.leg:
            return _agent_gone(lets_go(call, phase.leg), phase, world)
        case TimerFired(name="join"):
            call = arm(call, timer("join_last", world.now, world.pinned.transfer.join))
            unsure = tuple(x.id for x in call.legs if x.id in (call.legs[0].id, phase.colleague_leg))
            return Decision(why("join.asked"), call=call, look=unsure)
        case TimerFired(name="join_last"):
            return _apart(call, phase, world)
        case _:
            return None


def _colleague_gone(call: Call, phase: Connecting, cause: Cause, world: World) -> Decision:
    if phase.leg:
        return failed(call, phase, phase.colleague, "", cause, world)
    return recall(call, phase.agent, phase.colleague, cause, world)


def _agent_gone(call: Call, phase: Connecting, world: World) -> Decision:
    agents, records = done(phase.agent, call, world)
    call = replace(call, phase=replace(phase, leg=""))
    return Decision(why("connect.agent_gone", agent=phase.agent), call=call, agents=agents, records=records)


def together(call: Call, phase: Connecting, world: World) -> Decision | None:
    """Connected, when the switch reported both in the room; None when it did not (yet)."""
    colleague = call.leg(phase.colleague_leg)
    if colleague is None or {call.legs[0].joined, colleague.joined} != {phase.room}:
        return None
    agents, records = done(phase.agent, call, world)
    call = enter(
        lets_go(call, phase.leg),
        Connected(phase.agent, phase.colleague, phase.colleague_leg, phase.room),
        timer("stable", world.now, world.pinned.transfer.stable),
    )
    because = why("connected", agent=phase.agent, colleague=phase.colleague)
    return Decision(because, call=call, agents=agents, records=records)


def _apart(call: Call, phase: Connecting, world: World) -> Decision:
    """Never confirmed: back to the consult, or to the front office when the agent is gone."""
    if not phase.leg:
        return recall(call, phase.agent, phase.colleague, "failed", world)
    call = does(call, call.legs[0].id, Music("hold"))
    call, room = meet(call, phase.leg, phase.colleague_leg)
    back = Consulting(phase.agent, phase.leg, phase.colleague, phase.colleague_leg, stage="speaking", room=room)
    return Decision(why("connect.failed", agent=phase.agent, colleague=phase.colleague), call=enter(call, back))


def connected(call: Call, phase: Connected, event: Event, leg: Leg | None, world: World) -> Decision | None:
    """They speak; after five seconds it counts as transferred, and what was owed about this question is withdrawn."""
    match event:
        case TimerFired(name="stable"):
            return _stable(call, phase, world)
        case _ if leg is None or leg.id != phase.colleague_leg:
            return None
        case LegEnded() if not phase.stable:
            return recall(call, phase.agent, phase.colleague, "failed", world, "connected_left")
        case LegEnded(cause="normal") if not is_held(call):
            return Decision(why("hangup.colleague"), call=closes(call, world.now, line("goodbye")))
        case LegEnded():
            return left_alone(call, phase.colleague, world)
        case LegMachine() if not phase.stable:
            return recall(call, phase.agent, phase.colleague, "voicemail", world)
        case PhoneHeld():
            return hold(call, phase.colleague)
        case PhoneRetrieved() if back := retrieve(call, phase.colleague_leg):
            call, room = back
            return Decision(why("retrieve", agent=phase.colleague), call=replace(call, phase=replace(phase, room=room)))
        case _:
            return None


def _stable(call: Call, phase: Connected, world: World) -> Decision:
    record = TransferMade(call.id, phase.agent, phase.colleague, "answered", world.now)
    because = why("transferred", agent=phase.agent, colleague=phase.colleague)
    call = replace(call, phase=replace(phase, stable=True))
    owed = at_hand(call, world)
    if owed is None:
        return Decision(because, call=call, records=(record,))
    callback, diaries = withdraw(owed, "transferred", world)
    call = replace(call, callback="")
    return Decision(because, call=call, callbacks=(callback,), diaries=diaries, records=(record,))
