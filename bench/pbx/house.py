"""What a measurement at the switch stands on: PostgreSQL, Asterisk, the service in front of it, phones, the script."""

from __future__ import annotations

import asyncio
import resource
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from app.call.agent import Agent
from app.settings import utc_now
from app.store import codec
from bench import stage
from bench.pbx import callers, policy
from bench.pbx.onlooker import Seen, measured
from bench.pbx.switch import MEMBERS, SOUND, SPAN, configuration
from bench.stage import ROOT, Running, Stage, cpu
from tests.pbx import asterisk

CENTRE = "bench"
FILES = 16_384
"""Open files: each leg takes four of Asterisk's."""


@dataclass
class House:
    """Everything that runs."""

    on: Stage
    pbx: asterisk.Pbx
    service: Running
    database: str
    sink: asyncio.subprocess.Process

    def used(self) -> dict[str, float]:
        """Seconds of CPU so far, by whom."""
        assert self.pbx.process is not None
        return {
            "service": self.service.cpu(),
            "PostgreSQL": cpu(self.on.postmaster),
            "Asterisk": cpu(self.pbx.process.pid),
            "phones": cpu(self.sink.pid),
        }

    async def counted(self, statement: str) -> int:
        """The number this statement gives."""
        return int(await stage.value(self.database, statement))

    @asynccontextmanager
    async def watched(self, name: str) -> AsyncIterator[Callable[[], Seen]]:
        """Somebody looks on; afterwards the value says what was seen."""
        file = self.on.folder / f"{name}.jsonl"
        onlooker = await _begin(sys.executable, "-m", "bench.pbx.onlooker", self.pbx.ari, str(file))
        await asyncio.sleep(1.5)
        try:
            yield lambda: measured(file)
            await asyncio.sleep(1.5)
        finally:
            await _end(onlooker)


@asynccontextmanager
async def house() -> AsyncIterator[House]:
    """All of it, until the end of the measurement."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES if most < 0 else min(FILES, most), most))
    port, sink_port = stage.free_port(), stage.free_port()
    async with AsyncExitStack() as stack:
        on = await stack.enter_async_context(stage.stage())
        on.routing.write_text(policy.text(), encoding="utf-8")
        database = await stack.enter_async_context(stage.database(on))
        pbx = await stack.enter_async_context(
            asterisk.running(
                on.folder / "pbx",
                f"ws://127.0.0.1:{port}",
                CENTRE,
                configuration(sink_port),
                front_desk=("sink",),
                sound=SOUND,
            )
        )
        sink = await callers.phones(sink_port)
        stack.push_async_callback(_end, sink)
        settings = {
            "DATABASE_URL": database, "WARMLIJN_CENTRE": CENTRE, "WARMLIJN_POLICY": str(on.routing),
            "WARMLIJN_DATA_DIR": str(on.folder / "data"), "WARMLIJN_PORT": str(port),
            "ASTERISK_LINK_SECRET": asterisk.LINK_SECRET, "ASTERISK_SOUNDS": str(pbx.sounds),
        }  # fmt: skip
        running = await stack.enter_async_context(
            stage.program(on, port, "/health/ready", sys.executable, "-m", "app", "serve", **settings)
        )
        await _agents(database)
        script = await _begin(
            sys.executable, "-m", "bench.pbx.bare", pbx.ari, f"PJSIP/sink/sip:s@127.0.0.1:{sink_port}"
        )
        stack.push_async_callback(_end, script)
        for n in range(MEMBERS):
            member = f"PJSIP/sink/sip:q{n}@127.0.0.1:{sink_port}"
            await pbx.cli(f"queue add member {member} to q penalty 0 as m{n} state_interface PJSIP/sink")
        await pbx.cli("dialplan set global CALLS_OF_ONE 100000")  # all callers of the bench have one number
        async with asyncio.timeout(20):
            while not await pbx.sign():  # noqa: ASYNC110 - only asking tells
                await asyncio.sleep(0.1)
        yield House(on, pbx, running, database, sink)


async def _agents(database: str) -> None:
    """All are ready."""
    connection = await asyncpg.connect(database)
    try:
        names = [policy.agent(n) for n in range(SPAN)]
        rows = [(CENTRE, name, codec.text(Agent(name, "ready", utc_now()))) for name in names]
        await connection.executemany(
            "INSERT INTO agents VALUES ($1, $2, $3) ON CONFLICT (centre, id) DO UPDATE SET state = excluded.state", rows
        )
        await connection.execute("UPDATE centres SET seq = seq + 1")  # who remembers the centre reads it anew
    finally:
        await connection.close()


async def _begin(*command: str) -> asyncio.subprocess.Process:
    quiet = asyncio.subprocess.DEVNULL
    return await asyncio.create_subprocess_exec(*command, stdin=quiet, stdout=quiet, cwd=Path(ROOT))


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
    await process.wait()
