"""Recordings of a municipality: what is good enough, what is told of a folder, and that they are really used."""

from __future__ import annotations

import io
import math
import os
import wave
from array import array
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.call.policy import Text
from app.policyfile.standard import SLOTS
from app.providers.asterisk import recordings
from app.providers.asterisk.recordings import SAID_BY_AGENT, Unfit, look, recordable, understood
from app.providers.asterisk.voices import Voices
from tests.core.policies import policy

TEXTS = {
    "closed": Text("closed", {"nl": "Wij zijn gesloten.", "en": "We are closed."}),
    "back_soon": Text("back_soon", {"nl": "Een ogenblik.", "en": "One moment."}),
    "position": Text("position", {"nl": "U bent nummer {nummer}.", "en": "You are number {nummer}."}),
    "agreed": Text("agreed", {"nl": "Afgesproken.", "en": "Agreed."}),
}


def sound(rate: int = 8000, seconds: float = 1.0, bits: int = 16, channels: int = 1, loud: float = 0.5) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(bits // 8)
        file.setframerate(rate)
        tone = array("h", (int(32767 * loud * math.sin(n / 3)) for n in range(int(rate * seconds))))
        file.writeframes(tone.tobytes() * channels if bits == 16 else bytes(len(tone) * channels * bits // 8))
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "code", "got"),
    [
        (sound(rate=44100), "rate", "44100"), (sound(channels=2), "channels", "2"), (sound(bits=8), "bits", "8"),
        (sound(bits=24), "bits", "24"), (sound(seconds=0.1), "short", "0.1"), (sound(seconds=61), "long", "61"),
        (sound(loud=0.001), "silent", ""), (b"", "not_wav", ""), (b"ID3\x04 an mp3", "not_wav", ""),
        (sound()[:1000], "cut", ""), (sound()[:30], "not_wav", ""),
        (sound()[:20] + b"\x06" + sound()[21:], "not_wav", ""),      # alaw
        (b"RIFF\xff\xff\xff\xff" + sound()[8:40] + b"\xff\xff\xff\xff" + sound()[44:], "long", "268435"),
    ],
)  # fmt: skip
def test_what_is_no_recording(content: bytes, code: str, got: str) -> None:
    with pytest.raises(Unfit) as refused:
        understood(content)
    assert (refused.value.code, refused.value.got) == (code, got)


@pytest.mark.parametrize("rate", [8000, 16000])
def test_a_recording_loses_everything_but_its_sound(rate: int) -> None:
    content = sound(rate) + b"LIST\x20\x00\x00\x00INFOIART a name of a person"
    made = understood(content)
    assert (made.rate, made.seconds) == (rate, 1.0)
    assert made.wav() == sound(rate)


@given(st.binary(max_size=200) | st.tuples(st.binary(max_size=60), st.integers(0, 60)).map(
    lambda pair: sound(seconds=0.3)[: pair[1]] + pair[0] + sound(seconds=0.3)[pair[1] + len(pair[0]) :]
))
def test_nothing_in_a_file_surprises(content: bytes) -> None:
    try:
        made = understood(content)
    except Unfit:
        return
    else:
        assert made.seconds <= recordings.LONGEST
        assert understood(made.wav()) == made


def test_what_the_voice_always_says_the_same_can_be_recorded() -> None:
    assert recordable(policy(texts=TEXTS)) == {
        ("nl", "closed"): "Wij zijn gesloten.", ("en", "closed"): "We are closed.",
        ("nl", "back_soon"): "Een ogenblik.", ("en", "back_soon"): "One moment.",
    }
    assert SLOTS.keys() >= SAID_BY_AGENT


def test_everything_about_a_folder_is_told(tmp_path: Path) -> None:
    for name, content in {
        "nl/closed.wav": sound(), "en/closed.wav": sound(rate=44100), "nl/agreed.wav": sound(), "nl/close.wav": sound(),
        "nl/position.wav": sound(), "back_soon.wav": sound(), "nl/closed.mp3": b"x", ".DS_Store": b"x",
        "nl/.closed.wav.17": b"half", "leesmij.txt": b"x",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    assert [(each.file, each.code) for each in look(tmp_path, policy(texts=TEXTS))] == [
        ("back_soon.wav", "unknown"), ("en/closed.wav", "rate"), ("leesmij.txt", "unknown"),
        ("nl/agreed.wav", "unused"), ("nl/close.wav", "unknown"), ("nl/closed.mp3", "unknown"),
        ("nl/position.wav", "unused"), ("en/back_soon.wav", "missing"), ("nl/back_soon.wav", "missing"),
    ]  # fmt: skip
    told = {each.file: each.told("nl") for each in look(tmp_path, policy(texts=TEXTS))}
    assert told["en/closed.wav"] == "44100 Hz; het moet 8000 of 16000 Hz zijn"
    assert told["nl/close.wav"] == "hoort bij geen zin van deze routering (bedoelt u nl/closed.wav?)"
    assert told["leesmij.txt"] == "hoort bij geen zin van deze routering"
    assert told["nl/back_soon.wav"] == 'is er niet; de computerstem zegt: "Een ogenblik."'
    (gone,) = look(tmp_path / "weg", policy(texts=TEXTS))
    assert gone.told("en") == "this folder is not there or cannot be read"


async def test_a_recording_that_asterisk_cannot_play_is_not_used(tmp_path: Path) -> None:
    made, own = voices(tmp_path), tmp_path / "own" / "nl" / "closed.wav"
    for content in (sound(44100), b"RIFF", sound(channels=2)):
        own.write_bytes(content)
        assert made._recorded("closed", "nl") == ""
    own.write_bytes(sound())
    assert made._recorded("closed", "nl") == "standing/nl-closed"


def voices(tmp_path: Path) -> Voices:
    made = Voices(tmp_path / "sounds", recordings=tmp_path / "own")
    made.prepare()
    made.learn(policy(texts=TEXTS))
    (tmp_path / "own" / "nl").mkdir(parents=True)
    return made


async def test_a_recording_is_used_from_the_next_sentence_on_and_gone_when_it_is_taken_away(tmp_path: Path) -> None:
    made, own = voices(tmp_path), tmp_path / "own" / "nl" / "closed.wav"
    before = (tmp_path / "sounds" / "standing")
    own.write_bytes(sound(16000))
    media = await made.media(("Wij zijn gesloten.",), "nl")
    assert media == f"sound:{before}/nl-closed"
    assert sorted(path.name for path in before.iterdir()) == ["nl-closed.wav16"]
    own.write_bytes(sound(8000, seconds=0.5))
    os.utime(own, (1, 1))       # older than the copy, as after cp -p
    assert await made.media(("Wij zijn gesloten.",), "nl") == media
    assert sorted(path.name for path in before.iterdir()) == ["nl-closed.wav"]
    assert (before / "nl-closed.wav").read_bytes() == own.read_bytes()
    own.unlink()
    assert made._recorded("closed", "nl") == ""


async def test_another_policy_is_recorded_anew_and_calls_of_the_earlier_one_are_still_spoken_to(tmp_path: Path) -> None:
    made, folder = voices(tmp_path), tmp_path / "sounds"
    await made.warm(policy(texts=TEXTS))
    old = await made.media(("Wij zijn gesloten.",), "nl")
    (tmp_path / "own" / "nl" / "closed.wav").write_bytes(sound())
    assert (await made.media(("Wij zijn dicht.",), "nl")).startswith(f"sound:{folder}/once/")
    await made.warm(policy(texts={**TEXTS, "closed": Text("closed", {"nl": "Wij zijn dicht.", "en": "We are shut."})}))
    assert await made.media(("Wij zijn dicht.",), "nl") == f"sound:{folder}/standing/nl-closed"
    assert (await made.media(("We are shut.",), "en")).startswith(f"sound:{folder}/standing/")
    assert await made.media(("Wij zijn gesloten.",), "nl") == old, "not the recording of the new words"
    assert old.startswith(f"sound:{folder}/standing/")


async def test_two_texts_that_sound_the_same_share_whatever_is_recorded(tmp_path: Path) -> None:
    made = voices(tmp_path)
    made.learn(policy(texts={**TEXTS, "recall": Text("recall", {"nl": "Wij zijn gesloten."})}))
    (tmp_path / "own" / "nl" / "closed.wav").write_bytes(sound())
    assert (await made.media(("Wij zijn gesloten.",), "nl")).endswith("/nl-closed")
    assert made.unmade(policy(texts={"closed": TEXTS["closed"]})) == 1      # the English one


def test_a_file_to_try_asterisk_with_lies_where_names_lie(tmp_path: Path) -> None:
    made = Voices(tmp_path, "/seen")
    made.prepare()
    path, media = made.trial()
    assert media == f"sound:/seen/once/{path.stem}"
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnframes()) == (8000, 16000)


def test_who_write_the_same_file_at_once_leave_one_whole_file(tmp_path: Path) -> None:
    contents = [bytes([n]) * 1_000_000 for n in range(8)]
    path = tmp_path / "closed.wav"
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda content: recordings.write(path, content), contents * 5))
    assert path.read_bytes() in contents
    assert list(tmp_path.iterdir()) == [path]
