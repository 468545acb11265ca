"""Two processes, one database, every webhook brought to both at once in any order: one effect, and rows that agree."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from app.call.policy import Policy
from app.providers.demo.server import free_port, serving
from tests.faults import town
from tests.faults.evidence import Evidence
from tests.faults.front import Front
from tests.faults.people import Desk, desks
from tests.faults.switches import Resident, Side, hears, side
from tests.process import Process, until

AGENTS = ("sanne", "youssef", "daan")
ROUNDS = 2


async def served(resident: Resident, on: Side, agents: dict[str, Desk], evidence: Evidence, story: str) -> None:
    """One whole call: the menu, a person, and then what the story says."""
    await resident.rings()
    await resident.presses("1")
    await hears(resident, "people", seconds=40)
    holds = "SELECT state->>'id' FROM agents WHERE state->>'call' = $1 AND state->>'state' = 'talking'"
    await until(lambda: evidence.rows(holds, resident.call), "an agent speaks")  # told a moment after it is heard
    agent = (await evidence.rows(holds, resident.call))[0][0]
    if story == "transfer":
        await agents[agent].clicks(resident.call, "consult", colleague="omar")
        await hears(resident, "music")
        speaking = "SELECT 1 FROM calls WHERE id = $1 AND state->'phase'->>'stage' = 'speaking'"
        await until(lambda: evidence.rows(speaking, resident.call), "the colleague speaks")
        await agents[agent].clicks(resident.call, "complete")
        await hears(resident, "people")
        counted = "SELECT 1 FROM transfers WHERE call = $1 AND outcome = 'answered'"
        await until(lambda: evidence.rows(counted, resident.call), "the transfer counts")
    elif story == "absent":
        await agents[agent].clicks(resident.call, "consult", colleague="carla")
        made = "SELECT 1 FROM callbacks WHERE call = $1"
        await until(lambda: evidence.rows(made, resident.call), "the callback is made")
        await hears(resident, "people")
    resident.hangs_up()


@pytest.mark.parametrize("name", ["generic", "twilio"])
async def test_every_webhook_twice_to_two_processes_has_one_effect(
    name: str, database: str, folder: Path, routing: Policy, front: Front
) -> None:
    front.twice = True
    async with AsyncExitStack() as stack:
        public = await stack.enter_async_context(serving(front))
        on = await stack.enter_async_context(side(name, public))
        processes = [
            Process(
                town.environment(
                    folder / "routing.yaml", folder / "none", free_port(), public, database=database, **on.settings()
                ),
                folder,
            )
            for _ in range(2)
        ]
        for process in processes:
            stack.push_async_callback(process.stop)
        await asyncio.gather(*(process.start() for process in processes))
        front.targets = [process.url for process in processes]
        evidence = Evidence(database, routing)
        agents = await desks(database, front, *AGENTS)
        for desk in agents.values():
            stack.push_async_callback(desk.close)
            await desk.ready()
        for who in (*AGENTS, "omar"):
            on.answers(who)
        on.silent("carla")
        stories = ["transfer", "absent", "plain", "plain"] * ROUNDS
        residents = [on.resident() for _ in stories]
        await asyncio.gather(
            *(served(r, on, agents, evidence, story) for r, story in zip(residents, stories, strict=True))
        )
        await evidence.over(15)

        async def quiet() -> bool:
            return not on.live()

        await until(quiet, f"no line lives: {on.live()}", 10)
        dials = on.dials()
        assert set(dials.values()) == {1}, "each leg was dialled once"
        assert on.problems() == []
        assert await evidence.holds_all(front, public) > 2 * len(stories)
        promised = await evidence.rows("SELECT call, count(*) FROM callbacks GROUP BY call")
        wanted = [r.call for r, story in zip(residents, stories, strict=True) if story == "absent"]
        assert sorted((row[0], row[1]) for row in promised) == sorted((call, 1) for call in wanted)
        joined = await evidence.rows("SELECT count(*) FROM transfers WHERE outcome = 'answered'")
        assert joined[0][0] == stories.count("transfer")
        decided = await evidence.rows("SELECT count(DISTINCT seq), count(*), max(seq) FROM events")
        assert decided[0][0] == decided[0][1] == decided[0][2]
        await evidence.sound()
        both = [process.said().count('"event":"decided"') for process in processes]
        assert min(both) > 0, f"both processes decided: {both}"
