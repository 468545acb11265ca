"""The form of the doctor's sentences: what is found, how bad it is, and what to do, in Dutch and English."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Grade = Literal["ok", "warning", "wrong", "unseen"]
"""`unseen`: it could not be looked at, and the sentence says why."""


class Words(Struct, frozen=True):
    """`nl` and `en` say how it is, `nl_do` and `en_do` what to do about it."""

    subject: str
    grade: Grade
    nl: str
    en: str
    nl_do: str = ""
    en_do: str = ""


class Finding(Struct, frozen=True):
    """`code` names sentence and grade; `args` fill it, by a term where one has that name."""

    code: str
    args: dict[str, str] = {}
