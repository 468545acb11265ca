"""What a measurement stands on: one PostgreSQL for all, a database each, the service or the floor, the sink."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import asyncpg
import httpx
import psutil

from app.call.agent import Agent
from app.settings import utc_now
from app.store import codec, embedded, migrations
from bench import policy
from bench.signing import COMMAND_SECRET, SECRET

ROOT = Path(__file__).parent.parent
UVICORN = ("--host", "127.0.0.1", "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level=warning")
FLOOR_TABLE = """CREATE TABLE IF NOT EXISTS hooks (
    centre text, id text, body text, at timestamptz DEFAULT now(), PRIMARY KEY (centre, id))"""
numbers = count(1)


@dataclass
class Stage:
    """`folder` is open to the user PostgreSQL runs as; `url` is a database in which others may be made."""

    folder: Path
    url: str
    postmaster: int
    routing: Path


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    """A temporary directory with a PostgreSQL of its own, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="warmlijn-bench-"))
    folder.chmod(0o711)
    server = await embedded.start(folder / "postgres")
    routing = folder / "routing.yaml"
    routing.write_text(policy.text(), encoding="utf-8")
    try:
        yield Stage(folder, server.url, server.pid, routing)
    finally:
        await server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def database(on: Stage, *, migrated: bool = True) -> AsyncIterator[str]:
    """The URL of a new database; the server is at rest when it is given."""
    name = f"bench_{next(numbers)}"
    await execute(on.url, f"CREATE DATABASE {name}")
    address, mark, query = on.url.partition("?")
    url = f"{address.rpartition('/')[0]}/{name}{mark}{query}"
    if migrated:
        await migrations.migrate(url)
    try:
        yield url
    finally:
        await execute(on.url, f"DROP DATABASE {name} WITH (FORCE)", "CHECKPOINT")


async def execute(url: str, *statements: str) -> None:
    """Each on its own, outside a transaction."""
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def value(url: str, statement: str, *arguments: object) -> float:
    """The first column of the first row, 0 for nothing."""
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement, *arguments) or 0
    finally:
        await connection.close()


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@dataclass
class Running:
    """A program under test."""

    process: asyncio.subprocess.Process
    port: int
    log: Path
    url: str = ""
    """The database of a service; the floor keeps no calls."""

    def cpu(self) -> float:
        """Seconds of CPU of this program and its children so far."""
        return cpu(self.process.pid)

    def memory(self) -> float:
        """Resident MB."""
        return sum(p.memory_info().rss for p in family(self.process.pid)) / 1e6


def family(pid: int) -> list[psutil.Process]:
    """The process and all below it."""
    try:
        first = psutil.Process(pid)
        return [first, *first.children(recursive=True)]
    except psutil.Error:
        return []


def cpu(pid: int) -> float:
    """Seconds of CPU used by a process and all below it."""
    seconds = 0.0
    for process in family(pid):
        try:
            times = process.cpu_times()
            seconds += times.user + times.system
        except psutil.Error:
            continue
    return seconds


@asynccontextmanager
async def program(on: Stage, port: int, ready: str, *command: str, **environment: str) -> AsyncIterator[Running]:
    """Start a program and wait until GET `ready` answers 200; stop it afterwards."""
    log = on.folder / f"log-{next(numbers)}"
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, stdout=out, stderr=out, env=os.environ | environment
        )
    try:
        await answers(port, ready, process, log)
        yield Running(process, port, log)
    finally:
        if process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), 15)
            except TimeoutError:
                process.kill()
                await process.wait()


async def answers(port: int, path: str, process: asyncio.subprocess.Process, log: Path, seconds: float = 30.0) -> None:
    """Wait until GET `path` is 200. Raises RuntimeError with the end of the log when the program gives up."""
    until = time.monotonic() + seconds
    async with httpx.AsyncClient(trust_env=False) as client:
        while time.monotonic() < until and process.returncode is None:
            try:
                if not path or (await client.get(f"http://127.0.0.1:{port}{path}")).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.02)
    said = log.read_text(errors="replace")
    raise RuntimeError(f"not ready on {port}{path}:\n{said[-3000:]}")


@asynccontextmanager
async def sink(on: Stage) -> AsyncIterator[int]:
    """The port at which commands are taken."""
    port = free_port()
    async with program(on, port, "/", sys.executable, "-m", "bench.sink", str(port)):
        yield port


def environment(on: Stage, url: str, sink_port: int, centres: tuple[str, ...]) -> dict[str, str]:
    """The settings of a service for these centres, all with the policy of the bench and one PBX."""
    made = {
        "DATABASE_URL": url,
        "WARMLIJN_CENTRES": ",".join(f"{centre}={on.routing}" for centre in centres),
    }
    for centre in centres:
        name = centre.upper().replace("-", "_")
        made[f"{name}_GENERIC_SECRET"] = SECRET
        made[f"{name}_GENERIC_COMMAND_SECRET"] = COMMAND_SECRET
        made[f"{name}_GENERIC_COMMAND_URL"] = f"http://127.0.0.1:{sink_port}/commands"
    return made


@asynccontextmanager
async def service(on: Stage, url: str, sink_port: int, centres: tuple[str, ...], **more: str) -> AsyncIterator[Running]:
    """One process of the service, ready, its agents ready."""
    port = free_port()
    settings = environment(on, url, sink_port, centres) | {"WARMLIJN_PORT": str(port)} | more
    async with program(on, port, "/health/ready", sys.executable, "-m", "app", "serve", **settings) as running:
        await agents_ready(url, centres)
        running.url = url
        yield running


async def agents_ready(url: str, centres: tuple[str, ...]) -> None:
    """All agents of these centres are ready and owe nothing."""
    connection = await asyncpg.connect(url)
    try:
        rows = [
            (centre, agent, codec.text(Agent(agent, "ready", utc_now())))
            for centre in centres
            for agent in map(policy.agent, range(policy.AGENTS))
        ]
        await connection.execute("UPDATE centres SET seq = seq + 1")  # a process that remembers a centre reads it anew
        await connection.executemany(
            "INSERT INTO agents VALUES ($1, $2, $3) ON CONFLICT (centre, id) DO UPDATE SET state = excluded.state", rows
        )
    finally:
        await connection.close()


@asynccontextmanager
async def floor(on: Stage, url: str, kind: str = "generic", **more: str) -> AsyncIterator[Running]:
    """One process of the floor; its table is made first."""
    await execute(url, FLOOR_TABLE)
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "bench.floor:app", "--port", str(port), *UVICORN]
    settings = {"DATABASE_URL": url, "FLOOR": kind, "GENERIC_SECRET": SECRET} | more
    async with program(on, port, "/docs", *command, **settings) as running:
        yield running
