"""Connections to PostgreSQL: the engine's, with short time-outs and plans that stay good, and those for reading."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import asyncpg

T = TypeVar("T")

SECONDS = 2.0
"""No statement, lock or open transaction of the engine lasts longer (design §5 rule 1)."""

ENGINE = {
    "application_name": "warmlijn-engine",
    "lock_timeout": "2000",
    "statement_timeout": "2000",
    "idle_in_transaction_session_timeout": "2000",
    "enable_seqscan": "off",  # a plan made on an empty table must still be good on a full one
    "enable_bitmapscan": "off",  # an index scan clears away dead entries as it meets them
    "plan_cache_mode": "force_generic_plan",
    "jit": "off",
}
FAILURES = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
"""What goes wrong between us and the database; a time-out is an OSError."""
READER = {"application_name": "warmlijn", "statement_timeout": "5000", "jit": "off"}


async def within(seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """What `work` gives, or TimeoutError after so many seconds, even when its connection does not let go.

    The driver waits for a server that is frozen until it has cancelled what it asked; nobody here waits for that.
    """
    task = asyncio.create_task(work)
    await asyncio.wait({task}, timeout=seconds)
    if not task.done():
        task.cancel()
        task.add_done_callback(lambda over: over.cancelled() or over.exception())
        raise TimeoutError
    return task.result()


async def let_go(pool: asyncpg.Pool) -> None:
    """Close the pool, at once when its connections do not answer."""
    try:
        await within(SECONDS, pool.close())
    except TimeoutError:
        pool.terminate()


async def keep(_connection: asyncpg.Connection) -> None:
    """Nothing here changes a session's settings, so nothing is reset when a connection goes back."""


async def engine_connection(url: str) -> asyncpg.Connection:
    """A connection for the engine. Raises OSError, TimeoutError or a PostgresError."""
    return await asyncpg.connect(
        url,
        timeout=SECONDS,
        command_timeout=SECONDS + 0.5,  # the server's own come first; this is for one that says nothing at all
        server_settings=ENGINE,
        statement_cache_size=256,
        max_cached_statement_lifetime=0,
    )


async def engine_pool(url: str, size: int = 3) -> asyncpg.Pool:
    """Connections for the workers, with the engine's settings."""
    return await asyncpg.create_pool(
        url,
        min_size=1,
        max_size=size,
        server_settings=ENGINE,
        reset=keep,
        timeout=SECONDS,
        command_timeout=2 * SECONDS,
        max_cached_statement_lifetime=0,
    )


async def reading_pool(url: str, size: int = 5) -> asyncpg.Pool:
    """Connections for screens, reports and settings: ordinary plans, five seconds at most."""
    return await asyncpg.create_pool(
        url, min_size=1, max_size=size, server_settings=READER, reset=keep, timeout=SECONDS, command_timeout=6.0
    )
