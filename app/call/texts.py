"""Standard sentences by the id of their text in routing.yaml."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.call.calendar import part_of_day
from app.call.call import Call
from app.call.legs import Line
from app.call.policy import Policy
from app.call.world import World


def line(text: str, /, **slots: str) -> Line:
    """The sentence of this id with these slots."""
    return Line(text, slots)


def in_language(words: Mapping[str, str], language: str, policy: Policy) -> tuple[str, str]:
    """The words and the language they are in: the caller's, else the municipality's first, else any."""
    for known in (language, *policy.municipality.languages, *words):
        if known in words:
            return words[known], known
    return "", language


def spoken(lines: Iterable[Line], call: Call, world: World) -> tuple[Line, ...]:
    """Those of these sentences that have words: who left a text empty in routing.yaml wants nothing said."""

    def has_words(line: Line) -> bool:
        text = world.pinned.texts.get(line.text)
        return text is None or in_language(text.words, call.language, world.pinned)[0] != ""

    return tuple(filter(has_words, lines))


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
