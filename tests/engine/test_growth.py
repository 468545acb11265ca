"""A process that started on an empty database must still be quick when it is full (the plan trap of the findings).

What is compared is how many rows PostgreSQL looks at for the same work, not time.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import asyncpg
import pytest

from app.call.events import ConsultAsked
from app.engine.engine import Engine
from app.store import leases, silent
from app.store.database import engine_pool
from app.workers.outbox import Outbox
from app.workers.timers import Timers
from tests.engine.arrivals import arrival, ended, offered, pressed, ready
from tests.engine.conftest import CENTRES, Start
from tests.engine.platform import Platform

EVENTS, CALLS, PROMISES = 300_000, 50_000, 20_000
FILL = f"""
ALTER TABLE events SET (autovacuum_enabled = off);
ALTER TABLE calls SET (autovacuum_enabled = off);
ALTER TABLE callbacks SET (autovacuum_enabled = off);
ALTER TABLE names SET (autovacuum_enabled = off);
ALTER TABLE lines SET (autovacuum_enabled = off);
ALTER TABLE timers SET (autovacuum_enabled = off);
INSERT INTO events SELECT 'noord', 'call:old' || g / 6, 'k' || g, 0, 'KeysPressed', '{{}}', '', '{{}}', 'v1', now()
    FROM generate_series(1, {EVENTS}) g;
INSERT INTO calls SELECT 'noord', 'old' || g, 'demo', 'Ended', false, NULL, '', '', '{{}}', now(), now()
    FROM generate_series(1, {CALLS}) g;
INSERT INTO callbacks SELECT 'noord', 'cb' || g, 'old' || g, 'promised', 'p' || g, '', 's', '', now(), '{{}}'
    FROM generate_series(1, {PROMISES}) g;
INSERT INTO names SELECT 'noord', 'old' || g || '.name', 'x', now() + interval '1 day'
    FROM generate_series(1, {CALLS}) g;
INSERT INTO lines SELECT 'noord', 'old' || g || '.1', 'old' || g, 'demo', 'x' FROM generate_series(1, {CALLS}) g;
INSERT INTO timers SELECT 'noord', 'callback:cb' || g, 'due', '', now() + interval '1 day'
    FROM generate_series(1, {PROMISES}) g;
"""
TOUCHED = """
SELECT (SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_user_tables)
     + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes)"""


@pytest.mark.slow
async def test_the_same_work_looks_at_as_many_rows_when_the_tables_are_full(
    start: Start, db: asyncpg.Connection
) -> None:
    engine = await start("a")
    pool = await engine_pool(engine._url, size=1)
    outbox = Outbox(engine, pool, {(centre, "demo"): Platform() for centre in CENTRES})
    timers = Timers(engine, pool, lambda: datetime.now(UTC))
    await db.execute("VACUUM")
    await work(engine, outbox, timers, pool, "warm")
    before = await touched(engine, pool, db, work(engine, outbox, timers, pool, "empty"))
    await db.execute(FILL)
    after = await touched(engine, pool, db, work(engine, outbox, timers, pool, "full"))
    await pool.close()
    assert after < before * 1.5 + 200, f"{before} rows for the work on empty tables, {after} on full ones"


async def work(engine: Engine, outbox: Outbox, timers: Timers, pool: asyncpg.Pool, name: str) -> None:
    """Whole little calls, one after the other and together, with everything the workers do for them."""
    for n in range(10):
        call = f"{name}{n}"
        await engine.handle(offered(call))
        await asyncio.gather(*(engine.handle(pressed(k, call, key=f"{k}{n}")) for k in "1237"))
        await engine.handle(ready(f"{name}{n}"))
        await engine.handle(arrival(ConsultAsked(call=call, agent="a"), f"consult{n}"))
        await outbox._look()
        await asyncio.gather(*outbox._queues.tasks)
        await outbox._forget()
        await timers._look()
        await engine.handle(pressed("6", call))
        await engine.handle(pressed("5", call))
        await engine.handle(ended(call, leg=2))
        await engine.handle(ended(call))
    now = datetime.now(UTC)
    await silent.quiet(pool, CENTRES, now, now)
    await leases.take(pool, "reconcile", "a", 10)


async def touched(engine: Engine, pool: asyncpg.Pool, db: asyncpg.Connection, doing: object) -> int:
    """How many rows and index entries were looked at meanwhile, by the engine and the workers."""
    assert engine._connection is not None
    first = await flushed(engine._connection, pool, db)
    await doing  # type: ignore[misc]
    return await flushed(engine._connection, pool, db) - first


async def flushed(engine: asyncpg.Connection, pool: asyncpg.Pool, db: asyncpg.Connection) -> int:
    for connection in (engine, pool):
        await connection.execute("SELECT pg_stat_force_next_flush()")
        await connection.execute("SELECT 1")
    await db.execute("SELECT pg_stat_clear_snapshot()")
    return int(await db.fetchval(TOUCHED))
