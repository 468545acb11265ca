"""What a watcher is told of switches: one that takes no commands is named, and the process stays in service."""

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
