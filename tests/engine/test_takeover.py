"""Who is dead is followed at once, who is frozen when the lease ends, who lives never: by real sessions and locks."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable

import asyncpg
import pytest
import pytest_asyncio

from app.call.events import CommandUncertain, ConsultAsked, SayFinished
from app.engine.arrivals import Committed
from app.engine.engine import Engine
from app.providers.base import Order
from app.store import leases, outbox, sessions
from app.store.database import ENGINE, engine_pool
from app.store.writing import Write
from app.workers import switch_link
from app.workers.notices import Notices
from app.workers.outbox import BEGIN, Outbox
from tests.engine.arrivals import arrival, offered, pressed
from tests.engine.conftest import CENTRES, Start
from tests.engine.platform import Platform

SILENT = f"UPDATE outbox SET claimed_until = clock_timestamp() + interval '{outbox.LEASE - sessions.SILENT - 0.05} s'"
"""As it stands when its process said nothing for just too long to count as alive without a session."""
HELD = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = $1 AND objid = hashtext($2)::oid"
CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1"


@pytest_asyncio.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    """On a server that is not so young that everybody is still coming back to it."""
    made = await engine_pool(database)
    young = f"SELECT pg_postmaster_start_time() + interval '{sessions.GRACE} s' - clock_timestamp()"
    await asyncio.sleep(max(0.0, (await made.fetchval(young)).total_seconds()))
    yield made
    await made.close()


async def a_dial(engine: Engine) -> None:
    """A call with a dial in the table."""
    await engine.handle(offered())
    await engine.handle(arrival(ConsultAsked(call="c1", agent="jan"), "consult"))


async def until(happened: Callable[[], object], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not happened():
            await asyncio.sleep(0.005)


async def claims(who: str, on: asyncpg.Pool | asyncpg.Connection) -> object:
    """`one` says that it lives, `two` takes over; something false when that did nothing."""
    return await (outbox.renew(on, "one") if who == "one" else outbox.take_over(on, "two", CENTRES))


async def until_blocked(db: asyncpg.Connection, number: int = 1) -> None:
    """Until so many wait for a row."""
    async with asyncio.timeout(2):
        while await db.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted") < number:
            await asyncio.sleep(0.005)


def test_nobody_begins_a_command_that_another_may_take_over() -> None:
    assert sessions.SILENT - BEGIN >= outbox.BEAT
    assert outbox.LEASE > sessions.SILENT


async def test_without_a_session_silence_is_enough_and_with_one_only_the_end_of_the_lease(
    start: Start, pool: asyncpg.Pool, db: asyncpg.Connection
) -> None:
    engine = await start("one", session=False)
    await a_dial(engine)
    assert await outbox.take_over(pool, "two", CENTRES) == 0, "it said a moment ago that it lives"
    await db.execute(SILENT)
    living = await asyncpg.connect(engine._url)
    await sessions.hold(living, "one")
    assert await outbox.take_over(pool, "two", CENTRES) == 0, "it has a session"
    await db.execute("UPDATE outbox SET claimed_until = clock_timestamp()")
    assert await outbox.take_over(pool, "two", CENTRES) == 1, "it has a session and is frozen"
    await db.execute("UPDATE outbox SET claimed_by = 'one'")
    await db.execute(SILENT)
    await living.close()
    assert await outbox.take_over(pool, "two", CENTRES) == 1, "it is dead"


async def test_a_call_of_which_something_was_written_a_moment_ago_is_left_whole(
    start: Start, pool: asyncpg.Pool, db: asyncpg.Connection
) -> None:
    engine = await start("one", session=False)
    await a_dial(engine)
    await db.execute(SILENT)
    await engine.handle(arrival(ConsultAsked(call="c1", agent="jan"), "second"))
    assert await outbox.take_over(pool, "two", CENTRES) == 0
    await db.execute(SILENT)
    assert await outbox.take_over(pool, "two", CENTRES) == 2


async def test_what_others_add_to_a_call_is_no_sign_of_life_of_the_process_that_sends_it(
    start: Start, pool: asyncpg.Pool, db: asyncpg.Connection
) -> None:
    dead, alive = await start("dead", session=False), await start("alive")
    await a_dial(dead)
    await db.execute(SILENT)
    await alive.handle(arrival(ConsultAsked(call="c1", agent="jan"), "second"))
    assert await db.fetchval("SELECT count(DISTINCT claimed_until) FROM outbox") == 1
    assert await outbox.take_over(pool, "alive", CENTRES) == 2


@pytest.mark.parametrize("session", [True, False])
async def test_a_claim_that_is_renewed_while_another_takes_it_belongs_to_one_of_them(
    start: Start, pool: asyncpg.Pool, db: asyncpg.Connection, session: bool
) -> None:
    await a_dial(await start("one", session=session))
    past = "UPDATE outbox SET claimed_until = clock_timestamp()" if session else SILENT
    for first, second in (("one", "two"), ("two", "one")):
        await db.execute("UPDATE outbox SET claimed_by = 'one'")
        await db.execute(past)
        async with db.transaction():
            assert await claims(first, db)
            waiting = asyncio.create_task(claims(second, pool))
            await until_blocked(db)
        assert not await waiting, f"{first} came first"
        assert await db.fetchval("SELECT claimed_by FROM outbox") == first


async def test_what_was_sent_is_deleted_though_its_claim_is_renewed_at_that_moment(
    start: Start, pool: asyncpg.Pool, db: asyncpg.Connection
) -> None:
    await a_dial(await start("one"))
    row = await db.fetchrow("SELECT centre, id FROM outbox")
    await db.execute(SILENT)
    async with db.transaction():
        assert await outbox.renew(db, "one")
        deleting = asyncio.create_task(outbox.done(pool, {(row["centre"], row["id"])}, ()))
        await until_blocked(db)
    await deleting
    assert await db.fetchval("SELECT count(*) FROM outbox") == 0


async def test_who_write_the_same_lines_at_the_same_time_do_not_wait_for_each_other_for_ever(
    pool: asyncpg.Pool, db: asyncpg.Connection, database: str
) -> None:
    """As when a phone rings before the request that dialled it has its answer: both tell which line the leg has."""

    async def written(write: Write, connection: asyncpg.Connection) -> None:
        await write.run(connection)

    one, two = (("noord", f"c1.{n}", "c1", "demo", "x") for n in (1, 2))
    write = Write()
    write.rows["lines"] += [two, one]
    async with db.transaction():
        await db.execute("INSERT INTO lines VALUES ('noord', 'c1.1', 'c1', 'demo', '')")
        writing = [asyncio.create_task(outbox.done(pool, (), lines)) for lines in ([one, two], [two, one])]
        await until_blocked(db, 2)
        connection = await asyncpg.connect(database)
        writing.append(asyncio.create_task(written(write, connection)))
        await until_blocked(db, 3)
    ended = await asyncio.gather(*writing, return_exceptions=True)
    connection.terminate()
    assert not [error for error in ended if isinstance(error, Exception)]
    assert await db.fetchval("SELECT count(*) FROM lines") == 2


async def test_who_renew_and_delete_the_same_commands_lock_them_in_one_order(
    start: Start, pool: asyncpg.Pool, db: asyncpg.Connection
) -> None:
    engine = await start("one")
    await a_dial(engine)
    await engine.handle(arrival(ConsultAsked(call="c1", agent="jan"), "second"))
    first, last = [(row["centre"], row["id"]) for row in await db.fetch("SELECT centre, id FROM outbox ORDER BY id")]
    await db.execute(SILENT)
    async with db.transaction():
        await db.execute("SELECT FROM outbox WHERE id = $1 FOR UPDATE", first[1])
        both = [asyncio.create_task(outbox.done(pool, [last, first], ())), asyncio.create_task(claims("one", pool))]
        await until_blocked(db, 2)
    assert not [error for error in await asyncio.gather(*both, return_exceptions=True) if isinstance(error, Exception)]
    assert await db.fetchval("SELECT count(*) FROM outbox") == 0


async def test_a_lease_of_a_dead_process_ends_at_once_and_that_of_a_living_one_does_not(
    pool: asyncpg.Pool, database: str
) -> None:
    async def take(who: str) -> int | None:
        return await leases.take(pool, "link", who, 30.0)

    living = await asyncpg.connect(database)
    await sessions.hold(living, "one")
    assert await take("one") == 1
    await pool.execute("UPDATE leases SET until = until - interval '10 s'")
    assert await take("two") is None
    await living.close()
    await until_gone(pool, "one")
    assert await take("two") == 2
    assert await take("one") is None, "two said a moment ago that it lives, session or not"


async def test_who_lost_only_its_session_keeps_the_link(pool: asyncpg.Pool) -> None:
    """Nobody here has one; a beat may be a tenth of a second late."""
    assert await leases.take(pool, "link", "one", switch_link.HOLDS) == 1
    await pool.execute(f"UPDATE leases SET until = until - interval '{switch_link.BEAT + 0.1} s'")
    assert await leases.take(pool, "link", "two", switch_link.HOLDS) is None


async def until_gone(pool: asyncpg.Pool, who: str) -> None:
    async with asyncio.timeout(10):
        while await pool.fetchval(HELD, sessions.SPACE, who):
            await asyncio.sleep(0.005)


async def test_what_a_killed_process_left_is_sent_though_its_lease_goes_on(
    start: Start, pool: asyncpg.Pool, db: asyncpg.Connection
) -> None:
    dead, alive = await start("dead", session=False), await start("alive")
    ear = Notices(dead._url, "dead", lambda _told: None)
    await ear.start()
    while not await db.fetchval(HELD, sessions.SPACE, "dead"):
        await asyncio.sleep(0.005)
    await a_dial(dead)
    await dead.handle(pressed("1"))
    await dead.handle(arrival(SayFinished(call="c1", leg="c1.1", step=2), "said"))
    platform = Platform()
    box = Outbox(alive, pool, {(centre, "demo"): platform for centre in CENTRES})
    await box.start()
    await db.execute("UPDATE outbox SET claimed_until = clock_timestamp() + interval '30 s'")
    await asyncio.sleep(2 * outbox.BEAT)
    assert platform.sent == []
    await db.execute(SILENT)
    await ear.stop()
    await until(lambda: platform.sent)
    await box.stop()
    assert platform.sent == [("c1.1", 3, "Music")]
    told = await db.fetch("SELECT data->>'leg' AS leg FROM events WHERE type = 'CommandUncertain'")
    assert [row["leg"] for row in told] == ["c1.2"], "nobody knows whether it was dialled"


async def cut_off(db: asyncpg.Connection, name: str, seconds: float) -> None:
    """Nothing of this process but its engine reaches the database; what it committed it goes on sending."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while loop.time() < end:
        await db.execute(CUT, name)
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("seed", range(2))
async def test_a_living_process_that_loses_its_sessions_dials_nothing_twice_and_nothing_given_up(
    start: Start, pool: asyncpg.Pool, db: asyncpg.Connection, seed: int
) -> None:
    """Its session, and those by which it says that it lives, are cut again and again, long and short."""
    chance = random.Random(seed)
    happened: list[tuple[str, str]] = []

    def dialled(order: Order) -> None:
        if order.command.name == "Dial":
            happened.append(("dialled", order.command.leg))

    def told(committed: Committed) -> None:
        events = [step.event for step in committed.steps if isinstance(step.event, CommandUncertain)]
        happened.extend(("given up", event.leg) for event in events if event.command == "Dial")

    platform = Platform()
    platform.before = dialled
    providers = {(centre, "demo"): platform for centre in CENTRES}
    one, two = await start("one", session=False), await start("two", session=False)
    for engine in (one, two):
        engine.listen(told)
    named = {**ENGINE, "application_name": "one"}
    weak = await asyncpg.create_pool(one._url, min_size=1, max_size=3, server_settings=named)
    ears = [
        Notices(f"{one._url}{'&' if '?' in one._url else '?'}application_name=one", "one", lambda _: boxes[0].wake()),
        Notices(two._url, "two", lambda _: boxes[1].wake()),
    ]
    boxes = [Outbox(one, weak, providers), Outbox(two, pool, providers)]
    parts: tuple[Notices | Outbox, ...] = (*ears, *boxes)
    for part in parts:
        await part.start()
    calls = [f"c{n}" for n in range(6)]
    for call in calls:
        await one.handle(offered(call))
    dials = 0
    for _ in range(12):
        cutting = asyncio.create_task(cut_off(db, "one", chance.choice((0.02, 0.4, 1.2))))
        while not cutting.done():
            platform.slow = chance.choice((0.0, 0.05, 0.7))
            engine, call = chance.choice((one, one, two)), chance.choice(calls)
            await engine.handle(arrival(ConsultAsked(call=call, agent="jan"), f"consult{dials}"))
            dials += 1
            await asyncio.sleep(chance.choice((0.0, 0.01, 0.2)))
        await cutting
    async with asyncio.timeout(30):
        while await db.fetchval("SELECT count(*) FROM outbox"):
            await asyncio.sleep(0.01)
        while not await db.fetchval(HELD, sessions.SPACE, "one"):
            await asyncio.sleep(0.01)
    for part in reversed(parts):
        await part.stop()
    await weak.close()
    legs = [leg for what, leg in happened if what == "dialled"]
    given_up = {leg for what, leg in happened if what == "given up"}
    assert len(legs) == len(set(legs)), "no phone is dialled twice"
    late = [leg for n, (what, leg) in enumerate(happened) if what == "dialled" and ("given up", leg) in happened[:n]]
    assert late == [], "nobody dials a phone that the rules were told of as uncertain"
    assert len(set(legs) | given_up) == dials, "and none is forgotten"
