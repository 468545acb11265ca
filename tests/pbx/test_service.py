"""The service as it is started by an administrator, with its shipped example policy, killed in the middle of a call."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from app.demo.desk import Desk
from app.demo.policy import hurried
from app.demo.running import account
from app.settings import foreign
from tests.pbx.acts import hear_each_other
from tests.pbx.asterisk import LINK_SECRET, Pbx
from tests.pbx.phone import Phone
from tests.pbx.records import CENTRE

pytestmark = pytest.mark.pbx
ROUTING = Path(__file__).resolve().parents[2] / "config" / "routing.yaml"
NUMBER = "0123456789"
PHONES = {"bart": "101", "meryem": "102", "omar": "103"}


class Service:
    """A process that can be killed and started again."""

    def __init__(self, environment: dict[str, str], url: str) -> None:
        self.environment, self.url = environment, url
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Until it takes calls."""
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "app", "serve", env=self.environment, stdout=asyncio.subprocess.DEVNULL
        )
        async with httpx.AsyncClient() as client, asyncio.timeout(30):
            while True:
                try:
                    if (await client.get(f"{self.url}/health/ready")).is_success:
                        return
                except httpx.HTTPError:
                    pass
                await asyncio.sleep(0.1)

    async def kill(self) -> None:
        """-9."""
        assert self.process is not None
        self.process.kill()
        await self.process.wait()

    async def stop(self) -> None:
        """As a service manager does."""
        if self.process is not None and self.process.returncode is None:
            self.process.terminate()
            await self.process.wait()


@asynccontextmanager
async def service(database: str, folder: Path, port: int, pbx: Pbx) -> AsyncIterator[Service]:
    """The example municipality with three of its phones here, five times as fast."""
    text = hurried(ROUTING.read_text(encoding="utf-8"), datetime.now(UTC).date())
    for person, phone in PHONES.items():
        text = text.replace(f"sip:{person}@telefoon", f"sip:{phone}@telefoon")
    routing = folder / "routing.yaml"
    routing.write_text(text, encoding="utf-8")
    environment = foreign() | {
        "DATABASE_URL": database,
        "WARMLIJN_CENTRE": CENTRE,
        "WARMLIJN_POLICY": str(routing),
        "WARMLIJN_DATA_DIR": str(folder / "data"),
        "WARMLIJN_PORT": str(port),
        "ASTERISK_LINK_SECRET": LINK_SECRET,
        "ASTERISK_SOUNDS": str(pbx.sounds),
    }
    made = Service(environment, f"http://127.0.0.1:{port}")
    try:
        await made.start()
        yield made
    finally:
        await made.stop()


async def sign(pbx: Pbx, than: str = "") -> str:
    """The sign of life in the dialplan, as soon as it is another one than before."""
    async with asyncio.timeout(10):
        while True:
            said = [line.strip() for line in (await pbx.cli("dialplan show globals")).splitlines() if "ALIVE" in line]
            if said and said[0] != than:
                return said[0]
            await asyncio.sleep(0.1)


async def phase(database: str, *wanted: str) -> None:
    """The last call reached one of these phases."""
    connection = await asyncpg.connect(database)
    found: Any = ""
    try:
        async with asyncio.timeout(10):
            while found not in wanted:
                found = await connection.fetchval("SELECT phase FROM calls ORDER BY started_at DESC LIMIT 1")
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"{found}, not {wanted}") from None
    finally:
        await connection.close()


async def test_killed_in_a_conversation_and_started_again(
    database: str, tmp_path: Path, service_port: int, pbx: Pbx
) -> None:
    before = await sign(pbx) if "ALIVE" in await pbx.cli("dialplan show globals") else ""
    async with (
        service(database, tmp_path, service_port, pbx) as running,
        httpx.AsyncClient(base_url=running.url) as client,
        Phone(pbx.sip, "101") as bart,
        Phone(pbx.sip, "103") as omar,
        Phone(pbx.sip, "caller", number="0612345678") as caller,
    ):
        await sign(pbx, before)
        await asyncio.gather(bart.registered(), omar.registered())
        token = await account(running.environment, "bart", "agent", "bart")
        desk = Desk(client, token, "bart")
        await desk.ready()
        await caller.dials(NUMBER)
        await caller.saw("CALL_ESTABLISHED")
        await phase(database, "Choosing")
        await caller.spoken_to()
        await caller.presses("2")
        await bart.rings()
        await bart.accepts()
        await phase(database, "Talking")
        await hear_each_other(caller, bart)
        await running.kill()
        last = await sign(pbx)
        await hear_each_other(caller, bart)
        await running.start()
        await sign(pbx, last)
        await hear_each_other(caller, bart)
        await desk.does("consult", colleague="omar")
        await omar.rings()
        await omar.accepts()
        await desk.does("complete")
        await bart.over()
        await hear_each_other(caller, omar)
        await omar.hangs_up()
        await caller.over()
        await phase(database, "Ended")
        assert await pbx.get("/channels") == []
