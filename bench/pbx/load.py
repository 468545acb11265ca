"""Many calls at once through Warmlijn: none may fail or stay behind, and everybody's share of the processor is told."""

from __future__ import annotations

import asyncio
import time

from bench.pbx.callers import Called, call
from bench.pbx.house import CENTRE, House
from bench.pbx.onlooker import Seen
from bench.pbx.switch import SPAN, WARMLIJN, WAYS
from bench.results import Result

NUMBER = next(way.number for way in WAYS if way.name == WARMLIJN)
AT_ONCE = 500
SETTLED = 15.0
"""Seconds after the last call in which everything must be at rest."""
HOLDS = 1000.0
"""Milliseconds to ringing that 99 of a hundred callers may wait for a rate to count as held."""
ENDED = f"SELECT count(*) FROM calls WHERE centre = '{CENTRE}' AND phase = 'Ended'"
ANSWERED = f"SELECT count(*) FROM offers WHERE centre = '{CENTRE}' AND outcome = 'answered'"
READY = f"SELECT count(*) FROM agents WHERE centre = '{CENTRE}' AND state->>'state' = 'ready'"


async def load(house: House, rate: int = 50, at_once: int = AT_ONCE) -> list[Result]:
    """So many calls a second, each so long that so many are there at once."""
    stays = at_once / rate + 0.5
    recorded = await house.counted(ENDED), await house.counted(ANSWERED)
    before, began = house.used(), time.monotonic()
    async with house.watched("load") as told:
        called = await call(house.pbx, NUMBER, rate, int(2 * stays), stays)
        took = time.monotonic() - began
        after = house.used()
    found = told()
    left = await _rest(house)
    ended, answered = await house.counted(ENDED) - recorded[0], await house.counted(ANSWERED) - recorded[1]
    name = f"{WARMLIJN} {rate}/s, {at_once} at once"
    shares = {who: 100 * (after[who] - before[who]) / took for who in before} | {"callers": 100 * called.cpu / took}
    return [
        Result(f"{name}: calls that failed", called.made - called.succeeded, "", "= 0", _told(called)),
        Result(f"{name}: never bridged", found.apart, "", "= 0"),
        Result(f"{name}: calls at once", called.most, "", f">= {at_once}"),
        *(
            Result(f"{name}: {what} p{share * 100:.0f}", Seen.at(values, share), "ms")
            for what, values in (("INVITE to ringing", found.ringing), ("answer to bridged", found.bridged))
            for share in (0.5, 0.99)
        ),
        *(Result(f"{name}: left after {SETTLED:.0f} s, {what}", count, "", "= 0") for what, count in left.items()),
        Result(f"{name}: ended in the record", ended, "calls", f"= {called.made}"),
        Result(f"{name}: answered in the record", answered, "calls", f"= {called.made}"),
        *(Result(f"{name}: {who}", share, "% CPU") for who, share in shares.items()),
    ]


async def highest(house: House, rates: tuple[int, ...] = (75, 100, 125, 150), seconds: int = 10) -> list[Result]:
    """The highest of these rates at which none fails and none waits for long; each call lasts three seconds."""
    held, note = 0, ""
    for rate in rates:
        async with house.watched(f"rate-{rate}") as told:
            called = await call(house.pbx, NUMBER, rate, seconds, 3.0)
        found = told()
        left = await _rest(house)
        slowest = Seen.at(found.ringing, 0.99)
        note = f"at {rate}/s: {_told(called)}, ringing p50 {Seen.at(found.ringing, 0.5):.0f} p99 {slowest:.0f} ms"
        if called.succeeded < called.made or found.apart or any(left.values()) or slowest > HOLDS:
            break
        held = rate
    return [Result(f"{WARMLIJN}: highest rate that holds", held, "calls/s", "", note)]


def _told(called: Called) -> str:
    return f"{called.succeeded} of {called.made}, {called.again} INVITEs sent again"


async def _rest(house: House) -> dict[str, int]:
    """What is still there when it has had time to end; agents who are not ready count as left."""
    until = time.monotonic() + SETTLED
    while True:
        left = {
            "channels": len(await house.pbx.get("/channels")),
            "bridges": len(await house.pbx.get("/bridges")),
            "agents not ready": SPAN - await house.counted(READY),
            "commands not sent": await house.counted("SELECT count(*) FROM outbox"),
        }
        if not any(left.values()) or time.monotonic() > until:
            return left
        await asyncio.sleep(0.25)
