"""A callback is a promise: this colleague, or this office, rings this caller before that moment (domain §1)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from app.call.numbers import Kind
from app.call.timers import Timer

CallbackStatus = Literal["pending", "promised", "withdrawn", "kept"]
Reach = Literal["telephone", "sms", "email", "teletolk"]
Relation = Literal["", "parent", "child", "partner", "family", "representative", "carer", "other"]
"""What the caller is to the person concerned; a short list, for free words would carry personal data."""


class Slot(Struct, frozen=True):
    """A proposed moment, both ends aware UTC."""

    start: datetime
    end: datetime


class Callback(Struct, frozen=True):
    """Pending at once when a transfer fails; promised when confirmed or when the call ends (design §5 rule 11).

    `subject` is the topic, else the department; at most one open callback per confirmed person (else per call), person
    concerned and subject.
    """

    id: str
    call: str
    """The first that asked for it."""
    status: CallbackStatus
    subject: str
    created_at: datetime
    slot: Slot
    due_at: datetime
    """The end of the norm in working days; later than this is late (domain §6)."""
    colleague: str = ""
    department: str = ""
    office: str = ""
    instead_of: str = ""
    """The owner who was asked for, `colleague:ID` or `department:ID`, when another one owes it."""
    agent: str = ""
    """Who spoke with the caller, empty for a promise made by the voice menu."""
    cause: str = ""
    """Why the colleague was not there: a `Cause`, or `asked`; `cancelled` when the caller hung up first, `lost` when
    the caller's line failed."""
    person: str = ""
    number: str = ""
    """Ref of the number to ring; empty while it must still be asked."""
    number_kind: Kind = "none"
    number_agreed: bool = False
    """Agreed for this callback itself; what the call learns does not replace it."""
    reference: str = ""
    """The number of the call it was first asked in, as the caller was told."""
    on_behalf: str = ""
    """Ref of the person concerned when that is not the caller."""
    relation: Relation = ""
    mandate: bool | None = None
    """Whether it was seen that the caller may speak for the person concerned; None when nobody asked."""
    reach: Reach = "telephone"
    discreet: bool = False
    because: str = ""
    """Why it was withdrawn."""
    turn: datetime | None = None
    """When the caller joined the line, for whom keeps that place; empty again once somebody rings in their turn."""
    language: str = ""
    """The resident's; empty for callbacks of before it was kept for each."""
    late: bool = False
    asked: int = 1
    """How many calls asked for it."""
    tried: int = 0
    """How often the caller was rung and not reached."""
    again: str = ""
    """The latest call that asked for it again."""
    timers: tuple[Timer, ...] = ()
    v: int = 1

    @property
    def reachable(self) -> bool:
        """There is a number to ring; earlier versions could also promise an e-mail."""
        return bool(self.number) or self.reach == "email"

    @property
    def past_norm(self) -> bool:
        """The moment is after the end of the norm: nobody could ring before, or an agent wanted this colleague."""
        return self.slot.end > self.due_at

    @property
    def open(self) -> bool:
        """Still owed to the caller."""
        return self.status in ("pending", "promised")
