"""What happened, in the past tense: told by the switch, by people, by the clock. Never a name or a number in it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from app.call.people_events import (
    AgentLoggedOff,
    AgentLoggedOn,
    AgentNotReady,
    AgentReady,
    CallbackAsked,
    CallbackChanged,
    CallbackConfirmed,
    CallbackKept,
    CallbackTried,
    CallbackWithdrawn,
    CallerHelped,
    CallerIdentified,
    CompleteAsked,
    ConsultAsked,
    ConsultCancelled,
    EmailPreferred,
    HangUpAsked,
    MessageSet,
    PeopleEvent,
    PolicyActivated,
    Question,
    RegistrationDone,
    SwapAsked,
    ThreeWayAsked,
    TurnTaken,
)
from app.call.subjects import (
    ByAgent,
    OfAgent,
    OfCall,
    OfCallback,
    OfLeg,
)
from app.call.switch_events import (
    CallOffered,
    CommandFailed,
    CommandUncertain,
    DegradeServed,
    DeviceChanged,
    InputTimedOut,
    KeysPressed,
    LegAnswered,
    LegDialling,
    LegEnded,
    LegJoined,
    LegLeft,
    LegMachine,
    LegRang,
    LegRinging,
    LegSeen,
    PhoneCancelAsked,
    PhoneHeld,
    PhoneRetrieved,
    PhoneTransferAsked,
    SayFinished,
    SwitchEvent,
    WordsHeard,
)

__all__ = [
    "AgentFound",
    "AgentLoggedOff",
    "AgentLoggedOn",
    "AgentNotReady",
    "AgentReady",
    "ByAgent",
    "CallOffered",
    "CallbackAsked",
    "CallbackChanged",
    "CallbackConfirmed",
    "CallbackKept",
    "CallbackTried",
    "CallbackWithdrawn",
    "CallerHelped",
    "CallerIdentified",
    "CallerReturned",
    "CommandFailed",
    "CommandUncertain",
    "CompleteAsked",
    "ConsultAsked",
    "ConsultCancelled",
    "DegradeServed",
    "DeviceChanged",
    "EmailPreferred",
    "Event",
    "HangUpAsked",
    "InputTimedOut",
    "KeysPressed",
    "LegAnswered",
    "LegDialling",
    "LegEnded",
    "LegJoined",
    "LegLeft",
    "LegMachine",
    "LegRang",
    "LegRinging",
    "LegSeen",
    "MessageSet",
    "OfAgent",
    "OfCall",
    "OfCallback",
    "OfLeg",
    "PeopleEvent",
    "PhoneCancelAsked",
    "PhoneHeld",
    "PhoneRetrieved",
    "PhoneTransferAsked",
    "PolicyActivated",
    "Question",
    "RegistrationDone",
    "SayFinished",
    "SwapAsked",
    "SwitchEvent",
    "ThreeWayAsked",
    "TimerFired",
    "TurnCame",
    "TurnTaken",
    "WordsHeard",
]


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


class TurnCame(OfAgent, frozen=True, tag=True):
    """This agent is free, and first in the line is the kept place of this callback."""

    callback: str


class CallerReturned(OfCall, frozen=True, tag=True):
    """The caller came back to the line of waiting callers: a transfer failed, or the agent's line was lost."""


Event = SwitchEvent | PeopleEvent | TimerFired | AgentFound | TurnCame | CallerReturned
