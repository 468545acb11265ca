"""The caller chooses by key or by word; whoever does not succeed reaches a person, never a loop (domain §6)."""

from __future__ import annotations

from msgspec.structs import replace

from app.call.because import Because, why
from app.call.call import Call, Choosing
from app.call.decision import Decision
from app.call.events import Event, InputTimedOut, KeysPressed, TimerFired, WordsHeard
from app.call.legs import Gather, Leg, Line
from app.call.moves import BACKSTOP, does, enter, timer
from app.call.policy import Destination, Menu
from app.call.texts import line, message
from app.call.world import World
from app.ivr.topics import find
from app.ivr.waiting import queue

REPEATS = 6
"""Steps of the caller's leg after which a menu is not repeated any more."""
ENOUGH = 24
"""Steps after which nothing is asked any more: menus that lead to each other, or to another language, end, too."""


def ask(menu: Menu, lines: tuple[Line, ...] = ()) -> Gather:
    """What the caller's leg does to choose: hears these sentences and the menu, presses one key or says a word."""
    return Gather((*lines, line(menu.text)), listen=menu.listen)


def choosing(call: Call, phase: Choosing, event: Event, leg: Leg | None, world: World) -> Decision | None:
    """A key, a word, or silence in a menu."""
    menu = world.pinned.menus[phase.menu]
    match event:
        case KeysPressed(keys="0"):
            return person(call, world, why("menu.zero", menu.line))
        case KeysPressed(keys="*") if leg is not None and leg.step < REPEATS:
            return _again(call, phase, menu, world, (), why("menu.repeat", menu.line))
        case KeysPressed(keys=key):
            chosen = menu.choices.get(key)
            if leg is not None and leg.step >= ENOUGH:
                return person(call, world, why("menu.enough", menu.line))
            if chosen is None:
                return _mistake(call, phase, menu, world, "menu_retry", why("menu.wrong_key", menu.line, key=key[:1]))
            return _to(call, phase, chosen, world, why("menu.key", chosen.line, key=key))
        case WordsHeard(words=words):
            topic = find(world.pinned, " ".join(words), call.language)
            if topic is None:
                return _mistake(call, phase, menu, world, "word_retry", why("menu.unknown_word", menu.line))
            because = why("menu.word", world.pinned.topics[topic].line, words=" ".join(words), topic=topic)
            return queue(replace(call, topic=topic), world, because)
        case InputTimedOut() | TimerFired(name="input"):
            return person(call, world, why("menu.silence", menu.line))
        case _:
            return None


def person(call: Call, world: World, because: Because) -> Decision:
    """To a person at the KCC."""
    return queue(replace(call, office=world.pinned.municipality.kcc, topic=""), world, because)


def _mistake(call: Call, phase: Choosing, menu: Menu, world: World, text: str, because: Because) -> Decision:
    if phase.mistakes:
        return person(call, world, replace(because, code=f"{because.code}_twice"))
    return _again(call, replace(phase, mistakes=1), menu, world, (line(text),), because)


def _again(
    call: Call, phase: Choosing, menu: Menu, world: World, lines: tuple[Line, ...], because: Because
) -> Decision:
    call = enter(call, phase, timer("input", world.now, BACKSTOP))
    return Decision(because, call=does(call, call.legs[0].id, ask(menu, lines)))


def _to(call: Call, phase: Choosing, chosen: Destination, world: World, because: Because) -> Decision:
    told: tuple[Line, ...] = ()
    if chosen.language not in ("", call.language):
        call = replace(call, language=chosen.language)
        told = message(call, world)
    if chosen.menu or not (chosen.office or chosen.topic):
        menu = world.pinned.menus[chosen.menu or phase.menu]
        return _again(call, Choosing(menu.id, phase.mistakes), menu, world, told, because)
    return queue(replace(call, office=chosen.office or call.office, topic=chosen.topic), world, because)
