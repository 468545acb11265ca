"""The switch's side of the wire: events are signed and sent until they are taken, commands are checked and answered."""

from __future__ import annotations

import asyncio
import random
import secrets
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import aiohttp
import msgspec
from msgspec import Struct
from msgspec.structs import replace

from app.providers.base import NotAuthentic
from app.providers.generic.commands import Answer, Commanded, Dial, Done, WireCommand
from app.providers.generic.envelope import CLOUD_EVENT, LARGEST, Envelope
from app.providers.generic.signing import Signer
from app.settings import utc_now

SOURCE = "urn:warmlijn:demo:switch"
PATIENCE = 3.0
LAST = 60.0
"""Real seconds after which an event that nobody takes is given up."""
ANSWER = msgspec.json.Decoder(Answer)
COMMAND = msgspec.json.Decoder(Commanded)
ENCODE = msgspec.json.Encoder().encode


class Mischief(Struct, frozen=True):
    """What networks do: every event twice, and later events overtaking earlier ones by `overtake` real seconds."""

    twice: bool = False
    overtake: float = 0.0
    seed: int = 1


class Link:
    """Sends events in order per leg; the same id until a 2xx comes back."""

    def __init__(self, url: str, secrets_: tuple[str, ...], mischief: Mischief) -> None:
        self._url = url
        self._signer = Signer(secrets_)
        self._mischief = mischief
        self._chance = random.Random(mischief.seed)  # noqa: S311 - chance of a story, not of a secret
        self._prefix = secrets.token_hex(4)
        self._sent = 0
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._session: aiohttp.ClientSession | None = None
        self.given_up: list[str] = []

    async def tell(self, kind: type[Envelope], data: Any, turn: str) -> Answer:
        """Send one event after the earlier ones of the same `turn`; what the service answers."""
        self._sent += 1
        now = utc_now()
        event: Envelope = kind(specversion="1.0", id=f"{self._prefix}-{self._sent}", source=SOURCE, time=now, data=data)  # type: ignore[call-arg]
        if self._mischief.overtake:
            await asyncio.sleep(self._chance.uniform(0.0, self._mischief.overtake))
            return await self._deliver(event)
        async with self._turns[turn]:
            return await self._deliver(event)

    async def close(self) -> None:
        """Let the connections go."""
        if self._session is not None:
            await self._session.close()

    async def _deliver(self, event: Envelope) -> Answer:
        if not self._mischief.twice:
            return await self._until_taken(event)
        first, second = await asyncio.gather(self._until_taken(event), self._until_taken(event))
        return replace(first, commands=first.commands + second.commands)

    async def _until_taken(self, event: Envelope) -> Answer:
        body = ENCODE(event)
        loop = asyncio.get_running_loop()
        end, pause = loop.time() + LAST, 0.05
        while True:
            headers = {**self._signer.headers(event.id, body, utc_now()), "content-type": CLOUD_EVENT}
            try:
                status, content = await self._post(headers, body)
            except (aiohttp.ClientError, TimeoutError) as error:
                problem = type(error).__name__
            else:
                if 200 <= status < 300:
                    return ANSWER.decode(content) if content else Answer()
                problem = f"{status} {content[:200].decode(errors='replace')}"
                if status < 500 and status != 429:
                    end = 0.0
            if loop.time() >= end:
                self.given_up.append(f"{type(event).__name__} {event.id}: {problem}")
                return Answer()
            await asyncio.sleep(pause)
            pause = min(2 * pause, 1.0)

    async def _post(self, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=4.0)
            timeout = aiohttp.ClientTimeout(total=PATIENCE)
            self._session = aiohttp.ClientSession(connector=connector, timeout=timeout)
        async with self._session.post(self._url, data=body, headers=headers) as answer:
            return answer.status, await answer.read()


class Gate:
    """The command URL as an ASGI application: authentic, understood, each id carried out once.

    A dial is handed on each time, for it may not be sent twice at all.
    """

    def __init__(self, secrets_: tuple[str, ...], carry_out: Callable[[WireCommand], tuple[int, Done]]) -> None:
        self._signer = Signer(secrets_)
        self._carry_out = carry_out
        self._answers: dict[str, tuple[int, bytes]] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        body = b""
        more = True
        while more and len(body) <= LARGEST:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        status, content = self._answer(headers, body)
        await send(
            {"type": "http.response.start", "status": status, "headers": [(b"content-type", b"application/json")]}
        )
        await send({"type": "http.response.body", "body": content})

    def _answer(self, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        if len(body) > LARGEST:
            return 413, b"{}"
        try:
            identity = self._signer.verify(headers, body)
        except NotAuthentic:
            return 403, b"{}"
        try:
            command = COMMAND.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return 400, b"{}"
        if command.id != identity:
            return 400, b"{}"
        if identity in self._answers and not isinstance(command.data, Dial):
            return self._answers[identity]
        status, done = self._carry_out(command.data)
        self._answers[identity] = (status, ENCODE(done))
        return self._answers[identity]
