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
from app.call.moves import change, does, drops
from app.call.rings import heard
from app.call.world import World

RING_CLOCK = ("post_dial", "rings")


def meant(event: Event, leg: Leg) -> Event:
    """What an event amounts to.

    A refused `Dial` is a phone that cannot be reached; a leg seen in its room has joined, one seen up has answered.
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
        case KeysPressed() | WordsHeard() | InputTimedOut() | SayFinished():
            return "" if event.step == leg.step and leg.live else "ignored.step_passed"
        case CommandFailed() | CommandUncertain():
            return "" if event.step == leg.step else "ignored.step_passed"
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


def repaired(call: Call, event: Event, leg: Leg) -> Call | None:
    """The leg is told once more what to do when the switch shows that it does something else; None when it need not.

    Answered or seen alive while it is being hung up: hung up again. Seen outside its room: joined again. A sentence
    the caller may not have heard: said again.
    """
    match event:
        case LegAnswered() | LegSeen() if not leg.live:
            return does(call, leg.id, leg.doing)
        case LegSeen(state="up", room=room) if type(leg.doing) is InRoom and room != leg.doing.room:
            return does(call, leg.id, leg.doing)
        case CommandUncertain(command="Say") if leg.role == "caller" and leg.live:
            return does(call, leg.id, leg.doing)
        case _:
            return None
