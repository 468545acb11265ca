"""What several stories do that choose their phones themselves."""

from __future__ import annotations

import asyncio

from app.call.call import Choosing, Talking
from tests.pbx.phone import Phone
from tests.pbx.records import Records
from tests.pbx.stage import DIRECT


async def hear(**who: Phone) -> dict[str, set[str]]:
    """Who each of these hears."""
    heard = await asyncio.gather(*(phone.hears() for phone in who.values()))
    return {name: set(each) for name, each in zip(who, heard, strict=True)}


async def hear_each_other(one: Phone, other: Phone) -> None:
    assert await hear(one=one, other=other) == {"one": {other.who}, "other": {one.who}}


async def answered_in_the_menu(stage: Records, caller: Phone, bart: Phone, dialled: str) -> None:
    """A citizen dials, hears the menu, presses 1, and speaks with bart."""
    await caller.dials(dialled)
    await caller.saw("CALL_ESTABLISHED")
    await stage.phase(Choosing)
    await caller.spoken_to()
    await caller.presses("1")
    await bart.rings()
    await bart.accepts()
    await stage.phase(Talking)
    await hear_each_other(caller, bart)


async def hears_a_sentence(phone: Phone) -> None:
    """Soon there is a second of sound in which nobody's tone is: somebody is told something."""
    try:
        async with asyncio.timeout(8):
            heard, before = {"": 1.0}, 0
            while heard or phone.sound < before + 8:
                before = phone.sound
                heard = await phone.hears(1.0, settle=0.0)
    except TimeoutError:
        raise AssertionError(f"{phone.who} hears no sentence") from None


async def talking(stage: Records, caller: Phone, bart: Phone) -> str:
    """The caller speaks with Bart; the id of the call."""
    await stage.ready("bart")
    await caller.dials(DIRECT)
    await bart.rings()
    await bart.accepts()
    return (await stage.phase(Talking)).id


async def both_back(stage: Records, caller: Phone, bart: Phone, failed: str) -> None:
    """Caller and Bart hear each other again, and a callback is pending."""
    call = await stage.phase(Talking)
    assert isinstance(call.phase, Talking)
    assert call.phase.failed == failed
    await hear_each_other(caller, bart)
    assert [callback.status for callback in await stage.callbacks()] == ["pending"]


async def until_agent(stage: Records, agent: str, state: str) -> None:
    """As soon as the agent is so."""
    async with asyncio.timeout(8):
        while (await stage.agent(agent)).state != state:
            await asyncio.sleep(0.05)


async def until_device(stage: Records, agent: str, device: str) -> None:
    """As soon as the agent's phone is known to be so."""
    async with asyncio.timeout(8):
        while device != await stage.pool.fetchval("SELECT state->>'device' FROM agents WHERE id = $1", agent):
            await asyncio.sleep(0.05)
