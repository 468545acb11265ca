"""What a batch of events must know: one statement that locks the centres that are free and reads everything.

It looks at the moment it began. Whoever saved an event between that moment and the lock has numbered it, so a centre
whose locked row and whose row of that moment bear the same number was read as it is; otherwise it is read again.
Every table is reached through `CROSS JOIN LATERAL (... OFFSET 0)`: one index probe per key, whatever the planner
thought of the table when it was empty (the plan trap of the storage findings).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import asyncpg

from app.store.columns import array, column, columns
from app.store.sealing import Seal

PATIENTLY = "SET LOCAL lock_timeout = 100"
"""Milliseconds: a centre that hangs elsewhere holds up the others no longer than this."""
TEXTS = ("text", "text", "text")

_READ = f"""
WITH held AS MATERIALIZED (
    SELECT free.*, moment.seq AS moment
    FROM (SELECT id, seq, state FROM centres WHERE id = ANY ({array(13, "text")}) ORDER BY id
          FOR NO KEY UPDATE SKIP LOCKED) free
    CROSS JOIN LATERAL (SELECT seq FROM centres c WHERE c.id = free.id OFFSET 0) moment),
strange AS MATERIALIZED (
    SELECT h.id, coalesce(k.seq, -1) AS known
    FROM held h LEFT JOIN unnest({array(11, "text")}, {array(12, "bigint")}) k (id, seq) USING (id)
    WHERE k.seq IS DISTINCT FROM h.seq),
named AS MATERIALIZED (
    SELECT c.* FROM (SELECT centre, id
                     FROM unnest({array(4, "text")}, {array(5, "text")}, {array(6, "bool")}) k (centre, id, kept)
                     WHERE NOT kept OR centre IN (SELECT id FROM strange)) u
    CROSS JOIN LATERAL (SELECT * FROM calls c WHERE c.centre = u.centre AND c.id = u.id OFFSET 0) c),
persons AS MATERIALIZED (
    SELECT centre, person FROM named
    UNION SELECT * FROM unnest({array(9, "text")}, {array(10, "text")})
    UNION SELECT k.centre, b.person FROM unnest({array(7, "text")}, {array(8, "text")}) k (centre, id)
    CROSS JOIN LATERAL (SELECT person FROM callbacks b WHERE b.centre = k.centre AND b.id = k.id OFFSET 0) b),
promises AS MATERIALIZED (
    SELECT centre, callback AS id FROM named
    UNION SELECT * FROM unnest({array(7, "text")}, {array(8, "text")}))
SELECT 'centre' AS kind, id AS centre, seq::text AS a, moment::text AS b, state FROM held
UNION ALL SELECT 'seen', u.centre, u.subject, u.key, NULL
    FROM unnest({array(1, "text")}, {array(2, "text")}, {array(3, "text")}) u (centre, subject, key)
    CROSS JOIN LATERAL (SELECT FROM events e
                        WHERE e.centre = u.centre AND e.subject = u.subject AND e.key = u.key OFFSET 0) e
UNION ALL SELECT 'call', centre, id, provider, state FROM named
UNION ALL SELECT 'agent', h.id, a.id, '', a.state FROM strange h
    CROSS JOIN LATERAL (SELECT id, state FROM agents a WHERE a.centre = h.id AND a.seq > h.known OFFSET 0) a
UNION ALL SELECT 'diary', h.id, d.owner, '', d.state FROM strange h
    CROSS JOIN LATERAL (SELECT owner, state FROM diaries d WHERE d.centre = h.id AND d.seq > h.known OFFSET 0) d
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
SELECT CASE n.value WHEN '' THEN 'sealed' ELSE 'name' END, u.centre, u.ref,
       CASE n.value WHEN '' THEN n.sealed ELSE n.value END
FROM unnest({array(1, "text")}, {array(2, "text")}) u (centre, ref)
CROSS JOIN LATERAL (SELECT value, sealed FROM names n WHERE n.centre = u.centre AND n.ref = u.ref OFFSET 0) n"""
"""Rows `(kind, centre, ref, text)`: of kind `sealed`, or of kind `name` when it stands in clear (from before 0007)."""


async def names(pool: asyncpg.Pool, seal: Seal, wanted: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The names and numbers that are still kept, `(centre, ref)` -> text."""
    if not wanted:
        return {}
    return opened(seal, await pool.fetch(NAMES, *columns(wanted, TEXTS[:2])))


def opened(seal: Seal, rows: Iterable[tuple[str, str, str, str]]) -> dict[tuple[str, str], str]:
    """Rows of `NAMES` as `(centre, ref)` -> text; what cannot be opened is as if it were not kept."""
    texts = {(c, ref): text if kind == "name" else seal.open(c, ref, text) for kind, c, ref, text in rows}
    return {place: text for place, text in texts.items() if text}


def wait_for(centre: str) -> str:
    """Statements that wait for the lock of this centre, at most `PATIENTLY`; for other rows it is as before.

    Centre ids are checked when they are made (`[a-z][a-z0-9-]*`), so one can stand in the text.
    """
    lock = f"SELECT FROM centres WHERE id = '{centre}' FOR NO KEY UPDATE"
    return f"{PATIENTLY}; {lock}; SET LOCAL lock_timeout TO DEFAULT"


class Wanted:
    """Collects what one read must bring, without doubles."""

    def __init__(self, centres: Iterable[str]) -> None:
        self.centres = sorted(centres)
        self.keys: dict[tuple[str, str, str], None] = {}
        self.calls: dict[tuple[str, str], bool] = {}
        """True for a call that is kept as of the number in `known`: it need not be read when that is still the last."""
        self.callbacks: dict[tuple[str, str], None] = {}
        self.persons: dict[tuple[str, str], None] = {}
        self.known: dict[str, int] = {}
        """Centres whose agents and diaries are known as of this number of event: only what changed since is read.

        Waiting callers only when it is another number.
        """

    async def read(self, connection: asyncpg.Connection) -> list[asyncpg.Record]:
        """Rows `(kind, centre, a, b, state)`; see the statement for what `a` and `b` are for each kind."""
        rows: list[asyncpg.Record] = await connection.fetch(
            _READ,
            *columns(self.keys, TEXTS[:3]),
            *columns([(*place, kept) for place, kept in self.calls.items()], ("text", "text", "bool")),
            *columns(self.callbacks, TEXTS[:2]),
            *columns(self.persons, TEXTS[:2]),
            *columns(self.known.items(), ("text", "bigint")),
            column(self.centres),
        )
        return rows
