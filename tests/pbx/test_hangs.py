"""The process hangs, as a whole or only its loop: it is ended, its supervisor starts another, which steers on."""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path

import pytest

from tests.pbx.asterisk import Pbx
from tests.pbx.served import conversation, settings
from tests.pbx.stage import signed
from tests.pbx.supervisor import supervised

pytestmark = pytest.mark.pbx
PROGRAM = """
import signal, sys, time
from app.__main__ import main
signal.signal(signal.SIGUSR1, lambda *_: time.sleep(3600))
sys.exit(main(["serve"]))
"""
HANGS = {"all of it": (signal.SIGSTOP, -signal.SIGKILL), "its loop": (signal.SIGUSR1, 1)}
"""How it hangs -> the signal that makes it, and how it ended: systemd's, or our own."""


@pytest.mark.parametrize("which", HANGS)
async def test_a_process_that_hangs_is_replaced_while_people_speak(
    request: pytest.FixtureRequest, database: str, tmp_path: Path, service_port: int, pbx: Pbx, which: str
) -> None:
    started, environment = time.time(), settings(database, tmp_path, service_port, pbx)
    async with supervised((sys.executable, "-c", PROGRAM), environment, tmp_path) as supervisor:
        await signed(pbx, started, 30.0)
        url = f"http://127.0.0.1:{service_port}"
        async with conversation(database, pbx, url, environment) as talk:
            hang, end = HANGS[which]
            assert supervisor.process is not None
            supervisor.process.send_signal(hang)
            began, hung = time.monotonic(), time.time()
            await talk.goes_on()
            await signed(pbx, hung, 30.0)
            request.node.user_properties.append((f"steered again, {which} hung", time.monotonic() - began))
            assert supervisor.ends == [end]
            await talk.goes_on()
            await talk.is_transferred()
