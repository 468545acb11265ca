"""What agents, supervisors and admins do, by a click or on their phone's page. `events.py` names them all."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from app.call.callback import Reach, Relation, Slot
from app.call.numbers import Given
from app.call.subjects import ByAgent, OfAgent, OfCallback


class AgentLoggedOn(OfAgent, frozen=True, tag=True):
    """Present, not ready yet."""


class AgentLoggedOff(OfAgent, frozen=True, tag=True):
    """Gone home."""


class AgentReady(OfAgent, frozen=True, tag=True):
    """Ready for the next call; from wrap-up this ends the wrap-up."""


class AgentNotReady(OfAgent, frozen=True, tag=True):
    """Not to be offered calls; `reason` as the agent gives it."""

    reason: str


class ConsultAsked(ByAgent, frozen=True, tag=True):
    """Consult this colleague, or whoever is there of a department. A topic says which question it is about."""

    colleague: str = ""
    department: str = ""
    topic: str = ""
    on_behalf: str = ""


class ConsultCancelled(ByAgent, frozen=True, tag=True):
    """Back to the caller."""


class SwapAsked(ByAgent, frozen=True, tag=True):
    """Speak with the other one; the first waits with music."""


class ThreeWayAsked(ByAgent, frozen=True, tag=True):
    """All three in one room."""


class CompleteAsked(ByAgent, frozen=True, tag=True):
    """Connect caller and colleague."""


class HangUpAsked(ByAgent, frozen=True, tag=True):
    """The agent rounds off."""


class CallerIdentified(ByAgent, frozen=True, tag=True):
    """The agent checked the caller's data with the caller (domain §3.3); empty fields stay as they were."""

    name: str = ""
    person: str = ""
    number: Given = Given()
    topic: str = ""
    language: str = ""


class CallbackAsked(ByAgent, frozen=True, tag=True):
    """The agent takes a question away (domain §3.7), or promises for a colleague without ringing."""

    colleague: str = ""
    department: str = ""
    topic: str = ""
    on_behalf: str = ""


class CallbackConfirmed(OfCallback, frozen=True, tag=True):
    """The caller agrees with the proposal."""

    agent: str


class CallbackChanged(OfCallback, frozen=True, tag=True):
    """Another moment, colleague, number or way; empty fields stay as they were."""

    agent: str
    slot: Slot | None = None
    colleague: str = ""
    number: Given = Given()
    on_behalf: str = ""
    reach: Reach | None = None
    discreet: bool | None = None
    relation: Relation = ""
    mandate: bool | None = None


class CallbackWithdrawn(OfCallback, frozen=True, tag=True):
    """Not needed any more, with the reason."""

    agent: str
    reason: str


class CallbackKept(OfCallback, frozen=True, tag=True):
    """The colleague spoke with the caller."""

    agent: str


class CallbackTried(OfCallback, frozen=True, tag=True):
    """The colleague rang and did not reach the caller."""

    agent: str


class TurnTaken(OfCallback, frozen=True, tag=True):
    """The agent rings this caller now, whose place in the line was kept."""

    agent: str


class CallerHelped(ByAgent, frozen=True, tag=True):
    """Helped after all: the callback of this call is not needed."""


class EmailPreferred(ByAgent, frozen=True, tag=True):
    """The caller keeps control and writes an e-mail instead (domain §3.6)."""


class Question(Struct, frozen=True):
    """One question of a call; `direct` is answered in the first line (domain §2)."""

    topic: str
    direct: bool
    simple: bool = False


class RegistrationDone(ByAgent, frozen=True, tag=True):
    """The conversation is registered, each question once; a simple question is only counted (domain §3.3)."""

    questions: tuple[Question, ...]


class MessageSet(Struct, frozen=True, tag=True):
    """A supervisor's current message until `until`; `text` is a ref of the names table, empty clears it.

    `text` is in the municipality's first language; `others` is language -> ref of the same in that language.
    """

    agent: str
    text: str
    until: datetime | None = None
    topic: str = ""
    others: dict[str, str] = {}


class PolicyActivated(Struct, frozen=True, tag=True):
    """From here on this version decides new calls."""

    agent: str
    version: str


PeopleEvent = (
    AgentLoggedOn
    | AgentLoggedOff
    | AgentReady
    | AgentNotReady
    | ConsultAsked
    | ConsultCancelled
    | SwapAsked
    | ThreeWayAsked
    | CompleteAsked
    | HangUpAsked
    | CallerIdentified
    | CallbackAsked
    | CallbackConfirmed
    | CallbackChanged
    | CallbackWithdrawn
    | CallbackKept
    | CallbackTried
    | TurnTaken
    | CallerHelped
    | EmailPreferred
    | RegistrationDone
    | MessageSet
    | PolicyActivated
)
