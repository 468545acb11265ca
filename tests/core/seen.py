"""What can be seen of a centre and of what it did: the call, its lines, why, which commands, what is heard."""

from __future__ import annotations

from typing import TypeVar

from app.call.because import chain
from app.call.call import Call
from app.call.decision import OfferMade, TransferMade
from app.call.legs import Gather, Leg, Line, Music, Prompt
from tests.core.house import House, Step

P = TypeVar("P")


def of(centre: House, call: str = "c1") -> Call:
    """The call as it is now."""
    return centre.calls[call]


def during(centre: House, kind: type[P], call: str = "c1") -> P:
    """The phase, which is one of this kind."""
    found = of(centre, call).phase
    assert isinstance(found, kind), found
    return found


def caller(centre: House, call: str = "c1") -> Leg:
    """The caller's leg."""
    return of(centre, call).legs[0]


def last(centre: House, role: str, call: str = "c1") -> Leg:
    """The newest leg of this role that is not being hung up, else the newest."""
    legs = [leg for leg in of(centre, call).legs if leg.role == role]
    return next((leg for leg in reversed(legs) if leg.live), legs[-1])


def codes(steps: list[Step]) -> list[str]:
    """Why the first of these events did what it did, its steps in order."""
    return [because.code for because in chain(steps[0].decision.because)]


def sent(steps: list[Step]) -> list[str]:
    """The commands of these events, as `Say c1.1`."""
    return [f"{c.name} {c.leg}" for step in steps for c in step.decision.commands]


def first(leg: Leg) -> Line:
    """The first sentence this leg hears."""
    assert isinstance(leg.doing, Prompt | Gather), leg.doing
    return leg.doing.lines[0]


def hears(leg: Leg) -> list[str]:
    """The texts this leg hears now, or the tune, or nothing."""
    match leg.doing:
        case Prompt(lines=lines) | Gather(lines=lines):
            return [line.text for line in lines]
        case Music(tune=tune):
            return [tune]
        case _:
            return []


def outcomes(centre: House) -> list[tuple[str, str]]:
    """Every phone that rang and every transfer, with its outcome, in order."""
    return [
        (r.party if isinstance(r, OfferMade) else f"to {r.colleague}", r.outcome)
        for r in centre.records
        if isinstance(r, OfferMade | TransferMade)
    ]


def phase(centre: House, call: str = "c1") -> str:
    """The name of the phase."""
    return type(of(centre, call).phase).__name__
