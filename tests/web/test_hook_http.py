"""Webhooks over a real connection: answered in order and once, whoever leaves, hurries or says too much."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
import uvicorn
from starlette.types import Receive, Scope, Send

from app.providers.base import Reply
from app.providers.demo.server import free_port
from app.web import bounded
from app.web.hook_http import HookHttp
from app.web.webhooks import LARGEST, Done, Headers


class Town:
    """Answers a webhook with what it was told, when `answering` is set, and says which way it came."""

    def __init__(self) -> None:
        self.answering = asyncio.Event()
        self.answering.set()
        self.begun: list[bytes] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, method: str, target: bytes, headers: Headers, body: bytes, done: Done) -> None:
        self.begun.append(target)
        if b"at-once" in target:
            done(Reply(b"at once", "text/plain"))
            return
        if b"broken" in target:
            raise RuntimeError("a mistake of ours")
        given = dict(headers)[b"x-given"]
        told = b"short %b %b %b %b" % (method.encode(), target, given, body)
        self._tasks.add(asyncio.create_task(self._answer(told, done)))

    async def _answer(self, told: bytes, done: Done) -> None:
        await self.answering.wait()
        done(Reply(told, "text/plain", 503 if b"later" in told else 200))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        await self.answering.wait()
        told = b"asgi %b %b" % (scope["path"].encode(), body)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(told))]})
        await send({"type": "http.response.body", "body": told})


@dataclass
class Here:
    town: Town
    server: uvicorn.Server
    port: int

    async def told(self, *parts: bytes, last: bool = True) -> bytes:
        """Everything that comes back until the server closes the line."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0.05)
        if last:
            writer.write(asked("GET", "/page", "connection: close"))
        async with asyncio.timeout(8):
            found = await reader.read()
        writer.close()
        return found


@pytest_asyncio.fixture
async def here() -> AsyncIterator[Here]:
    town, port = Town(), free_port()
    config = uvicorn.Config(
        town, host="127.0.0.1", port=port, http=HookHttp, lifespan="off", log_config=None, proxy_headers=False
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server._serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield Here(town, server, port)
    server.should_exit = True
    await serving


def asked(method: str, path: str, *more: str, body: bytes = b"", version: str = "1.1") -> bytes:
    length = (f"content-length: {len(body)}",) if body else ()
    return "\r\n".join([f"{method} {path} HTTP/{version}", "host: here", *length, *more, "", ""]).encode() + body


def hook(path: str = "/hooks/a/b?c=d", *more: str, body: bytes = b"{}", version: str = "1.1") -> bytes:
    return asked("POST", path, "X-Given: Yes", *more, body=body, version=version)


async def test_webhooks_and_pages_share_a_line(here: Here) -> None:
    told = await here.told(hook(), asked("GET", "/page"), hook("/hooks/later"))
    assert b"short POST /hooks/a/b?c=d Yes {}" in told
    assert told.index(b"short POST /hooks/a") < told.index(b"asgi /page ") < told.index(b"short POST /hooks/later")
    assert told.count(b"HTTP/1.1 200 OK\r\n") == 3
    assert told.count(b"HTTP/1.1 503 Service Unavailable\r\n") == told.count(b"retry-after: 1\r\n") == 1
    assert told.count(b"date: ") == 4


async def test_who_asks_without_waiting_is_answered_in_order(here: Here) -> None:
    here.town.answering.clear()
    asking = asyncio.create_task(here.told(hook("/hooks/1") + hook("/hooks/2") + asked("GET", "/3") + hook("/hooks/4")))
    await asyncio.sleep(0.2)
    assert here.town.begun == [b"/hooks/1"]
    here.town.answering.set()
    told = await asking
    places = [told.index(path) for path in (b"/hooks/1", b"/hooks/2", b"/3", b"/hooks/4", b"/page")]
    assert places == sorted(places)
    assert told.count(b"HTTP/1.1 200 OK\r\n") == 5


@pytest.mark.parametrize("request_", [hook(version="1.0"), hook("/hooks/a", "connection: close")], ids=["1.0", "close"])
async def test_who_wants_the_line_closed_has_it_closed(here: Here, request_: bytes) -> None:
    told = await here.told(request_, last=False)
    assert b"connection: close\r\n" in told
    assert told.count(b"short POST") == 1


async def test_a_body_comes_in_pieces_in_chunks_or_after_a_question(here: Here) -> None:
    pieces = hook(body=b"x" * 1000)
    chunked = asked("POST", "/hooks/chunks", "x-given: 1", "transfer-encoding: chunked")
    chunked += b"2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"
    told = await here.told(pieces[:90], pieces[90:500], pieces[500:], chunked, hook("/hooks/x", "expect: 100-continue"))
    assert b"x" * 1000 in told
    assert b"short POST /hooks/chunks 1 abc" in told
    assert b"HTTP/1.1 100 Continue\r\n" in told


async def test_what_is_too_large_is_refused_once_and_the_rest_of_it_not_kept(here: Here) -> None:
    told = await here.told(hook(body=b"x" * (5 * LARGEST)), hook("/hooks/next"))
    assert told.startswith(b"HTTP/1.1 413 ")
    assert told.count(b" 413 ") == 1
    assert here.town.begun == [b"/hooks/next"], told


async def test_who_does_not_go_on_with_what_was_refused_gets_no_second_answer(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded, "SLOWEST", 0.1)
    reader, writer = await asyncio.open_connection("127.0.0.1", here.port)
    writer.write(asked("POST", "/hooks/large", f"content-length: {3 * LARGEST}") + b"x" * (2 * LARGEST))
    told = await reader.readuntil(b"}")
    told += await reader.read()
    writer.close()
    assert told.count(b"HTTP/1.1 ") == 1


async def test_a_line_is_not_open_for_ever_after_a_refusal(here: Here) -> None:
    here.server.config.timeout_keep_alive = 1
    told = await here.told(hook(body=b"x" * (3 * LARGEST))[:-LARGEST], b"x" * LARGEST, last=False)
    assert told.count(b"HTTP/1.1 413 ") == 1


async def test_a_mistake_of_ours_is_no_silence(here: Here) -> None:
    told = await here.told(hook("/hooks/broken"), last=False)
    assert told.startswith(b"HTTP/1.1 500 ")


async def test_who_is_answered_at_once_may_ask_again_later(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "SLOWEST", 0.1)
    told = await here.told(hook("/hooks/at-once"), b"", b"", b"", b"", b"", hook("/hooks/at-once") * 2)
    assert told.count(b"HTTP/1.1 200 OK\r\n") == 4
    assert b"408" not in told


async def test_who_is_gone_before_the_answer_harms_nobody(here: Here) -> None:
    here.town.answering.clear()
    _, writer = await asyncio.open_connection("127.0.0.1", here.port)
    writer.write(hook())
    while not here.town.begun:
        await asyncio.sleep(0.01)
    writer.transport.abort()
    await asyncio.sleep(0.1)
    here.town.answering.set()
    assert b"short" in await here.told(hook())


async def test_a_service_that_stops_answers_what_is_under_way(here: Here) -> None:
    here.town.answering.clear()
    asking = asyncio.create_task(here.told(hook(), last=False))
    while not here.town.begun:
        await asyncio.sleep(0.01)
    here.server.should_exit = True
    await asyncio.sleep(0.3)
    here.town.answering.set()
    assert b"short POST" in await asking
