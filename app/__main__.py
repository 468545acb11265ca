"""The command line `warmlijn`; each command's own file says what it does, Dutch where an administrator reads it."""

from __future__ import annotations

import argparse
import asyncio
import errno
import os
import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import asyncpg
import uvicorn

from app import logs, policyfile, usage
from app.demo import main as play_demo
from app.engine import rehearsing, replaying
from app.main import Service, create_app
from app.pbxtest import Phones
from app.pbxtest import run as try_pbx
from app.policyfile import commands as policies
from app.settings import Settings, SettingsError, load
from app.store import migrations
from app.store.embedded_files import EmbeddedError
from app.store.opening import server as database_server
from app.watchdog import Watchdog
from app.web import accounts, doctor, names, versions
from app.web.hook_http import HookHttp
from app.web.quick import QuickWebSocket

GRACE = 5
"""Seconds in which requests that are under way may finish when the service is told to stop."""
LANGUAGES = ("en", "nl")
PBX_CODES = (
    "Afsluitcode: 0 alles beproefd en goed; 1 er wijkt iets af; 2 de proef kon niet beginnen; 3 goed voor zover"
    " beproefd, maar niet alles is beproefd (de laatste regel noemt wat niet)."
)
UNREACHABLE = (asyncpg.PostgresError, asyncpg.InterfaceError, ConnectionError, TimeoutError, socket.gaierror)
"""What goes wrong when the database is not there or does not let us in."""
WORDS: dict[str, Mapping[str, str]] = {
    "nl": {
        "migrated": "Bijgewerkt: {names}.",
        "nothing": "De database was al bij.",
        "no_secret": "Zet in GENERIC_SECRET het geheim waarmee de centrale tekent (whsec_...).",
        "no_database": "De database is niet te gebruiken ({error}). Klopt DATABASE_URL, en draait de server?",
        "port_taken": "Op {host}:{port} draait al een programma. Stop het, of zet WARMLIJN_PORT op een vrije poort.",
    },
    "en": {
        "migrated": "Migrated: {names}.",
        "nothing": "The database was up to date.",
        "no_secret": "Put the secret the PBX signs with (whsec_...) in GENERIC_SECRET.",
        "no_database": "The database cannot be used ({error}). Is DATABASE_URL right, and does the server run?",
        "port_taken": "A program runs at {host}:{port} already. Stop it, or put a free port in WARMLIJN_PORT.",
    },
}

log = logs.logger()


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; the exit code is 0 when it was done, 1 when not, 2 when it was not understood."""
    args = understood(sys.argv[1:] if arguments is None else arguments)
    logs.configure("error", stream=sys.stderr.buffer)
    try:
        return int(args.run(args))
    except SettingsError as error:
        sys.stderr.write(error.told(args.lang) + "\n")
        return 1
    except (migrations.MigrationError, EmbeddedError, policyfile.PolicyMistakes) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except UNREACHABLE as error:
        sys.stderr.write(WORDS[args.lang]["no_database"].format(error=reason(error)) + "\n")
        return 1
    except KeyboardInterrupt:
        return 130


def understood(arguments: Sequence[str]) -> argparse.Namespace:
    """What was asked; argparse, too, speaks Dutch unless `--lang en` stands there. Exits when it makes no sense."""
    language, others = lifted(arguments)
    words = {} if language == "en" else usage.DUTCH
    own = vars(argparse)["_"]
    vars(argparse)["_"] = lambda text: words.get(text, text)  # the name by which argparse has its words translated
    try:
        made = parser()
        if language == "en":
            usage.to_english(made)
        args = made.parse_args([f"--lang={language}", *others] if language else others)
    finally:
        vars(argparse)["_"] = own
    args.lang = language or args.lang  # a command's own default would otherwise stand
    return args


def lifted(arguments: Sequence[str]) -> tuple[str, list[str]]:
    """The value of the last `--lang`, wherever it stands, and all other words; without a value it stays there."""
    language, others = "", list[str]()
    words = iter(enumerate(arguments, 1))
    for after, word in words:
        if word == "--":
            return language, [*others, *arguments[after - 1 :]]
        following = arguments[after] if after < len(arguments) else "-"
        if word.startswith("--lang=") and word != "--lang=":
            language = word.removeprefix("--lang=")
        elif word == "--lang" and not following.startswith("-"):
            language = following
            next(words)
        else:
            others.append(word)
    return language, others


def reason(error: Exception) -> str:
    """The server's own words; of anything else only the kind, as an address may hold a password."""
    return str(error) if isinstance(error, asyncpg.PostgresError) else type(error).__name__


def parser() -> argparse.ArgumentParser:
    """All commands."""
    made = argparse.ArgumentParser(
        prog="warmlijn", description="De telefoon van een gemeente: routering, drie keer overgaan, warm doorverbinden, "
        "en een terugbelafspraak die wordt nagekomen.",
    )
    made.add_argument("--lang", choices=LANGUAGES, default="nl", help="taal van het antwoord")
    commands = made.add_subparsers(title="opdrachten", metavar="OPDRACHT", required=True)
    serving = commands.add_parser("serve", help="de dienst starten, met de instellingen uit de omgeving")
    serving.set_defaults(run=serve)
    demo = commands.add_parser("demo", help="een ochtend van een gemeente naspelen en vertellen wat er gebeurde")
    demo.set_defaults(run=lambda args: play_demo(args.lang))
    migrating = commands.add_parser("migrate", help="de database bijwerken zonder de dienst te starten")
    migrating.set_defaults(run=migrate)
    policies.add_commands(commands)
    rehearsing.add_command(commands)
    replaying.add_command(commands)
    versions.add_command(commands)
    accounts.add_command(commands)
    names.add_command(commands)
    doctor.add_command(commands)
    pbx = commands.add_parser(
        "pbx-test", help="het contract naspelen tegen een centrale en elke afwijking noemen", epilog=PBX_CODES
    )
    pbx.add_argument("url", metavar="URL", help="het opdrachtadres van de centrale")
    for phone, meaning in (
        ("answers", "opneemt"), ("answers-too", "ook opneemt, tegelijk met het eerste"),
        ("silent", "blijft overgaan"), ("busy", "in gesprek is"), ("declines", "weigert"),
        ("unreachable", "er niet is"),
    ):
        pbx.add_argument(f"--{phone}", default="", metavar="ADRES", help=f"adres van een toestel dat {meaning}")
    pbx.add_argument("--port", type=int, default=8099, metavar="POORT", help="waarop wij luisteren (standaard 8099)")
    pbx.add_argument("--call-within", type=float, default=0.0, metavar="S", help="hierbinnen belt u zelf, twee keer")
    pbx.add_argument("--patience", type=float, default=5.0, metavar="S", help="hoe lang een melding mag duren")
    pbx.set_defaults(run=pbx_test)
    for command in (demo, migrating, pbx):
        command.add_argument("--lang", choices=LANGUAGES, default="nl", help="taal van het antwoord")
    return made


def serve(args: argparse.Namespace) -> int:
    """Run until told to stop. Listens on this machine only, unless the settings say otherwise."""
    settings = load()
    if _taken(settings.host, settings.port):
        sys.stderr.write(WORDS[args.lang]["port_taken"].format(host=settings.host, port=settings.port) + "\n")
        return 1
    logs.configure(settings.log_level, settings.node)
    server = Server(configuration(settings))
    server.run()
    return 0 if server.started else 1


def _taken(host: str, port: int) -> bool:
    """Whether another program listens there; asked before a database is started for nothing."""
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        return error.errno == errno.EADDRINUSE
    return False


class Server(uvicorn.Server):
    """uvicorn's, which says that the service started when it really listens, and from then on must not hang."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._watchdog = Watchdog()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the application, then listen."""
        await super().startup(sockets)
        if self.started:
            log.info("service.started", host=self.config.host, port=self.config.port)
            self._watchdog.start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let the switches know while they still are connected, stop listening, then stop the application."""
        self._watchdog.stop()
        if isinstance(self.config.app, Service):
            await self.config.app.withdraw()
        await super().shutdown(sockets)


def configuration(settings: Settings) -> uvicorn.Config:
    """The web server: the fast loop and parser, no lines of its own about requests, time to finish."""
    return uvicorn.Config(
        create_app(settings), host=settings.host, port=settings.port, loop="uvloop", http=HookHttp,
        ws=QuickWebSocket if any(c.asterisk and c.asterisk.called for c in settings.centres) else "none",
        ws_ping_interval=5.0, ws_ping_timeout=5.0,
        lifespan="on", access_log=False, proxy_headers=False, log_level="warning", server_header=False,
        timeout_graceful_shutdown=GRACE, timeout_keep_alive=75, backlog=4096,
    )  # fmt: skip


def migrate(args: argparse.Namespace) -> int:
    """Apply what the database has not had yet."""
    applied = asyncio.run(_migrated(load()))
    words = WORDS[args.lang]
    sys.stdout.write((words["migrated"].format(names=", ".join(applied)) if applied else words["nothing"]) + "\n")
    return 0


async def _migrated(settings: Settings) -> tuple[str, ...]:
    async with database_server(settings) as url:
        return await migrations.migrate(url)


def pbx_test(args: argparse.Namespace) -> int:
    """Try a PBX; the secret comes from the environment, never from the command line."""
    secret = os.environ.get("GENERIC_SECRET", "")
    if not secret and (path := os.environ.get("GENERIC_SECRET_FILE", "")):
        secret = Path(path).read_text(encoding="utf-8")
    secret = secret.split(",")[0].strip()
    if not secret:
        sys.stderr.write(WORDS[args.lang]["no_secret"] + "\n")
        return 2
    phones = Phones(args.answers, args.silent, args.busy, args.declines, args.unreachable, args.answers_too)
    return asyncio.run(try_pbx(
        args.url, secret, phones, port=args.port, call_within=args.call_within, patience=args.patience,
        language=args.lang,
    ))  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
