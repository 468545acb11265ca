"""Two processes at work in one centre: each sees what the other did, and nothing that is not so any more."""

from __future__ import annotations

import asyncio

import asyncpg
from msgspec.structs import replace

from app.call.agent import Agent
from app.call.because import why
from app.call.call import Call
from app.call.callback import Callback, Slot
from app.call.decision import Decision
from app.call.diary import Diary
from app.call.events import AgentNotReady, Event, KeysPressed
from app.call.world import World
from app.engine.deciding import Decide
from tests.engine import rules
from tests.engine.arrivals import arrival, offered, pressed, ready
from tests.engine.conftest import Start
from tests.engine.test_by_memory import asked


def looking(seen: list[World]) -> Decide:
    """Rules that note what they may see; key 3 promises and writes a diary, key 4 keeps the promise and clears it."""

    def decide(call: Call | None, event: Event, world: World) -> Decision:
        seen.append(world)
        match event:
            case AgentNotReady():
                return Decision(why("away"), agents=(Agent(event.agent, "not_ready", world.now),))
            case KeysPressed(keys="3" | "4" as key):
                promise = Callback("c1.cb1", "c1", "promised", "s", world.now, Slot(world.now, world.now), world.now)
                if key == "4":
                    promise = replace(promise, status="kept")
                owed = Diary("ans", {1: 1} if key == "3" else {})
                return Decision(why("key"), callbacks=(promise,), diaries=(owed,))
            case _:
                return rules.decide(call, event, world)

    return decide


async def test_what_the_other_changed_is_read_though_the_rest_is_remembered(start: Start) -> None:
    seen: list[World] = []
    one, other = await start(decide=looking(seen)), await start("b", decide=looking([]))
    await one.handle(ready("jan"))
    await one.handle(offered())
    await one.handle(pressed("3"))
    for n in range(2):
        await other.handle(ready(f"b{n}"))
        await one.handle(pressed("1", key=f"turn {n}"))
        assert one._scenes["noord"].strange
    assert (seen[-1].agents["jan"].state, seen[-1].diaries["ans"].booked) == ("ready", {1: 1})
    assert [callback.status for callback in seen[-1].callbacks.values()] == ["promised"]
    await other.handle(arrival(AgentNotReady("jan", reason="lunch"), "away"))
    await one.handle(pressed("1", key="away"))
    assert seen[-1].agents["jan"].state == "not_ready"
    await other.handle(pressed("4"))
    await one.handle(pressed("1", key="last"))
    assert seen[-1].diaries["ans"].booked == {}
    assert seen[-1].callbacks == {}, "a promise that was kept meanwhile is none any more"


async def test_what_is_decided_by_memory_is_not_left_in_an_open_transaction(
    start: Start, db: asyncpg.Connection
) -> None:
    engine, other = await start(), await start("b")
    for n in range(3):
        await engine.handle(ready(f"z{n}", "zuid"))
    for n in range(2):
        await engine.handle(ready(f"n{n}"))
        await other.handle(ready(f"o{n}"))
    statements = asked(engine)
    shared = asyncio.ensure_future(engine.handle(ready("last")))
    while not engine._taken:
        await asyncio.sleep(0)
    await engine.handle(ready("own", "zuid"))
    await shared
    assert "COMMIT;" in statements, "the transaction of the centre that is shared opened the next one"
    assert await db.fetchval("SELECT count(*) FROM agents WHERE id = 'own'") == 1
