"""Commands: after the commit, in order, once if it is a Dial, whatever dies or does not answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest
import pytest_asyncio

from app.call.events import ConsultAsked, ConsultCancelled, SayFinished
from app.engine.engine import Engine
from app.providers.base import Arrival, NoLine, Order, Refused, Uncertain, Unreached
from app.store import outbox
from app.store.database import engine_pool
from app.workers.outbox import NAMED, Outbox
from tests.engine.arrivals import arrival, offered, pressed, saved
from tests.engine.conftest import CENTRES, Start
from tests.engine.platform import Platform

Sender = Callable[[Engine], Awaitable[Outbox]]


@pytest_asyncio.fixture
async def platform() -> Platform:
    return Platform()


@pytest_asyncio.fixture
async def sender(database: str, platform: Platform) -> AsyncIterator[Sender]:
    """Starts the outbox of an engine, against one platform for all."""
    made: list[Outbox] = []
    pool = await engine_pool(database)

    async def one(engine: Engine) -> Outbox:
        box = Outbox(engine, pool, {(centre, "demo"): platform for centre in CENTRES})
        await box.start()
        made.append(box)
        return box

    yield one
    for box in made:
        await box.stop()
    await pool.close()


def consult(key: str = "consult") -> Arrival:
    return arrival(ConsultAsked(call="c1", agent="jan", colleague="wil"), key)


async def until_empty(db: asyncpg.Connection) -> None:
    async with asyncio.timeout(20):
        while await db.fetchval("SELECT count(*) FROM outbox"):
            await asyncio.sleep(0.01)


async def test_one_calls_commands_go_in_order_one_at_a_time(
    start: Start, sender: Sender, platform: Platform, db: asyncpg.Connection
) -> None:
    engine = await start()
    await sender(engine)
    platform.slow = 0.005
    for call in ("c1", "c2", "c3"):
        await engine.handle(offered(call))
    for n in range(10):
        await asyncio.gather(*(engine.handle(pressed("1", call, key=f"k{n}")) for call in ("c1", "c2", "c3")))
        await engine.handle(arrival(ConsultAsked(call="c1", agent="jan"), f"consult{n}"))
    await until_empty(db)
    assert platform.most == 1
    for call in ("c1", "c2", "c3"):
        steps = [step for leg, step, name in platform.sent if leg == f"{call}.1"]
        assert steps == sorted(set(steps))
        assert steps[-1] == 11
    dials = [leg for leg, _, name in platform.sent if name == "Dial"]
    assert dials == [f"c1.{n}" for n in range(2, 12)]
    assert await db.fetchval("SELECT ref FROM lines WHERE leg = 'c1.2'") == "sw-c1.2"


async def test_a_sentence_is_filled_in_when_it_is_sent(
    start: Start, sender: Sender, platform: Platform, db: asyncpg.Connection
) -> None:
    engine = await start()
    await engine.handle(offered())
    await engine.handle(consult())
    await sender(engine)
    await until_empty(db)
    assert [o.command.name for o in platform.orders] == ["Dial"]
    assert platform.orders[0].lines == {"c1.1": "sw-c1"}


async def test_what_is_overtaken_is_not_sent(
    start: Start, sender: Sender, platform: Platform, db: asyncpg.Connection
) -> None:
    engine = await start()
    await engine.handle(offered())
    for n in range(5):
        await engine.handle(pressed("1", key=f"k{n}"))
    await sender(engine)
    await until_empty(db)
    assert platform.sent == [("c1.1", 6, "Say")]


async def test_a_phone_withdrawn_before_it_was_dialled_is_never_dialled(
    start: Start, sender: Sender, platform: Platform, db: asyncpg.Connection
) -> None:
    engine = await start()
    await engine.handle(offered())
    await engine.handle(consult())
    await engine.handle(arrival(ConsultCancelled(call="c1", agent="jan"), "cancel"))
    await sender(engine)
    await until_empty(db)
    assert platform.sent == []
    row = await db.fetchrow("SELECT data->>'cause' AS cause FROM events WHERE type = 'LegEnded'")
    assert row["cause"] == "cancelled"


async def test_what_a_reply_carries_is_not_sent_again(
    start: Start, sender: Sender, platform: Platform, db: asyncpg.Connection
) -> None:
    engine = await start()
    await engine.handle(offered())
    await engine.handle(pressed("1", key="k1"))
    handled = await engine.handle(pressed("2", key="k2", replies=True))
    assert saved(handled).legs[0].step == 3
    assert await db.fetchval("SELECT count(*) FROM outbox") == 0, "the reply of step 3 also overtakes step 2"


async def test_a_dead_processs_commands_are_taken_over_but_a_dial_is_not_repeated(
    start: Start, sender: Sender, platform: Platform, db: asyncpg.Connection
) -> None:
    dead, alive = await start("dead"), await start("alive")
    await dead.handle(offered())
    await dead.handle(consult())
    await dead.handle(pressed("7", key="music"))
    await dead.handle(arrival(ConsultAsked(call="c1", agent="jan"), "second"))
    await sender(alive)
    assert await db.fetchval("SELECT count(*) FROM outbox WHERE claimed_by = 'dead'") == 2
    await db.execute("UPDATE outbox SET claimed_until = now()")
    await until_empty(db)
    assert platform.sent == []
    rows = await db.fetch("SELECT data->>'leg' AS leg FROM events WHERE type = 'CommandUncertain' ORDER BY seq")
    assert [r["leg"] for r in rows] == ["c1.2", "c1.3"]


async def test_commands_for_a_call_go_to_the_process_that_has_the_earlier_ones(
    start: Start, sender: Sender, platform: Platform, db: asyncpg.Connection
) -> None:
    one, two = await start("one"), await start("two")
    await one.handle(offered())
    await one.handle(consult())
    await two.handle(arrival(ConsultAsked(call="c1", agent="jan"), "second"))
    assert await db.fetchval("SELECT array_agg(DISTINCT claimed_by) FROM outbox") == ["one"]
    await sender(two)
    await sender(one)
    await until_empty(db)
    assert [leg for leg, _, _ in platform.sent] == ["c1.2", "c1.3"]


async def test_commands_of_two_processes_keep_their_order_while_both_send(
    start: Start, sender: Sender, platform: Platform, db: asyncpg.Connection
) -> None:
    one, two = await start("one"), await start("two")
    boxes = [await sender(one), await sender(two)]
    platform.slow = 0.004
    await one.handle(offered())
    for n in range(24):
        engine = one if n % 3 else two
        happened = consult(f"consult{n}") if n % 2 else pressed("1", key=f"k{n}")
        await engine.handle(happened)
        for box in boxes:  # as NOTIFY does
            box.wake()
        await asyncio.sleep(0.003 * (n % 4))
    await until_empty(db)
    assert platform.most == 1, "one process at a time sends a call's commands"
    assert [leg for leg, _, name in platform.sent if name == "Dial"] == [f"c1.{n}" for n in range(2, 14)]
    steps = [step for leg, step, _ in platform.sent if leg == "c1.1"]
    assert steps == sorted(set(steps))
    assert steps[-1] == 13


async def test_a_phone_is_hung_up_by_the_name_the_switch_gave_it_a_moment_ago(
    start: Start, sender: Sender, platform: Platform, db: asyncpg.Connection
) -> None:
    engine = await start()
    await sender(engine)
    await engine.handle(offered())
    await engine.handle(consult())
    async with asyncio.timeout(5):
        while not platform.sent:
            await asyncio.sleep(0)
    await engine.handle(arrival(ConsultCancelled(call="c1", agent="jan"), "cancel"))
    await until_empty(db)
    assert [(o.command.name, o.line) for o in platform.orders] == [("Dial", ""), ("StopRinging", "sw-c1.2")]


async def test_what_waits_for_a_slow_switch_is_not_sent_once_an_answer_told_it(
    start: Start, sender: Sender, platform: Platform, db: asyncpg.Connection
) -> None:
    engine = await start()
    await sender(engine)
    platform.slow = 0.2
    await engine.handle(offered())
    await engine.handle(consult())
    await engine.handle(pressed("1", key="k1"))
    await engine.handle(pressed("1", key="k1", replies=True))
    await until_empty(db)
    assert platform.sent == [("c1.2", 1, "Dial")]


async def test_a_dial_without_an_answer_is_uncertain_and_not_repeated(
    start: Start, sender: Sender, platform: Platform, db: asyncpg.Connection
) -> None:
    def lost(order: Order) -> None:
        raise Uncertain

    platform.after = lost
    engine = await start()
    await engine.handle(offered())
    await engine.handle(consult())
    await sender(engine)
    await until_empty(db)
    assert platform.sent == [("c1.2", 1, "Dial")]
    assert await db.fetchval("SELECT state->>'topic' FROM calls") == "Dial", "the rules were told"


async def test_what_may_be_repeated_is_sent_again(
    start: Start, sender: Sender, platform: Platform, db: asyncpg.Connection
) -> None:
    failures = iter([Uncertain(), ValueError("not a library's own mistake")])

    def lost(order: Order) -> None:
        if (failure := next(failures, None)) is not None:
            raise failure

    platform.before = lost
    engine = await start()
    await engine.handle(offered())
    await engine.handle(pressed("1"))
    await engine.handle(said())
    await sender(engine)
    await until_empty(db)
    assert platform.sent == [("c1.1", 3, "Music")]


@pytest.mark.parametrize("refused", [Refused("no such line", gone=True), Refused("somebody speaks", cause="busy")])
async def test_a_refusal_is_told_and_a_line_that_is_gone_has_ended(
    start: Start, sender: Sender, platform: Platform, db: asyncpg.Connection, refused: Refused
) -> None:
    def refuse(order: Order) -> None:
        raise refused if order.command.leg == "c1.3" else Refused("not now")

    platform.before = refuse
    engine = await start()
    await engine.handle(offered())
    await engine.handle(consult("one"))
    await engine.handle(consult("two"))
    await sender(engine)
    await until_empty(db)
    rows = await db.fetch("SELECT type, data->>'leg', data->>'cause' FROM events WHERE seq > 3 ORDER BY seq")
    assert [tuple(r) for r in rows] == [("CommandFailed", "c1.2", None), ("LegEnded", "c1.3", refused.cause or "lost")]


async def test_a_crash_between_commit_and_send_loses_nothing(
    start: Start, sender: Sender, platform: Platform, db: asyncpg.Connection
) -> None:
    dead = await start("dead")
    await dead.handle(offered())
    await dead.handle(pressed("1"))
    await dead.handle(said())
    await dead.stop()
    await db.execute("UPDATE outbox SET claimed_until = now()")
    await sender(await start("alive"))
    await until_empty(db)
    assert platform.sent == [("c1.1", 3, "Music")]


async def test_a_claim_is_renewed_while_its_process_lives(
    start: Start, sender: Sender, platform: Platform, db: asyncpg.Connection
) -> None:
    engine = await start("a")
    await engine.handle(offered())
    await engine.handle(consult())
    pool = await engine_pool(engine._url)
    await db.execute("UPDATE outbox SET claimed_until = clock_timestamp() + interval '1 s'")
    await outbox.renew(pool, "a")
    assert await db.fetchval("SELECT claimed_until > clock_timestamp() + interval '3.5 s' FROM outbox")
    assert await outbox.take_over(pool, "b", CENTRES) == 0
    await pool.close()


def said() -> Arrival:
    return arrival(SayFinished(call="c1", leg="c1.1", step=2), "said")


async def test_a_leg_the_switch_never_named_holds_up_no_other_and_is_lost_in_the_end(
    start: Start, sender: Sender, platform: Platform, db: asyncpg.Connection
) -> None:
    def unnamed(order: Order) -> None:
        if order.command.name == "StopRinging":
            raise NoLine("no id yet")

    engine = await start()
    platform.before = unnamed
    await engine.handle(offered())
    await engine.handle(consult())
    await sender(engine)
    await until_empty(db)
    await engine.handle(arrival(ConsultCancelled(call="c1", agent="jan"), "cancel"))
    await engine.handle(arrival(SayFinished(call="c1", leg="c1.1", step=1), "1:1:said"))
    async with asyncio.timeout(NAMED):
        while ("c1.1", 2, "Music") not in platform.sent:
            await asyncio.sleep(0.01)
    assert await db.fetchval("SELECT count(*) FROM outbox WHERE leg = 'c1.2'") == 1
    await until_empty(db)
    row = await db.fetchrow("SELECT data->>'leg' AS leg, data->>'cause' AS cause FROM events WHERE type = 'LegEnded'")
    assert (row["leg"], row["cause"]) == ("c1.2", "lost")


@pytest.mark.parametrize(
    ("failure", "silent"),
    [(Uncertain(), True), (Unreached("closed"), True), (OSError(), True), (Refused("no line"), False), (None, False)],
)
async def test_a_switch_counts_as_silent_until_it_answers(
    start: Start, sender: Sender, platform: Platform, db: asyncpg.Connection, failure: Exception | None, silent: bool
) -> None:
    def fail(order: Order) -> None:
        if failure is not None and order.command.leg == "c1.2":
            raise failure

    platform.before = fail
    engine = await start()
    box = await sender(engine)
    assert set(box.unreached().values()) == {0.0}
    await engine.handle(offered())
    await engine.handle(consult("one"))
    await until_empty(db)
    assert (box.unreached()[f"{CENTRES[0]}/demo"] > 0.0) == silent
    await engine.handle(consult("two"))
    await until_empty(db)
    assert set(box.unreached().values()) == {0.0}, "it took the next one"
