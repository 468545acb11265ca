"""The whole service behind its webhooks: a signed event in, what the legs do out, the KCC when that takes too long."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest_asyncio

from app.main import Service
from app.providers.generic.envelope import PREFIX
from app.settings import load
from app.web.names import seal_of
from tests.kept import kept

KEY = b"a-key-of-thirty-two-bytes-000001"
CONFIG = Path(__file__).parents[2] / "config" / "routing.yaml"
Post = Callable[..., Awaitable[httpx.Response]]


def env(database: str, **more: str) -> dict[str, str]:
    return {
        "DATABASE_URL": database,
        "WARMLIJN_POLICY": str(CONFIG),
        "WARMLIJN_CENTRE": "voorbeeldstad",
        "GENERIC_SECRET": "whsec_" + base64.b64encode(KEY).decode(),
        "DEGRADE_NUMBER": "+31850001234",
        **more,
    }


@pytest_asyncio.fixture
async def service(database: str) -> AsyncIterator[Service]:
    running = Service(load(env(database)))
    await running.open()
    yield running
    await running.close()


@pytest_asyncio.fixture
async def http(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(service), base_url="http://warmlijn") as client:
        yield client


@pytest_asyncio.fixture
async def db(database: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()


def signed(kind: str, data: dict[str, Any], identity: str, key: bytes = KEY) -> tuple[dict[str, str], bytes]:
    body = json.dumps({
        "specversion": "1.0", "id": identity, "source": "urn:test:pbx", "type": f"{PREFIX}{kind}.v1",
        "datacontenttype": "application/json", "data": data,
    }).encode()
    moment = str(int(time.time()))
    digest = hmac.new(key, f"{identity}.{moment}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": identity, "webhook-timestamp": moment, "content-type": "application/cloudevents+json",
        "webhook-signature": "v1," + base64.b64encode(digest).decode(),
    }, body


async def tell(http: httpx.AsyncClient, kind: str, identity: str, **data: Any) -> httpx.Response:
    headers, body = signed(kind, data, identity)
    return await http.post("/hooks/voorbeeldstad/generic/events", content=body, headers=headers)


async def offer(http: httpx.AsyncClient, call: str = "x1") -> httpx.Response:
    return await tell(http, "call.offered", f"offer-{call}", call=call, dialled="140123", number="+31612345678")


async def test_a_caller_is_answered_and_the_same_webhook_gets_the_same_answer(
    http: httpx.AsyncClient, db: asyncpg.Connection, database: str
) -> None:
    first, again = await offer(http), await offer(http)
    assert first.status_code == 200, first.text
    assert first.json() == again.json()
    assert first.json()["commands"]
    assert await db.fetchval("SELECT count(*) FROM events WHERE type = 'CallOffered'") == 1
    assert list((await kept(db, seal_of(load(env(database))))).values()) == ["+31612345678"]
    stored = await db.fetchval("SELECT string_agg(data::text, '') FROM events")
    assert "612345678" not in stored


async def test_refusals(http: httpx.AsyncClient) -> None:
    headers, body = signed("call.offered", {"call": "x"}, "1", b"another-key-of-thirty-two-bytes-")
    url = "/hooks/voorbeeldstad/generic/events"
    refused = {
        403: await http.post(url, content=body, headers=headers),
        400: await tell(http, "call.exploded", "2"),
        404: await http.post("/hooks/elders/generic/events", content=body, headers=headers),
        413: await http.post(url, content=b"x" * 65_537),
    }
    for status, answer in refused.items():
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == status


async def test_who_waits_too_long_is_sent_to_the_kcc_and_that_wins_over_the_late_commit(
    http: httpx.AsyncClient, db: asyncpg.Connection
) -> None:
    async with db.transaction():
        await db.execute("SELECT FROM centres FOR UPDATE")
        answer = await offer(http)
    assert answer.json()["degraded"] is True
    async with asyncio.timeout(10):
        while not await db.fetchval("SELECT count(*) FROM events WHERE type = 'DegradeServed'"):
            await asyncio.sleep(0.02)
    rows = await db.fetch("SELECT type, phase_after FROM events ORDER BY seq")
    assert [tuple(r) for r in rows][-1] == ("DegradeServed", "Degraded")
    assert await db.fetchval("SELECT count(*) FROM outbox WHERE leg LIKE '%.1'") == 0


async def test_what_no_caller_waits_for_may_come_again(http: httpx.AsyncClient, db: asyncpg.Connection) -> None:
    commands = (await offer(http)).json()
    async with db.transaction():
        await db.execute("SELECT FROM centres FOR UPDATE")
        answer = await tell(http, "leg.joined", "j1", leg=commands["commands"][0]["leg"], room="r")
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert await db.fetchval("SELECT count(*) FROM events WHERE type = 'DegradeServed'") == 0


async def test_readiness_and_figures(http: httpx.AsyncClient) -> None:
    await offer(http)
    assert (await http.get("/health/live")).json() == {"status": "ok"}
    ready = await http.get("/health/ready")
    assert (ready.status_code, ready.json()["checks"]["database"]) == (200, "ok")
    await http.post("/hooks/voorbeeldstad/generic/events", content=b"{}")
    await http.post("/hooks/elders/generic/events", content=b"{}")
    figures = (await http.get("/metrics")).text
    for provider, status in (("generic", 200), ("generic", 403), ("unknown", 404)):
        assert f'warmlijn_webhook_seconds_count{{provider="{provider}",status="{status}"}} 1.0' in figures
    assert 'warmlijn_calls_started_total{centre="voorbeeldstad"} 1.0' in figures
    assert 'warmlijn_calls_live{centre="voorbeeldstad"} 1.0' in figures
    assert "612345678" not in figures


async def test_two_services_start_on_one_database(database: str) -> None:
    services = [Service(load(env(database))) for _ in range(2)]
    await asyncio.gather(*(service.open() for service in services))
    for service in services:
        await service.close()
