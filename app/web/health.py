"""Whether the process lives, whether it may be given work, and its figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

import asyncpg
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.engine.engine import Engine
from app.providers.asterisk.link import LinkState, Switch
from app.providers.asterisk.names import NAME
from app.store import figures, leases, migrations, outbox
from app.store.database import FAILURES, within
from app.web.metrics import Metrics

SECONDS = 1.0
"""Longest time the database may take to answer."""
LINK = "link "
"""Before the name of a link among the checks."""
OLDEST = 30.0
"""Seconds a command may wait before this process counts as not ready, and a switch may be silent."""


class Health:
    """The three pages that watchers read; none holds anything about a person."""

    def __init__(
        self,
        engine: Engine,
        pool: asyncpg.Pool,
        metrics: Metrics,
        clock: Callable[[], datetime],
        unreached: Callable[[], Mapping[str, float]],
        switches: Mapping[str, Switch] | None = None,
    ) -> None:
        self._engine = engine
        self._pool = pool
        self._metrics = metrics
        self._clock = clock
        self._unreached = unreached
        self._switches = switches or {}

    def routes(self) -> list[Route]:
        """Where they are."""
        return [
            Route("/health/live", self.live),
            Route("/health/ready", self.ready),
            Route("/metrics", self.figures),
        ]

    async def live(self, _request: Request) -> Response:
        """The process answers."""
        return JSONResponse({"status": "ok"})

    async def ready(self, _request: Request) -> Response:
        """200 when events can be saved and commands go out, else 503; says which check fails.

        A switch that takes no commands is told, with 200 still: callers who ring are answered in the reply to their
        own webhook, and a process that is given no work would never find out that the switch is back. So it is with
        the link to an Asterisk: while it is down, the dialplan leads callers to the front office.
        """
        checks = {"database": "ok", "migrations": "ok", "outbox": "ok", "version": "ok", "engine": "ok"}
        if not self._engine.alive:
            checks["engine"] = "stopped"
        try:
            checks |= await within(SECONDS, self._looked())
        except migrations.MigrationError:
            checks["migrations"] = "database is newer"
        except FAILURES:
            checks["database"] = "unreachable"
        if self._engine.newer:
            checks["version"] = "a newer program wrote the state"
        links = {name: value for name, value in checks.items() if name.startswith(LINK)}
        ready = all(value == "ok" for name, value in checks.items() if name not in links)
        silent = {name: seconds for name, seconds in self._unreached().items() if seconds > OLDEST}
        for name in self._unreached():
            checks[f"switch {name}"] = f"no command taken for {silent[name]:.0f} s" if name in silent else "ok"
        broken = any(value != "ok" for value in links.values())
        status = "not ready" if not ready else "degraded" if silent or broken else "ok"
        return JSONResponse({"status": status, "checks": checks}, status_code=200 if ready else 503)

    async def _looked(self) -> dict[str, str]:
        async with self._pool.acquire() as connection:
            pending = await migrations.pending(connection)
            age = await outbox.age(connection, self._engine.policies.centres())
        return {
            "migrations": "pending" if pending else "ok",
            "outbox": "ok" if age <= OLDEST else f"oldest command waits {age:.0f} s",
            **{f"{LINK}{centre}/{NAME}": await self._link(centre, each.state)
               for centre, each in self._switches.items()},
        }

    async def _link(self, centre: str, state: LinkState) -> str:
        """Any process of ours may hold it."""
        if state.linked:
            return f"up, but no calls are taken ({state.why.removeprefix('why_')})" if state.why else "ok"
        return "ok" if await leases.holder(self._pool, f"{NAME}:{centre}") else "down"

    async def figures(self, _request: Request) -> Response:
        """Prometheus' own format; figures of the database are left out while it cannot be reached."""
        for centre, each in self._switches.items():
            state = each.state
            self._metrics.link.labels(centre).set(float(state.linked and state.compared))
            if state.alive_at is not None:
                self._metrics.sign.labels(centre).set((self._clock() - state.alive_at).total_seconds())
        try:
            self._metrics.looked(await within(SECONDS, figures.now(self._pool, self._clock())))
            centres = self._engine.policies.centres()
            self._metrics.outbox_age.set(await within(SECONDS, outbox.age(self._pool, centres)))
        except FAILURES:
            pass
        return Response(self._metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")
