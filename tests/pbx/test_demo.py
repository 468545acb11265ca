"""`make demo-pbx`: what it tells was measured, and a story that is not as told is named."""

from __future__ import annotations

import asyncio
import re

import pytest

from tests.pbx import asterisk
from tests.pbx.demo.playing import played
from tests.pbx.demo.stage import Scene, Story
from tests.pbx.demo.stories import declined, warm

pytestmark = pytest.mark.pbx


async def untrue(scene: Scene) -> None:
    caller = await scene.caller("0611112239")
    await scene.helped_by("bart", caller)
    await scene.hears(1.0, caller={"music"})


WARM = Story(("Warm doorverbonden", "Warm transfer"), warm, ("youssef",), ("omar",))
DECLINED = Story(("Collega weigert", "Declined"), declined, ("meryem",), absent=("thomas",), office="sociaal")
UNTRUE = Story(("Niet waar", "Untrue"), untrue, ("bart",), office="sociaal")


async def test_it_tells_what_the_phones_heard_and_names_the_story_that_went_otherwise() -> None:
    if why := await asyncio.to_thread(asterisk.missing):
        pytest.skip(why)
    told: list[str] = []
    assert await played((WARM, DECLINED, UNTRUE), (), "nl", told.append) == 1
    stories = {re.split(r"[.(]", story.strip())[1].strip(): story for story in told if re.match(r"\s*\d\. ", story)}
    assert set(stories) == {"Warm doorverbonden", "Collega weigert", "Niet waar"}
    heard = stories["Warm doorverbonden"]
    assert re.search(r"de beller: een stem .* Youssef Amrani \d+ s · muziek \d+ s · Omar Haddad \d+ s", heard), heard
    assert re.search(r"Omar Haddad: .*een stem .* · Youssef Amrani .* · de beller", heard), heard
    assert re.search(r"Omar Haddad: \d,\d s \(1 x\), opgenomen", heard), heard
    assert "doorverbonden met omar" in heard
    assert "Thomas Bos belt terug" in stories["Collega weigert"]
    assert "Thomas Bos is momenteel niet bereikbaar" in stories["Collega weigert"]
    assert "ANDERS DAN VERTELD: de beller hoorde Bart Jansen, niet muziek" in stories["Niet waar"]
    assert told[-2] == "Niet zoals verteld, 1 van 3: Niet waar", told[-2]
