"""Standard sentences by the id of their text in routing.yaml."""

from __future__ import annotations

from app.call.calendar import part_of_day
from app.call.call import Call
from app.call.legs import Line
from app.call.world import World


def line(text: str, /, **slots: str) -> Line:
    """The sentence of this id with these slots."""
    return Line(text, slots)


def greeting(call: Call, world: World) -> tuple[Line, ...]:
    """The greeting of this part of the day, and the supervisor's current message when there is one (domain §4)."""
    first = line(f"greeting_{part_of_day(world.now, world.pinned)}", gemeente=world.pinned.municipality.name)
    return first, *message(call, world)


def message_of_topic(call: Call, world: World) -> tuple[Line, ...]:
    """The current message about the topic that was chosen just now; one for everybody was in the greeting."""
    current = world.centre.message
    return message(call, world) if current is not None and current.topic else ()


def message(call: Call, world: World) -> tuple[Line, ...]:
    """The supervisor's current message: one for everybody, or one for the topic of this call.

    Only in the caller's language: the voice of another one would make nonsense of it.
    """
    current = world.centre.message
    if current is None or (current.until is not None and current.until <= world.now):
        return ()
    if current.topic not in ("", call.topic):
        return ()
    spoken = {world.pinned.municipality.languages[0]: current.text, **current.others}
    return (line("message", bericht=f"@{spoken[call.language]}"),) if call.language in spoken else ()
