"""The only place that talks to the switch: commands go out after the commit, per call in order, a Dial at most once.

What this process committed is handed over by the engine and sent at once. The table is read for the rest: what another
process wrote for us, what dead processes left, and what could not be sent before. A row claimed by this process and
never tried before may be sent; one taken over from a dead process may have been sent, so what must not happen twice
(`Dial`, `Say`) is not sent again but reported as uncertain (design §5 rule 7).
"""

from __future__ import annotations

import asyncio

import asyncpg
import msgspec
from msgspec.structs import replace

from app.call.legs import refs
from app.engine.arrivals import Committed
from app.engine.engine import Engine
from app.logs import logger
from app.store import outbox, reading
from app.store.codec import NewerState
from app.store.database import FAILURES
from app.workers.outgoing import NAMED, SECONDS, Outgoing, Providers
from app.workers.queues import Queues

__all__ = ["NAMED", "Outbox", "Providers"]

ROWS = 256
GATHER = 0.002
"""Seconds to let commits come together before looking."""
FORGET = 0.05
"""Seconds after which what was sent is deleted, if nothing else gives reason to look before."""
BEAT = outbox.BEAT
"""Seconds between two signs of life, and two looks for what dead processes left."""
MARGIN = SECONDS + 0.5
"""Seconds a claim must still hold for a command to be begun."""
BEGIN = outbox.LEASE - MARGIN
"""Seconds after a claim's last sign of life in which its command may be begun; less than `SILENT` (decision 0016)."""
OLD = 0.5
"""A command that waits so many seconds is looked for in the table."""
log = logger()


class Outbox:
    """Sends what this process committed, and what dead processes left. `wake` when there may be something new."""

    def __init__(self, engine: Engine, pool: asyncpg.Pool, providers: Providers) -> None:
        self._engine = engine
        self._pool = pool
        self._out = Outgoing(engine, providers)
        self._queues = Queues(self._out)
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
        if self._queues.tasks:
            await asyncio.wait(self._queues.tasks, timeout=SECONDS)
        tasks, self._tasks = [*self._tasks, *self._queues.tasks], []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        try:
            await self._forget()
        except FAILURES as error:
            log.warning("outbox.database", exc_info=error)

    def wake(self) -> None:
        """There may be something in the table."""
        self._queues.look.set()

    def unreached(self) -> dict[str, float]:
        """`centre/platform` -> seconds since it has taken no command; 0 when it took the last one, or had none yet."""
        return self._out.unreached()

    def _heard(self, committed: Committed) -> None:
        """Before the start and after the end everything is in the table only."""
        if self._tasks:
            written = asyncio.get_running_loop().time() - committed.seconds
            self._queues.heard(committed, written + BEGIN)

    async def _run(self) -> None:
        while True:
            await self._queues.look.wait()
            await asyncio.sleep(GATHER)
            self._queues.look.clear()
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
            await self._queues.sent.wait()
            await asyncio.sleep(FORGET)
            self._queues.sent.clear()
            try:
                await self._forget()
            except FAILURES as error:
                log.warning("outbox.database", exc_info=error)
                self._queues.sent.set()
                await asyncio.sleep(0.5)

    async def _beat(self) -> None:
        while True:
            try:
                await self._renew()
                centres = self._engine.policies.centres()
                taken = await outbox.take_over(self._pool, self._engine.node, centres)
                self.age = await outbox.age(self._pool, centres)
                if taken:
                    log.warning("outbox.taken_over", commands=taken)
                if taken or self.age > OLD:
                    self.wake()
            except FAILURES as error:
                log.warning("outbox.database", exc_info=error)
            await asyncio.sleep(BEAT)

    async def _renew(self) -> None:
        asked = asyncio.get_running_loop().time()
        self._queues.renewed(await outbox.renew(self._pool, self._engine.node), asked + BEGIN)

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
        """Read the table, and queue what can be sent now."""
        self._queues.behind.clear()
        await self._renew()
        asked = asyncio.get_running_loop().time()
        found = [
            (row, asked + record["remaining"] - MARGIN)
            for record in await outbox.mine(self._pool, self._engine.node, ROWS + len(self._queues))
            if (record["centre"], record["id"]) not in self._queues
            and record["remaining"] > MARGIN
            and (row := _readable(record)) is not None
        ]
        wanted = {(row.centre, ref) for row, _ in found for ref in refs(row.command.do)}
        names = await reading.names(self._pool, self._engine.seal, wanted)
        own: dict[str, dict[str, str]] = {}
        for (centre, ref), text in names.items():
            own.setdefault(centre, {})[ref] = text
        self._queues.fill((replace(row, names=own.get(row.centre, {})), last) for row, last in found)


def _readable(record: asyncpg.Record) -> outbox.Row | None:
    """The row, or None when its call or its command cannot be read: that must not hold up the others."""
    try:
        return outbox.row(record)
    except (msgspec.MsgspecError, NewerState):
        log.exception("outbox.unreadable", centre=record["centre"], call=record["call"], command=record["id"])
        return None
