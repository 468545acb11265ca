"""Timers: each fires once, none after it was cancelled, none is lost, whoever looks."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from app.engine.engine import Engine
from app.store import codec
from app.store.database import engine_pool
from app.workers import timers
from app.workers.timers import Timers
from tests.engine.arrivals import offered, pressed
from tests.engine.conftest import Start


def clock() -> datetime:
    return datetime.now(UTC)


async def until_all_fired(engine: Engine, db: asyncpg.Connection) -> None:
    """One process looks until the table is empty."""
    pool = await engine_pool(engine._url)
    worker = Timers(engine, pool, clock)
    await worker.start()
    async with asyncio.timeout(20):
        while await db.fetchval("SELECT count(*) FROM timers"):
            await asyncio.sleep(0.01)
    await worker.stop()
    await pool.close()


async def test_none_fires_after_it_was_cancelled_and_none_is_lost(start: Start, db: asyncpg.Connection) -> None:
    engines = [await start("a"), await start("b")]
    pool = await engine_pool(engines[0]._url)
    workers = [Timers(engine, pool, clock) for engine in engines]
    for worker in workers:
        await worker.start()
    rng = random.Random(1)
    calls = [f"c{n}" for n in range(60)]
    cancelled = {c for c in calls if rng.random() < 0.7}

    async def one(call: str) -> None:
        engine: Engine = rng.choice(engines)
        await engine.handle(offered(call))
        await asyncio.sleep(rng.random() / 2)
        await engine.handle(pressed("6", call))
        if call in cancelled:
            await asyncio.sleep(rng.random() / 10)
            await rng.choice(engines).handle(pressed("5", call))

    await asyncio.gather(*map(one, calls))
    async with asyncio.timeout(20):
        while await db.fetchval("SELECT count(*) FROM timers WHERE name = 'short'"):
            await asyncio.sleep(0.01)
    states = {r["id"]: codec.call(r["state"]) for r in await db.fetch("SELECT id, state FROM calls")}
    assert all(states[c].tried == ("short",) for c in calls if c not in cancelled), "none lost, none twice"
    log = await db.fetch("SELECT subject, because->>'code' AS code FROM events ORDER BY seq")
    for call in cancelled:
        codes = [r["code"] for r in log if r["subject"] == f"call:{call}"]
        assert "fired" not in codes[codes.index("disarmed") :]
    assert all(c.timer("short") is None for c in states.values())
    early = "SELECT count(*) FROM events WHERE type = 'TimerFired' AND at < (data->>'due_at')::timestamptz"
    assert await db.fetchval(early) == 0
    for worker in workers:
        await worker.stop()
    await pool.close()


async def test_a_timer_that_means_nothing_leaves_the_table(start: Start, db: asyncpg.Connection) -> None:
    engine = await start()
    await db.execute("INSERT INTO timers VALUES ('noord', 'call:gone', 'input', '', now())")
    await db.execute("INSERT INTO timers VALUES ('noord', 'agent:gone', 'wrap_up', '', now())")
    await until_all_fired(engine, db)
    assert await db.fetchval("SELECT count(*) FROM events WHERE type = 'TimerFired'") == 2


async def test_what_is_due_before_the_next_look_fires_when_it_is_due(
    start: Start, db: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one look that there is here comes before any of them is due."""
    monkeypatch.setattr(timers, "LOOKS", 60.0)
    monkeypatch.setattr(timers, "AHEAD", timedelta(seconds=60))
    engine = await start()
    for n in range(3):
        row = "INSERT INTO timers VALUES ('noord', 'call:gone', $1, '', now() + interval '1 s')"
        await db.execute(row, f"input{n}")
    await until_all_fired(engine, db)


async def test_the_table_follows_the_state(start: Start, db: asyncpg.Connection) -> None:
    engine = await start()
    await engine.handle(offered())
    await engine.handle(pressed("6", key="on1"))
    await engine.handle(pressed("6", key="on2"))
    await check(db)
    await engine.handle(pressed("5"))
    await check(db)


async def check(db: asyncpg.Connection) -> None:
    call = codec.call(await db.fetchval("SELECT state FROM calls"))
    rows = {tuple(r) for r in await db.fetch("SELECT name, due_at, leg FROM timers")}
    assert rows == {(t.name, t.due_at, t.leg) for t in call.timers}
