"""No statement, lock or open transaction of the engine outlives the time it has (design §5 rule 1)."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from app.store.database import engine_connection, engine_pool, let_go

LIMITS = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")


@pytest_asyncio.fixture
async def engine(database: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await engine_connection(database)
    yield connection
    await connection.close()


@pytest_asyncio.fixture
async def other(database: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()


@pytest.mark.parametrize("limit", LIMITS)
async def test_the_server_itself_ends_what_lasts_two_seconds(engine: asyncpg.Connection, limit: str) -> None:
    assert await engine.fetchval(f"SHOW {limit}") == "2s"


@pytest.mark.parametrize("limit", LIMITS)
async def test_so_it_does_for_the_workers(database: str, limit: str) -> None:
    pool = await engine_pool(database)
    try:
        assert await pool.fetchval(f"SHOW {limit}") == "2s"
    finally:
        await let_go(pool)


async def test_who_waits_for_a_lock_held_elsewhere_is_told_so_by_the_server(
    engine: asyncpg.Connection, other: asyncpg.Connection
) -> None:
    """By the server: the driver's own limit, which comes later, would be a TimeoutError."""
    async with other.transaction():
        await other.execute("LOCK TABLE centres")
        with pytest.raises((asyncpg.LockNotAvailableError, asyncpg.QueryCanceledError)):
            await engine.fetch("SELECT id FROM centres")
    assert await engine.fetch("SELECT id FROM centres") == []
