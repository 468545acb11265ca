"""A transfer failed: the caller is back with a person, and a callback is pending at once (design §5 rules 11, 12)."""

from __future__ import annotations

from msgspec.structs import replace

from app.call.because import why
from app.call.call import Call, Cause, Connecting, Consulting, Talking
from app.call.decision import Decision, TransferMade
from app.call.events import CallerReturned
from app.call.legs import InRoom
from app.call.moves import enter, lets_go, meet, returns
from app.call.texts import line
from app.call.world import World
from app.callbacks.absence import Owed, owe
from app.callbacks.owner import stands_in

UNWILLING = ("declined", "no_answer", "voicemail")
"""Who is not rung again while somebody else is left; who was busy may be free a minute later (design §5 rule 13)."""


def failed(
    call: Call,
    phase: Talking | Consulting | Connecting,
    colleague: str,
    department: str,
    cause: Cause,
    world: World,
) -> Decision:
    """Back to the agent, who sees why, with the callback already made (rule 11).

    Who is absent by schedule was never rung: then nobody's line changes.
    """
    if isinstance(phase, Talking):
        call = replace(call, phase=replace(phase, failed=cause))
    else:
        call = back_to_agent(lets_go(call, phase.colleague_leg), phase, failed=cause)
    owed = _owed(call, phase.agent, colleague, department, cause, world)
    because = why(f"transfer.{cause}", agent=phase.agent, colleague=colleague or department, callback=owed.callback.id)
    return Decision(
        replace(because, then=stands_in(owed.callback, world.policy)),
        call=owed.call,
        callbacks=(owed.callback,),
        diaries=owed.diaries,
        records=(TransferMade(call.id, phase.agent, colleague, cause, world.now),),
    )


def back_to_agent(call: Call, phase: Consulting | Connecting, failed: str = "") -> Call:
    """Caller and agent speak again. Who are in one room already are not disturbed (design §5 rule 10)."""
    caller, agent = call.legs[0], call.leg(phase.leg)
    if agent is not None and type(agent.doing) is InRoom and caller.doing == agent.doing:
        room = agent.doing.room
    else:
        call, room = meet(call, caller.id, phase.leg)
    return enter(call, Talking(phase.agent, phase.leg, room, failed=failed))


def left_alone(call: Call, by: str, world: World) -> Decision:
    """Whoever spoke with the caller is gone without a word: the caller waits with priority (design §5 rule 12)."""
    call = returns(call, world.now, line("apology_line_lost"))
    return Decision(why("line_lost", agent=by), call=call, follow=(CallerReturned(call.id),))


def recall(call: Call, agent: str, colleague: str, cause: Cause, world: World, text: str = "recall") -> Decision:
    """No agent is with the caller any more: the front office is recalled once, the callback is pending (rule 12)."""
    owed = _owed(call, agent, colleague, "", cause, world)
    call = returns(owed.call, world.now, line(text), recall=True)
    because = why("recall", agent=agent, colleague=colleague, cause=cause, callback=owed.callback.id)
    return Decision(
        replace(because, then=stands_in(owed.callback, world.policy)),
        call=call,
        callbacks=(owed.callback,),
        diaries=owed.diaries,
        records=(TransferMade(call.id, agent, colleague, cause, world.now),),
        follow=(CallerReturned(call.id),),
    )


def _owed(call: Call, agent: str, colleague: str, department: str, cause: Cause, world: World) -> Owed:
    if colleague and colleague not in call.failed and cause != "absent":
        call = replace(call, failed=(*call.failed, colleague))
    if cause in UNWILLING and colleague not in call.unwilling:
        call = replace(call, unwilling=(*call.unwilling, colleague))
    known = world.policy.colleagues.get(colleague)
    return owe(
        call,
        world,
        cause=cause,
        colleague=colleague,
        department=department or (known.department if known else ""),
        agent=agent,
    )
