"""What goes in and out of the API has one form: camelCase, nothing unknown, no text that a database trips over."""

from __future__ import annotations

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from app.call.reference import heard

LONGEST_POLICY = 256 * 1024
"""Characters of a routing.yaml; its own reader refuses more, too (reliability §4.4)."""


class In(BaseModel):
    """A request; what it does not know is a mistake."""

    model_config = ConfigDict(
        extra="forbid", alias_generator=to_camel, frozen=True, str_strip_whitespace=True, hide_input_in_errors=True
    )


class Out(BaseModel):
    """A response."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, serialize_by_alias=True)


def plain(text: str) -> str:
    """Refuses control and direction characters: they break logs and screens (reliability §4.2)."""
    if any(unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp") for sign in text):
        raise PydanticCustomError("control_characters", "Text holds control characters")
    return text


def no_citizen_number(text: str) -> str:
    """Refuses nine digits that pass the eleven test: a citizen service number has no place here (reliability §4.1)."""
    digits = [int(sign) for sign in text if sign in "0123456789"]
    written = "".join(sign for sign in text if sign not in " .-")
    if written.isdigit() and len(digits) in (8, 9):
        weighed = [0] * (9 - len(digits)) + digits
        total = sum(weight * digit for weight, digit in zip((9, 8, 7, 6, 5, 4, 3, 2, -1), weighed, strict=True))
        if total % 11 == 0:
            raise PydanticCustomError("citizen_number", "This looks like a citizen service number")
    return text


def good_reference(text: str) -> str:
    """The eight digits a call is named by; a slip of the tongue is refused, so that nobody else's call is found."""
    if not (digits := heard(text)):
        raise PydanticCustomError("reference", "This is no number of a call")
    return digits


Plain = Annotated[str, AfterValidator(plain)]
Name = Annotated[Plain, StringConstraints(min_length=1, max_length=64)]
Identity = Annotated[Plain, AfterValidator(no_citizen_number), StringConstraints(min_length=4, max_length=120)]
Sentence = Annotated[Plain, StringConstraints(min_length=1, max_length=200)]
Reason = Annotated[Plain, StringConstraints(min_length=3, max_length=200)]
NumberTyped = Annotated[Plain, StringConstraints(min_length=1, max_length=40)]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
CallId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,63}$")]
Reference = Annotated[str, StringConstraints(max_length=20), AfterValidator(good_reference)]
CallbackId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,63}\.cb[0-9]{1,4}$")]
WarningId = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,18}-[0-9]{1,4}$")]
Version = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{12}$")]
PolicyText = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_POLICY, strip_whitespace=False)]
IdempotencyKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
Moment = Annotated[AwareDatetime, Field(description="Moment met tijdzone, RFC 3339.")]


class Labelled(Out):
    """An id of the policy with the name people know it by."""

    id: str
    label: str
