"""The service as it is started by an administrator, with its shipped example policy: killed, stopped, and hanging."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from tests.pbx.acts import hear_each_other
from tests.pbx.asterisk import Pbx
from tests.pbx.phone import Phone
from tests.pbx.served import NUMBER, conversation, settings
from tests.pbx.service import Service, started

pytestmark = pytest.mark.pbx


async def test_killed_in_a_conversation_and_started_again(
    database: str, tmp_path: Path, service_port: int, pbx: Pbx
) -> None:
    running = Service(settings(database, tmp_path, service_port, pbx), tmp_path, pbx)
    async with started(running), conversation(database, pbx, running.url, running.environment) as talk:
        await running.kill()
        await talk.goes_on()
        await running.start()
        await talk.goes_on()
        await talk.is_transferred()


async def signals(service: Service, number: signal.Signals) -> None:
    """To all its processes: stopped, it answers nobody, and does not let go of anything."""
    with suppress(FileNotFoundError, ProcessLookupError):  # it is over
        threads = Path(f"/proc/{service.pid}/task").iterdir()
        children = [int(pid) for thread in threads for pid in (thread / "children").read_text().split()]
        for pid in (service.pid, *children):
            os.kill(pid, number)


ENDS: dict[str, tuple[Callable[[Service], Awaitable[None]], float]] = {
    "stopped": (lambda service: service.stop(30.0), 1.0),
    "killed": (lambda service: service.kill(), 0.0),
    "hanging": (lambda service: signals(service, signal.SIGSTOP), 0.0),
}
"""How it ends, and how many seconds later somebody calls."""


@asynccontextmanager
async def awake(service: Service) -> AsyncIterator[None]:
    """In the end it does not hang any more, however the story went."""
    try:
        yield
    finally:
        await signals(service, signal.SIGCONT)


@pytest.mark.parametrize("end", ENDS)
async def test_who_calls_when_the_service_just_ended_reaches_the_front_office_within_two_seconds(
    request: pytest.FixtureRequest, database: str, tmp_path: Path, service_port: int, pbx: Pbx, end: str
) -> None:
    """Told that it stops, the dialplan knows at once; else it does not, and each call has its own clock.

    Whoever speaks by then is left alone by one that wakes up again.
    """
    ends, after = ENDS[end]
    running = Service(settings(database, tmp_path, service_port, pbx), tmp_path, pbx)
    async with (
        started(running),
        awake(running),
        Phone(pbx.sip, "101") as bart,
        Phone(pbx.sip, "caller", number="0612345678") as caller,
    ):
        await bart.registered()
        await ends(running)
        assert (await pbx.sign() == 0) is (end == "stopped")
        await asyncio.sleep(after)
        began = time.monotonic()
        await caller.dials(NUMBER)
        waited = (await bart.rings())["at"] - began
        request.node.user_properties.append((f"KCC rings when the service was {end}", waited))
        assert waited < 2.0
        await bart.accepts()
        await caller.saw("CALL_ESTABLISHED")
        await hear_each_other(caller, bart)
        if end == "hanging":
            await signals(running, signal.SIGCONT)
        await asyncio.sleep(2.0)
        await hear_each_other(caller, bart)
        await caller.hangs_up()
        await bart.over()
        await running.kill()
        await running.start()  # Asterisk kept what happened meanwhile: the next story's house is not to be told
