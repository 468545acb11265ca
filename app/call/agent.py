"""An agent's presence: one row per agent, holding at most one call (design §5 rule 15)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from app.call.timers import Timer

AgentState = Literal["logged_off", "not_ready", "ready", "reserved", "talking", "wrap_up"]


class Agent(Struct, frozen=True):
    """`since` is when this state began; for a ready agent that is how long the agent has been idle."""

    id: str
    state: AgentState
    since: datetime
    reason: str = ""
    """Why not ready: `missed`, `declined`, `unreachable`, or the agent's own reason."""
    call: str = ""
    owes: tuple[str, ...] = ()
    """Calls whose registration is still owed (domain §3.3)."""
    timers: tuple[Timer, ...] = ()
    v: int = 1
