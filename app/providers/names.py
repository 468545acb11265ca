"""A display name from the network becomes a name that is safe to show, or nothing (reliability §4.2)."""

from __future__ import annotations

import unicodedata

from app.providers.numbers import normal

LONGEST = 64


def display_name(raw: str) -> str:
    """The name without control and direction signs, at most 64 characters; empty when it is a number or no name."""
    plain = "".join(sign if unicodedata.category(sign)[0] not in "CZ" else " " for sign in raw[: 4 * LONGEST])
    name = " ".join(plain.split())[:LONGEST].strip()
    return name if any(sign.isalpha() for sign in name) and not normal(name) else ""
