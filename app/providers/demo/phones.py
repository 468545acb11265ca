"""What the person at a phone does when it rings: one behaviour per time it rings, the last one for ever after."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct


class Behaviour(Struct, frozen=True):
    """`after` is in seconds of the story since it was dialled, or since it rang where it rings."""

    after: float = 1.0
    rings: bool = True
    ends: Literal["", "busy", "declined", "unreachable"] = ""
    machine: bool = False


def Answers(after: float = 4.0) -> Behaviour:  # noqa: N802 - reads as what the person does
    """Picks up after this many seconds of ringing; 4 is before the second ring."""
    return Behaviour(after)


def Silent() -> Behaviour:  # noqa: N802 - reads as what the person does
    """Lets it ring."""
    return Behaviour(after=3600.0)


def Declines(after: float = 3.0) -> Behaviour:  # noqa: N802 - reads as what the person does
    """Presses the button that refuses the call."""
    return Behaviour(after, ends="declined")


def Busy() -> Behaviour:  # noqa: N802 - reads as what the person does
    """Is on the phone already: it never rings."""
    return Behaviour(0.5, rings=False, ends="busy")


def Unreachable() -> Behaviour:  # noqa: N802 - reads as what the person does
    """The phone is off: it never rings."""
    return Behaviour(0.5, rings=False, ends="unreachable")


def Voicemail(after: float = 4.0) -> Behaviour:  # noqa: N802 - reads as what the person does
    """A machine picks up."""
    return Behaviour(after, machine=True)


class Phone:
    """One phone, inside or outside, by its address."""

    def __init__(self, address: str, plan: Iterable[Behaviour] = ()) -> None:
        self.address = address
        self._plan = list(plan) or [Answers()]

    def rings_next(self) -> Behaviour:
        """What happens this time."""
        return self._plan.pop(0) if len(self._plan) > 1 else self._plan[0]
