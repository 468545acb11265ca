"""What a batch of events changes, written in one statement: one part per table that has rows.

States are upserted: that probes the primary key and needs no join, so no plan can go wrong when tables grow.
"""

from __future__ import annotations

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
        f"INSERT INTO {table} ({columns}) SELECT * FROM unnest({{}}) ON CONFLICT ({key}) DO UPDATE SET {changes}",
        types,
    )


def _insert(table: str, columns: str, types: str) -> tuple[str, str]:
    return f"INSERT INTO {table} ({columns}) SELECT * FROM unnest({{}})", types


_FIRST = """(SELECT o.claimed_by, o.claimed_until FROM outbox o WHERE o.centre = u.centre AND o.call = u.call
             ORDER BY o.id LIMIT 1)"""
"""Who sends the call's commands already; what somebody else adds is no sign of life of theirs."""

PARTS: dict[str, tuple[str, str]] = {
    "centres": _upsert("centres", "id", "id, seq, state", "text bigint json"),
    "calls": _upsert(
        "calls",
        "centre, id",
        "centre, id, provider, phase, live, waiting, person, callback, state, started_at, ended_at, reference",
        "text text text text bool json text text json timestamptz timestamptz text",
    ),
    "agents": _upsert("agents", "centre, id", "centre, id, state", "text text json"),
    "callbacks": _upsert(
        "callbacks",
        "centre, id",
        "centre, id, call, status, person, on_behalf, subject, colleague, due_at, state",
        "text text text text text text text text timestamptz json",
    ),
    "diaries": _upsert("diaries", "centre, owner", "centre, owner, state", "text text json"),
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
               SELECT t.ctid FROM unnest({}) u (centre, subject, name) CROSS JOIN LATERAL (
                   SELECT ctid FROM timers t
                   WHERE t.centre = u.centre AND t.subject = u.subject AND t.name = u.name OFFSET 0) t))""",
        "text text text",
    ),
    "outbox": (
        f"""INSERT INTO outbox (centre, id, call, leg, step, name, data, provider, claimed_by, claimed_until)
            SELECT centre, id, call, leg, step, name, data, provider, coalesce(first.claimed_by, u.claimed_by),
                CASE WHEN first.claimed_by <> u.claimed_by THEN first.claimed_until
                     ELSE clock_timestamp() + interval '{LEASE} s' END
            FROM unnest({{}}) u (centre, id, call, leg, step, name, data, provider, claimed_by)
            LEFT JOIN LATERAL {_FIRST} first ON true
            RETURNING centre, id, claimed_by""",
        "text bigint text text int text json text text",
    ),
    "outbox_answered": (
        """DELETE FROM outbox WHERE ctid = ANY (ARRAY(
               SELECT o.ctid FROM unnest({}) u (centre, call, leg) CROSS JOIN LATERAL (
                   SELECT ctid FROM outbox o WHERE o.centre = u.centre AND o.call = u.call AND o.leg = u.leg
                   FOR UPDATE SKIP LOCKED OFFSET 0) o))""",
        "text text text",
    ),
    "names": (
        """INSERT INTO names (centre, ref, sealed, alike, delete_after) SELECT * FROM unnest({})
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
        """INSERT INTO registrations AS r (centre, call, agent, owed_at, done_at, questions) SELECT * FROM unnest({})
           ON CONFLICT (centre, call, agent) DO UPDATE SET
               owed_at = coalesce(r.owed_at, excluded.owed_at),
               done_at = coalesce(excluded.done_at, r.done_at),
               questions = CASE WHEN excluded.done_at IS NULL THEN r.questions ELSE excluded.questions END""",
        "text text text timestamptz timestamptz jsonb",
    ),
    "quarantine": (
        """INSERT INTO quarantine (centre, subject, key, event, error) SELECT * FROM unnest({})
           ON CONFLICT (centre, subject, key) DO UPDATE
           SET times = quarantine.times + 1, error = excluded.error, at = now()""",
        "text text text text text",
    ),
}

SHARED = ("names", "lines")
"""Rows that the sender of commands writes, too, without the centre's lock: both in the order of their keys."""

_CALLS = "(SELECT DISTINCT centre, call FROM unnest({centre}, {call}) d (centre, call)) u"
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

    async def run(self, connection: asyncpg.Connection) -> list[asyncpg.Record]:
        """Write; returns `(kind, centre, a, b)`: rows of `NAMES`, and where there are commands `claim` id node.

        Of the calls that got commands also `line` leg ref, and `before` call id: commands that were there already.
        """
        self.rows["registrations"].extend(self.registrations())
        for part in SHARED:
            self.rows[part].sort()
        filled = [(part, rows) for part, rows in self.rows.items() if rows]
        arguments = columns(self.wanted, ("text", "text"))
        statement = _statement(tuple(part for part, _ in filled))
        for part, rows in filled:
            arguments += columns(rows, PARTS[part][1].split())
        found: list[asyncpg.Record] = await connection.fetch(statement, *arguments)
        return found


@cache
def _statement(parts: tuple[str, ...]) -> str:
    """The statement that writes these parts; the first two arguments are the names that are read along."""
    number, written = 2, []
    told: list[str] = []
    for part in parts:
        sql, types = PARTS[part]
        arrays = [array(number + i, kind) for i, kind in enumerate(types.split(), 1)]
        number += len(arrays)
        if part == "outbox":
            told = [each.format(centre=arrays[0], call=arrays[2]) for each in TOLD]
        written.append(f"w_{part} AS ({sql.format(', '.join(arrays))})")
    return (f"WITH {', '.join(written)} " if written else "") + " UNION ALL ".join([NAMES, *told])
