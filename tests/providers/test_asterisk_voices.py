"""What callers hear from Asterisk: sentences made or recorded, and the music that it must have read."""

from __future__ import annotations

import contextlib
import os
import shutil
import wave
from array import array
from datetime import timedelta
from pathlib import Path

import pytest

from app.call.policy import Text
from app.providers import music
from app.providers.asterisk.rest import Answer
from app.providers.asterisk.voices import KEPT, Voices
from app.providers.base import Uncertain
from tests.core.policies import policy
from tests.providers.test_asterisk import AT, made

needs_voice = pytest.mark.skipif(
    any(shutil.which(name) is None for name in ("espeak-ng", "sox")), reason="espeak-ng or sox is not installed"
)


@needs_voice
async def test_a_sentence_becomes_a_file_that_telephones_carry(tmp_path: Path) -> None:
    voices = Voices(tmp_path, "/seen")
    assert voices.prepare()
    media = await voices.media(("Goedemorgen, gemeente.", "Een ogenblik."), "nl")
    files = [tmp_path / f"{each.removeprefix('sound:/seen/')}.wav" for each in media.split(",")]
    assert len(files) == 2
    for file in files:
        with wave.open(str(file)) as sound:
            assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (8000, 1, 2)
            assert sound.getnframes() > 4000
    assert await voices.media((), "nl") == "sound:/seen/silence"


@needs_voice
async def test_a_sentence_with_a_name_goes_within_the_hour_and_standing_ones_stay(tmp_path: Path) -> None:
    voices = Voices(tmp_path)
    voices.prepare()
    texts = {"closed": Text("closed", {"nl": "Wij zijn gesloten.", "en": "We are closed."})}
    await voices.warm(policy(texts=texts))
    await voices.media(("Mevrouw De Vries belt.",), "nl")
    (spoken,) = (tmp_path / "once").glob("*.wav")
    assert len(list((tmp_path / "standing").glob("*.wav"))) == 2
    old = spoken.stat().st_mtime - KEPT - 60
    os.utime(spoken, (old, old))
    voices._swept = 0.0
    await voices.media(("Meneer Jansen belt.",), "nl")
    assert not spoken.exists()


async def test_a_recording_takes_precedence(tmp_path: Path) -> None:
    recordings = tmp_path / "own"
    (recordings / "nl").mkdir(parents=True)
    (recordings / "nl" / "closed.wav").write_bytes(music.wav("hold"))
    voices = Voices(tmp_path / "sounds", recordings=recordings)
    voices.prepare()
    voices.learn(policy(texts={"closed": Text("closed", {"nl": "Wij zijn gesloten."})}))
    media = await voices.media(("Wij zijn gesloten.",), "nl")
    assert Path(f"{media.removeprefix('sound:')}.wav").read_bytes() == music.wav("hold")


class Modules:
    """An Asterisk that began before there was music; `answers` are those to unloading and loading, `None` for none."""

    ahead, in_order = timedelta(), True

    def __init__(self, *answers: int | None) -> None:
        self.answers, self.asked = list(answers), list[str]()

    async def __call__(self, method: str, path: str, query: object = None, body: object = None) -> Answer:
        if path == "/asterisk/info":
            return Answer(200, {"status": {"startup_time": AT.replace("2026", "2020")}})
        self.asked.append(method)
        status = self.answers.pop(0)
        if status is None:
            raise Uncertain("no answer")
        return Answer(status)


@pytest.mark.parametrize(
    ("answers", "raises"),
    [([204, 204], [False]), ([204, 409, 404, 204], [True, False]), ([None, 404, 204], [True, False]),
     ([204, None, 404, 204], [True, False]), ([204, 409, 404, 409, 404, 204], [True, True, False])],
)  # fmt: skip
async def test_music_is_read_until_it_is_there(tmp_path: Path, answers: list[int | None], raises: list[bool]) -> None:
    asterisk, modules = made(tmp_path), Modules(*answers)
    asterisk.voices.prepare()
    asterisk.attach(modules, lambda _arrival: None)
    for failed in raises:
        with pytest.raises(Uncertain) if failed else contextlib.nullcontext():
            await asterisk.read_music()
    asked = list(modules.asked)
    await asterisk.read_music()
    assert (modules.asked, modules.answers) == (asked, []), "once for each start of it"


async def test_an_asterisk_that_has_no_such_module_or_keeps_it_is_asked_again_and_takes_calls(tmp_path: Path) -> None:
    asterisk, modules = made(tmp_path), Modules(404, 404, 409, 409, 204, 204)
    asterisk.voices.prepare()
    asterisk.attach(modules, lambda _arrival: None)
    for _ in range(4):
        await asterisk.read_music()
    assert modules.asked == ["DELETE", "POST"] * 3


async def test_after_the_sentences_lie_a_pause_and_half_an_hour_of_whatever_music_there_is(tmp_path: Path) -> None:
    voices = Voices(tmp_path, "/seen")
    assert set(voices.after()) == {voices.pause, "sound:/seen/music"}, "without a folder it is ours"
    voices.prepare()
    pause, *pieces = voices.after()
    seconds = (tmp_path / "moh/waiting/waiting.wav").stat().st_size / 16000
    assert (pause, set(pieces)) == (voices.pause, {"sound:/seen/moh/waiting/waiting"})
    assert 1800 <= len(pieces) * seconds < 1900
    (tmp_path / "moh/waiting/bach.gsm").write_bytes(bytes(1000))
    assert voices.after()[1:3] == ["sound:/seen/moh/waiting/bach", "sound:/seen/moh/waiting/waiting"]
    (tmp_path / "moh/waiting/waiting.wav").rename(tmp_path / "moh/waiting/waiting.mp3")
    assert set(voices.after()[1:]) == {"sound:/seen/moh/waiting/bach"}, "not every Asterisk reads the other"
    assert all(map(voices.is_after, voices.after()))
    assert not voices.is_after("sound:/seen/standing/x")


@pytest.mark.parametrize("file", ["pause", "ring", "music", "moh/waiting/waiting", "moh/hold/hold"])
def test_nothing_that_a_caller_may_hear_for_long_is_silent_for_half_a_second(tmp_path: Path, file: str) -> None:
    Voices(tmp_path).prepare()
    with wave.open(str(tmp_path / f"{file}.wav")) as sound:
        samples = array("h", sound.readframes(sound.getnframes()))
    halves = [samples[n : n + 4000] for n in range(0, len(samples), 4000)]
    assert min(sum(map(abs, half)) / len(half) for half in halves) > 10
