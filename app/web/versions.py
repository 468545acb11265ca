"""`warmlijn policy`: put a routing.yaml to use, go back, see the versions; all through the API of a running service."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from app.policyfile.parser_words import file_says

WORDS: dict[str, Mapping[str, str]] = {
    "nl": {
        "activated": "Versie {version} is in gebruik, in plaats van {before}. Lopende gesprekken houden hun versie.",
        "same": "Versie {version} was al in gebruik.",
        "no_token": "Zet in WARMLIJN_TOKEN het token van een beheerder (warmlijn user add NAAM --role admin).",
        "unreachable": "De dienst is niet bereikbaar op {url}. Draait hij, en klopt WARMLIJN_URL?",
        "unreadable": "{file} is niet te lezen: {error}",
        "not_utf8": "dit is geen tekst in UTF-8",
    },
    "en": {
        "activated": "Version {version} is in use, instead of {before}. Calls that are going on keep theirs.",
        "same": "Version {version} was in use already.",
        "no_token": "Put an admin's token in WARMLIJN_TOKEN (warmlijn user add NAME --role admin).",
        "unreachable": "The service cannot be reached at {url}. Does it run, and is WARMLIJN_URL right?",
        "unreadable": "{file} cannot be read: {error}",
        "not_utf8": "this is no text in UTF-8",
    },
}
SECONDS = 30.0


class Told(Exception):
    """Cannot be done; the message is a sentence for the administrator."""


def add_command(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `policy activate|roll-back|versions|show`; the default `run` of each does it."""
    policy = subparsers.add_parser("policy", help="een routing.yaml in gebruik nemen, teruggaan, versies tonen")
    actions = policy.add_subparsers(title="handelingen", metavar="HANDELING", required=True)
    activating = actions.add_parser("activate", help="dit bestand in gebruik nemen; met een fout verandert er niets")
    activating.add_argument("file", metavar="BESTAND", help="de nieuwe routing.yaml")
    activating.add_argument("--based-on", default=None, metavar="VERSIE", help="alleen als die nog in gebruik is")
    back = actions.add_parser("roll-back", help="terug naar de vorige versie, of naar een andere")
    back.add_argument("--version", default=None, metavar="VERSIE", help="de versie (standaard de vorige)")
    listing = actions.add_parser("versions", help="alle versies: welke in gebruik is, wie, wanneer en waarom")
    showing = actions.add_parser("show", help="de tekst van een versie, om te bewerken")
    showing.add_argument("version", nargs="?", default="", metavar="VERSIE", help="standaard die in gebruik is")
    for parser, action in ((activating, _activate), (back, _roll_back), (listing, _versions), (showing, _show)):
        if action in (_activate, _roll_back):
            parser.add_argument("--reason", required=True, metavar="REDEN", help="waarom; blijft bij de versie staan")
        parser.add_argument("--lang", choices=sorted(WORDS), default="nl", help="taal van het antwoord")
        parser.set_defaults(run=run, action=action)


def run(args: argparse.Namespace) -> int:
    """Ask the service and tell its answer; 1 with every reason when it is refused, 2 without a token."""
    words = WORDS[args.lang]
    token = os.environ.get("WARMLIJN_TOKEN", "").strip()
    if not token:
        sys.stderr.write(words["no_token"] + "\n")
        return 2
    url = os.environ.get("WARMLIJN_URL") or f"http://127.0.0.1:{os.environ.get('WARMLIJN_PORT') or 8000}"
    headers = {"authorization": f"Bearer {token}", "accept-language": args.lang}
    try:
        with httpx.Client(base_url=f"{url}/api/v1", headers=headers, timeout=SECONDS, trust_env=False) as client:
            sys.stdout.write(args.action(args, client, words))
    except Told as told:
        sys.stderr.write(f"{told}\n")
        return 1
    except httpx.HTTPError:
        sys.stderr.write(words["unreachable"].format(url=url) + "\n")
        return 1
    return 0


def _activate(args: argparse.Namespace, client: httpx.Client, words: Mapping[str, str]) -> str:
    try:
        text = Path(args.file).read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = file_says(error, args.lang) if isinstance(error, OSError) else words["not_utf8"]
        raise Told(words["unreadable"].format(file=args.file, error=why)) from error
    asked = {"text": text, "reason": args.reason} | ({"basedOn": args.based_on} if args.based_on else {})
    return _used(_answer(client.post("/policy/activate", json=asked), args.file), words)


def _roll_back(args: argparse.Namespace, client: httpx.Client, words: Mapping[str, str]) -> str:
    asked = {"reason": args.reason} | ({"version": args.version} if args.version else {})
    return _used(_answer(client.post("/policy/roll-back", json=asked)), words)


def _used(told: Mapping[str, str], words: Mapping[str, str]) -> str:
    return words["same" if told["version"] == told["before"] else "activated"].format(**told) + "\n"


def _versions(_args: argparse.Namespace, client: httpx.Client, _words: Mapping[str, str]) -> str:
    lines = []
    for each in _answer(client.get("/policy/versions"))["items"]:
        since = (each["activatedAt"] or each["createdAt"])[:16].replace("T", " ")
        lines.append("\t".join(("*" if each["active"] else " ", each["version"], since, each["by"], each["reason"])))
    return "\n".join(lines) + "\n"


def _show(args: argparse.Namespace, client: httpx.Client, _words: Mapping[str, str]) -> str:
    version = args.version
    if not version:
        versions = _answer(client.get("/policy/versions"))["items"]
        version = next(each["version"] for each in versions if each["active"])
    return str(_answer(client.get(f"/policy/versions/{version}"))["text"])


def _answer(answer: httpx.Response, file: str = "") -> Any:
    """What was asked for; else every reason as a sentence, those of the file with their line."""
    if answer.is_success:
        return answer.json()
    told = answer.json() if "json" in answer.headers.get("content-type", "") else {}
    reasons = [_reason(each, file) for each in told.get("errors", ())]
    raise Told("\n".join(reasons or [told.get("detail") or told.get("title") or f"HTTP {answer.status_code}"]))


def _reason(error: Mapping[str, Any], file: str) -> str:
    """With the line of the file, or with the option that was wrong."""
    if file and error.get("line"):
        return f"{file}:{error['line']}: {error['detail']}"
    return f"--reason: {error['detail']}" if error.get("pointer") == "#/reason" else str(error["detail"])
