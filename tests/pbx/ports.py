"""A thousand ports of this process alone, so that several runs of these stories go side by side on one machine."""

from __future__ import annotations

import socket
from functools import cache
from itertools import count, islice

FIRST, BLOCK, BLOCKS = 24000, 1000, 8
"""All below 32768, where systems begin to hand out ports by themselves."""
RTP, PHONES, PHONES_RTP, TRUNK, GUARD = 0, 300, 600, 970, 999
PLACES, SOUND = 30, 12
"""Phones at the same time, and the ports each has for sound; places are given again after that, when they are free."""
_held: list[socket.socket] = []
_places = count()


@cache
def base() -> int:
    """The first port of our block: held by a socket on its last one, until this process is over."""
    for first in range(FIRST, FIRST + BLOCK * BLOCKS, BLOCK):
        guard = socket.socket()
        try:
            guard.bind(("127.0.0.1", first + GUARD))
        except OSError:
            guard.close()
            continue
        _held.append(guard)
        return first
    raise RuntimeError(f"{BLOCKS} other processes hold all ports")


def switch() -> tuple[int, int]:
    """The ports of Asterisk's sound, first and last."""
    return base() + RTP, base() + PHONES - 1


def trunk() -> int:
    """Where Asterisk's trunk leads: whoever listens there is the rest of the world."""
    return base() + TRUNK


def phone() -> tuple[int, int, int]:
    """The next phone's port for SIP (the one after it is for TLS), for its control, and its first for sound."""
    for place in islice(_places, PLACES):
        sip = base() + PHONES + place % PLACES * 10
        if _is_free(sip):
            return sip, sip + 5, base() + PHONES_RTP + place % PLACES * SOUND
    raise RuntimeError(f"{PLACES} phones are there already")


def _is_free(port: int) -> bool:
    """Whether no phone from long ago still has it."""
    with socket.socket(type=socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
