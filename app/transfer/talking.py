"""The caller and the agent speak: consult, promise, or round off."""

from __future__ import annotations

from msgspec.structs import replace

from app.call.because import why
from app.call.call import Call, Talking
from app.call.decision import Decision
from app.call.events import (
    CallbackAsked,
    ConsultAsked,
    Event,
    HangUpAsked,
    LegEnded,
    PhoneHeld,
    PhoneRetrieved,
    PhoneTransferAsked,
    SayFinished,
    TimerFired,
)
from app.call.legs import Leg, Music, Prompt
from app.call.moves import arm, disarm, does, meet, timer
from app.call.texts import line
from app.call.world import World
from app.callbacks.absence import owe
from app.callbacks.owner import stands_in
from app.callbacks.question import asks
from app.transfer.consult import begin
from app.transfer.hold import hold, is_held, retrieve
from app.transfer.leaving import leaves

TOLD = 15.0
"""Seconds the sentence about a wrong number may take."""


def talking(call: Call, phase: Talking, event: Event, leg: Leg | None, world: World) -> Decision | None:
    """What the agent asks, and who hangs up."""
    match event:
        case ConsultAsked():
            return begin(call, phase, event.colleague, event.department, event.topic, world, event.on_behalf)
        case PhoneTransferAsked(colleague="") if leg is not None and leg.id == phase.leg:
            return _told(call, phase, event.wrong == "forbidden", world)
        case SayFinished() | TimerFired(name="told") if leg is not None and leg.id == phase.leg:
            return _back(call, phase, event)
        case PhoneHeld() if leg is not None and leg.id == phase.leg and call.timer("told"):
            return Decision(why("hold", agent=phase.agent), call=disarm(call, "told"))
        case PhoneTransferAsked() if leg is not None and leg.id == phase.leg:
            return begin(call, phase, event.colleague, "", "", world)
        case CallbackAsked():
            return take_away(call, event, world)
        case HangUpAsked():
            return leaves(call, phase.agent, event, world)
        case LegEnded() if leg is not None and leg.id == phase.leg:
            return leaves(call, phase.agent, event, world)
        case PhoneHeld() if leg is not None and leg.id == phase.leg:
            return hold(call, phase.agent)
        case PhoneRetrieved() if leg is not None and leg.id == phase.leg and (back := retrieve(call, phase.leg)):
            call, room = back
            call = disarm(call, "told")
            return Decision(why("retrieve", agent=phase.agent), call=replace(call, phase=replace(phase, room=room)))
        case _:
            return None


def _told(call: Call, phase: Talking, forbidden: bool, world: World) -> Decision:
    """Nobody can be rung there: the agent hears why, the caller music. Who pressed hold first can hear nothing."""
    if is_held(call):
        return Decision(why("ignored.unknown_colleague", colleague="?"))
    call = does(call, call.legs[0].id, Music("hold"))
    text, reason = ("transfer_refused", "forbidden") if forbidden else ("transfer_unknown", "unknown")
    call = arm(does(call, phase.leg, Prompt((line(text),))), timer("told", world.now, TOLD, phase.leg))
    return Decision(why(f"transfer_key.{reason}", agent=phase.agent), call=call)


def _back(call: Call, phase: Talking, event: Event) -> Decision | None:
    """The sentence is over: both speak again, unless the agent pressed hold meanwhile."""
    if type(event) is SayFinished and call.timer("told") is None:
        return None
    call, room = meet(disarm(call, "told"), call.legs[0].id, phase.leg)
    return Decision(why("transfer_key.back", agent=phase.agent), call=replace(call, phase=replace(phase, room=room)))


def take_away(call: Call, event: CallbackAsked, world: World) -> Decision:
    """A question nobody can answer at once is taken away (domain §3.7)."""
    if event.colleague and event.colleague not in world.policy.colleagues:
        return Decision(why("ignored.unknown_colleague", colleague=event.colleague))
    if event.department and event.department not in world.policy.departments:
        return Decision(why("ignored.unknown_department", department=event.department))
    department = world.policy.colleagues[event.colleague].department if event.colleague else event.department
    owed = owe(
        asks(call, world, event.topic, event.on_behalf, department),
        world,
        cause="asked",
        colleague=event.colleague,
        department=department,
        office="" if event.colleague or event.department else call.office,
        agent=event.agent,
    )
    because = replace(why("callback.asked", callback=owed.callback.id), then=stands_in(owed.callback, world.policy))
    return Decision(because, call=owed.call, callbacks=(owed.callback,), diaries=owed.diaries)
