"""`warmlijn replay`: recorded calls decided again, by the code of today or another policy (design §5 rule 3)."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from app import policyfile
from app.call.because import chain
from app.call.policy import Policy
from app.call.reasons import VALUES, sentence
from app.call.reference import written
from app.decide import decide
from app.engine.policies import Policies, UnknownPolicy
from app.engine.replay import Difference, Outcome, Report, replay
from app.settings import Settings, load
from app.store import recorded
from app.store.opening import database

WORDS: dict[str, Mapping[str, str]] = {
    "nl": {
        "unknown": "Er is geen centrum of versie: {what}",
        "not_moment": "'{at}' is geen moment; schrijf zoals 2026-11-24 of 2026-11-24T10:15+01:00.",
        "head": "{centre}: {events} gebeurtenissen opnieuw beslist, {count} verschillen.",
        "cut": "Het begin van het logboek is al gewist: alleen de gebeurtenissen zijn vergeleken.",
        "was": "was",
        "now": "nu",
        "nothing": "niets",
        "event": "{subject}, gebeurtenis {event}",
        "call": "gesprek {name}",
        "callback": "terugbelafspraak {name}",
        "agent": "medewerker {name}",
        "more": "en nog {count} in dit gesprek",
        "more_other": "en nog {count} hierover",
        "version": "routering {version}",
    },
    "en": {
        "unknown": "There is no such centre or version: {what}",
        "not_moment": "'{at}' is no moment; write as 2026-11-24 or 2026-11-24T10:15+01:00.",
        "head": "{centre}: {events} events decided again, {count} differences.",
        "cut": "The beginning of the log is deleted already: only the events were compared.",
        "was": "was",
        "now": "now",
        "nothing": "nothing",
        "event": "{subject}, event {event}",
        "call": "call {name}",
        "callback": "callback {name}",
        "agent": "agent {name}",
        "more": "and {count} more in this call",
        "more_other": "and {count} more about this",
        "version": "routing {version}",
    },
}


def add_command(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `replay`; its default `run` does it."""
    parser = subparsers.add_parser("replay", help="het logboek opnieuw beslissen en elk verschil noemen")
    parser.add_argument("--policy", default="", metavar="BESTAND", help="onder deze routering (standaard: de eigen)")
    parser.add_argument("--since", default="", metavar="MOMENT", help="alleen verschillen vanaf dit moment")
    parser.add_argument("--centre", default="", metavar="ID", help="het contactcentrum (standaard alle)")
    parser.add_argument("--lang", choices=sorted(WORDS), default="nl", help="taal van het antwoord")
    parser.set_defaults(run=run_replay)


def run_replay(args: argparse.Namespace) -> int:
    """Print what differs, for a person to read; nothing is changed. 0 when nothing differs, else 1."""
    words = WORDS[args.lang]
    try:
        since = datetime.fromisoformat(args.since).astimezone(UTC) if args.since else None
    except (ValueError, OverflowError):
        sys.stderr.write(words["not_moment"].format(at=args.since) + "\n")
        return 1
    try:
        under = policyfile.load(Path(args.policy), language=args.lang) if args.policy else None
        reports = asyncio.run(replayed(load(), args.centre, since, under))
    except policyfile.PolicyMistakes as mistakes:
        sys.stderr.write(f"{mistakes}\n")
        return 1
    except (UnknownPolicy, ValueError) as error:
        sys.stderr.write(words["unknown"].format(what=error) + "\n")
        return 1
    sys.stdout.write("".join(f"{line}\n" for each in reports for line in lines(*each, args.lang)))
    return int(any(report.differences for report, _ in reports))


async def replayed(
    settings: Settings, centre: str, since: datetime | None, under: Policy | None
) -> list[tuple[Report, dict[str, str]]]:
    """A report for each centre, with only what differs from `since` on, and the numbers people know its calls by.

    Raises UnknownPolicy or ValueError.
    """
    reports = []
    async with database(settings) as pool:
        policies = Policies(pool, lambda text, _version: policyfile.load(text))
        for each in [centre] if centre else [known.id for known in settings.centres]:
            report = await replay(pool, policies, each, decide, under=under)
            first = await pool.fetchval(
                "SELECT min(seq) FROM events WHERE centre = $1 AND ($2::timestamptz IS NULL OR at >= $2)", each, since
            )
            report.differences = [d for d in report.differences if _from(d, first)]
            calls = {d.subject.removeprefix("call:") for d in report.differences if d.subject.startswith("call:")}
            async with pool.acquire() as connection:
                references = await recorded.references(connection, each, sorted(calls))
            reports.append((report, references))
    return reports


def _from(difference: Difference, first: int | None) -> bool:
    """Rows always count; events from the first one that is asked for."""
    return not difference.seq or (first is not None and difference.seq >= first)


def lines(report: Report, references: Mapping[str, str], language: str) -> list[str]:
    """The head line, then of each call, agent or callback the first difference; rows of tables as they stand."""
    words = WORDS[language]
    told = [words["head"].format(centre=report.centre, events=report.events, count=len(report.differences))]
    if not report.whole:
        told.append(f"  {words['cut']}")
    found: dict[str, list[Difference]] = {}
    for difference in report.differences:
        found.setdefault(difference.subject or difference.where, []).append(difference)
    for first, *others in found.values():
        told += _told(first, references, language)
        if others:
            more = "more" if first.subject.startswith("call:") else "more_other"
            told.append(f"    {words[more].format(count=len(others))}")
    return told


def _told(difference: Difference, references: Mapping[str, str], language: str) -> list[str]:
    words = WORDS[language]
    if difference.outcomes is None:
        where, was, now = difference.where, difference.stored or words["nothing"], difference.folded or words["nothing"]
    else:
        kind, _, identity = difference.subject.partition(":")
        name = written(references.get(identity, "")) or identity
        subject = words[kind].format(name=name) if kind in words else difference.subject
        where = words["event"].format(subject=subject, event=difference.where.removeprefix("event "))
        was, now = (_outcome(each, language) for each in difference.outcomes)
        if was == now:
            was, now = (f"{was} ({_version(each, language)})" for each in difference.outcomes)
        if was == now:
            was, now = difference.stored, difference.folded
    return [f"  {where}", f"    {words['was']}: {was}", f"    {words['now']}: {now}"]


def _outcome(outcome: Outcome, language: str) -> str:
    """The phase, if there is one, and why, in words."""
    names = VALUES["phase"].get(outcome.phase)
    phase = names[0 if language == "nl" else 1] if names else outcome.phase
    reason = sentence(outcome.because, language)
    return f"{phase}: {reason}" if phase else reason


def _version(outcome: Outcome, language: str) -> str:
    lines = ", ".join(str(step.line) for step in chain(outcome.because) if step.line)
    version = WORDS[language]["version"].format(version=outcome.policy)
    return f"{version}:{lines}" if lines else version
