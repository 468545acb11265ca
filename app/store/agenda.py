"""The timers table, looked at from the clock's side."""

from __future__ import annotations

from datetime import datetime

import asyncpg

_SOON = "SELECT centre, subject, name, leg, due_at FROM timers WHERE due_at <= $1 ORDER BY due_at LIMIT $2"


async def due(pool: asyncpg.Pool, until: datetime, limit: int) -> list[asyncpg.Record]:
    """The timers due before `until`, earliest first: `(centre, subject, name, leg, due_at)`."""
    rows: list[asyncpg.Record] = await pool.fetch(_SOON, until, limit)
    return rows
