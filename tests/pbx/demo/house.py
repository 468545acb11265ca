"""The service of the stories: with the shipped policy, and a database of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from app import policyfile
from app.call.policy import Policy
from app.demo.policy import hurried
from app.demo.running import ROUTING
from app.settings import utc_now
from tests.pbx.asterisk import Pbx
from tests.pbx.service import Service, behind, started

CENTRE = "voorbeeldstad"


def shipped(here: Path) -> tuple[Path, Policy]:
    """The example municipality as it is shipped, at its own pace, and open at any hour."""
    routing = here / "routing.yaml"
    routing.write_text(hurried(ROUTING.read_text(encoding="utf-8"), utc_now(), pace=1.0), encoding="utf-8")
    return routing, policyfile.load(routing)


@asynccontextmanager
async def opened(here: Path, routing: Path, port: int, pbx: Pbx) -> AsyncIterator[Service]:
    """A service with everything of it in `here`, from ready until stopped."""
    given = behind(pbx, CENTRE, routing, here / "database", port, WARMLIJN_LOG_LEVEL="warning")
    async with started(Service(given, here, pbx)) as service:
        yield service
