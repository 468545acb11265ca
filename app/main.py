"""The composition root: the only file that knows all the others. `create_app(settings)` gives the ASGI application."""

from __future__ import annotations

import asyncio
import gc
import secrets
from contextlib import AsyncExitStack
from typing import Protocol

import asyncpg
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app import policyfile
from app.call.policy import Policy
from app.decide import decide
from app.engine import journal
from app.engine.engine import Engine
from app.engine.first_policy import first_policy
from app.engine.policies import Policies
from app.logs import logger
from app.providers.asterisk import Asterisk
from app.providers.base import Provider
from app.providers.generic.provider import Generic
from app.providers.twilio import Twilio
from app.settings import CentreSettings, Settings, SettingsError, utc_now
from app.store import embedded, migrations, resealing
from app.store.database import engine_pool, let_go, reading_pool
from app.web import api, front, music, switch_socket
from app.web.health import Health
from app.web.means import Means
from app.web.metrics import Metrics
from app.web.names import seal_of
from app.web.persons import key_of
from app.web.problem import problem
from app.web.webhooks import PREFIX, Done, Headers, Webhooks
from app.workers.notices import Notices
from app.workers.outbox import Outbox
from app.workers.reconcile import Reconcile
from app.workers.retention import Retention
from app.workers.sealing import Sealing
from app.workers.switch_link import SwitchLink
from app.workers.timers import Timers

GARBAGE = (20_000, 20, 20)
"""Frozen structs make no cycles: there is little to find, and looking after every 700 objects costs time."""
TELLING = (SettingsError, migrations.MigrationError, resealing.WrongKey)
"""These say themselves what an administrator must do; of anything else the place in the program is logged."""
log = logger()


class Part(Protocol):
    """What runs beside the requests; made, started, stopped."""

    async def start(self) -> object:
        """Begin."""

    async def stop(self) -> object:
        """End, and let go of everything."""


def create_app(settings: Settings) -> ASGIApp:
    """The service as an ASGI application; it starts and stops with the server's lifespan."""
    return Service(settings)


class Service:
    """Everything that runs in one process. What is started is stopped in the opposite order."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._running = AsyncExitStack()
        self._webhooks: Webhooks | None = None
        self._pages: ASGIApp | None = None
        self._links: dict[str, SwitchLink] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Webhooks take the short way; everything else goes through the router."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http" and scope["path"].startswith(PREFIX) and self._webhooks is not None:
            await self._webhooks(scope, receive, send)
        elif self._pages is not None:
            await self._pages(scope, receive, send)

    def take(self, method: str, target: bytes, headers: Headers, body: bytes, done: Done) -> None:
        """A webhook that comes without ASGI, see `Webhooks.take`."""
        if self._webhooks is None:
            done(problem(503))
        else:
            self._webhooks.take(method, target, headers, body, done)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self.open()
        except Exception as error:
            told = {"why": str(error), "exc_info": False} if isinstance(error, TELLING) else {}
            log.exception("service.not_started", **told)
            await self.close()
            await send({"type": "lifespan.startup.failed", "message": f"{type(error).__name__}: {error}"})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def open(self) -> None:
        """Database, migrations, policies, platforms, engine, workers, pages: in this order."""
        on_exit = self._running.push_async_callback
        person, seal = key_of(self.settings), seal_of(self.settings)
        url = await self._database()
        await migrations.migrate(url)
        pool, workers_pool = await reading_pool(url), await engine_pool(url)
        on_exit(let_go, pool)
        on_exit(let_go, workers_pool)
        await resealing.check(pool, seal)
        policies = Policies(pool, lambda text, _version: policyfile.load(text))
        providers = await self._providers(policies, pool)
        metrics = Metrics()
        engine = Engine(
            url,
            decide=decide,
            policies=policies,
            clock=utc_now,
            node=f"{self.settings.node}-{secrets.token_hex(4)}",
            seal=seal,
            overload=self.settings.overload_ms / 1000,
            listeners=[journal.write, metrics.committed],
        )
        outbox = Outbox(engine, workers_pool, providers)
        webhooks = Webhooks(engine, pool, providers, self.settings.deadline_ms / 1000, metrics.webhook)
        switches = [provider for provider in providers.values() if isinstance(provider, Asterisk)]
        self._links = links = {each.centre: SwitchLink(engine, workers_pool, each, utc_now) for each in switches}
        await self._start(
            Notices(url, engine.node, lambda told: outbox.wake() if engine.node in told.outbox else None),
            engine,
            outbox,
            Timers(engine, workers_pool, utc_now, metrics.late.observe),
            Reconcile(engine, workers_pool, providers, utc_now),
            Retention(pool, policies, [c.id for c in self.settings.centres], utc_now, engine.node),
            Sealing(pool, seal),
        )
        on_exit(webhooks.close)
        await self._start(*links.values())
        desks = api.build()
        desks.means = Means(engine, pool, utc_now, person, switches=links)
        routes: list[BaseRoute] = [
            *Health(engine, pool, metrics, utc_now, outbox.unreached, links).routes(),
            *front.routes(), *music.routes(),
            switch_socket.route({centre: link.door for centre, link in links.items()}),
            Mount(api.PREFIX, desks),
        ]
        self._pages = ProxyHeadersMiddleware(Starlette(routes=routes), self.settings.proxies)  # type: ignore[arg-type,assignment]
        self._webhooks = webhooks
        seldom_look_for_garbage()
        log.info("service.ready", centres=[c.id for c in self.settings.centres], platforms=len(providers))

    async def withdraw(self) -> None:
        """New callers need us no longer; called before connections are closed, for it is said over them."""
        withdrawn = await asyncio.gather(*(each.withdraw() for each in self._links.values()), return_exceptions=True)
        for failed in filter(None, withdrawn):
            log.error("service.not_withdrawn", exc_info=failed)

    async def close(self) -> None:
        """Stop taking work, finish what is begun, let go of everything."""
        await self._running.aclose()
        log.info("service.stopped")

    async def _start(self, *parts: Part) -> None:
        for part in parts:
            await part.start()
            self._running.push_async_callback(part.stop)

    async def _providers(self, policies: Policies, pool: asyncpg.Pool) -> dict[tuple[str, str], Provider]:
        """The platforms of every centre, `(centre, name)` -> provider; each centre's policy is loaded."""
        found: dict[tuple[str, str], Provider] = {}
        for centre in self.settings.centres:
            policy = await self._policy(centre, policies, pool)
            found |= {(centre.id, p.name): p for p in platforms(centre, self.settings.public_url, policy)}
        for provider in found.values():
            self._running.push_async_callback(provider.close)
        return found

    async def _database(self) -> str:
        if self.settings.database_url is not None:
            return self.settings.database_url.reveal()
        server = await embedded.start(self.settings.data_dir)
        self._running.push_async_callback(server.stop)
        return server.url

    async def _policy(self, centre: CentreSettings, policies: Policies, pool: asyncpg.Pool) -> Policy:
        """The active policy of this centre; the file counts only for a centre that is new."""
        active, from_file = await first_policy(pool, centre.id, centre.policy)
        if from_file is not None:
            policies.add(centre.id, from_file)
        policy = await policies.load(centre.id, active)
        policies.activate(centre.id, active)
        return policy


def seldom_look_for_garbage() -> None:
    """What stands now stays; see `GARBAGE`."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)


def platforms(centre: CentreSettings, public_url: str, policy: Policy) -> list[Provider]:
    """The telephony platforms these settings describe."""
    found: list[Provider] = []
    if centre.twilio is not None:
        twilio = Twilio(centre.id, centre.twilio, public_url, policy, centre.degrade_number)
        for warning in twilio.self_test():
            log.warning("twilio.self_test", centre=centre.id, warning=warning)
        found.append(twilio)
    if (generic := Generic.of(centre)) is not None:
        for warning in generic.self_test():
            log.warning("generic.self_test", centre=centre.id, warning=warning)
        found.append(generic)
    if centre.asterisk is not None:
        found.append(Asterisk(centre.id, centre.asterisk))
    return found
