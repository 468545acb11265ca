"""The page of the phases: what each event does in each, found by letting everything happen in every moment."""

from __future__ import annotations

import importlib
import inspect
from collections import defaultdict
from collections.abc import Iterator
from copy import copy
from functools import partial
from typing import Any, get_args

from app.call import call as nouns
from app.call import events as e
from app.call.timers import Timer

ANYWHERE = {"Ended": "LegEnded(caller)", "Degraded": "DegradeServed"}
"""Where every phase leads to, by one event: left out of the picture."""

Moves = dict[str, dict[str, set[str]]]


def page() -> str:
    """The whole page; the same code always gives the same page."""
    moves = found()
    kinds = get_args(nouns.Phase)
    lines = [
        "# The phases of a call",
        "Written by `make docs`: from every moment of a call that the tests know, everything that may happen was let",
        "happen, and every story in `tests/transcripts` was told. Names like `rings` are timers, `LegEnded(agent)` is",
        "the end of the agent's line. From every phase `LegEnded(caller)` leads to `Ended`, where the other lines are",
        "hung up, and `DegradeServed` to `Degraded`; the picture leaves those two out.",
        "",
        "```mermaid",
        "stateDiagram-v2",
        *_picture(moves),
        "```",
    ]
    for kind in kinds:
        name = kind.__name__
        lines += ["", f"## {name}", _sentence(kind), "", "| what happens | leads to |", "|---|---|"]
        lines += [f"| `{event}` | {_to(name, after)} |" for event, after in sorted(moves[name].items())]
    return "\n".join(lines) + "\n"


def found() -> Moves:
    """Phase -> event -> phases after it, `[*]` before the call; only where the event changed something."""
    moves: Moves = defaultdict(lambda: defaultdict(set))
    moments = importlib.import_module("tests.core.moments")
    happenings = importlib.import_module("tests.properties.happenings")
    telling = importlib.import_module("tests.transcripts.telling")
    for make in moments.MOMENTS.values():
        house = make()
        _note(moves, house.steps)
        happening = [partial(happenings.happen, house, what) for what in happenings.possible(house)]
        happening += [partial(_fires, house, *armed) for armed in house.timers()]
        before = {name: copy(value) for name, value in vars(house).items()}
        for happen in happening:
            happen()
            _note(moves, house.steps[len(before["steps"]) :])
            vars(house).update({name: copy(value) for name, value in before.items()})
    for story in telling.stories():
        house = telling.House()
        telling.tell(story.read_text(encoding="utf-8"), house)
        _note(moves, house.steps)
    return moves


def _fires(house: Any, timer: Timer, event: e.TimerFired) -> None:
    house.now = timer.due_at
    house.handle(event)


def _note(moves: Moves, steps: list[Any]) -> None:
    for step in steps:
        after = step.decision.call
        if after is not None and not step.decision.because.ignored:
            before = "[*]" if step.before is None else type(step.before.phase).__name__
            moves[before][_event(step)].add(type(after.phase).__name__)


def _event(step: Any) -> str:
    """An event by its name, a timer by its own, one of a line with whose line it is."""
    event = step.event
    if isinstance(event, e.TimerFired):
        return event.name
    leg = step.before.leg(event.leg) if isinstance(event, e.OfLeg) and step.before is not None else None
    return type(event).__name__ + (f"({leg.role})" if leg is not None else "")


def _picture(moves: Moves) -> Iterator[str]:
    for before, events in sorted(moves.items()):
        edges: dict[str, list[str]] = defaultdict(list)
        for event, afters in sorted(events.items()):
            for after in afters - {before}:
                if ANYWHERE.get(after) != event or before == "Closing":
                    edges[after].append(event)
        yield from (f"    {before} --> {after}: {', '.join(by)}" for after, by in sorted(edges.items()))
    yield "    Ended --> [*]"
    yield "    Degraded --> [*]"


def _sentence(kind: type) -> str:
    return " ".join((inspect.getdoc(kind) or "").split())


def _to(phase: str, after: set[str]) -> str:
    """Staying is told last: the line does something else, or a fact is noted."""
    others = [f"`{name}`" for name in sorted(after - {phase})]
    return ", ".join([*others, *(["stays"] if phase in after else [])])
