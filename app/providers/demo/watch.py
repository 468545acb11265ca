"""What must hold at every moment, checked as it happens: nobody in silence, no fourth ring, no word to the dead."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from app.providers.demo.clock import Clock

SILENCE = 2.0
"""Real seconds a caller may hear nothing (reliability I1); it is our own delay, so it is not scaled."""
TOLERANCE = 1.0
"""Seconds of the story a phone may ring beyond its rings (reliability I8)."""
LATE = 0.5
"""Real seconds allowed for the machine that runs story and service at the same time."""


class Heard(Struct, frozen=True):
    """From `at` on, in seconds of the story, this leg hears this: words, music, ringback, people, or nothing."""

    at: float
    leg: str
    what: str
    detail: str = ""


class Rang(Struct, frozen=True):
    """One phone rang for `seconds` of the story and how it ended."""

    leg: str
    address: str
    at: float
    seconds: float
    end: str


class Watch:
    """The record of one switch; `violations` are sentences, empty when all was well."""

    def __init__(self, clock: Clock, cycle: float = 5.0) -> None:
        self._clock = clock
        self._cycle = cycle
        self._silent: dict[str, float] = {}
        self.heard: list[Heard] = []
        self.rang: list[Rang] = []
        self.violations: list[str] = []

    def hears(self, leg: str, what: str, detail: str = "", *, caller: bool) -> None:
        """This leg hears something else from now on; `nothing` starts a caller's clock of silence."""
        now = self._clock.now()
        self.heard.append(Heard(now, leg, what, detail))
        if what != "nothing":
            self._end_of_silence(leg, now)
        elif caller:
            self._silent.setdefault(leg, now)

    def gone(self, leg: str) -> None:
        """The leg is over."""
        now = self._clock.now()
        self.heard.append(Heard(now, leg, "over"))
        self._end_of_silence(leg, now)

    def rung(self, leg: str, address: str, since: float, end: str, rings: int) -> None:
        """A phone stopped ringing that began at `since` and was allowed this many rings."""
        seconds = self._clock.now() - since
        self.rang.append(Rang(leg, address, since, seconds, end))
        if seconds > rings * self._cycle + TOLERANCE + LATE / self._clock.pace:
            self.violations.append(f"{address} rang {seconds:.1f} s for {leg}: more than {rings} rings")

    def rings(self, seconds: float) -> int:
        """How many rings sound in this many seconds (domain §5)."""
        return int(seconds // self._cycle) + 1

    def breaks(self, sentence: str) -> None:
        """Something that must never happen has happened."""
        self.violations.append(sentence)

    def still_silent(self) -> Iterator[str]:
        """Callers who hear nothing at this moment, for longer than allowed."""
        now = self._clock.now()
        return (leg for leg, since in self._silent.items() if (now - since) * self._clock.pace > SILENCE)

    def _end_of_silence(self, leg: str, now: float) -> None:
        since = self._silent.pop(leg, None)
        if since is not None and (now - since) * self._clock.pace > SILENCE:
            self.violations.append(f"the caller {leg} heard nothing for {(now - since) * self._clock.pace:.1f} s")
