"""What these tests stand on: a directory for everything, a database that was migrated, the compiled policy."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import pytest_asyncio

from app.call.policy import Policy
from app.store import embedded, migrations
from tests.conftest import name_of, temporary_database
from tests.faults import town
from tests.faults.front import Front


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here takes processes down."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.faults)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Directly under the temporary directory, as the database's user must reach it."""
    made = Path(tempfile.mkdtemp(prefix="warmlijn-faults-"))
    made.chmod(0o711)
    (made / "routing.yaml").write_text(town.text(), encoding="utf-8")
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def routing(folder: Path) -> Policy:
    """The policy as the processes have it."""
    return town.policy(folder / "routing.yaml")


@pytest_asyncio.fixture
async def front() -> AsyncIterator[Front]:
    """What stands before the processes; the test says which those are."""
    made = Front()
    yield made
    await made.close()


class Server(NamedTuple):
    """A PostgreSQL and a migrated database to copy."""

    url: str
    template: str


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def servers(postgres: str, template: str, server_directory: Path) -> AsyncIterator[list[Server]]:
    """Two servers, for one takes no more than sixty connections; only the given one under TEST_DATABASE_URL."""
    first = Server(postgres, template)
    if "TEST_DATABASE_URL" in os.environ:
        yield [first]
        return
    second = await embedded.start(server_directory / "second")
    async with temporary_database(second.url) as empty:
        await migrations.migrate(empty)
        yield [first, Server(second.url, name_of(empty))]
    await second.stop()
