"""What Asterisk is asked for, request by request: in which order, in one breath, and never twice."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.call.commands import Command
from app.call.legs import Gather, InRoom, Music, Prompt, Ringing, Role
from app.providers.asterisk import dialling
from app.providers.asterisk import sending as sending_module
from app.providers.asterisk.manner import Manner
from app.providers.asterisk.names import playback
from app.providers.asterisk.rest import Answer, Body
from app.providers.asterisk.sending import Sending
from app.providers.asterisk.voices import Voices
from app.providers.base import Order, Refused, Uncertain
from tests.providers.test_asterisk import CALL, CENTRE, INBOUND, LEG, Keys


class Wire:
    """The far end of the link: remembers what it is asked, and says yes to it once it may; what is `gone` is a 404."""

    def __init__(self, *, in_order: bool = True) -> None:
        self.ahead = timedelta()
        self.in_order = in_order
        self.asked: list[str] = []
        self.media: list[list[str]] = []
        self.gone: list[str] = []
        self.conflicts: list[str] = []
        """What is said not to be done, although it is."""
        self.phones: dict[str, str | None] = {}
        """What it says of a phone; None: nothing."""
        self.lost = False
        self.may = asyncio.Event()
        self.may.set()
        self.later: list[asyncio.Task[None]] = []

    def beside(self, what: Coroutine[Any, Any, None]) -> None:
        """Done when the test comes to it."""
        self.later.append(asyncio.get_running_loop().create_task(what))

    async def __call__(
        self, method: str, path: str, query: Mapping[str, str] | None = None, body: Body = None
    ) -> Answer:
        self.asked.append(asked := f"{method} {path}")
        self.media += [] if body is None or "media" not in body else [body["media"]]
        await self.may.wait()
        if self.lost:
            raise Uncertain("the link is gone")
        if asked in self.conflicts:
            return Answer(409, {"message": "Channel with given unique ID already exists"})
        if asked in self.gone:
            self.gone.remove(asked)
            return Answer(404, {"message": "Bridge not found"})
        if (state := self.phones.get(path.removeprefix("/deviceStates/"), "Up")) is None:
            await asyncio.Event().wait()
        return Answer(204, {"state": state})


def sending_over(wire: Wire, tmp_path: Path) -> Sending:
    manner = Manner("warmlijn", "PJSIP/{user}", "PJSIP/{number}@trunk", "waiting", "hold")
    sending = Sending(
        lambda: wire, Voices(tmp_path), Keys(Gather(())).gathers, manner, lambda _leg, _step: False, wire.beside
    )
    sending.met(LEG)
    return sending


def joins(step: int, role: Role = "agent") -> Order:
    command = Command(LEG, step, "Join", InRoom(f"{CALL}-r{step}"), left=f"{CALL}-r{step - 1}" if step > 2 else "")
    return Order(CENTRE, CALL, command, "nl", role=role, line=INBOUND if role == "caller" else "")


@pytest.mark.parametrize("somebody_comes", [False, True])
async def test_a_room_that_everybody_left_goes_unless_somebody_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, somebody_comes: bool
) -> None:
    monkeypatch.setattr(sending_module, "EMPTY", 0.05)
    wire = Wire()
    sending = sending_over(wire, tmp_path)
    going = asyncio.create_task(sending.emptied(f"{CALL}-r2"))
    await asyncio.sleep(0)
    if somebody_comes:
        await sending.send(joins(2))
    await going
    assert (f"DELETE /bridges/{CALL}-r2" in wire.asked) == (not somebody_comes)


@pytest.mark.parametrize("in_order", [True, False])
async def test_over_the_link_no_request_waits_for_the_answer_to_the_one_before(tmp_path: Path, in_order: bool) -> None:
    wire = Wire(in_order=in_order)
    sending = sending_over(wire, tmp_path)
    await sending.send(joins(2))
    wire.asked.clear()
    wire.may.clear()
    going = asyncio.create_task(sending.send(joins(3)))
    await asyncio.sleep(0.01)
    whole = [f"POST /bridges/{CALL}-r2/removeChannel", f"POST /bridges/{CALL}-r3",
             f"POST /bridges/{CALL}-r3/addChannel"]  # fmt: skip
    assert wire.asked == (whole if in_order else whole[:1])
    wire.may.set()
    await going
    assert wire.asked == whole


async def test_a_room_that_went_away_is_made_again(tmp_path: Path) -> None:
    wire = Wire()
    sending = sending_over(wire, tmp_path)
    await sending.send(joins(2))
    wire.asked.clear()
    wire.gone.append(f"POST /bridges/{CALL}-r2/addChannel")
    await sending.send(joins(2))
    enter = f"POST /bridges/{CALL}-r2/addChannel"
    assert [each for each in wire.asked if "bridges" in each] == [enter, f"POST /bridges/{CALL}-r2", enter]


def says(step: int, left: str = "") -> Order:
    return Order(CENTRE, CALL, Command(LEG, step, "Say", Prompt(()), left), "nl", role="caller", line=INBOUND)


async def test_a_caller_is_answered_and_spoken_to_in_one_breath_with_music_behind_it(tmp_path: Path) -> None:
    wire = Wire()
    sending = sending_over(wire, tmp_path)
    wire.may.clear()
    going = asyncio.create_task(sending.send(says(2)))
    await asyncio.sleep(0.01)
    play = f"POST /channels/{INBOUND}/play/{LEG}_2"
    assert wire.asked == [f"POST /channels/{INBOUND}/answer", play]
    wire.may.set()
    await going
    assert wire.media[0][:3] == [f"sound:{tmp_path / name}" for name in ("silence", "pause", "music")]
    wire.asked.clear()
    await sending.send(says(2))
    assert not {play, f"DELETE /playbacks/{LEG}_2"} & {*wire.asked}, "what sounds already sounds on"
    wire.asked.clear()
    await sending.send(says(3))
    assert wire.asked == [f"POST /channels/{INBOUND}/play/{LEG}_3", f"DELETE /playbacks/{LEG}_2"]


async def test_what_two_take_over_from_a_dead_process_is_said_once_and_nothing_that_is_late(tmp_path: Path) -> None:
    wire = Wire()
    sending = sending_over(wire, tmp_path)
    wire.gone += [f"GET /playbacks/{LEG}_7", *2 * (f"DELETE /playbacks/{LEG}_6",)]
    await asyncio.gather(sending.send(says(7)), sending.send(says(7)))
    assert wire.asked.count(f"POST /channels/{INBOUND}/play/{LEG}_7") == 1
    wire.asked.clear()
    await sending.send(says(6))
    assert wire.asked == []
    assert sending.passed(playback(LEG, 6)), "another process was late: it is stopped as soon as it sounds"
    assert not sending.passed(playback(LEG, 7))


async def test_who_may_have_been_answered_is_asked_before_everything_waits_for_the_end_of_what_they_hear(
    tmp_path: Path,
) -> None:
    wire = Wire()
    sending = sending_over(wire, tmp_path)
    wire.lost = True
    with pytest.raises(Uncertain):
        await sending.send(says(2))
    wire.lost = False
    wire.asked.clear()
    await sending.send(says(3))
    assert wire.asked[0] == f"GET /channels/{INBOUND}"
    assert f"POST /channels/{INBOUND}/answer" not in wire.asked


async def test_between_two_requests_a_caller_always_hears_something(tmp_path: Path) -> None:
    wire = Wire()
    sending = sending_over(wire, tmp_path)
    music, over = f"POST /channels/{INBOUND}/moh", f"DELETE /channels/{INBOUND}/moh"
    await sending.send(says(2))
    wire.asked.clear()
    await sending.send(joins(3, "caller"))
    assert wire.asked == [music, f"DELETE /playbacks/{LEG}_2", f"POST /bridges/{CALL}-r2/removeChannel",
                          f"POST /bridges/{CALL}-r3", f"POST /bridges/{CALL}-r3/addChannel", over]  # fmt: skip
    wire.asked.clear()
    await sending.send(says(4, f"{CALL}-r3"))
    assert wire.asked == [music, f"POST /bridges/{CALL}-r3/removeChannel", f"POST /channels/{INBOUND}/play/{LEG}_4"]
    wire.asked.clear()
    await sending.send(Order(CENTRE, CALL, Command(LEG, 5, "Music", Music()), "nl", role="caller", line=INBOUND))
    assert wire.asked == [music, f"DELETE /playbacks/{LEG}_4"]
    wire.asked.clear()
    await sending.send(joins(6, "caller"))
    assert wire.asked[0] == f"POST /bridges/{CALL}-r5/removeChannel", "the music goes on"
    assert wire.asked[-2:] == [f"POST /bridges/{CALL}-r6/addChannel", over]


async def test_what_is_heard_is_over_before_a_leg_is_led_away(tmp_path: Path) -> None:
    wire = Wire()
    sending = sending_over(wire, tmp_path)
    await sending.send(says(2))
    wire.asked.clear()
    wire.gone.append(f"GET /playbacks/{LEG}_2")
    await sending.cease(LEG, 0)
    assert wire.asked == [f"DELETE /playbacks/{LEG}_2", f"GET /playbacks/{LEG}_2"]


def test_who_speaks_elsewhere_is_asked_about_once(tmp_path: Path) -> None:
    sending = sending_over(Wire(), tmp_path)
    assert not sending.plays(playback(LEG, 2))
    assert sending.plays(playback(LEG, 2)), "its music began"
    assert not sending.plays(playback(LEG, 3))
    assert sending.plays("somebody-elses")


async def test_what_another_process_let_sound_is_stopped_before_a_leg_joins(tmp_path: Path) -> None:
    wire = Wire()
    sending = sending_over(wire, tmp_path)
    await sending.send(joins(2))
    assert [each for each in wire.asked if "playbacks" in each or "moh" in each] == []
    await sending.send(joins(4))
    assert f"DELETE /playbacks/{LEG}_3" in wire.asked
    assert wire.asked.index(f"DELETE /channels/{LEG}/moh") < wire.asked.index(f"POST /bridges/{CALL}-r4/addChannel")


def dials(role: Role, address: str = "sip:103@pbx") -> Order:
    return Order(CENTRE, CALL, Command(LEG, 2, "Dial", Ringing(address)), "nl", role=role)


@pytest.mark.parametrize("state", ["INUSE", "BUSY", "ONHOLD", "RINGINUSE"])
async def test_a_colleague_who_speaks_on_the_phone_is_not_rung_and_counts_as_busy(tmp_path: Path, state: str) -> None:
    wire = Wire()
    wire.phones["PJSIP%2F103"] = state
    with pytest.raises(Refused) as refused:
        await sending_over(wire, tmp_path).send(dials("colleague"))
    assert (refused.value.gone, refused.value.cause) == (True, "busy")
    assert wire.asked == ["GET /deviceStates/PJSIP%2F103"]


@pytest.mark.parametrize("state", ["NOT_INUSE", "RINGING", "UNAVAILABLE", "UNKNOWN", "of a later Asterisk", "", None])
async def test_any_other_colleague_is_rung_also_when_nothing_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: str | None
) -> None:
    monkeypatch.setattr(dialling, "ASKED", 0.05)
    wire = Wire()
    wire.phones["PJSIP%2F103"] = state
    wire.gone += ["GET /deviceStates/PJSIP%2F103"] if state == "" else []
    await sending_over(wire, tmp_path).send(dials("colleague"))
    assert wire.asked == ["GET /deviceStates/PJSIP%2F103", "POST /channels"]


@pytest.mark.parametrize(("role", "address"), [("agent", "sip:103@pbx"), ("colleague", "tel:+31612345678")])
async def test_of_an_agent_the_state_is_known_and_of_a_mobile_there_is_none(
    tmp_path: Path, role: Role, address: str
) -> None:
    wire = Wire()
    await sending_over(wire, tmp_path).send(dials(role, address))
    assert wire.asked == ["POST /channels"]


async def test_a_transfer_key_is_answered_a_moment_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An Asterisk that tells of it is not ready for an answer yet."""
    monkeypatch.setattr(sending_module, "READY", 0.05)
    wire = Wire()
    answering = asyncio.create_task(sending_over(wire, tmp_path).transferred(LEG))
    await asyncio.sleep(0)
    assert wire.asked == []
    await answering
    assert wire.asked == [f"POST /channels/{LEG}/transfer_progress"]


@pytest.mark.parametrize("meanwhile", ["nothing", "something new was told", "this process hung"])
async def test_music_of_a_caller_who_joined_is_stopped_twice_unless_somebody_may_have_told_something_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    """Asterisk may forget the first."""
    monkeypatch.setattr(sending_module, "AGAIN", 0.05)
    wire = Wire()
    sending = sending_over(wire, tmp_path)
    await sending.send(Order(CENTRE, CALL, Command(LEG, 2, "Music", Music("hold")), "nl", line=INBOUND))
    await sending.send(joins(3, "caller"))
    if meanwhile == "this process hung":
        await asyncio.sleep(0)
        time.sleep(sending_module.AGAIN + sending_module.HUNG)
    if meanwhile == "something new was told":
        await sending.send(Order(CENTRE, CALL, Command(LEG, 4, "Music", Music("hold")), "nl", line=INBOUND))
    await asyncio.gather(*wire.later)
    assert wire.asked.count(f"DELETE /channels/{INBOUND}/moh") == (2 if meanwhile == "nothing" else 1)


@pytest.mark.parametrize("there", [True, False])
async def test_that_a_phone_was_not_dialled_is_only_believed_when_there_is_no_channel(
    tmp_path: Path, there: bool
) -> None:
    wire = Wire()
    wire.conflicts.append("POST /channels")
    wire.gone += [] if there else [f"GET /channels/{LEG}"]
    dialled = sending_over(wire, tmp_path).send(dials("agent"))
    if there:
        await dialled
    else:
        with pytest.raises(Refused):
            await dialled
    assert wire.asked == ["POST /channels", f"GET /channels/{LEG}"]
