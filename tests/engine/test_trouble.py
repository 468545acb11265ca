"""The database away, slow or newer than we are; too much at once; nobody waiting for an answer any more."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from app.engine.errors import Overloaded, Unavailable
from app.store import codec
from tests.engine.arrivals import offered, pressed, ready, saved
from tests.engine.conftest import Start

TOLD = "UPDATE centres SET seq = seq + 1"
"""Who writes past the engine says so (decision 0008)."""


async def test_a_connection_that_is_cut_is_made_again_and_nothing_is_lost(start: Start, db: asyncpg.Connection) -> None:
    engine = await start()
    await engine.handle(offered())
    for n in range(5):
        waiting = [asyncio.create_task(engine.handle(pressed("1", key=f"k{n}.{m}"))) for m in range(10)]
        await asyncio.sleep(0.002 * n)
        await db.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'warmlijn-engine' "
            "AND datname = current_database()"
        )
        await asyncio.gather(*waiting)
    assert await db.fetchval("SELECT count(*) FROM events") == 51
    assert codec.call(await db.fetchval("SELECT state FROM calls")).legs[0].step == 51
    assert await db.fetchval("SELECT count(*) FROM quarantine") == 0


async def test_without_a_database_the_answer_is_unavailable_and_nothing_is_quarantined(start: Start) -> None:
    engine = await start()
    await engine.handle(offered())
    engine._url, url = "postgresql://nobody@127.0.0.1:1/nothing", engine._url
    assert engine._connection is not None
    engine._connection.terminate()
    with pytest.raises(Unavailable):
        await engine.handle(pressed("1"))
    engine._url = url
    assert saved(await engine.handle(pressed("1"))).legs[0].step == 2


async def test_state_of_a_newer_program_is_left_alone(start: Start, db: asyncpg.Connection) -> None:
    engine = await start()
    await engine.handle(offered())
    await db.execute("""UPDATE calls SET state = (state::jsonb || '{"v": 2, "phase": {"type": "Dreaming"}}')::json""")
    await db.execute(TOLD)
    with pytest.raises(Unavailable):
        await engine.handle(pressed("1"))
    assert engine.newer
    assert await db.fetchval("SELECT count(*) FROM quarantine") == 0


async def test_a_row_that_cannot_be_read_harms_only_its_own_events(start: Start, db: asyncpg.Connection) -> None:
    engine = await start()
    for call in ("c1", "c2", "c3"):
        await engine.handle(offered(call))
    await db.execute("UPDATE calls SET state = '{}' WHERE id = 'c2'")
    await db.execute(TOLD)
    arrivals = [pressed("1", call) for call in ("c1", "c2", "c3")]
    results = await asyncio.gather(*map(engine.handle, arrivals), return_exceptions=True)
    assert [type(result).__name__ for result in results] == ["Handled", "Quarantined", "Handled"]


async def test_under_overload_new_calls_are_refused_and_everything_else_is_taken(
    start: Start, db: asyncpg.Connection
) -> None:
    engine = await start(overload=0.05)
    await engine.handle(offered())
    async with db.transaction():
        await db.execute("SELECT FROM centres FOR UPDATE")
        stuck = [asyncio.create_task(engine.handle(pressed("1", key="one")))]
        await asyncio.sleep(0.01)
        stuck.append(asyncio.create_task(engine.handle(pressed("1", key="two"))))
        await asyncio.sleep(0.1)
        with pytest.raises(Overloaded):
            await engine.handle(offered("c2", urgent=False))
        stuck.append(asyncio.create_task(engine.handle(pressed("1", key="three"))))
        await asyncio.sleep(0.01)
    assert [saved(h).id for h in await asyncio.gather(*stuck)] == ["c1"] * 3
    assert saved(await engine.handle(offered("c2", urgent=False))).id == "c2"


async def test_who_stops_waiting_changes_nothing(start: Start, db: asyncpg.Connection) -> None:
    engine = await start()
    await engine.handle(offered())
    async with db.transaction():
        await db.execute("SELECT FROM centres FOR UPDATE")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await engine.handle(pressed("1"))
    again = await engine.handle(pressed("1"))
    assert again.because is None, "it was saved before"
    assert saved(again).legs[0].step == 2


async def test_what_another_process_changed_is_seen(start: Start, db: asyncpg.Connection) -> None:
    one, two = await start("a"), await start("b")
    await one.handle(offered())
    await two.handle(offered("c2"))
    await one.handle(pressed("7"))
    await two.handle(ready("jan"))
    assert await db.fetchval("SELECT state->>'call' FROM agents") == "c1"
    await one.handle(pressed("7", "c2"))
    await one.handle(ready("piet"))
    assert await db.fetchval("SELECT state->>'call' FROM agents WHERE id = 'piet'") == "c2"


async def test_stopping_finishes_what_waits(start: Start, db: asyncpg.Connection) -> None:
    engine = await start()
    await engine.handle(offered())
    waiting = [asyncio.create_task(engine.handle(pressed("1", key=f"k{n}"))) for n in range(100)]
    await asyncio.sleep(0)
    await engine.stop()
    await asyncio.gather(*waiting)
    with pytest.raises(Unavailable):
        await engine.handle(pressed("2"))
    assert await db.fetchval("SELECT count(*) FROM events") == 101
