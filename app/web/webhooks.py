"""`/hooks/{centre}/{provider}/...`: a switch tells what happened and gets what the leg does now, or the static reply.

This is the hot path: `take` runs no task and suspends nowhere, it is called back when the event is saved. Who waits
longer than the deadline is sent to the KCC by the switch itself (design §5 rule 16).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import partial
from time import perf_counter
from typing import Any

import asyncpg
from msgspec import Struct
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
from app.call.policy import Policy
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
EXPECTED = (Unavailable, TimeoutError, Quarantined, UnknownCentre, *FAILURES)
"""Why there may be no answer in time."""
log = logger()

Timed = Callable[[str, float, int], None]
"""Told the platform, the seconds, and the HTTP status of each webhook."""
Headers = Sequence[tuple[bytes, bytes]]
"""Names in lower case, as ASGI has them."""
Done = Callable[[Reply], None]
"""Told the answer, once."""


class Asked(Struct):
    """A webhook that is being answered."""

    provider: Provider
    hook: Hook
    done: Done
    arrivals: Sequence[Arrival] = ()


class Webhooks:
    """The webhooks of all platforms of all centres; `deadline` in seconds."""

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

    def take(self, method: str, target: bytes, headers: Headers, body: bytes, done: Done) -> None:
        """Answer this webhook through `done`, now or later; `target` is path and query as they came."""
        began = perf_counter()
        raw, _, query = target.partition(b"?")
        centre, _, rest = raw.decode("ascii", "replace").removeprefix(PREFIX).partition("/")
        name, _, path = rest.partition("/")
        provider = self._providers.get((centre, name))
        if provider is None:
            self._end("unknown", began, done, problem(404))
            return
        told = {key.decode("latin-1"): value.decode("latin-1") for key, value in headers}
        hook = Hook(centre, method, path, query, told, body, raw)
        self._begin(Asked(provider, hook, partial(self._end, name, began, done)))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The same as an ASGI application."""
        answer = await _body(scope, receive)
        if not isinstance(answer, Reply):
            given: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
            target = (scope.get("raw_path") or scope["path"].encode()) + b"?" + scope["query_string"]
            self.take(scope["method"], target, scope["headers"], answer, given.set_result)
            answer = await asyncio.shield(given)
        await send({"type": "http.response.start", "status": answer.status, "headers": head(answer)})
        await send({"type": "http.response.body", "body": answer.body})

    async def close(self) -> None:
        """Let what is being told finish."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=1.0)
        for task in self._tasks:
            task.cancel()

    def _end(self, name: str, began: float, done: Done, answer: Reply) -> None:
        done(answer)
        self._timed(name, perf_counter() - began, answer.status)

    def _begin(self, asked: Asked) -> None:
        hook = asked.hook
        try:
            asked.arrivals = asked.provider.read(hook, self._engine.policies.active(hook.centre))
        except NotAuthentic as error:
            log.warning("webhook.not_authentic", centre=hook.centre, provider=asked.provider.name)
            asked.done(problem(403, str(error)))
            return
        except NotUnderstood as error:
            log.warning("webhook.not_understood", centre=hook.centre, provider=asked.provider.name)
            asked.done(problem(400, str(error)))
            return
        try:
            entered = [self._engine.enter(arrival) for arrival in asked.arrivals]
        except EXPECTED as error:
            self._degrade(asked, error)
            return
        for future in entered:
            self._deadlines.watch(future)
        saved: asyncio.Future[Any] = entered[0] if len(entered) == 1 else asyncio.gather(*entered)
        saved.add_done_callback(partial(self._saved, asked))

    def _saved(self, asked: Asked, saved: asyncio.Future[Any]) -> None:
        """All of it is in the database, or it failed, or it took too long."""
        try:
            found = saved.result()
            answer = self._at_once(asked, (found,) if isinstance(found, Handled) else found)
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller is not left waiting
            self._degrade(asked, error)
        else:
            if isinstance(answer, Reply):
                asked.done(answer)
            else:
                self._start(self._after_reading(asked, answer))

    def _at_once(self, asked: Asked, handled: Sequence[Handled]) -> Reply | Coroutine[Any, Any, Reply]:
        """The present steps of the legs this webhook asks for; a coroutine where something must be read for that."""
        for arrival, done in zip(asked.arrivals, handled, strict=True):
            if arrival.replies:
                return self._tell(asked, done.call, done.legs, done.names)
        if not (leg := asked.provider.asks(asked.hook)):
            return asked.provider.reply(asked.hook, None if not handled else handled[0].call, ())
        return self._present(asked, leg)

    def _tell(
        self, asked: Asked, call: Call | None, legs: Sequence[Leg], names: Mapping[str, str]
    ) -> Reply | Coroutine[Any, Any, Reply]:
        if call is None or not legs:
            return asked.provider.reply(asked.hook, call, ())
        policy = self._engine.policies.get(asked.hook.centre, call.policy)
        if policy is None:
            return self._with_policy(asked, call, legs, names)
        return _rendered(asked, call, legs, names, policy)

    async def _with_policy(self, asked: Asked, call: Call, legs: Sequence[Leg], names: Mapping[str, str]) -> Reply:
        """The call began with a routing.yaml that this process has not met."""
        return _rendered(asked, call, legs, names, await self._engine.policies.load(asked.hook.centre, call.policy))

    async def _present(self, asked: Asked, leg_id: str) -> Reply:
        """What the leg does now, when nothing happened and the switch only asks."""
        centre = asked.hook.centre
        call = await stored.call(self._pool, centre, leg_id.rpartition(".")[0])
        leg = None if call is None else call.leg(leg_id)
        legs = () if leg is None else (leg,)
        wanted = refs(leg.doing) if leg is not None else ()
        names = await stored.names(self._pool, self._engine.seal, centre, wanted)
        answer = self._tell(asked, call, legs, names)
        return answer if isinstance(answer, Reply) else await answer

    async def _after_reading(self, asked: Asked, reading: Coroutine[Any, Any, Reply]) -> None:
        try:
            asked.done(await within(self._deadline, reading))
        except Exception as error:  # noqa: BLE001 - as in `_saved`
            self._degrade(asked, error)

    def _degrade(self, asked: Asked, error: BaseException) -> None:
        """Nothing could be decided in time. A caller who waits goes to the KCC; anything else may come again."""
        hook, provider, arrivals = asked.hook, asked.provider, asked.arrivals
        if isinstance(error, EXPECTED):
            log.warning("webhook.degraded", centre=hook.centre, provider=provider.name, error=type(error).__name__)
        else:
            log.error("webhook.failed", centre=hook.centre, provider=provider.name, exc_info=error)
        waits = {call_of(a.event) for a in arrivals if isinstance(a.event, CALLER_WAITS) and a.event.leg.endswith(".1")}
        if (leg := provider.asks(hook)).endswith(".1"):
            waits.add(leg.rpartition(".")[0])
        for call in waits:
            self._start(self._served(hook.centre, provider.name, call))
        whole_call = any(a.replies and a.replies == call_of(a.event) for a in arrivals)
        if waits or not whole_call:
            asked.done(provider.degraded(hook))
        else:
            asked.done(provider.reply(hook, None, ()) if isinstance(error, Quarantined) else problem(503))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

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


def head(answer: Reply) -> list[tuple[bytes, bytes]]:
    """The headers of an answer."""
    made = [(b"content-type", answer.content_type.encode()), (b"content-length", b"%d" % len(answer.body))]
    if answer.status == 503:
        made.append((b"retry-after", b"1"))
    return made


def _rendered(asked: Asked, call: Call, legs: Sequence[Leg], names: Mapping[str, str], policy: Policy) -> Reply:
    return asked.provider.reply(asked.hook, call, tuple(order(call, present(leg), {}, names, policy) for leg in legs))


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
