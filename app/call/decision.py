"""What a rule decides: the state after, the facts to record, and why, in words an admin understands."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from app.call.agent import Agent
from app.call.because import Because
from app.call.call import Call, Cause
from app.call.callback import Callback
from app.call.commands import Command
from app.call.diary import Diary
from app.call.events import Event, Question
from app.call.legs import Role

Outcome = Literal["answered"] | Cause
Danger = Literal["last_ready", "callback_missed", "callback_late", "callback_no_number"]


class OfferMade(Struct, frozen=True, tag=True):
    """One phone rang, or was to ring, for one caller; `rang` in seconds (domain §5)."""

    call: str
    leg: str
    role: Role
    party: str
    outcome: Outcome
    rang: float
    rings: int
    estimated: bool
    at: datetime


class TransferMade(Struct, frozen=True, tag=True):
    """One attempt to transfer; `answered` only when caller and colleague spoke five seconds (design §5 rule 9)."""

    call: str
    agent: str
    colleague: str
    outcome: Outcome
    at: datetime


class RegistrationOwed(Struct, frozen=True, tag=True):
    """The agent still has to register this conversation (domain §3.3)."""

    call: str
    agent: str
    at: datetime


class Registered(Struct, frozen=True, tag=True):
    """The conversation was registered: each question once."""

    call: str
    agent: str
    questions: tuple[Question, ...]
    at: datetime


class Warned(Struct, frozen=True, tag=True):
    """The supervisor must know: `subject` is the office whose last ready agent missed a call, or the callback."""

    kind: Danger
    call: str
    subject: str
    at: datetime


Record = OfferMade | TransferMade | RegistrationOwed | Registered | Warned


class Message(Struct, frozen=True):
    """A supervisor's current message; for one topic, or for everybody. `text` and `others` as in `MessageSet`."""

    text: str
    until: datetime | None = None
    topic: str = ""
    others: dict[str, str] = {}


class Centre(Struct, frozen=True):
    """What a contact centre as a whole knows: the active policy version and the current message."""

    id: str
    policy: str
    message: Message | None = None
    numbered: int = 0
    """How many numbers the references of calls have used up."""
    v: int = 1


class Decision(Struct, frozen=True):
    """Everything one event changes. Empty fields change nothing; `commands` is filled in by `decide`."""

    because: Because
    call: Call | None = None
    agents: tuple[Agent, ...] = ()
    callbacks: tuple[Callback, ...] = ()
    diaries: tuple[Diary, ...] = ()
    centre: Centre | None = None
    records: tuple[Record, ...] = ()
    look: tuple[str, ...] = ()
    """Legs about which the switch is asked."""
    commands: tuple[Command, ...] = ()
    follow: tuple[Event, ...] = ()
    """Decided next, in the same transaction, each seeing the results of the earlier ones."""
