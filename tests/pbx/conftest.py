"""One Asterisk for all stories of a run; each story has a house and a database of its own."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from app.providers.demo.server import free_port
from tests.pbx import asterisk
from tests.pbx.records import CENTRE
from tests.pbx.stage import Stage, house, linked

Start = Callable[..., AbstractAsyncContextManager[Stage]]


@pytest.fixture(scope="session")
def service_port() -> int:
    """Where Asterisk looks for the house."""
    return free_port()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def one_pbx(service_port: int) -> AsyncIterator[asterisk.Pbx]:
    """A running Asterisk, or a skip that says why not."""
    if why := await asyncio.to_thread(asterisk.missing):
        pytest.skip(why)
    folder = Path(tempfile.mkdtemp(prefix="warmlijn-pbx-"))
    try:
        async with asterisk.running(folder, f"ws://127.0.0.1:{service_port}", CENTRE) as running:
            yield running
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest_asyncio.fixture(loop_scope="session")
async def pbx(one_pbx: asterisk.Pbx) -> asterisk.Pbx:
    """It, alive: 22.10 now and then dies of a link that is cut. The story that met that fails, and no other."""
    if one_pbx.process is None or one_pbx.process.poll() is not None:
        await one_pbx.start()
    return one_pbx


@pytest_asyncio.fixture
async def stage(
    request: pytest.FixtureRequest, pbx: asterisk.Pbx, database: str, service_port: int
) -> AsyncIterator[Stage]:
    """A house with its link up; afterwards nobody is busy, and nothing is left at the switch."""
    async with house(database, pbx, service_port) as made:
        await linked(made)
        yield made
        await made.is_over()
        request.node.user_properties += made.figures.items()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The figures that were measured, each with its worst story."""
    found = [
        (name, seconds, report.nodeid.rpartition("::")[2])
        for report in terminalreporter.stats.get("", ()) if report.when == "teardown"
        for name, seconds in report.user_properties
    ]  # fmt: skip
    for name in sorted({name for name, *_ in found}):
        times = sorted((seconds, story) for each, seconds, story in found if each == name)
        median, (worst, story) = times[len(times) // 2][0], times[-1]
        terminalreporter.write_line(f"{name}: median {median:.2f} s, worst {worst:.2f} s of {len(times)} ({story})")
