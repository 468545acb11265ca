"""`warmlijn user`: accounts and their tokens, made and ended on the command line (reliability §4.2)."""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
from collections.abc import Mapping
from difflib import get_close_matches

import asyncpg

from app import policyfile
from app.engine.first_policy import first_policy
from app.settings import CentreSettings, Settings, load
from app.store import codec
from app.store.opening import database
from app.web.auth import ROLES, make_token

NAME = re.compile(r"[a-z][a-z0-9._-]{0,63}")
WORDS: dict[str, Mapping[str, str]] = {
    "nl": {
        "made": "Account {name} ({role}) van {centre} is gemaakt. Het token, dat alleen nu wordt getoond:\n{token}",
        "rotated": "Het oude token van {name} geldt niet meer. Het nieuwe, dat alleen nu wordt getoond:\n{token}",
        "revoked": "Het token van {name} geldt niet meer.",
        "exists": "Account {name} bestaat al; gebruik 'rotate' voor een nieuw token.",
        "unknown": "Account {name} bestaat niet.",
        "bad_name": "'{name}' kan geen naam zijn: kleine letters, cijfers, punt, streepje, te beginnen met een letter.",
        "needs_agent": "Bij de rol agent hoort --agent, met een medewerker uit routing.yaml.",
        "no_agent": "--agent hoort alleen bij de rol agent.",
        "unknown_agent": "Medewerker '{agent}' staat niet in de routering van {centre}{hint}.",
        "hint": " (bedoelt u '{near}'?)",
        "which": "Er zijn meer centra; kies er een met --centre: {centres}.",
        "unknown_centre": "Centrum '{centre}' is er niet; er zijn: {centres}.",
        "none": "Er zijn nog geen accounts.",
        "head": "naam\trol\tmedewerker\tgemaakt\tingetrokken",
    },
    "en": {
        "made": "Account {name} ({role}) of {centre} was made. Its token, shown only now:\n{token}",
        "rotated": "The old token of {name} is not valid any more. The new one, shown only now:\n{token}",
        "revoked": "The token of {name} is not valid any more.",
        "exists": "Account {name} exists already; use 'rotate' for a new token.",
        "unknown": "There is no account {name}.",
        "bad_name": "'{name}' cannot be a name: small letters, digits, dot, dash, beginning with a letter.",
        "needs_agent": "The role agent needs --agent, with an agent of routing.yaml.",
        "no_agent": "--agent only belongs to the role agent.",
        "unknown_agent": "Agent '{agent}' is not in the routing of {centre}{hint}.",
        "hint": " (did you mean '{near}'?)",
        "which": "There are several centres; choose one with --centre: {centres}.",
        "unknown_centre": "There is no centre '{centre}'; there are: {centres}.",
        "none": "There are no accounts yet.",
        "head": "name\trole\tagent\tmade\trevoked",
    },
}


class Told(Exception):
    """Cannot be done; the message is a sentence for the administrator."""


def add_command(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `user add|list|revoke|rotate`; the default `run` of each does it."""
    user = subparsers.add_parser("user", help="accounts en tokens: maken, tonen, intrekken, vernieuwen")
    actions = user.add_subparsers(title="handelingen", metavar="HANDELING", required=True)
    adding = actions.add_parser("add", help="een account maken; het token wordt één keer getoond")
    adding.add_argument("--role", choices=ROLES, required=True, help="wat het account mag")
    adding.add_argument("--agent", default="", metavar="ID", help="de medewerker in routing.yaml (bij rol agent)")
    listing = actions.add_parser("list", help="alle accounts, zonder tokens")
    revoking = actions.add_parser("revoke", help="het token intrekken; het geldt meteen niet meer")
    rotating = actions.add_parser("rotate", help="een nieuw token; het oude geldt meteen niet meer")
    for parser, action in ((adding, _add), (listing, _list), (revoking, _revoke), (rotating, _rotate)):
        if parser is not listing:
            parser.add_argument("name", metavar="NAAM", help="naam van het account")
        parser.add_argument("--centre", default="", metavar="ID", help="het contactcentrum (bij meer dan één)")
        parser.add_argument("--lang", choices=sorted(WORDS), default="nl", help="taal van het antwoord")
        parser.set_defaults(run=run_user, action=action)


def run_user(args: argparse.Namespace) -> int:
    """Do it and say so; 1 with a sentence when it cannot be done. Raises SettingsError."""
    words = WORDS[args.lang]
    try:
        sys.stdout.write(asyncio.run(_done(args, load(), words)) + "\n")
    except Told as told:
        sys.stderr.write(f"{told}\n")
        return 1
    return 0


async def _done(args: argparse.Namespace, settings: Settings, words: Mapping[str, str]) -> str:
    centre = _centre(args.centre, settings, words)
    if args.action is not _list and not NAME.fullmatch(args.name):
        raise Told(words["bad_name"].format(name=args.name))
    async with database(settings) as pool:
        await first_policy(pool, centre.id, centre.policy)
        return str(await args.action(args, pool, centre.id, words))


def _centre(wanted: str, settings: Settings, words: Mapping[str, str]) -> CentreSettings:
    known = {centre.id: centre for centre in settings.centres}
    if wanted and wanted not in known:
        raise Told(words["unknown_centre"].format(centre=wanted, centres=", ".join(known)))
    if not wanted and len(known) > 1:
        raise Told(words["which"].format(centres=", ".join(known)))
    return known[wanted] if wanted else settings.centres[0]


async def _add(args: argparse.Namespace, pool: asyncpg.Pool, centre: str, words: Mapping[str, str]) -> str:
    if (args.role == "agent") != bool(args.agent):
        raise Told(words["needs_agent" if args.role == "agent" else "no_agent"])
    if args.agent:
        await _check_agent(args.agent, pool, centre, words)
    token, hashed = make_token()
    made = await pool.fetchval(
        """INSERT INTO users (centre, name, role, agent, token_hash) VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (centre, name) DO NOTHING RETURNING name""",
        centre, args.name, args.role, args.agent, hashed,
    )
    if made is None:
        raise Told(words["exists"].format(name=args.name))
    return words["made"].format(name=args.name, role=args.role, centre=centre, token=token)


async def _check_agent(agent: str, pool: asyncpg.Pool, centre: str, words: Mapping[str, str]) -> None:
    """The agent must be in the policy that is active."""
    state = await pool.fetchval("SELECT state FROM centres WHERE id = $1", centre)
    text = await pool.fetchval(
        "SELECT text FROM policies WHERE centre = $1 AND version = $2", centre, codec.centre(state).policy
    )
    known = policyfile.load(text).agents
    if agent not in known:
        near = get_close_matches(agent, list(known), 1)
        hint = words["hint"].format(near=near[0]) if near else ""
        raise Told(words["unknown_agent"].format(agent=agent, centre=centre, hint=hint))


async def _list(_args: argparse.Namespace, pool: asyncpg.Pool, centre: str, words: Mapping[str, str]) -> str:
    rows = await pool.fetch(
        "SELECT name, role, agent, created_at, revoked_at FROM users WHERE centre = $1 ORDER BY name", centre
    )
    if not rows:
        return words["none"]
    lines = [words["head"]]
    for row in rows:
        revoked = f"{row['revoked_at']:%Y-%m-%d}" if row["revoked_at"] else "-"
        made = f"{row['created_at']:%Y-%m-%d}"
        lines.append("\t".join((row["name"], row["role"], row["agent"] or "-", made, revoked)))
    return "\n".join(lines)


async def _revoke(args: argparse.Namespace, pool: asyncpg.Pool, centre: str, words: Mapping[str, str]) -> str:
    found = await pool.fetchval(
        "UPDATE users SET revoked_at = least(revoked_at, now()) WHERE centre = $1 AND name = $2 RETURNING name",
        centre, args.name,
    )
    return _told(found, "revoked", args.name, words)


async def _rotate(args: argparse.Namespace, pool: asyncpg.Pool, centre: str, words: Mapping[str, str]) -> str:
    token, hashed = make_token()
    found = await pool.fetchval(
        """UPDATE users SET token_hash = $3, rotated_at = now(), revoked_at = NULL
           WHERE centre = $1 AND name = $2 RETURNING name""",
        centre, args.name, hashed,
    )
    return _told(found, "rotated", args.name, words, token)


def _told(found: object, code: str, name: str, words: Mapping[str, str], token: str = "") -> str:
    if found is None:
        raise Told(words["unknown"].format(name=name))
    return words[code].format(name=name, token=token)
