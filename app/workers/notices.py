"""The session by which other processes see that this one lives, and on which it hears what they tell (NOTIFY).

Both are only a reason to act sooner, never needed for correctness.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import asyncpg
import msgspec

from app.engine.batch import Told
from app.logs import logger
from app.store import sessions
from app.store.database import FAILURES
from app.workers.part import Part

ALIVE = 5.0
"""Seconds between two checks that the connection still listens."""
AGAIN = 0.1
"""Seconds until the next connection when one was cut."""
Heard = Callable[[Told], None]
log = logger()
_read = msgspec.json.Decoder(Told).decode


class Notices(Part):
    """Keeps one connection of its own: it holds the lock of this process, and passes on what others say."""

    name = "notices"

    def __init__(self, url: str, node: str, heard: Heard) -> None:
        self._url = url
        self._node = node
        self._heard = heard

    async def _run(self) -> None:
        said = False
        while True:
            try:
                await self._listen()
                said = False
            except FAILURES as error:
                if not said:
                    log.warning("notices.database", exc_info=error)
                said = True
            await asyncio.sleep(AGAIN)

    async def _listen(self) -> None:
        """Until the connection is cut."""
        connection = await asyncpg.connect(self._url, timeout=2.0)
        cut = asyncio.Event()
        connection.add_termination_listener(lambda _connection: cut.set())
        try:
            await sessions.hold(connection, self._node)
            await connection.add_listener("warmlijn", self._notified)
            while not cut.is_set():
                try:
                    await asyncio.wait_for(cut.wait(), ALIVE)
                except TimeoutError:
                    await connection.execute("SELECT 1", timeout=2.0)
        finally:
            connection.terminate()
        log.warning("notices.cut")

    def _notified(self, _connection: Any, _pid: int, _channel: str, payload: object) -> None:
        told = _read(str(payload))
        if told.node != self._node:
            self._heard(told)
