"""What a batch of events changes, written in one statement: one part per table that has rows.

It writes all of it, or nothing when one of the centres has another number by now or is locked elsewhere: so it needs no
lock before it. States are upserted: that probes the primary key and needs no join, so no plan can go wrong when tables
grow.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

import asyncpg

from app.store.columns import array, columns
from app.store.outbox import LEASE
from app.store.reading import NAMES


def _upsert(table: str, key: str, columns: str, types: str) -> tuple[str, str]:
    """Insert rows of `columns`, or replace what is not in `key`."""
    names = [name.strip() for name in columns.split(",")]
    changes = ", ".join(f"{name} = excluded.{name}" for name in names if name not in key.split(", "))
    return (
        f"INSERT INTO {table} ({columns}) SELECT * FROM {{}} u ON CONFLICT ({key}) DO UPDATE SET {changes}",
        types,
    )


def _insert(table: str, columns: str, types: str) -> tuple[str, str]:
    return f"INSERT INTO {table} ({columns}) SELECT * FROM {{}} u", types


_FIRST = """(SELECT o.claimed_by, o.claimed_until FROM outbox o WHERE o.centre = u.centre AND o.call = u.call
             ORDER BY o.id LIMIT 1)"""
"""Who sends the call's commands already; what somebody else adds is no sign of life of theirs."""

_CALL = (
    "centre, id, provider, phase, live, waiting, person, callback, state, started_at, ended_at, reference",
    "text text text text bool json text text json timestamptz timestamptz text",
)

PARTS: dict[str, tuple[str, str]] = {
    "centres": _upsert("centres", "id", "id, seq, state", "text bigint json"),
    "calls_begun": _insert("calls", *_CALL),
    "calls": _upsert("calls", "centre, id", *_CALL),
    "agents": _upsert("agents", "centre, id", "centre, id, state, seq", "text text json bigint"),
    "callbacks": _upsert(
        "callbacks",
        "centre, id",
        "centre, id, call, status, person, on_behalf, subject, colleague, due_at, state",
        "text text text text text text text text timestamptz json",
    ),
    "diaries": _upsert("diaries", "centre, owner", "centre, owner, state, seq", "text text json bigint"),
    "events": _insert(
        "events",
        "centre, subject, key, seq, type, data, phase_after, because, policy_version, at",
        "text text text bigint text json text json text timestamptz",
    ),
    "timers": _upsert(
        "timers", "centre, subject, name", "centre, subject, name, leg, due_at", "text text text text timestamptz"
    ),
    "timers_gone": (
        """DELETE FROM timers WHERE ctid = ANY (ARRAY(
               SELECT t.ctid FROM {} u (centre, subject, name) CROSS JOIN LATERAL (
                   SELECT ctid FROM timers t
                   WHERE t.centre = u.centre AND t.subject = u.subject AND t.name = u.name OFFSET 0) t))""",
        "text text text",
    ),
    "outbox": (
        f"""INSERT INTO outbox (centre, id, call, leg, step, name, data, provider, claimed_by, claimed_until)
            SELECT centre, id, call, leg, step, name, data, provider, coalesce(first.claimed_by, u.claimed_by),
                CASE WHEN first.claimed_by <> u.claimed_by THEN first.claimed_until
                     ELSE clock_timestamp() + interval '{LEASE} s' END
            FROM {{}} u (centre, id, call, leg, step, name, data, provider, claimed_by)
            LEFT JOIN LATERAL {_FIRST} first ON true
            RETURNING centre, id, claimed_by""",
        "text bigint text text int text json text text",
    ),
    "outbox_answered": (
        """DELETE FROM outbox WHERE ctid = ANY (ARRAY(
               SELECT o.ctid FROM {} u (centre, call, leg) CROSS JOIN LATERAL (
                   SELECT ctid FROM outbox o WHERE o.centre = u.centre AND o.call = u.call AND o.leg = u.leg
                   FOR UPDATE SKIP LOCKED OFFSET 0) o))""",
        "text text text",
    ),
    "names": (
        """INSERT INTO names (centre, ref, sealed, alike, delete_after) SELECT * FROM {} u
           ON CONFLICT (centre, ref) DO UPDATE SET value = '', sealed = excluded.sealed, alike = excluded.alike,
               delete_after = excluded.delete_after""",
        "text text text text timestamptz",
    ),
    "lines": _upsert("lines", "centre, leg", "centre, leg, call, provider, ref", "text text text text text"),
    "offers": _insert(
        "offers",
        "centre, seq, n, call, leg, role, party, outcome, rang, rings, estimated, at",
        "text bigint int text text text text text float8 int bool timestamptz",
    ),
    "transfers": _insert(
        "transfers",
        "centre, seq, n, call, agent, colleague, outcome, at",
        "text bigint int text text text text timestamptz",
    ),
    "warnings": _insert(
        "warnings", "centre, seq, n, kind, call, subject, at", "text bigint int text text text timestamptz"
    ),
    "registrations": (
        """INSERT INTO registrations AS r (centre, call, agent, owed_at, done_at, questions) SELECT * FROM {} u
           ON CONFLICT (centre, call, agent) DO UPDATE SET
               owed_at = coalesce(r.owed_at, excluded.owed_at),
               done_at = coalesce(excluded.done_at, r.done_at),
               questions = CASE WHEN excluded.done_at IS NULL THEN r.questions ELSE excluded.questions END""",
        "text text text timestamptz timestamptz jsonb",
    ),
    "quarantine": (
        """INSERT INTO quarantine (centre, subject, key, event, error) SELECT * FROM {} u
           ON CONFLICT (centre, subject, key) DO UPDATE
           SET times = quarantine.times + 1, error = excluded.error, at = now()""",
        "text text text text text",
    ),
}

SHARED = ("names", "lines")
"""Rows that the sender of commands writes, too, without the centre's lock: both in the order of their keys."""

_CALLS = "(SELECT DISTINCT centre, call FROM unnest({centre}, {call}) d (centre, call)) u"
_HELD = f"""
free AS MATERIALIZED (
    SELECT FROM centres c
    WHERE c.id = ANY ({array(3, "text")}) AND c.seq = ({array(4, "bigint")})[array_position({array(3, "text")}, c.id)]
    FOR NO KEY UPDATE SKIP LOCKED),
held AS MATERIALIZED (SELECT count(*) = cardinality({array(3, "text")}) AS ok FROM free)"""
"""Locks these centres if they are free and still have these numbers. All parts look at it before they touch a row."""
_SAID = f"""
SELECT 'held', '', '', pg_notify('warmlijn', json_build_object(
    'node', $5::text, 'centres', {array(3, "text")}, 'outbox', {{senders}})::text)::text
FROM held WHERE ok AND $5 <> ''
UNION ALL SELECT 'held', '', '', '' FROM held WHERE ok AND $5 = ''"""
_SENDERS = "(SELECT coalesce(json_agg(DISTINCT claimed_by), '[]'::json) FROM w_outbox)"
TOLD = (
    "SELECT 'claim', centre, id::text, claimed_by FROM w_outbox",
    f"""SELECT 'line', u.centre, l.leg, l.ref FROM {_CALLS}
        CROSS JOIN LATERAL (SELECT leg, ref FROM lines l WHERE l.centre = u.centre AND l.call = u.call OFFSET 0) l""",
    f"""SELECT 'before', u.centre, u.call, o.id::text FROM {_CALLS}
        CROSS JOIN LATERAL (SELECT id FROM outbox o WHERE o.centre = u.centre AND o.call = u.call OFFSET 0) o""",
)
"""What is read along where commands are written. The statement sees the tables as they were before it."""


class Write:
    """Collects rows per part, then writes them all. A part's rows must not repeat a key."""

    def __init__(self) -> None:
        self.rows: dict[str, list[tuple[Any, ...]]] = {part: [] for part in PARTS}
        self.wanted: list[tuple[str, str]] = []
        """Names to be read along, `(centre, ref)`."""
        self._registrations: dict[tuple[str, str, str], tuple[Any, ...]] = {}

    def register(
        self,
        centre: str,
        call: str,
        agent: str,
        *,
        owed_at: datetime | None = None,
        done_at: datetime | None = None,
        questions: str = "[]",
    ) -> None:
        """A registration that is owed, or done; both may happen within one batch, and are merged as the table does."""
        key = (centre, call, agent)
        if (known := self._registrations.get(key)) is not None:
            owed_at = known[3] or owed_at
            if done_at is None:
                done_at, questions = known[4], known[5]
        self._registrations[key] = (*key, owed_at, done_at, questions)

    def registrations(self) -> list[tuple[Any, ...]]:
        """Rows `(centre, call, agent, owed_at, done_at, questions)` so far."""
        return list(self._registrations.values())

    async def run(
        self, connection: asyncpg.Connection, numbers: Mapping[str, int] | None = None, node: str = ""
    ) -> list[asyncpg.Record]:
        """Write, if these centres still have these numbers; `node` tells the others of it (NOTIFY), if it is given.

        Returns `(kind, centre, a, b)`: one of kind `held`, unless nothing was written; rows of `NAMES`; and where there
        are commands `claim` id node. Of the calls that got commands also `line` leg ref, and `before` call id:
        commands that were there already.
        """
        self.rows["registrations"].extend(self.registrations())
        for part in SHARED:
            self.rows[part].sort()
        filled = [(part, rows) for part, rows in self.rows.items() if rows]
        arguments = columns(self.wanted, ("text", "text"))
        arguments += [*columns((numbers or {}).items(), ("text", "bigint")), node]
        statement = _statement(tuple(part for part, _ in filled))
        for part, rows in filled:
            arguments += columns(rows, PARTS[part][1].split())
        found: list[asyncpg.Record] = await connection.fetch(statement, *arguments)
        return found


@cache
def _statement(parts: tuple[str, ...]) -> str:
    """The statement that writes these parts; the first arguments are the names read along, the centres, the node."""
    number, written = 5, [_HELD]
    told, senders = [], "'[]'::json"
    for part in parts:
        sql, types = PARTS[part]
        arrays = [array(number + i, kind) for i, kind in enumerate(types.split(), 1)]
        number += len(arrays)
        if part == "outbox":
            told, senders = [each.format(centre=arrays[0], call=arrays[2]) for each in TOLD], _SENDERS
        rows = f"(SELECT * FROM unnest({', '.join(arrays)}) WHERE (SELECT ok FROM held))"
        written.append(f"w_{part} AS ({sql.format(rows)})")
    return f"WITH {', '.join(written)} " + " UNION ALL ".join([NAMES, _SAID.format(senders=senders), *told])
