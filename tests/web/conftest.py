"""What the tests of the API may ask for."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.web.house import House
from tests.web.house import house as built


@pytest_asyncio.fixture
async def house(database: str) -> AsyncIterator[House]:
    """A municipality that runs."""
    async with built(database) as made:
        yield made
