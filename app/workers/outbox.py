"""The only place that talks to the switch: commands go out after the commit, per call in order, a Dial at most once.

What this process committed is handed over by the engine and sent at once. The table is read for the rest: what another
process wrote for us, what dead processes left, and what could not be sent before. A row claimed by this process and
never tried before may be sent; one taken over from a dead process may have been sent, so what must not happen twice
(`Dial`, `Say`) is not sent again but reported as uncertain (design §5 rule 7).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Coroutine
from typing import Any

import asyncpg
import msgspec
from msgspec.structs import replace

from app.call.call import Call
from app.call.legs import refs
from app.engine.arrivals import Committed, Handed
from app.engine.engine import Engine
from app.logs import logger
from app.store import outbox, reading
from app.store.codec import NewerState
from app.store.database import FAILURES
from app.workers.outgoing import NAMED, SECONDS, Outgoing, Providers
from app.workers.rows import Row, given, row

__all__ = ["NAMED", "Outbox", "Providers"]

AT_ONCE = 64
"""Calls whose commands are sent at the same time."""
ROWS = 256
GATHER = 0.002
"""Seconds to let commits come together before looking."""
FORGET = 0.05
"""Seconds after which what was sent is deleted, if nothing else gives reason to look before."""
BEAT = outbox.BEAT
"""Seconds between two signs of life, and two looks for what dead processes left."""
MARGIN = SECONDS + 0.5
"""Seconds a claim must still hold for a command to be begun."""
AGAIN = 0.2
"""Seconds between two looks whether the switch named a leg."""
log = logger()


class Outbox:
    """Sends what this process committed, and what dead processes left. `wake` when there may be something new."""

    def __init__(self, engine: Engine, pool: asyncpg.Pool, providers: Providers) -> None:
        self._engine = engine
        self._pool = pool
        self._out = Outgoing(engine, providers)
        self._busy: dict[str, asyncio.Task[None]] = {}
        """Calls of which something is being sent."""
        self._queues: dict[str, deque[Row]] = {}
        """What is sent next, of calls that are busy."""
        self._queued: set[tuple[str, int]] = set()
        """What is in those queues or being sent."""
        self._calls: dict[str, Call] = {}
        """The newest state known of calls that are busy."""
        self._behind: set[str] = set()
        """Calls that may have commands in the table that are not in their queue."""
        self._wake = asyncio.Event()
        self._done = asyncio.Event()
        """Something was sent that is still in the table."""
        self._table = asyncio.Lock()
        """Nothing is deleted between reading the table and queueing what was read: it would be sent again."""
        self._tasks: list[asyncio.Task[None]] = []
        self.age = 0.0
        """Seconds the oldest command waits, as of the last beat."""
        engine.listen(self._heard)

    async def start(self) -> None:
        """Begin to send."""
        parts = {"outbox": self._run(), "outbox-done": self._clear(), "outbox-beat": self._beat()}
        self._tasks = [asyncio.create_task(part, name=name) for name, part in parts.items()]

    async def stop(self) -> None:
        """Let what is being sent finish, at most for the time an order takes; the rest is taken over elsewhere."""
        if self._busy:
            await asyncio.wait(self._busy.values(), timeout=SECONDS)
        tasks, self._tasks = [*self._tasks, *self._busy.values()], []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        try:
            await self._forget()
        except FAILURES as error:
            log.warning("outbox.database", exc_info=error)

    def wake(self) -> None:
        """There may be something in the table."""
        self._wake.set()

    def unreached(self) -> dict[str, float]:
        """`centre/platform` -> seconds since it has taken no command; 0 when it took the last one, or had none yet."""
        return self._out.unreached()

    def _heard(self, committed: Committed) -> None:
        """What was committed is sent at once; what an answer told already is not."""
        if not self._tasks:
            return  # before the start and after the end everything is in the table
        for step in committed.steps if self._busy else ():
            if step.after is not None and (call := f"{step.centre} {step.after.id}") in self._busy:
                self._calls[call] = step.after
        for centre, leg in committed.answered if self._busy else ():
            self._drop(f"{centre} {leg.rpartition('.')[0]}", leg)
        last = asyncio.get_running_loop().time() - committed.seconds + outbox.LEASE - MARGIN
        for handed in committed.handed:
            self._take(handed, given(handed, last))

    def _take(self, handed: Handed, r: Row) -> None:
        """Queue it, unless there may be something before it that only the table tells."""
        before = ((r.centre, number) for number in handed.before)
        known = all(key in self._out.sent or key in self._queued for key in before)
        if r.of in self._behind or not known or not self._queue(r):
            self._behind.add(r.of)
            self._wake.set()

    def _queue(self, r: Row) -> bool:
        """Put it in its call's queue; False when too many others are busy."""
        if r.of not in self._busy:
            if len(self._busy) >= AT_ONCE:
                return False
            self._calls[r.of], self._queues[r.of] = r.call, deque()
            self._busy[r.of] = asyncio.create_task(self._send_all(r.of))
        self._queues[r.of].append(r)
        self._queued.add(r.key)
        return True

    def _drop(self, call: str, leg: str) -> None:
        """An answer told this leg what to do: what was to be sent to it is deleted."""
        if (queue := self._queues.get(call)) is not None:
            for r in [r for r in queue if r.command.leg == leg]:
                queue.remove(r)
                self._queued.discard(r.key)

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            await asyncio.sleep(GATHER)
            self._wake.clear()
            try:
                await self._forget()
                async with self._table:
                    await self._look()
            except FAILURES as error:
                log.warning("outbox.database", exc_info=error)
                await asyncio.sleep(0.5)
            except Exception:
                log.exception("outbox.failed")
                await asyncio.sleep(BEAT)

    async def _clear(self) -> None:
        while True:
            await self._done.wait()
            await asyncio.sleep(FORGET)
            self._done.clear()
            try:
                await self._forget()
            except FAILURES as error:
                log.warning("outbox.database", exc_info=error)
                self._done.set()
                await asyncio.sleep(0.5)

    async def _beat(self) -> None:
        while True:
            try:
                await outbox.renew(self._pool, self._engine.node)
                centres = self._engine.policies.centres()
                taken = await outbox.take_over(self._pool, self._engine.node, centres)
                self.age = await outbox.age(self._pool, centres)
                if taken:
                    log.warning("outbox.taken_over", commands=taken)
                if taken or self.age > BEAT:
                    self._wake.set()
            except FAILURES as error:
                log.warning("outbox.database", exc_info=error)
            await asyncio.sleep(BEAT)

    async def _forget(self) -> None:
        """Delete what was sent, all at once."""
        async with self._table:
            if not self._out.sent:
                return
            sent, lines = set(self._out.sent), list(self._out.lines)
            await outbox.done(self._pool, sent, lines)
            self._out.sent -= sent
            del self._out.lines[: len(lines)]

    async def _look(self) -> None:
        """Queue what is in the table, of every call that is not busy."""
        self._behind.clear()
        asked = asyncio.get_running_loop().time()
        found = await outbox.mine(self._pool, self._engine.node, ROWS + len(self._out.sent) + len(self._queued))
        rows = [
            r
            for record in found
            if (record["centre"], record["id"]) not in self._out.sent
            and record["remaining"] > MARGIN
            and (r := _readable(record, asked + record["remaining"] - MARGIN)) is not None
        ]
        names = await reading.names(self._pool, {(r.centre, ref) for r in rows for ref in refs(r.command.do)})
        busy = set(self._busy)
        for r in sorted(rows, key=lambda r: (r.of, r.id)):
            if r.key in self._out.sent or r.key in self._queued:
                continue  # sent while this looked
            own = {ref: text for (centre, ref), text in names.items() if centre == r.centre}
            if r.of in busy or r.of in self._behind or not self._queue(replace(r, names=own)):
                self._behind.add(r.of)

    async def _send_all(self, call: str) -> None:
        """One call's commands; what cannot be sent now is left for the next look."""
        loop = asyncio.get_running_loop()
        queue = self._queues[call]
        never_dialled: set[str] = set()
        nameless: set[str] = set()
        together: list[Row] = []
        try:
            while queue:
                together = self._together(queue)
                begun = [self._one(r, self._calls[call], never_dialled, nameless) for r in together]
                ended = [await begun[0]] if len(begun) == 1 else await _all(begun)
                self._queued.difference_update(r.key for r in together)
                if not all(ended):
                    self._behind.add(call)
                    break
        except Exception:
            log.exception("outbox.failed", call=call)
            self._behind.add(call)
            await asyncio.sleep(BEAT)
        finally:
            self._queued.difference_update(r.key for r in (*together, *queue))
            del self._busy[call], self._queues[call], self._calls[call]
            if nameless:
                loop.call_later(AGAIN, self._wake.set)
            if self._out.sent:
                self._done.set()
            if self._behind:
                self._wake.set()

    def _together(self, queue: deque[Row]) -> list[Row]:
        """The next command; two legs that join are told at once where the platform keeps the order by itself."""
        rows = [queue.popleft()]
        joins = rows[0].command.name == "Join" and self._out.in_order(rows[0])
        if joins and queue and queue[0].command.name == "Join" and queue[0].command.leg != rows[0].command.leg:
            rows.append(queue.popleft())
        return rows

    async def _one(self, r: Row, call: Call, never_dialled: set[str], nameless: set[str]) -> bool:
        """Send it if it is still what its leg is to do. False when it cannot be sent now."""
        if r.key in self._out.sent or r.command.leg in nameless:
            return True  # one leg holds up no other
        if asyncio.get_running_loop().time() > r.last:
            return False
        leg = call.leg(r.command.leg)
        if leg is None or leg.id in never_dialled:
            self._out.sent.add(r.key)
        elif r.command.name == "Look" or leg.step == r.command.step:
            if not await self._out.send(r, call):
                return False
        elif r.command.name == "Dial" and not r.taken_over:
            never_dialled.add(leg.id)
            await self._out.never_dialled(r)
        else:
            self._out.sent.add(r.key)  # overtaken: the leg does something later already
        if r.key in self._out.nameless:
            nameless.add(r.command.leg)
        return True


async def _all(begun: list[Coroutine[Any, Any, bool]]) -> list[bool]:
    """What each of them gives, when all are over. Raises what the first that failed raised."""
    ended = await asyncio.gather(*begun, return_exceptions=True)
    done = []
    for each in ended:
        if isinstance(each, BaseException):
            raise each
        done.append(each)
    return done


def _readable(record: asyncpg.Record, last: float) -> Row | None:
    """The row, or None when its call or its command cannot be read: that must not hold up the others."""
    try:
        return row(record, {}, last)
    except (msgspec.MsgspecError, NewerState):
        log.exception("outbox.unreadable", centre=record["centre"], call=record["call"], command=record["id"])
        return None
