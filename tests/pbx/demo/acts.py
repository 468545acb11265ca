"""What happens in several stories on the way to a colleague."""

from __future__ import annotations

import asyncio

from app.demo.desk import Desk
from tests.pbx.demo.stage import ANNOUNCED, STABLE, TALK, Scene
from tests.pbx.phone import Phone


async def asks(scene: Scene, caller: Phone, name: str = "") -> Desk:
    """The first agent of the story helps the caller, and asks for its first colleague, whose phone rings."""
    desk = await scene.helped_by(scene.story.agents[0], caller, name=name)
    await desk.does("consult", colleague=scene.story.colleagues[0])
    await scene.phone(scene.story.colleagues[0]).rings()
    await scene.hears(caller={"music"})
    return desk


async def consults(scene: Scene, caller: Phone, name: str = "") -> Desk:
    """The colleague answers, hears who it is about, and speaks with the agent; the caller hears music only."""
    desk = await asks(scene, caller, name)
    await speaks(scene, scene.story.agents[0], scene.story.colleagues[0])
    return desk


async def speaks(scene: Scene, agent: str, colleague: str) -> None:
    """The colleague answers the phone that rings."""
    await scene.answers(colleague)
    await scene.hears(ANNOUNCED, caller={"music"}, **{agent: {colleague}, colleague: {agent}})
    await asyncio.sleep(TALK)


async def together(scene: Scene) -> None:
    """Caller and colleague hear each other, and the agent's line is free."""
    agent, colleague = scene.story.agents[0], scene.story.colleagues[0]
    await scene.phone(agent).parted()
    await scene.hears(ANNOUNCED, caller={colleague}, **{colleague: {"caller"}})


async def connected(scene: Scene, caller: Phone) -> None:
    """They stay together until the caller is done."""
    await together(scene)
    await asyncio.sleep(STABLE)
    await scene.goodbye(caller, scene.story.colleagues[0])
