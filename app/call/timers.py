"""A timer is part of the state of its call, agent or callback; the timers table only says when to look."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct


class Timer(Struct, frozen=True):
    """`leg` ties the timer to one attempt, so that a late one meets nothing."""

    name: str
    due_at: datetime
    leg: str = ""


def without(timers: Iterable[Timer], *names: str) -> tuple[Timer, ...]:
    """These timers less the named ones."""
    return tuple(t for t in timers if t.name not in names)
