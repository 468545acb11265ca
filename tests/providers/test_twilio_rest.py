"""Commands over real HTTP to the imitated platform: what is sent, and what is made of each answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
import yaml

from app.call.commands import Command, Name
from app.call.events import LegEnded, LegSeen
from app.call.legs import Doing, Gather, InRoom, Leaving, Music, Prompt, Ringing
from app.providers.base import Order, Refused, Uncertain
from app.providers.twilio import Twilio
from tests.providers import twilio_switch
from tests.providers.twilio_hooks import ACCOUNT, TOKEN, platform
from tests.providers.twilio_switch import Switch

CALL = "abcdefghijklmnopqrst"
SPECIFICATION = Path(__file__).parents[3] / "shared" / "payloads" / "twilio" / "twilio_api_v2010.yaml"
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
async def switch() -> AsyncIterator[Switch]:
    async with Switch(ACCOUNT, TOKEN) as made:
        yield made


@pytest.fixture
async def twilio(switch: Switch) -> AsyncIterator[Twilio]:
    """Its webhooks lead nowhere: here only commands are looked at."""
    made = platform(public=NOWHERE, api=switch.url)
    yield made
    await made.close()


def order(
    name: Name,
    do: Doing | None = None,
    *,
    line: str = "",
    leg: str = f"{CALL}.2",
    role: str = "agent",
    shows: str = "",
    room: str = "",
) -> Order:
    command = Command(leg, 4, name, do)
    return Order("stad", CALL, command, "nl", shows=shows, line=line, role=role, room=room)


def dial(address: str = "sip:101@pbx.example", **more: str) -> Order:
    return order("Dial", Ringing(address, backstop=int(more.pop("backstop", "25"))), **more)


async def test_a_phone_inside_is_dialled_and_shows_the_caller(switch: Switch, twilio: Twilio) -> None:
    sid = await twilio.send(dial(shows="+31612345678"))
    assert switch.lines[sid].to == "sip:101@pbx.example"
    method, path, form = switch.requests[0]
    assert (method, path) == ("POST", f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json")
    hooks = f"{NOWHERE}/hooks/stad/twilio"
    assert form == {
        "To": ["sip:101@pbx.example"],
        "From": ["+31612345678"],
        "Url": [f"{hooks}/answer?leg={CALL}.2"],
        "Method": ["POST"],
        "StatusCallback": [f"{hooks}/leg?leg={CALL}.2"],
        "StatusCallbackEvent": ["initiated", "ringing", "answered", "completed"],
        "StatusCallbackMethod": ["POST"],
        "Timeout": ["25"],
    }


async def test_a_colleagues_phone_outside_shows_our_number_and_is_listened_to_for_a_voicemail(
    switch: Switch, twilio: Twilio
) -> None:
    await twilio.send(dial("tel:+31687654321", role="colleague", shows="+31612345678"))
    form = switch.requests[0][2]
    assert (form["To"], form["From"]) == (["+31687654321"], ["+31123456789"])
    assert (form["MachineDetection"], form["AsyncAmd"]) == (["Enable"], ["true"])
    assert form["AsyncAmdStatusCallback"] == form["StatusCallback"]


async def test_an_agents_phone_and_a_phone_inside_are_never_listened_to(switch: Switch, twilio: Twilio) -> None:
    await twilio.send(dial("tel:+31687654321", role="agent"))
    await twilio.send(dial("sip:201@pbx.example", role="colleague"))
    assert not any("MachineDetection" in form for _, _, form in switch.requests)


async def test_a_phone_inside_shows_our_number_when_the_caller_has_none(switch: Switch, twilio: Twilio) -> None:
    await twilio.send(dial())
    assert switch.requests[0][2]["From"] == ["+31123456789"]


async def test_without_any_number_to_show_nothing_is_dialled(switch: Switch) -> None:
    mute = platform(public=NOWHERE, api=switch.url, shows=None)
    with pytest.raises(Refused, match="TWILIO_FROM_NUMBER"):
        await mute.send(dial())
    assert switch.requests == []
    await mute.close()


@pytest.mark.parametrize(("asked", "sent"), [("1", "5"), ("30", "30"), ("9999", "600")])
async def test_the_backstop_stays_within_what_the_platform_takes(
    switch: Switch, twilio: Twilio, asked: str, sent: str
) -> None:
    await twilio.send(dial(backstop=asked))
    assert switch.requests[0][2]["Timeout"] == [sent]


@pytest.mark.parametrize(
    ("name", "do"),
    [
        ("Say", Prompt(())),
        ("Gather", Gather(())),
        ("Music", Music()),
        ("Ringback", Music("ringback")),
        ("Join", InRoom(f"{CALL}-r1")),
    ],
)
async def test_whatever_else_a_leg_is_to_do_it_is_sent_to_fetch_its_present_step(
    switch: Switch, twilio: Twilio, name: Name, do: Doing
) -> None:
    sid = await up(switch, twilio)
    assert await twilio.send(order(name, do, line=sid)) == ""
    method, path, form = switch.requests[-1]
    assert (method, path) == ("POST", f"/2010-04-01/Accounts/{ACCOUNT}/Calls/{sid}.json")
    assert form == {"Url": [f"{NOWHERE}/hooks/stad/twilio/doc?leg={CALL}.2&step=4"], "Method": ["POST"]}


async def up(switch: Switch, twilio: Twilio, address: str = "sip:101@pbx.example") -> str:
    """A dialled phone that was picked up and stays so, whatever document it gets."""
    sid = await twilio.send(dial(address))
    line = switch.lines[sid]
    line.status, line.doing = "in-progress", "say"
    return sid


async def test_withdrawing_spares_a_phone_picked_up_meanwhile_and_hanging_up_does_not(
    switch: Switch, twilio: Twilio
) -> None:
    ringing, answered = await twilio.send(dial()), await up(switch, twilio, "sip:102@pbx.example")
    await twilio.send(order("StopRinging", Leaving(), line=ringing))
    await twilio.send(order("StopRinging", Leaving(), line=answered))
    assert (switch.lines[ringing].status, switch.lines[answered].status) == ("canceled", "in-progress")
    await twilio.send(order("HangUp", Leaving(), line=answered))
    assert switch.lines[answered].status == "completed"


@pytest.mark.parametrize("name", ["HangUp", "StopRinging"])
async def test_what_is_gone_already_needs_no_hanging_up(switch: Switch, twilio: Twilio, name: Name) -> None:
    sid = await twilio.send(dial())
    switch.lines[sid].over("no-answer", "487")
    assert await twilio.send(order(name, Leaving(), line=sid)) == ""
    assert await twilio.send(order(name, Leaving(), line="CA" + "0" * 32)) == ""


async def test_a_line_that_is_over_refuses_to_join_and_says_that_it_is_gone(switch: Switch, twilio: Twilio) -> None:
    sid = await twilio.send(dial())
    switch.lines[sid].over("no-answer", "487")
    for line in (sid, "CA" + "0" * 32):
        with pytest.raises(Refused) as caught:
            await twilio.send(order("Join", InRoom("r"), line=line))
        assert caught.value.gone


async def test_a_leg_whose_line_is_not_known_yet_is_asked_for_again(switch: Switch, twilio: Twilio) -> None:
    with pytest.raises(Uncertain):
        await twilio.send(order("StopRinging", Leaving()))
    assert switch.requests == []


async def test_a_definite_refusal_tells_its_number_and_nothing_that_was_sent(switch: Switch) -> None:
    stranger = platform(public=NOWHERE, api=switch.url, tokens=("another-token-0123456789",))
    with pytest.raises(Refused, match="401, error 20003") as caught:
        await stranger.send(dial(shows="+31612345678"))
    assert not caught.value.gone
    assert "612345678" not in str(caught.value)
    await stranger.close()


@pytest.mark.parametrize("trouble", ["500", "503"])
async def test_a_failure_of_the_platform_leaves_it_uncertain(switch: Switch, twilio: Twilio, trouble: str) -> None:
    switch.trouble.append(trouble)
    with pytest.raises(Uncertain):
        await twilio.send(dial())
    assert switch.lines == {}


async def test_done_but_the_answer_was_lost_is_uncertain_and_never_sent_again_by_itself(
    switch: Switch, twilio: Twilio
) -> None:
    switch.trouble.append("lost")
    with pytest.raises(Uncertain):
        await twilio.send(dial())
    assert len(switch.lines) == len(switch.requests) == 1


async def test_one_request_too_many_is_made_again_in_a_moment(switch: Switch, twilio: Twilio) -> None:
    switch.trouble.extend(["429", "429"])
    assert await twilio.send(dial()) in switch.lines
    assert len(switch.requests) == 3


async def test_a_platform_that_takes_no_more_certainly_did_not_dial(switch: Switch, twilio: Twilio) -> None:
    sid = await up(switch, twilio)
    switch.trouble.extend(["429"] * 3)
    with pytest.raises(Refused):
        await twilio.send(dial("sip:102@pbx.example"))
    switch.trouble.extend(["429"] * 3)
    with pytest.raises(Uncertain):
        await twilio.send(order("Join", InRoom("r"), line=sid))


async def test_a_platform_that_cannot_be_reached_certainly_did_not_dial_and_may_be_told_to_hang_up_again() -> None:
    away = platform(public=NOWHERE, api=NOWHERE)
    with pytest.raises(Refused, match="could not be reached"):
        await away.send(dial())
    with pytest.raises(Uncertain, match="could not be reached"):
        await away.send(order("HangUp", Leaving(), line="CA1"))
    await away.close()


@asynccontextmanager
async def answering(answer: bytes | None) -> AsyncIterator[Twilio]:
    """A platform whose server says exactly this to every request and hangs up, or, when None, never says anything."""
    done = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if answer is None:
            await done.wait()
        writer.write(answer or b"")
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        made = platform(public=NOWHERE, api=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        yield made
        done.set()
        await made.close()
        await asyncio.sleep(0.01)


async def test_an_answer_that_never_comes_is_uncertain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.providers.twilio.rest.TIMEOUT", 0.2)
    async with answering(None) as slow:
        with pytest.raises(Uncertain, match="in time"):
            await slow.send(dial())
        with pytest.raises(Uncertain):
            await slow.look(order("Look", line="CA1"))


async def test_a_connection_that_is_cut_off_leaves_it_uncertain() -> None:
    async with answering(b"") as broken:
        with pytest.raises(Uncertain, match="connection failed"):
            await broken.send(dial())


async def test_an_answer_that_is_not_json_is_uncertain() -> None:
    async with answering(b"HTTP/1.1 201 Created\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<html>") as odd:
        with pytest.raises(Uncertain, match="JSON"):
            await odd.send(dial())


async def test_looking_tells_how_a_leg_does(switch: Switch, twilio: Twilio) -> None:
    switch.phones["sip:101@pbx.example"] = twilio_switch.silent
    sid = await twilio.send(dial())
    look = order("Look", line=sid)
    assert await twilio.look(look) == LegSeen(CALL, f"{CALL}.2", "dialling")
    switch.lines[sid].ringing()
    assert await twilio.look(look) == LegSeen(CALL, f"{CALL}.2", "ringing")
    switch.lines[sid].status = "in-progress"
    assert await twilio.look(look) == LegSeen(CALL, f"{CALL}.2", "up")
    switch.lines[sid].over("completed")
    assert await twilio.look(look) == LegEnded(CALL, f"{CALL}.2", "normal")


@pytest.mark.parametrize(("status", "cause"), [("busy", "busy"), ("no-answer", "no_answer"), ("canceled", "cancelled")])
async def test_looking_at_a_leg_whose_end_was_never_reported_tells_why_it_ended(
    switch: Switch, twilio: Twilio, status: str, cause: str
) -> None:
    sid = await twilio.send(dial())
    switch.lines[sid].over(status)
    assert await twilio.look(order("Look", line=sid)) == LegEnded(CALL, f"{CALL}.2", cause)  # type: ignore[arg-type]
    caller = order("Look", line=sid, role="caller", leg=f"{CALL}.1")
    assert await twilio.look(caller) == LegEnded(CALL, f"{CALL}.1", "normal")


@pytest.mark.parametrize("line", ["", "CA" + "0" * 32])
async def test_a_leg_the_platform_does_not_know_is_lost(twilio: Twilio, line: str) -> None:
    assert await twilio.look(order("Look", line=line)) == LegEnded(CALL, f"{CALL}.2", "lost")


@pytest.mark.parametrize("asked", ["", f"{CALL}-r2"])
async def test_looking_tells_in_which_room_of_this_call_a_leg_is(switch: Switch, twilio: Twilio, asked: str) -> None:
    sid, other = await up(switch, twilio), await up(switch, twilio, "sip:102@pbx.example")
    switch.room(f"{CALL}-r1").inside.append(switch.lines[other])
    switch.room(f"{CALL}-r2").inside.append(switch.lines[sid])
    switch.room("zzzzzzzzzzzzzzzzzzzz-r2").inside.append(switch.lines[other])
    assert await twilio.look(order("Look", line=sid, room=asked)) == LegSeen(CALL, f"{CALL}.2", "up", f"{CALL}-r2")


async def test_a_leg_that_is_not_where_it_should_be_is_seen_outside(switch: Switch, twilio: Twilio) -> None:
    sid = await up(switch, twilio)
    look = order("Look", line=sid, room=f"{CALL}-r2")
    assert await twilio.look(look) == LegSeen(CALL, f"{CALL}.2", "up", "")


async def test_when_the_platform_does_not_say_it_is_asked_again(switch: Switch, twilio: Twilio) -> None:
    sid = await twilio.send(dial())
    for trouble in ("500", "401"):
        switch.trouble.append(trouble)
        with pytest.raises(Uncertain):
            await twilio.look(order("Look", line=sid))


def test_the_imitation_knows_only_form_fields_the_real_platform_has() -> None:
    if not SPECIFICATION.is_file():
        pytest.skip("the platform's own description is not beside this repository")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    paths = yaml.load(SPECIFICATION.read_text(), loader)["paths"]
    base = "/2010-04-01/Accounts/{AccountSid}/Calls"
    ours_of = {f"{base}.json": twilio_switch.CREATE_FIELDS, f"{base}/{{Sid}}.json": twilio_switch.UPDATE_FIELDS}
    for path, ours in ours_of.items():
        content = paths[path]["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"]
        assert set(ours) <= content["schema"]["properties"].keys()
