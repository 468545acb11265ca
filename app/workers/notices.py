"""What other processes tell (NOTIFY): only a reason to look sooner, never needed for correctness."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import asyncpg
import msgspec

from app.engine.batch import Told
from app.logs import logger
from app.store.database import FAILURES
from app.workers.part import Part

ALIVE = 5.0
"""Seconds between two checks that the connection still listens."""
Heard = Callable[[Told], None]
log = logger()
_read = msgspec.json.Decoder(Told).decode


class Notices(Part):
    """Listens on one connection of its own and passes on what other processes say."""

    name = "notices"

    def __init__(self, url: str, node: str, heard: Heard) -> None:
        self._url = url
        self._node = node
        self._heard = heard

    async def _run(self) -> None:
        while True:
            try:
                await self._listen()
            except FAILURES as error:
                log.warning("notices.database", exc_info=error)
                await asyncio.sleep(1.0)

    async def _listen(self) -> None:
        connection = await asyncpg.connect(self._url, timeout=2.0)
        try:
            await connection.add_listener("warmlijn", self._notified)
            while True:
                await asyncio.sleep(ALIVE)
                await connection.execute("SELECT 1", timeout=2.0)
        finally:
            connection.terminate()

    def _notified(self, _connection: Any, _pid: int, _channel: str, payload: object) -> None:
        told = _read(str(payload))
        if told.node != self._node:
            self._heard(told)
