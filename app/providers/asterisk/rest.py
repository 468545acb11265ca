"""Requests to ARI: over the websocket that Asterisk opened to us, or over HTTP; one shape for both."""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import aiohttp
import msgspec
from msgspec import Struct

from app.providers.asterisk.wire import Told
from app.providers.base import Uncertain
from app.settings import utc_now

PATIENCE = 2.5
"""Seconds an answer may take: less than the outbox gives an order."""
HALF = timedelta(seconds=0.5)
"""HTTP tells whole seconds, rounded down; on average it is half a second later."""
Body = Mapping[str, Any] | None
Send = Callable[[str], Awaitable[None]]


class Answer(Struct, frozen=True):
    """HTTP's status and the JSON that came with it."""

    status: int
    body: Any = None

    @property
    def done(self) -> bool:
        """Whether it was carried out."""
        return 200 <= self.status < 300


class Rest(Protocol):
    """One way to Asterisk. `ahead` is how far its clock is ahead of ours; `in_order` when requests overtake none."""

    ahead: timedelta
    in_order: bool

    async def __call__(
        self, method: str, path: str, query: Mapping[str, str] | None = None, body: Body = None
    ) -> Answer:
        """Raises Uncertain when no answer came."""


class SocketRest:
    """Requests as `RESTRequest` on an ARI websocket; `answered` is told every `RESTResponse`."""

    in_order = True

    def __init__(self, send: Send) -> None:
        self.ahead = timedelta()
        self._send = send
        self._numbers = count(1)
        self._waiting: dict[str, asyncio.Future[Told]] = {}
        self._turn = asyncio.Lock()

    async def __call__(
        self, method: str, path: str, query: Mapping[str, str] | None = None, body: Body = None
    ) -> Answer:
        """Ask, and wait for the response with the same id."""
        number = f"r{next(self._numbers)}"
        asked: dict[str, Any] = {
            "type": "RESTRequest",
            "transaction_id": number,
            "request_id": number,
            "method": method,
            "uri": path.lstrip("/"),
            "query_strings": [{"name": name, "value": value} for name, value in (query or {}).items()],
        }
        if body is not None:
            asked |= {"content_type": "application/json", "message_body": msgspec.json.encode(body).decode()}
        future: asyncio.Future[Told] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        try:
            async with asyncio.timeout(PATIENCE):
                async with self._turn:
                    await self._send(msgspec.json.encode(asked).decode())
                told = await future
        except (TimeoutError, ConnectionError, RuntimeError) as error:
            raise Uncertain("the switch did not answer") from error
        finally:
            del self._waiting[number]
        if told.at is not None:
            self.ahead = told.at - utc_now()
        return Answer(told.status_code, _json(told.message_body.encode()))

    def answered(self, told: Told) -> None:
        """A response came."""
        future = self._waiting.get(told.request_id)
        if future is not None and not future.done():
            future.set_result(told)

    def lost(self) -> None:
        """The socket is gone: nobody need wait any longer."""
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(ConnectionError("the link is gone"))


class HttpRest:
    """Requests to ARI's own address."""

    in_order = False

    def __init__(self, url: str, user: str, password: str, ca: Path | None = None) -> None:
        self.ahead = timedelta()
        self._url = url.rstrip("/")
        self._trusted = ssl.create_default_context(cafile=ca)
        self._headers = {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}
        self._session: aiohttp.ClientSession | None = None

    async def __call__(
        self, method: str, path: str, query: Mapping[str, str] | None = None, body: Body = None
    ) -> Answer:
        """Ask over HTTP."""
        try:
            async with self.session().request(
                method, f"{self._url}{path}", params=query, json=body if body is not None else None
            ) as response:
                content = await response.read()
                self._clock(response.headers.get("Date", ""))
                return Answer(response.status, _json(content))
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Uncertain(f"the switch did not answer: {type(error).__name__}") from error

    @property
    def events(self) -> str:
        """Where the websocket is."""
        return f"{self._url}/events"

    def session(self) -> aiohttp.ClientSession:
        """The connections, made within the running loop."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                headers=self._headers, timeout=aiohttp.ClientTimeout(total=PATIENCE),
                connector=aiohttp.TCPConnector(ssl=self._trusted),
            )  # fmt: skip
        return self._session

    async def close(self) -> None:
        """Let them go."""
        if self._session is not None:
            await self._session.close()

    def _clock(self, date: str) -> None:
        try:
            told: datetime = parsedate_to_datetime(date)
        except ValueError:
            return
        if told.tzinfo is not None:
            self.ahead = told + HALF - utc_now()


def _json(content: bytes) -> Any:
    try:
        return msgspec.json.decode(content) if content else None
    except msgspec.DecodeError:
        return None
