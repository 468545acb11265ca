"""A leg is one party's line; a live leg is always doing exactly one thing, at a numbered step (design §4).

The rules only say what each leg is *doing*; the commands to the switch are the difference (`commands.py`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from app.call.addresses import outside

Role = Literal["caller", "agent", "colleague"]
LegState = Literal["dialling", "ringing", "up"]
Tune = Literal["waiting", "hold", "ringback"]


class Line(Struct, frozen=True):
    """One sentence: the id of a text in the policy and what fills its slots.

    A slot's value is plain text, or `@ref` for a name or number that stands in the names table (design §5 rule 14);
    `digits:@ref` is that number digit by digit.
    """

    text: str
    slots: dict[str, str] = {}


class Prompt(Struct, frozen=True, tag=True):
    """Hears these sentences; then the switch reports `SayFinished`."""

    lines: tuple[Line, ...]


class Gather(Struct, frozen=True, tag=True):
    """Hears these sentences and may press keys, or speak when `listen`. `timeout` in seconds after the sentences."""

    lines: tuple[Line, ...]
    keys: int = 1
    timeout: float = 8.0
    finish: str = ""
    """The key that ends a longer number, `#`, or nothing."""
    listen: bool = False


class Music(Struct, frozen=True, tag=True):
    """Hears music, or the ringing tone of the phone that is called for them."""

    tune: Tune = "waiting"


class InRoom(Struct, frozen=True, tag=True):
    """Speaks with whoever else is in this room. A room is never used again after the caller left it for hold."""

    room: str


class Ringing(Struct, frozen=True, tag=True):
    """Rings at this address. `backstop` is the switch's own time-out in seconds; ours decides (domain §5)."""

    address: str
    shows: str = ""
    """What the display shows: `@ref` of the caller's number for phones inside, or the outgoing number."""
    backstop: int = 30
    name: str = ""
    """The name on the display of a phone inside: `@ref` of the caller's, or `anonymous`; a phone outside gets none."""
    by: str = ""
    """The agent who announces the caller to a colleague inside, by id."""

    @property
    def outside(self) -> bool:
        """Whether it is a telephone number."""
        return outside(self.address)


class Leaving(Struct, frozen=True, tag=True):
    """Is being hung up or, unanswered, withdrawn; ends with `LegEnded`."""


Doing = Prompt | Gather | Music | InRoom | Ringing | Leaving


class Leg(Struct, frozen=True):
    """`id` is ours, `{call}.{n}`, chosen before dialling; `party` is the agent's or colleague's id, or empty."""

    id: str
    role: Role
    state: LegState
    doing: Doing
    step: int = 1
    party: str = ""
    rings: int = 3
    rang_at: datetime | None = None
    answered_at: datetime | None = None
    estimated: bool = False
    """True when *ringing started* was never signalled but estimated (domain §5)."""
    counted: int = 0
    """Rings reported one by one, where a PBX does that."""
    joined: str = ""
    """The room the switch reported this leg to be in."""
    outside: bool = False
    """Reached over the trunk, without a display: who calls is said, not shown."""
    accept: bool = False
    """Who picks up presses 1 before anybody is joined (`accepting.py`)."""

    @property
    def live(self) -> bool:
        """Neither hung up by us nor gone."""
        return type(self.doing) is not Leaving


def refs(doing: Doing | None) -> list[str]:
    """The refs of the names and numbers that this needs, without their `@`."""
    if isinstance(doing, Ringing):
        return [value[1:] for value in (doing.shows, doing.name) if value.startswith("@")]
    if isinstance(doing, Prompt | Gather):
        values = (value.removeprefix("digits:") for line in doing.lines for value in line.slots.values())
        return [value[1:] for value in values if value.startswith("@")]
    return []
