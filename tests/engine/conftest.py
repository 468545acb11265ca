"""Engines on a real database, with the smallest rules."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime

import asyncpg
import pytest_asyncio

from app.call.decision import Centre
from app.engine.engine import Engine
from app.engine.policies import Policies
from app.store.codec import text
from app.store.sessions import hold
from tests.engine import rules
from tests.kept import SEAL

CENTRES = ("noord", "zuid")
Start = Callable[..., Awaitable[Engine]]


@pytest_asyncio.fixture
async def db(database: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to look with."""
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()


@pytest_asyncio.fixture
async def start(database: str, db: asyncpg.Connection) -> AsyncIterator[Start]:
    """What starts an engine, as a process of its own would be: others see by its session that it lives."""
    for name in CENTRES:
        await db.execute("INSERT INTO centres (id, state) VALUES ($1, $2)", name, text(Centre(name, "v1")))
    engines: list[Engine] = []
    sessions: list[asyncpg.Connection] = []

    async def one(
        node: str = "a", centres: tuple[str, ...] = CENTRES, *, session: bool = True, **options: object
    ) -> Engine:
        policies = Policies()
        for name in centres:
            policies.add(name, rules.policy())
            policies.activate(name, "v1")
        given = {"decide": rules.decide, "clock": lambda: datetime.now(UTC), "seal": SEAL} | options
        engine = Engine(database, policies=policies, node=node, **given)  # type: ignore[arg-type]
        await engine.start()
        engines.append(engine)
        if session:
            sessions.append(await asyncpg.connect(database))
            await hold(sessions[-1], node)
        return engine

    yield one
    for engine in engines:
        await engine.stop()
    for session in sessions:
        await session.close()
