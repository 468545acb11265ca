"""How the link with an Asterisk stands, as the process sees it that tries to hold it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from msgspec import Struct

from app.providers.asterisk.provider import Asterisk


class LinkState(Struct, frozen=True):
    """`linked`: this process holds a link that is up. `why` says why no calls are taken, empty when they are."""

    linked: bool = False
    compared: bool = False
    why: str = ""
    alive_at: datetime | None = None
    """When Asterisk was last told that we live."""
    refused_at: datetime | None = None
    """When somebody last came with a wrong password."""
    useless_at: datetime | None = None
    """When there last was a connection over which the application was not to be had."""


class Switch(Protocol):
    """One Asterisk of one centre, and the link with it."""

    @property
    def asterisk(self) -> Asterisk:
        """The way to it."""

    @property
    def state(self) -> LinkState:
        """How it stands now."""
