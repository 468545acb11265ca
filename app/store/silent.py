"""Calls of which nothing was heard although something should have been, and what has outlived its term."""

from __future__ import annotations

from datetime import datetime

import asyncpg

CHUNK = 5_000
"""Rows deleted by one statement, so that none lasts long."""

_QUIET = """
SELECT c.centre, c.id, c.provider, c.state, l.refs
FROM centres t
CROSS JOIN LATERAL (SELECT * FROM calls c WHERE c.centre = t.id AND c.live OFFSET 0) c
CROSS JOIN LATERAL (SELECT max(e.at) AS at FROM events e
                    WHERE e.centre = c.centre AND e.subject = 'call:' || c.id OFFSET 0) heard
CROSS JOIN LATERAL (SELECT max(d.due_at) AS at FROM timers d
                    WHERE d.centre = c.centre AND d.subject = 'call:' || c.id OFFSET 0) armed
CROSS JOIN LATERAL (SELECT coalesce(jsonb_object_agg(l.leg, l.ref), '{}') AS refs FROM lines l
                    WHERE l.centre = c.centre AND l.call = c.id OFFSET 0) l
WHERE greatest(heard.at, armed.at)
    < CASE WHEN c.phase IN ('Talking', 'Connected') THEN $2::timestamptz ELSE $1::timestamptz END
ORDER BY heard.at LIMIT 200"""

_FORGET_NAMES = "DELETE FROM names WHERE delete_after < $1"
_FORGET_ORPHANS = """DELETE FROM outbox o
WHERE NOT EXISTS (SELECT FROM calls c WHERE c.centre = o.centre AND c.id = o.call)"""
_FORGET_LINES = """DELETE FROM lines WHERE centre = $1
AND call IN (SELECT id FROM calls WHERE centre = $1 AND ended_at < $2)"""
_FORGET_CALLS = f"""DELETE FROM calls WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM calls WHERE centre = $1 AND ended_at < $2 LIMIT {CHUNK}))"""
_FORGET_EVENTS = f"""DELETE FROM events WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM events WHERE centre = $1 AND at < $2 LIMIT {CHUNK}))"""


async def quiet(pool: asyncpg.Pool, since: datetime, talking_since: datetime) -> list[asyncpg.Record]:
    """Live calls whose last event and last timer lie before `since`, or `talking_since` when people speak.

    `(centre, id, provider, state, refs)`; refs is leg -> the platform's own id, as JSON.
    """
    rows: list[asyncpg.Record] = await pool.fetch(_QUIET, since, talking_since)
    return rows


async def forget_names(pool: asyncpg.Pool, now: datetime) -> None:
    """Delete names and numbers whose day has come."""
    await pool.execute(_FORGET_NAMES, now)
    await pool.execute(_FORGET_ORPHANS)


async def forget(pool: asyncpg.Pool, centre: str, calls_before: datetime, events_before: datetime) -> None:
    """Delete what has outlived its term in one centre."""
    await pool.execute(_FORGET_LINES, centre, calls_before)
    for statement, before in ((_FORGET_CALLS, calls_before), (_FORGET_EVENTS, events_before)):
        while await pool.execute(statement, centre, before) == f"DELETE {CHUNK}":
            pass
