"""The clock: every timer that is due goes through the engine's own door as an event (design §5 rule 5)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import asyncpg

from app.call.events import TimerFired
from app.engine.arrivals import Committed
from app.engine.engine import Engine
from app.engine.errors import Quarantined, Unavailable
from app.logs import logger
from app.providers.base import Arrival
from app.store import agenda
from app.store.database import FAILURES

LOOKS = 0.05
"""Seconds between two looks: another process may have set a timer that is due sooner than ours."""
AHEAD = timedelta(seconds=0.075)
"""What is due so soon is known before it is due, also when the next look is late."""
TICK = 0.001
"""Seconds the loop may wake too early: it counts in milliseconds."""
IN_FLIGHT = 512
"""Timers planned or inside the engine at once; the rest waits in the table."""
AGAIN = 30.0
"""Seconds before a timer that was set apart fires again: perhaps the program was mended meanwhile."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
log = logger()

Late = Callable[[float], None]
"""Told the seconds between due and done of each timer."""


class Timers:
    """Looks every 50 ms for what is due soon, and fires it when it is. Any number of processes may do so at once.

    What is disarmed, or fired by another process, in that last moment means nothing to the engine.
    """

    def __init__(
        self, engine: Engine, pool: asyncpg.Pool, clock: Callable[[], datetime], late: Late = lambda _seconds: None
    ) -> None:
        self._engine = engine
        self._pool = pool
        self._clock = clock
        self._late = late
        self._flying: set[tuple[str, str, str, datetime]] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None
        engine.listen(self._heard)

    async def start(self) -> None:
        """Begin to look."""
        self._loop = asyncio.create_task(self._run(), name="timers")

    async def stop(self) -> None:
        """Stop looking; what is in flight is saved by the engine or fires again elsewhere."""
        tasks = [*self._tasks, *([self._loop] if self._loop else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _heard(self, committed: Committed) -> None:
        """A timer that is due before the next look (a fourth ring was reported) makes us look now."""
        soon = self._clock() + AHEAD
        if any(t.due_at <= soon for step in committed.steps if step.decision.call for t in step.decision.call.timers):
            self._wake.set()

    async def _run(self) -> None:
        while True:
            pause = LOOKS
            self._wake.clear()
            try:
                await self._look()
            except FAILURES as error:
                log.warning("timers.database", exc_info=error)
                pause = 0.5
            except Exception:
                log.exception("timers.failed")
                pause = 0.5
            try:
                async with asyncio.timeout(pause):
                    await self._wake.wait()
            except TimeoutError:
                pass

    async def _look(self) -> None:
        centres = self._engine.policies.centres()
        rows = await agenda.due(self._pool, self._clock() + AHEAD, centres, IN_FLIGHT + len(self._flying))
        for centre, subject, name, leg, due_at in rows:
            key = (centre, subject, name, due_at)
            if key not in self._flying and len(self._flying) < IN_FLIGHT:
                self._flying.add(key)
                task = asyncio.create_task(self._fire(key, leg))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _fire(self, key: tuple[str, str, str, datetime], leg: str) -> None:
        centre, subject, name, due_at = key
        kind, _, subject_id = subject.partition(":")
        event = TimerFired(subject=kind, id=subject_id, name=name, due_at=due_at, leg=leg)  # type: ignore[arg-type]
        micros = (due_at - EPOCH) // timedelta(microseconds=1)
        try:
            if (early := (due_at - self._clock()).total_seconds()) > 0:
                await asyncio.sleep(early + TICK)
            await self._engine.handle(Arrival(centre=centre, key=f"timer:{name}:{leg}:{micros}", event=event))
            self._late((self._clock() - due_at).total_seconds())
        except (Unavailable, Quarantined) as error:
            log.warning("timers.not_fired", centre=centre, subject=subject, timer=name, error=type(error).__name__)
            await asyncio.sleep(AGAIN if isinstance(error, Quarantined) else 1.0)
        finally:
            self._flying.discard(key)
