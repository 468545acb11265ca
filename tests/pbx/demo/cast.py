"""Who takes part, and the tone each of them speaks: by it a recording tells who is heard."""

from __future__ import annotations

TONES = {
    "ringback": 425, "caller": 520, "sanne": 600, "youssef": 680, "daan": 760, "priya": 840, "bart": 920,
    "music": 1000, "meryem": 1080, "joke": 1160, "omar": 1240, "linda": 1320, "carla": 1400, "anja": 1480,
    "greet": 1560, "pieter": 1640, "fatima": 1720, "thomas": 1800, "noor": 1880, "201": 1960,
}  # fmt: skip
"""Hertz; far enough apart to be told apart in a tenth of a second."""
PEOPLE = tuple(name for name in TONES if name not in ("ringback", "caller", "music"))
"""Whoever may register a phone, by the name in `sip:NAME@...` of routing.yaml."""
FRONT_DESK = ("sanne", "youssef")
"""Whose phones ring by the dialplan when the service is away."""
HOUSE = "201"
"""A phone in the house that is nobody's of routing.yaml."""
UNPLUGGED = "sanne"
"""Whose line the switch gives up after `SOUNDLESS` seconds without any sound."""
SOUNDLESS = 2
MAIN = "140123"
KEYS = {"kcc": "1", "sociaal": "2"}
"""Which key of the menu leads to which office."""
