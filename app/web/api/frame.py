"""Around every answer of the API: its version, the security headers, and a bound on what is sent to us."""

from __future__ import annotations

import json

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

VERSION = "1.0.0"
LARGEST_BODY = 2 * 1024 * 1024
"""Bytes: a routing.yaml of 256 KiB with every sign escaped in JSON."""
HEADERS = {
    "API-Version": VERSION,
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""On every answer, refusals included (reliability §4.5)."""
TOO_LARGE = json.dumps({
    "type": "urn:warmlijn:problem:too-large", "title": "De aanvraag is te groot.", "status": 413,
}).encode()


class Frame:
    """Wraps the API."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = {"read": 0, "begun": False, "cut": False}

        async def framed(message: Message) -> None:
            if state["cut"]:
                return
            if message["type"] == "http.response.start":
                state["begun"] = True
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        async def bounded() -> Message:
            message = await receive()
            state["read"] += len(message.get("body", b""))
            if state["read"] > LARGEST_BODY and not state["begun"]:
                await refuse(framed)
                state["cut"] = True
                return {"type": "http.disconnect"}
            return message

        if _announced(scope) > LARGEST_BODY:
            await refuse(framed)
            return
        await self.app(scope, bounded, framed)


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0


async def refuse(send: Send) -> None:
    """The answer to a request that is too large."""
    headers = [(b"content-type", b"application/problem+json"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": TOO_LARGE})
