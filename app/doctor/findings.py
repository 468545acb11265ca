"""One thing that was looked at, how it was found, and the words for it."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from app.doctor.house_words import HOUSE
from app.doctor.modules import LOST
from app.doctor.sound_words import SOUND, TERMS
from app.doctor.switch_words import SWITCH
from app.doctor.words import Finding, Grade, Words
from app.providers.asterisk import recordings

WORDS: Mapping[str, Words] = {**HOUSE, **SWITCH, **SOUND}
INSIDE: Mapping[str, tuple[str, str]] = {
    **TERMS, **LOST, **{f"remark:{code}": pair for code, pair in recordings.WORDS.items()}
}
MEANT = (" (bedoelt u {near}?)", " (did you mean {near}?)")
SUBJECTS: Mapping[str, tuple[str, str]] = {
    "settings": ("instellingen", "settings"),
    "secrets": ("geheimen", "secrets"),
    "database": ("database", "database"),
    "names": ("namen", "names"),
    "service": ("dienst", "service"),
    "policy": ("routering", "routing"),
    "accounts": ("accounts", "accounts"),
    "platform": ("centrale", "platform"),
    "link": ("verbinding", "link"),
    "asterisk": ("Asterisk", "Asterisk"),
    "modules": ("modules", "modules"),
    "clock": ("klok", "clock"),
    "fallback": ("vangnet", "fallback"),
    "phones": ("toestellen", "phones"),
    "codecs": ("codecs", "codecs"),
    "sounds": ("geluid", "sounds"),
    "music": ("muziek", "music"),
    "recordings": ("opnamen", "recordings"),
}


class Told(Struct, frozen=True):
    """A finding in words: how it is, and what to do; `do` is empty when there is nothing to do."""

    subject: str
    grade: Grade
    code: str
    sentence: str
    do: str = ""
    centre: str = ""


def grade(finding: Finding) -> Grade:
    """How bad it is."""
    return WORDS[finding.code].grade


def told(finding: Finding, language: str, centre: str = "") -> Told:
    """In words of this language; Dutch unless `en`."""
    words, which = WORDS[finding.code], int(language == "en")
    args = {name: _inside(value, finding.args, which) for name, value in finding.args.items()}
    near = args.get("near")
    args["meant"] = MEANT[which].format(near=near) if near else ""
    sentence, do = ((words.nl, words.nl_do), (words.en, words.en_do))[which]
    subject = SUBJECTS[words.subject][which]
    return Told(subject, words.grade, finding.code, sentence.format_map(args), do.format_map(args), centre)


def _inside(value: str, args: Mapping[str, str], which: int) -> str:
    """The words for a term; what is not one stays as it is."""
    return INSIDE[value][which].format_map({"hint": "", **args}) if value in INSIDE else value
