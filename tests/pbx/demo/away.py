"""The service is killed in the middle of a conversation: the conversation goes on, and a new caller reaches the KCC."""

from __future__ import annotations

import asyncio
import time

from tests.pbx.demo.cast import MAIN
from tests.pbx.demo.stage import ANNOUNCED, STABLE, TALK, Scene, Story, Wrong

AT_ONCE = 2.0
"""Seconds within which a phone rings by the dialplan."""


async def away(scene: Scene) -> None:
    """Without the service the phones of the front office ring by the dialplan."""
    caller = await scene.caller("0611112234")
    began = time.monotonic()
    await caller.dials(MAIN)
    rings = await scene.phone("youssef").rings()
    if (seconds := rings["at"] - began) > AT_ONCE:
        raise Wrong("kcc_late", seconds=seconds)
    scene.notes.append(("by_dialplan", {"seconds": max(seconds, 0.1)}))
    await scene.answers("youssef")
    await scene.hears(caller={"youssef"}, youssef={"caller"})
    await asyncio.sleep(TALK)
    await scene.goodbye(caller, "youssef")


AWAY = Story(
    ("De dienst is weg: het KCC gaat over via de centrale", "The service is away: the KCC rings by the switch"),
    away, (), ("youssef",),
)  # fmt: skip


async def killed(scene: Scene) -> None:
    """The conversation does not notice; when the service is back, it transfers as if nothing had been."""
    service = scene.stage.service
    caller = await scene.caller("0611112233")
    desk = await scene.helped_by("daan", caller, name="meneer Wolters")
    await service.kill()
    await scene.hears(caller={"daan"}, daan={"caller"})
    await service.given_up()
    await scene.play(AWAY)
    await scene.hears(caller={"daan"}, daan={"caller"})
    began = time.monotonic()
    await service.start()
    scene.notes.append(("back", {"seconds": time.monotonic() - began}))
    await scene.hears(caller={"daan"}, daan={"caller"})
    await desk.does("consult", colleague="omar")
    await scene.answers("omar")
    await scene.hears(ANNOUNCED, caller={"music"}, daan={"omar"}, omar={"daan"})
    await desk.does("complete")
    await scene.phone("daan").over()
    await scene.hears(caller={"omar"}, omar={"caller"})
    await asyncio.sleep(STABLE)
    await scene.goodbye(caller, "omar")


KILLED = Story(
    (
        "De dienst valt midden in een gesprek uit (kill -9) en komt terug",
        "The service falls away in mid-conversation (kill -9) and comes back",
    ),
    killed, ("daan",), ("omar",), inner=(AWAY,),
)  # fmt: skip
