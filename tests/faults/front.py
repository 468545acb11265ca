"""What stands before the processes: a reverse proxy that tries again while one restarts, or brings everything twice."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from typing import Any

import httpx

from app.providers.base import Hook

HOLDS = 12.0
"""Seconds a request is tried again; a switch waits that long for an answer."""
NOT_PASSED_ON = {"host", "connection", "content-length", "transfer-encoding"}


@dataclass
class Request:
    """One webhook on its way. `target` is path and query as they came in."""

    method: str
    target: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes

    def hook(self, centre: str, provider: str) -> Hook:
        """As the service reads it."""
        raw, _, query = self.target.partition(b"?")
        path = raw.decode().removeprefix(f"/hooks/{centre}/{provider}/")
        headers = {name.decode(): value.decode("latin-1") for name, value in self.headers}
        return Hook(centre, self.method, path, query, headers, self.body, raw)


@dataclass
class Answer:
    """What came back."""

    status: int
    kind: str = ""
    body: bytes = b""


@dataclass
class Front:
    """An ASGI application. `targets` are the processes; `twice` brings each webhook to all of them, in any order."""

    targets: list[str] = field(default_factory=list)
    twice: bool = False
    seed: int = 1
    swallow: list[bytes] = field(default_factory=list)
    """Signs by which a webhook is known that gets lost on the way; each loses one."""
    taken: list[tuple[Request, Answer]] = field(default_factory=list)
    """Every request that was answered with 2xx."""

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        self._client = httpx.AsyncClient(
            timeout=20.0, trust_env=False, limits=httpx.Limits(max_connections=200, max_keepalive_connections=50)
        )

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        target = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
        request = Request(scope["method"], target, list(scope["headers"]), body)
        answer = await self._answer(request)
        headers = [(b"content-type", answer.kind.encode())]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})

    async def close(self) -> None:
        """Let the connections go."""
        await self._client.aclose()

    async def _answer(self, request: Request) -> Answer:
        for sign in self.swallow:
            if sign in request.target + request.body:
                self.swallow.remove(sign)
                return Answer(202 if b"cloudevents" in repr(request.headers).encode() else 200)
        if self.twice:
            order = self._chance.sample(self.targets, len(self.targets))
            late = self._chance.choice((0.0, 0.0, 0.005, 0.03))
            answers = await asyncio.gather(*(self._late(request, t, n * late) for n, t in enumerate(order)))
            return self._chance.choice(answers)
        return await self._until_taken(request)

    async def _late(self, request: Request, target: str, seconds: float) -> Answer:
        await asyncio.sleep(seconds)
        return await self._sent(request, target)

    async def _until_taken(self, request: Request) -> Answer:
        loop = asyncio.get_running_loop()
        end, n = loop.time() + HOLDS, 0
        while True:
            answer = await self._sent(request, self.targets[n % len(self.targets)])
            if answer.status not in (0, 502, 503) or loop.time() > end:
                return answer if answer.status else Answer(502)
            n += 1
            await asyncio.sleep(0.05)

    async def _sent(self, request: Request, target: str) -> Answer:
        headers = [pair for pair in request.headers if pair[0].decode() not in NOT_PASSED_ON]
        try:
            came = await self._client.request(
                request.method, target + request.target.decode(), content=request.body, headers=headers
            )
        except httpx.HTTPError:
            return Answer(0)
        answer = Answer(came.status_code, came.headers.get("content-type", ""), came.content)
        if came.is_success:
            self.taken.append((request, answer))
        return answer
