"""How single values are written in routing.yaml. Everything in the file is text; these readers give it a type."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from typing import Annotated

from pydantic import BeforeValidator, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from app.call.policy import Minutes

DAYS = {"ma": 0, "di": 1, "wo": 2, "do": 3, "vr": 4, "za": 5, "zo": 6,
        "mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}  # fmt: skip
SPAN = re.compile(r"([0-9]{2}):([0-9]{2}) ?[-\u2013] ?([0-9]{2}):([0-9]{2})")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
DIGITS = re.compile(r"-?[0-9]{1,9}")
DECIMAL = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,9})?")
DAY_PATTERN = f"^({'|'.join(DAYS)})(-({'|'.join(DAYS)}))?$"
SPAN_PATTERN = "^[0-9]{2}:[0-9]{2} ?[-\u2013] ?[0-9]{2}:[0-9]{2}$"
WHOLE_DAY = 24 * 60


def wrong(code: str, **words: object) -> PydanticCustomError:
    """A mistake with a code of sentences.py and what fills its sentence."""
    return PydanticCustomError(code, "{code}", {"code": code, **words})


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise wrong("not_text")
    if not value.strip():
        raise wrong("empty")
    return value.strip()


def _words(value: object) -> str:
    """A sentence; which of them may be empty is for `wording.py` to say."""
    return "" if isinstance(value, str) and not value.strip() else _text(value)


def whole(value: object) -> object:
    """`3`; refuses `010` (octal elsewhere), `1e3`, `3.0` and digits of other scripts."""
    text = _text(value)
    if not DIGITS.fullmatch(text):
        raise wrong("not_whole", value=text)
    if len(text.lstrip("-")) > 1 and text.lstrip("-").startswith("0"):
        raise wrong("leading_zero", value=text)
    return int(text)


def number(value: object) -> object:
    """`0.60` or `45`."""
    text = _text(value)
    if not DECIMAL.fullmatch(text):
        raise wrong("not_number", value=text)
    return float(text)


def truth(value: object) -> object:
    """Only `true` and `false`: `NO` is a country and `on` a word."""
    text = _text(value)
    if text not in ("true", "false"):
        raise wrong("not_truth", value=text)
    return text == "true"


def day(value: object) -> object:
    """`2026-04-27`."""
    text = _text(value)
    try:
        if DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise wrong("not_date", value=text)


def span(value: object) -> Minutes:
    """`08:30-17:00` -> (510, 1020); `24:00` is the end of the day."""
    text = _text(value)
    found = SPAN.fullmatch(text)
    if not found:
        raise wrong("not_span", value=text)
    hour, minute, to_hour, to_minute = map(int, found.groups())
    start, end = hour * 60 + minute, to_hour * 60 + to_minute
    if minute > 59 or to_minute > 59 or start >= WHOLE_DAY or end > WHOLE_DAY:
        raise wrong("not_span", value=text)
    if start >= end:
        raise wrong("backward_span", value=text)
    return start, end


def spans(value: object) -> tuple[Minutes, ...]:
    """One stretch or a list of them, in order and apart; an empty list is closed."""
    made = tuple(sorted(span(item) for item in (value if isinstance(value, list) else [value])))
    if any(end > start for (_, end), (start, _) in pairwise(made)):
        raise wrong("overlapping_spans")
    return made


def weekdays(value: str) -> tuple[int, ...]:
    """`ma` -> (0,), `ma-vr` -> (0, 1, 2, 3, 4); empty when it is no day."""
    first, _, last = value.partition("-")
    if first not in DAYS or ("-" in value and last not in DAYS):
        return ()
    return tuple(range(DAYS[first], DAYS[last or first] + 1))


def days(value: object) -> str:
    """A day or a range of days, checked."""
    text = _text(value)
    if not weekdays(text):
        raise wrong("not_days", value=text)
    return text


def one_of(code: str, pattern: str) -> BeforeValidator:
    """Text that must look like this, else mistake `code`."""
    compiled = re.compile(pattern)

    def read(value: object) -> str:
        text = _text(value)
        if not compiled.fullmatch(text):
            raise wrong(code, value=text)
        return text

    return BeforeValidator(read)


def listed(value: object) -> object:
    """A single value where a list is meant counts as a list of one."""
    return [value] if isinstance(value, str) and value.strip() else value


ID_PATTERN = "^[a-z][a-z0-9_]{0,39}$"
LANGUAGE_PATTERN = "^[a-z]{2,3}$"
EMAIL_PATTERN = r"^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$"

Words = Annotated[str, BeforeValidator(_words), StringConstraints(max_length=600)]
Short = Annotated[str, BeforeValidator(_text), StringConstraints(max_length=120)]
Id = Annotated[str, one_of("not_id", ID_PATTERN), WithJsonSchema({"type": "string", "pattern": ID_PATTERN})]
Language = Annotated[
    str, one_of("not_language", LANGUAGE_PATTERN), WithJsonSchema({"type": "string", "pattern": LANGUAGE_PATTERN})
]
Email = Annotated[str, one_of("not_email", EMAIL_PATTERN), WithJsonSchema({"type": "string", "format": "email"})]
WHOLE = BeforeValidator(whole)
NUMBER = BeforeValidator(number)
Truth = Annotated[bool, BeforeValidator(truth)]
Day = Annotated[date, BeforeValidator(day)]
Days = Annotated[str, BeforeValidator(days), WithJsonSchema({"type": "string", "pattern": DAY_PATTERN})]
Key = Annotated[str, one_of("not_key", "^[0-9]$"), WithJsonSchema({"type": "string", "pattern": "^[0-9]$"})]
CODE_PATTERN = r"^\*[0-9]{1,2}$"
Code = Annotated[str, one_of("not_code", CODE_PATTERN), WithJsonSchema({"type": "string", "pattern": CODE_PATTERN})]
Spans = Annotated[
    tuple[Minutes, ...],
    BeforeValidator(spans),
    WithJsonSchema({"anyOf": [(one := {"type": "string", "pattern": SPAN_PATTERN}), {"type": "array", "items": one}]}),
]
Press = Annotated[
    tuple[Key, ...],
    BeforeValidator(listed),
    WithJsonSchema(
        {"anyOf": [(key := {"type": ["string", "integer"], "pattern": "^[0-9]$"}), {"type": "array", "items": key}]}
    ),
]
Phone = Annotated[str, BeforeValidator(_text), StringConstraints(max_length=40)]
Uri = Annotated[str, BeforeValidator(_text), StringConstraints(max_length=330)]
