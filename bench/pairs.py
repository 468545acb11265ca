"""Two processes on one database against two floor processes: all calls of one centre, and of eight."""

from __future__ import annotations

from contextlib import AsyncExitStack

from bench.afterwards import Afterwards, afterwards
from bench.load import Seen, begun, play, told
from bench.results import Result, median, sent, spread
from bench.stage import Stage, database, floor, service, sink

ONE = ("bench",)
EIGHT = tuple(f"bench{n}" for n in range(8))
CONNECTIONS = 64


async def pairs(on: Stage, repetitions: int, seconds: int) -> list[Result]:
    """Floor, one centre, eight centres, in turn."""
    floors: list[Seen] = []
    looks: list[Afterwards] = []
    services: dict[tuple[str, ...], list[Seen]] = {ONE: [], EIGHT: []}
    for _ in range(repetitions):
        async with database(on, migrated=False) as url, AsyncExitStack() as stack:
            both = [await stack.enter_async_context(floor(on, url, POOL="8")) for _ in range(2)]
            floors.append(await play(on, both, CONNECTIONS, seconds, ONE))
        for centres, seen in services.items():
            async with database(on) as url, sink(on) as port, AsyncExitStack() as stack:
                both = [await stack.enter_async_context(service(on, url, port, centres)) for _ in range(2)]
                seen.append(await play(on, both, CONNECTIONS, seconds, centres))
                looks.append(await afterwards(url, (*told(), *begun())))
    found = []
    for centres, seen in services.items():
        ratios = [a.rate / b.rate for a, b in zip(seen, floors, strict=True)]
        note = f"{median(s.rate for s in seen):.0f}/s to {median(s.rate for s in floors):.0f}/s, {spread(ratios)}"
        name = f"two processes, {'one centre' if centres is ONE else 'eight centres'}: requests/s to two floors"
        found.append(Result(name, median(ratios), "x", ">= 0.7", note))
    planned = min(look.share for look in looks)
    found.append(Result("two processes: calls that ended as planned, at worst", planned, "of 1", ">= 0.9"))
    bad = sum(s.bad for seen in (floors, *services.values()) for s in seen)
    found.append(Result("two processes: answers that are not 2xx", bad, "", "= 0"))
    found.append(sent((s.waiting for seen in services.values() for s in seen), "two processes: "))
    return found
