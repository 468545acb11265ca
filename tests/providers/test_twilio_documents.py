"""Documents: what each thing a leg can do looks like, that nobody falls out of one, and no name in any address."""

from __future__ import annotations

import io
import math
import struct
import wave
from datetime import UTC, datetime
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from app.call.call import Call, Welcoming
from app.call.commands import Command, named
from app.call.legs import Doing, Gather, InRoom, Leaving, Leg, Line, Music, Prompt, Ringing
from app.providers import music
from app.providers.base import Order, Reply
from tests.providers.twilio_hooks import PUBLIC, platform, signed

CALL = "abcdefghijklmnopqrst"
HOOKS = f"{PUBLIC}/hooks/stad/twilio"
NAME = "Jan <Jansen> & zn"


def call(doing: Doing) -> Call:
    leg = Leg(f"{CALL}.1", "caller", "up", doing, 3)
    return Call(CALL, "stad", Welcoming(), (leg,), datetime(2026, 11, 24, tzinfo=UTC), "140123", "v1")


def answer(hook: str, doing: Doing, *sentences: str, language: str = "nl") -> Reply:
    """What this webhook is answered while the caller's leg is doing this at step 3."""
    command = Command(f"{CALL}.1", 3, named(doing, up=True), doing)
    return platform().reply(signed(hook, {}), call(doing), (Order("stad", CALL, command, language, sentences),))


def render(doing: Doing, *sentences: str, language: str = "nl", hook: str = f"doc?leg={CALL}.1&step=3") -> ET.Element:
    reply = answer(hook, doing, *sentences, language=language)
    assert reply.status == 200
    assert reply.content_type.startswith("text/xml")
    document = ET.fromstring(reply.body)
    assert document.tag == "Response"
    return document


def shape(element: ET.Element) -> list[str]:
    return [child.tag for child in element]


async def test_sentences_are_said_in_their_language_and_then_reported() -> None:
    document = render(Prompt((Line("x"),)), "Goedemorgen.", f"Dag {NAME}.")
    assert shape(document) == ["Say", "Say", "Redirect"]
    assert document[1].text == f"Dag {NAME}."
    assert document[0].attrib == {"language": "nl-NL", "voice": "Polly.Lotte"}
    assert document[2].text == f"{HOOKS}/said?leg={CALL}.1&step=3"


async def test_a_prompt_without_a_sentence_goes_straight_on() -> None:
    assert shape(render(Prompt(()))) == ["Redirect"]


@pytest.mark.parametrize(
    ("language", "expected"),
    [("en", {"language": "en-GB", "voice": "Polly.Amy"}), ("fy", {"language": "fy"})],
)
async def test_each_language_has_its_voice_and_an_unknown_one_the_accounts_own(
    language: str, expected: dict[str, str]
) -> None:
    assert render(Prompt(()), "Hello.", language=language)[0].attrib == expected


async def test_a_gather_takes_one_key_and_silence_is_reported_to_the_same_place() -> None:
    document = render(Gather((), keys=1, timeout=8.0), "Toets 1.")
    assert shape(document) == ["Gather", "Redirect"]
    gather, redirect = document
    assert shape(gather) == ["Say"]
    assert gather.attrib == {
        "input": "dtmf", "numDigits": "1", "timeout": "8", "finishOnKey": "", "method": "POST",
        "action": f"{HOOKS}/gather?leg={CALL}.1&step=3&lang=nl",
    }  # fmt: skip
    assert redirect.text == gather.attrib["action"]


async def test_a_gather_that_listens_knows_the_language_and_one_for_a_number_its_last_key() -> None:
    listening = render(Gather((), listen=True), language="en")[0].attrib
    assert (listening["input"], listening["language"], listening["speechTimeout"]) == ("dtmf speech", "en-GB", "auto")
    number = render(Gather((), keys=15, finish="#"))[0].attrib
    assert (number["numDigits"], number["finishOnKey"]) == ("15", "#")


@pytest.mark.parametrize("tune", music.names())
async def test_music_never_ends_and_comes_from_outside_the_engine(tune: str) -> None:
    document = render(Music(tune))  # type: ignore[arg-type]
    assert shape(document) == ["Play", "Pause", "Redirect"]
    assert document[0].attrib == {"loop": "0"}
    assert document[0].text == f"{PUBLIC}/static/music/{tune}.wav"
    assert document[2].text == f"{HOOKS}/doc?leg={CALL}.1&step=3"


async def test_a_room_lasts_whoever_leaves_and_who_is_alone_in_it_hears_music() -> None:
    document = render(InRoom(f"{CALL}-r1"))
    assert shape(document) == ["Dial", "Redirect"]
    assert document[0].attrib["action"] == document[1].text == f"{HOOKS}/room-left?leg={CALL}.1&step=3"
    (conference,) = document[0]
    assert conference.text == f"{CALL}-r1"
    assert conference.attrib == {
        "participantLabel": f"{CALL}.1", "startConferenceOnEnter": "true", "endConferenceOnExit": "false",
        "beep": "false", "waitUrl": f"{PUBLIC}/static/music/hold.wav", "waitMethod": "GET",
        "statusCallback": f"{HOOKS}/conf", "statusCallbackEvent": "join leave", "statusCallbackMethod": "POST",
    }  # fmt: skip


async def test_a_leg_that_is_leaving_is_hung_up() -> None:
    assert shape(render(Leaving())) == ["Hangup"]


async def test_a_phone_that_was_answered_before_anybody_decided_asks_again_in_a_moment() -> None:
    assert shape(render(Ringing("sip:101@pbx.example"))) == ["Pause", "Redirect"]


EVERYTHING: list[Doing] = [
    Prompt((Line("x", {"beller": "@n"}),)),
    Gather((), listen=True),
    Music("waiting"),
    InRoom(f"{CALL}-r1"),
    Ringing("tel:+31612345678", shows="+31612345678"),
    Leaving(),
]


@pytest.mark.parametrize("doing", EVERYTHING, ids=lambda doing: type(doing).__name__)
async def test_every_document_ends_with_a_verb_that_never_drops_a_caller(doing: Doing) -> None:
    last = render(doing, NAME)[-1]
    assert last.tag == ("Hangup" if isinstance(doing, Leaving) else "Redirect")
    if last.tag == "Redirect":
        assert last.attrib == {"method": "POST"}


@pytest.mark.parametrize("doing", EVERYTHING, ids=lambda doing: type(doing).__name__)
async def test_no_name_and_no_number_stands_in_any_address(doing: Doing) -> None:
    document = render(doing, NAME)
    addresses = [value for element in document.iter() for value in element.attrib.values()]
    addresses += [found.text or "" for tag in ("Redirect", "Play", "Conference") for found in document.iter(tag)]
    assert not any("ansen" in address or "612345678" in address for address in addresses)


@pytest.mark.parametrize("hook", ["gather", "said", "answer", "room-left"])
async def test_a_repeated_webhook_is_answered_with_the_present_step_not_the_one_it_asked_for(hook: str) -> None:
    document = render(Music(), hook=f"{hook}?leg={CALL}.1&step=1")
    assert document[-1].text == f"{HOOKS}/doc?leg={CALL}.1&step=3"


@pytest.mark.parametrize("hook", ["gather", "said", "answer", "doc", "room-left"])
async def test_a_line_whose_leg_is_over_is_hung_up(hook: str) -> None:
    reply = platform().reply(signed(f"{hook}?leg={CALL}.2&step=1", {}), call(Music()), ())
    assert shape(ET.fromstring(reply.body)) == ["Hangup"]


@pytest.mark.parametrize("hook", ["leg", "conf", "status"])
async def test_a_report_is_only_acknowledged(hook: str) -> None:
    reply = answer(hook, Music())
    assert reply.status == 200
    assert shape(ET.fromstring(reply.body)) == []


async def test_the_static_reply_rings_the_kcc_and_tells_us_when_it_was_used() -> None:
    p = platform()
    for hook in ("voice", "fallback", f"gather?leg={CALL}.1&step=2", f"doc?leg={CALL}.1&step=2"):
        reply = p.degraded(signed(hook, {}))
        document = ET.fromstring(reply.body)
        assert shape(document)[-2:] == ["Dial", "Hangup"]
        dial = document.find("Dial")
        assert dial is not None
        number = dial[0]
        assert number.text == "+31123456700"
        assert dial.attrib["action"] == number.attrib["statusCallback"] == f"{HOOKS}/degraded?degraded=1"
        assert "callerId" not in dial.attrib
        assert reply is p.degraded(signed("voice", {}))


async def test_without_a_number_of_the_kcc_the_static_reply_promises_nothing() -> None:
    assert shape(ET.fromstring(platform(kcc=None).degraded(signed("voice", {})).body)) == ["Hangup"]


async def test_the_static_reply_is_also_what_a_caller_nobody_decided_about_gets() -> None:
    p = platform()
    assert p.reply(signed("voice", {}), None, ()) is p.degraded(signed("voice", {}))
    assert p.reply(signed("fallback", {}), None, ()) is p.degraded(signed("voice", {}))


@pytest.mark.parametrize("hook", ["answer", "doc", "said", "room-left"])
async def test_an_agents_line_asks_again_in_a_moment_when_there_is_no_engine(hook: str) -> None:
    document = ET.fromstring(platform().degraded(signed(f"{hook}?leg={CALL}.2&step=4", {})).body)
    assert shape(document) == ["Pause", "Redirect"]
    assert document[1].text == f"{HOOKS}/{hook}?leg={CALL}.2&step=4"


async def test_a_report_is_refused_when_there_is_no_engine() -> None:
    p = platform()
    assert shape(ET.fromstring(p.degraded(signed("degraded?degraded=1", {})).body)) == ["Hangup"]
    assert p.degraded(signed(f"leg?leg={CALL}.2", {})).status == 503
    assert p.degraded(signed("conf", {})).status == 503


async def test_after_the_kcc_the_line_ends() -> None:
    reply = platform().reply(signed("degraded?degraded=1", {}), None, ())
    assert shape(ET.fromstring(reply.body)) == ["Hangup"]


def samples(tune: str) -> tuple[list[int], int]:
    with wave.open(io.BytesIO(music.wav(tune))) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 8000)
        count = file.getnframes()
        return list(struct.unpack(f"<{count}h", file.readframes(count))), file.getframerate()


def test_the_ringing_tone_is_the_dutch_one() -> None:
    sound, rate = samples("ringback")
    assert len(sound) == 5 * rate
    pause = sound[rate:]
    assert max(map(abs, pause)) < 200, "nobody notices"
    assert all(any(pause[n : n + 80]) for n in range(0, len(pause), 80)), "and yet the line is heard to live"
    crossings = sum(1 for a, b in pairwise(sound[:rate]) if a < 0 <= b)
    assert abs(crossings - 425) <= 1


@pytest.mark.parametrize("tune", ["waiting", "hold"])
def test_the_music_is_heard_all_the_time_never_too_loud_and_joins_its_own_beginning(tune: str) -> None:
    sound, rate = samples(tune)
    seconds = [sound[i : i + rate] for i in range(0, len(sound), rate)]
    assert all(math.sqrt(sum(s * s for s in part) / len(part)) > 300 for part in seconds)
    assert max(map(abs, sound)) < 32767 // 2
    assert abs(sound[-1] - sound[0]) < 200


def test_there_is_no_other_tune() -> None:
    with pytest.raises(KeyError):
        music.wav("../../etc/passwd")
