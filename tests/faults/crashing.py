"""Starts services that die at a chosen point; nothing of this is in the service itself.

A process that has everything loaded forks one child for each line on its standard input, `{"environment", "log"}`, and
prints its pid. The child is `warmlijn serve`. WARMLIJN_CRASH_AT=point:command says where it ends, without a word:
`decided`, `committed`, `replied`, `sent`, `recorded`. `frozen:command:n` instead stops the database's own process when
the nth transaction with this command is about to be committed: what commits is on the way, and no answer comes.
`halted:command` stops this process itself, when the first such transaction is committed and nothing of it was sent.
"""

from __future__ import annotations

import functools
import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import asyncpg

from app.__main__ import main
from app.engine.batch import Batch
from app.main import Service
from app.providers.generic.provider import Generic
from app.providers.twilio import Twilio
from app.store import outbox
from app.store.writing import Write

AT = "WARMLIJN_CRASH_AT"
CRASHED = "crashed at "
HALTED = "halted at "
FROZEN = "frozen at "
WATCHED = ("/health", "/metrics")


class Crash:
    """The end of this process when `point` is reached for `command`."""

    def __init__(self, at: str) -> None:
        self.point, self.command, *count = at.split(":")
        self.count = int(count[0]) if count else 1
        self.near = False
        """The command was committed, or sent: the next step of it is the end."""

    def at(self, point: str) -> None:
        """Perhaps the end."""
        if point == self.point:
            os.write(1, f"{CRASHED}{point}:{self.command}\n".encode())
            os._exit(9)

    def install(self) -> None:
        """Put the points round the methods where they are."""
        _around(Batch, "_save", self._saved)
        answer = Service.__call__

        async def answered(service: Service, scope: Any, receive: Any, send: Any) -> None:
            await answer(service, scope, receive, send)
            if self.near and scope["type"] == "http" and not scope["path"].startswith(WATCHED):
                self.at("replied")

        Service.__call__ = answered  # type: ignore[method-assign, assignment]
        take: Callable[..., None] = Service.take

        def taken(service: Service, *webhook: Any) -> None:
            *asked, done = webhook

            def told(reply: Any) -> None:
                done(reply)
                if self.near:
                    self.at("replied")

            take(service, *asked, told)

        Service.take = taken  # type: ignore[method-assign, assignment]
        _around(outbox, "done", self._recorded)
        _around(asyncpg.Connection, "execute", self._executed)
        _around(Write, "run", self._written)
        for platform in (Generic, Twilio):
            _around(platform, "send", self._sent)
            _around(platform, "look", self._sent)

    async def _saved(self, save: Callable[..., Any], batch: Batch, *more: Any) -> Any:
        holds = any(c.name == self.command for step in batch.steps for c in step.decision.commands)
        if holds:
            self.at("decided")
            self.count -= 1
            self.near = self.near or (self.point == "frozen" and self.count == 0)
        saved = await save(batch, *more)
        if holds and self.point == "halted":
            self.point = ""
            os.write(1, f"{HALTED}{self.command}\n".encode())
            os.kill(os.getpid(), signal.SIGSTOP)
        if holds:
            self.at("committed")
            self.near = self.near or self.point == "replied"
        return saved

    async def _executed(
        self, execute: Callable[..., Any], connection: Any, query: str, *more: Any, **named: Any
    ) -> Any:
        if query.startswith("COMMIT"):
            self._freeze(connection)
        return await execute(connection, query, *more, **named)

    async def _written(self, run: Callable[..., Any], write: Write, connection: Any, *more: Any) -> Any:
        if not connection.is_in_transaction():  # it commits itself
            self._freeze(connection)
        return await run(write, connection, *more)

    def _freeze(self, connection: Any) -> None:
        if self.near and self.point == "frozen":
            self.near = False
            os.kill(connection.get_server_pid(), signal.SIGSTOP)
            os.write(1, f"{FROZEN}{self.command}\n".encode())

    async def _sent(self, send: Callable[..., Any], platform: Any, order: Any) -> Any:
        answer = await send(platform, order)
        if order.command.name == self.command:
            self.at("sent")
            self.near = self.near or self.point == "recorded"
        return answer

    async def _recorded(self, done: Callable[..., Any], *more: Any) -> None:
        await done(*more)
        if self.near:
            self.at("recorded")


def _around(owner: Any, name: str, wrapper: Callable[..., Any]) -> None:
    original = getattr(owner, name)

    @functools.wraps(original)
    async def wrapped(*arguments: Any, **named: Any) -> Any:
        return await wrapper(original, *arguments, **named)

    setattr(owner, name, wrapped)


def serve(environment: dict[str, str], log: str) -> None:
    """The child: becomes the service and never returns."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for descriptor in (1, 2):
        os.dup2(out, descriptor)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.clear()
    os.environ.update(environment)
    if AT in environment:
        Crash(environment[AT]).install()
    os._exit(main(["serve"]))


def forge() -> None:
    """The parent: forks until its standard input ends, then takes all its children with it."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    children = []
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            try:
                serve(asked["environment"], asked["log"])
            finally:
                os._exit(1)
        children.append(child)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
    for child in children:
        try:
            os.kill(child, signal.SIGKILL)
        except ProcessLookupError:
            continue


if __name__ == "__main__":
    forge()
