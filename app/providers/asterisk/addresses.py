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
    """What is dialled: `phones` with `{user}` for a SIP address, `outside` with a form of `written` for a number.

    Raises Refused for anything else: no sign of an address may become part of the dialplan.
    """
    user = user_of(uri)
    if USER.fullmatch(user):
        return phones.replace("{user}", user)
    number = uri.removeprefix("tel:")
    if uri.startswith("tel:") and NUMBER.fullmatch(number) and outside:
        for slot, form in written(number).items():
            outside = outside.replace(slot, form)
        return outside
    raise Refused("this address cannot be dialled")


def written(number: str) -> dict[str, str]:
    """The ways in which a provider or PBX may want `+31612345678`; a number abroad has no national one."""
    abroad = f"00{number[1:]}"
    national = f"0{number[3:]}" if number.startswith("+31") else abroad
    return {"{number}": number, "{national}": national, "{international}": abroad}
