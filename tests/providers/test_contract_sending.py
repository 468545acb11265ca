"""Every platform passes the same behaviours: what is sent is done, gone, refused or uncertain, and is told as such."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from app.call.commands import Command, Name
from app.call.events import LegEnded, LegSeen
from app.call.legs import Doing, InRoom, Leaving, Ringing
from app.providers.base import Order, Refused, Uncertain
from tests.providers.far_ends import FarEnd, far_end, reaching_nobody
from tests.providers.test_contract import PLATFORMS

CALL = "abcdefghijklmnopqrst"
ROOM = f"{CALL}-r1"
PHONE = "sip:101@pbx.example"


@pytest.fixture(params=PLATFORMS)
async def far(request: pytest.FixtureRequest) -> AsyncIterator[FarEnd]:
    async with far_end(request.param) as made:
        yield made


def order(name: Name, do: Doing | None = None, line: str = "", leg: int = 2) -> Order:
    step = 3 if name == "Dial" else 4
    return Order("stad", CALL, Command(f"{CALL}.{leg}", step, name, do), "nl", line=line, role="agent", room=ROOM)


def dial(leg: int = 2, address: str = PHONE) -> Order:
    return order("Dial", Ringing(address, backstop=30), leg=leg)


def join(line: str = "") -> Order:
    return order("Join", InRoom(ROOM), line)


async def test_a_dial_names_the_line_that_it_got(far: FarEnd) -> None:
    line = await far.provider.send(dial())
    assert far.live() == {line: PHONE}


async def test_withdrawing_a_phone_spares_who_picked_up_meanwhile_and_hanging_up_spares_nobody(far: FarEnd) -> None:
    rings, talks, leaves = [await far.provider.send(dial(leg, f"sip:{leg}@pbx.example")) for leg in (2, 3, 4)]
    far.picks_up(talks)
    far.picks_up(leaves)
    await far.provider.send(order("StopRinging", Leaving(), rings))
    await far.provider.send(order("StopRinging", Leaving(), talks, leg=3))
    await far.provider.send(order("HangUp", Leaving(), leaves, leg=4))
    assert far.live() == {talks: "sip:3@pbx.example"}


async def test_a_line_that_is_over_is_told_as_gone(far: FarEnd) -> None:
    line = await far.provider.send(dial())
    far.ends(line)
    with pytest.raises(Refused) as told:
        await far.provider.send(join(line))
    assert told.value.gone


async def test_what_the_platform_refuses_is_refused_and_the_line_is_not_gone(far: FarEnd) -> None:
    far.fails(400)
    with pytest.raises(Refused) as told:
        await far.provider.send(dial())
    assert not told.value.gone
    assert far.live() == {}
    line = await far.provider.send(dial())
    far.fails(400)
    with pytest.raises(Refused) as told:
        await far.provider.send(join(line))
    assert not told.value.gone


async def test_what_fails_at_the_platform_is_uncertain(far: FarEnd) -> None:
    line = await far.provider.send(dial())
    for sent in (dial(3), join(line)):
        far.fails(503)
        with pytest.raises(Uncertain):
            await far.provider.send(sent)
    far.fails(503)
    with pytest.raises(Uncertain):
        await far.provider.look(order("Look", line=line))


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_where_nobody_listens_nothing_was_dialled_and_the_rest_is_sent_again(platform: str) -> None:
    provider = reaching_nobody(platform)
    with pytest.raises(Refused) as told:
        await provider.send(dial())
    assert not told.value.gone
    with pytest.raises(Uncertain):
        await provider.send(join("CA1"))
    await provider.close()


async def test_looking_tells_that_a_leg_is_up_and_in_which_room_and_later_that_it_is_over(far: FarEnd) -> None:
    line = await far.provider.send(dial())
    look = order("Look", line=line)
    assert await far.provider.look(look) in [LegSeen(CALL, f"{CALL}.2", state) for state in ("dialling", "ringing")]
    far.picks_up(line)
    assert await far.provider.look(look) == LegSeen(CALL, f"{CALL}.2", "up")
    far.enters(line, ROOM)
    assert await far.provider.look(look) == LegSeen(CALL, f"{CALL}.2", "up", ROOM)
    far.ends(line)
    seen = await far.provider.look(look)
    assert isinstance(seen, LegEnded)
    assert seen.leg == f"{CALL}.2"
