"""The service as it is started by an administrator, with its shipped example policy, killed in the middle of a call."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pbx.asterisk import Pbx
from tests.pbx.served import conversation, settings
from tests.pbx.service import Service, started

pytestmark = pytest.mark.pbx


async def test_killed_in_a_conversation_and_started_again(
    database: str, tmp_path: Path, service_port: int, pbx: Pbx
) -> None:
    running = Service(settings(database, tmp_path, service_port, pbx), tmp_path, pbx)
    async with started(running), conversation(database, pbx, running.url, running.environment) as talk:
        await running.kill()
        await talk.goes_on()
        await running.start()
        await talk.goes_on()
        await talk.is_transferred()
