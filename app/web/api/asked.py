"""What an agent sends along with an action."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from app.web.api.shapes import Id, Identity, In, Moment, Name, NumberTyped

WithdrawReason = Literal["helped", "email", "reached_otherwise", "not_needed", "double", "other"]
"""A short list: free words would carry personal data into the log."""


class Consult(In):
    """Exactly one of `colleague` and `department`.

    `topic` and `on_behalf` (whom it concerns, when not the caller) tell which question it is; without them it is the
    one of before. Each question of a call has its own callback.
    """

    colleague: Id | None = None
    department: Id | None = None
    topic: Id | None = None
    on_behalf: Name | None = None


class CallbackWanted(In):
    """For this colleague or department, else for the office itself; about which question, as in `Consult`."""

    colleague: Id | None = None
    department: Id | None = None
    topic: Id | None = None
    on_behalf: Name | None = None


class Identification(In):
    """What was checked with the caller. Of `identity` only a keyed hash is kept, never a citizen service number.

    It is what makes the person unique, such as a customer number, or date of birth with postal code and house number.
    """

    name: Name | None = None
    identity: Identity | None = None
    number: NumberTyped | None = None
    topic: Id | None = None
    language: Annotated[str, Field(pattern="^[a-z]{2,3}$")] | None = None


class QuestionAsked(In):
    """One question; `direct`: answered in the first line (domain §2); `simple`: only counted, else as its topic is."""

    topic: Id
    direct: bool
    simple: bool | None = None


class Registration(In):
    """Each question once (domain §3.3)."""

    questions: Annotated[list[QuestionAsked], Field(min_length=1, max_length=20)]


class SlotAsked(In):
    """A moment to ring."""

    start: Moment
    end: Moment


class CallbackChange(In):
    """Another moment, colleague, number or way; what is left out stays as it was (domain §6: for somebody else).

    `relation` is what the caller is to the person concerned; `mandate`: it was seen that they may speak for them.
    """

    slot: SlotAsked | None = None
    colleague: Id | None = None
    number: NumberTyped | None = None
    on_behalf: Name | None = None
    relation: Literal["parent", "child", "partner", "family", "representative", "carer", "other"] | None = None
    mandate: bool | None = None
    reach: Literal["telephone", "sms", "teletolk"] | None = None
    discreet: bool | None = None


class CallbackWithdrawal(In):
    """Why it is not needed any more."""

    reason: WithdrawReason
