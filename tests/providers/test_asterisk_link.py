"""The link with an Asterisk that answers slowly or not at all: when it is told that calls are taken, and when not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock

import pytest_asyncio
from structlog.testing import capture_logs

from app.call.events import DeviceChanged
from app.engine.policies import Policies
from app.main import Service
from app.providers.asterisk.session import Closed
from app.providers.base import Arrival
from app.settings import utc_now
from app.store.database import engine_pool
from app.workers.switch_compare import AT_ONCE
from app.workers.switch_link import SwitchLink
from tests.core.policies import policy
from tests.kept import SEAL
from tests.providers.test_asterisk import CENTRE, made

NOTHING: dict[str, Any] = {"applications/warmlijn": {"channel_ids": []}, "channels": [], "bridges": []}


class FarEnd:
    """An Asterisk without calls; about phones it says nothing until it may, and never about who is `silent`."""

    def __init__(self) -> None:
        self.told: dict[str, str] = {}
        self.phones: list[str] = []
        self.silent, self.deaf = "", False
        self.may = asyncio.Event()
        self._out: asyncio.Queue[str | None] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()

    async def receive(self) -> str:
        text = await self._out.get()
        if text is None:
            raise Closed
        return text

    async def send(self, text: str) -> None:
        task = asyncio.create_task(self._answer(json.loads(text)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        self._out.put_nowait(None)

    async def _answer(self, asked: dict[str, Any]) -> None:
        if self.deaf:
            return
        path, body = asked["uri"], NOTHING.get(asked["uri"], {})
        if path == "asterisk/variable":
            query = {each["name"]: each["value"] for each in asked["query_strings"]}
            self.told[query["variable"]] = query["value"]
        if path.startswith("deviceStates/"):
            self.phones.append(path)
            await self.may.wait()
            if path == self.silent:
                return
            body = {"state": "UNAVAILABLE"}
        self._out.put_nowait(json.dumps({
            "type": "RESTResponse", "request_id": asked["request_id"], "status_code": 200,
            "message_body": json.dumps(body),
        }))  # fmt: skip


class House:
    """A link over which the far end came, and what it told."""

    def __init__(self, link: SwitchLink, far: FarEnd, heard: list[Arrival], agents: int) -> None:
        self.link, self.far, self.heard, self.agents = link, far, heard, agents

    async def until_alive(self) -> None:
        async with asyncio.timeout(20):
            while self.far.told.get("KCC_ALIVE", "0") == "0":
                await asyncio.sleep(0.01)


@pytest_asyncio.fixture
async def house(database: str, tmp_path: Path) -> AsyncIterator[House]:
    """Ten phones more than are asked about at once."""
    policies, rules, heard = Policies(), policy(), []
    one = next(iter(rules.agents.values()))
    for number in range(AT_ONCE + 10 - len(rules.agents)):
        rules.agents[f"agent{number}"] = type(one)(f"agent{number}", one.name, f"sip:9{number}@pbx", one.offices)
    policies.add(CENTRE, rules)
    policies.activate(CENTRE, rules.version)

    async def handle(arrival: Arrival) -> None:
        heard.append(arrival)

    pool, asterisk, far = await engine_pool(database), made(tmp_path), FarEnd()
    engine = SimpleNamespace(policies=policies, seal=SEAL, node="a", newer=False, latency=0.0, handle=handle)
    link = SwitchLink(engine, pool, asterisk, utc_now)  # type: ignore[arg-type]
    serving = asyncio.create_task(link.accept(far))
    yield House(link, far, heard, AT_ONCE + 10)
    await link.stop()
    await serving
    await asterisk.close()
    await pool.close()


async def test_calls_are_taken_before_phones_are_known_and_a_silent_phone_holds_up_no_other(house: House) -> None:
    await house.until_alive()
    async with asyncio.timeout(20):
        while len(house.far.phones) < AT_ONCE:
            await asyncio.sleep(0.01)
    assert len(house.far.phones) == AT_ONCE
    house.far.silent = house.far.phones[0]
    house.far.may.set()
    async with asyncio.timeout(20):
        while len(house.heard) < house.agents - 1:
            await asyncio.sleep(0.01)
    assert len(house.far.phones) == house.agents
    assert {arrival.event.state for arrival in house.heard if isinstance(arrival.event, DeviceChanged)} == {"gone"}


async def test_who_withdraws_leaves_the_clock_that_another_process_may_have_set(house: House) -> None:
    await house.until_alive()
    set_by_another = house.far.told["KCC_TAKES"]
    await house.link.withdraw()
    assert house.far.told == {"KCC_ALIVE": "0", "KCC_TAKES": set_by_another}


async def test_an_asterisk_that_answers_nothing_keeps_nobody_from_stopping(house: House) -> None:
    await house.until_alive()
    house.far.deaf = True
    async with asyncio.timeout(4):
        await house.link.withdraw()


async def test_a_link_that_fails_to_withdraw_keeps_nobody_from_stopping(house: House) -> None:
    service = Service(SimpleNamespace())  # type: ignore[arg-type]
    failing = SimpleNamespace(withdraw=AsyncMock(side_effect=RuntimeError))
    service._links = {"elsewhere": failing, CENTRE: house.link}  # type: ignore[dict-item]
    await house.until_alive()
    with capture_logs() as logged:
        await service.withdraw()
    assert house.far.told["KCC_ALIVE"] == "0"
    assert "service.not_withdrawn" in [each["event"] for each in logged]
