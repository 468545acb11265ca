"""What is remembered is not read: one statement writes, and only if nobody else was at work meanwhile."""

from __future__ import annotations

import asyncio
import json

import asyncpg
from msgspec.structs import replace

from app.call.call import Ended
from app.call.events import ConsultAsked, DegradeServed
from app.engine.engine import Engine
from tests.engine.arrivals import arrival, ended, offered, pressed, ready, saved
from tests.engine.conftest import Start


async def remembering(start: Start) -> Engine:
    """An engine that knows its centre, and that nobody else is at work there."""
    engine = await start()
    await engine.handle(ready("jan"))
    await engine.handle(ready("wil"))
    return engine


def asked(engine: Engine) -> list[str]:
    """From here on, the first word of each statement of this engine, or what it failed with."""
    seen: list[str] = []
    assert engine._connection is not None
    engine._connection.add_query_logger(lambda sent: seen.append(repr(sent.exception or sent.query.split()[0])[1:-1]))
    return seen


async def test_a_whole_call_is_one_statement_for_each_event(start: Start, db: asyncpg.Connection) -> None:
    engine = await remembering(start)
    statements = asked(engine)
    for event in (offered(), pressed("1"), pressed("7"), ended()):
        await engine.handle(event)
    assert statements == ["WITH"] * 4
    assert await db.fetchval("SELECT seq FROM centres WHERE id = 'noord'") == 6
    assert await db.fetchval("SELECT count(*) FROM events WHERE subject = 'call:c1'") == 4


async def test_an_event_of_somebody_else_meanwhile_is_seen(start: Start, db: asyncpg.Connection) -> None:
    engine, other = await remembering(start), await start("b")
    await engine.handle(offered())
    await other.handle(pressed("1", key="other"))
    statements = asked(engine)
    assert saved(await engine.handle(pressed("1", key="own"))).legs[0].step == 3
    assert statements == ["WITH", "BEGIN", "WITH", "WITH", "COMMIT"], "written in vain; then locked, read, written"
    assert await db.fetchval("SELECT count(*) FROM events WHERE key = 'own'") == 1


async def test_nobody_is_waited_for_by_who_writes_by_memory(start: Start, db: asyncpg.Connection) -> None:
    engine = await remembering(start)
    statements = asked(engine)
    async with db.transaction():
        await db.execute("UPDATE centres SET seq = seq + 1 WHERE id = 'noord'")
        writing = asyncio.ensure_future(engine.handle(offered()))
        while len(statements) < 2:
            await asyncio.sleep(0.01)
        assert statements[:2] == ["WITH", "BEGIN"], "nothing was written, and only then it is waited for"
    assert saved(await writing).legs[0].step == 1
    assert await db.fetchval("SELECT seq FROM centres WHERE id = 'noord'") == 4


async def test_what_comes_again_after_it_was_saved_happens_once(start: Start, db: asyncpg.Connection) -> None:
    engine = await remembering(start)
    await engine.handle(offered())
    first = await engine.handle(pressed("1", replies=True))
    again = await engine.handle(pressed("1", replies=True))
    assert (again.because, again.legs) == (None, first.legs)
    assert await db.fetchval("SELECT seq FROM centres WHERE id = 'noord'") == 4


async def test_rules_need_not_bear_what_was_saved_before(start: Start, db: asyncpg.Connection) -> None:
    engine = await remembering(start)
    await engine.handle(offered())
    await engine.handle(pressed("1", key="same"))
    assert (await engine.handle(pressed("9", key="same"))).because is None
    assert await db.fetchval("SELECT count(*) FROM quarantine") == 0


async def test_a_caller_who_was_degraded_does_not_begin_again(start: Start, db: asyncpg.Connection) -> None:
    engine = await remembering(start)
    await engine.handle(offered())
    await engine.handle(arrival(DegradeServed(call="c1"), "degraded"))
    late = await engine.handle(replace(offered(), key="late"))
    assert (saved(late).phase, late.because and late.because.code) == (Ended(), "ignored.phase")
    assert await db.fetchval("SELECT phase FROM calls") == "Ended"


async def test_others_are_told_of_what_was_written_by_memory(start: Start, db: asyncpg.Connection) -> None:
    told: asyncio.Queue[object] = asyncio.Queue()
    await db.add_listener("warmlijn", lambda *news: told.put_nowait(json.loads(news[3])))
    engine = await remembering(start)
    await engine.handle(offered())
    await engine.handle(arrival(ConsultAsked(call="c1", agent="jan"), "consult"))
    heard = [await asyncio.wait_for(told.get(), 5) for _ in range(4)]
    assert heard[2] == {"node": "a", "centres": ["noord"], "outbox": []}
    assert heard[3] == {"node": "a", "centres": ["noord"], "outbox": ["a"]}
