"""Who picks up a phone outside presses 1 before anybody is joined: a voicemail cannot (decision 0012). Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from app.call.because import why
from app.call.call import Call, Cause
from app.call.decision import Decision
from app.call.events import Event, InputTimedOut, KeysPressed, LegEnded, LegMachine, TimerFired
from app.call.legs import Gather, Leg
from app.call.moves import arm, does, timer
from app.call.rings import unanswered
from app.call.texts import line

SILENCE = 5.0
"""Seconds after the sentence, said twice, in which the key must come."""
LONGEST = 30.0
"""Seconds after which nobody accepted, whatever the switch tells."""


def ask(call: Call, leg_id: str, now: datetime) -> Call:
    """This leg is asked for the key. Not a word of who calls or why: nobody knows yet who listens."""
    sentence = line("accept_call")
    return arm(does(call, leg_id, Gather((sentence, sentence), timeout=SILENCE)), timer("accept", now, LONGEST, leg_id))


def ask_again(call: Call, leg: Leg) -> Decision:
    """Another key than the one; the time goes on."""
    return Decision(why("accept.again", party=leg.party), call=does(call, leg.id, leg.doing))


def asked(leg: Leg | None) -> bool:
    """Whether this leg picked up and did not accept yet; menus are for callers only."""
    return leg is not None and leg.role != "caller" and type(leg.doing) is Gather


def reply(event: Event, leg: Leg) -> Literal["accepted", "again"] | Cause | None:
    """What an asked leg did: accept, press another key, or why it does not; None when the event says none of these."""
    match event:
        case KeysPressed(keys="1"):
            return "accepted"
        case KeysPressed():
            return "again"
        case InputTimedOut() | TimerFired(name="accept") | LegMachine():
            return "voicemail"
        case LegEnded(cause=cause):
            return refused(leg, cause)
        case _:
            return None


def refused(leg: Leg, cause: Cause) -> Cause:
    """Why this phone was not spoken with: who picks up and hangs up declined."""
    return "declined" if leg.state == "up" and cause == "normal" else unanswered(cause)
