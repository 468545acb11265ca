"""The house with a real Asterisk in front: link, outbox and clock on a real database, and a policy in a hurry."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from itertools import count
from typing import Any

import asyncpg
from starlette.applications import Starlette

from app.call.decision import Centre
from app.call.events import Event
from app.call.policy import (
    Address,
    AgentProfile,
    Colleague,
    Destination,
    Hours,
    Number,
    Office,
    Policy,
    Ringing,
    Text,
    Transfer,
)
from app.decide import decide
from app.engine.engine import Engine
from app.engine.policies import Policies
from app.policyfile.standard import SLOTS
from app.providers.asterisk import Asterisk
from app.providers.asterisk.wire import Told
from app.providers.base import Arrival
from app.providers.demo.server import serving
from app.settings import AsteriskSettings, Secret, utc_now
from app.store import codec
from app.store.database import engine_pool, reading_pool
from app.web import switch_socket
from app.web.quick import QuickWebSocket
from app.workers.outbox import Outbox
from app.workers.switch_link import SwitchLink
from app.workers.timers import Timers
from tests.core.policies import policy
from tests.kept import SEAL
from tests.pbx import ports
from tests.pbx.asterisk import ARI_PASSWORD, LINK_SECRET, Pbx
from tests.pbx.phone import Phone
from tests.pbx.records import CENTRE, Records

ALWAYS = Hours("office", dict.fromkeys(range(7), ((0, 24 * 60),)))
CYCLE = 1.0
"""Seconds of one ring in a hurry; withdrawn after 2.8 s. The real cadence is 5 s."""
MENU, DIRECT, CLOSED, CROWDED = "140123", "+31201234567", "+31201234568", "+31201234569"
MOBILE = "+31612300001"


def hurried(cycle: float = CYCLE) -> Policy:
    """Bart 101 and Fatima 102 at the front office, Joke 105 at the social one; Ans 103 and Piet 104 behind them.

    Els of the front office and Mo behind it are outside.
    """
    base = policy()
    texts = {name: Text(name, {"nl": "Goedemorgen.", "en": "Good morning."}) for name in (*SLOTS, "menu_main")}
    menu = {"nl": "Voor het loket, toets een. Voor de wmo, toets twee.", "en": "Press one."}
    texts["menu_main"] = Text("menu_main", menu)
    offices = {
        "kcc": Office("kcc", {"nl": "KCC"}, "office", 0.6, wrap_up=1.0),
        "sociaal": Office("sociaal", {"nl": "sociaal loket"}, "office", 0.85, overflow="kcc", wrap_up=1.0),
        "balie": Office("balie", {"nl": "balie"}, "office", 0.6, patience=2.0),
    }
    agents = {
        "bart": AgentProfile("bart", "Bart Smit", "sip:101@pbx", ("kcc",), ("nl", "en")),
        "fatima": AgentProfile("fatima", "Fatima Aziz", "sip:102@pbx", ("kcc",)),
        "joke": AgentProfile("joke", "Joke Bos", "sip:105@pbx", ("sociaal",)),
        "els": AgentProfile("els", "Els Mol", f"tel:{MOBILE}", ("kcc",)),
    }
    colleagues = {
        "ans": Colleague("ans", "Ans Vos", "wmo", (Address("sip:103@pbx"),), "office"),
        "piet": Colleague("piet", "Piet Kok", "wmo", (Address("sip:104@pbx"),), "office"),
        "mo": Colleague("mo", "Mo Amrani", "wmo", (Address(f"tel:{MOBILE}"),), "office"),
    }
    numbers = {
        CLOSED: Number(CLOSED, Destination(office="kcc"), "never", "nl"),
        CROWDED: Number(CROWDED, Destination(office="balie"), "office", "nl"),
    }
    return policy(
        texts=texts, offices=offices, agents=agents, colleagues=colleagues, days_off=frozenset(),
        hours=base.hours | {"office": ALWAYS, "mornings": ALWAYS, "never": Hours("never", {})},
        numbers=base.numbers | numbers,
        ringing=Ringing(cycle=cycle, grace=0.2 * cycle, post_dial=max(3.0, 1.6 * cycle)),
        transfer=Transfer(join=5.0, stable=1.0, stopping=2.0),
    )  # fmt: skip


class Overheard(Asterisk):
    """What the switch told stays in `told`, with its own time."""

    def __init__(self, centre: str, settings: AsteriskSettings) -> None:
        super().__init__(centre, settings)
        self.told: list[Told] = []

    def heard(self, told: Told, policy: Policy) -> Arrival | None:
        self.told.append(told)
        return super().heard(told, policy)


class Stage(Records):
    """A house in this process."""

    def __init__(
        self, pbx: Pbx, pool: asyncpg.Pool, engine: Engine, asterisk: Overheard, link: SwitchLink,
        parts: AsyncExitStack, database: str,
    ) -> None:  # fmt: skip
        super().__init__(pbx, pool)
        self.engine, self.asterisk, self.link, self.parts, self.database = engine, asterisk, link, parts, database
        self._keys = count(1)

    async def clicks(self, event: Event) -> None:
        key = f"test:{time.monotonic_ns()}:{next(self._keys)}"
        await self.engine.handle(Arrival(centre=CENTRE, key=key, event=event, provider="asterisk"))

    async def close(self) -> None:
        """The house goes away before the story ends."""
        await self.parts.pop_all().aclose()

    async def cut(self) -> None:
        """The link breaks, and is there again."""
        await self.link.cut()
        await alive(self)


def settings(pbx: Pbx, *, called: bool, several: bool = False) -> AsteriskSettings:
    """The house's side of the link; one of `several` processes sends over HTTP when another holds it."""
    return AsteriskSettings(
        app="warmlijn" if called else "classic", called=called, link_secrets=(Secret(LINK_SECRET),) if called else (),
        url=None if called and not several else pbx.ari, user="warmlijn", password=Secret(ARI_PASSWORD),
        sounds=pbx.sounds, sounds_seen="", recordings=None, phones="PJSIP/{user}", outside="PJSIP/{number}@trunk",
        music_waiting="warmlijn-waiting", music_hold="warmlijn-hold", fallback="down",
    )  # fmt: skip


@asynccontextmanager
async def house(
    database: str, pbx: Pbx, port: int = 0, *, called: bool = True, several: bool = False,
    given: Policy | None = None, **other: Any,
) -> AsyncIterator[Stage]:
    """The house until the end of the story; `port` is where Asterisk looks for it, if it looks for anybody.

    `other` settings of the switch than those of most stories.
    """
    policies = Policies()
    wanted = given or hurried()
    policies.add(CENTRE, wanted)
    policies.activate(CENTRE, wanted.version)
    async with AsyncExitStack() as stack:
        pool, workers = await reading_pool(database), await engine_pool(database)
        stack.push_async_callback(pool.close)
        stack.push_async_callback(workers.close)
        await pool.execute(
            "INSERT INTO centres (id, state) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            CENTRE, codec.text(Centre(CENTRE, wanted.version)),
        )
        engine = Engine(database, decide=decide, policies=policies, clock=utc_now, node=f"pbx-{time.monotonic_ns()}",
                        seal=SEAL)
        asterisk = Overheard(CENTRE, replace(settings(pbx, called=called, several=several), **other))
        stack.push_async_callback(asterisk.close)
        link = SwitchLink(engine, workers, asterisk, utc_now)
        outbox = Outbox(engine, workers, {(CENTRE, "asterisk"): asterisk})
        for part in (engine, outbox, Timers(engine, workers, utc_now), link):
            await part.start()
            stack.push_async_callback(part.stop)
        route = switch_socket.route({CENTRE: link.door})
        await stack.enter_async_context(serving(Starlette(routes=[route]), port, QuickWebSocket))
        yield Stage(pbx, pool, engine, asterisk, link, stack, database)


async def alive(stage: Stage, seconds: float = 10.0) -> None:
    """This house has compared itself with the switch, and takes calls."""
    end = time.monotonic() + seconds
    while not stage.link.compared:
        assert time.monotonic() < end, "the house never compared itself with the switch"
        await asyncio.sleep(0.02)


async def linked(stage: Stage, seconds: float = 10.0) -> None:
    """Wait until the house has said that it takes calls."""
    await alive(stage, seconds)
    await signed(stage.pbx, time.time() - 3.0, seconds)


async def signed(pbx: Pbx, since: float, seconds: float = 10.0) -> None:
    """The dialplan was told, after this moment, that a house takes calls."""
    end = time.monotonic() + seconds
    while await pbx.sign() < since:
        assert time.monotonic() < end, "the house never said that it lives"
        await asyncio.sleep(0.05)


@asynccontextmanager
async def phones(stage: Records, *who: str, caller: str = "0612345678", name: str = "") -> AsyncIterator[list[Phone]]:
    """Phones of these people, registered; a `caller` has this number and name, a `mobile` is behind the trunk."""
    others: dict[str, dict[str, Any]] = {
        "caller": {"number": caller, "name": name}, "mobile": {"number": MOBILE, "port": ports.trunk()}
    }  # fmt: skip
    made = [Phone(stage.pbx.sip, each, **others.get(each, {})) for each in who]
    stage.callers += [phone for phone in made if phone.who == "caller"]
    async with AsyncExitStack() as stack:
        await asyncio.gather(*(stack.enter_async_context(phone) for phone in made))
        await asyncio.gather(*(phone.registered() for phone in made if phone.who not in others))
        yield made
