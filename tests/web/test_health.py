"""What a watcher is told: a silent switch is named and the process stays in service; what cannot work turns red."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.applications import Starlette

from app.web.health import Health
from app.web.metrics import Metrics
from tests.web.house import House


@pytest.mark.parametrize(
    ("seconds", "status", "told"),
    [(0.0, "ok", "ok"), (30.0, "ok", "ok"), (45.4, "degraded", "no command taken for 45 s")],
)
async def test_a_switch_that_takes_no_commands(house: House, seconds: float, status: str, told: str) -> None:
    silent = {"voorbeeldstad/twilio": seconds, "voorbeeldstad/generic": 0.0}
    pages = Health(house.engine, house.pool, Metrics(), lambda: house.now, lambda: silent).routes()
    transport = httpx.ASGITransport(Starlette(routes=pages))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.get("/health/ready")
        assert (answer.status_code, answer.json()["status"]) == (200, status)
        assert answer.json()["checks"]["switch voorbeeldstad/twilio"] == told
        assert answer.json()["checks"]["switch voorbeeldstad/generic"] == "ok"
        await house.engine.stop()
        red = await client.get("/health/ready")
        assert (red.status_code, red.json()["status"]) == (503, "not ready")


@asynccontextmanager
async def watcher(house: House) -> AsyncIterator[httpx.AsyncClient]:
    pages = Health(house.engine, house.pool, Metrics(), lambda: house.now, dict).routes()
    transport = httpx.ASGITransport(Starlette(routes=pages))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        yield http


async def test_a_command_that_waits_too_long(house: House) -> None:
    await house.ready("bart")
    await house.rings()
    async with watcher(house) as http:
        assert (await http.get("/health/ready")).status_code == 200
        await house.pool.execute("UPDATE outbox SET created_at = clock_timestamp() - interval '40 s'")
        red = await http.get("/health/ready")
        assert (red.status_code, red.json()["status"]) == (503, "not ready")
        assert red.json()["checks"]["outbox"].startswith("oldest command waits 4")
        await house.pool.execute("DELETE FROM outbox")
        assert (await http.get("/health/ready")).json()["checks"]["outbox"] == "ok"


@pytest.mark.parametrize(("change", "told"), [
    ("DELETE FROM schema_migrations WHERE version = (SELECT max(version) FROM schema_migrations)", "pending"),
    ("UPDATE schema_migrations SET version = 9000 WHERE version = (SELECT max(version) FROM schema_migrations)",
     "database is newer"),
])
async def test_a_database_of_another_version(house: House, change: str, told: str) -> None:
    async with watcher(house) as http:
        assert (await http.get("/health/ready")).json()["checks"]["migrations"] == "ok"
        await house.pool.execute(change)
        red = await http.get("/health/ready")
        assert (red.status_code, red.json()["status"]) == (503, "not ready")
        assert red.json()["checks"]["migrations"] == told
