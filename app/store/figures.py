"""What stands in the database now, counted per centre for whoever watches the service."""

from __future__ import annotations

from datetime import datetime

import asyncpg

_NOW = """
SELECT f.figure, c.id AS centre, f.value::float8 FROM centres c CROSS JOIN LATERAL (
    SELECT 'live' AS figure, count(*) AS value FROM calls WHERE centre = c.id AND live
    UNION ALL SELECT 'waiting', count(*) FROM calls WHERE centre = c.id AND waiting IS NOT NULL
    UNION ALL SELECT 'quarantine', count(*) FROM quarantine WHERE centre = c.id
    UNION ALL SELECT 'open', count(*) FROM callbacks WHERE centre = c.id AND status IN ('pending', 'promised')
    UNION ALL SELECT 'late', count(*) FROM callbacks
        WHERE centre = c.id AND status IN ('pending', 'promised') AND due_at < $1) f"""


async def now(pool: asyncpg.Pool, moment: datetime) -> list[tuple[str, str, float]]:
    """`(figure, centre, value)`: live and waiting calls, quarantined events, callbacks open and late."""
    return [(row[0], row[1], row[2]) for row in await pool.fetch(_NOW, moment)]
