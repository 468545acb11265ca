"""One connection with Asterisk, whoever opened it: events come in, requests go out, one of the two ways."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

import aiohttp

from app.logs import logger
from app.providers.asterisk.rest import Answer, HttpRest, Rest, SocketRest
from app.providers.asterisk.wire import Told, understand
from app.providers.base import NotUnderstood, Uncertain

REGISTERED = 5.0
"""Seconds in which the application must be there: the websocket is open before that."""
NOT_WANTED = [{"type": "ChannelVarset"}, {"type": "ChannelConnectedLine"}]
"""Most of the traffic, and none of our business."""
log = logger()


class Closed(Exception):
    """The connection is gone."""


class Socket(Protocol):
    """An open websocket. `receive` and `send` raise Closed."""

    async def receive(self) -> str:
        """The next message."""

    async def send(self, text: str) -> None:
        """One message."""

    async def close(self) -> None:
        """Hang up."""


class Session:
    """`heard` is told each event, in order; it must be quick."""

    def __init__(self, socket: Socket, heard: Callable[[Told], None], http: HttpRest | None = None) -> None:
        self._socket = socket
        self._heard = heard
        self._over_socket = None if http is not None else SocketRest(self._send)
        self.rest: Rest = http or self._over_socket  # type: ignore[assignment]
        self._early: list[Told] | None = []
        """Events that came before `listen`: they are kept, not lost."""

    async def run(self) -> None:
        """Until the connection is gone."""
        try:
            while True:
                self._take(await self._socket.receive())
        except Closed:
            return
        finally:
            if self._over_socket is not None:
                self._over_socket.lost()

    def listen(self) -> None:
        """From now on events are passed on, first those that came already."""
        early, self._early = self._early or [], None
        for told in early:
            self._heard(told)

    async def prepare(self, app: str) -> bool:
        """Wait until the application is there, and say which events we want; False when it does not come."""
        try:
            async with asyncio.timeout(REGISTERED):
                while not (await self._filtered(app)).done:  # noqa: ASYNC110 - only asking tells
                    await asyncio.sleep(0.05)
            await self.rest("POST", f"/applications/{app}/subscription", {"eventSource": "deviceState:"})
        except (TimeoutError, Uncertain):
            return False
        return True

    async def close(self) -> None:
        """Hang up."""
        await self._socket.close()

    async def _filtered(self, app: str) -> Answer:
        return await self.rest("PUT", f"/applications/{app}/eventFilter", None, {"disallowed": NOT_WANTED})

    def _take(self, text: str) -> None:
        try:
            told = understand(text)
        except NotUnderstood:
            log.warning("asterisk.not_understood")
            return
        if told.type == "RESTResponse":
            if self._over_socket is not None:
                self._over_socket.answered(told)
        elif self._early is not None:
            self._early.append(told)
        else:
            self._heard(told)

    async def _send(self, text: str) -> None:
        try:
            await self._socket.send(text)
        except Closed as error:
            raise ConnectionError("the link is gone") from error


class Dialled:
    """The websocket that we open to Asterisk: the classic way."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    @classmethod
    async def open(cls, http: HttpRest, app: str) -> Dialled:
        """Connect. Raises Closed."""
        try:
            socket = await http.session().ws_connect(
                http.events,
                params={"app": app},
                heartbeat=5.0,
                max_msg_size=0,
                timeout=aiohttp.ClientWSTimeout(ws_close=2),
            )
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Closed(why(error)) from error
        return cls(socket)

    async def receive(self) -> str:
        """The next message."""
        message = await self._socket.receive()
        if message.type is not aiohttp.WSMsgType.TEXT:
            raise Closed(message.type.name)
        return str(message.data)

    async def send(self, text: str) -> None:
        """One message."""
        try:
            await self._socket.send_str(text)
        except (aiohttp.ClientError, ConnectionError) as error:
            raise Closed(type(error).__name__) from error

    async def close(self) -> None:
        """Hang up."""
        await self._socket.close()


def why(error: Exception) -> str:
    """Why no connection came, for whoever must mend it; never an address or a password."""
    match error:
        case aiohttp.ClientConnectorCertificateError():
            return f"its certificate is not trusted: {getattr(error.certificate_error, 'verify_message', 'unknown')}"
        case aiohttp.ClientConnectorSSLError():
            return "it does not speak TLS, or none that we accept"
        case aiohttp.WSServerHandshakeError(status=401 | 403):
            return "it refuses our name or password"
        case aiohttp.WSServerHandshakeError():
            return f"it answers {error.status} instead of opening the websocket"
        case aiohttp.ClientConnectorError():
            return f"nobody answers there: {error.strerror or 'unknown'}"
        case _:
            return type(error).__name__
