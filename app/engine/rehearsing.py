"""`warmlijn rehearse`: what a new routing.yaml would have meant for the callers of the last weeks."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import msgspec
from msgspec import Struct
from msgspec.structs import replace

from app import policyfile
from app.call.decision import Centre
from app.call.events import CallOffered, KeysPressed, WordsHeard
from app.call.policy import Policy
from app.call.reference import written
from app.engine.policies import Policies, UnknownPolicy
from app.policyfile.rehearsal import Asked, Place, Rehearsal, rehearse
from app.policyfile.walking import Caller
from app.settings import Settings, load, utc_now
from app.store import codec, recorded
from app.store.opening import database

WEEKS = 4
EXAMPLES = 3
"""Calls named with each change."""
WORDS: dict[str, Mapping[str, str]] = {
    "nl": {
        "unknown": "Er is geen centrum of versie: {what}",
        "not_moment": "'{at}' is geen moment; schrijf zoals 2026-11-24 of 2026-11-24T10:15+01:00.",
        "head": "{centre}: {calls} gesprekken sinds {since}, zelfde nummers, tijden en toetsen, op een rustige dag.",
        "same": "Alle komen op dezelfde plek uit.",
        "elsewhere": "{same} komen op dezelfde plek uit, {other} ergens anders:",
        "change": "{count} x  {before} -> {after}",
        "because": "nu: {because}",
        "line": "regel",
        "calls": "zoals gesprek {calls}",
        "closed": "gesloten",
        "nowhere": "geen frontoffice",
    },
    "en": {
        "unknown": "There is no such centre or version: {what}",
        "not_moment": "'{at}' is no moment; write as 2026-11-24 or 2026-11-24T10:15+01:00.",
        "head": "{centre}: {calls} calls since {since}, with the same numbers, times and keys on a quiet day.",
        "same": "All come to the same place.",
        "elsewhere": "{same} come to the same place, {other} elsewhere:",
        "change": "{count} x  {before} -> {after}",
        "because": "now: {because}",
        "line": "line",
        "calls": "such as call {calls}",
        "closed": "closed",
        "nowhere": "no front office",
    },
}


class Told(Struct, frozen=True):
    """A rehearsal of one centre; `numbers` is call -> the number it is known by, of the examples."""

    centre: str
    since: datetime
    rehearsal: Rehearsal
    numbers: dict[str, str]


def add_command(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `rehearse`; its default `run` does it."""
    parser = subparsers.add_parser("rehearse", help="wie met een nieuwe routing.yaml ergens anders was uitgekomen")
    parser.add_argument("file", metavar="BESTAND", help="de nieuwe routing.yaml")
    parser.add_argument("--since", default="", metavar="MOMENT", help=f"standaard {WEEKS} weken terug")
    parser.add_argument("--centre", default="", metavar="ID", help="het contactcentrum (standaard alle)")
    parser.add_argument("--json", action="store_true", help="antwoord in JSON")
    parser.add_argument("--lang", choices=sorted(WORDS), default="nl", help="taal van het antwoord")
    parser.set_defaults(run=run_rehearse)


def run_rehearse(args: argparse.Namespace) -> int:
    """Print who would come elsewhere; nothing is changed. 0 also when some do, 1 when it cannot be told."""
    words = WORDS[args.lang]
    try:
        since = datetime.fromisoformat(args.since).astimezone(UTC) if args.since else utc_now() - timedelta(weeks=WEEKS)
    except (ValueError, OverflowError):
        sys.stderr.write(words["not_moment"].format(at=args.since) + "\n")
        return 1
    try:
        after = policyfile.load(Path(args.file), language=args.lang)
        rehearsed = asyncio.run(rehearsals(load(), args.centre, since, after, args.lang))
    except policyfile.PolicyMistakes as mistakes:
        sys.stderr.write(f"{mistakes}\n")
        return 1
    except (UnknownPolicy, ValueError) as error:
        sys.stderr.write(words["unknown"].format(what=error) + "\n")
        return 1
    if args.json:
        sys.stdout.write(msgspec.json.encode(rehearsed).decode() + "\n")
    else:
        sys.stdout.write("".join(f"{line}\n" for told in rehearsed for line in lines(told, words)))
    return 0


async def rehearsals(settings: Settings, centre: str, since: datetime, after: Policy, language: str) -> list[Told]:
    """The version in use against `after`, of one centre or all. Raises UnknownPolicy, ValueError: no such centre."""
    async with database(settings) as pool:
        policies = Policies(pool, lambda text, _version: policyfile.load(text))
        wanted = [centre] if centre else [known.id for known in settings.centres]
        return [await _rehearsed(pool, policies, each, since, after, language) for each in wanted]


async def _rehearsed(
    pool: asyncpg.Pool, policies: Policies, centre: str, since: datetime, after: Policy, language: str
) -> Told:
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        states: dict[str, Centre] = await recorded.states(connection, "centres", centre)
        if centre not in states:
            raise ValueError(centre)
        before = await policies.load(centre, states[centre].policy, by=connection)
        asked = [each async for each in callers(connection, centre, since)]
        rehearsal = await asyncio.to_thread(rehearse, before, after, asked, language)
        examples = [call for change in rehearsal.changes for call in change.calls[:EXAMPLES]]
        return Told(centre, since, rehearsal, await recorded.references(connection, centre, examples))


async def callers(connection: asyncpg.Connection, centre: str, since: datetime) -> AsyncIterator[Asked]:
    """Everybody who got a front office or the offer to be called back, with what they did until then."""
    choosing: dict[str, Caller] = {}
    async for row in recorded.choosing(connection, centre, since):
        call = row["subject"].removeprefix("call:")
        match event := codec.event(row["data"]):
            case CallOffered():
                choosing[call] = Caller(event.dialled, row["at"])
            case KeysPressed(keys=keys) if call in choosing and keys:
                choosing[call] = replace(choosing[call], press=(*choosing[call].press, keys))
            case WordsHeard(words=said) if call in choosing:
                choosing[call] = replace(choosing[call], say=" ".join(said))
        if row["phase_after"] not in ("Welcoming", "Choosing") and call in choosing:
            yield Asked(call, choosing.pop(call))


def lines(told: Told, words: Mapping[str, str]) -> list[str]:
    """For a person to read: how many, and each change with its reason and some calls to look at."""
    calls, changes = told.rehearsal.calls, told.rehearsal.changes
    shown = [words["head"].format(centre=told.centre, calls=calls, since=f"{told.since.astimezone():%Y-%m-%d %H.%M}")]
    other = sum(len(change.calls) for change in changes)
    shown.append(words["elsewhere"].format(same=calls - other, other=other) if changes else words["same"])
    for change in changes:
        before, after = _shown(change.before, words), _shown(change.after, words)
        shown.append("  " + words["change"].format(count=len(change.calls), before=before, after=after))
        steps = ", ".join(f"{step.because} ({words['line']} {step.line})" for step in change.steps)
        shown.append("      " + words["because"].format(because=steps))
        examples: Sequence[str] = [written(told.numbers.get(call, "")) or call for call in change.calls[:EXAMPLES]]
        shown.append("      " + words["calls"].format(calls=", ".join(examples)))
    return shown


def _shown(place: Place, words: Mapping[str, str]) -> str:
    where = words["closed"] if place.closed else place.office or words["nowhere"]
    return f"{where} ({place.topic})" if place.topic else where
