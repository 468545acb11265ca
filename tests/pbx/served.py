"""The shipped example municipality at three phones, and a conversation with its bart."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from app.demo.desk import Desk
from app.demo.policy import hurried
from app.demo.running import account
from app.settings import utc_now
from tests.pbx.acts import hear_each_other
from tests.pbx.asterisk import Pbx
from tests.pbx.phone import Phone
from tests.pbx.records import CENTRE, SILENCE
from tests.pbx.service import behind

ROUTING = Path(__file__).resolve().parents[2] / "config" / "routing.yaml"
NUMBER = "0123456789"
PHONES = {"bart": "101", "meryem": "102", "omar": "103"}


def settings(database: str, folder: Path, port: int, pbx: Pbx) -> dict[str, str]:
    """The example municipality with three of its phones here, five times as fast."""
    text = hurried(ROUTING.read_text(encoding="utf-8"), utc_now())
    for person, phone in PHONES.items():
        text = text.replace(f"sip:{person}@telefoon", f"sip:{phone}@telefoon")
    routing = folder / "routing.yaml"
    routing.write_text(text, encoding="utf-8")
    return behind(pbx, CENTRE, routing, folder / "data", port, DATABASE_URL=database)


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
    """Through the menu to Bart, on a service that takes calls; the caller is left in silence at no instant."""
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
        assert caller.spared or caller.longest_silence <= SILENCE, caller.longest_silence
