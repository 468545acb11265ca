"""The whole service with its database against the imitated Twilio: a resident is helped, whatever comes twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

import asyncpg
import pytest

from app.call.call import Call, Consulting, Ended, Talking
from app.call.events import AgentLoggedOn, AgentReady, CompleteAsked, ConsultAsked, Event
from app.demo.policy import hurried
from app.main import Service
from app.providers.base import Arrival
from app.providers.demo.server import free_port, serving
from app.settings import load, utc_now
from app.store import codec
from tests.providers.test_twilio_stories import together
from tests.providers.twilio_hooks import ACCOUNT, TOKEN
from tests.providers.twilio_line import Line
from tests.providers.twilio_switch import Switch, answers, rings, unreachable

ROUTING = Path(__file__).resolve().parents[2] / "config/routing.yaml"
NUMBER = "+31123456789"
AT = "@telefoon.voorbeeldstad.example"


class Town:
    """The running service and the switch beside it."""

    def __init__(self, service: Service, switch: Switch, db: asyncpg.Connection) -> None:
        self.service, self.switch, self.db = service, switch, db
        self.keys = count()

    async def tell(self, event: Event) -> None:
        """An agent did something at the desk."""
        engine = self.service._webhooks._engine  # type: ignore[union-attr]
        await engine.handle(Arrival(centre="stad", key=f"desk:{next(self.keys)}", event=event))

    async def call(self) -> Call:
        """The call as it is stored now."""
        return codec.call(await self.db.fetchval("SELECT state FROM calls ORDER BY id LIMIT 1"))

    async def until(self, line: Line, *phases: type, stage: str = "") -> Call:
        """Wait until the stored call is in one of these phases."""
        call = await self.call()
        for _ in range(1000):
            call = await self.call()
            if isinstance(call.phase, phases) and getattr(call.phase, "stage", "") in ("", stage):
                return call
            await asyncio.sleep(0.01)
        story = await self.db.fetch("SELECT type, because FROM events ORDER BY seq DESC LIMIT 12")
        pytest.fail(f"{call.phase}; {line.history[-8:]}; {[tuple(row) for row in story]}")

    async def ready(self, *agents: str) -> None:
        for agent in agents:
            await self.tell(AgentLoggedOn(agent))
            await self.tell(AgentReady(agent))


@asynccontextmanager
async def town(database: str, directory: Path, **how: float) -> AsyncIterator[Town]:
    policy = directory / "routing.yaml"
    policy.write_text(hurried(ROUTING.read_text(encoding="utf-8"), utc_now()), encoding="utf-8")
    port = free_port()
    async with Switch(ACCOUNT, TOKEN, second=0.2, **how) as switch:  # type: ignore[arg-type]
        service = Service(load({
            "DATABASE_URL": database, "WARMLIJN_POLICY": str(policy), "WARMLIJN_CENTRE": "stad",
            "WARMLIJN_PUBLIC_URL": f"http://127.0.0.1:{port}", "WARMLIJN_DEADLINE_MS": "5000",
            "TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": TOKEN, "TWILIO_API_URL": switch.url,
            "TWILIO_FROM_NUMBER": "+31123456700", "DEGRADE_NUMBER": "+31123456799",
        }))  # fmt: skip
        await service.open()
        db = await asyncpg.connect(database)
        try:
            async with serving(service, port) as url:
                switch.number(NUMBER, f"{url}/hooks/stad/twilio")
                yield Town(service, switch, db)
                await switch.quiet()
        finally:
            await db.close()
            await service.close()


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_missed_phone_a_warm_transfer_and_every_report_perhaps_twice_and_late(
    database: str, tmp_path: Path, seed: int
) -> None:
    async with town(database, tmp_path, seed=seed, twice=0.5, jitter=0.1) as at:
        phones = at.switch.phones
        phones[f"sip:bart{AT}"], phones[f"sip:joke{AT}"] = rings, answers(0.05)
        phones[f"sip:anja{AT}"] = answers(0.05)
        await at.ready("bart", "joke")
        caller = at.switch.ring("+31612345678", NUMBER)
        await caller.hears("toets 1")
        caller.press("2")
        missed = await at.switch.dialled(f"sip:bart{AT}")
        agent = await at.switch.dialled(f"sip:joke{AT}")
        call = await at.until(caller, Talking)
        await caller.until(lambda: together(caller, agent))
        assert missed.status == "canceled"
        await at.tell(ConsultAsked(call.id, "joke", "anja"))
        colleague = await at.switch.dialled(f"sip:anja{AT}")
        await at.until(caller, Consulting, stage="speaking")
        await colleague.until(lambda: together(agent, colleague))
        assert caller.doing == "music:hold"
        await at.tell(CompleteAsked(call.id, "joke"))
        await caller.until(lambda: together(caller, colleague))
        await agent.until(lambda: agent.status == "completed")
        caller.hang_up()
        await at.until(caller, Ended)
        await colleague.until(lambda: colleague.status == "completed")
        await at.switch.quiet()
        assert at.switch.live == []
        assert [status for _, status in at.switch.answered if status != 200] == []
        dials = [form["To"][0] for _, path, form in at.switch.requests if path.endswith("/Calls.json")]
        assert dials == [f"sip:bart{AT}", f"sip:joke{AT}", f"sip:anja{AT}"]


async def test_a_colleague_who_is_not_there_gives_a_callback_and_no_number_leaves_the_names_table(
    database: str, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    async with town(database, tmp_path) as at:
        at.switch.phones[f"sip:joke{AT}"] = answers(0.05)
        at.switch.phones[f"sip:anja{AT}"] = unreachable
        await at.ready("joke")
        caller = at.switch.ring("+31612345678", NUMBER)
        await caller.hears("toets 1")
        caller.press("2")
        call = await at.until(caller, Talking)
        agent = await at.switch.dialled(f"sip:joke{AT}")
        await caller.until(lambda: together(caller, agent))
        await at.tell(ConsultAsked(call.id, "joke", "anja"))
        await at.switch.dialled(f"sip:anja{AT}")
        await at.until(caller, Talking)
        await caller.until(lambda: together(caller, agent))
        assert await at.db.fetchval("SELECT count(*) FROM callbacks") == 1
        caller.hang_up()
        await at.until(caller, Ended)
        await at.switch.quiet()
        assert at.switch.live == []
        kept = await at.db.fetch("SELECT data::text FROM events")
        assert not [row for row in kept if "612345678" in row[0]]
        assert not [url for url, _ in at.switch.answered if "612345678" in url]
    out, err = capfdbinary.readouterr()
    assert b"612345678" not in out + err
