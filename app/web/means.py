"""What pages and API work with; the composition root fills it in when the service starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import asyncpg

from app.call.decision import Centre
from app.call.policy import Policy
from app.engine.engine import Engine
from app.providers.asterisk.link import Switch
from app.store import codec
from app.web.auth import Failures


@dataclass(frozen=True, slots=True)
class Means:
    """`pool` reads (store.database.reading_pool); whatever changes a call goes through `engine`."""

    engine: Engine
    pool: asyncpg.Pool
    clock: Callable[[], datetime]
    person_key: bytes
    failures: Failures = field(default_factory=Failures)
    switches: Mapping[str, Switch] = field(default_factory=dict)
    """The Asterisk of each centre that has one."""

    async def centre(self, centre: str) -> Centre:
        """The centre as it stands: its active version and its message."""
        row = await self.pool.fetchval("SELECT state FROM centres WHERE id = $1", centre)
        return codec.centre(row)

    async def policy(self, centre: str, version: str = "") -> Policy:
        """This version, or the one that is active now for every process."""
        return await self.engine.policies.load(centre, version or (await self.centre(centre)).policy)
