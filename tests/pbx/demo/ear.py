"""What somebody at a phone heard, moment by moment, from what the phone recorded."""

from __future__ import annotations

import asyncio
import time
from array import array
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from tests.pbx.demo.cast import TONES
from tests.pbx.phone import Phone
from tests.pbx.tones import goertzel, silent

TICK = 0.1
BREATHING = 2500
"""Mean square of the samples below which only the pause of a ringing tone, or after a sentence, is heard."""
TONAL = 0.75
"""Share of the sound that must be tones of ours; anything else that sounds is a voice."""
HEARD = 0.1
"""Share from which on somebody is heard."""
BRIEF, BREATH, PAUSE = 0.3, 1.0, 4.5
"""Seconds; what lasts shorter is a boundary between two others, and silence a breath between two words, or the pause
of a ringing tone."""

Sound = frozenset[str]
SILENCE, WORDS, RINGING = frozenset({"nothing"}), frozenset({"words"}), frozenset({"ringback"})


class Piece(NamedTuple):
    """This was heard for so many seconds."""

    sound: Sound
    seconds: float


class _Tick(NamedTuple):
    at: float
    file: Path
    start: int
    end: int


class Ear:
    """Listens with one phone. Of the tones only those of `cast` are looked for."""

    def __init__(self, phone: Phone, cast: Iterable[str]) -> None:
        self.phone = phone
        self._tones = {name: TONES[name] for name in {*cast, "music", "ringback", "caller"}}
        self._ticks: list[_Tick] = []
        self._task = asyncio.create_task(self._listen())

    async def close(self) -> None:
        """Hear no more."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    @property
    def files(self) -> list[Path]:
        """What was recorded, in order."""
        return list(dict.fromkeys(tick.file for tick in self._ticks))

    def story(self) -> list[Piece]:
        """All that was heard while connected, in order; needs the phone's files."""
        return _pieces([(tick.at, self._sound(tick)) for tick in self._ticks])

    async def now(self, seconds: float = 0.6) -> Sound:
        """What is heard for the next moments; silence when it changes."""
        begun = len(self._ticks)
        await asyncio.sleep(seconds)
        heard = {self._sound(tick) for tick in self._ticks[begun + 1 :]}
        return heard.pop() if len(heard) == 1 else SILENCE

    async def _listen(self) -> None:
        sizes: dict[Path, int] = {}
        while True:
            await asyncio.sleep(TICK)
            kinds = [event.get("type") for event in self.phone.events]
            over = kinds.count("CALL_CLOSED") or kinds.count("TRANSFER_FAILED")
            if kinds.count("CALL_ESTABLISHED") <= over:
                continue
            files = sorted(self.phone.home.glob("dump-*-dec.wav"), key=lambda file: file.stat().st_mtime)
            if files:
                end = files[-1].stat().st_size // 2 * 2
                self._ticks.append(_Tick(time.monotonic(), files[-1], sizes.get(files[-1], 44), end))
                sizes[files[-1]] = end

    def _sound(self, tick: _Tick) -> Sound:
        with tick.file.open("rb") as file:
            file.seek(tick.start)
            pcm = array("h", file.read(max(0, tick.end - tick.start)))
        if silent(pcm) or sum(x * x for x in pcm) < len(pcm) * BREATHING:
            return SILENCE
        shares = {name: goertzel(pcm, hertz) for name, hertz in self._tones.items()}
        if sum(shares.values()) < TONAL:
            return WORDS
        return frozenset(name for name, share in shares.items() if share > HEARD)


def _pieces(heard: list[tuple[float, Sound]]) -> list[Piece]:
    """Runs of the same sound; brief ones belong to what came before."""
    runs = [(sound, len(list(group)) * TICK) for sound, group in groupby(sound for _, sound in heard)]
    kept: list[Piece] = []
    for sound, seconds in runs:
        if sound == SILENCE:
            brief = seconds < (PAUSE if kept and kept[-1].sound == RINGING else BREATH)
        else:
            brief = seconds < BRIEF
        if kept and (brief or kept[-1].sound == sound):
            kept[-1] = Piece(kept[-1].sound, kept[-1].seconds + seconds)
        elif not brief:
            kept.append(Piece(sound, seconds))
    return kept
