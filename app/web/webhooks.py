"""`/hooks/{centre}/{provider}/...`: a switch tells what happened and gets what the leg does now, or the static reply.

Plain ASGI: this is the hot path. The answer goes out after the commit; who waits longer than the deadline is sent to
the KCC by the switch itself (design §5 rule 16).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from time import perf_counter

import asyncpg
from starlette.types import Receive, Scope, Send

from app.call.call import Call
from app.call.commands import present
from app.call.events import (
    CallOffered,
    DegradeServed,
    InputTimedOut,
    KeysPressed,
    SayFinished,
    WordsHeard,
)
from app.call.legs import Leg, refs
from app.engine.arrivals import Handled, call_of
from app.engine.engine import Engine
from app.engine.errors import Quarantined, Unavailable, UnknownCentre
from app.engine.orders import order
from app.logs import logger
from app.providers.base import Arrival, Hook, NotAuthentic, NotUnderstood, Provider, Reply
from app.store import present as stored
from app.store.database import FAILURES, within
from app.web.deadlines import Deadlines
from app.web.problem import problem

PREFIX = "/hooks/"
LARGEST = 64 * 1024
"""Bytes of a body; no platform sends more."""
CALLER_WAITS = (CallOffered, KeysPressed, WordsHeard, InputTimedOut, SayFinished)
"""After these the caller hears nothing until we answer."""
log = logger()

Timed = Callable[[str, float, int], None]
"""Told the platform, the seconds, and the HTTP status of each webhook."""


class Webhooks:
    """The ASGI application of all platforms of all centres; `deadline` in seconds."""

    def __init__(
        self,
        engine: Engine,
        pool: asyncpg.Pool,
        providers: Mapping[tuple[str, str], Provider],
        deadline: float = 0.8,
        timed: Timed = lambda _provider, _seconds, _status: None,
    ) -> None:
        self._engine = engine
        self._pool = pool
        self._providers = providers
        self._deadline = deadline
        self._deadlines = Deadlines(deadline)
        self._timed = timed
        self._tasks: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One webhook."""
        began = perf_counter()
        raw: bytes = scope.get("raw_path") or scope["path"].encode()
        centre, _, rest = raw.decode("ascii", "replace").removeprefix(PREFIX).partition("/")
        name, _, path = rest.partition("/")
        provider = self._providers.get((centre, name))
        if provider is None:
            answer, name = problem(404), "unknown"
        elif isinstance(body := await _body(scope, receive), Reply):
            answer = body
        else:
            headers = {key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]}
            answer = await self._answer(
                provider, Hook(centre, scope["method"], path, scope["query_string"], headers, body, raw)
            )
        head = [(b"content-type", answer.content_type.encode()), (b"content-length", b"%d" % len(answer.body))]
        if answer.status == 503:
            head.append((b"retry-after", b"1"))
        await send({"type": "http.response.start", "status": answer.status, "headers": head})
        await send({"type": "http.response.body", "body": answer.body})
        self._timed(name, perf_counter() - began, answer.status)

    async def close(self) -> None:
        """Let what is being told finish."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=1.0)
        for task in self._tasks:
            task.cancel()

    async def _answer(self, provider: Provider, hook: Hook) -> Reply:
        try:
            arrivals = provider.read(hook, self._engine.policies.active(hook.centre))
        except NotAuthentic as error:
            log.warning("webhook.not_authentic", centre=hook.centre, provider=provider.name)
            return problem(403, str(error))
        except NotUnderstood as error:
            log.warning("webhook.not_understood", centre=hook.centre, provider=provider.name)
            return problem(400, str(error))
        try:
            handled = await self._handled(arrivals)
            return await self._render(provider, hook, arrivals, handled)
        except (Unavailable, TimeoutError, Quarantined, UnknownCentre, *FAILURES) as error:
            return self._degrade(provider, hook, arrivals, error)
        except Exception as error:
            log.exception("webhook.failed", centre=hook.centre, provider=provider.name)
            return self._degrade(provider, hook, arrivals, error)

    async def _handled(self, arrivals: Sequence[Arrival]) -> Sequence[Handled]:
        """All of them saved. Raises TimeoutError after the deadline, and what the engine raises."""
        entered = [self._engine.enter(arrival) for arrival in arrivals]
        for future in entered:
            self._deadlines.watch(future)
        return [await entered[0]] if len(entered) == 1 else await asyncio.gather(*entered)

    async def _render(
        self, provider: Provider, hook: Hook, arrivals: Sequence[Arrival], handled: Sequence[Handled]
    ) -> Reply:
        """The present steps of the legs this webhook asks for."""
        for arrival, done in zip(arrivals, handled, strict=True):
            if arrival.replies:
                return await self._tell(provider, hook, done.call, done.legs, done.names)
        if not (leg_id := provider.asks(hook)):
            return provider.reply(hook, None if not handled else handled[0].call, ())
        return await within(self._deadline, self._present(provider, hook, leg_id))

    async def _present(self, provider: Provider, hook: Hook, leg_id: str) -> Reply:
        """What the leg does now, when nothing happened and the switch only asks."""
        call = await stored.call(self._pool, hook.centre, leg_id.rpartition(".")[0])
        leg = None if call is None else call.leg(leg_id)
        legs = () if leg is None else (leg,)
        wanted = refs(leg.doing) if leg is not None else ()
        names = await stored.names(self._pool, self._engine.seal, hook.centre, wanted)
        return await self._tell(provider, hook, call, legs, names)

    async def _tell(
        self, provider: Provider, hook: Hook, call: Call | None, legs: Sequence[Leg], names: Mapping[str, str]
    ) -> Reply:
        if call is None or not legs:
            return provider.reply(hook, call, ())
        policy = await self._engine.policies.load(hook.centre, call.policy)
        return provider.reply(hook, call, tuple(order(call, present(leg), {}, names, policy) for leg in legs))

    def _degrade(self, provider: Provider, hook: Hook, arrivals: Sequence[Arrival], error: BaseException) -> Reply:
        """Nothing could be decided in time. A caller who waits goes to the KCC; anything else may come again."""
        log.warning("webhook.degraded", centre=hook.centre, provider=provider.name, error=type(error).__name__)
        waits = {call_of(a.event) for a in arrivals if isinstance(a.event, CALLER_WAITS) and a.event.leg.endswith(".1")}
        if (leg := provider.asks(hook)).endswith(".1"):
            waits.add(leg.rpartition(".")[0])
        for call in waits:
            task = asyncio.create_task(self._served(hook.centre, provider.name, call))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        whole_call = any(a.replies and a.replies == call_of(a.event) for a in arrivals)
        if waits or not whole_call:
            return provider.degraded(hook)
        return provider.reply(hook, None, ()) if isinstance(error, Quarantined) else problem(503)

    async def _served(self, centre: str, provider: str, call: str) -> None:
        """The call is told that the switch has taken the caller to the KCC, as soon as it can be told."""
        served = Arrival(centre=centre, key=f"{call}:degraded", event=DegradeServed(call), provider=provider)
        while True:
            try:
                await self._engine.handle(served)
            except Unavailable:
                await asyncio.sleep(0.5)
            except (Quarantined, UnknownCentre):
                return
            else:
                return


async def _body(scope: Scope, receive: Receive) -> bytes | Reply:
    """The whole body, or the answer to one that is larger than allowed or did not come to its end."""
    for key, value in scope["headers"]:
        if key == b"content-length" and (not value.isdigit() or int(value) > LARGEST):
            return problem(413, f"At most {LARGEST} bytes.")
    body, more = b"", True
    while more and len(body) <= LARGEST:
        message = await receive()
        if message["type"] == "http.disconnect":
            return problem(408)
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body if len(body) <= LARGEST else problem(413, f"At most {LARGEST} bytes.")
