"""`/switch/{centre}/asterisk`: the websocket that an Asterisk opens to us, with the password we agreed on."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
from collections.abc import Awaitable, Callable, Iterable, Mapping

from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from app.logs import logger
from app.providers.asterisk.session import Closed, Socket
from app.settings import Secret
from app.web.auth import Failures

PATH = "/switch/{centre}/asterisk"
PROTOCOL = "ari"
NOT_ALLOWED = 4403
SLOWED = 0.3
"""Seconds that whoever gave many wrong passwords waits for an answer: less than Asterisk does, which must see why."""
WAITING = 20
"""Connections that wait for that at the same time; the next is refused at once."""
MINUTE = 60.0
"""Wrong passwords are logged once in so many seconds, with their number."""
Accept = Callable[[Socket], Awaitable[None]]
log = logger()


class Opened:
    """The websocket that Asterisk opened."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket

    async def receive(self) -> str:
        """The next message."""
        try:
            return await self._socket.receive_text()
        except (WebSocketDisconnect, RuntimeError, KeyError) as error:
            raise Closed("the link is gone") from error

    async def send(self, text: str) -> None:
        """One message."""
        try:
            await self._socket.send_text(text)
        except (WebSocketDisconnect, RuntimeError, OSError) as error:
            raise Closed("the link is gone") from error

    async def close(self) -> None:
        """Hang up; a second time changes nothing."""
        try:
            await self._socket.close()
        except (WebSocketDisconnect, RuntimeError, OSError):
            return


class Wrong:
    """Wrong passwords: who gives many is slowed down, and they neither fill the log nor the memory."""

    def __init__(self) -> None:
        self._failures = Failures()
        self._waiting = 0
        self._times: dict[str, int] = {}
        """How often each centre was tried since the last line in the log."""

    async def met(self, address: str, centre: str) -> None:
        """One more; returns when it may be answered. `centre` is one of ours, or the same word for all others."""
        self._log(centre)
        now = asyncio.get_running_loop().time()
        if not self._failures.add(address, now) or self._waiting >= WAITING:
            return
        self._waiting += 1
        try:
            await asyncio.sleep(SLOWED)
        finally:
            self._waiting -= 1

    def _log(self, centre: str) -> None:
        if centre in self._times:
            self._times[centre] += 1
            return
        self._times[centre] = 0
        log.warning("switch.not_authentic", centre=centre, times=1)
        asyncio.get_running_loop().call_later(MINUTE, self._again, centre)

    def _again(self, centre: str) -> None:
        """A minute later: how many more there were; when there were none, the next is told at once."""
        times, self._times[centre] = self._times[centre], 0
        if times:
            log.warning("switch.not_authentic", centre=centre, times=times)
            asyncio.get_running_loop().call_later(MINUTE, self._again, centre)
        else:
            del self._times[centre]


def route(links: Mapping[str, tuple[Accept, tuple[Secret, ...], Callable[[], None]]]) -> WebSocketRoute:
    """The route; `links` is centre -> who takes the connection, what opens it, and who is told of a wrong password."""
    wrong = Wrong()

    async def opened(socket: WebSocket) -> None:
        centre = socket.path_params["centre"]
        accept, secrets, refused = links.get(centre, (None, (), lambda: None))
        if accept is None or not allowed(socket.headers.get("authorization", ""), secrets):
            refused()
            await wrong.met(socket.client.host if socket.client else "", centre if accept else "unknown")
            await socket.close(NOT_ALLOWED)
            return
        wanted = socket.scope.get("subprotocols", ())
        await socket.accept(PROTOCOL if PROTOCOL in wanted else None)
        await accept(Opened(socket))

    return WebSocketRoute(PATH, opened)


def allowed(authorization: str, secrets: Iterable[Secret]) -> bool:
    """Whether this `Basic` header holds one of the passwords; the user name does not matter."""
    kind, _, encoded = authorization.partition(" ")
    if kind.lower() != "basic":
        return False
    try:
        _, _, password = base64.b64decode(encoded, validate=True).partition(b":")
    except (binascii.Error, ValueError):
        return False
    return any(hmac.compare_digest(password, secret.reveal().encode()) for secret in secrets)
