"""`warmlijn names`: after a change of key, what an older one sealed is sealed anew; what no key opens is deleted."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Mapping

import asyncpg

from app.settings import Settings, load
from app.store import resealing
from app.store.opening import database
from app.store.sealing import Seal
from app.web.persons import key_of

WORDS: dict[str, Mapping[str, str]] = {
    "nl": {
        "renewed": "{count} namen en nummers zijn opnieuw versleuteld; alles staat nu onder sleutel {key}.",
        "lost": "Nog {count} zijn versleuteld met een sleutel die hier niet is ({keys}): geef die erbij in"
        " WARMLIJN_NAMES_KEY, achteraan.",
        "left": "{count} namen en nummers zijn met deze sleutels niet te lezen ({keys}). Wissen kan niet ongedaan"
        " worden gemaakt; wie het zeker weet: warmlijn names lost --yes.",
        "deleted": "{count} namen en nummers, die niemand meer kon lezen, zijn gewist.",
        "none": "Alles is met deze sleutels te lezen; er is niets te wissen.",
    },
    "en": {
        "renewed": "{count} names and numbers were sealed anew; everything is under key {key} now.",
        "lost": "{count} more are sealed with a key that is not here ({keys}): give it too, in WARMLIJN_NAMES_KEY,"
        " last.",
        "left": "{count} names and numbers cannot be read with these keys ({keys}). Deleting cannot be undone; if you"
        " are sure: warmlijn names lost --yes.",
        "deleted": "{count} names and numbers that nobody could read any more were deleted.",
        "none": "Everything can be read with these keys; there is nothing to delete.",
    },
}


def add_command(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `names renew|lost`; the default `run` of each does it."""
    names = subparsers.add_parser("names", help="namen en nummers: opnieuw versleutelen na een nieuwe sleutel")
    actions = names.add_subparsers(title="handelingen", metavar="HANDELING", required=True)
    renewing = actions.add_parser("renew", help="alles onder de nieuwste sleutel brengen; de dienst draait door")
    losing = actions.add_parser("lost", help="wissen wat met geen sleutel meer te lezen is")
    losing.add_argument("--yes", action="store_true", help="echt wissen, en niet alleen tellen")
    for parser, action in ((renewing, _renew), (losing, _lose)):
        parser.add_argument("--lang", choices=sorted(WORDS), default="nl", help="taal van het antwoord")
        parser.set_defaults(run=run, action=action)


def seal_of(settings: Settings) -> Seal:
    """What seals and opens with these settings. Raises SettingsError."""
    return Seal(key_of(settings), *(key.reveal().encode() for key in settings.names_keys))


def run(args: argparse.Namespace) -> int:
    """Do it and say what was done; 1 when something is left to do."""
    said, done = asyncio.run(_done(args, load()))
    (sys.stdout if done else sys.stderr).write(said + "\n")
    return int(not done)


async def _done(args: argparse.Namespace, settings: Settings) -> tuple[str, bool]:
    seal = seal_of(settings)
    async with database(settings) as pool:
        said, done = await args.action(args, pool, seal, WORDS[args.lang])
    return str(said), bool(done)


async def _renew(
    _args: argparse.Namespace, pool: asyncpg.Pool, seal: Seal, words: Mapping[str, str]
) -> tuple[str, bool]:
    count = await resealing.seal_clear(pool, seal) + await resealing.renew(pool, seal)
    said = words["renewed"].format(count=count, key=seal.newest)
    if missing := (await resealing.keys(pool)).beyond(seal):
        return said + "\n" + words["lost"].format(count=sum(missing.values()), keys=", ".join(sorted(missing))), False
    return said, True


async def _lose(args: argparse.Namespace, pool: asyncpg.Pool, seal: Seal, words: Mapping[str, str]) -> tuple[str, bool]:
    missing = (await resealing.keys(pool)).beyond(seal)
    if not missing:
        return words["none"], True
    if not args.yes:
        return words["left"].format(count=sum(missing.values()), keys=", ".join(sorted(missing))), False
    return words["deleted"].format(count=await resealing.lose(pool, seal)), True
