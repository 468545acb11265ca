"""What things are called at the switch: all ids are ours but the caller's channel, and none needs remembering."""

from __future__ import annotations

import re

from app.call.call import Cause
from app.providers.base import call_id

NAME = "asterisk"
LEG = re.compile(r"[a-z2-7]{20}\.[1-9][0-9]{0,3}")
"""A leg we dialled; its channel has the same id. Asterisk's own ids begin with a name and the time of day."""
ROOM = re.compile(r"[a-z2-7]{20}-r[0-9]+")
TRIAL = "warmlijn-doctor-"
"""What a check of the switch makes, and takes away again: it belongs to no call."""
PLAYBACK = re.compile(r"([a-z2-7]{20}\.[0-9]+)_([0-9]+)")

BUSY, NO_ANSWER, DECLINED, ELSEWHERE = 17, 19, 21, 26
REFUSED = (401, 403, 407)
"""SIP statuses of a trunk that does not let us dial, which Asterisk tells with the cause of a person who declines."""
HUNG_UP = (0, 16, 31)
"""Normal clearing, and the causes of those that do not say; anything else ended a conversation by itself."""


def leg_of(centre: str, channel: str) -> str:
    """Our leg on this channel: its own id, or the first leg of the call that this channel began."""
    return channel if LEG.fullmatch(channel) else f"{call_id(centre, NAME, channel)}.1"


def ours(channel: str) -> bool:
    """Whether we dialled this channel."""
    return LEG.fullmatch(channel) is not None


def playback(leg: str, step: int) -> str:
    """The id of what this leg hears in this step: known beforehand, so it can be stopped by whoever takes over."""
    return f"{leg}_{step}"


def played(playback_id: str) -> tuple[str, int] | None:
    """Leg and step of a playback of ours."""
    found = PLAYBACK.fullmatch(playback_id)
    return None if found is None else (found[1], int(found[2]))


def cause(code: int, state: str, status: int = 0) -> Cause:
    """Why a leg we dialled ended, by Q.850 cause, the channel's last state and SIP status (measured on Asterisk 22).

    A phone that never rang ends with the same 19 as one that rang in vain: only the state tells them apart.
    """
    if state == "Up":
        return "normal" if code in HUNG_UP else "lost"
    if code == BUSY:
        return "busy"
    if code == DECLINED:
        return "unreachable" if status in REFUSED else "declined"
    if code == NO_ANSWER:
        return "no_answer" if state == "Ringing" else "unreachable"
    if code in (*HUNG_UP, ELSEWHERE):
        return "cancelled"
    return "unreachable"
