"""A colleague's phone rings to its last ring, then the next address of the same colleague (domain §5)."""

from __future__ import annotations

from msgspec.structs import replace

from app.call.accepting import asked
from app.call.because import Because, why
from app.call.call import Call, Cause, Consulting, RingingOn
from app.call.decision import Decision
from app.call.legs import Leg
from app.call.moves import dials, enter, lets_go, shown, timer
from app.call.policy import Colleague
from app.call.rings import dialled, offer, started
from app.call.world import World
from app.transfer.failure import failed, recall

NEXT_ADDRESS = ("no_answer", "unreachable", "voicemail")
"""Only then may the colleague be found at another phone; who is busy or declined is not rung elsewhere."""


def ring(call: Call, phase: Consulting | RingingOn, colleague: Colleague, world: World, because: Because) -> Decision:
    """The phone at `phase.address` is dialled."""
    address = colleague.addresses[phase.address]
    ringing = shown(call, address.uri, world.policy, by=phase.agent)
    call, leg_id = dials(call, "colleague", colleague.id, ringing, address.rings, accept=address.accepts)
    on = replace(phase, stage="ringing", colleague_leg=leg_id)
    return Decision(because, call=enter(call, on, dialled(leg_id, world.pinned.ringing, world.now)))


def silent(call: Call, phase: Consulting | RingingOn, world: World) -> Decision:
    """No *ringing* within the post-dial delay: unreachable, or estimated where the platform never says it."""
    leg = call.leg(phase.colleague_leg)
    ringing = world.pinned.ringing
    if leg is None or ringing.signalled:
        return ring_failed(lets_go(call, phase.colleague_leg), phase, leg, "unreachable", world)
    call = started(call, leg, None, ringing, world.now, estimated=True)
    return Decision(why("ring.estimated", colleague=phase.colleague), call=call)


def ring_failed(call: Call, phase: Consulting | RingingOn, leg: Leg | None, cause: Cause, world: World) -> Decision:
    """This phone was not answered: the next address rings once this one is quiet, or the attempt is over."""
    if phase.stage == "stopping":
        cause = phase.cause
    colleague = world.policy.colleagues.get(phase.colleague)
    if colleague is None or cause not in NEXT_ADDRESS or phase.address + 1 >= len(colleague.addresses):
        decision = _give_up(call, phase, cause, world)
    elif phase.stage == "ringing" and call.leg(phase.colleague_leg) is not None:
        wait = timer("stopping", world.now, world.pinned.transfer.stopping, phase.colleague_leg)
        call = enter(call, replace(phase, stage="stopping", cause=cause), wait)
        return Decision(why("consult.withdrawn", colleague=phase.colleague, cause=cause), call=call)
    else:
        on = replace(phase, address=phase.address + 1, cause="no_answer")
        decision = ring(call, on, colleague, world, why("consult.next_address", colleague=phase.colleague))
    if leg is None or (leg.state == "up" and not asked(leg)):
        return decision
    return replace(decision, records=(offer(call, leg, cause, world.pinned.ringing, world.now), *decision.records))


def withdrawn(phase: Consulting | RingingOn) -> Cause | None:
    """Why the colleague's phone is being withdrawn; None when it is not."""
    return phase.cause if phase.stage == "stopping" else None


def _give_up(call: Call, phase: Consulting | RingingOn, cause: Cause, world: World) -> Decision:
    if isinstance(phase, RingingOn):
        return recall(call, phase.agent, phase.colleague, cause, world)
    return failed(call, phase, phase.colleague, "", cause, world)
