"""Each wait ends at its own moment, whatever happened to those before it."""

from __future__ import annotations

import asyncio

import pytest

from app.web.deadlines import Deadlines


async def test_what_is_not_done_in_time_fails_and_what_is_done_keeps_its_result() -> None:
    loop = asyncio.get_running_loop()
    deadlines = Deadlines(0.05)
    early, done, late = (loop.create_future() for _ in range(3))
    deadlines.watch(early)
    deadlines.watch(done)
    done.set_result("saved")
    with pytest.raises(TimeoutError):
        await early
    deadlines.watch(late)
    assert not late.done()
    with pytest.raises(TimeoutError):
        await late
    assert await done == "saved"


async def test_a_wait_that_was_given_up_disturbs_nobody() -> None:
    loop = asyncio.get_running_loop()
    deadlines = Deadlines(0.05)
    given_up, waits = loop.create_future(), loop.create_future()
    deadlines.watch(given_up)
    deadlines.watch(waits)
    given_up.cancel()
    with pytest.raises(TimeoutError):
        await waits
