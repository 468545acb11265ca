"""The house in a process of its own: killed, frozen and started again; agents click over its standard input."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import msgspec

from app.call.events import Event
from app.store.database import reading_pool
from tests.pbx.asterisk import Pbx
from tests.pbx.records import Records
from tests.pbx.stage import alive, house, hurried, signed

DONE = "@done"
START = 20.0
ROOT = Path(__file__).parents[2]


class Process(Records):
    """`start` it as often as you like; `clicks` are given to the process that lives."""

    def __init__(self, pbx: Pbx, pool: asyncpg.Pool, database: str, port: int, *, called: bool, standby: bool) -> None:
        super().__init__(pbx, pool)
        self.said: list[str] = []
        self._standby = standby
        """Another process holds the link: this one only waits for it."""
        asked = {"database": database, "sounds": str(pbx.sounds), "http_port": pbx.http_port, "port": port}
        self._asked = json.dumps(asked | {"called": called, "standby": standby})
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Until it has compared itself with the switch, and said that it takes calls."""
        began = time.time()
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.pbx.process", self._asked, cwd=ROOT,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        await self._done(START)
        if not self._standby:
            await signed(self.pbx, began)

    async def clicks(self, event: Event) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(msgspec.json.encode(event) + b"\n")
        await self._done(5.0)

    def signals(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    async def kill(self) -> None:
        """-9."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def _done(self, seconds: float) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        async with asyncio.timeout(seconds):
            while line := await self._process.stdout.readline():
                if line.decode().strip() == DONE:
                    return
                self.said.append(line.decode().rstrip())
        raise AssertionError("\n".join(["the process stopped", *self.said[-20:]]))


@asynccontextmanager
async def process(
    pbx: Pbx, database: str, port: int, *, called: bool = True, standby: bool = False
) -> AsyncIterator[Process]:
    """Running, and killed in the end."""
    pool = await reading_pool(database)
    made = Process(pbx, pool, database, port, called=called, standby=standby)
    try:
        await made.start()
        yield made
    finally:
        await made.kill()
        await pool.close()


async def main(database: str, sounds: str, http_port: int, port: int, *, called: bool, standby: bool) -> None:
    """Until killed, or nobody clicks any more; phones ring as long as they really do."""
    pbx = Pbx(Path(sounds).parent, Path(sounds), None, (), 0, http_port, Path(os.devnull))
    async with house(database, pbx, port, called=called, given=hurried(5.0)) as stage:
        if not standby:
            await alive(stage)
        reader = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        print(DONE, flush=True)
        while line := await reader.readline():
            await stage.clicks(msgspec.json.decode(line, type=Event))
            print(DONE, flush=True)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main(**json.loads(sys.argv[1])))
