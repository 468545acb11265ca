"""What this process is to send: a queue per call in memory, and which calls have something in the table besides."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Coroutine, Iterable
from typing import Any

from app.call.call import Call
from app.engine.arrivals import Committed
from app.logs import logger
from app.store.outbox import BEAT, Row
from app.workers.outgoing import Outgoing

AT_ONCE = 64
"""Calls whose commands are sent at the same time."""
AGAIN = 0.2
"""Seconds between two looks whether the switch named a leg."""
log = logger()


class Queue:
    """The commands of one call, sent one after the other by `task`."""

    __slots__ = ("call", "rows", "task")

    def __init__(self, call: Call) -> None:
        self.call = call
        """The newest state known."""
        self.rows: deque[Row] = deque()
        self.task: asyncio.Task[None]


class Queues:
    """Each row with the moment of the loop's clock after which it may not be begun: its claim may not hold then."""

    def __init__(self, out: Outgoing) -> None:
        self._out = out
        self._calls: dict[str, Queue] = {}
        """Calls of which something is being sent."""
        self._last: dict[tuple[str, int], float] = {}
        """What is in a queue or being sent, and until when it may be begun."""
        self.behind: set[str] = set()
        """Calls that may have commands in the table that are not in their queue."""
        self.look = asyncio.Event()
        """There is such a call: the table must be read."""
        self.sent = asyncio.Event()
        """Something was sent that is still in the table."""

    def __len__(self) -> int:
        """How many rows of the table are known here: queued, being sent, or sent."""
        return len(self._last) + len(self._out.sent)

    def __contains__(self, key: tuple[str, int]) -> bool:
        return key in self._last or key in self._out.sent

    @property
    def tasks(self) -> list[asyncio.Task[None]]:
        """One for each call of which something is being sent."""
        return [queue.task for queue in self._calls.values()]

    def heard(self, committed: Committed, last: float) -> None:
        """What was committed is sent at once; what an answer told already is not."""
        if self._calls:
            for step in committed.steps:
                if step.after is not None and (queue := self._calls.get(f"{step.centre} {step.after.id}")) is not None:
                    queue.call = step.after
            for centre, leg in committed.answered:
                self._drop(f"{centre} {leg.rpartition('.')[0]}", leg)
        for row in committed.handed:
            # what was written before it and is not known here is in the table only, and goes first
            known = all((row.centre, number) in self for number in row.before)
            if row.of in self.behind or not known or not self._add(row, last):
                self.behind.add(row.of)
                self.look.set()

    def renewed(self, keys: Iterable[tuple[str, int]], last: float) -> None:
        """The claims on these hold anew."""
        for key in keys:
            if key in self._last:
                self._last[key] = last

    def fill(self, found: Iterable[tuple[Row, float]]) -> None:
        """Queue what was read from the table, of every call of which nothing was being sent."""
        busy = set(self._calls)
        for row, last in sorted(found, key=lambda each: (each[0].of, each[0].id)):
            if row.key in self:
                continue  # handed over or sent while the table was read
            if row.of in busy or row.of in self.behind or not self._add(row, last):
                self.behind.add(row.of)

    def _add(self, row: Row, last: float) -> bool:
        """Put it in its call's queue; False when too many others are busy."""
        queue = self._calls.get(row.of)
        if queue is None:
            if len(self._calls) >= AT_ONCE:
                return False
            queue = self._calls[row.of] = Queue(row.call)
            queue.task = asyncio.create_task(self._send_all(row.of, queue))
        queue.rows.append(row)
        self._last[row.key] = last
        return True

    def _drop(self, call: str, leg: str) -> None:
        """An answer told this leg what to do: what was to be sent to it is deleted."""
        if (queue := self._calls.get(call)) is not None:
            for row in [row for row in queue.rows if row.command.leg == leg]:
                queue.rows.remove(row)
                del self._last[row.key]

    async def _send_all(self, call: str, queue: Queue) -> None:
        """One call's commands; what cannot be sent now is left for the next look."""
        never_dialled: set[str] = set()
        nameless: set[str] = set()
        together: list[Row] = []
        try:
            while queue.rows:
                together = self._together(queue.rows)
                begun = [self._one(row, queue.call, never_dialled, nameless) for row in together]
                ended = [await begun[0]] if len(begun) == 1 else await _all(begun)
                self._forget(together)
                if not all(ended):
                    self.behind.add(call)
                    break
        except Exception:
            log.exception("outbox.failed", call=call)
            self.behind.add(call)
            await asyncio.sleep(BEAT)
        finally:
            self._forget([*together, *queue.rows])
            del self._calls[call]
            if nameless:
                asyncio.get_running_loop().call_later(AGAIN, self.look.set)
            if self._out.sent:
                self.sent.set()
            if self.behind:
                self.look.set()

    def _forget(self, rows: Iterable[Row]) -> None:
        for row in rows:
            self._last.pop(row.key, None)

    def _together(self, rows: deque[Row]) -> list[Row]:
        """The next command; two legs that join are told at once where the platform keeps the order by itself."""
        first = [rows.popleft()]
        joins = first[0].command.name == "Join" and self._out.in_order(first[0])
        if joins and rows and rows[0].command.name == "Join" and rows[0].command.leg != first[0].command.leg:
            first.append(rows.popleft())
            first.sort(key=lambda row: row.command.leg.endswith(".1"))  # the caller hears music until somebody is there
        return first

    async def _one(self, row: Row, call: Call, never_dialled: set[str], nameless: set[str]) -> bool:
        """Send it if it is still what its leg is to do. False when it cannot be sent now."""
        if row.key in self._out.sent or row.command.leg in nameless:
            return True  # one leg holds up no other
        if asyncio.get_running_loop().time() > self._last[row.key]:
            return False
        leg = call.leg(row.command.leg)
        if leg is None or leg.id in never_dialled:
            self._out.sent.add(row.key)
        elif row.command.name == "Look" or leg.step == row.command.step:
            if not await self._out.send(row, call):
                return False
        elif row.command.name == "Dial" and not row.taken_over:
            never_dialled.add(leg.id)
            await self._out.never_dialled(row)
        else:
            self._out.sent.add(row.key)  # overtaken: the leg does something later already
        if row.key in self._out.nameless:
            nameless.add(row.command.leg)
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
