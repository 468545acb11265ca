"""The outbox, seen from the sending side: what is mine, what is done, and what a dead process left."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import asyncpg
import msgspec
from msgspec import Struct

from app.call.call import Call
from app.call.commands import Command
from app.store import codec
from app.store.sessions import SILENT, gone

LEASE = 4.0
"""Seconds a claim holds, from its last sign of life. Nothing is begun under the last three and a half."""
BEAT = 0.25
"""Seconds between two signs of life."""

_MINE = """
SELECT o.centre, o.id, o.call, o.provider, o.attempts, o.data, c.state, l.refs,
       extract(epoch FROM o.claimed_until - clock_timestamp())::float8 AS remaining
FROM outbox o
CROSS JOIN LATERAL (SELECT state FROM calls c WHERE c.centre = o.centre AND c.id = o.call OFFSET 0) c
CROSS JOIN LATERAL (SELECT coalesce(jsonb_object_agg(l.leg, l.ref), '{}') AS refs
                    FROM lines l WHERE l.centre = o.centre AND l.call = o.call OFFSET 0) l
WHERE o.claimed_by = $1 ORDER BY o.id LIMIT $2"""

_DONE = """
WITH told AS (
    INSERT INTO lines (centre, leg, call, provider, ref) SELECT * FROM unnest($3::text[], $4::text[], $5::text[],
        $6::text[], $7::text[]) ON CONFLICT (centre, leg) DO UPDATE SET ref = excluded.ref)
DELETE FROM outbox WHERE ctid = ANY (ARRAY(
    SELECT o.ctid FROM unnest($1::text[], $2::bigint[]) u (centre, id) CROSS JOIN LATERAL (
        SELECT ctid FROM outbox o WHERE o.centre = u.centre AND o.id = u.id FOR UPDATE OFFSET 0) o))"""

_RENEW = f"""
UPDATE outbox SET claimed_until = clock_timestamp() + interval '{LEASE} s'
WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM outbox
    WHERE claimed_by = $1 AND claimed_until < clock_timestamp() + interval '{LEASE - BEAT / 2} s'
    ORDER BY centre, id FOR UPDATE))
RETURNING centre, id"""
"""All three lock in the order of centre and id, so that none of them waits for another in a circle."""

_TAKE_OVER = f"""
WITH silent AS MATERIALIZED (
    SELECT centre, call, claimed_by, max(claimed_until) AS until FROM outbox
    WHERE claimed_by <> $1 AND centre = ANY ($2::text[]) GROUP BY centre, call, claimed_by
    HAVING max(claimed_until) < clock_timestamp() + interval '{LEASE - SILENT} s' LIMIT 200),
dead AS MATERIALIZED (SELECT * FROM silent WHERE until < clock_timestamp() OR {gone("claimed_by")})
UPDATE outbox SET claimed_by = $1, claimed_until = clock_timestamp() + interval '{LEASE} s', attempts = attempts + 1
WHERE ctid = ANY (ARRAY(
    SELECT o.ctid FROM dead d JOIN outbox o
        ON o.centre = d.centre AND o.call = d.call AND o.claimed_by = d.claimed_by AND o.claimed_until <= d.until
    ORDER BY o.centre, o.id FOR UPDATE OF o))"""

_AGE = """
SELECT coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float8 FROM outbox
WHERE centre = ANY ($1::text[])"""

Line = tuple[str, str, str, str, str]
"""Centre, leg, call, provider, the platform's own id of the leg."""
_lines = msgspec.json.Decoder(dict[str, str]).decode


class Row(Struct, frozen=True):
    """A command to be sent, and its call as it was when the row was written, or when it was read."""

    centre: str
    id: int
    provider: str
    command: Command
    call: Call
    lines: Mapping[str, str]
    """Leg -> the platform's own id."""
    names: Mapping[str, str] = {}
    """Ref -> text."""
    before: frozenset[int] = frozenset()
    """Ids of this call's commands that were there already when this was written, and were not known to be done."""
    taken_over: bool = False
    """Another process had it before: it may have been sent."""

    @property
    def key(self) -> tuple[str, int]:
        """What names the row."""
        return self.centre, self.id

    @property
    def of(self) -> str:
        """What names the call among all centres."""
        return f"{self.centre} {self.call.id}"


def row(record: asyncpg.Record) -> Row:
    """The row as `mine` read it, without names. Raises MsgspecError or NewerState."""
    return Row(
        record["centre"],
        record["id"],
        record["provider"],
        codec.command(record["data"]),
        codec.call(record["state"]),
        _lines(record["refs"]),
        taken_over=record["attempts"] > 0,
    )


async def mine(pool: asyncpg.Pool, node: str, limit: int) -> list[asyncpg.Record]:
    """This node's commands in order.

    Each with its call's state, the lines known of the call (leg -> ref), and the seconds the claim still holds.
    """
    rows: list[asyncpg.Record] = await pool.fetch(_MINE, node, limit)
    return rows


async def done(pool: asyncpg.Pool, rows: Collection[tuple[str, int]], lines: Collection[Line]) -> None:
    """Forget these commands `(centre, id)`, and remember which line a dialled leg got."""
    columns = list(zip(*sorted(rows), strict=True)) or [(), ()]
    legs = {(line[0], line[1]): line for line in lines}
    known = list(zip(*(legs[leg] for leg in sorted(legs)), strict=True)) or [()] * 5  # as everybody locks them
    status: str = await pool.execute(_DONE, *columns, *known)
    if int(status.rpartition(" ")[2]) < len(rows):
        # the statement passes over a row whose claim was renewed meanwhile; left in the table it would be sent again
        await pool.execute(_DONE, *columns, *known)


async def renew(pool: asyncpg.Pool | asyncpg.Connection, node: str) -> list[tuple[str, int]]:
    """Say that this node lives; returns `(centre, id)` of its commands whose claim holds anew from now."""
    return [(record["centre"], record["id"]) for record in await pool.fetch(_RENEW, node)]


async def take_over(pool: asyncpg.Pool | asyncpg.Connection, node: str, centres: Collection[str]) -> int:
    """Take over from processes that are dead or fell silent: whole calls, so that their order stays.

    Returns how many commands. What its own process renews at this moment stays with it.

    Only of these centres: the switch of another one may be out of reach for this process.
    """
    status: str = await pool.execute(_TAKE_OVER, node, list(centres))
    return int(status.rpartition(" ")[2])


async def age(connection: asyncpg.Pool | asyncpg.Connection, centres: Collection[str]) -> float:
    """Seconds since the oldest command of these centres that is not known to be done was written."""
    seconds: float = await connection.fetchval(_AGE, list(centres))
    return seconds
