"""Names that stand in clear, from before they were sealed or from an older process that still runs, are sealed."""

from __future__ import annotations

import asyncio

import asyncpg

from app.logs import logger
from app.store import resealing
from app.store.database import FAILURES
from app.store.sealing import Seal
from app.workers.part import Part

EVERY = 60.0
log = logger()


class Sealing(Part):
    """At start and each minute; an index without rows says that there is nothing to do. Each process may."""

    name = "sealing"

    def __init__(self, pool: asyncpg.Pool, seal: Seal) -> None:
        self._pool = pool
        self._seal = seal

    async def _run(self) -> None:
        while True:
            try:
                if count := await resealing.seal_clear(self._pool, self._seal):
                    log.info("names.sealed", count=count)
            except FAILURES as error:
                log.warning("names.database", error=type(error).__name__)
            await asyncio.sleep(EVERY)
