"""Residents who keep ringing while processes go down: each rings, chooses, speaks, hangs up, and the next one rings."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from tests.faults.switches import Resident, Side, hears


@dataclass
class Crowd:
    """`lines` residents at a time.

    `done` spoke with a person, `to_kcc` were brought to the KCC by the switch, `cut` lost their line or gave up.
    """

    on: Side
    lines: int
    done: list[Resident] = field(default_factory=list)
    to_kcc: list[Resident] = field(default_factory=list)
    cut: list[tuple[str, str]] = field(default_factory=list)
    ringing: list[Resident] = field(default_factory=list)
    """Who rings now and was answered."""
    stopping: bool = False
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def start(self) -> None:
        """Begin to ring."""
        self._tasks = [asyncio.create_task(self._line()) for _ in range(self.lines)]

    async def stop(self) -> None:
        """Let the calls that are going on come to their end; nobody new rings."""
        self.stopping = True
        await asyncio.gather(*self._tasks)

    async def _line(self) -> None:
        while not self.stopping:
            resident = self.on.resident()
            try:
                await self._call(resident)
            except (AssertionError, ConnectionError, TimeoutError) as error:
                self.cut.append((resident.call, f"{type(error).__name__}: {error}"))
                if not resident.over:
                    resident.hangs_up()
            finally:
                self.ringing = [other for other in self.ringing if other is not resident]

    async def _call(self, resident: Resident) -> None:
        await resident.rings()
        self.ringing.append(resident)
        await hears(resident, "menu", "the KCC")
        if resident.hears == "menu":
            await resident.presses("1")
            await hears(resident, "people", "the KCC", seconds=30)
            await asyncio.sleep(0.2)
        (self.to_kcc if resident.hears == "the KCC" else self.done).append(resident)
        resident.hangs_up()
