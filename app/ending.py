"""How a call ends: the caller hung up, or the switch took over. Nobody rings on, and nothing owed is lost."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from app.agents.presence import done, miss, release
from app.call.accepting import asked
from app.call.agent import Agent
from app.call.because import why
from app.call.call import (
    Announcing,
    Call,
    Cause,
    Closing,
    Connected,
    Connecting,
    Consulting,
    Degraded,
    Ended,
    Joining,
    Offering,
    RingingOn,
    Talking,
)
from app.call.callback import Callback
from app.call.decision import Decision, Record, TransferMade
from app.call.diary import Diary
from app.call.events import DegradeServed
from app.call.legs import Leg
from app.call.moves import enter, lets_go_of_others
from app.call.rings import answered, stopped
from app.call.world import World
from app.callbacks.absence import Owed, owe, promise, without_number
from app.callbacks.gate import refusal
from app.callbacks.question import at_hand, owed_by
from app.transfer.phone import withdrawn

OVER = (Degraded, Ended)


class Parting(Struct, frozen=True):
    """What the end of the call means for the agent, and the transfer that was under way, if any."""

    agents: tuple[Agent, ...] = ()
    records: tuple[Record, ...] = ()
    transfer: tuple[str, str] | None = None
    """The agent and the colleague of a transfer that did not come to its end: the question was not answered."""


def caller_gone(call: Call, noted: Call, cause: Cause, world: World) -> Decision:
    """The caller hung up: every other leg is let go, what was owed becomes a promise (design §5 rules 11, 12).

    Who was lost, because the switch failed or nobody told how it ended, did not choose to go: they are called back.
    """
    if isinstance(call.phase, OVER):
        return Decision(why("noted"), call=noted)
    lost = cause == "lost" and not isinstance(call.phase, Closing)
    parting = _part(call, world, lost=lost)
    noted, callbacks, diaries = _owing(noted, parting, world, lost=lost)
    gone = why("caller_lost" if lost else "caller_gone", phase=type(call.phase).__name__)
    return Decision(
        why("ended") if isinstance(call.phase, Closing) else gone,
        call=enter(lets_go_of_others(noted), Ended(), ended_at=world.now),
        agents=parting.agents,
        callbacks=callbacks,
        diaries=diaries,
        records=(*parting.records, *without_number(callbacks, world)),
    )


def degrade(call: Call | None, event: DegradeServed, world: World) -> Decision:
    """The switch was given the static reply: nothing more is sent to the caller's leg (design §5 rule 16)."""
    if call is None:
        unseen = Call(event.call, world.centre.id, Degraded(), (), world.now, "", world.policy.version)
        return Decision(why("degraded"), call=replace(unseen, ended_at=world.now))
    if isinstance(call.phase, OVER):
        return Decision(why("ignored.no_call"))
    parting = _part(call, world, lost=True)
    call, callbacks, diaries = _owing(call, parting, world)
    others = tuple(x for x in lets_go_of_others(call).legs if x.role != "caller")
    return Decision(
        why("degraded"),
        call=enter(call, Degraded(), legs=others, ended_at=world.now),
        agents=parting.agents,
        callbacks=callbacks,
        diaries=diaries,
        records=(*parting.records, *without_number(callbacks, world)),
    )


def _owing(
    call: Call, parting: Parting, world: World, *, lost: bool = False
) -> tuple[Call, tuple[Callback, ...], tuple[Diary, ...]]:
    """All that this call owes is promised; a transfer that was under way, or a lost caller, leaves a promise, too."""
    owed = {callback.id: callback for callback in owed_by(call, world) if callback.status == "pending"}
    diaries: tuple[Diary, ...] = ()
    if at_hand(call, world) is None and (made := _left(call, parting, world, lost=lost)):
        call, owed[made.callback.id], diaries = made.call, made.callback, made.diaries
    return call, tuple(promise(callback, world.now) for callback in owed.values()), diaries


def _left(call: Call, parting: Parting, world: World, *, lost: bool) -> Owed | None:
    """What the end itself leaves behind, when nothing is owed about this question yet."""
    if parting.transfer is not None:
        return _left_behind(call, *parting.transfer, world)
    return _lost(call, world) if lost and not refusal(world.policy, call.number) else None


def _left_behind(call: Call, agent: str, colleague: str, world: World) -> Owed:
    known = world.policy.colleagues.get(colleague)
    department = known.department if known else ""
    return owe(call, world, cause="cancelled", colleague=colleague, department=department, agent=agent)


def _lost(call: Call, world: World) -> Owed:
    """Whoever spoke with the caller calls back; the office, when nobody did yet."""
    match call.phase:
        case Connected(agent=agent, colleague=colleague):
            known = world.policy.colleagues.get(colleague)
            department = known.department if known else ""
            return owe(call, world, cause="lost", colleague=colleague, department=department, agent=agent)
        case Talking(agent=agent) | Consulting(agent=agent):
            return owe(call, world, cause="lost", office=call.office, agent=agent)
        case _:
            return owe(call, world, cause="lost", office=call.office)


def _part(call: Call, world: World, *, lost: bool) -> Parting:
    match call.phase:
        case Offering() | Joining() as phase:
            return _never_spoke(call, phase, world)
        case Talking(agent=agent_id):
            return Parting(*done(agent_id, call, world, lost=lost))
        case Consulting() | Connecting() as phase:
            agents, records = done(phase.agent, call, world)
            return _cut_short(call, phase, world, agents, records)
        case RingingOn() | Announcing() | Connected(stable=False) as phase:
            return _cut_short(call, phase, world)
        case _:
            return Parting()


def _never_spoke(call: Call, phase: Offering | Joining, world: World) -> Parting:
    """The agent is free again and owes nothing; whose phone was being withdrawn already did miss the call."""
    agent, leg = world.agents.get(phase.agent), call.leg(phase.leg)
    missed = phase.stopping if isinstance(phase, Offering) else None
    if isinstance(phase, Offering) and not _listens(leg):
        records = stopped(call, phase.leg, world.pinned.ringing, world.now, missed)
    else:
        records = () if leg is None else answered(call, leg, world.pinned.ringing, world.now)
    if agent is None:
        return Parting((), records)
    if missed is None:
        return Parting((release(agent, world),), records)
    after, warned = miss(agent, missed, call.id, world)
    return Parting((after,), (*records, *warned))


def _listens(leg: Leg | None) -> bool:
    """The agent picked up outside, accepted, and hears who calls."""
    return leg is not None and leg.state == "up" and not asked(leg)


def _cut_short(
    call: Call,
    phase: Consulting | Connecting | RingingOn | Announcing | Connected,
    world: World,
    agents: tuple[Agent, ...] = (),
    records: tuple[Record, ...] = (),
) -> Parting:
    """A transfer was under way; who was with the agent again when hanging up is not waiting for an answer."""
    cancelled = TransferMade(call.id, phase.agent, phase.colleague, "cancelled", world.now)
    withdrawing = withdrawn(phase) if isinstance(phase, Consulting | RingingOn) else None
    rang = stopped(call, phase.colleague_leg, world.pinned.ringing, world.now, withdrawing)
    spoken_with = isinstance(phase, Consulting) and phase.focus != "colleague"
    return Parting(agents, (*records, cancelled, *rang), None if spoken_with else (phase.agent, phase.colleague))
