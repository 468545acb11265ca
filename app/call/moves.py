"""The small moves every rule is made of: a leg does something else, a phone is dialled, a phase begins."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from app.call.addresses import outside
from app.call.call import Call, Closing, Phase, Waiting
from app.call.legs import Doing, InRoom, Leaving, Leg, Line, Music, Prompt, Ringing, Role
from app.call.policy import Policy
from app.call.timers import Timer

BACKSTOP = 60.0
"""Seconds after which sentences count as spoken, or input as missing, when the switch never says so."""
GOODBYE = 20.0
"""Seconds the last sentence may take."""


def timer(name: str, now: datetime, seconds: float, leg: str = "") -> Timer:
    """A timer due this many seconds from now."""
    return Timer(name, now + timedelta(seconds=seconds), leg)


def enter(call: Call, phase: Phase, *timers: Timer, **changes: Any) -> Call:
    """The phase begins: timers of the phase before are cancelled, `timers` are armed, other fields change along."""
    return replace(call, phase=phase, timers=timers, **changes)


def arm(call: Call, *timers: Timer) -> Call:
    """These timers are armed, each replacing the one of its name."""
    names = {t.name for t in timers}
    return replace(call, timers=(*(t for t in call.timers if t.name not in names), *timers))


def disarm(call: Call, *names: str) -> Call:
    """The timers of these names are cancelled."""
    return replace(call, timers=tuple(t for t in call.timers if t.name not in names))


def change(call: Call, leg_id: str, **changes: Any) -> Call:
    """Facts about a leg change; nothing is sent to it."""
    return replace(call, legs=tuple(replace(x, **changes) if x.id == leg_id else x for x in call.legs))


def does(call: Call, leg_id: str, doing: Doing) -> Call:
    """From the next step on the leg does this."""
    return replace(
        call,
        legs=tuple(replace(x, doing=doing, step=x.step + 1, joined="") if x.id == leg_id else x for x in call.legs),
    )


def lets_go(call: Call, *leg_ids: str) -> Call:
    """These legs are hung up, or withdrawn when they still ring; a leg that is leaving already is left alone."""
    return replace(
        call,
        legs=tuple(
            replace(x, doing=Leaving(), step=x.step + 1, joined="") if x.id in leg_ids and x.live else x
            for x in call.legs
        ),
    )


def lets_go_of_others(call: Call) -> Call:
    """Every leg but the caller's is hung up."""
    return lets_go(call, *(x.id for x in call.legs if x.role != "caller"))


def drops(call: Call, leg_id: str) -> Call:
    """The leg is over; timers of its attempt go with it."""
    return replace(
        call,
        legs=tuple(x for x in call.legs if x.id != leg_id),
        timers=tuple(t for t in call.timers if t.leg != leg_id),
    )


def dials(
    call: Call, role: Role, party: str, ringing: Ringing, rings: int, *, accept: bool = False
) -> tuple[Call, str]:
    """A new leg with an id of ours begins to be dialled; returns the call and the leg's id."""
    leg_id = f"{call.id}.{call.made + 1}"
    leg = Leg(
        id=leg_id,
        role=role,
        state="dialling",
        doing=ringing,
        party=party,
        rings=rings,
        outside=ringing.outside,
        accept=accept,
    )
    return replace(call, legs=(*call.legs, leg), made=call.made + 1), leg_id


def shown(call: Call, address: str, policy: Policy, by: str = "") -> Ringing:
    """How this phone rings: who calls on the display of a phone inside, the centre's own number on one outside.

    `by` announces the caller. A citizen's name and number never reach a phone that is not ours (domain §6).
    """
    if outside(address):
        return Ringing(address, policy.municipality.outgoing_number)
    number = f"@{call.number.ref}" if call.number.ref else ""
    name = f"@{call.name}" if call.name else ("" if number else "anonymous")
    return Ringing(address, number, name=name, by=by)


def meet(call: Call, *leg_ids: str) -> tuple[Call, str]:
    """These legs go into a new room; returns the call and the room.

    A room is used once: a replayed hold of an earlier one can never part two people who talk (design §5 rule 10).
    """
    room = f"{call.id}-r{call.rooms + 1}"
    call = replace(call, rooms=call.rooms + 1)
    for leg_id in leg_ids:
        call = does(call, leg_id, InRoom(room))
    return call, room


def closes(call: Call, now: datetime, *lines: Line) -> Call:
    """The caller hears the last sentences, then is hung up; everybody else is let go."""
    call = does(lets_go_of_others(call), call.legs[0].id, Prompt(lines))
    return enter(call, Closing(), timer("goodbye", now, GOODBYE))


def returns(call: Call, now: datetime, *lines: Line, recall: bool = False) -> Call:
    """The caller goes back to the line of waiting callers, before those whom we did not fail (design §5 rules 9, 12).

    Follow it with `CallerReturned`: the rules of waiting then find an agent.
    """
    caller = call.legs[0]
    call = does(lets_go_of_others(call), caller.id, Prompt(lines) if lines else Music())
    return enter(call, Waiting(call.office, now, priority=1, recall=recall), tried=())
