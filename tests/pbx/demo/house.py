"""The service as an administrator starts it, with the shipped policy and a database of its own; it can be killed."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx

from app import policyfile
from app.call.policy import Policy
from app.demo.policy import hurried
from app.demo.running import ROUTING
from app.settings import foreign
from tests.pbx.asterisk import LINK_SECRET, Pbx

CENTRE = "voorbeeldstad"
START = 60.0
"""Seconds the service may take to be ready and linked."""
FRESH = 2.0
"""Seconds; a sign of life in the dialplan that is older is of a service that is gone."""
STALE = 6.2
"""Seconds after its last sign of life from which the dialplan does without the service (extensions.conf)."""


class NotStarted(Exception):
    """The service did not come up; the message is its last words."""


class House:
    """`environment` is that of every command of the service; `url` where it listens."""

    def __init__(self, environment: dict[str, str], url: str, log: Path, pbx: Pbx) -> None:
        self.environment, self.url, self.log = environment, url, log
        self._pbx = pbx
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> float:
        """Until it takes calls; the seconds that took."""
        began = time.monotonic()
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "app", "serve", env=self.environment, stdout=log, stderr=log
            )
        async with httpx.AsyncClient(timeout=2.0) as client, asyncio.timeout(START):
            while not (await self._ready(client) and time.time() - await self._pbx.sign() < FRESH):
                if self._process.returncode is not None:
                    raise NotStarted(self.log.read_text(errors="replace").strip()[-300:])
                await asyncio.sleep(0.1)
        return time.monotonic() - began

    async def kill(self) -> None:
        """-9: the process gets no chance to say anything."""
        assert self._process is not None
        self._process.kill()
        await self._process.wait()

    async def stop(self) -> None:
        """As a service manager does."""
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()

    async def given_up(self) -> None:
        """Wait until the dialplan does without the service."""
        while time.time() - await self._pbx.sign() < STALE:
            await asyncio.sleep(0.2)

    async def _ready(self, client: httpx.AsyncClient) -> bool:
        try:
            return (await client.get(f"{self.url}/health/ready")).is_success
        except httpx.HTTPError:
            return False


def shipped(here: Path) -> tuple[Path, Policy]:
    """The example municipality as it is shipped, at its own pace, and open today."""
    today = datetime.now(ZoneInfo("Europe/Amsterdam")).date()
    routing = here / "routing.yaml"
    routing.write_text(hurried(ROUTING.read_text(encoding="utf-8"), today, pace=1.0), encoding="utf-8")
    return routing, policyfile.load(routing)


@asynccontextmanager
async def opened(here: Path, routing: Path, port: int, pbx: Pbx) -> AsyncIterator[House]:
    """A service with everything of it in `here`, from ready until stopped."""
    environment = foreign() | {
        "WARMLIJN_CENTRE": CENTRE,
        "WARMLIJN_POLICY": str(routing),
        "WARMLIJN_DATA_DIR": str(here / "database"),
        "WARMLIJN_PORT": str(port),
        "WARMLIJN_LOG_LEVEL": "warning",
        "ASTERISK_LINK_SECRET": LINK_SECRET,
        "ASTERISK_SOUNDS": str(pbx.sounds),
    }
    house = House(environment, f"http://127.0.0.1:{port}", here / "service.log", pbx)
    try:
        await house.start()
        yield house
    finally:
        await house.stop()
