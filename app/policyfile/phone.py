"""Telephone numbers as a municipality writes them: E.164, short 14 numbers, and which may be dialled (domain §6)."""

from __future__ import annotations

import re
from collections.abc import Collection

import phonenumbers
from phonenumbers import PhoneNumberType

from app.call.numbers import Kind

WRITTEN = re.compile(r"[+(]?[0-9][0-9 ()./-]{1,24}")
SHORT = re.compile(r"14[0-9]{2,4}")
"""14 + area code without its first zero, or with it: 14 020, 14 0123."""
DUTCH = re.compile(r"\+31([0-9]{9})")
SIP = re.compile(r"sips?:[A-Za-z0-9._+~-]{1,64}@(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?")
FIXED = frozenset("123457")
MOBILE = ("61", "62", "63", "64", "65", "68")
SHOWABLE: frozenset[Kind] = frozenset({"fixed", "085", "088"})
ORDINARY = {PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
COUNTRIES = frozenset(phonenumbers.SUPPORTED_REGIONS)


def normal(written: str) -> str:
    """`14 0123` -> `140123`, `(0123) 45 67 89` -> `+31123456789`; empty when it is no telephone number."""
    if not WRITTEN.fullmatch(written.strip()):
        return ""
    digits = re.sub(r"[^0-9+]", "", written)
    if SHORT.fullmatch(digits):
        return digits
    try:
        parsed = phonenumbers.parse(digits, "NL")
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(parsed):
        return ""
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def classify(written: str, own: Collection[str] = ()) -> tuple[Kind, str]:
    """The kind of a number and its country. Validity alone is no policy: 0900 numbers are valid (domain §6)."""
    bare = re.sub(r"[ ()./-]", "", written)
    if phonenumbers.is_emergency_number(bare, "NL"):
        return "emergency", "NL"
    number = normal(written)
    if not number:
        return "invalid", ""
    if number in own:
        return "own", "NL"
    if SHORT.fullmatch(number) or (number.startswith("+3114") and len(number) < 10):
        return "service", "NL"
    dutch = DUTCH.fullmatch(number)
    if dutch:
        return _dutch(dutch.group(1)), "NL"
    parsed = phonenumbers.parse(number)
    country = phonenumbers.region_code_for_number(parsed) or ""
    sort = phonenumbers.number_type(parsed)
    if sort == PhoneNumberType.PREMIUM_RATE:
        return "premium", country
    if sort in ORDINARY:
        return ("foreign" if country != "NL" else "service"), country
    return ("service" if country and country != "001" else "invalid"), country


def _dutch(national: str) -> Kind:
    """By the national prefix, nine digits after the zero (domain §6)."""
    if national.startswith(MOBILE):
        return "mobile"
    if national[0] in FIXED:
        return "fixed"
    if national.startswith("85"):
        return "085"
    if national.startswith("88"):
        return "088"
    if national.startswith("90"):
        return "premium"
    return "service"


def may_dial(kind: Kind, country: str, kinds: Collection[str], countries: Collection[str]) -> bool:
    """Whether the policy lets a number of this kind be dialled; what is not listed is refused (design §5 rule 19)."""
    if kind == "foreign":
        return country in countries and country != "NL"
    return kind in kinds and "NL" in countries
