"""What one process at a time may do, under a lease with an epoch that rises with each new holder."""

from __future__ import annotations

import asyncpg

from app.store.sessions import SILENT, gone

_TAKE = f"""
INSERT INTO leases AS l (name, holder, until) VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3::float8))
ON CONFLICT (name) DO UPDATE SET
    holder = excluded.holder, until = excluded.until,
    epoch = l.epoch + CASE WHEN l.holder = excluded.holder THEN 0 ELSE 1 END
WHERE l.holder = excluded.holder OR l.until < clock_timestamp()
    OR l.until < clock_timestamp() + make_interval(secs => $3::float8 - {SILENT}) AND {gone("l.holder")}
RETURNING epoch"""

_LET_GO = "UPDATE leases SET until = clock_timestamp() WHERE name = $1 AND holder = $2"


async def take(pool: asyncpg.Pool, name: str, holder: str, seconds: float) -> int | None:
    """Take or keep the lease; its epoch, or None while another process holds it.

    It holds so many seconds, the same for everybody who asks for it; that of a dead process ends at once.
    """
    epoch: int | None = await pool.fetchval(_TAKE, name, holder, seconds)
    return epoch


async def let_go(pool: asyncpg.Pool, name: str, holder: str) -> None:
    """Another process may take it at once; nothing happens when it is not ours any more."""
    await pool.execute(_LET_GO, name, holder)


async def holder(pool: asyncpg.Pool, name: str) -> str:
    """The process that holds the lease now; empty when nobody does."""
    found = await pool.fetchval("SELECT holder FROM leases WHERE name = $1 AND until > clock_timestamp()", name)
    return found or ""
