"""Forks services that die at a chosen point, ready in a moment because everything is loaded already."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.faults.crashing import AT, CRASHED
from tests.faults.town import SHIPPED
from tests.process import Process, status, until


class Forge:
    """One per test."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._turn = asyncio.Lock()

    async def fork(self, environment: dict[str, str], log: Path) -> int:
        """The pid of a new service."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        async with self._turn:
            self._process.stdin.write(json.dumps({"environment": environment, "log": str(log)}).encode() + b"\n")
            return int(await self._process.stdout.readline())


@asynccontextmanager
async def forge() -> AsyncIterator[Forge]:
    """It takes what it forked with it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.faults.crashing", cwd=SHIPPED.parents[1],
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield Forge(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


class Mortal(Process):
    """A service that dies at `at` in its first life, and lives on in its second."""

    def __init__(self, by: Forge, environment: dict[str, str], folder: Path, at: str) -> None:
        super().__init__(environment, folder)
        self._forge = by
        self._at = at
        self._pid = 0
        self.lives = 0

    @property
    def pid(self) -> int:
        return self._pid

    @property
    def gone(self) -> bool:
        """No process of this pid any more."""
        try:
            os.kill(self._pid, 0)
        except ProcessLookupError:
            return True
        return False

    @property
    def crashed(self) -> bool:
        """It died where it should."""
        return CRASHED in self.said()

    async def start(self, seconds: float = 60.0) -> None:
        more = {AT: self._at} if self.lives == 0 else {}
        self._pid = await self._forge.fork(self.environment | more, self.log)
        self.lives += 1
        await self.ready(seconds)

    async def _is_ready(self) -> bool:
        assert not self.gone, f"it stopped:\n{self.said()[-3000:]}"
        return await status(f"{self.url}/health/ready") == 200

    async def stop(self, seconds: float = 1.0) -> None:
        if self._pid and not self.gone:
            os.kill(self._pid, signal.SIGKILL)

    async def rises(self) -> None:
        """Wait for its death, then start it again."""

        async def dead() -> bool:
            return self.gone

        await until(dead, "the service dies", 120)
        await self.start()
