"""What a switch reports: of the caller's line, of phones, of commands that failed. `events.py` names them all."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from app.call.agent import Device
from app.call.call import Cause
from app.call.numbers import Given
from app.call.subjects import OfAgent, OfCall, OfLeg


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

    state: Device


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
