"""What an event may be about: a call, one of its legs, an agent, a callback; and by whom it was asked."""

from __future__ import annotations

from msgspec import Struct


class OfCall(Struct, frozen=True):
    """An event of one call."""

    call: str


class OfLeg(OfCall, frozen=True):
    """An event of one leg."""

    leg: str


class ByAgent(OfCall, frozen=True):
    """Something an agent asked for in a call."""

    agent: str


class OfAgent(Struct, frozen=True):
    """An event of one agent."""

    agent: str


class OfCallback(Struct, frozen=True):
    """An event of one callback."""

    callback: str
