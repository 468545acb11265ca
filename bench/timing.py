"""Lateness of timers, each through the engine's own door: `python -m bench.timing URL PER_SECOND SECONDS`.

Every timer is set by an event and due a second later; 80 % are cancelled by another event before that. The engine and
the clock are the service's own; the rules are three lines, so that what is measured is the clock. Prints JSON.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections.abc import Awaitable

import asyncpg
import uvloop
from msgspec.structs import replace

from app.call.because import why
from app.call.call import Call, Welcoming
from app.call.decision import Centre, Decision
from app.call.events import CallOffered, Event, KeysPressed, TimerFired
from app.call.moves import arm, disarm, timer
from app.call.timers import Timer
from app.call.world import World
from app.engine.engine import Engine
from app.engine.policies import Policies
from app.providers.base import Arrival
from app.settings import utc_now
from app.store import codec
from app.store.database import engine_pool
from app.store.sealing import Seal
from app.workers.timers import Timers
from tests.engine.rules import policy

DUE = 1.0
CANCELLED = 0.8


def decide(call: Call | None, event: Event, world: World) -> Decision:
    """An offered call arms a timer, a key disarms it, and it fires at most once."""
    match event:
        case CallOffered() if call is None:
            made = Call(event.call, world.centre.id, Welcoming(), (), world.now, "", world.policy.version)
            return Decision(why("armed"), call=arm(made, timer("bench", world.now, DUE)))
        case KeysPressed() if call is not None and call.timers:
            return Decision(why("cancelled"), call=disarm(call, "bench"))
        case TimerFired() if call is not None and Timer(event.name, event.due_at, event.leg) in call.timers:
            return Decision(why("fired"), call=replace(disarm(call, "bench"), topic="fired"))
    return Decision(why("ignored.timer_gone"))


async def main(url: str, rate: int, seconds: int) -> None:
    policies = Policies()
    policies.add("bench", policy())
    policies.activate("bench", policy().version)
    connection = await asyncpg.connect(url)
    await connection.execute(
        "INSERT INTO centres (id, state) VALUES ('bench', $1) ON CONFLICT DO NOTHING", codec.text(Centre("bench", "v1"))
    )
    late: list[float] = []
    engine = Engine(url, decide=decide, policies=policies, clock=utc_now, node="bench", seal=Seal(b"k" * 32))
    pool = await engine_pool(url)
    timers = Timers(engine, pool, utc_now, late.append)
    await engine.start()
    await timers.start()
    chance = random.Random(1)
    loop = asyncio.get_running_loop()
    begin = loop.time()
    work: set[asyncio.Task[None]] = set()

    async def one(n: int) -> None:
        call = f"{n:020}"
        await told(CallOffered(call, f"{call}.1", ""), f"{call}.1:offered")
        if chance.random() < CANCELLED:
            await asyncio.sleep(chance.uniform(0.1, 0.8) * DUE)
            await told(KeysPressed(call, f"{call}.1", 1, "1"), f"{call}.1:1:input")

    def told(event: Event, key: str) -> Awaitable[object]:
        return engine.handle(Arrival(centre="bench", key=key, event=event))

    for n in range(rate * seconds):
        if (wait := begin + n / rate - loop.time()) > 0:
            await asyncio.sleep(wait)
        task = asyncio.create_task(one(n))
        work.add(task)
        task.add_done_callback(work.discard)
    await asyncio.gather(*work)
    for _ in range(200):
        await asyncio.sleep(0.1)
        if not await connection.fetchval("SELECT count(*) FROM timers"):
            break
    await timers.stop()
    await engine.stop()
    codes = "SELECT because->>'code', count(*) FROM events GROUP BY 1"
    found = dict(await connection.fetch(codes))
    await connection.close()
    await pool.close()
    ms = sorted(x * 1e3 for x in late)
    at = {f"p{q}": ms[min(len(ms) - 1, len(ms) * q // 100)] for q in (50, 99)}
    counts = {"set": found["armed"], "cancelled": found["cancelled"], "fired": found["fired"]}
    counts["lost"] = counts["set"] - counts["cancelled"] - counts["fired"]
    print(json.dumps({**counts, **at, "slowest": ms[-1]}))


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
