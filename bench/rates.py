"""Requests per second, latency and CPU against the floor, one process each, at 64 and at 16 connections."""

from __future__ import annotations

import statistics
from contextlib import AsyncExitStack

from bench.afterwards import Afterwards, afterwards
from bench.deciding import per_decision
from bench.load import Seen, begun, play, told
from bench.results import Result, median, sent, spread
from bench.stage import Stage, database, floor, service, sink

CENTRES = ("bench",)
CONNECTIONS = (64, 16)
FLOOR = 200
"""Microseconds that a request of the floor took on the machine for which the bound of 120 was set: machines differ by
three times, also one from itself an hour later, but floor and service alike."""


async def rates(on: Stage, repetitions: int, seconds: int) -> list[Result]:
    """Both are up all the time; floor and service are measured in turn, `repetitions` times: other work hits both."""
    floors: dict[int, list[Seen]] = {c: [] for c in CONNECTIONS}
    services: dict[int, list[Seen]] = {c: [] for c in CONNECTIONS}
    async with AsyncExitStack() as stack:
        below = await stack.enter_async_context(database(on, migrated=False))
        plain = await stack.enter_async_context(floor(on, below))
        url = await stack.enter_async_context(database(on))
        port = await stack.enter_async_context(sink(on))
        running = await stack.enter_async_context(service(on, url, port, CENTRES))
        for _ in range(repetitions):
            for connections in CONNECTIONS:
                floors[connections].append(await play(on, [plain], connections, seconds, CENTRES))
                services[connections].append(await play(on, [running], connections, seconds, CENTRES))
        look = await afterwards(url, (*told(), *begun()))
    return [*_compared(floors, services), *_looked(look)]


def _compared(floors: dict[int, list[Seen]], services: dict[int, list[Seen]]) -> list[Result]:
    found = []
    for connections, bound in zip(CONNECTIONS, (">= 0.8", ">= 0.6"), strict=True):
        ours, theirs = services[connections], floors[connections]
        ratios = [a.rate / b.rate for a, b in zip(ours, theirs, strict=True)]
        note = f"{median(s.rate for s in ours):.0f}/s to {median(s.rate for s in theirs):.0f}/s, {spread(ratios)}"
        found.append(Result(f"requests/s to the floor, {connections} connections", median(ratios), "x", bound, note))
    ours, theirs = services[64], floors[64]
    ratios = [a.p99 / b.p99 for a, b in zip(ours, theirs, strict=True)]
    note = f"{median(s.p99 for s in ours):.1f} to {median(s.p99 for s in theirs):.1f} ms, {spread(ratios)}"
    found.append(Result("p99 to the floor, 64 connections", median(ratios), "x", "<= 0.5", note))
    whole, decide = median(s.python for s in ours), statistics.fmean(per_decision())
    below = median(s.python for s in theirs)
    more = median(s.events / s.requests for s in ours)
    shares = [(a.python - decide) / b.python * FLOOR for a, b in zip(ours, theirs, strict=True)]
    note = f"measured {whole - decide:.0f} and {decide:.0f} in decide; floor {below:.0f}; {more:.2f} events a webhook"
    note += f"; {min(shares):.0f} to {max(shares):.0f}"
    found.append(Result("CPU outside decide per event", whole - decide, "us", "<= 120", "as measured"))
    found.append(Result(f"the same, were the floor's {FLOOR} us", median(shares), "us", "<= 120", note))
    webhook = median(s.python * s.events / s.requests for s in ours)
    note = "with the timers that it sets, what follows from it, and decide"
    found.append(Result("CPU per webhook", webhook, "us", "", note))
    note = f"floor {median(s.postgres for s in theirs):.0f}"
    found.append(Result("CPU of PostgreSQL per event", median(s.postgres for s in ours), "us", "", note))
    bad = sum(s.bad for runs in (floors, services) for seen in runs.values() for s in seen)
    found.append(Result("answers that are not 2xx", bad, "", "= 0"))
    found.append(sent(s.waiting for runs in services.values() for s in runs))
    return found


def _looked(look: Afterwards) -> list[Result]:
    note = f"{look.planned} of {look.ended}; {look.ignored} of {look.events} events ignored"
    return [
        Result("calls that ended as planned", look.share, "of 1", ">= 0.9", note),
        Result("events in quarantine", look.quarantined, "", "= 0"),
    ]
