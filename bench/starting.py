"""How long until the service is ready: with nothing at all, and again with what the first start made."""

from __future__ import annotations

import sys
import time

from bench.results import Result, median
from bench.stage import Stage, environment, free_port, numbers, program


async def starting(on: Stage, repetitions: int) -> list[Result]:
    """From the command to the first 200 of /health/ready, with the embedded database."""
    first, later = [], []
    for _ in range(repetitions):
        folder = on.folder / f"data-{next(numbers)}"
        first.append(await _start(on, str(folder)))
        later.append(await _start(on, str(folder)))
    return [
        Result("first start, empty data directory", median(first), "s", "< 8"),
        Result("later start", median(later), "s", "< 3"),
    ]


async def _start(on: Stage, folder: str) -> float:
    port = free_port()
    settings = environment(on, "", 9, ("bench",)) | {"WARMLIJN_PORT": str(port), "WARMLIJN_DATA_DIR": folder}
    began = time.perf_counter()
    async with program(on, port, "/health/ready", sys.executable, "-m", "app", "serve", **settings):
        return time.perf_counter() - began
