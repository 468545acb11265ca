"""A house in memory behind real HTTP: verifies webhooks, decides, answers and sends commands, but keeps nothing.

It stands in for engine, outbox and timers where a test is about a platform and the core; those have tests of their own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Self

from msgspec.structs import replace
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.call.call import Call
from app.call.commands import Command, present
from app.call.events import CommandFailed, CommandUncertain, Event
from app.call.policy import Policy
from app.engine.orders import order
from app.providers.base import Hook, NotAuthentic, NotUnderstood, Order, Provider, Refused, Reply, Uncertain
from app.providers.demo.server import serving
from tests.core.house import House, Step


class Desk:
    """Start it, give it the provider that answers at `url`, and let people do things with `tell`."""

    def __init__(self, policy: Policy) -> None:
        self.house = House(policy)
        self.broken = False
        """True: the engine is away, every webhook gets the static reply."""
        self.url = ""
        self.provider: Provider
        self.seen: set[str] = set()
        self.lines: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self.refused: list[str] = []
        """Why webhooks were refused."""
        self._turn = asyncio.Lock()
        self._queues: dict[str, asyncio.Queue[Command]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._began: datetime = self.house.now
        self._changed = asyncio.Event()

    async def start(self, provide: Callable[[str], Provider]) -> Self:
        """Listen on a free port; `provide` makes the provider for that public address."""
        routes = [Route("/hooks/{centre}/{provider}/{path:path}", self._hook, methods=["POST", "GET"])]
        self._server = serving(Starlette(routes=routes))
        self.url = await self._server.__aenter__()
        self.provider = provide(self.url)
        self._zero = asyncio.get_running_loop().time()
        self._begin(self._clock())
        return self

    async def stop(self) -> None:
        """End everything."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.__aexit__(None, None, None)
        await self.provider.close()

    async def tell(self, event: Event) -> None:
        """Something happened that no webhook says: an agent's click."""
        async with self._turn:
            self._decide(event, "")

    async def look(self, leg: str) -> Event:
        """What the platform says of this leg when it is asked."""
        return await self.provider.look(self._order(self.call, Command(leg, 0, "Look")))

    async def until(self, done: Callable[[], bool], seconds: float = 10.0) -> None:
        """Wait until this holds; every decision looks again."""
        try:
            async with asyncio.timeout(seconds):
                while not done():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            story = [(type(s.event).__name__, s.decision.because.code) for s in self.house.steps[-12:]]
            raise AssertionError(f"{[c.phase for c in self.house.calls.values()]} after {story}") from None

    @property
    def call(self) -> Call:
        """The only call, or the latest."""
        return list(self.house.calls.values())[-1]

    # webhooks

    async def _hook(self, request: Request) -> Response:
        headers = {name.decode().lower(): value.decode("latin-1") for name, value in request.headers.raw}
        path = request.scope["raw_path"].decode().split("/", 4)[4]
        hook = Hook(
            request.path_params["centre"], request.method, path, request.scope["query_string"], headers,
            await request.body(), request.scope["raw_path"],
        )  # fmt: skip
        if self.broken:
            return _http(self.provider.degraded(hook))
        try:
            return _http(await self._answer(hook))
        except (NotAuthentic, NotUnderstood) as refusal:
            self.refused.append(str(refusal))
            return Response(status_code=403 if isinstance(refusal, NotAuthentic) else 400)

    async def _answer(self, hook: Hook) -> Reply:
        async with self._turn:
            arrivals = self.provider.read(hook, self.house.policy)
            wanted = self.provider.asks(hook)
            for arrival in arrivals:
                wanted = arrival.replies or wanted
                if arrival.line:
                    self.lines[arrival.line[0]] = arrival.line[1]
                if arrival.key not in self.seen:
                    self.seen.add(arrival.key)
                    self.names |= arrival.private
                    self._decide(arrival.event, arrival.replies)
            call = self.house.calls.get(wanted.partition(".")[0])
            leg = call.leg(wanted) if call else None
            return self.provider.reply(hook, call, (self._order(call, present(leg)),) if call and leg else ())

    def _decide(self, event: Event, replied: str) -> list[Step]:
        self._tick()
        steps = self.house.handle(event)
        self._carry_out(steps, replied)
        return steps

    def _carry_out(self, steps: list[Step], replied: str) -> None:
        """What rides on the answer is not sent; a call's commands go in order, one at a time."""
        for step in steps:
            looks = [Command(leg, 0, "Look") for leg in step.decision.look]
            for command in (*step.decision.commands, *looks):
                if command.leg != replied or command.name == "Look":
                    call = command.leg.partition(".")[0]
                    if call not in self._queues:
                        self._queues[call] = asyncio.Queue()
                        self._begin(self._send(call, self._queues[call]))
                    self._queues[call].put_nowait(command)
        self._changed.set()

    def _order(self, call: Call, command: Command) -> Order:
        return order(call, command, self.lines, self.names, self.house.policy)

    # commands and the clock

    async def _send(self, call_id: str, queue: asyncio.Queue[Command]) -> None:
        while True:
            command = await queue.get()
            call = self.house.calls[call_id]
            leg = call.leg(command.leg)
            if command.name != "Look" and (leg is None or leg.step != command.step):
                continue
            told = self._order(call, command)
            answer = await self._one(told)
            while answer is None:
                await asyncio.sleep(0.01)
                answer = await self._one(replace(told, line=self.lines.get(command.leg, "")))
            if not isinstance(answer, str):
                await self.tell(answer)

    async def _one(self, order: Order) -> Event | str | None:
        """An event to tell, or nothing to tell, or None: send it again."""
        command = order.command
        try:
            if command.name == "Look":
                return await self.provider.look(order)
            line = await self.provider.send(order)
            if line:
                self.lines.setdefault(command.leg, line)
        except Refused as refused:
            return CommandFailed(order.call, command.leg, command.step, command.name, str(refused))
        except Uncertain:
            if command.name in ("Dial", "Say"):
                return CommandUncertain(order.call, command.leg, command.step, command.name)
            return None
        return ""

    async def _clock(self) -> None:
        while True:
            await asyncio.sleep(0.005)
            async with self._turn:
                before = len(self.house.steps)
                due = self._now()
                while (armed := self.house.timers()) and armed[0][0].due_at <= due:
                    self.house.now = max(self.house.now, armed[0][0].due_at)
                    self.house.handle(armed[0][1])
                self._tick()
                self._carry_out(self.house.steps[before:], "")

    def _now(self) -> datetime:
        return self._began + timedelta(seconds=asyncio.get_running_loop().time() - self._zero)

    def _tick(self) -> None:
        self.house.now = max(self.house.now, self._now())

    def _begin(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _http(reply: Reply) -> Response:
    return Response(reply.body, reply.status, media_type=reply.content_type)
