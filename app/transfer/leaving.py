"""Whoever speaks with the caller as an agent goes: the conversation is rounded off, or the line was lost (rule 12)."""

from __future__ import annotations

from msgspec.structs import replace

from app.agents.presence import done
from app.call.because import why
from app.call.call import Call
from app.call.decision import Decision
from app.call.events import Event, LegEnded
from app.call.moves import closes
from app.call.texts import line
from app.call.world import World
from app.transfer.failure import left_alone
from app.transfer.hold import is_held


def leaves(call: Call, agent: str, event: Event, world: World) -> Decision:
    """Who hangs up is done; a line that failed, or a caller left on hold, is not the end of a conversation."""
    if type(event) is LegEnded and (event.cause != "normal" or is_held(call)):
        return line_lost(call, agent, world)
    return rounded_off(call, agent, world)


def rounded_off(call: Call, agent: str, world: World) -> Decision:
    """The agent is done: the caller hears a last sentence, the agent begins wrap-up (design §5 rule 12)."""
    agents, records = done(agent, call, world)
    call = closes(call, world.now, line("goodbye"))
    return Decision(why("hangup.agent", agent=agent), call=call, agents=agents, records=records)


def line_lost(call: Call, agent: str, world: World) -> Decision:
    """The agent's line failed, or the caller was left on hold: the caller waits with priority (design §5 rule 12)."""
    agents, records = done(agent, call, world, lost=True)
    return replace(left_alone(call, agent, world), agents=agents, records=records)
