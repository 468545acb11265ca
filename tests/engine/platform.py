"""A telephone switch that does as it is told, or as a test wants it to fail."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from app.call.call import Call
from app.call.events import Event, LegEnded, LegSeen
from app.call.policy import Policy
from app.providers.base import Arrival, Hook, Order, Reply


class Platform:
    """`sent` are the commands that arrived, `(leg, step, name)`; `trouble` may raise before or after that."""

    name = "demo"
    in_order = False

    def __init__(self) -> None:
        self.sent: list[tuple[str, int, str]] = []
        self.orders: list[Order] = []
        self.before: Callable[[Order], None] = lambda _order: None
        self.after: Callable[[Order], None] = lambda _order: None
        self.at_once: dict[str, int] = {}
        self.most: int = 0
        self.slow = 0.0
        self.gone = False

    async def send(self, order: Order) -> str:
        self.before(order)
        self.at_once[order.call] = self.at_once.get(order.call, 0) + 1
        self.most = max(self.most, self.at_once[order.call])
        self.sent.append((order.command.leg, order.command.step, order.command.name))
        self.orders.append(order)
        await asyncio.sleep(self.slow)
        self.at_once[order.call] -= 1
        self.after(order)
        return f"sw-{order.command.leg}" if order.command.name == "Dial" else ""

    async def look(self, order: Order) -> Event:
        if self.gone:
            return LegEnded(order.call, order.command.leg, "lost")
        return LegSeen(call=order.call, leg=order.command.leg, state="up", room=order.room)

    def read(self, _hook: Hook, _policy: Policy) -> list[Arrival]:
        raise AssertionError("these tests bring their arrivals to the engine themselves")

    def asks(self, _hook: Hook) -> str:
        return ""

    def reply(self, _hook: Hook, _call: Call | None, orders: tuple[Order, ...]) -> Reply:
        return Reply(" ".join(o.command.name for o in orders).encode(), "text/plain")

    def degraded(self, _hook: Hook) -> Reply:
        return Reply(b"degraded", "text/plain")

    async def close(self) -> None:
        return
