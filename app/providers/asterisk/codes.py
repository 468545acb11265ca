"""Codes on the keypad of a phone in a conversation: `*7 103#` asks for a consult, as its transfer key would."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from app.call import events as core
from app.call.policy import Policy
from app.providers.asterisk.names import NAME
from app.providers.base import Arrival
from app.providers.targets import target

PAUSE = 3.0
"""Seconds without a key after which a code is complete, if nobody pressed `#`."""
LONGEST = 24
"""Keys of a code with a telephone number after it."""


@dataclass
class Typed:
    """A code under way; `at` is when its last key came, by Asterisk's clock."""

    keys: str = ""
    at: str = ""
    timer: asyncio.TimerHandle | None = None


class Codes:
    """`tell` is given what a code asks for. Keys that begin no code are nobody's business."""

    def __init__(self, centre: str, tell: Callable[[Arrival], None]) -> None:
        self._centre = centre
        self._tell = tell
        self._typed: dict[str, Typed] = {}

    def pressed(self, leg: str, key: str, at: str, policy: Policy) -> None:
        """A key of somebody who is in a conversation."""
        if key == "*":
            self.end(leg)
            if policy.keys.transfer or policy.keys.cancel:
                self._typed[leg] = Typed()
        typed = self._typed.get(leg)
        if typed is None:
            return
        if key == "#":
            self._done(leg, policy)
            return
        typed.keys, typed.at = typed.keys + key, at
        if typed.timer is not None:
            typed.timer.cancel()
        if typed.keys == policy.keys.cancel or len(typed.keys) >= LONGEST:
            self._done(leg, policy)
        else:
            typed.timer = asyncio.get_running_loop().call_later(PAUSE, self._done, leg, policy)

    def end(self, leg: str) -> None:
        """What was typed so far is forgotten."""
        typed = self._typed.pop(leg, None)
        if typed is not None and typed.timer is not None:
            typed.timer.cancel()

    def _done(self, leg: str, policy: Policy) -> None:
        typed = self._typed[leg]
        self.end(leg)
        call, codes = leg.rpartition(".")[0], policy.keys
        event: core.SwitchEvent
        if codes.cancel and typed.keys == codes.cancel:
            event = core.PhoneCancelAsked(call, leg)
        elif codes.transfer and typed.keys.startswith(codes.transfer):
            event = core.PhoneTransferAsked(call, leg, *target(typed.keys.removeprefix(codes.transfer), policy))
        else:
            return
        self._tell(Arrival(centre=self._centre, key=f"{leg}:code:{typed.at}", event=event, provider=NAME))
