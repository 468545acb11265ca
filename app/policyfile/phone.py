"""Telephone numbers and SIP addresses as an admin writes them: stricter than the door for networks."""

from __future__ import annotations

import re
from collections.abc import Collection

import phonenumbers

from app.call.numbers import Kind
from app.providers.numbers import Number, judge

WRITTEN = re.compile(r"[+(]?[0-9][0-9 ()./-]{1,24}")
SIP = re.compile(r"sips?:[A-Za-z0-9._+~-]{1,64}@(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?")
SHOWABLE: frozenset[Kind] = frozenset({"fixed", "085", "088"})
COUNTRIES = frozenset(phonenumbers.SUPPORTED_REGIONS)


def understood(written: str, own: Collection[str] = ()) -> Number:
    """What this number is; digits of other scripts and anything but digits and the usual signs is invalid."""
    return judge(written.strip(), own) if WRITTEN.fullmatch(written.strip()) else Number("invalid")


def normal(written: str) -> str:
    """`14 0123` -> `140123`, `(0123) 45 67 89` -> `+31123456789`; empty when it is no telephone number."""
    number = understood(written)
    return "" if number.kind in ("invalid", "withheld") else number.e164
