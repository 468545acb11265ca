"""One door: once whatever is repeated, together whatever waits, alone whatever is wrong."""

from __future__ import annotations

import asyncio
import random

import asyncpg
import pytest

from app.call.agent import Agent
from app.call.events import AgentNotReady
from app.engine.engine import LIMIT
from app.engine.errors import Quarantined, UnknownCentre
from app.store import codec
from tests.core.seen import hears
from tests.engine.arrivals import arrival, ended, offered, pressed, ready, saved
from tests.engine.conftest import Start


async def test_an_event_is_decided_saved_and_its_reply_can_be_rendered(start: Start, db: asyncpg.Connection) -> None:
    engine = await start()
    handled = await engine.handle(offered())
    assert hears(saved(handled).legs[0]) == ["hello"]
    assert handled.names == {"c1.name": "De Vries"}
    row = await db.fetchrow("SELECT * FROM calls")
    assert codec.call(row["state"]) == handled.call
    assert (row["provider"], row["phase"], row["live"]) == ("demo", "Welcoming", True)
    event = await db.fetchrow("SELECT * FROM events")
    assert (event["seq"], event["subject"], event["type"], event["phase_after"]) == (
        1,
        "call:c1",
        "CallOffered",
        "Welcoming",
    )
    assert await db.fetchval("SELECT name FROM timers WHERE subject = 'call:c1'") == "patience"
    assert await db.fetchval("SELECT ref FROM lines WHERE leg = 'c1.1'") == "sw-c1"
    assert await db.fetchval("SELECT count(*) FROM outbox") == 0, "the command rode on the reply"


async def test_one_request_delivered_three_times_to_two_processes_has_one_effect(
    start: Start, db: asyncpg.Connection
) -> None:
    one, two = await start("a"), await start("b")
    await one.handle(offered())
    press = pressed("1", replies=True)
    answers = [*await asyncio.gather(one.handle(press), two.handle(press), one.handle(press)), await two.handle(press)]
    assert [saved(a).legs[0].step for a in answers] == [2, 2, 2, 2], "every delivery gets the same answer"
    assert await db.fetchval("SELECT count(*) FROM events WHERE key = 'keys:1'") == 1
    assert await db.fetchval("SELECT seq FROM centres WHERE id = 'noord'") == 2


async def test_who_asks_for_an_answer_gets_one_also_when_a_report_of_the_same_came_first(
    start: Start, db: asyncpg.Connection
) -> None:
    """As when a phone picks up: the report and the request for a document come together, and either may be first."""
    engine = await start()
    await engine.handle(offered())
    reported, asked = await asyncio.gather(
        engine.handle(pressed("1", key="k1")), engine.handle(pressed("1", key="k1", replies=True))
    )
    assert [leg.step for leg in asked.legs] == [saved(reported).legs[0].step] == [2]
    assert await db.fetchval("SELECT count(*) FROM outbox") == 0, "the command rode on the reply"


async def test_the_same_key_pressed_twice_counts_twice(start: Start) -> None:
    engine = await start()
    await engine.handle(offered())
    await engine.handle(pressed("1", key="1:1:keys"))
    handled = await engine.handle(pressed("1", key="1:2:keys"))
    assert saved(handled).legs[0].step == 3


async def test_what_waits_together_is_saved_together_each_seeing_the_earlier_ones(
    start: Start, db: asyncpg.Connection
) -> None:
    engine = await start()
    await engine.handle(offered())
    before = await db.fetchval("SELECT count(DISTINCT xmin::text) FROM events")
    answers = await asyncio.gather(*(engine.handle(pressed(str(n % 4), key=f"k{n}")) for n in range(LIMIT)))
    assert {saved(a).legs[0].step for a in answers} == {LIMIT + 1}
    assert await db.fetchval("SELECT count(DISTINCT xmin::text) FROM events") == before + 1
    assert await db.fetchval("SELECT count(*) FROM outbox") == LIMIT


async def test_who_comes_while_another_process_holds_the_centre_goes_along_in_one_transaction(
    start: Start, db: asyncpg.Connection
) -> None:
    one, two = await start("a"), await start("b")
    await one.handle(offered("c1"))
    await two.handle(offered("c2"))
    await one.handle(pressed("1", "c1"))
    async with db.transaction():
        await db.execute("SELECT FROM centres WHERE id = 'noord' FOR UPDATE")
        waits = asyncio.ensure_future(one.handle(pressed("2", "c1")))
        while not await db.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            await asyncio.sleep(0)
        along = [asyncio.ensure_future(one.handle(pressed(key, "c1"))) for key in "234"]
        await asyncio.sleep(0)
    answers = await asyncio.gather(waits, *along)
    told = await db.fetch("SELECT key, xmin::text AS tx FROM events WHERE key ~ '[234]$' ORDER BY seq")
    assert [row["key"] for row in told] == ["keys:2", "keys:3", "keys:4"], "each once, also who came twice"
    assert len({row["tx"] for row in told}) == 1
    assert [saved(answer).legs[0].step for answer in answers] == [5, 5, 5, 5]


async def test_a_mistake_of_the_rules_is_set_apart_and_its_neighbours_are_not_harmed(
    start: Start, db: asyncpg.Connection
) -> None:
    engine = await start()
    await engine.handle(offered())
    arrivals = [pressed("1", key=f"k{n}") for n in range(5)] + [pressed("9")] + [offered("c2")]
    results = await asyncio.gather(*map(engine.handle, arrivals), return_exceptions=True)
    assert [type(r) for r in results].count(Quarantined) == 1
    assert isinstance(results[5], Quarantined)
    assert saved(results[0]).legs[0].step == 6
    row = await db.fetchrow("SELECT * FROM quarantine")
    assert (row["key"], row["error"]) == ("keys:9", "RuntimeError: a mistake in the rules")
    assert codec.event(row["event"]) == pressed("9").event


async def test_an_event_the_database_refuses_is_found_by_halving(start: Start, db: asyncpg.Connection) -> None:
    engine = await start()
    calls = [f"c{n}" for n in range(20)]
    arrivals = [offered(c) for c in calls] + [pressed("1", c) for c in calls]
    arrivals.insert(27, pressed("8", "c5"))
    arrivals.insert(31, arrival(AgentNotReady(agent="x", reason="\x00"), "nul\x00"))
    results = await asyncio.gather(*map(engine.handle, arrivals), return_exceptions=True)
    assert {i for i, r in enumerate(results) if isinstance(r, Quarantined)} == {27, 31}
    assert await db.fetchval("SELECT count(*) FROM events WHERE because->>'code' = 'key'") == 20
    assert {r["key"] for r in await db.fetch("SELECT key FROM quarantine")} == {"keys:8", "nul?"}
    assert await gaps(db) == []


async def test_an_event_set_apart_may_come_again(start: Start, db: asyncpg.Connection) -> None:
    engine = await start()
    await engine.handle(offered())
    for _ in range(2):
        with pytest.raises(Quarantined):
            await engine.handle(pressed("9"))
    assert await db.fetchval("SELECT times FROM quarantine") == 2


async def test_what_follows_is_decided_in_the_same_transaction(start: Start, db: asyncpg.Connection) -> None:
    engine = await start()
    await engine.handle(offered())
    await engine.handle(pressed("7"))
    assert await db.fetchval("SELECT waiting->>'office' FROM calls") == "kcc"
    await engine.handle(ready("jan"))
    rows = await db.fetch("SELECT subject, key, type, xmin::text AS tx FROM events ORDER BY seq DESC LIMIT 2")
    assert [tuple(r)[:3] for r in rows] == [
        ("call:c1", "ready:jan/1", "AgentFound"),
        ("agent:jan", "ready:jan", "AgentReady"),
    ]
    assert rows[0]["tx"] == rows[1]["tx"]
    agent: Agent = codec.agent(await db.fetchval("SELECT state FROM agents"))
    assert (agent.state, agent.call) == ("talking", "c1")
    assert await db.fetchval("SELECT count(*) FROM calls WHERE waiting IS NOT NULL") == 0


async def test_what_follows_is_bounded(start: Start, db: asyncpg.Connection) -> None:
    engine = await start()
    await engine.handle(arrival(AgentNotReady(agent="x", reason="endless"), "e"))
    assert await db.fetchval("SELECT count(*) FROM events") <= 18


async def test_two_processes_never_lose_or_double_an_event(start: Start, db: asyncpg.Connection) -> None:
    engines = [await start("a"), await start("b")]
    rng = random.Random(4)
    calls = [(f"c{n}", ("noord", "zuid")[n % 2]) for n in range(12)]
    await asyncio.gather(*(rng.choice(engines).handle(offered(c, centre)) for c, centre in calls))

    async def twice(n: int) -> None:
        call, centre = rng.choice(calls)
        press = pressed(str(rng.randrange(5)), call, centre, key=f"k{n}")
        await asyncio.sleep(rng.random() / 5)
        await asyncio.gather(*(engine.handle(press) for engine in engines))

    await asyncio.gather(*(twice(n) for n in range(400)))
    assert await db.fetchval("SELECT count(*) FROM events") == 412
    assert await gaps(db) == []
    steps = {r["id"]: codec.call(r["state"]).legs[0].step for r in await db.fetch("SELECT id, state FROM calls")}
    counted = await db.fetch("SELECT substr(subject, 6) AS id, count(*) AS n FROM events GROUP BY 1")
    assert steps == {r["id"]: r["n"] for r in counted}
    assert await db.fetchval("SELECT count(*) FROM quarantine") == 0


async def test_a_centre_that_hangs_elsewhere_does_not_stall_another(start: Start, db: asyncpg.Connection) -> None:
    engine = await start()
    async with db.transaction():
        await db.execute("SELECT FROM centres WHERE id = 'zuid' FOR UPDATE")
        stuck = asyncio.create_task(engine.handle(offered("c2", "zuid")))
        for n in range(5):
            assert (await engine.handle(offered(f"n{n}"))).call is not None
        assert not stuck.done()
    assert (await stuck).call is not None


async def test_unknown_centre(start: Start) -> None:
    engine = await start()
    with pytest.raises(UnknownCentre):
        await engine.handle(offered(centre="nergens"))


async def test_names_of_an_ignored_event_are_not_kept(start: Start, db: asyncpg.Connection) -> None:
    engine = await start()
    await engine.handle(offered())
    await engine.handle(ended())
    again = offered()
    await engine.handle(
        type(again)(
            **{f: getattr(again, f) for f in again.__struct_fields__}
            | {
                "key": "again",
                "private": {"c1.other": "Jansen"},
            }
        )
    )
    assert [r["ref"] for r in await db.fetch("SELECT ref FROM names")] == ["c1.name"]
    assert await db.fetchval("SELECT count(*) FROM timers") == 0


async def gaps(db: asyncpg.Connection) -> list[str]:
    """Centres whose events are not numbered 1, 2, 3 ... up to the centre's own number."""
    rows = await db.fetch(
        """SELECT c.id FROM centres c LEFT JOIN events e ON e.centre = c.id GROUP BY c.id, c.seq
           HAVING c.seq <> count(e.seq) OR c.seq <> coalesce(max(e.seq), 0) OR count(DISTINCT e.seq) <> count(e.seq)"""
    )
    return [r["id"] for r in rows]
