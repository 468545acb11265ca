"""What every test may ask for: a real PostgreSQL for the whole run, and a fresh migrated database for each test."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
import structlog
from hypothesis import HealthCheck, settings

from app.store import embedded, migrations

# a busy machine is not a fault: no example is judged by its time; and in CI, too, other examples are tried each time
usual = settings.get_profile("default")
slow = [HealthCheck.too_slow]
settings.register_profile("house", usual, deadline=None, suppress_health_check=slow, print_blob=True)
settings.load_profile("house")

# without this an error that is logged is drawn with every local value of every frame (by rich, which a tool of ours
# brings along): seconds each, on the very loop whose time-outs are tested
plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
structlog.configure(processors=[structlog.processors.add_log_level, plain])
as_configured = structlog.get_config()

numbers = count(1)


@pytest.fixture(autouse=True)
def logs_as_they_were() -> Iterator[None]:
    """A command that was run in a test has logs written to its screen, which is gone after that test."""
    yield
    structlog.configure(**as_configured)


@pytest.fixture(scope="session")
def server_directory() -> Iterator[Path]:
    """A directory for servers of this run, directly under the temporary one: pytest's own is closed to other users."""
    made = Path(tempfile.mkdtemp(prefix="warmlijn-test-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgres(server_directory: Path) -> AsyncIterator[str]:
    """The URL of a server that may make databases: TEST_DATABASE_URL, or the embedded one (one for each worker)."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    server = await embedded.start(server_directory / "database")
    yield server.url
    await server.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def template(postgres: str) -> AsyncIterator[str]:
    """The name of a database that has had all migrations, to be cloned."""
    async with temporary_database(postgres) as url:
        await migrations.migrate(url)
        yield name_of(url)


@pytest_asyncio.fixture
async def database(postgres: str, template: str) -> AsyncIterator[str]:
    """The URL of a fresh database with all migrations, dropped after the test."""
    async with temporary_database(postgres, template) as url:
        yield url


@pytest_asyncio.fixture
async def empty_database(postgres: str) -> AsyncIterator[str]:
    """The URL of a fresh database with nothing in it, dropped after the test."""
    async with temporary_database(postgres) as url:
        yield url


@asynccontextmanager
async def temporary_database(server: str, template: str = "template1") -> AsyncIterator[str]:
    """Make a database on `server` as a copy of `template`, and drop it afterwards whoever is still connected."""
    name = f"test_{os.getpid()}_{next(numbers)}"
    await run(server, f'CREATE DATABASE {name} TEMPLATE "{template}"')
    try:
        yield on_database(server, name)
    finally:
        await run(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


async def run(url: str, statement: str) -> None:
    """One statement on a connection of its own."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def on_database(url: str, name: str) -> str:
    """`url` with another database, its host and query kept."""
    address, mark, query = url.partition("?")
    return f"{address.rpartition('/')[0]}/{name}{mark}{query}"


def name_of(url: str) -> str:
    """The database that `url` names."""
    return url.partition("?")[0].rpartition("/")[2]
