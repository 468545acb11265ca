"""What kind of number somebody has. Numbers themselves never enter the core; the door classifies them (domain §6)."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Kind = Literal[
    "none", "withheld", "invalid", "fixed", "mobile", "085", "088", "foreign", "service", "premium", "emergency", "own"
]


class Given(Struct, frozen=True):
    """A number as the core sees it: where it is kept, its kind, and its country (ISO 3166, empty when unknown)."""

    ref: str = ""
    kind: Kind = "none"
    country: str = ""
