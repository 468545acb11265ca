"""What an event says about its leg is noted first, whatever the phase; the rules then see the leg as it is."""

from __future__ import annotations

from msgspec.structs import replace

from app.call.call import Call
from app.call.events import (
    CommandFailed,
    CommandUncertain,
    Event,
    InputTimedOut,
    KeysPressed,
    LegAnswered,
    LegEnded,
    LegJoined,
    LegLeft,
    LegRang,
    LegRinging,
    LegSeen,
    SayFinished,
    WordsHeard,
)
from app.call.legs import InRoom, Leg
from app.call.moves import change, drops
from app.call.rings import heard
from app.call.world import World


RING_CLOCK = ("post_dial", "rings")


def meant(call: Call, event: Event, leg: Leg) -> Event:
    """What an event amounts to: a refused or uncertain `Dial` is a phone that cannot be reached, a leg that was seen
    in its room has joined, one that was seen up has answered.
    """
    match event:
        case CommandFailed(command="Dial"):
            return LegEnded(event.call, event.leg, "unreachable")
        case CommandFailed(reason="gone"):
            return LegEnded(event.call, event.leg, "lost")
        case LegSeen(state="up", room=room) if type(leg.doing) is InRoom and room == leg.doing.room:
            return LegJoined(event.call, event.leg, room)
        case LegSeen(state="up") if leg.state != "up":
            return LegAnswered(event.call, event.leg)
        case _:
            return event


def passed(event: Event, leg: Leg) -> str:
    """Why the event is too late for this leg; empty when it is not."""
    match event:
        case KeysPressed() | WordsHeard() | InputTimedOut() | SayFinished() | CommandFailed() | CommandUncertain():
            return "ignored.step_passed" if event.step != leg.step else ""
        case LegAnswered():
            return "ignored.answered_already" if leg.state == "up" else ""
        case LegJoined(room=room):
            return "" if type(leg.doing) is InRoom and room == leg.doing.room else "ignored.room_passed"
        case _:
            return ""


def note(call: Call, event: Event, leg: Leg, world: World) -> Call:
    """The call with what this event says about the leg."""
    match event:
        case LegRinging() | LegRang():
            return heard(call, leg, event, world.pinned.ringing, world.now)
        case LegAnswered():
            call = change(call, leg.id, state="up", answered_at=world.now)
            return replace(call, timers=tuple(t for t in call.timers if t.leg != leg.id or t.name not in RING_CLOCK))
        case LegJoined(room=room):
            return change(call, leg.id, joined=room)
        case LegLeft(room=room) if leg.joined == room:
            return change(call, leg.id, joined="")
        case LegEnded():
            return drops(call, leg.id)
        case _:
            return call
