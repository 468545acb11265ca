"""Everybody at a phone speaks one steady tone of their own, so that a recording tells who is heard."""

from __future__ import annotations

import io
import math
import wave
from array import array

RATE = 8000
TONES = {
    "music": 1000, "caller": 440, "101": 600, "102": 700, "103": 800, "104": 900, "105": 1150, "106": 1300,
    "ringback": 425, "mobile": 1600,
}  # fmt: skip
HEARD = 0.1
"""Share of the sound from which on somebody counts as heard."""
SILENT = 100
"""Mean square of the samples below which nobody speaks at all."""


def sine(who: str, seconds: float) -> bytes:
    """A WAV file of this tone."""
    hertz = TONES[who]
    samples = array("h", (int(8000 * math.sin(2 * math.pi * hertz * n / RATE)) for n in range(int(RATE * seconds))))
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return out.getvalue()


def shares(pcm: array[int]) -> dict[str, float]:
    """Who is heard in these samples, each with their share of the sound; empty when it is silent.

    The caller's 440 and the ringing tone's 425 Hz are near: the stronger of the two counts.
    """
    if silent(pcm):
        return {}
    found = {who: round(goertzel(pcm, hertz), 2) for who, hertz in TONES.items()}
    found = {who: share for who, share in found.items() if share > HEARD}
    if "caller" in found and "ringback" in found:
        del found[min(("caller", "ringback"), key=lambda who: found[who])]
    return found


def silent(pcm: array[int]) -> bool:
    """Whether nothing is heard."""
    return len(pcm) < 200 or sum(x * x for x in pcm) < len(pcm) * SILENT


def goertzel(pcm: array[int], hertz: int) -> float:
    """The share, 0 to 1, of the sound that lies at this frequency."""
    energy = sum(x * x for x in pcm)
    turn = 2 * math.cos(2 * math.pi * hertz / RATE)
    one = two = 0.0
    for x in pcm:
        one, two = x + turn * one - two, one
    return (one * one + two * two - turn * one * two) * 2 / (len(pcm) * energy)
