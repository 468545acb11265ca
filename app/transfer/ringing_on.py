"""The agent is gone: the phone rings on, and who answers hears a sentence before they are joined (rule 12)."""

from __future__ import annotations

from msgspec.structs import replace

from app.call.accepting import ask_again, asked, reply
from app.call.because import why
from app.call.call import Announcing, Call, RingingOn
from app.call.decision import Decision
from app.call.events import (
    Event,
    LegAnswered,
    LegEnded,
    LegMachine,
    SayFinished,
    TimerFired,
)
from app.call.legs import Leg, Music
from app.call.moves import does, lets_go
from app.call.rings import answered, offer, unanswered
from app.call.world import World
from app.transfer.consult import announce, announce_direct, connect
from app.transfer.failure import recall
from app.transfer.phone import ring_failed, silent


def ringing_on(call: Call, phase: RingingOn, event: Event, leg: Leg | None, world: World) -> Decision | None:
    """The colleague answers, or the front office is recalled."""
    of_colleague = leg is not None and leg.id == phase.colleague_leg
    match event:
        case LegAnswered() if of_colleague and leg is not None:
            records = () if leg.accept else answered(call, leg, world.pinned.ringing, world.now)
            call = announce(call, phase.agent, phase.colleague, phase.colleague_leg, world)
            because = why("announce_direct", agent=phase.agent, colleague=phase.colleague)
            return Decision(because, call=call, records=records)
        case LegMachine() if of_colleague and (phase.stage, phase.cause) != ("stopping", "voicemail"):
            return ring_failed(lets_go(call, phase.colleague_leg), phase, leg, "voicemail", world)
        case LegEnded(cause=cause) if of_colleague:
            return ring_failed(call, phase, leg, unanswered(cause), world)
        case TimerFired(name="post_dial"):
            return silent(call, phase, world)
        case TimerFired(name="rings" | "stopping"):
            call = lets_go(call, phase.colleague_leg)
            return ring_failed(call, phase, call.leg(phase.colleague_leg), phase.cause, world)
        case _:
            return None


def announcing(call: Call, phase: Announcing, event: Event, leg: Leg | None, world: World) -> Decision | None:
    """Both sentences are spoken; whoever is first hears music until the other is ready too."""
    if leg is not None and asked(leg):
        return _asked(call, phase, event, leg, world)
    match event:
        case SayFinished() if leg is not None:
            heard = (*phase.heard, leg.id)
            if call.legs[0].id in heard and phase.colleague_leg in heard:
                return connect(call, phase.agent, "", phase.colleague, phase.colleague_leg, world)
            waits = does(call, leg.id, Music("hold"))
            return Decision(why("announce.half"), call=replace(waits, phase=replace(phase, heard=heard)))
        case TimerFired(name="announce"):
            return connect(call, phase.agent, "", phase.colleague, phase.colleague_leg, world)
        case LegEnded() if leg is not None and leg.id == phase.colleague_leg:
            return recall(call, phase.agent, phase.colleague, "failed", world)
        case LegMachine() if leg is not None and leg.id == phase.colleague_leg:
            return recall(call, phase.agent, phase.colleague, "voicemail", world)
        case _:
            return None


def _asked(call: Call, phase: Announcing, event: Event, leg: Leg, world: World) -> Decision | None:
    """The colleague accepts, or it was a voicemail, or nobody who wants to speak."""
    match reply(event, leg):
        case None:
            return None
        case "accepted":
            records = answered(call, leg, world.pinned.ringing, world.now)
            call = announce_direct(call, phase.agent, leg.id, world)
            because = why("announce_direct", agent=phase.agent, colleague=phase.colleague)
            return Decision(because, call=call, records=records)
        case "again":
            return ask_again(call, leg)
        case cause:
            decision = recall(call, phase.agent, phase.colleague, cause, world)
            rang = offer(call, leg, cause, world.pinned.ringing, world.now)
            return replace(decision, records=(rang, *decision.records))
