"""The door for Asterisk: the right password always opens it, wrong ones are slowed down and never fill the log."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import structlog
from starlette.applications import Starlette
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from app.providers.asterisk.session import Closed, Socket
from app.providers.demo.server import serving
from app.settings import Secret
from app.web import switch_socket
from app.web.auth import ALLOWED_FAILURES
from app.web.quick import QuickWebSocket

SECRET = "link-90ab4d1c7e2f6538"


@pytest_asyncio.fixture
async def url() -> AsyncIterator[str]:
    """A door that leads to an echo."""

    async def echo(socket: Socket) -> None:
        try:
            while True:
                await socket.send(await socket.receive())
        except Closed:
            return

    route = switch_socket.route({"test": (echo, (Secret(SECRET),), lambda: None)})
    async with serving(Starlette(routes=[route]), websockets=QuickWebSocket) as address:
        yield address.replace("http:", "ws:")


async def comes_in(url: str, password: str, centre: str = "test") -> bool:
    """Whether this password opens the door, and somebody is behind it."""
    given = {"Authorization": "Basic " + base64.b64encode(f"pbx:{password}".encode()).decode()}
    try:
        async with connect(f"{url}/switch/{centre}/asterisk", additional_headers=given) as socket:
            await socket.send("hello")
            return await socket.recv() == "hello"
    except InvalidStatus as refused:
        if refused.response.status_code != 403:
            raise
        return False


async def test_wrong_passwords_are_counted_in_the_log_and_the_right_one_opens_meanwhile(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(switch_socket, "SLOWED", 0.0)
    monkeypatch.setattr(switch_socket, "MINUTE", 1.0)
    with structlog.testing.capture_logs() as logged:
        async with asyncio.TaskGroup() as group:
            tried = [group.create_task(comes_in(url, "guess")) for _ in range(40)]
        assert not any(each.result() for each in tried)
        for centre in ("elsewhere", "nowhere"):
            assert not await comes_in(url, SECRET, centre)
        assert await comes_in(url, SECRET)
        while sum(entry.get("times", 0) for entry in logged) < 42:
            await asyncio.sleep(0.05)
    told = [(entry["event"], entry["centre"]) for entry in logged]
    assert sorted(told) == [("switch.not_authentic", each) for each in ("test", "test", "unknown", "unknown")]


async def test_who_tries_many_waits_for_each_answer_and_the_right_password_does_not(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(switch_socket, "SLOWED", 3600.0)
    monkeypatch.setattr(switch_socket, "WAITING", 2)
    for _ in range(ALLOWED_FAILURES):
        assert not await comes_in(url, "guess")
    slowed = [asyncio.create_task(comes_in(url, "guess")) for _ in range(2)]
    await asyncio.sleep(0.2)
    assert await comes_in(url, SECRET)
    assert not await comes_in(url, "guess"), "more than may wait are refused at once"
    assert not any(each.done() for each in slowed)
    for each in slowed:
        each.cancel()
