"""What systemd does with our unit: starts it, kills it when it is silent for four seconds, starts it again."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

WATCHDOG = 4.0
"""WatchdogSec."""
START = 30.0


class Supervisor:
    """`process` is the one that runs now; `ends` how those before it ended: an exit code, or minus a signal."""

    def __init__(self, wire: socket.socket) -> None:
        self._wire = wire
        self.process: asyncio.subprocess.Process | None = None
        self.said: list[str] = []
        self.ends: list[int] = []
        self.ready = asyncio.Event()

    async def run(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Until cancelled."""
        while True:
            self.process = await asyncio.create_subprocess_exec(
                *command, env=environment, stdout=asyncio.subprocess.DEVNULL
            )
            listening, ending = asyncio.create_task(self._listen()), asyncio.create_task(self.process.wait())
            try:
                await asyncio.wait((listening, ending), return_when=asyncio.FIRST_COMPLETED)
            finally:
                listening.cancel()
                self.ready.clear()
                with contextlib.suppress(ProcessLookupError):
                    self.process.kill()
                self.ends.append(await ending)

    async def _listen(self) -> None:
        """Until the process is silent for too long."""
        with contextlib.suppress(TimeoutError):
            while True:
                async with asyncio.timeout(WATCHDOG if self.ready.is_set() else START):
                    self.said.append((await asyncio.get_running_loop().sock_recv(self._wire, 100)).decode())
                if self.said[-1] == "READY=1":
                    self.ready.set()


@asynccontextmanager
async def supervised(command: Sequence[str], environment: Mapping[str, str], folder: Path) -> AsyncIterator[Supervisor]:
    """It runs, and is killed in the end."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as wire:
        wire.bind(str(folder / "notify"))
        wire.setblocking(False)
        told = {"NOTIFY_SOCKET": str(folder / "notify"), "WATCHDOG_USEC": str(int(WATCHDOG * 1e6))}
        made = Supervisor(wire)
        running = asyncio.create_task(made.run(command, {**environment, **told}))
        try:
            yield made
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
