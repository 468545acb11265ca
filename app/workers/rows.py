"""A row of the outbox with what was known of its call when it was read."""

from __future__ import annotations

import asyncpg
import msgspec
from msgspec import Struct

from app.call.call import Call
from app.call.commands import Command
from app.store import codec

_lines = msgspec.json.Decoder(dict[str, str]).decode


class Row(Struct, frozen=True):
    """A command that must be sent."""

    centre: str
    id: int
    provider: str
    taken_over: bool
    """Another process had it before: it may have been sent."""
    command: Command
    call: Call
    lines: dict[str, str]
    remaining: float
    """Seconds the claim still held."""

    @property
    def key(self) -> tuple[str, int]:
        """What names the row."""
        return self.centre, self.id


def row(record: asyncpg.Record) -> Row:
    """The row as `store.outbox.mine` read it."""
    return Row(
        record["centre"],
        record["id"],
        record["provider"],
        record["attempts"] > 0,
        codec.command(record["data"]),
        codec.call(record["state"]),
        _lines(record["refs"]),
        record["remaining"],
    )
