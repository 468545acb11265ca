"""A municipality that runs: the real engine on a real database, the API before it, phones that do as they are told."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import httpx

from app.call.agent import Agent
from app.call.call import Call
from app.call.callback import Callback
from app.call.decision import Centre
from app.call.events import CallOffered, Event, LegAnswered, LegEnded, LegJoined, LegRinging, SayFinished
from app.call.legs import InRoom, Prompt
from app.call.numbers import Given
from app.call.policy import Policy
from app.decide import decide
from app.engine.arrivals import Handled
from app.engine.engine import Engine
from app.engine.policies import Policies
from app.policyfile import load
from app.providers.asterisk import Asterisk
from app.providers.asterisk.link import LinkState
from app.providers.base import Arrival, call_id
from app.settings import AsteriskSettings, Secret
from app.store import codec
from app.store.database import reading_pool
from app.web.api import Api, build
from app.web.auth import Role, make_token
from app.web.means import Means
from tests.kept import PERSON, SEAL

ROUTING = Path(__file__).resolve().parents[2] / "config/routing.yaml"
TEXT = ROUTING.read_text(encoding="utf-8")
TUESDAY = datetime(2026, 11, 24, 9, 15, tzinfo=UTC)
"""Quarter past ten in the morning in Voorbeeldstad."""
NAME, NUMBER, WRITTEN = "mevrouw Kanarievogel", "+31612345679", "06 12 34 56 79"
"""Of one caller: must never be seen in a log or an address."""
_compiled: dict[str, Policy] = {}


def compiled(text: str, _version: str) -> Policy:
    """Loading takes a while; a text is loaded once for all tests."""
    if text not in _compiled:
        _compiled[text] = load(text)
    return _compiled[text]


@dataclass
class Switch:
    """An Asterisk that never came: its link is down, its folders are here."""

    asterisk: Asterisk
    state: LinkState


def switch(folder: Path, centre: str) -> Switch:
    settings = AsteriskSettings(
        app="warmlijn", called=True, link_secrets=(Secret("link-of-this-house-1"),), url=None, user="warmlijn",
        password=Secret(""), sounds=folder, sounds_seen="", recordings=folder / "recordings", phones="PJSIP/{user}",
        outside="", music_waiting="warmlijn-waiting", music_hold="warmlijn-hold", fallback="down",
    )
    return Switch(Asterisk(centre, settings), LinkState())


class House:
    """`now` is moved by the test. `as_(who)` is a client with that person's token."""

    def __init__(self, pool: asyncpg.Pool, engine: Engine, api: Api) -> None:
        self.pool, self.engine, self.api = pool, engine, api
        self.now = TUESDAY
        self.tokens: dict[str, str] = {}
        self.clients: dict[str, httpx.AsyncClient] = {}
        self.keys = 0
        self.switches: dict[str, Switch] = {}

    async def centre(self, centre: str, text: str = TEXT) -> None:
        policy = compiled(text, "")
        await self.pool.execute(
            "INSERT INTO centres (id, state) VALUES ($1, $2)", centre, codec.text(Centre(centre, policy.version))
        )
        await self.pool.execute(
            """INSERT INTO policies (centre, version, text, by, created_at, activated_at)
               VALUES ($1, $2, $3, 'start', $4, $4)""",
            centre, policy.version, text, self.now - timedelta(days=1),
        )
        self.engine.policies.add(centre, policy)
        self.engine.policies.activate(centre, policy.version)

    async def user(self, name: str, role: Role, agent: str = "", centre: str = "voorbeeldstad") -> None:
        token, hashed = make_token()
        await self.pool.execute(
            "INSERT INTO users (centre, name, role, agent, token_hash) VALUES ($1, $2, $3, $4, $5)",
            centre, name, role, agent, hashed,
        )
        self.tokens[name] = token

    def as_(self, who: str) -> httpx.AsyncClient:
        if who not in self.clients:
            headers = {"Authorization": f"Bearer {self.tokens[who]}"} if who else {}
            self.clients[who] = httpx.AsyncClient(
                transport=httpx.ASGITransport(self.api), base_url="http://test", headers=headers
            )
        return self.clients[who]

    async def happens(self, event: Event, *, private: dict[str, str] | None = None) -> Handled:
        """Something the switch tells."""
        self.keys += 1
        arrival = Arrival(
            centre="voorbeeldstad", key=f"test:{self.keys}", event=event, provider="generic", private=private or {}
        )
        return await self.engine.handle(arrival)

    async def call(self, call: str) -> Call:
        state = await self.pool.fetchval("SELECT state FROM calls WHERE id = $1", call)
        return codec.call(state)

    async def agent(self, agent: str) -> Agent:
        return codec.agent(await self.pool.fetchval("SELECT state FROM agents WHERE id = $1", agent))

    async def callbacks(self) -> list[Callback]:
        return [codec.callback(r["state"]) for r in await self.pool.fetch("SELECT state FROM callbacks ORDER BY id")]

    async def ready(self, who: str) -> None:
        answer = await self.as_(who).put("/me/presence", json={"state": "ready"})
        assert answer.status_code == 200 or answer.json()["current"]["state"] == "ready", answer.text

    async def over(self, call: str, who: str = "bart") -> None:
        """The caller hangs up, every line ends, and `who` registers and is ready again."""
        for leg in (await self.call(call)).legs:
            await self.happens(LegEnded(call, leg.id, "normal"))
        question = {"questions": [{"topic": "wmo", "direct": True}]}
        await self.as_(who).post(f"/calls/{call}/registration", json=question)
        await self.ready(who)

    async def rings(
        self, name: str = "een", *, number: str = NUMBER, shown: str = NAME, withheld: bool = False,
        dialled: str = "+31123456780",
    ) -> str:
        """Somebody rings the social front office, or another; the phone of whoever is ready rings. Returns the call."""
        call = call_id("voorbeeldstad", "generic", name)
        given = Given(kind="withheld") if withheld else Given(f"{call}.number", "mobile", "NL")
        private = {} if withheld else {f"{call}.number": number}
        if shown:
            private[f"{call}.name"] = shown
        await self.happens(
            CallOffered(call, f"{call}.1", dialled, given, f"{call}.name" if shown else ""), private=private
        )
        await self.speak(call)
        return call

    async def speak(self, call: str) -> None:
        """Every prompt is heard to its end."""
        for leg in (await self.call(call)).legs:
            if isinstance(leg.doing, Prompt):
                await self.happens(SayFinished(call, leg.id, leg.step))

    async def answers(self, call: str) -> None:
        """The last phone that was dialled rings and is answered; who belongs in a room joins it."""
        leg = (await self.call(call)).legs[-1]
        await self.happens(LegRinging(call, leg.id))
        await self.happens(LegAnswered(call, leg.id))
        await self.speak(call)
        await self.join(call)

    async def join(self, call: str) -> None:
        """Everybody who should be in a room is."""
        for leg in (await self.call(call)).legs:
            if isinstance(leg.doing, InRoom) and leg.joined != leg.doing.room:
                await self.happens(LegJoined(call, leg.id, leg.doing.room))

    async def declines(self, call: str) -> None:
        """The last phone that was dialled is declined."""
        leg = (await self.call(call)).legs[-1]
        await self.happens(LegRinging(call, leg.id))
        await self.happens(LegEnded(call, leg.id, "declined"))
        await self.join(call)

    async def talking(self, who: str = "bart", name: str = "een") -> str:
        """`who` is ready, somebody rings, `who` answers."""
        await self.ready(who)
        call = await self.rings(name)
        await self.answers(call)
        return call


@asynccontextmanager
async def house(database: str) -> AsyncIterator[House]:
    """A house with two centres, agents of both offices, a supervisor, an admin and a switch."""
    pool = await reading_pool(database)
    policies = Policies(pool, compiled)
    api = build()
    clock: list[House] = []
    engine = Engine(
        database, decide=decide, policies=policies, clock=lambda: clock[0].now, node="test", seal=SEAL,
    )
    made = House(pool, engine, api)
    clock.append(made)
    await made.centre("voorbeeldstad")
    await made.centre("anderstad", TEXT.replace("name: Voorbeeldstad", "name: Anderstad"))
    for agent in ("bart", "meryem", "sanne"):
        await made.user(agent, "agent", agent)
    await made.user("tess", "supervisor")
    await made.user("ada", "admin")
    await made.user("centrale", "switch")
    for name, role in (("bart2", "agent"), ("tess2", "supervisor"), ("ada2", "admin")):
        await made.user(name, role, "bart" if role == "agent" else "", "anderstad")   # type: ignore[arg-type]
    await engine.start()
    folder = tempfile.TemporaryDirectory(prefix="warmlijn-house-")
    made.switches["voorbeeldstad"] = switch(Path(folder.name), "voorbeeldstad")
    api.means = Means(engine, pool, lambda: made.now, PERSON, switches=made.switches)
    try:
        yield made
    finally:
        for client in made.clients.values():
            await client.aclose()
        await engine.stop()
        await pool.close()
        folder.cleanup()
