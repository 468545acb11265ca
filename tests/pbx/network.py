"""A network at the other end of the trunk that says that a call makes progress, and later or never that it rings."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.pbx import ports

COPIED = ("via", "from", "call-id", "cseq")
"""Headers of a request that its answer repeats; `To` gets our tag."""


class Network(asyncio.DatagramProtocol):
    """Answers INVITE with 183, after `rings_after` seconds with 180, and nothing more until it is cancelled."""

    def __init__(self, rings_after: float | None) -> None:
        self._rings_after = rings_after
        self._invites: dict[str, str] = {}

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        request = data.decode()
        method, call = request.partition(" ")[0], _values(request, "call-id")
        if method == "INVITE":
            self._invites[call] = request
            self._says("183 Session Progress", request, addr)
            if self._rings_after is not None:
                loop = asyncio.get_running_loop()
                loop.call_later(self._rings_after, self._says, "180 Ringing", request, addr)
        elif method == "CANCEL":
            self._says("200 OK", request, addr)
            self._says("487 Request Terminated", self._invites.get(call, request), addr)

    def _says(self, status: str, request: str, addr: tuple[str, int]) -> None:
        lines = [f"SIP/2.0 {status}", *(_values(request, name) for name in COPIED)]
        lines += [f"{_values(request, 'to')};tag=network", f"Contact: <sip:127.0.0.1:{ports.trunk()}>"]
        lines += ["Content-Length: 0"]
        self._transport.sendto("\r\n".join((*lines, "", "")).encode(), addr)


def _values(request: str, name: str) -> str:
    """The lines of this header as they stand."""
    return "\r\n".join(line for line in request.split("\r\n") if line.lower().startswith(f"{name}:"))


@asynccontextmanager
async def progressing(rings_after: float | None = None) -> AsyncIterator[None]:
    """Such a network, until the end of the block."""
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Network(rings_after), local_addr=("127.0.0.1", ports.trunk())
    )
    try:
        yield
    finally:
        transport.close()
