"""What the switch forgot to tell is asked for, by one process at a time; what has outlived its term goes."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
import pytest_asyncio

from app.call.events import ConsultAsked, ConsultCancelled
from app.engine.engine import Engine
from app.providers.base import Order, Refused
from app.store import leases, silent
from app.store.database import engine_pool
from app.workers.reconcile import QUIET, Reconcile
from app.workers.retention import Retention
from tests.engine.arrivals import arrival, ended, offered, pressed, ready
from tests.engine.conftest import CENTRES, Start
from tests.engine.platform import Platform


class Clock:
    """A clock that only the test moves."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest_asyncio.fixture
async def pool(database: str) -> asyncpg.Pool:
    pool = await engine_pool(database)
    yield pool
    await pool.close()


async def test_a_silent_leg_is_asked_about_and_what_is_gone_has_ended(
    start: Start, pool: asyncpg.Pool, db: asyncpg.Connection, clock: Clock
) -> None:
    engine = await start(clock=clock)
    platform = Platform()
    reconcile = Reconcile(engine, pool, {(c, "demo"): platform for c in CENTRES}, clock)
    await engine.handle(offered())
    await db.execute("DELETE FROM timers")
    clock.at += timedelta(seconds=29)
    assert await reconcile.look(QUIET) == 0, "it was heard of just now"
    clock.at += timedelta(seconds=2)
    assert await reconcile.look(QUIET) == 1
    assert await db.fetchval("SELECT data->>'state' FROM events WHERE type = 'LegSeen'") == "up"
    clock.at += timedelta(minutes=1)
    platform.gone = True
    await reconcile.look(QUIET)
    assert await db.fetchval("SELECT phase FROM calls") == "Ended"
    clock.at += timedelta(minutes=1)
    assert await reconcile.look(QUIET) == 0


async def talks(engine: Engine, db: asyncpg.Connection, call: str, agent: str) -> None:
    """Caller and agent are in conversation, and no timer runs."""
    await engine.handle(offered(call))
    await engine.handle(pressed("7", call))
    await engine.handle(ready(agent))
    await db.execute("DELETE FROM timers")
    assert await db.fetchval("SELECT phase FROM calls WHERE id = $1", call) == "Talking"


async def test_who_hung_up_while_the_service_was_down_is_missed_at_the_first_look(
    start: Start, pool: asyncpg.Pool, db: asyncpg.Connection, clock: Clock
) -> None:
    engine = await start(clock=clock)
    await talks(engine, db, "c1", "jan")
    clock.at += timedelta(seconds=10)
    platform = Platform()
    platform.gone = True
    reconcile = Reconcile(engine, pool, {(c, "demo"): platform for c in CENTRES}, clock)
    await talks(engine, db, "c2", "bart")
    await reconcile.start()
    async with asyncio.timeout(10):
        while await db.fetchval("SELECT phase FROM calls WHERE id = 'c1'") != "Ended":
            await asyncio.sleep(0.01)
    await reconcile.stop()
    assert await db.fetchval("SELECT phase FROM calls WHERE id = 'c2'") == "Talking", "it was heard of since the start"


async def test_conversations_are_asked_about_once_at_the_start_and_then_after_five_minutes(
    start: Start, pool: asyncpg.Pool, db: asyncpg.Connection, clock: Clock
) -> None:
    engine = await start(clock=clock)
    await talks(engine, db, "c1", "jan")
    clock.at += timedelta(seconds=31)
    reconcile = Reconcile(engine, pool, {(c, "demo"): Platform() for c in CENTRES}, clock)
    assert await reconcile.look(QUIET) == 1
    for passed, asked in ((31, 0), (268, 0), (2, 1), (31, 0)):
        clock.at += timedelta(seconds=passed)
        assert await reconcile.look(QUIET) == asked


async def test_who_waits_is_asked_about_before_who_speaks(
    start: Start, pool: asyncpg.Pool, db: asyncpg.Connection, clock: Clock
) -> None:
    engine = await start(clock=clock)
    await talks(engine, db, "c1", "jan")
    clock.at += timedelta(seconds=1)
    await engine.handle(offered("c2"))
    await db.execute("DELETE FROM timers")
    later = clock.at + timedelta(seconds=1)
    assert [row["id"] for row in await silent.quiet(pool, CENTRES, later, later)] == ["c2", "c1"]


async def test_a_leg_of_a_call_that_is_over_is_hung_up_again(
    start: Start, pool: asyncpg.Pool, db: asyncpg.Connection, clock: Clock
) -> None:
    engine = await start(clock=clock)
    platform = Platform()
    reconcile = Reconcile(engine, pool, {(c, "demo"): platform for c in CENTRES}, clock)
    await engine.handle(offered())
    await engine.handle(arrival(ConsultAsked(call="c1", agent="jan"), "consult"))
    await engine.handle(arrival(ConsultCancelled(call="c1", agent="jan"), "cancel"))
    await engine.handle(ended())
    await db.execute("DELETE FROM timers")
    clock.at += timedelta(minutes=1)
    await reconcile.look(QUIET)
    assert platform.sent == [("c1.2", 2, "StopRinging")]

    def gone(_order: Order) -> None:
        raise Refused("no such line", gone=True)

    platform.before = gone
    await reconcile.look(QUIET)
    assert await db.fetchval("SELECT phase FROM calls") == "Ended"


async def test_one_process_at_a_time_holds_a_lease_and_its_epoch_rises(pool: asyncpg.Pool) -> None:
    assert await leases.take(pool, "x", "a", 30) == 1
    assert await leases.take(pool, "x", "b", 30) is None
    assert await leases.take(pool, "x", "a", -1) == 1
    assert await leases.take(pool, "x", "b", 30) == 2


async def test_a_promise_that_is_owed_keeps_its_number_until_it_is_kept(
    start: Start, pool: asyncpg.Pool, db: asyncpg.Connection, clock: Clock
) -> None:
    engine = await start(clock=clock)
    await engine.handle(offered())
    await db.execute(
        "INSERT INTO callbacks (centre, id, call, status, subject, due_at, state) "
        "VALUES ('noord', 'c1.cb', 'c1', 'promised', 'wmo', now(), '{}')"
    )
    retention = Retention(pool, engine.policies, CENTRES, clock, "a")
    clock.at += timedelta(days=40)
    await retention.clean()
    assert await db.fetchval("SELECT count(*) FROM names") == 1
    await db.execute("UPDATE callbacks SET status = 'kept'")
    await retention.clean()
    assert await db.fetchval("SELECT count(*) FROM names") == 0


async def test_what_has_outlived_its_term_is_deleted(
    start: Start, pool: asyncpg.Pool, db: asyncpg.Connection, clock: Clock
) -> None:
    engine = await start(clock=clock)
    for call in ("c1", "c2"):
        await engine.handle(offered(call))
    await engine.handle(ended("c1"))
    retention = Retention(pool, engine.policies, CENTRES, clock, "a")

    async def counts() -> list[int]:
        return [await db.fetchval(f"SELECT count(*) FROM {t}") for t in ("names", "calls", "lines", "events")]

    clock.at += timedelta(days=13)
    await retention.clean()
    assert await counts() == [2, 2, 2, 3]
    clock.at += timedelta(days=2)
    await retention.clean()
    assert await counts() == [0, 2, 2, 3]
    clock.at += timedelta(days=80)
    await retention.clean()
    assert await counts() == [0, 1, 1, 3], "a call that is not over stays"
    clock.at += timedelta(days=300)
    await retention.clean()
    assert await counts() == [0, 1, 1, 0]
