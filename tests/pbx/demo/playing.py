"""Starts the switch and the service, plays the stories beside and after each other, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx

from app.call.policy import Policy
from app.demo.desk import Desk
from app.demo.running import account, directory
from app.providers.demo.server import free_port
from tests.pbx import asterisk
from tests.pbx.demo.cast import FRONT_DESK, PEOPLE, SOUNDLESS, UNPLUGGED
from tests.pbx.demo.house import CENTRE, opened, shipped
from tests.pbx.demo.stage import Scene, Stage, Story
from tests.pbx.demo.telling import Teller
from tests.pbx.demo.words import word
from tests.pbx.service import Service
from tests.process import NotStarted

SIDE = 5
"""Stories beside each other."""
MORE = {"pjsip.conf": f"[{UNPLUGGED}](+type=endpoint)\nrtp_timeout = {SOUNDLESS}\n"}
"""A minute as shipped."""
EMPTY = 5.0
"""Seconds within which the switch must be empty after the last story."""


async def played(
    beside: Sequence[Story], last: Sequence[Story], language: str, tell: Callable[[str], Any], *, keep: bool = False
) -> int:
    """Play these stories on real phones; 0 when all of it was as told. Without `keep` no file is left."""
    began = time.monotonic()
    here = directory()
    recordings = here / "recordings" if keep else None
    if recordings is not None:
        recordings.mkdir()
    try:
        wrong, count = await _evening(here, recordings, beside, last, language, tell)
    except NotStarted as error:
        tell(word("not_started", language, what=str(error)[-300:]))
        return 1
    finally:
        if recordings is not None:
            for log in (*here.glob("service-*.log"), here / "switch" / "asterisk.log"):
                if log.exists():
                    log.rename(recordings / log.name)
        for left in here.iterdir():
            if left != recordings:
                shutil.rmtree(left) if left.is_dir() else left.unlink()
        if recordings is None:
            here.rmdir()
    seconds = round(time.monotonic() - began)
    if wrong:
        tell(word("not_as_told", language, n=len(wrong), all=count, titles=" · ".join(wrong)))
    else:
        tell(word("done", language, n=count, seconds=seconds))
    tell(word("kept", language, where=recordings) if keep else word("keep", language))
    return 1 if wrong else 0


async def _evening(
    here: Path,
    recordings: Path | None,
    beside: Sequence[Story],
    last: Sequence[Story],
    language: str,
    tell: Callable[[str], Any],
) -> tuple[list[str], int]:
    """The titles of what was not as told, and how many stories there were."""
    began = time.monotonic()
    routing, policy = shipped(here)
    port = free_port()
    switch = here / "switch"
    switch.mkdir()
    async with (
        asterisk.running(switch, f"ws://127.0.0.1:{port}", CENTRE, MORE, people=PEOPLE, front_desk=FRONT_DESK) as pbx,
        opened(here, routing, port, pbx) as service,
        httpx.AsyncClient(base_url=service.url, timeout=10.0) as client,
    ):
        stage = Stage(pbx, service, *await _desks(client, policy, service, (*beside, *last), language), recordings)
        tell(word("ready", language, name=policy.municipality.name, seconds=time.monotonic() - began))
        evening = _Playing(stage, Teller(policy, language), tell)
        await evening.side_by_side(beside)
        for story in last:
            await evening.one(story)
        limit = policy.ringing.rings * policy.ringing.cycle
        tell("\n" + word("figures", language, silence=evening.silence, rang=evening.rang, limit=limit))
        if evening.dead_line:
            tell(word("dead_line", language, seconds=evening.dead_line))
        if left := await _left(pbx):
            evening.wrong.append(word("left", language, what=left))
    return evening.wrong, evening.count


async def _desks(
    client: httpx.AsyncClient, policy: Policy, service: Service, stories: Sequence[Story], language: str
) -> tuple[dict[str, Desk], Desk]:
    """A desk for each agent who takes part, and a supervisor's."""
    agents = list(dict.fromkeys(agent for story in stories for agent in story.agents))
    first, *tokens = await asyncio.gather(
        account(service.environment, "teamleider", "supervisor"),
        *(account(service.environment, agent, "agent", agent) for agent in agents),
    )
    return {
        agent: Desk(client, token, agent, policy.agents[agent].address, language)
        for agent, token in zip(agents, tokens, strict=True)
    }, Desk(client, first, language=language)


async def _left(pbx: asterisk.Pbx) -> str:
    """Channels and rooms that should be gone; empty when there are none."""
    end = time.monotonic() + EMPTY
    while left := [*await pbx.get("/channels"), *await pbx.get("/bridges")]:
        if time.monotonic() > end:
            return ", ".join(str(each.get("name") or each.get("id")) for each in left)
        await asyncio.sleep(0.2)
    return ""


class _Playing:
    """Plays stories and tells each as soon as it is over."""

    def __init__(self, stage: Stage, teller: Teller, tell: Callable[[str], Any]) -> None:
        self._stage, self._teller, self._tell = stage, teller, tell
        self.wrong: list[str] = []
        self.count = 0
        self.silence = self.dead_line = self.rang = 0.0
        """The longest of all, in seconds."""

    async def side_by_side(self, stories: Sequence[Story]) -> None:
        """All of them, `SIDE` at a time, nobody in two at once."""
        waiting, running = list(stories), dict[asyncio.Task[None], Story]()
        try:
            while waiting or running:
                for story in list(waiting):
                    taken = {who for other in running.values() for who in other.people}
                    if len(running) < SIDE and not taken & story.people:
                        waiting.remove(story)
                        running[asyncio.create_task(self.one(story))] = story
                done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    del running[task]
                    task.result()
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def one(self, story: Story) -> None:
        """Play it and tell it."""
        scene = Scene(self._stage, story, self.one)
        await scene.run()
        supervisor = self._stage.supervisor
        histories: list[Any] = []
        promises: list[Any] = []
        try:
            histories = [await supervisor.get(f"/calls/{call}") for call in scene.calls]
            promises = (await supervisor.get("/callbacks"))["items"] if scene.calls else []
        except httpx.HTTPError as error:
            scene.trouble.append(("broke", {"what": f"{type(error).__name__} {error}"}))
        mine = [promise for promise in promises if promise["call"] in scene.calls]
        self._tell("\n".join(self._teller.scene(scene, histories, mine)))
        self.count += 1
        for phone in (guest.phone for guest in scene.guests):
            if phone.spared:
                self.dead_line = max(self.dead_line, phone.longest_silence)
            else:
                self.silence = max(self.silence, phone.longest_silence)
        self.rang = max([self.rang, *(rang.seconds for rang in scene.rang)])
        if scene.trouble:
            self.wrong.append(self._teller.title(scene))
