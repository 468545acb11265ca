"""What breaks: the link is cut, the house goes away and comes back, Asterisk dies. Nobody who talks is parted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from app.call.call import Choosing, Consulting, Ended, Talking
from app.call.events import CompleteAsked, ConsultAsked, KeysPressed
from app.call.legs import Gather
from app.providers.demo.server import serving
from app.web.quick import QuickWebSocket
from tests.pbx.asterisk import Pbx
from tests.pbx.stage import DIRECT, MENU, Stage, alive, house, hurried, linked, phones

pytestmark = pytest.mark.pbx
Server = Callable[[Any], AbstractAsyncContextManager[str]]


@pytest.fixture
def server(service_port: int) -> Server:
    return lambda application: serving(application, service_port, QuickWebSocket)


async def gone(pbx: Pbx) -> None:
    """The house's sign of life is older than the dialplan accepts."""
    await asyncio.sleep(6.5)


async def hears(*phones: Any) -> list[set[str]]:
    return [set(each) for each in await asyncio.gather(*(phone.hears() for phone in phones))]


async def test_without_the_house_the_front_office_rings_by_the_dialplan(
    pbx: Pbx, database: str, server: Server
) -> None:
    async with house(database, pbx, server) as stage:
        await linked(stage)
    await gone(pbx)
    async with phones(stage, "101", "caller") as (bart, caller):
        began = time.monotonic()
        await caller.dials(DIRECT)
        assert (await bart.rings())["at"] - began < 2.0
        await bart.accepts()
        assert await hears(caller, bart) == [{"101"}, {"caller"}]
        await caller.hangs_up()
        await bart.over()


async def test_a_conversation_goes_on_while_the_house_is_away_and_can_be_transferred_afterwards(
    pbx: Pbx, database: str, server: Server
) -> None:
    async with house(database, pbx, server) as stage:
        await linked(stage)
        async with phones(stage, "101", "103", "caller") as (bart, ans, caller):
            await stage.ready("bart")
            await caller.dials(DIRECT)
            await bart.rings()
            await bart.accepts()
            call = (await stage.phase(Talking)).id
            await stage.close()
            assert await hears(caller, bart) == [{"101"}, {"caller"}]
            async with house(database, pbx, server) as again:
                began = time.monotonic()
                await alive(again)
                assert time.monotonic() - began < 5.0
                await again.clicks(ConsultAsked(call, "bart", "ans"))
                await ans.rings()
                await ans.accepts()
                await again.until(lambda c: isinstance(c.phase, Consulting) and c.phase.stage == "speaking")
                assert await hears(caller, bart, ans) == [{"music"}, {"103"}, {"101"}]
                await again.clicks(CompleteAsked(call, "bart"))
                await bart.over()
                assert await hears(caller, ans) == [{"103"}, {"caller"}]
                await caller.hangs_up()
                await ans.over()
                await again.phase(Ended)
                await again.empty()


async def test_who_hung_up_while_the_house_was_away_is_known_when_it_comes_back(
    pbx: Pbx, database: str, server: Server
) -> None:
    async with house(database, pbx, server) as stage:
        await linked(stage)
        async with phones(stage, "101", "caller") as (bart, caller):
            await stage.ready("bart")
            await caller.dials(DIRECT)
            await bart.rings()
            await bart.accepts()
            await stage.phase(Talking)
            await stage.close()
            await caller.hangs_up()
            await asyncio.sleep(0.5)
            async with house(database, pbx, server) as again:
                await again.phase(Ended)
                await bart.over()
                assert (await again.agent("bart")).state in ("wrap_up", "ready")
                await again.empty()


async def test_a_caller_in_the_menu_is_asked_again_when_the_house_comes_back(
    pbx: Pbx, database: str, server: Server
) -> None:
    async with house(database, pbx, server) as stage:
        await linked(stage)
        async with phones(stage, "101", "caller") as (bart, caller):
            await stage.ready("bart")
            await caller.dials(MENU)
            await stage.until(lambda c: isinstance(c.phase, Choosing) and isinstance(c.legs[0].doing, Gather))
            await stage.close()
            async with house(database, pbx, server) as again:
                await alive(again)
                await caller.spoken_to()
                await caller.presses("1")
                await bart.rings()
                await bart.accepts()
                await again.phase(Talking)
                assert await hears(caller, bart) == [{"101"}, {"caller"}]
                await caller.hangs_up()
                await bart.over()
                await again.empty()


async def test_the_link_may_be_cut_in_a_conversation(stage: Stage) -> None:
    async with phones(stage, "101", "103", "caller") as (bart, ans, caller):
        await stage.ready("bart")
        await caller.dials(DIRECT)
        await bart.rings()
        await bart.accepts()
        call = (await stage.phase(Talking)).id
        await stage.cut()
        await stage.clicks(ConsultAsked(call, "bart", "ans"))
        await ans.rings()
        await ans.accepts()
        await stage.until(lambda c: isinstance(c.phase, Consulting) and c.phase.stage == "speaking")
        assert await hears(caller, bart, ans) == [{"music"}, {"103"}, {"101"}]
        await caller.hangs_up()
        await asyncio.gather(bart.over(), ans.over())


async def test_two_houses_share_one_link_and_either_may_decide(pbx: Pbx, database: str, server: Server) -> None:
    async with (
        house(database, pbx, server, several=True) as first,
        house(database, pbx, serving, several=True) as second,
    ):
        await linked(first)
        assert not await second.link.holds()
        async with phones(first, "101", "103", "caller") as (bart, ans, caller):
            await second.ready("bart")
            await caller.dials(MENU)
            call = await first.phase(Choosing)
            leg = call.legs[0]
            await second.clicks(KeysPressed(call.id, leg.id, leg.step, "7"))
            await second.until(lambda c: isinstance(c.phase, Choosing) and c.phase.mistakes == 1)
            await caller.spoken_to()
            await caller.presses("1")
            await bart.rings()
            await bart.accepts()
            await first.phase(Talking)
            await second.clicks(ConsultAsked(call.id, "bart", "ans"))
            await ans.rings()
            await ans.accepts()
            await first.until(lambda c: isinstance(c.phase, Consulting) and c.phase.stage == "speaking")
            assert await hears(caller, bart, ans) == [{"music"}, {"103"}, {"101"}]
            await second.clicks(CompleteAsked(call.id, "bart"))
            await bart.over()
            assert await hears(caller, ans) == [{"103"}, {"caller"}]
            await caller.hangs_up()
            await ans.over()
            await first.phase(Ended)
            await first.empty()
        await first.close()
        assert await second.link.holds()


async def test_asterisk_dies_and_no_call_stays_open(pbx: Pbx, stage: Stage) -> None:
    async with phones(stage, "101", "caller") as (bart, caller):
        await stage.ready("bart")
        await caller.dials(DIRECT)
        await bart.rings()
        await bart.accepts()
        await stage.phase(Talking)
        await pbx.kill()
        await pbx.start()
        await stage.phase(Ended, seconds=10.0)
        assert (await stage.agent("bart")).state in ("wrap_up", "ready")
    async with phones(stage, "101", "caller") as (bart, caller):
        await linked(stage)
        await stage.ready("bart")
        await caller.dials(DIRECT)
        await bart.rings()
        await bart.accepts()
        await stage.phase(Talking)
        await caller.hangs_up()
        await bart.over()


async def test_the_classic_way_with_the_real_cadence(pbx: Pbx, database: str) -> None:
    """The house connects to ARI by itself; the phone rings 14 seconds: three times, and no fourth."""
    await pbx.cli("dialplan set global WARMLIJN classic")
    try:
        async with house(database, pbx, serving, called=False, given=hurried(5.0)) as stage:
            await linked(stage)
            async with phones(stage, "101", "102", "caller") as (bart, fatima, caller):
                await stage.ready("bart")
                await caller.dials(DIRECT)
                await bart.rings()
                await stage.ready("fatima")
                rang = await bart.rang()
                assert 11.0 < rang < 15.0, rang
                await fatima.rings()
                await fatima.accepts()
                await stage.phase(Talking)
                assert await hears(caller, fatima) == [{"102"}, {"caller"}]
                assert caller.longest_silence <= 2.0
                ((_, missed, seconds), (_, answered, _)) = await stage.outcomes()
                assert (missed, answered) == ("no_answer", "answered")
                assert 13.0 < seconds < 15.0
                await stage.cut()
                await caller.hangs_up()
                await fatima.over()
                await stage.phase(Ended)
                await stage.empty()
    finally:
        await pbx.cli("dialplan set global WARMLIJN warmlijn")
