"""Twenty calls a second through each way: how long until the phone rings, and from its answer until they speak."""

from __future__ import annotations

import asyncio

from bench.pbx.callers import call
from bench.pbx.house import House
from bench.pbx.onlooker import Seen
from bench.pbx.switch import WARMLIJN, WAYS
from bench.results import Result

STAYS = 3.0
"""Seconds."""
NEAR, FAR = 15.0, 50.0
"""Milliseconds Warmlijn may need more than Asterisk's own queue: half of the calls, and 99 of a hundred."""


async def comparison(house: House, rate: int, seconds: int) -> list[Result]:
    """One after the other, on one Asterisk."""
    seen: dict[str, Seen] = {}
    lost: dict[str, int] = {}
    unseen: dict[str, int] = {}
    for way in WAYS:
        async with house.watched(way.number) as told:
            called = await call(house.pbx, way.number, rate, seconds, STAYS)
        found = seen[way.name] = told()
        lost[way.name] = called.made - called.succeeded + found.apart
        unseen[way.name] = called.made - min(len(found.ringing), len(found.bridged))
        await asyncio.sleep(1.0)
    made = rate * seconds
    return [
        *(result for way, found in seen.items() if way != WARMLIJN for result in _figures(way, rate, found)),
        *_figures(WARMLIJN, rate, seen[WARMLIJN], [seen[way.name] for way in WAYS if way.queue]),
        *(Result(f"{way} {rate}/s: calls that failed", n, "", "= 0", f"of {made}") for way, n in lost.items()),
        *(Result(f"{way} {rate}/s: calls not measured", n, "", "= 0", f"of {made}") for way, n in unseen.items()),
    ]


def _figures(way: str, rate: int, found: Seen, queues: list[Seen] | None = None) -> list[Result]:
    """Half and 99 of a hundred of both; bounded by the quickest of the queues where they are given."""
    made = []
    for what in ("ringing", "bridged"):
        for share, more in ((0.5, NEAR), (0.99, FAR)):
            value = Seen.at(getattr(found, what), share)
            least = min((Seen.at(getattr(queue, what), share) for queue in queues or ()), default=0.0)
            bound = f"<= {least + more:.0f}" if queues else ""
            when = "INVITE to ringing" if what == "ringing" else "answer to bridged"
            count = len(getattr(found, what))
            note = f"app_queue {least:.0f}, {count} calls" if queues else f"{count} calls"
            made.append(Result(f"{way} {rate}/s: {when} p{share * 100:.0f}", value, "ms", bound, note))
    return made
