"""What waits at the door, what it is about, and what is given back when it was saved."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from app.call.because import Because
from app.call.call import Call
from app.call.decision import Decision
from app.call.events import Event, OfAgent, OfCall, OfCallback, TimerFired
from app.call.legs import Leg
from app.providers.base import Arrival
from app.store.outbox import Row


class Handled(Struct, frozen=True):
    """The saved truth after an arrival: the call as it is now, and the legs whose present step is the answer.

    `names` are those that these legs need (ref -> text). `because` is None when the key was seen before: then nothing
    happened again.
    """

    call: Call | None
    because: Because | None = None
    legs: tuple[Leg, ...] = ()
    names: dict[str, str] = {}


class Step(Struct, frozen=True):
    """One decided event: what the log holds of it, and what listeners (log lines, figures, screens) may look at."""

    centre: str
    seq: int
    subject: str
    key: str
    event: Event
    before: Call | None
    decision: Decision
    policy: str
    """The version that decided."""
    at: datetime
    provider: str
    replies: str = ""
    """What the answer to the arrival tells, see `Arrival.replies`."""

    @property
    def after(self) -> Call | None:
        """The call as this event left it."""
        return self.decision.call or self.before


class Committed(Struct, frozen=True):
    """One transaction that is saved."""

    steps: Sequence[Step]
    arrivals: int
    handed: Sequence[Row]
    """Commands this process is to send now; other processes hear of theirs by NOTIFY."""
    answered: set[tuple[str, str]]
    """(centre, leg): the answer to an event told these legs what to do; what was to be sent to them is gone."""
    seconds: float


class Item:
    """An arrival that waits; the same key arriving again before it is taken shares it."""

    __slots__ = (
        "arrival",
        "because",
        "call",
        "commanded",
        "error",
        "futures",
        "passed",
        "replies",
        "sealed",
        "seen",
        "since",
        "subject",
    )

    def __init__(
        self, arrival: Arrival, subject: str, since: float, sealed: Sequence[tuple[str, str, str]] = ()
    ) -> None:
        self.arrival = arrival
        self.sealed = sealed
        """Its `private` as it is kept: ref, sealed text, and by what equal numbers are found."""
        self.subject = subject
        self.call = call_of(arrival.event)
        self.since = since
        self.futures: list[asyncio.Future[Handled]] = []
        self.passed = 0
        """How often its centre was not free."""
        self.seen = False
        self.error: Exception | None = None
        self.because: Because | None = None
        self.replies = ""
        self.commanded: set[str] = set()
        """The legs to which this arrival gave something to do."""

    def share(self, arrival: Arrival) -> None:
        """The same event comes once more before it was taken: who asks for an answer gets one, whoever was first."""
        if arrival.replies and not self.arrival.replies:
            self.arrival = replace(self.arrival, replies=arrival.replies)

    def begin(self, *, seen: bool) -> None:
        """A transaction takes it up; whatever an earlier one that failed left here is forgotten."""
        self.seen = seen
        self.replies = self._still_asks()
        self.because = self.error = None
        self.commanded = set()

    def _still_asks(self) -> str:
        """What the answer will tell (`Arrival.replies`); nothing when nobody waits for it any more.

        A caller whose answer came too late has been sent to the KCC: nothing is sent after them.
        """
        leg = getattr(self.arrival.event, "leg", "")
        waits = leg.endswith(".1") or any(not future.done() for future in self.futures)
        return self.arrival.replies if waits else ""

    def answer(self, handled: Handled) -> None:
        """Give this to everybody who still waits."""
        for future in self.futures:
            if not future.done():
                future.set_result(handled)

    def fail(self, error: Exception) -> None:
        """Tell everybody who still waits why not."""
        for future in self.futures:
            if not future.done():
                future.set_exception(error)


def call_of(event: Event) -> str:
    """The call this event is decided on, empty when it is not about one."""
    if isinstance(event, OfCall):
        return event.call
    return event.id if type(event) is TimerFired and event.subject == "call" else ""


def callback_of(event: Event) -> str:
    """The callback this event is about, or empty."""
    if isinstance(event, OfCallback):
        return event.callback
    return event.id if type(event) is TimerFired and event.subject == "callback" else ""


def subject_of(event: Event) -> str:
    """`call:ID`, `agent:ID`, `callback:ID` or `centre`: with the key it names an event once and for all."""
    if isinstance(event, OfCall):
        return f"call:{event.call}"
    if type(event) is TimerFired:
        return f"{event.subject}:{event.id}"
    if isinstance(event, OfAgent):
        return f"agent:{event.agent}"
    if isinstance(event, OfCallback):
        return f"callback:{event.callback}"
    return "centre"
