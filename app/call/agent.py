"""An agent's presence: one row per agent, holding at most one call or one turn (design §5 rule 15)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from app.call.timers import Timer

AgentState = Literal["logged_off", "not_ready", "ready", "reserved", "talking", "wrap_up"]
Device = Literal["idle", "busy", "gone"]


class Agent(Struct, frozen=True):
    """`since` is when this state began; a reserved agent keeps the `since` of being ready, so no place is lost."""

    id: str
    state: AgentState
    since: datetime
    reason: str = ""
    """Why not ready: the `Cause` of a missed offer, `logged_on`, `ring_back` (no word of its end), or their own."""
    call: str = ""
    callback: str = ""
    """Whose turn came: reserved to ring them back, or speaking with them; then `call` is empty."""
    passed: tuple[str, ...] = ()
    """Turns that this agent let go by: they come up for others, and again after the agent's next call."""
    then: Literal["ready", "not_ready", "logged_off"] = "ready"
    """What the agent asked to be after this call."""
    owes: tuple[str, ...] = ()
    """Calls whose registration is still owed (domain §3.3), the newest."""
    timers: tuple[Timer, ...] = ()
    device: Device = "idle"
    """The phone, as the switch told it last."""
    v: int = 1
