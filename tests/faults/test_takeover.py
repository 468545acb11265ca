"""Two processes, and the one that does everything is killed or frozen with a command in hand: the other one does it."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from app.call.policy import Policy
from app.providers.demo.server import free_port, serving
from tests.faults import town
from tests.faults.crashing import CRASHED, HALTED
from tests.faults.evidence import Evidence
from tests.faults.forge import Mortal, forge
from tests.faults.front import Front
from tests.faults.people import desks
from tests.faults.switches import hears, side
from tests.process import until

POINTS = [(name, f"{point}:Dial") for name in ("generic", "twilio") for point in ("committed", "sent", "halted")]
POINTS += [("twilio", f"{point}:Join") for point in ("committed", "sent", "halted")]
"""The generic switch is told to join in the answer to its own webhook."""
NEVER = "never:Nothing"


@pytest.mark.parametrize(("name", "at"), POINTS)
async def test_what_a_process_held_when_it_fell_is_done_by_the_other_one(
    name: str, at: str, database: str, folder: Path, routing: Policy, front: Front, capsys: pytest.CaptureFixture[str]
) -> None:
    loop = asyncio.get_running_loop()
    async with AsyncExitStack() as stack:
        public = await stack.enter_async_context(serving(front))
        on = await stack.enter_async_context(side(name, public))
        by = await stack.enter_async_context(forge())
        settings = [
            town.environment(
                folder / "routing.yaml", folder / "none", free_port(), public, database=database, **on.settings()
            )
            for _ in range(2)
        ]
        falls, stays = Mortal(by, settings[0], folder, at), Mortal(by, settings[1], folder, NEVER)
        for process in (falls, stays):
            stack.push_async_callback(process.stop)
            await process.start()
        front.targets = [falls.url, stays.url]
        evidence = Evidence(database, routing)
        desk = (await desks(database, front, "sanne"))["sanne"]
        stack.push_async_callback(desk.close)
        on.answers("sanne")
        await desk.is_("logged_on")
        resident = on.resident()
        await resident.rings()
        await resident.presses("1")
        await hears(resident, "music")

        async def fell() -> bool:
            said = falls.said()
            return (CRASHED in said and falls.gone) or HALTED in said

        clicking = asyncio.create_task(desk.ready())
        await until(fell, "it falls", 20)
        front.targets = [stays.url]
        fallen = loop.time()

        async def followed() -> bool:
            return '"outbox.taken_over"' in stays.said()

        await until(followed, "the other one takes over", 15)
        took = loop.time() - fallen
        if HALTED in falls.said():
            os.kill(falls.pid, signal.SIGCONT)
        await clicking
        await hears(resident, "people")
        speaks = loop.time() - fallen
        resident.hangs_up()
        await evidence.over(15)

        async def quiet() -> bool:
            return not on.live()

        await until(quiet, f"no line lives: {on.live()}", 10)
        assert max(on.dials().values()) == 1
        assert on.problems() == []
        await evidence.sound()
    with capsys.disabled():
        print(f"\n{name} {at}: taken over after {took:.2f} s, the caller speaks after {speaks:.2f} s")
