"""PostgreSQL freezes with a commit on its way: new callers reach the KCC, who speaks goes on, and one truth remains."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import AsyncExitStack
from pathlib import Path

import psutil
import pytest

from app.call.policy import Policy
from app.providers.demo.server import free_port, serving
from app.store import embedded
from tests.faults import town
from tests.faults.crashing import FROZEN
from tests.faults.evidence import Evidence
from tests.faults.forge import Mortal, forge
from tests.faults.front import Front
from tests.faults.people import desks
from tests.faults.switches import Resident, Side, hears, side
from tests.process import status, until

SOON = 1.0
"""Seconds in which a new caller must be on the way to the KCC."""


def signal_all(postmaster: int, sign: signal.Signals) -> None:
    """To the server and all its processes."""
    first = psutil.Process(postmaster)
    for process in [*first.children(recursive=True), first]:
        os.kill(process.pid, sign)


async def seconds_to_kcc(resident: Resident) -> float:
    """How long until a new caller was answered with the way to the KCC."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    await resident.rings()
    while resident.hears not in ("the KCC", "words"):
        assert loop.time() - began < 10, resident.hears
        await asyncio.sleep(0.01)
    took = loop.time() - began
    await hears(resident, "the KCC")
    return took


@pytest.mark.parametrize("name", ["generic", "twilio"])
async def test_a_frozen_database_disturbs_nobody_and_leaves_one_truth(
    name: str, folder: Path, routing: Policy, front: Front
) -> None:
    async with AsyncExitStack() as stack:
        server = await embedded.start(folder / "postgres")
        stack.push_async_callback(server.stop)
        public = await stack.enter_async_context(serving(front))
        on = await stack.enter_async_context(side(name, public))
        by = await stack.enter_async_context(forge())
        settings = town.environment(
            folder / "routing.yaml", folder / "none", free_port(), public, database=server.url, **on.settings()
        )
        service = Mortal(by, settings, folder, "frozen:Gather:2")
        stack.push_async_callback(service.stop)
        await service.start()
        front.targets = [service.url]
        evidence = Evidence(server.url, routing)
        agents = await desks(server.url, front, "sanne", "youssef")
        for desk in agents.values():
            stack.push_async_callback(desk.close)
            on.answers(desk.agent)
        await agents["sanne"].ready()
        speaking = on.resident()
        await speaking.rings()
        await speaking.presses("1")
        await hears(speaking, "people")
        await agents["youssef"].ready()
        dialled = on.dials()
        stack.callback(signal_all, server.pid, signal.SIGCONT)
        caught = on.resident()
        ringing = asyncio.create_task(seconds_to_kcc(caught))

        async def mid_commit() -> bool:
            return FROZEN in service.said()

        await until(mid_commit, "the database's process is stopped in mid-commit")
        signal_all(server.pid, signal.SIGSTOP)
        later = [on.resident() for _ in range(3)]
        took = [await ringing, *[await seconds_to_kcc(resident) for resident in later]]
        assert sorted(took)[-2] < SOON, f"the way to the KCC within a second; a busy machine may be late once: {took}"
        assert await status(f"{service.url}/health/ready") == 503
        assert await status(f"{service.url}/health/live") == 200
        assert speaking.hears == "people"
        assert on.dials() == dialled, "nobody is rung for callers who are at the KCC"
        await thawed(on, server.pid, service, evidence, [caught, *later], speaking)
        resident = on.resident()
        await resident.rings()
        await resident.presses("1")
        await hears(resident, "people")
        for each in (resident, speaking, caught, *later):
            assert each is resident or each.hears == ("people" if each is speaking else "the KCC")
            each.hangs_up()
        await evidence.over(15)

        async def quiet() -> bool:
            return not on.live()

        await until(quiet, f"no line lives: {on.live()}", 10)
        assert max(on.dials().values()) == 1
        await evidence.sound()


async def thawed(
    on: Side, postmaster: int, service: Mortal, evidence: Evidence, at_kcc: list[Resident], speaking: Resident
) -> None:
    """The server goes on, and so does the service, by itself; who was sent to the KCC stays there."""
    signal_all(postmaster, signal.SIGCONT)

    async def ready() -> bool:
        return await status(f"{service.url}/health/ready") == 200

    await until(ready, "ready again by itself", 15)

    async def told() -> bool:
        rows = await evidence.rows("SELECT id, phase FROM calls")
        phases = {row["id"]: row["phase"] for row in rows}
        return all(phases.get(resident.call) == "Degraded" for resident in at_kcc)

    await until(told, "the calls at the KCC are known to be there", 15)
    assert [resident.hears for resident in at_kcc] == ["the KCC"] * len(at_kcc)
    assert speaking.hears == "people"
    held = await evidence.rows("SELECT id FROM agents WHERE state->>'state' IN ('reserved', 'talking')")
    assert [row["id"] for row in held] == ["sanne"]
