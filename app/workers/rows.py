"""A row of the outbox with what was known of its call when it was read, or when it was handed over."""

from __future__ import annotations

from collections.abc import Mapping

import asyncpg
import msgspec
from msgspec import Struct

from app.call.call import Call
from app.call.commands import Command
from app.engine.arrivals import Handed
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
    lines: Mapping[str, str]
    names: Mapping[str, str]
    last: float
    """The moment of the loop's clock after which it may not be begun any more, for the claim may not hold."""

    @property
    def key(self) -> tuple[str, int]:
        """What names the row."""
        return self.centre, self.id

    @property
    def of(self) -> str:
        """What names the call among all centres."""
        return f"{self.centre} {self.call.id}"


def row(record: asyncpg.Record, names: Mapping[str, str], last: float) -> Row:
    """The row as `store.outbox.mine` read it."""
    return Row(
        record["centre"],
        record["id"],
        record["provider"],
        record["attempts"] > 0,
        codec.command(record["data"]),
        codec.call(record["state"]),
        _lines(record["refs"]),
        names,
        last,
    )


def given(handed: Handed, last: float) -> Row:
    """The row as the transaction that wrote it handed it over."""
    h = handed
    return Row(h.centre, h.id, h.provider, False, h.command, h.call, h.lines, h.names, last)
