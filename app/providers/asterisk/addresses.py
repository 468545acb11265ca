"""An address of the policy becomes something Asterisk can dial: one gate, nothing but plain signs passes."""

from __future__ import annotations

import re
from unicodedata import category

from app.providers.base import Refused
from app.providers.targets import user_of

LONGEST = 60
"""Signs of a name on a display: few phones show more, and every phone survives it."""
SAFE = str.maketrans({'"': "'", "\\": "/", "<": "(", ">": ")"})
"""What would end the name inside a SIP header becomes what looks like it."""
USER = re.compile(r"[A-Za-z0-9._+-]{1,64}")
NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")


def caller_id(name: str, number: str) -> str:
    """`"Mevrouw De Vries" <+31611112222>` for Asterisk; empty when there is nothing to show.

    Nothing in the name can end it, begin a header or a number, or turn the direction of the text.
    """
    plain = "".join(" " if category(sign)[0] in "CZ" else sign for sign in name[: 4 * LONGEST])
    shown = " ".join(plain.split()).translate(SAFE)[:LONGEST].strip()
    if not shown:
        return number
    return f'"{shown}" <{number or "anonymous"}>'


def endpoint(uri: str, phones: str, outside: str) -> str:
    """What is dialled: `phones` with `{user}` for a SIP address, `outside` with `{number}` for a telephone number.

    Raises Refused for anything else: no sign of an address may become part of the dialplan.
    """
    user = user_of(uri)
    if USER.fullmatch(user):
        return phones.replace("{user}", user)
    number = uri.removeprefix("tel:")
    if uri.startswith("tel:") and NUMBER.fullmatch(number) and outside:
        return outside.replace("{number}", number)
    raise Refused("this address cannot be dialled")
