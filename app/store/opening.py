"""The database of these settings, for commands that run beside the service or without it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from app.settings import Settings
from app.store import embedded, migrations
from app.store.database import reading_pool


@asynccontextmanager
async def server(settings: Settings) -> AsyncIterator[str]:
    """Its URL; the embedded server is shared when the service runs. Raises EmbeddedError."""
    if settings.database_url is not None:
        yield settings.database_url.reveal()
        return
    running = await embedded.start(settings.data_dir)
    try:
        yield running.url
    finally:
        await running.stop()


@asynccontextmanager
async def database(settings: Settings) -> AsyncIterator[asyncpg.Pool]:
    """A connection to it, with all migrations. Raises MigrationError, too."""
    async with server(settings) as url:
        await migrations.migrate(url)
        pool = await reading_pool(url, 1)
        try:
            yield pool
        finally:
            await pool.close()
