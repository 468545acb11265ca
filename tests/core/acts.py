"""What callers, agents, colleagues and the switch do, by name; each returns the steps it caused."""

from __future__ import annotations

from app.call import events as e
from app.call.call import Call
from app.call.legs import Gather, InRoom, Leaving, Leg, Music, Prompt, Ringing
from app.call.numbers import Given
from app.call.policy import Policy
from tests.core.house import House, Step
from tests.core.seen import caller, last, of

MOBILE = Given("c1.number", "mobile", "NL")
WITHHELD = Given("", "withheld")
PREMIUM = Given("c1.other", "premium", "NL")


def house(*agents: str, rules: Policy | None = None) -> House:
    """An open centre with these agents ready."""
    made = House() if rules is None else House(rules)
    made.ready(*agents)
    return made


def rings(centre: House, dialled: str = "140123", number: Given = MOBILE, call: str = "c1") -> list[Step]:
    """A caller rings."""
    return centre.handle(e.CallOffered(call, f"{call}.1", dialled, number))


def presses(centre: House, keys: str, number: Given | None = None, call: str = "c1") -> list[Step]:
    """The caller presses keys in the present step."""
    given = Given() if number is None else number
    return centre.handle(e.KeysPressed(call, f"{call}.1", caller(centre, call).step, keys, given))


def says(centre: House, *words: str) -> list[Step]:
    """Of what the caller said, the words the policy knows."""
    return centre.handle(e.WordsHeard("c1", "c1.1", caller(centre).step, words))


def heard(centre: House, role: str = "caller", call: str = "c1") -> list[Step]:
    """The sentences of this leg were spoken to the end."""
    leg = last(centre, role, call)
    return centre.handle(e.SayFinished(call, leg.id, leg.step))


def silent(centre: House) -> list[Step]:
    """The caller presses no key."""
    return centre.handle(e.InputTimedOut("c1", "c1.1", caller(centre).step))


def phone_rings(centre: House, role: str = "agent", call: str = "c1") -> list[Step]:
    """The switch reports that the phone rings."""
    return centre.handle(e.LegRinging(call, last(centre, role, call).id))


def answers(centre: House, role: str = "agent", call: str = "c1") -> list[Step]:
    """Somebody picks up."""
    return centre.handle(e.LegAnswered(call, last(centre, role, call).id))


def joined(centre: House, call: str = "c1") -> list[Step]:
    """The switch reports everybody in the room they belong in."""
    steps: list[Step] = []
    for leg in of(centre, call).legs:
        if isinstance(leg.doing, InRoom) and not leg.joined:
            steps += centre.handle(e.LegJoined(call, leg.id, leg.doing.room))
    return steps


def ends(centre: House, role: str, cause: str = "normal", call: str = "c1") -> list[Step]:
    """This party's line is over."""
    return centre.handle(e.LegEnded(call, last(centre, role, call).id, cause))  # type: ignore[arg-type]


def obey(centre: House) -> None:
    """The switch does at once what it was told, until it has nothing more to do; phones ring and nobody answers."""
    for _ in range(60):
        reports = [r for call in centre.calls.values() for leg in call.legs if (r := _report(call, leg))]
        if not reports:
            return
        for report in reports:
            centre.handle(report)
    raise AssertionError("the switch is never done")


def _report(call: Call, leg: Leg) -> e.Event | None:
    match leg.doing:
        case Prompt():
            return e.SayFinished(call.id, leg.id, leg.step)
        case Gather():
            return e.InputTimedOut(call.id, leg.id, leg.step)
        case InRoom(room=room) if leg.joined != room:
            return e.LegJoined(call.id, leg.id, room)
        case Ringing() if leg.rang_at is None:
            return e.LegRinging(call.id, leg.id)
        case Leaving():
            return e.LegEnded(call.id, leg.id, "normal" if leg.state == "up" else "cancelled")
        case Ringing() | InRoom() | Music():
            return None
