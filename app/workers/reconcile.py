"""What the switch did not tell is asked: legs of which nothing was heard, and legs of calls that are over.

One process at a time does this (a lease). Asking changes nothing; the answer is an event like any other (design §5
rule 17). Conversations are quiet by nature, so that they are asked about less often; but a hang-up that was told while
nobody listened leaves an agent with nobody, so those that were quiet since before the start are asked about at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import asyncpg
import msgspec

from app.call.call import Call, Degraded, Ended
from app.call.commands import Command, present
from app.call.events import Event, LegEnded, LegSeen
from app.call.legs import Leg
from app.engine.engine import Engine
from app.engine.errors import Quarantined, Unavailable
from app.engine.orders import order
from app.logs import logger
from app.providers.base import Arrival, Provider, Refused, Uncertain
from app.store import codec, leases, silent
from app.store.database import FAILURES
from app.workers.outbox import Providers
from app.workers.part import Part

EVERY = 5.0
"""Seconds between two looks."""
QUIET = timedelta(seconds=30)
"""Silence after the last event and the last timer of a call."""
TALKING = timedelta(minutes=5)
"""The same while people speak: they would notice, and each look costs the platform up to three requests a leg."""
SECONDS = 3.0
log = logger()
_lines = msgspec.json.Decoder(dict[str, str]).decode


class Reconcile(Part):
    """`start` looks at once at everything that is quiet, then every five seconds."""

    name = "reconcile"

    def __init__(self, engine: Engine, pool: asyncpg.Pool, providers: Providers, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._pool = pool
        self._providers = providers
        self._clock = clock
        self._began = clock()

    async def _run(self) -> None:
        seen: set[str] = set()
        while True:
            try:
                for centre in self._engine.policies.centres():
                    if await leases.take(self._pool, f"reconcile:{centre}", self._engine.node, 3 * EVERY) is not None:
                        await self.look(QUIET if centre in seen else timedelta(seconds=SECONDS), centre)
                        seen.add(centre)
            except FAILURES as error:
                log.warning("reconcile.database", exc_info=error)
            except Exception:
                log.exception("reconcile.failed")
            await asyncio.sleep(EVERY)

    async def look(self, silence: timedelta, *centres: str) -> int:
        """Ask about every leg of calls that were silent so long, of these centres, else of all; returns how many."""
        now, centres = self._clock(), centres or self._engine.policies.centres()
        talking_since = min(now - silence, max(now - TALKING, self._began))
        rows = await silent.quiet(self._pool, centres, now - silence, talking_since)
        legs = 0
        for row in rows:
            try:
                call = codec.call(row["state"])
            except (msgspec.MsgspecError, codec.NewerState):
                log.exception("reconcile.unreadable", centre=row["centre"], call=row["id"])
                continue
            provider = self._providers.get((row["centre"], row["provider"]))
            for leg in call.legs:
                if provider is not None:
                    legs += 1
                    await self._ask(provider, call, leg, _lines(row["refs"]), now)
        if legs:
            log.info("reconcile.asked", legs=legs)
        return legs

    async def _ask(self, provider: Provider, call: Call, leg: Leg, lines: dict[str, str], now: datetime) -> None:
        """Ask about one leg; one that should be gone and is not is told to go again."""
        policy = await self._engine.policies.load(call.centre, call.policy)
        try:
            async with asyncio.timeout(SECONDS):
                seen = await provider.look(order(call, Command(leg.id, leg.step, "Look"), lines, {}, policy))
                over = isinstance(call.phase, Ended | Degraded) or not leg.live
                if over and isinstance(seen, LegSeen):
                    await provider.send(order(call, present(leg), lines, {}, policy))
                    return
        except Refused as refused:
            if not refused.gone:
                return
            seen = LegEnded(call.id, leg.id, "lost")
        except (Uncertain, TimeoutError):
            return
        await self._tell(call, leg, seen, provider.name, now)

    async def _tell(self, call: Call, leg: Leg, seen: Event, provider: str, now: datetime) -> None:
        key = f"{leg.id}:looked:{int(now.timestamp())}"
        try:
            await self._engine.handle(Arrival(centre=call.centre, key=key, event=seen, provider=provider))
        except (Unavailable, Quarantined) as error:
            log.warning("reconcile.not_told", call=call.id, leg=leg.id, error=type(error).__name__)
