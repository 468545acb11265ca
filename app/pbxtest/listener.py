"""Stands in for Warmlijn: takes the events of the PBX under test, says what is wrong with them, and answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from msgspec import Struct

from app.pbxtest.sentences import Deviation
from app.providers.base import NotAuthentic, NotUnderstood
from app.providers.generic import events
from app.providers.generic.commands import Answer
from app.providers.generic.envelope import LARGEST, Envelope
from app.providers.generic.reading import understand
from app.providers.generic.signing import Signer

ENCODE = msgspec.json.Encoder().encode


class Received(Struct, frozen=True):
    """One authentic event and the number of times it was delivered before."""

    event: Envelope
    again: int

    @property
    def leg(self) -> str:
        """The leg it is about, or the PBX's reference of the call."""
        data = self.event.data  # type: ignore[attr-defined]
        return getattr(data, "leg", "") or getattr(data, "call", "")


class Listener:
    """An ASGI application. `answer` decides what an event is answered with; `refuse` answers 503 once per type."""

    def __init__(self, secrets: tuple[str, ...], deviates: Callable[[Deviation], None]) -> None:
        self._signer = Signer(secrets)
        self._deviates = deviates
        self._bodies: dict[str, bytes] = {}
        self._changed = asyncio.Event()
        self.received: list[Received] = []
        self.callers: dict[str, str] = {}
        """The PBX's reference of a call -> the caller's leg: events may name either."""
        self.refuse: set[type[Envelope]] = set()
        self.answer: Callable[[Envelope], Answer | None] = lambda _: None

    def of(self, kind: type[Envelope], leg: str) -> Iterator[Received]:
        """The events of this type about this leg, the first delivery of each."""
        named = ((one, self.callers.get(one.leg, one.leg)) for one in self.received)
        return (one for one, name in named if type(one.event) is kind and name == leg and not one.again)

    async def expect(self, kind: type[Envelope], leg: str, seconds: float) -> Any:
        """The first event of this type about this leg; None when it does not come within these seconds."""
        return await self.wait(lambda: next((one.event for one in self.of(kind, leg)), None), seconds)

    async def wait(self, found: Callable[[], Any], seconds: float) -> Any:
        """What `found` finds, as soon as it finds something; None when these seconds are over."""
        try:
            async with asyncio.timeout(seconds):
                while (result := found()) is None:
                    await self._changed.wait()
                return result
        except TimeoutError:
            return None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request of the PBX."""
        body, more = b"", True
        while more and len(body) <= LARGEST:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        status, content = self._take(headers, body)
        start = {"type": "http.response.start", "status": status, "headers": [(b"content-type", b"application/json")]}
        await send(start)
        await send({"type": "http.response.body", "body": content})

    def _take(self, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        try:
            identity = self._signer.verify(headers, body)
            event = understand(body)
        except NotAuthentic as error:
            self._deviates(Deviation("event_not_authentic", {"why": str(error)}))
            return 403, b"{}"
        except NotUnderstood as error:
            self._deviates(Deviation("event_not_understood", {"why": str(error)}))
            return 400, b"{}"
        kind = type(event).__name__
        if not headers.get("content-type", "").startswith("application/cloudevents+json"):
            self._deviates(Deviation("content_type", {"event": kind}))
        if event.id != identity:
            self._deviates(Deviation("ids_differ", {"event": kind}))
        if isinstance(event, events.LegRinging) and event.time is None:
            self._deviates(Deviation("no_time", {"event": kind}))
        if self._bodies.setdefault(event.id, body) != body:
            self._deviates(Deviation("id_used_twice", {"event": kind}))
        again = sum(one.event.id == event.id for one in self.received)
        self.received.append(Received(event, again))
        self._changed.set()
        self._changed = asyncio.Event()
        if type(event) in self.refuse and not again:
            return 503, b"{}"
        answer = self.answer(event)
        return (202, b"") if answer is None else (200, ENCODE(answer))
