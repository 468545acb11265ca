"""A raw number from a network or a keypad becomes E.164 and a kind; what may not be kept is not kept (domain §6)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache

import phonenumbers
from msgspec import Struct
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from app.call.numbers import Given, Kind
from app.call.policy import Policy

WITHHELD_WORDS = (
    "anonymous", "restricted", "unavailable", "unknown", "private", "withheld", "blocked", "invalid", "none",
    "anoniem", "onbekend", "afgeschermd",
)  # fmt: skip
WITHHELD = frozenset(WITHHELD_WORDS) | {phonenumbers.convert_alpha_characters_in_number(w) for w in WITHHELD_WORDS}
"""The words networks send instead of a number, and the keys that spell them: `+266696687` is `anonymous`."""

ADDRESS = re.compile(r"sips?:([^@]*)(?:@.*)?", re.IGNORECASE)
SIGNS = re.compile(r"[+(]?[0-9(][0-9 ()./\u00a0-]*")
"""What a number may be written with. Letters, `;ext=`, `*21*...#` and line ends are refused, never cut off."""
SHORT = re.compile(r"(?:\+31)?(14[0-9]{2,4})")
"""14 + area code, `14 0123`: to be dialled, never to be called back."""
DUTCH = re.compile(r"\+31([0-9]{9})")
FIXED = frozenset("123457")
MOBILE = ("61", "62", "63", "64", "65", "68")
ORDINARY = (PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
SHORT_AREAS = frozenset(map(str, (10, 13, 15, 20, 23, 24, 26, 30, 33, 35, 36, 38, 40, 43, 45, 46, 50, 53, 55, 58)))
"""Area codes of three digits with their zero; 070 to 079 too. All others have four (Dutch numbering plan)."""
LONGEST_NAME = 64


def classify(raw: str, policy: Policy) -> tuple[Given, str]:
    """What kind of number this is (without a ref), and its E.164, empty when it may not be kept or is none."""
    number = judge(raw, own(policy))
    return Given(kind=number.kind, country=number.country), number.e164


def given(raw: str, ref: str, policy: Policy, *, private: bool = False) -> tuple[Given, dict[str, str]]:
    """What the core may know of this number, and what goes to the names table under `ref`.

    `private` is the network's word that it must not be shown (`Privacy: id`): then it is withheld, whatever it is.
    A withheld or invalid number is neither shown nor stored.
    """
    number = Number("withheld") if private else judge(raw, own(policy))
    if not number.e164:
        return Given(kind=number.kind, country=number.country), {}
    return Given(ref, number.kind, number.country), {ref: number.e164}


def display_name(raw: str) -> str:
    """A display name without control and direction signs, at most 64 characters; empty when it is no name."""
    plain = "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in raw[: 4 * LONGEST_NAME])
    name = " ".join(plain.split()).strip("\"' ")[:LONGEST_NAME]
    return "" if name.casefold() in WITHHELD or not any(sign.isalpha() for sign in name) else name


@lru_cache(maxsize=256)
def dialled(raw: str) -> str:
    """The number a resident dialled as the policy writes it: E.164, or short (`140123`); empty when it is none.

    A municipality has few, and each call brings one: to parse it cost a tenth of a millisecond.
    """
    found = ADDRESS.fullmatch(raw.strip(" "))
    return normal(found.group(1) if found else raw)


def own(policy: Policy) -> frozenset[str]:
    """The municipality's own numbers, which are never called back."""
    return _normals((*policy.numbers, policy.municipality.outgoing_number))


@lru_cache(maxsize=64)
def _normals(numbers: tuple[str, ...]) -> frozenset[str]:
    return frozenset(filter(None, map(normal, numbers)))


def normal(raw: str) -> str:
    """`14 0123` -> `140123`, `(0123) 45 67 89` -> `+31123456789`; empty when it is no telephone number."""
    bare = _bare(raw)
    short = SHORT.fullmatch(bare)
    if short:
        return short.group(1)
    try:
        parsed = phonenumbers.parse(bare, "NL")
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(parsed):
        return ""
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)


class Number(Struct, frozen=True):
    """A number understood: `e164` is empty when there is none that may be kept."""

    kind: Kind
    country: str = ""
    e164: str = ""


def judge(raw: str, own: Collection[str] = ()) -> Number:
    """What kind of number this is. Validity alone is no policy: 0900 numbers are valid (reliability §4.3)."""
    found = ADDRESS.fullmatch(raw.strip(" "))
    user = found.group(1) if found else raw.strip(" ")
    if not user or user.casefold().lstrip("+") in WITHHELD:
        return Number("withheld")
    bare = _bare(user)
    if not bare:
        return Number("invalid")
    if phonenumbers.is_emergency_number(bare, "NL"):
        return Number("emergency", "NL")
    number = normal(bare)
    if not number:
        return Number("invalid")
    if number in own:
        return Number("own", "NL", number)
    if SHORT.fullmatch(number):
        return Number("service", "NL", number)
    if dutch := DUTCH.fullmatch(number):
        return Number(_dutch(dutch.group(1)), "NL", number)
    return _abroad(number)


def _bare(raw: str) -> str:
    """Only a plus and ASCII digits, or nothing; Arabic and other digits are read as what they mean."""
    digits = "".join(str(int(sign)) if sign.isdecimal() else sign for sign in raw.strip(" \u00a0"))
    return re.sub(r"[^0-9+]", "", digits) if len(digits) <= 40 and SIGNS.fullmatch(digits) else ""


def _dutch(national: str) -> Kind:
    """By the nine digits after the zero (domain §6): 084, 087, 0800, 066, 067 and the rest are services."""
    if national.startswith(MOBILE):
        return "mobile"
    if national[0] in FIXED:
        return "fixed"
    if national.startswith("85"):
        return "085"
    if national.startswith("88"):
        return "088"
    return "premium" if national.startswith("90") else "service"


def _abroad(number: str) -> Number:
    """A number that is not nine Dutch digits; one that the numbering plans do not know is invalid."""
    parsed = phonenumbers.parse(number)
    country = phonenumbers.region_code_for_number(parsed) or ""
    sort = phonenumbers.number_type(parsed)
    if sort == PhoneNumberType.PREMIUM_RATE:
        return Number("premium", country, number)
    if not phonenumbers.is_valid_number(parsed):
        return Number("invalid")
    if sort in ORDINARY and country not in ("NL", "001"):
        return Number("foreign", country, number)
    return Number("service", country, number)


def written(number: str) -> str:
    """A number as people write it (domain §4): `06 12 34 56 78`, `0123 45 67 89`, `14 0123`, `+32 470 12 34 56`."""
    if SHORT.fullmatch(number):
        return f"{number[:2]} {number[2:]}"
    dutch = DUTCH.fullmatch(number)
    if not dutch:
        parsed = phonenumbers.parse(number)
        form = PhoneNumberFormat.NATIONAL if parsed.country_code == 31 else PhoneNumberFormat.INTERNATIONAL
        return phonenumbers.format_number(parsed, form)
    national = dutch.group(1)
    if national.startswith("6"):
        area = 1
    elif national[:2] in SHORT_AREAS or national[0] in "789":
        area = 2
    else:
        area = 3
    rest = national[area:]
    first = 3 if len(rest) % 2 else 2
    return " ".join((f"0{national[:area]}", rest[:first], *(rest[i : i + 2] for i in range(first, len(rest), 2))))
