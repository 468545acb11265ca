"""`warmlijn doctor`: looks at the whole installation, and says in plain words what is wrong and what to do."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import textwrap
from collections.abc import Mapping, Sequence

import msgspec

from app.doctor import Told
from app.settings import SettingsError, load
from app.web.examining import examined, mistaken

WIDTH = 110
WORDS: Mapping[str, Mapping[str, str]] = {
    "nl": {
        "ok": "goed", "warning": "let op", "wrong": "FOUT", "unseen": "onbekend",
        "well": "Alles is in orde.",
        "total": "In totaal: {}.",
        "wrong_1": "1 fout", "wrong_n": "{n} fouten",
        "warning_1": "1 punt om op te letten", "warning_n": "{n} punten om op te letten",
        "unseen_1": "1 punt niet na te kijken", "unseen_n": "{n} punten niet na te kijken",
    },
    "en": {
        "ok": "ok", "warning": "note", "wrong": "WRONG", "unseen": "unknown",
        "well": "All is well.",
        "total": "In all: {}.",
        "wrong_1": "1 thing wrong", "wrong_n": "{n} things wrong",
        "warning_1": "1 to be noted", "warning_n": "{n} to be noted",
        "unseen_1": "1 that could not be looked at", "unseen_n": "{n} that could not be looked at",
    },
}  # fmt: skip
GRADES = ("wrong", "warning", "unseen")


def add_command(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `doctor`."""
    doctor = subparsers.add_parser("doctor", help="nakijken of alles goed staat, en zeggen wat eraan te doen is")
    doctor.add_argument("--json", action="store_true", help="antwoord in JSON")
    doctor.add_argument("--lang", choices=sorted(WORDS), default="nl", help="taal van het antwoord")
    doctor.add_argument(
        "--console", default="asterisk", metavar="OPDRACHT",
        help="hoe de console van Asterisk hier heet, als Asterisk op deze machine draait (standaard asterisk)",
    )
    doctor.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Tell everything; 1 when something is wrong, else 0."""
    try:
        found = asyncio.run(examined(load(), args.lang, tuple(args.console.split())))
    except SettingsError as error:
        found = mistaken(error, args.lang)
    sys.stdout.write(_json(found) if args.json else text(found, args.lang))
    return int(any(each.grade == "wrong" for each in found))


def text(found: Sequence[Told], language: str) -> str:
    """One paragraph for each finding: how it is, and below it what to do; the total at the end."""
    words = WORDS[language]
    grade_width = max(len(words[grade]) for grade in ("ok", *GRADES))
    several = len({each.centre for each in found if each.centre}) > 1
    subject_width = max((len(each.subject) for each in found), default=0)
    lines = []
    for each in found:
        head = f"{words[each.grade]:<{grade_width}}  {each.subject:<{subject_width}}  "
        where = f"[{each.centre}] " if several and each.centre else ""
        lines += _wrapped(where + each.sentence, head, len(head))
        if each.do:
            lines += _wrapped(each.do, f"{'':{len(head)}}> ", len(head) + 2)
    counts = [(grade, sum(each.grade == grade for each in found)) for grade in GRADES]
    parts = [words[f"{grade}_{'1' if n == 1 else 'n'}"].format(n=n) for grade, n in counts if n]
    return "\n".join([*lines, "", words["total"].format(", ".join(parts)) if parts else words["well"]]) + "\n"


def _wrapped(sentence: str, first: str, indent: int) -> list[str]:
    """Commands and addresses are not broken."""
    return textwrap.wrap(
        sentence, WIDTH, initial_indent=first, subsequent_indent=" " * indent, break_long_words=False,
        break_on_hyphens=False,
    )


def _json(found: Sequence[Told]) -> str:
    told = {"ok": all(each.grade == "ok" for each in found), "findings": [msgspec.to_builtins(f) for f in found]}
    return json.dumps(told, ensure_ascii=False) + "\n"
