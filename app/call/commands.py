"""Commands are the difference between what the legs did and what they do now; no rule sends one by hand."""

from __future__ import annotations

from typing import Literal, assert_never

from msgspec import Struct

from app.call.call import Call
from app.call.legs import Doing, Gather, InRoom, Leaving, Leg, Music, Prompt, Ringing

Name = Literal["Say", "Gather", "Music", "Ringback", "Join", "Dial", "StopRinging", "HangUp", "Look"]


class Command(Struct, frozen=True):
    """To the switch: from `step` on, `leg` does `do`. `left` is the room it leaves for that, when it was in one.

    `do` is None for `Look`: asks whether the leg lives and where; answered by `LegSeen` or `LegEnded(lost)`.
    """

    leg: str
    step: int
    name: Name
    do: Doing | None = None
    left: str = ""


def named(do: Doing, *, up: bool) -> Name:
    """The name of the command that makes a leg do this; `up` tells a hang-up from a withdrawal."""
    match do:
        case Prompt():
            return "Say"
        case Gather():
            return "Gather"
        case Music(tune="ringback"):
            return "Ringback"
        case Music():
            return "Music"
        case InRoom():
            return "Join"
        case Ringing():
            return "Dial"
        case Leaving():
            return "HangUp" if up else "StopRinging"
        case _:
            assert_never(do)


def present(leg: Leg) -> Command:
    """The command of what the leg does now: to say it again, or in the answer to a webhook."""
    return Command(leg.id, leg.step, named(leg.doing, up=leg.state == "up"), leg.doing)


def between(before: Call | None, after: Call | None) -> tuple[Command, ...]:
    """The commands that turn the legs of `before` into those of `after`, in the order of the legs.

    A leg is sent something exactly when its step rose; a leg that is over is sent nothing.
    """
    if after is None or (before is not None and before.legs is after.legs):
        return ()
    earlier = {} if before is None else {leg.id: leg for leg in before.legs}
    commands = []
    for leg in after.legs:
        was = earlier.get(leg.id)
        if was is None or was.step != leg.step:
            left = was.doing.room if was is not None and type(was.doing) is InRoom else ""
            commands.append(Command(leg.id, leg.step, named(leg.doing, up=leg.state == "up"), leg.doing, left))
    return tuple(commands)
