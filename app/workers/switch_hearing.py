"""What Asterisk says goes to the engine, once and in order; who waits too long for a decision is led to the KCC."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import asyncpg

from app.call.events import CallOffered, DegradeServed, InputTimedOut, KeysPressed, SayFinished
from app.call.legs import Gather
from app.engine.arrivals import call_of
from app.engine.engine import Engine
from app.engine.errors import Quarantined, Unavailable, UnknownCentre
from app.logs import logger
from app.providers.asterisk import Asterisk
from app.providers.asterisk.names import played
from app.providers.asterisk.wire import Told
from app.providers.base import Arrival, Uncertain
from app.store import present

DEADLINE = 0.8
"""Seconds a caller waits for a decision; then the dialplan takes over (design §5 rule 16)."""
REMEMBERED = 4096
WAITS = (CallOffered, KeysPressed, InputTimedOut, SayFinished)
"""After these the caller hears nothing until something was decided."""
UNTIMED = {"variable": "TIMEOUT(absolute)", "value": "0"}
log = logger()


class Hearing:
    """`leaving` says whether this process is about to stop: it stops no caller's clock any more."""

    def __init__(self, engine: Engine, pool: asyncpg.Pool, asterisk: Asterisk, leaving: Callable[[], bool]) -> None:
        self._engine = engine
        self._pool = pool
        self._asterisk = asterisk
        self._leaving = leaving
        self._recent: dict[str, None] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def stop(self) -> None:
        """Whatever is not saved now is told by the next comparison."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def heard(self, told: Told) -> None:
        """One event of Asterisk; never raises."""
        try:
            found = self._asterisk.heard(told, self._engine.policies.active(self._asterisk.centre))
        except Exception:
            log.exception("asterisk.event_failed", kind=told.type)
            return
        if found is not None:
            self.tell(found)
        if told.type == "PlaybackStarted" and told.playback and not self._asterisk.sending.plays(told.playback.id):
            self._asterisk.spawn(self._elsewhere(told.playback.id))

    async def _elsewhere(self, playback: str) -> None:
        """Another process speaks to this leg, over HTTP: its keys come to us, so we must know what they are for."""
        found = played(playback)
        if found is None:
            return
        call = await present.call(self._pool, self._asterisk.centre, found[0].rpartition(".")[0])
        leg = None if call is None else call.leg(found[0])
        if leg is not None and leg.step == found[1] and isinstance(leg.doing, Gather):
            self._asterisk.gathers.begin(leg.id, leg.step, leg.doing)

    def tell(self, arrival: Arrival) -> None:
        """Take this to the engine, once; the order in which it is told is kept."""
        if arrival.key in self._recent:
            return
        self._recent[arrival.key] = None
        if len(self._recent) > REMEMBERED:
            del self._recent[next(iter(self._recent))]
        task = asyncio.create_task(self._handle(arrival))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _handle(self, arrival: Arrival) -> None:
        """Until it is saved; a caller who waits too long is given back to the dialplan."""
        waits = isinstance(arrival.event, WAITS) and arrival.event.leg.endswith(".1")
        try:
            async with asyncio.timeout(DEADLINE if waits else None):
                await self._save(arrival)
            if isinstance(arrival.event, CallOffered) and arrival.line is not None and not self._leaving():
                self._asterisk.spawn(self._taken(arrival.line[1]))
        except (TimeoutError, Quarantined) as error:
            if waits:
                log.warning("asterisk.degraded", centre=arrival.centre, error=type(error).__name__)
                await self._lead_away(arrival)

    async def _taken(self, channel: str) -> None:
        """Whatever becomes of us now, another process goes on with this call: Asterisk's clock for it is stopped."""
        await self._asterisk.rest()("POST", f"/channels/{channel}/variable", UNTIMED)

    async def _save(self, arrival: Arrival) -> None:
        while True:
            try:
                await self._engine.handle(arrival)
            except Unavailable:
                await asyncio.sleep(0.1)
            except UnknownCentre:
                return
            else:
                return

    async def _lead_away(self, arrival: Arrival) -> None:
        """The dialplan rings the KCC; our state is told as soon as it can be."""
        call = call_of(arrival.event)
        channel = self._asterisk.callers.get(f"{call}.1", "")
        try:
            if channel:
                await self._asterisk.lead_away(channel)
        except Uncertain:
            log.warning("asterisk.not_led_away", call=call)
            return
        served = Arrival(
            centre=arrival.centre, key=f"{call}:degraded", event=DegradeServed(call), provider=arrival.provider
        )
        try:
            await self._save(served)
        except Quarantined:
            log.exception("asterisk.degrade_failed", call=call)
