"""How an Asterisk is told things, and what this process last told a leg."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field


@dataclass
class Sounding:
    """What this process last told a leg."""

    step: int = 0
    """The step this process told; when it is not the one before, another process may have told the leg something:
    then everything that might still sound is stopped."""
    latest: int = 0
    """The highest step this process began to tell."""
    playback: str = ""
    music: bool = False
    up: bool = False
    answering: bool = False
    """It was told to answer, and perhaps did; `up` when it surely did."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Two may say the same thing: who compares, and who takes over from a dead process."""


@dataclass(frozen=True)
class Manner:
    """How this Asterisk dials: the application, what SIP addresses and numbers become, and its music classes."""

    app: str
    phones: str
    outside: str
    waiting: str
    hold: str
