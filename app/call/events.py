"""What happened, in the past tense: told by the switch, by people, by the clock. Never a name or a number in it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from app.call.call import Cause
from app.call.callback import Reach, Slot
from app.call.numbers import Given


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


# The switch


class CallOffered(OfLeg, frozen=True, tag=True):
    """A caller rang `dialled`. The leg is the caller's, `{call}.1`."""

    dialled: str
    number: Given = Given()
    name: str = ""


class KeysPressed(OfLeg, frozen=True, tag=True):
    """Keys pressed in the gather of `step`. One key stands in `keys`; a longer entry is a number, kept apart."""

    step: int
    keys: str
    number: Given = Given()


class WordsHeard(OfLeg, frozen=True, tag=True):
    """Of what the caller said or typed, only the words the policy knows."""

    step: int
    words: tuple[str, ...]


class InputTimedOut(OfLeg, frozen=True, tag=True):
    """No key and no word."""

    step: int


class SayFinished(OfLeg, frozen=True, tag=True):
    """The sentences of `step` were spoken to the end."""

    step: int


class LegDialling(OfLeg, frozen=True, tag=True):
    """The switch began to dial."""


class LegRinging(OfLeg, frozen=True, tag=True):
    """The phone started to ring, at the switch's time `at` where it says so.

    `estimated`: the network told that the call makes progress (183), and nothing more exact.
    """

    at: datetime | None = None
    estimated: bool = False


class LegRang(OfLeg, frozen=True, tag=True):
    """The phone began its `n`th ring, where a PBX reports each ring."""

    n: int
    at: datetime | None = None


class LegAnswered(OfLeg, frozen=True, tag=True):
    """Somebody picked up."""


class LegMachine(OfLeg, frozen=True, tag=True):
    """A voicemail picked up."""


class LegJoined(OfLeg, frozen=True, tag=True):
    """The leg is in this room."""

    room: str


class LegLeft(OfLeg, frozen=True, tag=True):
    """The leg left this room."""

    room: str


class LegEnded(OfLeg, frozen=True, tag=True):
    """The line is over; `lost` when nobody told us and the switch no longer knows it."""

    cause: Cause = "normal"


class LegSeen(OfLeg, frozen=True, tag=True):
    """Asked, the switch says this leg lives, and in which room."""

    state: Literal["dialling", "ringing", "up"]
    room: str = ""


class PhoneTransferAsked(OfLeg, frozen=True, tag=True):
    """The agent pressed the transfer key of the phone, or its code, to this colleague (resolved at the door).

    Without a colleague `wrong` says why. When that is empty too the key came alone: connect with whom is consulted.
    """

    colleague: str = ""
    wrong: Literal["", "unknown", "forbidden"] = ""


class PhoneCancelAsked(OfLeg, frozen=True, tag=True):
    """The agent pressed the code that leads back to the caller."""


class PhoneHeld(OfLeg, frozen=True, tag=True):
    """The phone's own hold key."""


class PhoneRetrieved(OfLeg, frozen=True, tag=True):
    """The phone's own hold key again."""


class DeviceChanged(OfAgent, frozen=True, tag=True):
    """The agent's phone is reachable, busy or gone."""

    state: Literal["idle", "busy", "gone"]


class CommandFailed(OfLeg, frozen=True, tag=True):
    """The switch definitely refused the command of `step`."""

    step: int
    command: str
    reason: str = ""


class CommandUncertain(OfLeg, frozen=True, tag=True):
    """It is not known whether the command of `step` was done; it is not sent again."""

    step: int
    command: str


class DegradeServed(OfCall, frozen=True, tag=True):
    """The switch was given the static reply for this call."""


# People


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
    """Consult this colleague, or whoever is there of a department."""

    colleague: str = ""
    department: str = ""
    topic: str = ""


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


class CallbackWithdrawn(OfCallback, frozen=True, tag=True):
    """Not needed any more, with the reason."""

    agent: str
    reason: str


class CallbackKept(OfCallback, frozen=True, tag=True):
    """The colleague spoke with the caller."""

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
    """A supervisor's current message until `until`; `text` is a ref of the names table, empty clears it."""

    agent: str
    text: str
    until: datetime | None = None
    topic: str = ""


class PolicyActivated(Struct, frozen=True, tag=True):
    """From here on this version decides new calls."""

    agent: str
    version: str


# The clock and the engine


class TimerFired(Struct, frozen=True, tag=True):
    """The timer of this call, agent or callback that was due at exactly `due_at`."""

    subject: Literal["call", "agent", "callback"]
    id: str
    name: str
    due_at: datetime
    leg: str = ""


class AgentFound(OfCall, frozen=True, tag=True):
    """This agent is free for this waiting caller."""

    agent: str


class CallerReturned(OfCall, frozen=True, tag=True):
    """The caller came back to the line of waiting callers: a transfer failed, or the agent's line was lost."""


SwitchEvent = (
    CallOffered
    | KeysPressed
    | WordsHeard
    | InputTimedOut
    | SayFinished
    | LegDialling
    | LegRinging
    | LegRang
    | LegAnswered
    | LegMachine
    | LegJoined
    | LegLeft
    | LegEnded
    | LegSeen
    | PhoneTransferAsked
    | PhoneCancelAsked
    | PhoneHeld
    | PhoneRetrieved
    | DeviceChanged
    | CommandFailed
    | CommandUncertain
    | DegradeServed
)
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
    | CallerHelped
    | EmailPreferred
    | RegistrationDone
    | MessageSet
    | PolicyActivated
)
Event = SwitchEvent | PeopleEvent | TimerFired | AgentFound | CallerReturned
