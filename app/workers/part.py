"""A part of the process that runs beside the others until it is stopped."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod


class Part(ABC):
    """Runs `_run`, which never ends by itself and lets no mistake out."""

    name = ""
    """Of its task, as a debugger shows it."""
    _task: asyncio.Task[None] | None = None

    @abstractmethod
    async def _run(self) -> None: ...

    async def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._run(), name=self.name)

    async def stop(self) -> None:
        """End at once."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
