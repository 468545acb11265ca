"""How many callbacks an owner, a colleague or an office, owes in each slot that is still to come."""

from __future__ import annotations

from msgspec import Struct


class Diary(Struct, frozen=True):
    """`booked` maps the start of a slot, in whole seconds since 1970, to the number of open callbacks in it."""

    owner: str
    booked: dict[int, int] = {}
    v: int = 1
