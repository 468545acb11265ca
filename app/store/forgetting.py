"""What has outlived its term is deleted: names, calls and what belongs to them, the log (domain §6)."""

from __future__ import annotations

from datetime import datetime

import asyncpg

CHUNK = 5_000
"""Rows deleted by one statement, so that none lasts long."""

_NAMES = """DELETE FROM names n WHERE delete_after < $1 AND NOT EXISTS (
    SELECT FROM callbacks b WHERE b.centre = n.centre AND b.status IN ('pending', 'promised')
    AND (b.call = split_part(n.ref, '.', 1) OR n.ref IN (b.state->>'number', ltrim(b.on_behalf, '@'))))"""
"""A promise that is still owed keeps the name and the number it needs, however long it takes."""
_ORPHANS = """DELETE FROM outbox o
WHERE NOT EXISTS (SELECT FROM calls c WHERE c.centre = o.centre AND c.id = o.call)"""


def _over(table: str, condition: str) -> str:
    return f"""DELETE FROM {table} WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM {table} WHERE centre = $1 AND {condition} LIMIT {CHUNK}))"""


_WITH_CALLS = (
    _over("lines", "call IN (SELECT id FROM calls WHERE centre = $1 AND ended_at < $2)"),
    _over("calls", "ended_at < $2"),
    _over("offers", "at < $2"),
    _over("transfers", "at < $2"),
    _over("registrations", "coalesce(done_at, owed_at) < $2"),
    _over("callbacks", "status IN ('withdrawn', 'kept') AND due_at < $2"),
)
"""The term of the calls; a promise counts from the end of its norm, and one that is still owed to somebody stays. A
registration that an agent still owes goes: what it was about is not there any more, or will not be in a moment."""
_WITH_EVENTS = tuple(_over(table, "at < $2") for table in ("events", "warnings", "accesses", "quarantine"))
"""The term of the log."""


async def forget_names(pool: asyncpg.Pool, now: datetime) -> None:
    """Delete names and numbers whose day has come."""
    await pool.execute(_NAMES, now)
    await pool.execute(_ORPHANS)


async def forget(pool: asyncpg.Pool, centre: str, calls_before: datetime, events_before: datetime) -> None:
    """Delete what has outlived its term in one centre."""
    for statements, before in ((_WITH_CALLS, calls_before), (_WITH_EVENTS, events_before)):
        for statement in statements:
            while await pool.execute(statement, centre, before) == f"DELETE {CHUNK}":
                pass
