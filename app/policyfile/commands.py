"""`warmlijn check` and `warmlijn explain`: what is wrong with a routing.yaml, and where it leads a caller and why."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from app.call.policy import Policy
from app.policyfile import Checked, Mistake, PolicyMistakes, load, phone, schema
from app.policyfile.moments import local_moment
from app.policyfile.proving import check_and_prove
from app.policyfile.walking import Caller, Walk, local, walk
from app.providers.asterisk import recordings
from app.settings import utc_now

FILE = "config/routing.yaml"
WORDS = {
    "nl": {
        "good": "{file}: in orde, {tests} proeven geslaagd",
        "one": "1 fout",
        "many": "{count} fouten",
        "warning": "let op",
        "office": "naar frontoffice {0}",
        "closed": "gesloten; de beller kan een terugbelafspraak maken",
        "topic": "onderwerp {0}",
        "line": "regel",
        "file": "volgens {0}",
        "not_phone": "'{0}' is geen telefoonnummer",
        "not_moment": "'{0}' is geen moment (schrijf zoals di 10:15 of 2026-04-27 10:15)",
        "not_key": "'{0}' is geen toets (0 tot en met 9)",
        "not_language": "'{0}' is geen taal van deze gemeente",
    },
    "en": {
        "good": "{file}: good, {tests} tests passed",
        "one": "1 mistake",
        "many": "{count} mistakes",
        "warning": "note",
        "office": "to office {0}",
        "closed": "closed; the caller may ask to be called back",
        "topic": "topic {0}",
        "line": "line",
        "file": "according to {0}",
        "not_phone": "'{0}' is not a telephone number",
        "not_moment": "'{0}' is not a moment (write as tue 10:15 or 2026-04-27 10:15)",
        "not_key": "'{0}' is not a key (0 to 9)",
        "not_language": "'{0}' is not a language of this municipality",
    },
}


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `check` and `explain`; each parser's default `run` is the function that does it."""
    checking = subparsers.add_parser("check", help="routing.yaml nakijken: alle fouten en de eigen proeven")
    checking.add_argument("file", nargs="?", default=FILE, metavar="BESTAND", help=f"het bestand (standaard {FILE})")
    checking.add_argument("--schema", action="store_true", help="in plaats daarvan het JSON-schema schrijven")
    checking.add_argument(
        "--recordings", default=os.environ.get("ASTERISK_RECORDINGS", ""), metavar="MAP",
        help="ook de eigen opnamen (TAAL/ZIN.wav) in deze map nakijken; standaard die van ASTERISK_RECORDINGS",
    )
    _common(checking)
    checking.set_defaults(run=run_check)
    explaining = subparsers.add_parser(
        "explain",
        help="waar een beller heen gaat volgens een bestand, stap voor stap, met de regels",
        description="Waar een beller heen gaat volgens dit bestand. De service kan een andere versie in gebruik hebben,"
        " zie warmlijn policy versions, en warmlijn policy show voor de tekst.",
    )
    explaining.add_argument("--number", required=True, metavar="NUMMER", help="het gekozen nummer, zoals '14 0123'")
    explaining.add_argument(
        "--press", action="extend", nargs="+", default=[], metavar="TOETS", help="een of meer toetsen"
    )
    explaining.add_argument("--say", default="", metavar="WOORDEN", help="wat de beller zegt")
    explaining.add_argument("--language", default="", metavar="TAAL", help="de taal van de beller, zoals en")
    explaining.add_argument("--at", default="", metavar="MOMENT", help="zoals 'di 10:15'; standaard nu")
    file = os.environ.get("WARMLIJN_POLICY") or FILE
    explaining.add_argument(
        "--file", default=file, metavar="BESTAND", help="het bestand (standaard WARMLIJN_POLICY, nu %(default)s)"
    )
    _common(explaining)
    explaining.set_defaults(run=run_explain)


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="antwoord in JSON")
    parser.add_argument("--lang", choices=sorted(WORDS), default="nl", help="taal van het antwoord")


def run_check(args: argparse.Namespace) -> int:
    """Print every mistake; 0 when there is none and the file's own tests pass, else 1."""
    if args.schema:
        sys.stdout.write(schema.text())
        return 0
    checked = check_and_prove(Path(args.file), language=args.lang)
    remarks = _recordings(args.recordings, checked.policy)
    if args.json:
        sys.stdout.write(_checked_json(checked, remarks, args.lang))
    else:
        recorded = [f"{Path(args.recordings, each.file)}: {each.told(args.lang)}" for each in remarks]
        sys.stdout.write(_checked_text(checked, args.file, WORDS[args.lang], recorded))
    return 0 if checked.policy is not None else 1


def _recordings(folder: str, policy: Policy | None) -> list[recordings.Remark]:
    """What is to be said of the municipality's own recordings; nothing where there are none in use."""
    return recordings.look(Path(folder), policy) if folder and policy is not None else []


def _checked_json(checked: Checked, remarks: list[recordings.Remark], language: str) -> str:
    def plain(mistakes: tuple[Mistake, ...]) -> list[dict[str, object]]:
        names = ("file", "line", "path", "sentence", "hint", "code")
        return [{name: getattr(mistake, name) for name in names} for mistake in mistakes]

    told = {
        "ok": checked.policy is not None,
        "mistakes": plain(checked.mistakes),
        "warnings": plain(checked.warnings),
        "tests": len(checked.policy.tests) if checked.policy is not None else 0,
        "recordings": [{"file": r.file, "code": r.code, "sentence": r.told(language)} for r in remarks],
    }
    return json.dumps(told, ensure_ascii=False) + "\n"


def _checked_text(checked: Checked, file: str, words: Mapping[str, str], recorded: list[str]) -> str:
    lines = [str(mistake) for mistake in checked.mistakes]
    lines += [f"{warning} [{words['warning']}]" for warning in (*checked.warnings, *recorded)]
    if checked.policy is not None:
        lines.append(words["good"].format(file=file, tests=len(checked.policy.tests)))
    else:
        count = len(checked.mistakes)
        lines.append(words["one" if count == 1 else "many"].format(count=count))
    return "\n".join(lines) + "\n"


def run_explain(args: argparse.Namespace) -> int:
    """Print where the caller goes and why; 1 when the file or the question is not right."""
    words = WORDS[args.lang]
    try:
        policy = load(Path(args.file), language=args.lang)
    except PolicyMistakes as mistakes:
        sys.stderr.write(f"{mistakes}\n")
        return 1
    caller = _caller(args, policy, words)
    if isinstance(caller, str):
        sys.stderr.write(f"{caller}\n")
        return 1
    walked = walk(policy, caller, args.lang)
    told = words["file"].format(args.file) + "\n" + _walked_text(walked, words)
    sys.stdout.write(msgspec.json.encode(walked).decode() + "\n" if args.json else told)
    return 0


def _caller(args: argparse.Namespace, policy: Policy, words: Mapping[str, str]) -> Caller | str:
    """The caller who is asked about, or a sentence about what is wrong with the question."""
    number = phone.normal(args.number)
    if not number:
        return words["not_phone"].format(args.number)
    keys = tuple(key for pressed in args.press for key in pressed.replace(",", "").replace(" ", ""))
    for key in keys:
        if key not in "0123456789":
            return words["not_key"].format(key)
    if args.language and args.language not in policy.municipality.languages:
        return words["not_language"].format(args.language)
    at = _moment(args.at, policy)
    if at is None:
        return words["not_moment"].format(args.at)
    return Caller(number, at, keys, args.say, args.language)


def _moment(written: str, policy: Policy) -> datetime | None:
    """Aware UTC; now when nothing was said."""
    if not written:
        return utc_now().astimezone(UTC)
    moment = local_moment(written, policy.days_off)
    return None if moment is None else local(policy, moment)


def _walked_text(walked: Walk, words: Mapping[str, str]) -> str:
    lines = [f"{at}. {step.because} ({words['line']} {step.line})" for at, step in enumerate(walked.steps, 1)]
    end = words["closed"] if walked.closed else words["office"].format(walked.office)
    if walked.topic:
        end += f", {words['topic'].format(walked.topic)}"
    return "\n".join([*lines, f"= {end}"]) + "\n"
