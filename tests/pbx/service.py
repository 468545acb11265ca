"""The service as an administrator starts it, with this Asterisk in front: killed, and started again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from app.settings import foreign
from tests.pbx.asterisk import LINK_SECRET, Pbx
from tests.process import Process

P = TypeVar("P", bound=Process)
STALE = 3.2
"""Seconds after its last sign of life from which the dialplan does without the service (extensions.conf)."""
STOPS = 30.0
"""Seconds it may take to stop when a service manager asks."""


class Service(Process):
    """Ready is when the dialplan, too, was told that it lives."""

    def __init__(self, environment: dict[str, str], folder: Path, pbx: Pbx) -> None:
        super().__init__(environment, folder)
        self._pbx = pbx
        self._began = 0.0

    async def start(self, seconds: float = 60.0) -> None:
        self._began = time.time()
        await super().start(seconds)

    async def given_up(self) -> None:
        """Wait until the dialplan does without the service."""
        while time.time() - await self._pbx.sign() < STALE:
            await asyncio.sleep(0.2)

    async def _is_ready(self) -> bool:
        return await super()._is_ready() and await self._pbx.sign() > self._began


def behind(pbx: Pbx, centre: str, routing: Path, data: Path, port: int, **more: str) -> dict[str, str]:
    """The environment of a service behind this Asterisk; without DATABASE_URL it makes its own below `data`."""
    return foreign() | {
        "WARMLIJN_CENTRE": centre, "WARMLIJN_POLICY": str(routing), "WARMLIJN_DATA_DIR": str(data),
        "WARMLIJN_PORT": str(port), "ASTERISK_LINK_SECRET": LINK_SECRET, "ASTERISK_SOUNDS": str(pbx.sounds),
    } | more  # fmt: skip


@asynccontextmanager
async def started(process: P) -> AsyncIterator[P]:
    """From ready until stopped."""
    try:
        await process.start()
        yield process
    finally:
        await process.stop(STOPS)
