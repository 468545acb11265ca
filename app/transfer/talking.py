"""The caller and the agent speak: consult, promise, or round off."""

from __future__ import annotations

from msgspec.structs import replace

from app.agents.presence import done
from app.call.because import Because, why
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
)
from app.call.legs import Leg
from app.call.moves import closes
from app.call.texts import line
from app.call.world import World
from app.callbacks.absence import owe
from app.transfer.consult import begin
from app.transfer.failure import left_alone
from app.transfer.hold import hold, is_held, retrieve


def talking(call: Call, phase: Talking, event: Event, leg: Leg | None, world: World) -> Decision | None:
    """What the agent asks, and who hangs up."""
    match event:
        case ConsultAsked():
            return begin(call, phase, event.colleague, event.department, event.topic, world)
        case PhoneTransferAsked(colleague="") if leg is not None and leg.id == phase.leg:
            return Decision(why("ignored.unknown_colleague", colleague="?"))
        case PhoneTransferAsked() if leg is not None and leg.id == phase.leg:
            return begin(call, phase, event.colleague, "", "", world)
        case CallbackAsked():
            return _take_away(call, event, world)
        case HangUpAsked():
            return rounded_off(call, phase.agent, world, why("hangup.agent", agent=phase.agent))
        case LegEnded(cause="normal") if leg is not None and leg.id == phase.leg and not is_held(call):
            return rounded_off(call, phase.agent, world, why("hangup.agent", agent=phase.agent))
        case LegEnded() if leg is not None and leg.id == phase.leg:
            return line_lost(call, phase.agent, world)
        case PhoneHeld() if leg is not None and leg.id == phase.leg:
            return hold(call, phase.agent)
        case PhoneRetrieved() if leg is not None and leg.id == phase.leg and (back := retrieve(call, phase.leg)):
            call, room = back
            return Decision(why("retrieve", agent=phase.agent), call=replace(call, phase=replace(phase, room=room)))
        case _:
            return None


def rounded_off(call: Call, agent: str, world: World, because: Because) -> Decision:
    """The agent is done: the caller hears a last sentence, the agent begins wrap-up (design §5 rule 12)."""
    agents, records = done(agent, call, world)
    return Decision(because, call=closes(call, world.now, line("goodbye")), agents=agents, records=records)


def line_lost(call: Call, agent: str, world: World) -> Decision:
    """The agent's line failed, or the caller was left on hold: the caller waits with priority (design §5 rule 12)."""
    agents, records = done(agent, call, world)
    return replace(left_alone(call, agent, world), agents=agents, records=records)


def _take_away(call: Call, event: CallbackAsked, world: World) -> Decision:
    """A question nobody can answer at once is taken away (domain §3.7)."""
    if event.colleague and event.colleague not in world.policy.colleagues:
        return Decision(why("ignored.unknown_colleague", colleague=event.colleague))
    if event.department and event.department not in world.policy.departments:
        return Decision(why("ignored.unknown_department", department=event.department))
    owed = owe(
        call,
        world,
        cause="asked",
        colleague=event.colleague,
        department=event.department,
        topic=event.topic if event.topic in world.policy.topics else "",
        office="" if event.colleague or event.department else call.office,
        agent=event.agent,
    )
    because = why("callback.asked", callback=owed.callback.id)
    return Decision(because, call=owed.call, callbacks=(owed.callback,), diaries=owed.diaries)
