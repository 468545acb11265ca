"""What a batch of events must know: the statement that locks centres, and the one that reads everything at once.

Every table is reached through `CROSS JOIN LATERAL (... OFFSET 0)`: one index probe per key, whatever the planner
thought of the table when it was empty (the plan trap of the storage findings).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import asyncpg

from app.store.columns import array, columns

TEXTS = ("text", "text", "text")

_LOCK = """
    SELECT set_config('warmlijn.held', coalesce(string_agg(id, ','), ''), true)
    FROM (SELECT id FROM centres WHERE id = ANY ('{{{ids}}}') ORDER BY id FOR NO KEY UPDATE{skip}) free"""

_READ = f"""
WITH held AS MATERIALIZED (
    SELECT c.* FROM unnest(string_to_array(current_setting('warmlijn.held'), ',')) h (id)
    CROSS JOIN LATERAL (SELECT id, seq, state FROM centres c WHERE c.id = h.id OFFSET 0) c),
strange AS MATERIALIZED (
    SELECT h.id FROM held h LEFT JOIN unnest({array(10, "text")}, {array(11, "bigint")}) k (id, seq) USING (id)
    WHERE k.seq IS DISTINCT FROM h.seq),
named AS MATERIALIZED (
    SELECT c.* FROM unnest({array(4, "text")}, {array(5, "text")}) u (centre, id)
    CROSS JOIN LATERAL (SELECT * FROM calls c WHERE c.centre = u.centre AND c.id = u.id OFFSET 0) c),
persons AS MATERIALIZED (
    SELECT centre, person FROM named
    UNION SELECT * FROM unnest({array(8, "text")}, {array(9, "text")})),
promises AS MATERIALIZED (
    SELECT centre, callback AS id FROM named
    UNION SELECT * FROM unnest({array(6, "text")}, {array(7, "text")}))
SELECT 'centre' AS kind, id AS centre, seq::text AS a, '' AS b, state FROM held
UNION ALL SELECT 'seen', u.centre, u.subject, u.key, NULL
    FROM unnest({array(1, "text")}, {array(2, "text")}, {array(3, "text")}) u (centre, subject, key)
    CROSS JOIN LATERAL (SELECT FROM events e
                        WHERE e.centre = u.centre AND e.subject = u.subject AND e.key = u.key OFFSET 0) e
UNION ALL SELECT 'call', centre, id, provider, state FROM named
UNION ALL SELECT 'agent', h.id, a.id, '', a.state FROM strange h
    CROSS JOIN LATERAL (SELECT id, state FROM agents a WHERE a.centre = h.id OFFSET 0) a
UNION ALL SELECT 'diary', h.id, d.owner, '', d.state FROM strange h
    CROSS JOIN LATERAL (SELECT owner, state FROM diaries d WHERE d.centre = h.id OFFSET 0) d
UNION ALL SELECT 'waiting', h.id, w.id, '', w.waiting FROM strange h
    CROSS JOIN LATERAL (SELECT id, waiting FROM calls w WHERE w.centre = h.id AND w.waiting IS NOT NULL OFFSET 0) w
UNION ALL SELECT 'callback', n.centre, b.id, '', b.state FROM named n
    CROSS JOIN LATERAL (SELECT id, state FROM callbacks b
        WHERE b.centre = n.centre AND b.call = n.id AND b.status IN ('pending', 'promised') OFFSET 0) b
UNION ALL SELECT 'callback', p.centre, b.id, '', b.state FROM persons p
    CROSS JOIN LATERAL (SELECT id, state FROM callbacks b
        WHERE b.centre = p.centre AND b.person = p.person AND b.status IN ('pending', 'promised')
          AND b.person <> '' OFFSET 0) b
UNION ALL SELECT 'callback', p.centre, b.id, '', b.state FROM promises p
    CROSS JOIN LATERAL (SELECT id, state FROM callbacks b WHERE b.centre = p.centre AND b.id = p.id OFFSET 0) b"""

NAMES = f"""
SELECT 'name', u.centre, u.ref, n.value FROM unnest({array(1, "text")}, {array(2, "text")}) u (centre, ref)
CROSS JOIN LATERAL (SELECT value FROM names n WHERE n.centre = u.centre AND n.ref = u.ref OFFSET 0) n"""


async def names(connection: asyncpg.Pool, wanted: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The names and numbers that are still kept, `(centre, ref)` -> text."""
    if not wanted:
        return {}
    rows = await connection.fetch(NAMES, *columns(wanted, TEXTS[:2]))
    return {(centre, ref): text for _, centre, ref, text in rows}


def lock(centres: Sequence[str], *, wait: bool) -> str:
    """Statement that locks those of `centres` that are free, or waits for them, and remembers which it got.

    Centre ids are checked when they are made (`[a-z][a-z0-9-]*`), so they can stand in the text.
    """
    return _LOCK.format(ids=",".join(centres), skip="" if wait else " SKIP LOCKED")


class Wanted:
    """Collects what one read must bring, without doubles."""

    def __init__(self) -> None:
        self.keys: dict[tuple[str, str, str], None] = {}
        self.calls: dict[tuple[str, str], None] = {}
        self.callbacks: dict[tuple[str, str], None] = {}
        self.persons: dict[tuple[str, str], None] = {}
        self.known: dict[str, int] = {}
        """Centres whose agents, diaries and waiting callers are known as of this number of event."""

    async def read(self, connection: asyncpg.Connection) -> list[asyncpg.Record]:
        """Rows `(kind, centre, a, b, state)`; see the statement for what `a` and `b` are for each kind."""
        rows: list[asyncpg.Record] = await connection.fetch(
            _READ,
            *columns(self.keys, TEXTS[:3]),
            *columns(self.calls, TEXTS[:2]),
            *columns(self.callbacks, TEXTS[:2]),
            *columns(self.persons, TEXTS[:2]),
            *columns(self.known.items(), ("text", "bigint")),
        )
        return rows


