"""`/switch/{centre}/asterisk`: the websocket that an Asterisk opens to us, with the password we agreed on."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Awaitable, Callable, Iterable, Mapping

from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from app.logs import logger
from app.providers.asterisk.session import Closed, Socket
from app.settings import Secret

PATH = "/switch/{centre}/asterisk"
PROTOCOL = "ari"
NOT_ALLOWED = 4403
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


def route(links: Mapping[str, tuple[Accept, tuple[Secret, ...], Callable[[], None]]]) -> WebSocketRoute:
    """The route; `links` is centre -> who takes the connection, what opens it, and who is told of a wrong password."""

    async def opened(socket: WebSocket) -> None:
        centre = socket.path_params["centre"]
        accept, secrets, refused = links.get(centre, (None, (), lambda: None))
        if accept is None or not allowed(socket.headers.get("authorization", ""), secrets):
            refused()
            log.warning("switch.not_authentic", centre=centre if accept else "unknown")
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
