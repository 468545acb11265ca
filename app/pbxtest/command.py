"""`warmlijn pbx-test URL`: its arguments, and the secret from the environment or a file, never from an argument."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path

from app.pbxtest.running import Phones, run
from app.settings import secret_mistake, standard_webhooks_mistake, url_mistake

SECRET = "GENERIC_SECRET"  # noqa: S105 - the name of the variable
PHONES = {
    "answers": "adres van een toestel dat opneemt",
    "silent": "adres van een toestel dat niemand opneemt",
    "busy": "adres van een toestel dat in gesprek is",
    "declines": "adres van een toestel dat weigert",
    "unreachable": "adres van een toestel dat niet bereikbaar is",
}
WRONG = {
    "nl": {
        "secret": f"Zet het gedeelde geheim in {SECRET} of {SECRET}_FILE: het ",
        "url": "De opdrachten-URL ",
        "none": "ontbreekt.",
    },
    "en": {
        "secret": f"Put the shared secret in {SECRET} or {SECRET}_FILE: it ",
        "url": "The command URL ",
        "none": "is missing.",
    },
}


def add_command(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `pbx-test`; the default `run` does it."""
    parser = subparsers.add_parser("pbx-test", help="het contract naspelen tegen een telefooncentrale")
    parser.description = (
        "Speelt het hele contract tegen uw centrale en noemt elke afwijking in een zin. Laat uw centrale haar "
        "gebeurtenissen sturen naar http://127.0.0.1:POORT/events (of een doorgifte daarheen), ondertekend met "
        f"hetzelfde geheim als in {SECRET}. Wat u niet opgeeft, wordt niet beproefd."
    )
    parser.add_argument("url", metavar="URL", help="de opdrachten-URL van uw centrale")
    parser.add_argument(
        "--port", type=int, default=8099, metavar="POORT", help="waar gebeurtenissen binnenkomen (8099)"
    )
    for name, words in PHONES.items():
        parser.add_argument(f"--{name}", default="", metavar="ADRES", help=words)
    parser.add_argument(
        "--call-within", type=float, default=0.0, metavar="SECONDEN", help="wacht op iemand die twee keer belt"
    )
    parser.add_argument("--patience", type=float, default=5.0, metavar="SECONDEN", help="hoe lang iets mag duren (5)")
    parser.add_argument("--lang", choices=("en", "nl"), default="nl", help="taal van het verslag")
    parser.set_defaults(run=run_command)


def run_command(args: argparse.Namespace) -> int:
    """Play it; 0 when nothing deviates, 1 when something does, 2 when it could not be begun."""
    words = WRONG[args.lang]
    secret = _secret()
    if mistake := (secret_mistake(secret) or standard_webhooks_mistake(secret)) if secret else words["none"]:
        sys.stderr.write(f"{words['secret']}{mistake}\n")
        return 2
    if mistake := url_mistake(args.url):
        sys.stderr.write(f"{words['url']}{mistake}\n")
        return 2
    phones = Phones(**{name: getattr(args, name) for name in PHONES})
    return asyncio.run(
        run(
            args.url,
            secret,
            phones,
            port=args.port,
            call_within=args.call_within,
            patience=args.patience,
            language=args.lang,
            tell=lambda line: sys.stdout.write(f"{line}\n"),
        )
    )


def _secret() -> str:
    """The first of the secrets in the environment, or in the file that the environment names."""
    path = os.environ.get(f"{SECRET}_FILE", "")
    text = Path(path).read_text(encoding="utf-8") if path else os.environ.get(SECRET, "")
    return text.split(",")[0].strip()
