"""Processes that serve different centres may share a database: none of them touches what it cannot reach."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from app.call.events import ConsultAsked
from app.store import outbox
from app.store.database import engine_pool
from app.workers import reconcile, retention
from app.workers.outbox import Outbox
from app.workers.reconcile import Reconcile
from app.workers.retention import Retention
from tests.engine.arrivals import arrival, ended, offered
from tests.engine.conftest import Start
from tests.engine.platform import Platform


async def test_commands_of_a_dead_process_wait_for_one_that_serves_their_centre(
    start: Start, database: str, db: asyncpg.Connection
) -> None:
    dead = await start("dead", ("noord",))
    await dead.handle(offered())
    await dead.handle(arrival(ConsultAsked(call="c1", agent="jan", colleague="wil"), "consult"))
    await dead.stop()
    await db.execute("UPDATE outbox SET claimed_until = now()")
    pool = await engine_pool(database)
    there, elsewhere = Platform(), Platform()
    other = Outbox(await start("other", ("zuid",)), pool, {("zuid", "demo"): elsewhere})
    await other.start()
    assert await outbox.take_over(pool, "other", ("zuid",)) == 0
    assert await outbox.age(pool, ("zuid",)) == 0.0
    assert await outbox.age(pool, ("noord",)) > 0
    assert await db.fetchval("SELECT count(*) FROM outbox WHERE claimed_by = 'dead'") > 0
    same = Outbox(await start("same", ("noord",)), pool, {("noord", "demo"): there})
    await same.start()
    async with asyncio.timeout(20):
        while await db.fetchval("SELECT count(*) FROM outbox"):
            await asyncio.sleep(0.01)
    for box in (other, same):
        await box.stop()
    await pool.close()
    assert elsewhere.sent == there.sent == [], "a phone is rung at most once"
    told = await db.fetch("SELECT type FROM events WHERE type LIKE 'Command%'")
    assert [row["type"] for row in told] == ["CommandUncertain"], "the other process would have said: no such platform"


async def test_each_centre_is_compared_with_its_switch_and_cleaned_whoever_holds_the_other(
    start: Start, database: str, db: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lease over all centres at once would leave those of the second process alone for ever."""
    monkeypatch.setattr(reconcile, "EVERY", 0.02)
    monkeypatch.setattr(retention, "EVERY", 0.02)
    pool = await engine_pool(database)
    later = datetime.now(UTC) + timedelta(days=80)
    platforms = {centre: Platform() for centre in ("noord", "zuid")}
    parts: list[Reconcile | Retention] = []
    for n, (centre, platform) in enumerate(platforms.items()):
        engine = await start(centre, (centre,))
        for call in ("gone", "live"):
            await engine.handle(offered(f"{call}{n}", centre))
        await engine.handle(ended(f"gone{n}", centre))
        parts += [
            Reconcile(engine, pool, {(centre, "demo"): platform}, lambda: later),
            Retention(pool, engine.policies, (centre,), lambda: later, centre),
        ]
    await db.execute("DELETE FROM timers")
    await db.execute("UPDATE calls SET ended_at = ended_at - interval '1 year'")
    for part in parts:
        await part.start()
    async with asyncio.timeout(20):
        while await db.fetchval("SELECT count(DISTINCT centre) FROM events WHERE type = 'LegSeen'") < 2:
            await asyncio.sleep(0.01)
        while await db.fetchval("SELECT count(*) FROM calls WHERE id LIKE 'gone%'"):
            await asyncio.sleep(0.01)
    for part in parts:
        await part.stop()
    await pool.close()
