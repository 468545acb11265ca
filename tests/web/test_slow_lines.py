"""Lines on which little or nothing comes: nobody keeps one for nothing, and a slow line is not cut off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import psutil
import pytest
import pytest_asyncio
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.client import connect

from app.providers.demo.server import free_port
from app.web import bounded
from app.web.bounded import BoundedHttp

LARGE = 400_000
"""Bytes of a body that comes piece by piece."""


async def counted(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


async def unread(_request: Request) -> Response:
    return PlainTextResponse("refused", 401)


async def unhurried(_request: Request) -> Response:
    await asyncio.sleep(3 * bounded.SLOWEST)
    return PlainTextResponse("done")


async def huge(_request: Request) -> Response:
    return PlainTextResponse("x" * 30_000_000)


async def echo(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text(await socket.receive_text())


@pytest_asyncio.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """A server in a hurry: twenty times as strict in time, and as strict in speed."""
    monkeypatch.setattr(bounded, "SLOWEST", bounded.SLOWEST / 20)
    monkeypatch.setattr(bounded, "STEADY", bounded.STEADY // 20)
    monkeypatch.setattr(bounded, "STUCK", bounded.STUCK / 100)
    chosen = free_port()
    routes = [Route("/", counted, methods=["GET", "POST"]), Route("/unread", unread, methods=["POST"])]
    routes += [Route("/unhurried", unhurried), Route("/huge", huge)]
    everything = Starlette(routes=[*routes, WebSocketRoute("/echo", echo)])
    config = uvicorn.Config(
        everything, host="127.0.0.1", port=chosen, http=BoundedHttp, lifespan="off", log_config=None,
        timeout_keep_alive=1,
    )  # fmt: skip
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server._serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield chosen
    server.should_exit = True
    await serving


async def told(port: int, *parts: bytes, pause: float = 0.0) -> bytes:
    """Everything that comes back until the server closes the line; TimeoutError when it never does."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def say() -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)

    saying = asyncio.create_task(say())
    try:
        async with asyncio.timeout(8):
            return await reader.read()
    finally:
        saying.cancel()
        writer.close()


def head(method: str, path: str = "/", *more: str) -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "host: here", *more, "", ""]).encode()


async def test_who_says_nothing_is_let_go(port: int) -> None:
    assert await told(port) == b""


async def test_empty_lines_are_no_request(port: int) -> None:
    assert b" 408 " in await told(port, *[b"\r\n"] * 100, pause=0.1)


async def test_empty_lines_after_a_request_keep_no_line_open(port: int) -> None:
    answer = await told(port, head("GET"), *[b"\r\n"] * 100, pause=0.1)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b" 408 " in answer


async def test_a_large_body_on_a_slow_line_is_taken(port: int) -> None:
    """Ten times as slow as all of it would have to come at once."""
    begun = head("POST", "/", f"content-length: {LARGE}", "connection: close")
    answer = await told(port, begun, *[b"x" * 20_000] * (LARGE // 20_000), pause=bounded.SLOWEST / 2)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(str(LARGE).encode())


async def test_a_body_in_drops_is_not(port: int) -> None:
    answer = await told(port, head("POST", "/", f"content-length: {LARGE}"), *[b"x"] * 100, pause=0.1)
    assert b" 408 " in answer.splitlines()[0]


async def test_after_the_answer_the_rest_of_a_body_is_not_waited_for(port: int) -> None:
    """Without a token nobody holds a line by sending on, however fast."""
    body = [b"x" * 1_000] * 1_000
    answer = await told(port, head("POST", "/unread", "content-length: 1000000000"), *body, pause=0.01)
    assert answer.startswith(b"HTTP/1.1 401 ")


async def test_requests_one_after_the_other_and_at_once_are_all_answered(port: int) -> None:
    answer = await told(port, head("GET") + head("POST", "/", "content-length: 3") + b"abc" + head("GET"), pause=0.1)
    assert answer.count(b"HTTP/1.1 200 ") == 3


async def test_half_a_request_behind_one_that_is_being_answered_does_not_spoil_the_answer(port: int) -> None:
    answer = await told(port, head("GET", "/unhurried") + b"GET / HT")
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b" 408 " in answer


async def test_who_does_not_read_the_answer_is_let_go(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    reader._transport.pause_reading()  # type: ignore[attr-defined] # nothing is taken from the line
    writer.write(head("GET", "/huge"))
    assert await _held(port)
    async with asyncio.timeout(8):
        while await _held(port):
            await asyncio.sleep(0.1)
    writer.close()


async def _held(port: int) -> bool:
    """Whether the server still has a line with somebody."""
    lines = psutil.net_connections("tcp")
    return any(line.laddr and line.laddr.port == port and line.status == "ESTABLISHED" for line in lines)


async def test_a_websocket_is_no_request_that_was_answered(port: int) -> None:
    async with connect(f"ws://127.0.0.1:{port}/echo") as socket:
        await asyncio.sleep(1.5)  # longer than a line is kept for the next request
        await socket.send("hello")
        assert await socket.recv() == "hello"
