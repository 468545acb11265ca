"""One gate for dialling out: whatever path leads here, a number is rung only when domain §6 allows it."""

from __future__ import annotations

from collections.abc import Collection

from app.call.numbers import Given, Kind
from app.call.policy import Policy

DUTCH: frozenset[Kind] = frozenset({"fixed", "mobile", "085", "088"})
"""Kinds a municipality may allow at all; no policy opens the gate to a premium, emergency or own number."""


def may_dial(kind: Kind, country: str, kinds: Collection[str], countries: Collection[str]) -> bool:
    """Whether a number of this kind may be dialled; what is not listed is refused (design §5 rule 19)."""
    if kind == "foreign":
        return country in countries and country != "NL"
    return kind in DUTCH and kind in kinds and "NL" in countries


def never(kind: Kind) -> bool:
    """Whether no policy at all may have this number dialled, also as the phone of a colleague."""
    return kind != "foreign" and kind not in DUTCH


def refusal(policy: Policy, given: Given) -> str:
    """Empty when this number may be dialled back, else why not: `none` when there is no number, or its kind."""
    if not given.ref:
        return given.kind if never(given.kind) else "none"
    allowed = policy.callbacks
    return "" if may_dial(given.kind, given.country, allowed.numbers, allowed.countries) else given.kind
