"""The reports of one or two legs in every order a switch can produce, some of them twice: the same end (I20)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import permutations

import pytest

from app.call import events as e
from tests.core.acts import house, presses, rings
from tests.core.house import House
from tests.core.moments import talking
from tests.properties.laws import Laws

Report = Callable[[House], e.Event]


def offered() -> House:
    """Joke's phone was dialled; fatima is not there."""
    centre = house("joke")
    rings(centre)
    presses(centre, "2")
    return centre


def consulted() -> House:
    """Piet's phone was dialled."""
    centre = talking()
    centre.handle(e.AgentNotReady("fatima", "pauze"))
    centre.handle(e.ConsultAsked("c1", "joke", "piet"))
    return centre


def told(leg: str) -> Report:
    """The sentence of its present step was spoken."""
    return lambda centre: e.SayFinished("c1", leg, x.step if (x := centre.calls["c1"].leg(leg)) else 0)


def is_so(event: e.Event) -> Report:
    """A report that does not depend on what was decided."""
    return lambda _: event


def phone(leg: str) -> dict[str, Report]:
    """What a switch reports of a phone that is answered, and it may do so in any order."""
    return {
        "dialling": is_so(e.LegDialling("c1", leg)),
        "ringing": is_so(e.LegRinging("c1", leg)),
        "answered": is_so(e.LegAnswered("c1", leg)),
    }


def failing(leg: str, cause: str) -> dict[str, Report]:
    """The same of one that is not."""
    return {**phone(leg), "answered": is_so(e.LegEnded("c1", leg, cause))}  # type: ignore[arg-type]


STORIES: dict[str, tuple[Callable[[], House], dict[str, Report], tuple[tuple[str, str], ...]]] = {
    "an agent answers": (
        offered,
        {**phone("c1.2"), "caller in": is_so(e.LegJoined("c1", "c1.1", "c1-r1")),
         "agent in": is_so(e.LegJoined("c1", "c1.2", "c1-r1"))},
        (("answered", "caller in"), ("answered", "agent in")),
    ),
    **{f"an agent: {cause}": (offered, failing("c1.2", cause), ()) for cause in ("busy", "declined", "unreachable")},
    "a colleague answers": (
        consulted,
        {**phone("c1.3"), "told": told("c1.3"), "in": is_so(e.LegJoined("c1", "c1.3", "c1-r2"))},
        (("answered", "told"), ("told", "in")),
    ),
    **{f"a colleague: {cause}": (consulted, failing("c1.3", cause), ()) for cause in ("busy", "declined")},
    "a colleague's voicemail": (consulted, {**phone("c1.3"), "machine": is_so(e.LegMachine("c1", "c1.3"))}, ()),
    "the caller leaves while an agent answers": (
        offered, {**phone("c1.2"), "gone": is_so(e.LegEnded("c1", "c1.1"))}, (),
    ),
    "the caller leaves while a colleague answers": (
        consulted, {**phone("c1.3"), "gone": is_so(e.LegEnded("c1", "c1.1"))}, (),
    ),
    "the agent drops while a colleague answers": (
        consulted, {**phone("c1.3"), "gone": is_so(e.LegEnded("c1", "c1.2", "lost"))}, (),
    ),
    "the agent drops while the colleague is busy": (
        consulted, {**failing("c1.3", "busy"), "gone": is_so(e.LegEnded("c1", "c1.2", "lost"))}, (),
    ),
    "both leave": (
        consulted, {"gone": is_so(e.LegEnded("c1", "c1.1")), "lost": is_so(e.LegEnded("c1", "c1.2")),
                    "busy": is_so(e.LegEnded("c1", "c1.3", "busy"))}, (),
    ),
}  # fmt: skip


def orders(reports: dict[str, Report], before: tuple[tuple[str, str], ...]) -> Iterator[tuple[str, ...]]:
    """Every order that keeps `before`; each also with one report that comes again later, anywhere."""
    for order in permutations(reports):
        if all(order.index(first) < order.index(then) for first, then in before):
            yield order
            for at, name in enumerate(order):
                for later in range(at + 1, len(order) + 1):
                    yield (*order[:later], name, *order[later:])


def end(centre: House) -> tuple[object, ...]:
    """What matters afterwards; not the numbers of steps and rooms, nor how often a phone was told to ring."""
    call = centre.calls["c1"]
    return (
        type(call.phase).__name__,
        getattr(call.phase, "stage", ""),
        tuple((leg.id, type(leg.doing).__name__) for leg in call.legs if leg.live),
        {a.id: (a.state, a.reason, a.owes) for a in centre.agents.values()},
        {(c.status, c.colleague) for c in centre.callbacks.values()},
    )


@pytest.mark.parametrize("story", STORIES)
def test_every_order_has_the_same_end(story: str) -> None:
    make, reports, before = STORIES[story]
    ends: dict[str, tuple[str, ...]] = {}
    tried = 0
    for order in orders(reports, before):
        centre = make()
        Laws(centre)
        for name in order:
            centre.handle(reports[name](centre))
        ends.setdefault(repr(end(centre)), order)
        tried += 1
    assert tried > 20
    assert len(ends) == 1, ends
