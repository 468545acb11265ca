"""Starts the service with a directory of its own, plays the morning, and tells it."""

from __future__ import annotations

import asyncio
import secrets
import shutil
import sys
import tempfile
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from app import policyfile
from app.call.policy import Policy
from app.demo.desk import Desk
from app.demo.policy import PACE, hurried
from app.demo.scenes import MORNING, Scene, Stage
from app.demo.telling import Teller
from app.demo.words import word
from app.providers.demo import Mischief, Switch
from app.providers.demo.server import free_port
from app.settings import foreign, utc_now

CENTRE = "voorbeeldstad"
SETTLE = 2.0
"""Seconds of the story until the last line is down."""
START = 60.0
"""Real seconds the service may take to be ready the first time."""
ROUTING = Path(__file__).resolve().parents[2] / "config" / "routing.yaml"
DEGRADE = "+31123456700"


def main(language: str = "nl") -> int:
    """Play the morning and print it; 0 when nothing went wrong."""
    return asyncio.run(run(language))


async def run(language: str = "nl", tell: Callable[[str], Any] = print, mischief: Mischief | None = None) -> int:
    """Play the morning against a service of its own; 0 when no invariant was broken and every scene ended as told."""
    tell(word("starting", language))
    here = directory()
    try:
        return await _played(here, language, tell, mischief)
    finally:
        shutil.rmtree(here, ignore_errors=True)


def directory() -> Path:
    """A new directory that a database server of another user can reach."""
    made = Path(tempfile.mkdtemp(prefix="warmlijn-demo-"))
    made.chmod(0o711)
    return made


async def _played(here: Path, language: str, tell: Callable[[str], Any], mischief: Mischief | None) -> int:
    routing, policy = _policy(here)
    secret = "whsec_" + b64encode(secrets.token_bytes(32)).decode()
    port, commands = free_port(), free_port()
    url = f"http://127.0.0.1:{port}"
    environment = _environment(here, routing, secret, port, f"http://127.0.0.1:{commands}/commands")
    async with (
        service(environment, url),
        Switch.open(
            f"{url}/hooks/{CENTRE}/generic/events", (secret,), port=commands, pace=PACE,
            cycle=policy.ringing.cycle / PACE, mischief=mischief,
        ) as (switch, _),
        httpx.AsyncClient(base_url=url, timeout=10.0) as client,
    ):  # fmt: skip
        supervisor, desks = await _desks(client, policy, environment, language)
        stage = Stage(switch, desks)
        teller = Teller(stage, policy, language)
        tell(word("heading", language, name=policy.municipality.name))
        troubles = await asyncio.gather(*(_line(stage, scenes, teller, supervisor, tell) for scenes in MORNING))
        promises = (await supervisor.get("/callbacks"))["items"]
        found = [*switch.problems(), *(trouble for line in troubles for trouble in line)]
        for line in teller.summary(await supervisor.get("/offices"), promises, found):
            tell(line)
    return 1 if found else 0


def _policy(here: Path) -> tuple[Path, Policy]:
    routing = here / "routing.yaml"
    routing.write_text(hurried(ROUTING.read_text(encoding="utf-8"), utc_now()), encoding="utf-8")
    return routing, policyfile.load(routing)


async def _line(
    stage: Stage, scenes: tuple[Scene, ...], teller: Teller, supervisor: Desk, tell: Callable[[str], Any]
) -> list[str]:
    """One line of scenes, each told as soon as it is over; what went wrong in sentences."""
    troubles = []
    for scene in scenes:
        for agent in scene.agents:
            await stage.desks[agent].ready()
        try:
            await scene.story(stage, scene)
        except (TimeoutError, ConnectionError, httpx.HTTPError, RuntimeError) as error:
            troubles.append(f"{scene.title[0]}: {error}")
        for agent in scene.agents:
            await stage.desks[agent].away()
        await stage.wait(SETTLE)
        for caller in stage.callers[scene.title]:
            history = await supervisor.get(f"/calls/{caller.call}")
            promises = (await supervisor.get("/callbacks"))["items"]
            mine = [promise for promise in promises if promise["call"] == caller.call]
            tell("\n".join(teller.caller(scene, caller, history, mine)))
    return troubles


async def _desks(
    client: httpx.AsyncClient, policy: Policy, environment: dict[str, str], language: str
) -> tuple[Desk, dict[str, Desk]]:
    """A supervisor's desk, and one for each agent of the morning."""
    agents = list(dict.fromkeys(agent for line in MORNING for scene in line for agent in scene.agents))
    first, *tokens = await asyncio.gather(
        account(environment, "teamleider", "supervisor"),
        *(account(environment, agent, "agent", agent) for agent in agents),
    )
    return Desk(client, first, language=language), {
        agent: Desk(client, token, agent, policy.agents[agent].address, language)
        for agent, token in zip(agents, tokens, strict=True)
    }


def _environment(here: Path, routing: Path, secret: str, port: int, commands: str) -> dict[str, str]:
    return foreign() | {
        "WARMLIJN_CENTRE": CENTRE,
        "WARMLIJN_POLICY": str(routing),
        "WARMLIJN_DATA_DIR": str(here / "database"),
        "WARMLIJN_PORT": str(port),
        "WARMLIJN_LOG_LEVEL": "error",
        "GENERIC_SECRET": secret,
        "GENERIC_COMMAND_URL": commands,
        "DEGRADE_NUMBER": DEGRADE,
    }


@asynccontextmanager
async def service(environment: dict[str, str], url: str) -> AsyncIterator[None]:
    """The service as a process of its own, from ready until stopped."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "app", "serve", env=environment)
    try:
        async with httpx.AsyncClient(timeout=2.0) as client, asyncio.timeout(START):
            while not await _ready(client, url):
                if process.returncode is not None:
                    raise RuntimeError(f"the service stopped with {process.returncode}")
                await asyncio.sleep(0.1)
        yield
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _ready(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(f"{url}/health/ready")).is_success
    except httpx.HTTPError:
        return False


async def account(environment: dict[str, str], name: str, role: str, agent: str = "") -> str:
    """A token of a new account, made on the command line as an administrator would."""
    arguments = ["user", "add", name, "--role", role, *(["--agent", agent] if agent else [])]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "app", *arguments, env=environment, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    tokens = [part for part in said.decode().split() if part.startswith("wl_")]
    if process.returncode or not tokens:
        raise RuntimeError(f"no account for {name}")
    return tokens[0]
