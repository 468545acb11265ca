"""Sentences of the policy with their slots filled in, as the voice says them and the desk shows them (domain §4)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from app.call.calendar import local
from app.call.legs import Line
from app.call.policy import Policy, Text
from app.call.texts import in_language
from app.providers import numbers

SLOT = re.compile(r"\{([a-z_]+)\}")
E164 = re.compile(r"\+[1-9][0-9]{6,14}|14[0-9]{2,4}")
LONGEST = 200
"""Characters of one filled slot; a message or a name beyond it is cut off."""

ANONYMOUS = {"nl": "Anoniem", "en": "Anonymous"}
DAYS = {
    "nl": ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
MONTHS = {
    "nl": (
        "januari", "februari", "maart", "april", "mei", "juni",
        "juli", "augustus", "september", "oktober", "november", "december",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
}  # fmt: skip


def sentences(policy: Policy, language: str, lines: Iterable[Line], names: Mapping[str, str]) -> tuple[str, ...]:
    """These lines as text in the caller's language; `names` is ref -> name or number of the names table.

    A slot that cannot be filled gives the sentence without a name, and where there is none, no sentence at all.
    Never raises: a voice that says less is better than a caller in silence.
    """
    made = (_sentence(policy, language, line, names) for line in lines)
    return tuple(sentence for sentence in made if sentence)


def display(policy: Policy, language: str, name: str, by: str, names: Mapping[str, str]) -> str:
    """What the display of a phone inside says beside the number: `Mevrouw De Vries via Bart Smit`; may be empty.

    `name` is `@ref` or `anonymous`, `by` the agent who announces.
    """
    who = ANONYMOUS.get(language, ANONYMOUS["en"]) if name == "anonymous" else _value(policy, language, name, names)
    agent = policy.agents.get(by)
    return " ".join((*filter(None, [who]), *(["via", agent.name] if agent else ())))


def day(policy: Policy, epoch: float, language: str) -> str:
    """`dinsdag 24 november`: the local date of this moment, in Dutch, else in English."""
    here = local(datetime.fromtimestamp(epoch, UTC), policy)
    known = language if language in DAYS else "en"
    return f"{DAYS[known][here.weekday()]} {here.day} {MONTHS[known][here.month - 1]}"


def clock(policy: Policy, epoch: float, language: str) -> str:
    """The local time of this moment: `10.30` in Dutch, `10:30` elsewhere."""
    here = local(datetime.fromtimestamp(epoch, UTC), policy)
    return f"{here.hour}.{here.minute:02}" if language == "nl" else f"{here.hour}:{here.minute:02}"


def _sentence(policy: Policy, language: str, line: Line, names: Mapping[str, str]) -> str:
    text = policy.texts.get(line.text)
    if text is None:
        return ""
    template, spoken = in_language(text.words, language, policy)
    filled = {slot: _value(policy, spoken, value, names) for slot, value in line.slots.items()}
    filled.setdefault("gemeente", policy.municipality.name)
    if not all(filled.get(slot) for slot in SLOT.findall(template)):
        template, _ = _nameless(text, spoken, policy)
        if not all(filled.get(slot) for slot in SLOT.findall(template)):
            return ""
    return _put(template, filled)


def _nameless(text: Text, language: str, policy: Policy) -> tuple[str, str]:
    return in_language(text.nameless, language, policy)


def _value(policy: Policy, language: str, value: str, names: Mapping[str, str]) -> str:
    """What a slot's value stands for; empty when it is not known (any more)."""
    if value.startswith("@"):
        return _private(names.get(value[1:], ""))
    kind, colon, key = value.partition(":")
    if not colon:
        return value
    match kind:
        case "digits":
            return ", ".join(" ".join(part) for part in _value(policy, language, key, names).split())
        case "agent":
            agent = policy.agents.get(key)
            return agent.name if agent else ""
        case "colleague":
            colleague = policy.colleagues.get(key)
            return colleague.name if colleague else ""
        case "department":
            department = policy.departments.get(key)
            return in_language(department.label, language, policy)[0] if department else ""
        case "topic":
            topic = policy.topics.get(key)
            return in_language(topic.label, language, policy)[0] if topic else ""
        case "office":
            office = policy.offices.get(key)
            return in_language(office.label, language, policy)[0] if office else ""
        case "day" | "time":
            return _moment(policy, language, kind, key)
        case _:
            return value


def _moment(policy: Policy, language: str, kind: str, epoch: str) -> str:
    try:
        at = float(epoch)
        return day(policy, at, language) if kind == "day" else clock(policy, at, language)
    except (ValueError, OverflowError, OSError):
        return ""


def _private(text: str) -> str:
    """A name or a message without control and direction characters; a number as people write it."""
    if E164.fullmatch(text):
        return numbers.written(text)
    plain = "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in text[:LONGEST])
    return " ".join(plain.split())


def _put(template: str, filled: Mapping[str, str]) -> str:
    """The slots filled; at the start of a sentence with a capital: `Mevrouw De Vries`."""
    made: list[str] = []
    end = 0
    for slot in SLOT.finditer(template):
        before = template[end : slot.start()]
        made.append(before)
        value = filled[slot.group(1)]
        behind = "".join(made).rstrip()
        made.append(_capital(value) if not behind or behind[-1] in ".?!" else value)
        end = slot.end()
    return "".join((*made, template[end:])).strip()


def _capital(value: str) -> str:
    """`ijsbaan` -> `IJsbaan`: in Dutch the two are one letter."""
    return value[:2].upper() + value[2:] if value.startswith("ij") else value[:1].upper() + value[1:]
