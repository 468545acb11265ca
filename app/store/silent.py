"""Calls of which nothing was heard although something should have been."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import asyncpg

_QUIET = """
SELECT c.centre, c.id, c.provider, c.state, l.refs
FROM unnest($3::text[]) t (id)
CROSS JOIN LATERAL (SELECT * FROM calls c WHERE c.centre = t.id AND c.live OFFSET 0) c
CROSS JOIN LATERAL (SELECT max(e.at) AS at FROM events e
                    WHERE e.centre = c.centre AND e.subject = 'call:' || c.id OFFSET 0) heard
CROSS JOIN LATERAL (SELECT max(d.due_at) AS at FROM timers d
                    WHERE d.centre = c.centre AND d.subject = 'call:' || c.id OFFSET 0) armed
CROSS JOIN LATERAL (SELECT coalesce(jsonb_object_agg(l.leg, l.ref), '{}') AS refs FROM lines l
                    WHERE l.centre = c.centre AND l.call = c.id OFFSET 0) l
WHERE greatest(heard.at, armed.at)
    < CASE WHEN c.phase IN ('Talking', 'Connected') THEN $2::timestamptz ELSE $1::timestamptz END
ORDER BY c.phase IN ('Talking', 'Connected'), heard.at LIMIT 200"""


async def quiet(
    pool: asyncpg.Pool, centres: Collection[str], since: datetime, talking_since: datetime
) -> list[asyncpg.Record]:
    """Live calls of these centres whose last event and last timer lie before `since`.

    When people speak it is `talking_since`, and they come last: nobody waits for an answer there. Rows
    `(centre, id, provider, state, refs)`; refs is leg -> the platform's own id, as JSON.
    """
    rows: list[asyncpg.Record] = await pool.fetch(_QUIET, since, talking_since, list(centres))
    return rows
