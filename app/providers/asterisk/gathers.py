"""Keys are told one by one; here they become what a gather asked for, or nothing pressed after its sentences."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from app.call import events as core
from app.call.legs import Gather
from app.call.policy import Policy
from app.providers.asterisk.names import NAME
from app.providers.base import Arrival
from app.providers.numbers import given

BETWEEN = 4.0
"""Seconds after a key in which the next one of a longer number must come."""


@dataclass
class Hearing:
    """One gather under way. `begun` when its first key stopped the sentences."""

    step: int
    gather: Gather
    keys: str = ""
    timer: asyncio.TimerHandle | None = None

    def stop(self) -> None:
        """No time-out any more."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None


class Gathers:
    """The gathers of all legs. `tell` is given what came of each; `quiet` stops the sentences of a leg's step."""

    def __init__(self, centre: str, tell: Callable[[Arrival], None], quiet: Callable[[str, int], None]) -> None:
        self._centre = centre
        self._tell = tell
        self._quiet = quiet
        self._hearing: dict[str, Hearing] = {}

    def begin(self, leg: str, step: int, gather: Gather) -> None:
        """From now on the keys of this leg are for this step; what was pressed before is forgotten."""
        self.end(leg)
        self._hearing[leg] = Hearing(step, gather)

    def hears(self, leg: str, step: int = 0) -> bool:
        """Whether the keys of this leg are for a gather, or for that of this step."""
        hearing = self._hearing.get(leg)
        return hearing is not None and step in (0, hearing.step)

    def end(self, leg: str) -> None:
        """The leg does something else, or is over."""
        hearing = self._hearing.pop(leg, None)
        if hearing is not None:
            hearing.stop()

    def spoken(self, leg: str, step: int) -> bool:
        """The sentences of this step ended; False when it gathers nothing. The time-out begins now."""
        hearing = self._hearing.get(leg)
        if hearing is None or hearing.step != step:
            return False
        if not hearing.keys and hearing.timer is None:
            self._arm(leg, hearing, hearing.gather.timeout)
        return True

    def pressed(self, leg: str, key: str, policy: Policy) -> None:
        """A key of this leg."""
        hearing = self._hearing.get(leg)
        if hearing is None:
            return
        hearing.stop()
        gather = hearing.gather
        if gather.finish and key == gather.finish:
            self._done(leg, hearing, policy)
            return
        hearing.keys += key
        if len(hearing.keys) >= gather.keys:
            self._done(leg, hearing, policy)  # what is next stops the sentences
        else:
            if len(hearing.keys) == 1:
                self._quiet(leg, hearing.step)
            self._arm(leg, hearing, min(BETWEEN, gather.timeout), policy)

    def _arm(self, leg: str, hearing: Hearing, seconds: float, policy: Policy | None = None) -> None:
        hearing.timer = asyncio.get_running_loop().call_later(seconds, self._done, leg, hearing, policy)

    def _done(self, leg: str, hearing: Hearing, policy: Policy | None) -> None:
        """Keys or silence: each step has one of them, so they share a key and the first one counts."""
        self.end(leg)
        call, step = leg.rpartition(".")[0], hearing.step
        private: dict[str, str] = {}
        event: core.SwitchEvent = core.InputTimedOut(call, leg, step)
        if len(hearing.keys) == 1:
            event = core.KeysPressed(call, leg, step, hearing.keys)
        elif hearing.keys and policy is not None:
            number, private = given(hearing.keys, f"{leg}.{step}.keys", policy)
            event = core.KeysPressed(call, leg, step, "", number)
        key = f"{leg}:{step}:input"
        self._tell(Arrival(centre=self._centre, key=key, event=event, provider=NAME, private=private))
