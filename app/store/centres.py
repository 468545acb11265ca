"""The contact centres there are, and the first policy of each."""

from __future__ import annotations

import asyncpg

from app.call.decision import Centre
from app.store import codec

Pool = asyncpg.Pool


async def ensure(pool: asyncpg.Pool, centre: str, text: str, version: str) -> str:
    """Make the centre with this policy if it is new; returns the version that is active.

    A centre that exists keeps the version its admins activated, whatever the file says by now.
    """
    async with pool.acquire() as connection, connection.transaction():
        state = codec.text(Centre(centre, version))
        made = await connection.fetchval(
            "INSERT INTO centres (id, state) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING id", centre, state
        )
        if made is not None:
            await connection.execute(
                "INSERT INTO policies (centre, version, text, by, activated_at) VALUES ($1, $2, $3, 'start', now())",
                centre,
                version,
                text,
            )
        row = await connection.fetchval("SELECT state FROM centres WHERE id = $1", centre)
    return codec.centre(row).policy


async def active(pool: asyncpg.Pool, centre: str) -> str | None:
    """The version that is active, None when there is no such centre yet."""
    row = await pool.fetchval("SELECT state FROM centres WHERE id = $1", centre)
    return None if row is None else codec.centre(row).policy
