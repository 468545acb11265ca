"""The switch in memory notices what must never happen, and does what a PBX does when the service is not there."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from app.providers.demo import Mischief, Silent, Switch
from app.providers.demo.legs import Leg
from app.providers.demo.server import serving
from app.providers.generic import commands
from app.providers.generic.signing import Signer
from tests.providers.pbx_side import OTHER, SECRET

CALL = "abcdefghijklmnopqrst"
CALLER, PHONE = f"{CALL}.1", f"{CALL}.2"
Answer = dict[str, Any] | int


class Service:
    """Stands where the service would be: remembers what it is told and answers as the test says."""

    def __init__(self, answer: Callable[[str, int], Answer]) -> None:
        self._answer = answer
        self.told: list[tuple[str, str]] = []
        """Kind and id of every event, in the order of arrival."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = (await receive())["body"]
        Signer([SECRET]).verify({name.decode(): value.decode() for name, value in scope["headers"]}, body)
        event = json.loads(body)
        kind = event["type"].removeprefix("nl.warmlijn.telephony.").removesuffix(".v1")
        answer = self._answer(kind, sum(kind == before for before, _ in self.told))
        self.told.append((kind, event["id"]))
        status, content = (answer, b"") if isinstance(answer, int) else (200, json.dumps(answer).encode())
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": content})

    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.told]


@asynccontextmanager
async def opened(
    answer: Callable[[str, int], Answer], *, pace: float = 0.05, mischief: Mischief | None = None
) -> AsyncIterator[tuple[Switch, Service]]:
    service = Service(answer)
    async with serving(service) as url:
        switch = Switch(f"{url}/events", (SECRET,), (OTHER,), pace=pace, mischief=mischief)
        try:
            yield switch, service
        finally:
            await switch.close()


def welcome(kind: str, before: int) -> Answer:
    """The caller is asked for a key; everything else is only taken."""
    if kind != "call.offered":
        return 202
    gather = {"do": "gather", "call": CALL, "leg": CALLER, "step": 2, "sentences": ["Toets 1."], "language": "nl"}
    return {"call": CALL, "leg": CALLER, "commands": [{**gather, "keys": 1, "timeout": 2.0}]}


async def rung(switch: Switch) -> None:
    caller = switch.caller("+31612345678", "R. Bakker")
    await caller.rings("140123")


async def test_a_caller_left_in_silence_is_noticed() -> None:
    async with opened(welcome) as (switch, _):
        await rung(switch)
        await switch.until(lambda: list(switch.problems()), "silence is noticed", 200)
        assert list(switch.problems()) == [f"the caller {CALLER} hears nothing"]
        switch.carry_out(commands.Music(call=CALL, leg=CALLER, step=3, tune="waiting"))
        assert "heard nothing for" in switch.watch.violations[0]


async def test_a_phone_that_rings_a_fourth_time_is_noticed() -> None:
    async with opened(welcome, pace=0.25) as (switch, _):
        switch.phone("sip:a@x.example", Silent())
        switch.carry_out(commands.Dial(call=CALL, leg=PHONE, step=1, address="sip:a@x.example", backstop=19))
        await switch.until(lambda: not switch.legs[PHONE].live, "the phone stops", 60)
        assert "more than 3 rings" in switch.watch.violations[0]


async def test_who_is_alone_in_a_room_hears_nothing_and_who_is_not_hears_the_other() -> None:
    async with opened(welcome) as (switch, _):
        for number, caller in ((1, True), (2, False)):
            leg = switch.legs[f"{CALL}.{number}"] = Leg(f"{CALL}.{number}", f"sip:{number}", "up", caller=caller)
            switch.carry_out(commands.Join(call=CALL, leg=leg.id, step=2, room="r1"))
        assert [leg.hears for leg in switch.legs.values()] == ["people", "people"]
        switch.carry_out(commands.HangUp(call=CALL, leg=PHONE, step=3))
        assert switch.legs[CALLER].hears == "nothing"


async def test_a_step_is_done_once_and_an_old_one_not_at_all() -> None:
    async with opened(welcome) as (switch, service):
        leg = switch.legs[CALLER] = Leg(CALLER, "x", "up", caller=True)
        for step, room in ((3, "r1"), (3, "r2"), (2, "r3")):
            assert switch.carry_out(commands.Join(call=CALL, leg=CALLER, step=step, room=room))[0] == 200
        assert leg.room == "r1"
        await switch.until(lambda: service.told, "the join is told")
        assert service.kinds() == ["leg.joined"]


async def test_a_command_for_a_leg_long_over_is_refused_and_noticed() -> None:
    async with opened(welcome) as (switch, _):
        leg = switch.legs[CALLER] = Leg(CALLER, "x", "up", caller=True)
        switch.end(leg, "normal")
        music = commands.Music(call=CALL, leg=CALLER, step=2, tune="waiting")
        assert switch.carry_out(music)[0] == 410
        assert switch.watch.violations == []
        await switch.until(lambda: leg.told_over_at is not None, "the end is told")
        await asyncio.sleep(1.1)
        assert switch.carry_out(commands.HangUp(call=CALL, leg=CALLER, step=2))[0] == 410
        assert switch.watch.violations == []
        switch.carry_out(music)
        assert "is known to be over" in switch.watch.violations[0]


async def test_the_degrade_answer_brings_the_caller_to_the_kcc_and_is_told() -> None:
    def degraded(kind: str, before: int) -> Answer:
        if kind == "call.offered":
            return {"commands": [{"do": "degrade", "to": "+31123456700"}], "degraded": True}
        return 503 if before == 0 else 202

    async with opened(degraded) as (switch, service):
        caller = switch.caller("+31612345678")
        await caller.rings("140123")
        assert caller.leg.hears == "the KCC"
        await switch.until(lambda: len(service.told) == 3, "it is told until it is taken", 100)
        assert service.kinds() == ["call.offered", "call.degraded", "call.degraded"]
        assert service.told[1] == service.told[2]


async def test_an_event_is_sent_with_the_same_id_until_it_is_taken() -> None:
    async with opened(lambda _, before: 503 if before < 2 else 202) as (switch, service):
        switch.end(switch.legs.setdefault(CALLER, Leg(CALLER, "x", "up", caller=True)), "normal")
        await switch.until(lambda: len(service.told) == 3, "it is taken", 100)
        assert len(set(service.told)) == 1


async def test_mischief_tells_everything_twice() -> None:
    async with opened(welcome, mischief=Mischief(twice=True, overtake=0.01)) as (switch, service):
        await rung(switch)
        await switch.until(lambda: "input.timed-out" in service.kinds(), "the input is over", 200)
        await switch.until(lambda: len(service.told) == 4, "everything is told twice", 100)
        assert len(set(service.told)) == 2


@pytest.mark.parametrize("status", [400, 403])
async def test_an_event_that_is_refused_for_good_is_a_problem(status: int) -> None:
    async with opened(lambda *_: status) as (switch, _):
        switch.end(switch.legs.setdefault(CALLER, Leg(CALLER, "x", "up", caller=True)), "normal")
        await switch.until(lambda: list(switch.problems()), "it is noticed", 100)
        assert "did not take LegEnded" in next(iter(switch.problems()))
