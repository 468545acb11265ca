"""Runs wrk with calls that were signed a moment before, and says what it saw."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import asyncpg

from app import policyfile
from bench import policy
from bench.afterwards import left_waiting
from bench.calls import Story, openings, stories
from bench.hanging_up import hang_up
from bench.signing import Pbx, Switch, write
from bench.stage import Running, Stage, cpu, numbers, value

SCRIPT = Path(__file__).parent / "play.lua"
FASTEST = 10_000
"""Events per second for which there are enough signed messages."""


@dataclass
class Seen:
    """One run. Times in milliseconds; CPU in microseconds for each event, of the service and of PostgreSQL.

    An event of the service is what its log holds: webhooks, timers that fire through the same door, what follows.
    """

    requests: int
    rate: float
    p50: float
    p99: float
    slowest: float
    bad: int
    events: int
    python: float
    postgres: float
    waiting: int
    """Commands still waiting five seconds after the load."""


@cache
def told() -> tuple[Story, ...]:
    """Both kinds of call, played once."""
    return stories(policyfile.load(policy.text()))


@cache
def begun() -> tuple[Story, ...]:
    """The short calls with which the connections begin."""
    return openings(policyfile.load(policy.text()))


@dataclass
class Load:
    """Which calls are played, and what signs them."""

    stories: tuple[Story, ...]
    openings: tuple[Story, ...]
    switch: Callable[[], Switch] = Pbx


async def play(
    on: Stage,
    targets: list[Running],
    connections: int,
    seconds: int,
    centres: tuple[str, ...],
    load: Load | None = None,
) -> Seen:
    """Warm up for a second, then measure; with several processes each gets its share of the connections."""
    load = load or Load(told(), begun())
    await _play(on, targets, connections, 1, centres, load)
    return await _play(on, targets, connections, seconds, centres, load)


async def _play(
    on: Stage, targets: list[Running], connections: int, seconds: int, centres: tuple[str, ...], load: Load
) -> Seen:
    each = connections // len(targets)
    folders = [on.folder / f"calls-{next(numbers)}" for _ in targets]
    for folder in folders:
        events = int(FASTEST * seconds / connections) + 50
        calls = load.switch(), load.stories, load.openings
        write(folder, *calls, centres, each, events, answered=bool(targets[0].url))
    saved = await _saved(targets)
    before = [running.cpu() for running in targets], cpu(on.postmaster)
    results = await asyncio.gather(
        *(_wrk(running.port, each, seconds, folder) for running, folder in zip(targets, folders, strict=True))
    )
    python = sum(running.cpu() for running in targets) - sum(before[0])
    postgres = cpu(on.postmaster) - before[1]
    saved = await _saved(targets) - saved
    for folder in folders:
        shutil.rmtree(folder)
    waiting = 0
    if targets[0].url:
        waiting = await _waiting(targets[0].url)
        await hang_up(targets[0].url, targets[0].port)
    requests = sum(r[0] for r in results)
    events = saved or requests
    if any(r[7] for r in results):
        raise RuntimeError("wrk ran out of signed messages; raise FASTEST")
    return Seen(
        requests=requests,
        rate=sum(r[0] / (r[1] / 1e6) for r in results),
        p50=max(r[2] for r in results) / 1e3,
        p99=max(r[3] for r in results) / 1e3,
        slowest=max(r[4] for r in results) / 1e3,
        bad=sum(r[5] + r[6] for r in results),
        events=events,
        python=python / max(1, events) * 1e6,
        postgres=postgres / max(1, events) * 1e6,
        waiting=waiting,
    )


async def _waiting(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        return await left_waiting(connection)
    finally:
        await connection.close()


async def _saved(targets: list[Running]) -> int:
    """Events in the service's log: each raises the number of its centre. A floor numbers nothing."""
    return int(await value(targets[0].url, "SELECT sum(seq) FROM centres")) if targets[0].url else 0


async def _wrk(port: int, connections: int, seconds: int, folder: Path) -> list[int]:
    process = await asyncio.create_subprocess_exec(
        "wrk", f"-t{connections}", f"-c{connections}", f"-d{seconds}s", "-s", str(SCRIPT),
        f"http://127.0.0.1:{port}", "--", str(folder),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    out, _ = await process.communicate()
    line = next((x for x in out.decode().splitlines() if x.startswith("RESULT")), None)
    if line is None:
        raise RuntimeError(out.decode())
    return [int(x) for x in line.split()[1:]]
