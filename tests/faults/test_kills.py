"""Twenty times the service is killed under load, twenty times its database, four times restarted: nothing is lost."""

from __future__ import annotations

import asyncio
import os
import signal
import statistics
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from app.call.policy import Policy
from app.providers.demo.server import free_port, serving
from app.store.embedded import is_server, url_of
from tests.faults import town
from tests.faults.evidence import Evidence
from tests.faults.front import Front
from tests.faults.people import Desk, desks
from tests.faults.residents import Crowd
from tests.faults.switches import CONTENT, Side, side
from tests.process import Process, until

AGENTS = ("sanne", "youssef", "daan", "priya")
ROUNDS = (("database", "service"), ("both",), ("service", "restart", "database"), ("database", "service"), ("both",))
"""Twice for each platform."""
SIGNALS = {"database": signal.SIGKILL, "both": signal.SIGKILL, "restart": signal.SIGINT}
"""SIGINT is PostgreSQL's fast shutdown: connections are cut, and the service starts it again."""


async def settle(on: Side, crowd: Crowd) -> None:
    """Whoever waits hears something again within ten seconds."""

    async def everybody() -> bool:
        return all(r.over or r.hears in CONTENT for r in waiting)

    waiting = list(crowd.ringing)
    await until(everybody, "no caller is left in silence", 10)


async def keep_ready(agents: dict[str, Desk]) -> None:
    """Agents come back from whatever made them not ready: a phone that could not be rung while we were away."""
    while True:
        for desk in agents.values():
            await desk.is_("ready")
        await asyncio.sleep(0.5)


async def acknowledged(front: Front, evidence: Evidence, public: str, what: str) -> None:
    """An event of a caller is taken again. What was answered as it happened does not count."""
    await asyncio.sleep(0.1)
    before = len(front.taken)

    async def taken() -> bool:
        return any(evidence.arrivals(*one, public) for one in front.taken[before:])

    await until(taken, f"events are taken after {what}", 10)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", ["generic", "twilio"])
async def test_nothing_acknowledged_is_lost_whatever_is_killed(
    name: str, folder: Path, routing: Policy, front: Front, capsys: pytest.CaptureFixture[str]
) -> None:
    data, loop = folder / "database", asyncio.get_running_loop()
    async with AsyncExitStack() as stack:
        public = await stack.enter_async_context(serving(front))
        on = await stack.enter_async_context(side(name, public))
        process = Process(
            town.environment(folder / "routing.yaml", data, free_port(), public, **on.settings()), folder
        )
        stack.push_async_callback(process.stop)
        await process.start()
        front.targets = [process.url]
        evidence = Evidence(url_of(data, "warmlijn"), routing)
        agents = await desks(evidence.url, front, *AGENTS)
        for desk in agents.values():
            stack.push_async_callback(desk.close)
            await desk.ready()
        for who in AGENTS:
            on.answers(who)
        crowd = Crowd(on, 4)
        crowd.start()
        ready = asyncio.create_task(keep_ready(agents))
        took: list[tuple[str, float]] = []
        checked = 0
        for n, events in enumerate(ROUNDS * 2):
            enough = len(crowd.done) + 1

            async def went_on(enough: int = enough) -> bool:
                return len(crowd.done) >= enough

            await until(went_on, f"calls go on before round {n}: {crowd.cut}", 30)
            for what in events:
                await process.ready()
                began = loop.time()
                if what != "service":
                    os.kill(postmaster(data), SIGNALS[what])
                if what in ("service", "both"):
                    await process.kill()
                    await process.start()
                await acknowledged(front, evidence, public, what)
                took.append((what, loop.time() - began))
                await settle(on, crowd)
                checked, since = len(front.taken), checked
                await evidence.holds_all(front, public, since, killed=True)
        ready.cancel()
        await crowd.stop()
        await evidence.over(15)

        async def quiet() -> bool:
            return not on.live()

        await until(quiet, f"no line lives: {on.live()}", 10)
        assert crowd.cut == [], await evidence.story(*(call for call, _ in crowd.cut))
        assert max(on.dials().values()) == 1
        held = await evidence.holds_all(front, public, killed=True)
        assert held > 100
        await evidence.sound()
        for desk in agents.values():
            await desk.is_("ready")
    with capsys.disabled():
        print(f"\n{name}: {held} events acknowledged, {len(crowd.done)} callers spoke; {told(took)}")


def told(took: list[tuple[str, float]]) -> str:
    """How often each was killed, and how long until events were taken again: the median and the longest."""
    parts = []
    for what in ("service", "database", "both", "restart"):
        seconds = sorted(s for kind, s in took if kind == what)
        parts.append(f"{what} {len(seconds)} x, {statistics.median(seconds):.1f} s, at most {seconds[-1]:.1f} s")
    return "; ".join(parts)


def postmaster(data: Path) -> int:
    """The process of this data directory's server."""
    pid = int((data / "pgdata" / "postmaster.pid").read_text(encoding="ascii").split("\n", 1)[0])
    assert is_server(pid, data / "pgdata")
    return pid
