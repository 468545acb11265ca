"""The timers table, looked at from the clock's side."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import asyncpg

_SOON = """
SELECT centre, subject, name, leg, due_at FROM timers
WHERE due_at <= $1 AND centre = ANY ($2::text[]) ORDER BY due_at LIMIT $3"""


async def due(pool: asyncpg.Pool, until: datetime, centres: Collection[str], limit: int) -> list[asyncpg.Record]:
    """The timers of these centres due before `until`, earliest first: `(centre, subject, name, leg, due_at)`."""
    rows: list[asyncpg.Record] = await pool.fetch(_SOON, until, list(centres), limit)
    return rows
