"""The one door: `handle` takes an event in and returns when it is saved; everything waiting shares a transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from itertools import islice

import asyncpg

from app.engine.arrivals import Committed, Handled, Item, subject_of
from app.engine.batch import Batch
from app.engine.deciding import Decide, quarantine_row
from app.engine.errors import Overloaded, Quarantined, Stale, Unavailable, UnknownCentre
from app.engine.policies import Policies
from app.engine.scene import Scene
from app.logs import logger
from app.providers.base import Arrival
from app.store.codec import NewerState
from app.store.database import FAILURES, engine_connection
from app.store.sealing import Seal
from app.store.writing import Write

LIMIT = 48
"""Events in one transaction: 16 cost 12 %, 256 gained nothing (storage findings). Between 32 and 64 we measured no
difference that was larger than the noise."""
PAUSES = (0.02, 0.1, 0.4)
"""Seconds before a transaction that the database refused is tried again."""
PATIENCE = 5.0
"""Seconds an event waits at most for a centre that others keep busy."""
HANGS = -64
"""A centre that was waited for in vain is passed over so much longer before it is waited for again."""
DATA = ("21", "22", "23", "54")
"""SQLSTATE classes that say the event is wrong, not the database: impossible, malformed, forbidden or too long."""
log = logger()

Listener = Callable[[Committed], None]
"""Told after each commit. Must be quick and never raise."""


class Engine:
    """One per process. `start` before the first `handle`; `node` names this run of this process and no other."""

    def __init__(
        self,
        url: str,
        *,
        decide: Decide,
        policies: Policies,
        clock: Callable[[], datetime],
        node: str,
        seal: Seal,
        overload: float = 0.25,
        listeners: Sequence[Listener] = (),
    ) -> None:
        self.node = node
        self.policies = policies
        self.seal = seal
        self.newer = False
        """A newer program wrote the state: this process is not ready any more (design §5 rule 18)."""
        self._url = url
        self._decide = decide
        self._clock = clock
        self._overload = overload
        self._listeners = list(listeners)
        self._waiting: dict[tuple[str, str, str], Item] = {}
        self._taken: list[Item] = []
        """In the transaction that is under way."""
        self._scenes: dict[str, Scene] = {}
        """What the last transaction saw; good for the next one as long as nobody else numbered an event."""
        self._wake = asyncio.Event()
        self._connection: asyncpg.Connection | None = None
        self._task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop
        """Kept: asking for the running one is a system call each time, in Python 3.11."""
        self._stopping = False

    def listen(self, listener: Listener) -> None:
        """Tell this one, too, after each commit."""
        self._listeners.append(listener)

    async def start(self) -> None:
        """Begin to take events."""
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.create_task(self._run(), name="engine")

    async def stop(self) -> None:
        """Finish what waits, then let go of the database."""
        if self._task is None:
            return
        self._stopping = True
        self._wake.set()
        await asyncio.wait([self._task], timeout=PATIENCE)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._task = None
        for item in self._waiting.values():
            item.fail(Unavailable("stopping"))
        self._drop()

    @property
    def alive(self) -> bool:
        """Whether events are being taken."""
        return self._task is not None and not self._task.done()

    @property
    def latency(self) -> float:
        """Seconds the oldest event waits that is not saved yet."""
        for item in (*self._taken[:1], *islice(self._waiting.values(), 1)):
            return self._loop.time() - item.since
        return 0.0

    async def handle(self, arrival: Arrival) -> Handled:
        """Decide and save this event once, whoever else brings it; returns the saved truth. Raises what `enter` does.

        A caller who stops waiting changes nothing: the event is saved all the same.
        """
        return await self.enter(arrival)

    def enter(self, arrival: Arrival) -> asyncio.Future[Handled]:
        """The same for who waits in a way of their own.

        Raises Overloaded (not urgent, and others wait too long), Unavailable or UnknownCentre; the future Unavailable
        or Quarantined.
        """
        if self._stopping:
            raise Unavailable("stopping")
        if not self.policies.knows(arrival.centre):
            raise UnknownCentre(arrival.centre)
        if not arrival.urgent and self.latency > self._overload:
            raise Overloaded(arrival.centre)
        subject = subject_of(arrival.event)
        key = (arrival.centre, subject, arrival.key)
        item = self._waiting.get(key)
        if item is None:
            item = self._waiting[key] = Item(arrival, subject, self._loop.time(), self._sealed(arrival))
            self._wake.set()
        else:
            item.share(arrival)
        future: asyncio.Future[Handled] = self._loop.create_future()
        item.futures.append(future)
        return future

    def _sealed(self, arrival: Arrival) -> Sequence[tuple[str, str, str]]:
        """Names and numbers as they are kept; done here, where no centre is locked."""
        return self.seal.rows(arrival.centre, arrival.private) if arrival.private else ()

    async def _run(self) -> None:
        while True:
            if not self._waiting:
                if self._stopping:
                    return
                self._wake.clear()
                await self._wake.wait()
            taken = list(islice(self._waiting, LIMIT))
            items = self._taken = [self._waiting.pop(key) for key in taken]
            try:
                left = await self._commit(items)
            except asyncio.CancelledError:
                for item in items:
                    item.fail(Unavailable("stopping"))
                raise
            self._taken = []
            if left:
                self._put_back(left)

    def _put_back(self, left: list[Item]) -> None:
        """Those whose centre was busy go in front again, together with those who brought the same key meanwhile."""
        front = {}
        for item in left:
            key = (item.arrival.centre, item.subject, item.arrival.key)
            if (twin := self._waiting.pop(key, None)) is not None:
                item.share(twin.arrival)
                item.futures += twin.futures
            if self._loop.time() - item.since > PATIENCE:
                item.fail(Unavailable("busy"))
            else:
                front[key] = item
        self._waiting = front | self._waiting

    async def _commit(self, items: list[Item]) -> list[Item]:
        """Save these; returns those whose centre was busy elsewhere. Never raises for an event's own mistakes."""
        for pause in PAUSES:
            began = self._loop.time()
            try:
                batch = await self._transact(items)
            except asyncpg.LockNotAvailableError:
                await self._undo()
                for item in items:
                    item.passed = HANGS
                return items
            except FAILURES as error:
                await self._undo()
                if (getattr(error, "sqlstate", None) or "")[:2] in DATA:
                    return await self._divide(items, error)
                log.warning("engine.database", exc_info=error, events=len(items))
                await asyncio.sleep(pause)
            except NewerState as error:
                await self._undo()
                self.newer = True
                for item in items:
                    item.fail(Unavailable(str(error)))
                return []
            except Exception as error:  # noqa: BLE001  (a row that cannot be read, a mistake of ours: find whose)
                await self._undo()
                return await self._divide(items, error)
            else:
                took = self._loop.time() - began
                events = len(items) - len(batch.left)
                self._tell(Committed(batch.steps, events, batch.handed, batch.answered, took))
                return batch.left
        for item in items:
            item.fail(Unavailable("database"))
        return []

    def _tell(self, committed: Committed) -> None:
        """It is saved: no listener's mistake can change that, or be taken for the event's."""
        for listener in self._listeners:
            try:
                listener(committed)
            except Exception:
                log.exception("engine.listener")

    async def _transact(self, items: list[Item]) -> Batch:
        """By what is remembered, or else by what is read: a first try in vain forgets these centres."""
        try:
            return await self._try(items)
        except Stale:
            return await self._try(items)

    async def _try(self, items: list[Item]) -> Batch:
        if self._connection is None or self._connection.is_closed():
            self._scenes.clear()  # it may be another server now, that was set back
            self._connection = await engine_connection(self._url)
        batch = Batch(
            self._connection,
            items,
            decide=self._decide,
            policies=self.policies,
            clock=self._clock,
            node=self.node,
            seal=self.seal,
            remembered=self._scenes,
            more=lambda: self._waiting,
            join=partial(self._join, items),
        )
        await batch.run()
        return batch

    def _join(self, items: list[Item], centre: str) -> None:
        """Who came for this centre while it was waited for goes along; not an event that is among these already."""
        if items is not self._taken:
            return
        among = {(item.arrival.centre, item.subject, item.arrival.key) for item in items}
        coming = (key for key in self._waiting if key[0] == centre and key not in among)
        items += [self._waiting.pop(key) for key in list(islice(coming, LIMIT - len(items)))]

    async def _divide(self, items: list[Item], error: Exception) -> list[Item]:
        """Halve the batch until the event that spoils it stands alone, and set that one aside."""
        if len(items) > 1:
            half = len(items) // 2
            return await self._commit(items[:half]) + await self._commit(items[half:])
        item = items[0]
        arrival = item.arrival
        log.error("engine.quarantined", centre=arrival.centre, key=arrival.key, exc_info=error)
        write = Write()
        write.rows["quarantine"].append(quarantine_row(item, arrival.key, arrival.event, error))
        try:
            if self._connection is None:
                self._connection = await engine_connection(self._url)
            await write.run(self._connection)
        except FAILURES:
            log.exception("engine.quarantine_failed")
            await self._undo()
        item.fail(Quarantined(arrival.key))
        return []

    async def _undo(self) -> None:
        """Roll back, or let go of a connection that does not answer: the server rolls back then."""
        connection = self._connection
        if connection is None:
            return
        try:
            await connection.execute("ROLLBACK", timeout=0.5)
        except FAILURES:
            self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None
