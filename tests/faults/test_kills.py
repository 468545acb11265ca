"""Twenty times the service or its own database is killed or restarted under load: calls go on, nothing is lost."""

from __future__ import annotations

import asyncio
import os
import signal
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
from tests.faults.process import Process, until
from tests.faults.residents import Crowd
from tests.faults.switches import CONTENT, Side, side

AGENTS = ("sanne", "youssef", "daan", "priya")
ROUND = ("service", "database", "service", "restart", "both")
SIGNALS = {"database": signal.SIGKILL, "both": signal.SIGKILL, "restart": signal.SIGINT}
"""SIGINT is PostgreSQL's fast shutdown: connections are cut, and the service starts it again."""
TIMES = 10


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


@pytest.mark.timeout(240)
@pytest.mark.parametrize("name", ["generic", "twilio"])
async def test_nothing_acknowledged_is_lost_whatever_is_killed(
    name: str, folder: Path, routing: Policy, front: Front
) -> None:
    data = folder / "database"
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
        for n in range(TIMES):
            enough = len(crowd.done) + 2

            async def went_on(enough: int = enough) -> bool:
                return len(crowd.done) >= enough

            await until(went_on, f"calls go on before kill {n}: {crowd.cut}", 30)
            await process.ready()
            what = ROUND[n % len(ROUND)]
            if what != "service":
                os.kill(postmaster(data), SIGNALS[what])
            if what in ("service", "both"):
                await process.kill()
                await process.start()
            await settle(on, crowd)
        ready.cancel()
        await crowd.stop()
        await evidence.over(15)

        async def quiet() -> bool:
            return not on.live()

        await until(quiet, f"no line lives: {on.live()}", 10)
        assert crowd.cut == []
        assert max(on.dials().values()) == 1
        assert await evidence.holds_all(front, public) > 100
        await evidence.sound()
        for desk in agents.values():
            await desk.is_("ready")


def postmaster(data: Path) -> int:
    """The process of this data directory's server."""
    pid = int((data / "pgdata" / "postmaster.pid").read_text(encoding="ascii").split("\n", 1)[0])
    assert is_server(pid, data / "pgdata")
    return pid
