"""What an owner, a colleague or an office, owes: callbacks in each slot to come, and the places kept in its line."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class Kept(Struct, frozen=True):
    """A place in the line of who will be rung back, waiting `since`; it counts from `start` on."""

    since: datetime
    start: datetime
    language: str = ""


class Diary(Struct, frozen=True):
    """`booked` maps the start of a slot, in whole seconds since 1970, to the number of open callbacks in it.

    `turns` maps callbacks to the places that are kept for them in the line of this office.
    """

    owner: str
    booked: dict[int, int] = {}
    turns: dict[str, Kept] = {}
    v: int = 1
