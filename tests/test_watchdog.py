"""A process that hangs ends by itself and says where; one that is busy, or stopping, goes on. What systemd is told."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from app.watchdog import Watchdog

PROGRAM = """
import asyncio, time
from app.watchdog import Watchdog

def does_not_turn(seconds):
    time.sleep(seconds)

async def main():
    watchdog = Watchdog({{}}, 2.0)
    watchdog.start()
    await asyncio.sleep(0.1)
    {then}
    await asyncio.sleep(0.1)
    print("goes on", flush=True)

asyncio.run(main())
"""
ROOT = Path(__file__).parents[1]


def run(then: str, stdin: int = subprocess.DEVNULL) -> subprocess.CompletedProcess[str]:
    """What becomes of a process whose loop does this."""
    program = [sys.executable, "-c", PROGRAM.format(then=then)]
    return subprocess.run(program, cwd=ROOT, stdin=stdin, capture_output=True, text=True, timeout=20, check=False)


def test_a_process_that_hangs_says_where_and_ends() -> None:
    done = run("does_not_turn(3600)")
    assert (done.returncode, done.stdout) == (1, "")
    assert "in does_not_turn" in done.stderr


@pytest.mark.parametrize(
    "then", ["does_not_turn(1.0)", "watchdog.stop(); does_not_turn(2.5)", "await asyncio.sleep(2.5)"]
)
def test_a_process_that_is_busy_or_stopping_or_waits_goes_on(then: str) -> None:
    assert (done := run(then)).returncode == 0, done.stderr
    assert done.stdout == "goes on\n"


def test_whoever_stops_it_at_a_terminal_does_not_end_it() -> None:
    person, terminal = os.openpty()
    try:
        assert run("does_not_turn(2.5)", terminal).stdout == "goes on\n"
    finally:
        os.close(person)
        os.close(terminal)


@pytest.fixture(params=["a file", "no file"])
def systemd(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    """Where systemd listens, and how it says so."""
    name = str(tmp_path / "notify") if request.param == "a file" else f"@warmlijn-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as wire:
        wire.bind(name.replace("@", "\0"))
        wire.setblocking(False)
        yield wire, name


async def told(systemd: tuple[socket.socket, str], **environment: str) -> list[str]:
    """What it hears of a service that starts, runs and stops."""
    wire, name = systemd
    heard: list[str] = []
    given: Mapping[str, str] = {"NOTIFY_SOCKET": name, **environment}
    watchdog = Watchdog(given)
    watchdog.start()
    await asyncio.sleep(0.3)
    watchdog.stop()
    while True:
        try:
            heard.append(wire.recv(100).decode())
        except BlockingIOError:
            return heard


async def test_systemd_is_told_that_the_service_is_there_lives_and_goes(systemd: tuple[socket.socket, str]) -> None:
    ready, *lives, stopping = await told(systemd, WATCHDOG_USEC="400000", WATCHDOG_PID=str(os.getpid()))
    assert (ready, {*lives}, stopping) == ("READY=1", {"WATCHDOG=1"}, "STOPPING=1")
    assert len(lives) > 1


@pytest.mark.parametrize("watch", [{}, {"WATCHDOG_USEC": "400000", "WATCHDOG_PID": "1"}, {"WATCHDOG_USEC": "soon"}])
async def test_systemd_that_does_not_watch_us_is_told_no_sign_of_life(
    systemd: tuple[socket.socket, str], watch: dict[str, str]
) -> None:
    assert await told(systemd, **watch) == ["READY=1", "STOPPING=1"]


async def test_nobody_is_told_where_nobody_listens(tmp_path: Path) -> None:
    watchdog = Watchdog({"NOTIFY_SOCKET": str(tmp_path / "none")})
    watchdog.start()
    watchdog.stop()
