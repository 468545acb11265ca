"""The service dies at every point of every command's way: one dial, everything settled within ten seconds."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest

from app.call.policy import Policy
from app.providers.demo.server import free_port, serving
from tests.conftest import temporary_database
from tests.faults import town
from tests.faults.conftest import Server
from tests.faults.evidence import Evidence
from tests.faults.forge import Forge, Mortal, forge
from tests.faults.front import Front
from tests.faults.people import Desk, desks
from tests.faults.switches import CONTENT, Resident, Side, side
from tests.process import until

POINTS = ("decided", "committed", "replied", "sent", "recorded")
COMMANDS = ("Say", "Gather", "Music", "Ringback", "Join", "Dial", "StopRinging", "HangUp", "Look")
SETTLED = 10.0
"""Seconds after the service is ready again."""


@dataclass
class Stage:
    """One service, one switch, one resident, one agent, and where it is to happen."""

    on: Side
    front: Front
    resident: Resident
    desk: Desk
    service: Mortal
    evidence: Evidence
    point: str
    command: str

    async def reach(self, *what: str, seconds: float = 40.0) -> bool:
        """Wait until the resident hears this; False when the service died meanwhile."""

        async def now() -> bool:
            return self.service.gone or self.service.lives > 1 or self.resident.hears in what

        await until(now, f"hears {what}, but {self.resident.hears} {await self.evidence.left()}", seconds)
        return not self.service.gone and self.service.lives == 1

    async def reach_row(self, statement: str) -> bool:
        """The same for something in the database."""

        async def now() -> bool:
            dead = self.service.gone or self.service.lives > 1
            return dead or bool(await self.evidence.rows(statement, self.resident.call))

        await until(now, f"{statement}: {await self.evidence.left()}", 40)
        return not self.service.gone and self.service.lives == 1


CONSULTING = "SELECT 1 FROM calls WHERE id = $1 AND phase = 'Consulting' AND state->'phase'->>'stage' = 'ringing'"
SPEAKING = "SELECT 1 FROM calls WHERE id = $1 AND phase = 'Consulting' AND state->'phase'->>'stage' = 'speaking'"
TALKING = "SELECT 1 FROM calls WHERE id = $1 AND phase = 'Talking'"
CONNECTED = "SELECT 1 FROM calls WHERE id = $1 AND phase = 'Connected' AND state->'phase'->>'stable' = 'true'"


async def story(at: Stage) -> None:
    """A call in which every command is sent once at least; it goes as far as the service lives."""
    call_of = at.resident
    await call_of.rings()
    if not await at.reach("menu"):
        return
    await call_of.presses("1")
    if not await at.reach("music"):
        return
    if at.command == "Gather" and at.point in ("sent", "recorded"):
        await at.reach("menu")      # offered a callback, by a timer: only then a Gather does not ride on an answer
        await at.reach()
        return
    await at.desk.ready()
    if not await at.reach("people") or not await at.reach_row(TALKING):
        return
    await at.desk.clicks(call_of.call, "consult", colleague="omar")
    if not await at.reach("music") or not await at.reach_row(CONSULTING):
        return
    await asyncio.sleep(0.3)
    await at.desk.clicks(call_of.call, "cancel-consult")
    if not await at.reach("people"):
        return
    await at.desk.clicks(call_of.call, "consult", colleague="greet")
    if not await at.reach_row(SPEAKING):
        return
    await at.desk.clicks(call_of.call, "hang-up")
    if not await at.reach("people") or not await at.reach_row(CONNECTED):
        return
    at.on.hangs_up("greet")
    await at.reach("over")


async def crashed(at: Stage) -> None:
    """The story until the service dies; then all that must hold."""
    rising = asyncio.create_task(at.service.rises())
    try:
        await story(at)
        await rising
    finally:
        rising.cancel()
    assert at.service.crashed

    async def settled() -> bool:
        content = at.resident.over or at.resident.hears in CONTENT
        return content and not await at.evidence.rows("SELECT 1 FROM outbox")

    try:
        await until(settled, "the call is settled", SETTLED)
    except AssertionError:
        raise AssertionError(f"{at.resident.hears} {await at.evidence.left()} {at.on.live()}") from None
    if not at.resident.over:
        at.resident.hangs_up()
    await at.evidence.over(SETTLED)

    async def quiet() -> bool:
        return not at.on.live()

    await until(quiet, f"no line lives: {at.on.live()}", 10)
    assert max(at.on.dials().values(), default=1) == 1, "each leg is dialled at most once"
    await at.evidence.sound()


@pytest.mark.timeout(400)
@pytest.mark.parametrize("name", ["generic", "twilio"])
async def test_a_crash_at_every_point_of_every_command(
    name: str, servers: list[Server], folder: Path, routing: Policy
) -> None:
    """Several at the same time: what takes long is waiting until a dead process's commands may be taken over."""
    rooms = [asyncio.Semaphore(6) for _ in servers]
    failed: list[str] = []

    async def one(by: Forge, n: int, point: str, command: str) -> None:
        server, room = servers[n % len(servers)], rooms[n % len(servers)]
        async with room:
            try:
                await played(by, name, server, folder, routing, point, command)
            except Exception as error:  # noqa: BLE001 - all of them are told together
                failed.append(f"{point}:{command}: {type(error).__name__}: {error}")

    async with forge() as by:
        await asyncio.gather(*(one(by, n, *each) for n, each in enumerate(product(POINTS, COMMANDS))))
    assert not failed, "\n".join(sorted(failed))


async def played(
    by: Forge, name: str, server: Server, folder: Path, routing: Policy, point: str, command: str
) -> None:
    """One service of its own for this point and command."""
    front = Front()
    if command == "Look":
        front.swallow = [b"leg.joined.v1" if name == "generic" else b"participant-join"]
    async with AsyncExitStack() as stack:
        stack.push_async_callback(front.close)
        public = await stack.enter_async_context(serving(front))
        on = await stack.enter_async_context(side(name, public))
        database = await stack.enter_async_context(temporary_database(server.url, server.template))
        settings = town.environment(
            folder / "routing.yaml", folder / "none", free_port(), public, database=database, **on.settings()
        )
        service = Mortal(by, settings, folder, f"{point}:{command}")
        stack.push_async_callback(service.stop)
        await service.start()
        front.targets = [service.url]
        evidence = Evidence(database, routing)
        desk = (await desks(database, front, "sanne"))["sanne"]
        stack.push_async_callback(desk.close)
        for who in ("sanne", "greet"):
            on.answers(who)
        on.silent("omar")
        await desk.is_("logged_on")     # where nobody is, a callback is offered at once
        await crashed(Stage(on, front, on.resident(), desk, service, evidence, point, command))
