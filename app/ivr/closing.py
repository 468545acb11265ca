"""The last sentence, then the line is hung up."""

from __future__ import annotations

from app.call.because import why
from app.call.call import Call, Closing
from app.call.decision import Decision
from app.call.events import Event, SayFinished, TimerFired
from app.call.legs import Leg
from app.call.moves import lets_go
from app.call.world import World


def closing(call: Call, phase: Closing, event: Event, leg: Leg | None, world: World) -> Decision | None:
    """The sentence was spoken."""
    match event:
        case SayFinished() | TimerFired(name="goodbye"):
            return Decision(why("closed_line"), call=lets_go(call, call.legs[0].id))
        case _:
            return None
