"""The service as a process of its own: started, awaited, killed; everything it says is kept."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path

import httpx

numbers = count(1)


class NotStarted(AssertionError):
    """The service did not come up; the message ends in its last words."""


class Process:
    """`log` holds what it wrote to standard output and standard error in all its lives."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self.environment = environment
        self.url = f"http://127.0.0.1:{environment['WARMLIJN_PORT']}"
        self.log = folder / f"service-{next(numbers)}.log"
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        """Of its present life."""
        assert self._process is not None
        return self._process.pid

    async def start(self, seconds: float = 60.0) -> None:
        """From nothing to ready."""
        with self.log.open("ab") as out:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "app", "serve", env=self.environment,
                stdin=asyncio.subprocess.DEVNULL, stdout=out, stderr=out,
            )  # fmt: skip
        await self.ready(seconds)

    async def ready(self, seconds: float = 60.0) -> None:
        """Wait until it says that it is ready. Raises NotStarted."""
        try:
            await until(self._is_ready, "ready", seconds)
        except AssertionError as error:
            raise NotStarted(f"{self.url}: {error}; it said:\n{self.said()[-3000:]}") from None

    async def _is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.returncode is None, f"it stopped:\n{self.said()[-3000:]}"
        return await status(f"{self.url}/health/ready") == 200

    async def kill(self) -> None:
        """At once, without a word."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()

    async def stop(self, seconds: float = 1.0) -> None:
        """As an administrator would, and then at once: who still waits for an answer is a test that is over."""
        if self._process is None or self._process.returncode is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self._process.wait(), seconds)
        except TimeoutError:
            await self.kill()

    def said(self) -> str:
        """Everything it wrote so far."""
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""


async def status(url: str) -> int:
    """The status of GET, 0 when nobody answers."""
    try:
        async with httpx.AsyncClient(timeout=3.0, trust_env=False) as client:
            return (await client.get(url)).status_code
    except httpx.HTTPError:
        return 0


async def until(test: Callable[[], Awaitable[object]], what: str, seconds: float = 10.0) -> None:
    """Wait until this coroutine function says so.

    Seconds in which a busy machine did not let us look count for a tenth each: what is late then is not the service.
    """
    loop = asyncio.get_running_loop()
    passed = 0.0
    while not await test():
        assert passed < seconds, f"not within {seconds:.0f} s: {what}"
        began = loop.time()
        await asyncio.sleep(0.03)
        took = loop.time() - began
        passed += min(took, 0.1) + max(took - 0.1, 0.0) / 10
