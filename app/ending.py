"""How a call ends: the caller hung up, or the switch took over. Nobody rings on, and nothing owed is lost."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from app.agents.presence import done, release
from app.call.agent import Agent
from app.call.because import why
from app.call.call import (
    Announcing,
    Call,
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
from app.call.moves import enter, lets_go_of_others
from app.call.rings import stopped
from app.call.world import World
from app.callbacks.absence import Owed, owe, promise

OVER = (Degraded, Ended)


class Parting(Struct, frozen=True):
    """What the end of the call means for the agent, and the transfer that was under way, if any."""

    agents: tuple[Agent, ...] = ()
    records: tuple[Record, ...] = ()
    transfer: tuple[str, str] | None = None
    """The agent and the colleague of a transfer that did not come to its end: the question was not answered."""


def caller_gone(call: Call, noted: Call, world: World) -> Decision:
    """The caller hung up: every other leg is let go, what was owed becomes a promise (design §5 rules 11, 12)."""
    if isinstance(call.phase, OVER):
        return Decision(why("noted"), call=noted)
    parting = _part(call, world)
    noted, callbacks, diaries = _owing(noted, parting, world)
    return Decision(
        why("ended") if isinstance(call.phase, Closing) else why("caller_gone", phase=type(call.phase).__name__),
        call=enter(lets_go_of_others(noted), Ended(), ended_at=world.now),
        agents=parting.agents,
        callbacks=callbacks,
        diaries=diaries,
        records=parting.records,
    )


def degrade(call: Call | None, event: DegradeServed, world: World) -> Decision:
    """The switch was given the static reply: nothing more is sent to the caller's leg (design §5 rule 16)."""
    if call is None:
        unseen = Call(event.call, world.centre.id, Degraded(), (), world.now, "", world.policy.version)
        return Decision(why("degraded"), call=replace(unseen, ended_at=world.now))
    if isinstance(call.phase, OVER):
        return Decision(why("ignored.no_call"))
    parting = _part(call, world)
    call, callbacks, diaries = _owing(call, parting, world)
    others = tuple(x for x in lets_go_of_others(call).legs if x.role != "caller")
    return Decision(
        why("degraded"),
        call=enter(call, Degraded(), legs=others, ended_at=world.now),
        agents=parting.agents,
        callbacks=callbacks,
        diaries=diaries,
        records=parting.records,
    )


def _owing(call: Call, parting: Parting, world: World) -> tuple[Call, tuple[Callback, ...], tuple[Diary, ...]]:
    """The open callback of this call is promised; a transfer that was under way leaves one behind."""
    owed = world.callbacks.get(call.callback)
    diaries: tuple[Diary, ...] = ()
    if parting.transfer is not None and (owed is None or not owed.open):
        made = _left_behind(call, *parting.transfer, world)
        call, owed, diaries = made.call, made.callback, made.diaries
    if owed is None or owed.status != "pending":
        return call, () if owed is None or not diaries else (owed,), diaries
    return call, (promise(owed, world.now),), diaries


def _left_behind(call: Call, agent: str, colleague: str, world: World) -> Owed:
    known = world.policy.colleagues.get(colleague)
    department = known.department if known else ""
    return owe(call, world, cause="no_answer", colleague=colleague, department=department, agent=agent)


def _part(call: Call, world: World) -> Parting:
    match call.phase:
        case Offering(agent=agent_id, leg=leg):
            agent = world.agents.get(agent_id)
            rang = stopped(call, leg, world.pinned.ringing, world.now)
            return Parting(() if agent is None else (release(agent, world),), rang)
        case Joining(agent=agent_id) | Talking(agent=agent_id):
            return Parting(*done(agent_id, call, world))
        case Consulting() | Connecting() as phase:
            agents, records = done(phase.agent, call, world)
            return _cut_short(call, phase, world, agents, records)
        case RingingOn() | Announcing() | Connected(stable=False) as phase:
            return _cut_short(call, phase, world)
        case _:
            return Parting()


def _cut_short(
    call: Call,
    phase: Consulting | Connecting | RingingOn | Announcing | Connected,
    world: World,
    agents: tuple[Agent, ...] = (),
    records: tuple[Record, ...] = (),
) -> Parting:
    """A transfer was under way."""
    cancelled = TransferMade(call.id, phase.agent, phase.colleague, "cancelled", world.now)
    rang = stopped(call, phase.colleague_leg, world.pinned.ringing, world.now)
    return Parting(agents, (*records, cancelled, *rang), (phase.agent, phase.colleague))
