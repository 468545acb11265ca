"""The service as an administrator starts it, with its shipped example policy, and a conversation with its bart."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from app.demo.desk import Desk
from app.demo.policy import hurried
from app.demo.running import account
from app.settings import foreign
from tests.pbx.acts import hear_each_other
from tests.pbx.asterisk import LINK_SECRET, Pbx
from tests.pbx.phone import Phone
from tests.pbx.records import CENTRE

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


def settings(database: str, folder: Path, port: int, pbx: Pbx) -> dict[str, str]:
    """The example municipality with three of its phones here, five times as fast."""
    text = hurried(ROUTING.read_text(encoding="utf-8"), datetime.now(UTC).date())
    for person, phone in PHONES.items():
        text = text.replace(f"sip:{person}@telefoon", f"sip:{phone}@telefoon")
    routing = folder / "routing.yaml"
    routing.write_text(text, encoding="utf-8")
    return foreign() | {
        "DATABASE_URL": database,
        "WARMLIJN_CENTRE": CENTRE,
        "WARMLIJN_POLICY": str(routing),
        "WARMLIJN_DATA_DIR": str(folder / "data"),
        "WARMLIJN_PORT": str(port),
        "ASTERISK_LINK_SECRET": LINK_SECRET,
        "ASTERISK_SOUNDS": str(pbx.sounds),
    }


@asynccontextmanager
async def service(database: str, folder: Path, port: int, pbx: Pbx) -> AsyncIterator[Service]:
    """It takes calls, and is stopped in the end."""
    made = Service(settings(database, folder, port, pbx), f"http://127.0.0.1:{port}")
    try:
        await made.start()
        yield made
    finally:
        await made.stop()


async def sign(pbx: Pbx, than: str = "", seconds: float = 10.0) -> str:
    """The sign of life in the dialplan, as soon as it is another one than before."""
    async with asyncio.timeout(seconds):
        while True:
            said = [line.strip() for line in (await pbx.cli("dialplan show globals")).splitlines() if "ALIVE" in line]
            if said and said[0] != than:
                return said[0]
            await asyncio.sleep(0.1)


async def signed_before(pbx: Pbx) -> str:
    """The sign of life of another service, if there was one."""
    return await sign(pbx) if "ALIVE" in await pbx.cli("dialplan show globals") else ""


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


@dataclass
class Conversation:
    """A caller speaks with Bart; `pbx` and `database` are where."""

    pbx: Pbx
    database: str
    desk: Desk
    caller: Phone
    bart: Phone
    omar: Phone

    async def goes_on(self) -> None:
        await hear_each_other(self.caller, self.bart)

    async def is_transferred(self) -> None:
        """Omar is consulted, takes it over, and hangs up."""
        await self.desk.does("consult", colleague="omar")
        await self.omar.rings()
        await self.omar.accepts()
        await self.desk.does("complete")
        await self.bart.over()
        await hear_each_other(self.caller, self.omar)
        await self.omar.hangs_up()
        await self.caller.over()
        await phase(self.database, "Ended")
        assert await self.pbx.get("/channels") == []


@asynccontextmanager
async def conversation(
    database: str, pbx: Pbx, url: str, environment: Mapping[str, str]
) -> AsyncIterator[Conversation]:
    """Through the menu to Bart, on a service that takes calls."""
    async with (
        httpx.AsyncClient(base_url=url) as client,
        Phone(pbx.sip, "101") as bart,
        Phone(pbx.sip, "103") as omar,
        Phone(pbx.sip, "caller", number="0612345678") as caller,
    ):
        await asyncio.gather(bart.registered(), omar.registered())
        token = await account(dict(environment), "bart", "agent", "bart")
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
        made = Conversation(pbx, database, desk, caller, bart, omar)
        await made.goes_on()
        yield made
