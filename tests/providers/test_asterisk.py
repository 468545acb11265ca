"""Asterisk's events, as seen on the wire, become ours; keys become what was asked for; sentences become sound."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from app.call import events as core
from app.call.legs import Gather
from app.providers.asterisk.addresses import caller_id, endpoint
from app.providers.asterisk.gathers import Gathers
from app.providers.asterisk.names import leg_of, ours, playback, played
from app.providers.asterisk.provider import Asterisk
from app.providers.asterisk.reading import Read, arrival
from app.providers.asterisk.wire import understand
from app.providers.base import Arrival, Refused, call_id
from app.settings import AsteriskSettings, Secret
from app.web.switch_socket import allowed
from tests.core.policies import policy

CENTRE = "stad"
INBOUND = "pbx-1795433375.4"
CALL = call_id(CENTRE, "asterisk", INBOUND)
LEG = f"{CALL}.2"
AT = "2026-11-23T11:29:35.147+0000"
READ = Read(CENTRE, policy())


def told(kind: str, **fields: Any) -> Arrival | None:
    return arrival(READ, understand(json.dumps({"type": kind, "timestamp": AT, "application": "warmlijn", **fields})))


def made(sounds: Path) -> Asterisk:
    """Without a link."""
    return Asterisk(CENTRE, AsteriskSettings(
        app="warmlijn", called=True, link_secrets=(Secret("x"),), url=None, user="", password=Secret(""),
        sounds=sounds, sounds_seen="", recordings=None, phones="PJSIP/{user}", outside="", music_waiting="a",
        music_hold="b", fallback="down",
    ))  # fmt: skip


def channel(name: str, state: str = "Up", **fields: Any) -> dict[str, Any]:
    return {"id": name, "state": state, "name": "PJSIP/x", "protocol_id": "3742", "language": "nl", **fields}


def inbound(number: str, name: str = "") -> Arrival:
    who = channel(INBOUND, "Ring", caller={"name": name, "number": number})
    found = told("StasisStart", args=["inbound", "0140123"], channel=who)
    assert found is not None
    return found


def test_a_caller_is_offered_with_number_and_name_set_apart() -> None:
    found = inbound("0612345678", "J. de Vries")
    event = found.event
    assert isinstance(event, core.CallOffered)
    assert (event.call, event.leg, event.number.kind) == (CALL, f"{CALL}.1", "mobile")
    assert found.private == {f"{CALL}.number": "+31612345678", f"{CALL}.name": "J. de Vries"}
    assert found.line == (f"{CALL}.1", INBOUND)
    assert (found.urgent, found.replies) == (False, "")
    assert "612345678" not in repr(event)


@pytest.mark.parametrize("number", ["anonymous", "Anonymous", ""])
def test_who_hides_the_number_has_no_name_either(number: str) -> None:
    found = inbound(number, "J. de Vries")
    assert found.private == {}
    assert found.event.number.kind == "withheld"  # type: ignore[union-attr]


def test_both_signs_of_ringing_are_one() -> None:
    ringing = told("ChannelStateChange", channel=channel(LEG, "Ringing"))
    dialling = told("Dial", dialstatus="RINGING", peer=channel(LEG, "Ringing"))
    assert ringing is not None
    assert ringing == dialling
    assert told("Dial", dialstatus="", peer=channel(LEG, "Down")) is None
    progress = told("Dial", dialstatus="PROGRESS", peer=channel(LEG, "Down"))
    assert progress is not None
    assert isinstance(progress.event, core.LegRinging)
    assert progress.event.estimated
    assert progress.key != ringing.key, "a phone that rings after all is told, too"


def test_the_start_of_our_own_leg_is_the_answer() -> None:
    found = told("StasisStart", args=["leg", CALL], channel=channel(LEG))
    assert found is not None
    assert found.event == core.LegAnswered(CALL, LEG)


@pytest.mark.parametrize(
    ("cause", "state", "means"),
    [
        (17, "Ringing", "busy"), (19, "Ringing", "no_answer"), (19, "Down", "unreachable"), (21, "Ringing", "declined"),
        (26, "Ringing", "cancelled"), (16, "Ringing", "cancelled"), (16, "Up", "normal"), (44, "Up", "lost"),
        (3, "Down", "unreachable"), (20, "Down", "unreachable"),
    ],
)  # fmt: skip
def test_why_a_leg_ended(cause: int, state: str, means: str) -> None:
    found = told("ChannelDestroyed", cause=cause, cause_txt="x", tech_cause=480, channel=channel(LEG, state))
    assert found is not None
    assert found.event == core.LegEnded(CALL, LEG, means)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "means"),
    [(603, "declined"), (0, "declined"), (401, "unreachable"), (403, "unreachable"), (407, "unreachable")],
)
def test_a_trunk_that_does_not_let_us_dial_is_nobody_s_decline(status: int, means: str) -> None:
    fields = {"cause": 21, "cause_txt": "Call Rejected", "channel": channel(LEG, "Down")}
    found = told("ChannelDestroyed", **fields, **({"tech_cause": status} if status else {}))
    assert found is not None
    assert found.event == core.LegEnded(CALL, LEG, means)  # type: ignore[arg-type]


def test_that_the_trunk_refuses_is_logged_once_for_each_link(tmp_path: Path) -> None:
    asterisk = made(tmp_path)
    refused = {"type": "ChannelDestroyed", "cause": 21, "tech_cause": 403, "channel": channel(LEG, "Down")}
    event = understand(json.dumps(refused))
    with capture_logs() as logged:
        for _ in range(3):
            assert asterisk.heard(event, READ.policy) is not None
        asterisk.attach(asterisk.rest, lambda _arrival: None)  # type: ignore[arg-type]
        asterisk.heard(event, READ.policy)
    assert [(line["event"], line["status"]) for line in logged] == [("asterisk.dial_refused", 403)] * 2


def test_a_caller_ends_with_the_application_and_a_leg_with_its_channel() -> None:
    found = told("StasisEnd", channel=channel(INBOUND))
    assert found is not None
    assert found.event == core.LegEnded(CALL, f"{CALL}.1", "normal")
    assert told("StasisEnd", channel=channel(LEG)) is None
    assert told("ChannelDestroyed", cause=16, channel=channel(INBOUND)) is None


def test_a_room_of_ours_is_entered_and_others_are_none_of_our_business() -> None:
    room = {"id": f"{CALL}-r1", "channels": [LEG]}
    found = told("ChannelEnteredBridge", bridge=room, channel=channel(LEG))
    assert found is not None
    assert found.event == core.LegJoined(CALL, LEG, f"{CALL}-r1")
    assert told("ChannelEnteredBridge", bridge={"id": "conference", "channels": []}, channel=channel(LEG)) is None
    assert told("StasisStart", args=[], channel=channel("pbx-1.2")) is None
    assert told("StasisStart", args=["somebody", "else"], channel=channel("pbx-1.2")) is None
    assert told("StasisStart", args=["inbound", "1"], channel=channel("pbx-1.2"), replace_channel=channel(LEG)) is None


def test_a_phone_that_goes_is_told_for_its_agent_only() -> None:
    found = told("DeviceStateChanged", device_state={"name": "PJSIP/101", "state": "UNAVAILABLE"})
    assert found is not None
    assert found.event == core.DeviceChanged("bart", "gone")
    assert told("DeviceStateChanged", device_state={"name": "PJSIP/999", "state": "BUSY"}) is None
    assert told("DeviceStateChanged", device_state={"name": "PJSIP/101", "state": "RINGING"}) is None


@pytest.mark.parametrize(
    ("phones", "device", "agent"),
    [("PJSIP/{user}", "PJSIP/101", "bart"), ("PJSIP/desk-{user}", "PJSIP/desk-101", "bart"),
     ("PJSIP/desk-{user}", "PJSIP/101", ""), ("SIP/{user}", "SIP/101", "bart"), ("PJSIP/{user}@pbx", "PJSIP/pbx", "")],
)  # fmt: skip
def test_a_phone_is_found_as_it_is_dialled(phones: str, device: str, agent: str) -> None:
    text = {"type": "DeviceStateChanged", "device_state": {"name": device, "state": "INUSE"}}
    found = arrival(Read(CENTRE, policy(), phones), understand(json.dumps(text)))
    assert (found is not None and found.event) == (agent != "" and core.DeviceChanged(agent, "busy"))


def test_the_transfer_key_names_a_colleague_once() -> None:
    asked = {"refer_to": {"requested_destination": {"destination": "201"}},
             "referred_by": {"source_channel": channel(LEG)}}  # fmt: skip
    found = told("ChannelTransfer", **asked)
    assert found is not None
    assert found.event == core.PhoneTransferAsked(CALL, LEG, "ans")
    assert told("ChannelTransfer", **asked, state="channel_progress") is None


ATTENDED = {
    "destination": "201", "protocol_id": "f06b1193140ecfe9",
    "additional_protocol_params": [
        {"parameter_name": "from", "parameter_value": "ee91ad44f6b947f4"},
        {"parameter_name": "to", "parameter_value": "ab2b7912-f8cf-4d41-a3a8-03d3c73f1ab0"},
    ],
}  # fmt: skip
"""As Asterisk 22.10 tells a REFER whose Refer-To holds Replaces."""


@pytest.mark.parametrize(
    ("requested", "more"),
    [(ATTENDED, {"destination_channel": channel("pbx-1795433375.7"), "connected_channel": channel("pbx-1795433375.8"),
                 "bridge": {"id": "b9f43fd3-011e-438b-b1b0-e8e94d479531", "channels": ["pbx-1795433375.7"]}}),
     (ATTENDED, {}), ({"protocol_id": "nobody"}, {}), ({"destination": ""}, {}), ({}, {})],
    ids=["another line", "a call it has not", "no number", "an empty number", "nothing"],
)  # fmt: skip
def test_an_attended_transfer_of_the_phone_connects_and_consults_nobody(
    requested: dict[str, Any], more: dict[str, Any]
) -> None:
    found = told("ChannelTransfer", refer_to={"requested_destination": requested, **more},
                 referred_by={"source_channel": channel(LEG)})  # fmt: skip
    assert found is not None
    assert found.event == core.PhoneTransferAsked(CALL, LEG, "", "unknown")


def test_what_is_no_event_is_refused_by_name() -> None:
    assert told("ChannelVarset", variable="X", value="Y") is None
    assert ours(LEG)
    assert not ours(INBOUND)
    assert leg_of(CENTRE, INBOUND) == f"{CALL}.1"
    assert played(playback(LEG, 7)) == (LEG, 7)
    assert played("somebody-elses") is None


@pytest.mark.parametrize("uri", ["sip:101,201@x", "sip:101&PJSIP/9@x", "sip:@x", "tel:0900", "local:x", "tel:112"])
def test_no_sign_of_an_address_reaches_the_dialplan(uri: str) -> None:
    with pytest.raises(Refused):
        endpoint(uri, "PJSIP/{user}", "PJSIP/{number}@trunk")


def test_an_address_is_dialled_inside_or_through_the_trunk() -> None:
    assert endpoint("sip:101@pbx", "PJSIP/{user}", "") == "PJSIP/101"
    assert endpoint("tel:+31612300001", "PJSIP/{user}", "PJSIP/{number}@trunk") == "PJSIP/+31612300001@trunk"
    assert endpoint("tel:+31612300001", "PJSIP/{user}", "PJSIP/0{national}@pbx") == "PJSIP/00612300001@pbx"
    assert endpoint("tel:+31612300001", "PJSIP/{user}", "PJSIP/{international}@pbx") == "PJSIP/0031612300001@pbx"
    assert endpoint("tel:+3222300001", "PJSIP/{user}", "PJSIP/{national}@pbx") == "PJSIP/003222300001@pbx"
    with pytest.raises(Refused):
        endpoint("tel:+31612300001", "PJSIP/{user}", "")


@pytest.mark.parametrize(
    ("name", "number", "asked"),
    [("", "", ""), ("", "+31612345678", "+31612345678"), ("Anoniem", "", '"Anoniem" <anonymous>'),
     ("mevrouw De Vries", "+31612345678", '"mevrouw De Vries" <+31612345678>'),
     ('A" <9>\r\nVia: \\x\x00', "+31612345678", """"A' (9) Via: /x" <+31612345678>"""),
     ("Zoë 🦊 \u202eevil\u2066", "+31612345678", '"Zoë 🦊 evil" <+31612345678>'),
     ("\r\n\t ", "+31612345678", "+31612345678"), ("x" * 9999, "", f'"{"x" * 60}" <anonymous>')],
)  # fmt: skip
def test_nothing_in_a_name_can_end_it_on_a_display(name: str, number: str, asked: str) -> None:
    assert caller_id(name, number) == asked


class Keys:
    """A gather with what came of it."""

    def __init__(self, gather: Gather) -> None:
        self.told: asyncio.Queue[Arrival] = asyncio.Queue()
        self.quieted: list[tuple[str, int]] = []
        self.gathers = Gathers(CENTRE, self.told.put_nowait, lambda leg, step: self.quieted.append((leg, step)))
        self.gathers.begin(f"{CALL}.1", 3, gather)

    def press(self, keys: str) -> None:
        for key in keys:
            self.gathers.pressed(f"{CALL}.1", key, READ.policy)


async def test_one_key_is_told_once_and_what_is_next_stops_the_sentences() -> None:
    keys = Keys(Gather((), 1))
    keys.press("27")
    assert (await keys.told.get()).event == core.KeysPressed(CALL, f"{CALL}.1", 3, "2")
    assert keys.told.empty()
    assert keys.quieted == []


async def test_the_first_of_several_keys_stops_the_sentences_once() -> None:
    keys = Keys(Gather((), 4))
    keys.press("271")
    assert keys.told.empty()
    assert keys.quieted == [(f"{CALL}.1", 3)]
    keys.gathers.end(f"{CALL}.1")


async def test_a_number_ends_with_its_finish_and_stays_out_of_the_event() -> None:
    keys = Keys(Gather((), 16, finish="#"))
    keys.press("0612345678#")
    found = await keys.told.get()
    assert found.event.number.kind == "mobile"  # type: ignore[union-attr]
    assert list(found.private.values()) == ["+31612345678"]
    assert "612345678" not in repr(found.event)


async def test_silence_counts_from_the_end_of_the_sentences_and_has_the_key_of_the_input() -> None:
    keys = Keys(Gather((), 1, timeout=0.01))
    assert keys.told.empty()
    assert keys.gathers.spoken(f"{CALL}.1", 3)
    found = await keys.told.get()
    assert (found.event, found.key) == (core.InputTimedOut(CALL, f"{CALL}.1", 3), f"{CALL}.1:3:input")
    assert not keys.gathers.spoken(f"{CALL}.1", 3)


async def test_only_sentences_that_ended_by_themselves_are_told(tmp_path: Path) -> None:
    asterisk = made(tmp_path)

    def ended(step: int, state: str = "done") -> Arrival | None:
        text = {"type": "PlaybackFinished", "playback": {"id": playback(f"{CALL}.1", step), "state": state}}
        return asterisk.heard(understand(json.dumps(text)), READ.policy)

    found = ended(2)
    assert found is not None
    assert found.event == core.SayFinished(CALL, f"{CALL}.1", 2)
    asterisk.sending.stopped[playback(f"{CALL}.1", 3)] = None
    assert ended(3) is None
    hung_up = {"type": "ChannelHangupRequest", "channel": channel(INBOUND)}
    assert asterisk.heard(understand(json.dumps(hung_up)), READ.policy) is None
    assert ended(4, "failed") is None

    def music_begins(step: int, after: str) -> Arrival | None:
        text = {"type": "PlaybackContinuing", "playback": {"id": playback(f"{CALL}.1", step), "next_media_uri": after}}
        return asterisk.heard(understand(json.dumps(text)), READ.policy)

    assert music_begins(5, f"sound:{tmp_path}/standing/the-next-sentence") is None
    found = music_begins(5, asterisk.voices.pause)
    assert found is not None
    assert found.event == core.SayFinished(CALL, f"{CALL}.1", 5)
    asterisk.sending.stopped[playback(f"{CALL}.1", 6)] = None
    assert music_begins(6, asterisk.voices.pause) is None
    assert ended(6) is None


def test_only_the_agreed_password_opens_the_link() -> None:
    secrets = (Secret("new-one"), Secret("old-one"))
    assert allowed("Basic cGJ4Om9sZC1vbmU=", secrets)
    for wrong in ("", "Basic", "Basic ???", "Bearer b2xkLW9uZQ==", "Basic cGJ4Om5vLW9uZQ==", "Basic b2xkLW9uZQ=="):
        assert not allowed(wrong, secrets)
    assert not allowed("Basic cGJ4Om9sZC1vbmU=", ())
