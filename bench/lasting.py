"""An open loop of ten times the national busy hour, the memory after 100,000 events, and how late timers are."""

from __future__ import annotations

import asyncio
import json
import sys

from bench.afterwards import afterwards
from bench.hanging_up import hang_up
from bench.load import begun, play, told
from bench.results import Result, median, sent
from bench.stage import ROOT, Stage, database, service, sink, value

RATE = 1100
CENTRES = ("bench",)
EVENTS = 100_000


async def _json(module: str, *arguments: object) -> dict[str, float]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *map(str, arguments), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"{module} failed")
    found: dict[str, float] = json.loads(out.splitlines()[-1])
    return found


async def lasting(on: Stage, repetitions: int, seconds: int, events: int = EVENTS) -> list[Result]:
    """One process: the open loop first, then as fast as it goes until so many events were taken."""
    runs: list[dict[str, float]] = []
    looks = []
    async with database(on) as url, sink(on) as port, service(on, url, port, CENTRES) as running:
        for _ in range(repetitions):
            runs.append(await _json("bench.openloop", running.port, RATE, seconds))
            looks.append(await afterwards(url, (*told(), *begun())))
            await hang_up(url, running.port)
        while await value(url, "SELECT count(*) FROM events") < events:
            await play(on, [running], 64, 10, CENTRES)
        memory = running.memory()
        held = await value(url, "SELECT count(*) FROM events")
    note = f"{sum(r['events'] for r in runs):.0f} events, {median(r['rate'] for r in runs):.0f}/s, "
    note += f"p50 {median(r['p50'] for r in runs):.1f}, slowest {max(r['slowest'] for r in runs):.0f} ms"
    share, ended = min(look.share for look in looks), looks[-1].ended
    return [
        Result(f"open loop of {RATE}/s for {seconds} s: p99", median(r["p99"] for r in runs), "ms", "< 100", note),
        Result(f"open loop of {RATE}/s: refused or degraded", sum(r["refused"] for r in runs), "", "= 0"),
        Result("open loop: calls that ended as planned", share, "of 1", ">= 0.9", f"{ended} calls"),
        sent((look.outbox for look in looks), "open loop: "),
        Result("memory of the service after 100,000 events", memory, "MB", "< 200", f"after {held:.0f} events"),
    ]


async def timers(on: Stage, repetitions: int, seconds: int) -> list[Result]:
    """A thousand set each second, four in five cancelled."""
    runs = []
    for _ in range(repetitions):
        async with database(on) as url:
            runs.append(await _json("bench.timing", url, 1000, seconds))
    note = f"p50 {median(r['p50'] for r in runs):.1f}, slowest {max(r['slowest'] for r in runs):.0f} ms, "
    note += f"{runs[0]['cancelled']:.0f} of {runs[0]['set']:.0f} cancelled"
    return [
        Result("timers, 1,000/s set, 80 % cancelled: p99 lateness", median(r["p99"] for r in runs), "ms", "< 20", note),
        Result("timers that neither fired nor were cancelled, or both", sum(abs(r["lost"]) for r in runs), "", "= 0"),
    ]
