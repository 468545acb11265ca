"""`warmlijn replay`: recorded calls decided again, by the code of today or another policy (design §5 rule 3)."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from app import policyfile
from app.call.policy import Policy
from app.decide import decide
from app.engine.policies import Policies, UnknownPolicy
from app.engine.replay import Difference, Report, replay
from app.settings import Settings, load
from app.store.opening import database

WORDS: dict[str, Mapping[str, str]] = {
    "nl": {
        "unknown": "Er is geen centrum of versie: {what}",
        "not_moment": "'{at}' is geen moment; schrijf zoals 2026-11-24 of 2026-11-24T10:15+01:00.",
        "head": "{centre}: {events} gebeurtenissen opnieuw beslist, {count} verschillen.",
        "cut": "Het begin van het logboek is al gewist: alleen de gebeurtenissen zijn vergeleken.",
        "was": "was",
        "now": "nu",
    },
    "en": {
        "unknown": "There is no such centre or version: {what}",
        "not_moment": "'{at}' is no moment; write as 2026-11-24 or 2026-11-24T10:15+01:00.",
        "head": "{centre}: {events} events decided again, {count} differences.",
        "cut": "The beginning of the log is deleted already: only the events were compared.",
        "was": "was",
        "now": "now",
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
    sys.stdout.write("".join(f"{line}\n" for report in reports for line in lines(report, words)))
    return int(any(report.differences for report in reports))


async def replayed(settings: Settings, centre: str, since: datetime | None, under: Policy | None) -> list[Report]:
    """A report for each centre, with only what differs from `since` on. Raises UnknownPolicy or ValueError."""
    reports = []
    async with database(settings) as pool:
        policies = Policies(pool, lambda text, _version: policyfile.load(text))
        for each in [centre] if centre else [known.id for known in settings.centres]:
            report = await replay(pool, policies, each, decide, under=under)
            first = await pool.fetchval(
                "SELECT min(seq) FROM events WHERE centre = $1 AND ($2::timestamptz IS NULL OR at >= $2)", each, since
            )
            report.differences = [d for d in report.differences if _from(d, first)]
            reports.append(report)
    return reports


def _from(difference: Difference, first: int | None) -> bool:
    """Rows always count; events from the first one that is asked for."""
    kind, _, rest = difference.where.partition(" ")
    return kind != "event" or (first is not None and int(rest.split()[0]) >= first)


def lines(report: Report, words: Mapping[str, str]) -> list[str]:
    """The head line, then each difference: what stands there, and what it would be now."""
    told = [words["head"].format(centre=report.centre, events=report.events, count=len(report.differences))]
    if not report.whole:
        told.append(f"  {words['cut']}")
    for difference in report.differences:
        told += [f"  {difference.where}"]
        told += [f"    {words['was']}: {difference.stored}", f"    {words['now']}: {difference.folded}"]
    return told
