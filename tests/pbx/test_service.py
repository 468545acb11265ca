"""The service as it is started by an administrator, with its shipped example policy, killed in the middle of a call."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pbx.asterisk import Pbx
from tests.pbx.served import conversation, service, sign, signed_before

pytestmark = pytest.mark.pbx


async def test_killed_in_a_conversation_and_started_again(
    database: str, tmp_path: Path, service_port: int, pbx: Pbx
) -> None:
    before = await signed_before(pbx)
    async with service(database, tmp_path, service_port, pbx) as running:
        await sign(pbx, before)
        async with conversation(database, pbx, running.url, running.environment) as talk:
            await running.kill()
            last = await sign(pbx)
            await talk.goes_on()
            await running.start()
            await sign(pbx, last)
            await talk.goes_on()
            await talk.is_transferred()
