"""A call's number as people say it on the telephone: eight digits, the last of which gives a mistake away."""

from __future__ import annotations

from app.call.decision import Centre

FIRST, COUNT = 1_000_000, 9_000_000
"""The seven digits before the check digit never begin with a zero."""
STRIDE = 5_562_307
"""Neighbours lie far apart: near COUNT divided by the golden ratio, with no divisor in common with COUNT."""
WEIGHTS = (8, 7, 6, 5, 4, 3, 2, -1)
REMAINDER = 5
"""Of the eleven test; a citizen service number leaves 0, so none of ours can be taken for one (reliability §4.1)."""


def following(centre: Centre) -> tuple[str, int]:
    """The next reference of this centre, and how many numbers are used up with it: of nine million each comes once.

    It says nothing of who rang, when, or about what, and opens nothing by itself: who names one is still checked.
    """
    used = centre.numbered
    while True:
        used += 1
        seven = str(FIRST + used * STRIDE % COUNT)
        check = (_weighed(seven) - REMAINDER) % 11
        if check < 10:
            return f"{seven}{check}", used


def heard(text: str) -> str:
    """The eight digits of what somebody typed, however grouped; empty when a digit is wrong or two are swapped."""
    digits = "".join(sign for sign in text if sign not in " .-")
    fits = len(digits) == len(WEIGHTS) and digits.isascii() and digits.isdigit()
    return digits if fits and _weighed(digits) % 11 == REMAINDER else ""


def written(reference: str) -> str:
    """`12345678` -> `1234 5678`, for the eye."""
    return f"{reference[:4]} {reference[4:]}".strip()


def spelled(reference: str) -> str:
    """`12345678` -> `1 2 3 4, 5 6 7 8`, for a voice; empty when there is none."""
    return ", ".join(" ".join(part) for part in (reference[:4], reference[4:]) if part)


def _weighed(digits: str) -> int:
    return sum(weight * int(digit) for weight, digit in zip(WEIGHTS, digits, strict=False))
