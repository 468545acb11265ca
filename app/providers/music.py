"""The music of a waiting caller and the Dutch ringing tone, made by ourselves: no rights, no files, always the same.

Where others pause, these breathe: so softly that nobody notices, but a line that is dead sounds different.
"""

from __future__ import annotations

import io
import math
import random
import wave
from array import array
from collections.abc import Iterable, Iterator
from functools import cache

from app.call.legs import Tune

RATE = 8000
"""Samples a second, 16 bits, one channel: what telephone networks carry."""
LOUDNESS = 0.22
BEAT = 0.5
CHORDS: dict[str, tuple[tuple[float, ...], ...]] = {
    "waiting": ((261.6, 329.6, 392.0), (220.0, 261.6, 329.6), (174.6, 220.0, 261.6), (196.0, 246.9, 293.7)),
    "hold": ((293.7, 370.0, 440.0), (246.9, 293.7, 370.0), (196.0, 246.9, 293.7), (220.0, 277.2, 329.6)),
}
"""Per tune four chords, Hz; each is played upwards and down again, one note a beat."""
SECONDS = 4 * 4 * BEAT
"""Of each tune."""
RING_HERTZ, RING_TONE, RING_PAUSE = 425.0, 1.0, 4.0
"""The Dutch ringing tone: 425 Hz, one second on, four seconds off (domain §5)."""
BREATH = 25.0
"""Root mean square of the noise in a pause, in samples of 16 bits: 62 dB below the loudest sound a line can carry."""


def names() -> tuple[Tune, ...]:
    """The tunes there are; each is served as `/static/music/{tune}.wav`."""
    return ("waiting", "hold", "ringback")


@cache
def wav(tune: str) -> bytes:
    """A WAV file that can be played over and over. Raises KeyError for a tune that is not there."""
    return repeated(tune, 1)


@cache
def repeated(tune: str, times: int) -> bytes:
    """The same so many times in one file."""
    return _file(_ringback() if tune == "ringback" else _loud(_melody(CHORDS[tune])), times)


@cache
def breath(seconds: float) -> bytes:
    """A WAV file of a pause in which the line is heard to live."""
    return _file(_breath(seconds))


def _file(samples: array[int], times: int = 1) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes() * times)
    return out.getvalue()


def _loud(samples: Iterable[float]) -> array[int]:
    return array("h", (int(32767 * LOUDNESS * value) for value in samples))


def _ringback() -> array[int]:
    tone = (math.sin(2 * math.pi * RING_HERTZ * n / RATE) for n in range(int(RATE * RING_TONE)))
    return _loud(tone) + _breath(RING_PAUSE)


def _breath(seconds: float) -> array[int]:
    noise = random.Random(1)  # noqa: S311 - a sound, not a secret
    return array("h", (int(noise.gauss(0.0, BREATH)) for _ in range(int(RATE * seconds))))


def _melody(chords: tuple[tuple[float, ...], ...]) -> Iterator[float]:
    """Soft plucked notes that fade before the next one, so that the end joins the beginning without a click."""
    for low, middle, high in chords:
        for hertz in (low, middle, high, middle):
            length = int(RATE * BEAT)
            for n in range(length):
                fade = min(1.0, n / 80) * (1 - n / length) ** 1.5
                angle = 2 * math.pi * hertz * n / RATE
                yield fade * (0.8 * math.sin(angle) + 0.2 * math.sin(2 * angle))
