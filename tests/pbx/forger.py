"""Somebody who has the link's password and is no Asterisk: answers what is asked, and tells whatever they like."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from tests.pbx.asterisk import LINK_SECRET
from tests.pbx.records import CENTRE

EMPTY: dict[str, Any] = {
    "applications/warmlijn": {"channel_ids": [], "bridge_ids": []}, "channels": [], "bridges": [],
    "asterisk/info": {"status": {}},
}  # fmt: skip


class Forger:
    """`asked` is what the house wanted of its Asterisk: method, path, and the query."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.answer: Callable[[str, str], tuple[int, Any]] = lambda method, path: (
            (200, EMPTY[path]) if method == "GET" and path in EMPTY else (404 if method == "GET" else 204, None)
        )

    @property
    def port(self) -> int:
        """Where the house listens."""
        return int(self._socket.remote_address[1])

    async def leaves(self) -> None:
        """Hang up."""
        await self._socket.close()

    async def tells(self, text: str) -> None:
        """Any message at all."""
        await self._socket.send(text)

    async def answers(self) -> None:
        """Until the link is gone."""
        async for text in self._socket:
            asked = json.loads(text)
            query = {each["name"]: each["value"] for each in asked["query_strings"]}
            self.asked.append((asked["method"], asked["uri"], query))
            status, body = self.answer(asked["method"], asked["uri"])
            told = {"type": "RESTResponse", "request_id": asked["request_id"], "status_code": status}
            told["timestamp"] = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "+0000"
            await self.tells(json.dumps(told | ({"message_body": json.dumps(body)} if body is not None else {})))

    async def signs(self, since: int, seconds: float = 10.0) -> int:
        """How often the house said that it takes calls, once that is more than `since`."""
        async with asyncio.timeout(seconds):
            while (times := sum(path == "asterisk/variable" for _, path, _ in self.asked)) <= since:
                await asyncio.sleep(0.05)
        return times


@asynccontextmanager
async def forging(port: int) -> AsyncIterator[Forger]:
    """Linked, as the house sees it."""
    given = {"Authorization": "Basic " + base64.b64encode(f"warmlijn:{LINK_SECRET}".encode()).decode()}
    url = f"ws://127.0.0.1:{port}/switch/{CENTRE}/asterisk"
    async with connect(url, additional_headers=given, subprotocols=["ari"], max_size=None) as socket:  # type: ignore[list-item]
        made = Forger(socket)
        answering = asyncio.create_task(made.answers())
        try:
            yield made
        finally:
            answering.cancel()
            await asyncio.gather(answering, return_exceptions=True)
