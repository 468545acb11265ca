"""A small HTTP server inside the running loop, on a free port of this machine, without touching its signals."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import uvicorn


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals belong to whoever runs the loop."""
        yield


def free_port() -> int:
    """A port that is free at this moment."""
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return int(opened.getsockname()[1])


@asynccontextmanager
async def serving(application: Any, port: int = 0, websockets: Any = "auto") -> AsyncIterator[str]:
    """Serve this ASGI application; the value is its address, `http://127.0.0.1:port`."""
    opened = socket.socket()
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    opened.bind(("127.0.0.1", port))
    config = uvicorn.Config(application, log_config=None, lifespan="off", ws=websockets, timeout_graceful_shutdown=1)
    server = _Server(config)
    running = asyncio.create_task(server.serve(sockets=[opened]))
    while not server.started and not running.done():  # noqa: ASYNC110 - uvicorn tells it in a field only
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{opened.getsockname()[1]}"
    finally:
        server.should_exit = True
        await running
        opened.close()
