"""What has outlived its term is deleted: names and numbers, calls, the log; the policy says when (domain §6)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import asyncpg

from app.engine.policies import Policies
from app.logs import logger
from app.store import forgetting, leases
from app.store.database import FAILURES
from app.workers.part import Part

EVERY = 900.0
log = logger()


class Retention(Part):
    """Every quarter of an hour, by one process at a time."""

    name = "retention"

    def __init__(
        self,
        pool: asyncpg.Pool,
        policies: Policies,
        centres: Iterable[str],
        clock: Callable[[], datetime],
        node: str,
    ) -> None:
        self._pool = pool
        self._policies = policies
        self._centres = tuple(centres)
        self._clock = clock
        self._node = node

    async def _run(self) -> None:
        while True:
            try:
                for centre in self._centres:
                    if await leases.take(self._pool, f"retention:{centre}", self._node, 2 * EVERY) is not None:
                        await self.clean(centre)
            except FAILURES as error:
                log.warning("retention.database", exc_info=error)
            await asyncio.sleep(EVERY)

    async def clean(self, *centres: str) -> None:
        """Delete what has outlived its term now, of these centres, else of all."""
        now = self._clock()
        await forgetting.forget_names(self._pool, now)
        for centre in centres or self._centres:
            kept = self._policies.active(centre).retention
            calls, events = timedelta(days=kept.calls), timedelta(days=kept.events)
            await forgetting.forget(self._pool, centre, now - calls, now - events)
