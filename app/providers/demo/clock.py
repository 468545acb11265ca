"""The switch's time, which may run faster than ours: `pace` real seconds for each second of the story."""

from __future__ import annotations

import asyncio


class Clock:
    """Counts from its making. Everything people and phones do is measured in seconds of the story."""

    def __init__(self, pace: float = 1.0) -> None:
        self.pace = pace
        self._start = asyncio.get_running_loop().time()

    def now(self) -> float:
        """Seconds of the story since the beginning."""
        return (asyncio.get_running_loop().time() - self._start) / self.pace

    async def sleep(self, seconds: float) -> None:
        """Wait this many seconds of the story."""
        await asyncio.sleep(seconds * self.pace)
