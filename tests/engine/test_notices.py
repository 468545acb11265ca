"""Processes wake each other; what matters does not depend on it."""

from __future__ import annotations

import asyncio

import asyncpg

from app.engine.batch import Told
from app.workers.notices import Notices
from tests.engine.arrivals import offered, pressed
from tests.engine.conftest import Start


async def test_other_processes_hear_what_was_saved_and_one_does_not_hear_itself(
    start: Start, db: asyncpg.Connection
) -> None:
    one, two = await start("one"), await start("two")
    heard: dict[str, list[Told]] = {"one": [], "two": []}
    ears = [Notices(engine._url, engine.node, heard[engine.node].append) for engine in (one, two)]
    for ear in ears:
        await ear.start()
    async with asyncio.timeout(10):
        while await db.fetchval("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'") < 2:
            await asyncio.sleep(0.01)
    await one.handle(offered())
    await one.handle(pressed("1"))
    await one.handle(pressed("1"))
    async with asyncio.timeout(10):
        while len(heard["two"]) < 2:
            await asyncio.sleep(0.01)
    assert [(told.node, told.centres, told.outbox) for told in heard["two"]] == [
        ("one", ["noord"], []), ("one", ["noord"], ["one"]),
    ]  # fmt: skip
    assert heard["one"] == []
    for ear in ears:
        await ear.stop()
