"""From a row of the outbox to an order a platform can carry out: what it says, what it shows."""

from __future__ import annotations

from collections.abc import Iterable

import asyncpg
import msgspec
from msgspec import Struct

from app.call.call import Call
from app.call.commands import Command
from app.call.legs import Gather, InRoom, Line, Prompt, Ringing
from app.call.policy import Policy
from app.providers.base import Order
from app.providers.speech import sentences
from app.store import codec

_refs = msgspec.json.Decoder(dict[str, str]).decode


class Row(Struct, frozen=True):
    """A command that must be sent, with what was known of its call when it was read."""

    centre: str
    id: int
    provider: str
    taken_over: bool
    command: Command
    call: Call
    lines: dict[str, str]
    remaining: float
    """Seconds the claim still held when it was read."""

    @property
    def key(self) -> tuple[str, int]:
        """What names the row."""
        return self.centre, self.id


def row(record: asyncpg.Record) -> Row:
    """The row as it was read by `store.outbox.mine`."""
    return Row(
        record["centre"], record["id"], record["provider"], record["attempts"] > 0, codec.command(record["data"]),
        codec.call(record["state"]), _refs(record["refs"]), record["remaining"],
    )


def private(rows: Iterable[Row]) -> set[tuple[str, str]]:
    """The names and numbers these commands need, `(centre, ref)`."""
    needed: set[tuple[str, str]] = set()
    for r in rows:
        for line in _lines(r.command):
            needed.update((r.centre, value[1:]) for value in line.slots.values() if value.startswith("@"))
        if isinstance(r.command.do, Ringing) and r.command.do.shows.startswith("@"):
            needed.add((r.centre, r.command.do.shows[1:]))
    return needed


def order(r: Row, policy: Policy, names: dict[tuple[str, str], str]) -> Order:
    """The order, its sentences filled in; a number that is not known (any more) is not shown."""
    return order_of(r.centre, r.call, r.command, r.lines, policy, names)


def order_of(
    centre: str, call: Call, command: Command, lines: dict[str, str], policy: Policy,
    names: dict[tuple[str, str], str],
) -> Order:
    """As `order`, from its parts."""
    leg = call.leg(command.leg)
    shows = command.do.shows if isinstance(command.do, Ringing) else ""
    own = {ref: text for (where, ref), text in names.items() if where == centre}
    return Order(
        centre=centre,
        call=call.id,
        command=command,
        language=call.language,
        sentences=sentences(policy, call.language, _lines(command), own),
        shows=own.get(shows[1:], "") if shows.startswith("@") else shows,
        line=lines.get(command.leg, ""),
        lines={other: ref for other, ref in lines.items() if other != command.leg},
        role="caller" if leg is None else leg.role,
        room=leg.doing.room if leg is not None and isinstance(leg.doing, InRoom) else "",
    )


def _lines(command: Command) -> tuple[Line, ...]:
    return command.do.lines if isinstance(command.do, Prompt | Gather) else ()
