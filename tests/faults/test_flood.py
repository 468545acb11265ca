"""More callers than can be served in time: new ones are sent to the KCC at once, who is in a call is always served."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path

import asyncpg
import httpx

from app.call.policy import Policy
from app.providers.demo.server import free_port
from app.providers.generic.signing import Signer
from app.settings import utc_now
from tests.faults import town
from tests.faults.evidence import Evidence
from tests.process import Process, until

OVERLOAD = 50
"""Milliseconds an event may wait before new calls are refused."""
BEFORE, NEW = 40, 300
SLOW = """
CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.1); RETURN NULL; END';
CREATE TRIGGER slowly AFTER INSERT ON events FOR EACH STATEMENT EXECUTE FUNCTION slowly()"""
"""A disk that takes a tenth of a second for each transaction, however many events are in it."""


class Pbx:
    """Sends signed events, each on its own."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._signer = Signer((town.SECRET,))
        self._numbers = count(1)

    async def tell(self, kind: str, **data: object) -> httpx.Response:
        identity = f"flood-{next(self._numbers)}"
        event = {
            "specversion": "1.0", "id": identity, "source": "urn:test:pbx",
            "type": f"nl.warmlijn.telephony.{kind}.v1", "data": data,
        }  # fmt: skip
        body = json.dumps(event).encode()
        headers = {**self._signer.headers(identity, body, utc_now()), "content-type": "application/cloudevents+json"}
        return await self._client.post(f"/hooks/{town.CENTRE}/generic/events", content=body, headers=headers)

    async def rings(self, reference: str) -> httpx.Response:
        return await self.tell("call.offered", call=reference, dialled=town.MAIN)


async def test_a_flood_of_callers_is_sent_to_the_kcc_while_who_is_in_a_call_is_served(
    database: str, folder: Path, routing: Policy
) -> None:
    async with AsyncExitStack() as stack:
        port = free_port()
        public = f"http://127.0.0.1:{port}"
        settings = town.environment(
            folder / "routing.yaml", folder / "none", port, public, database=database,
            GENERIC_COMMAND_URL=f"http://127.0.0.1:{free_port()}/", WARMLIJN_OVERLOAD_MS=str(OVERLOAD),
            WARMLIJN_DEADLINE_MS="10000",
        )  # fmt: skip
        service = Process(settings, folder)
        stack.push_async_callback(service.stop)
        await service.start()
        limits = httpx.Limits(max_connections=NEW + 2 * BEFORE)
        client = await stack.enter_async_context(
            httpx.AsyncClient(base_url=public, timeout=30.0, trust_env=False, limits=limits)
        )
        pbx, evidence = Pbx(client), Evidence(database, routing)
        references = [f"before-{n}" for n in range(BEFORE)]
        asked = []
        for reference in references:
            answer = (await pbx.rings(reference)).json()
            assert "degraded" not in answer
            asked += [(each["leg"], each["step"]) for each in answer["commands"] if each["do"] == "gather"]
        assert len(asked) == BEFORE
        connection = await asyncpg.connect(database)
        await connection.execute(SLOW)
        new, keys, gone = await asyncio.gather(
            asyncio.gather(*(pbx.rings(f"new-{n}") for n in range(NEW))),
            asyncio.gather(*(pbx.tell("keys.pressed", leg=leg, step=step, keys="1") for leg, step in asked[::2])),
            asyncio.gather(*(pbx.tell("leg.ended", leg=leg, cause="normal") for leg, _ in asked[1::2])),
        )
        assert {answer.status_code for answer in new} == {200}
        refused = sum(answer.json().get("degraded", False) for answer in new)
        assert 0 < refused < NEW, "some had to wait too long, and were told at once where to go"
        served = [(answer.status_code, b"degraded" in answer.content) for answer in keys]
        assert served == [(200, False)] * len(keys)
        assert all(answer.status_code in (200, 202) for answer in gone)
        await connection.execute("DROP TRIGGER slowly ON events")
        await connection.close()
        ended = await evidence.rows("SELECT count(*) FROM calls WHERE phase = 'Ended'")
        assert ended[0][0] == len(gone)

        async def told() -> bool:
            rows = await evidence.rows("SELECT count(*) FROM calls WHERE phase = 'Degraded'")
            return bool(rows[0][0] == refused)

        await until(told, "every refused call is known to be at the KCC")
        await evidence.sound()
