"""A contact centre at a named moment of a call `c1`: each is reached by what really happens, none is made by hand."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from app.call import events as e
from app.call.because import chain
from app.call.call import Call
from app.call.decision import OfferMade, TransferMade
from app.call.legs import Gather, InRoom, Leaving, Leg, Music, Prompt, Ringing
from app.call.numbers import Given
from app.call.policy import Policy
from tests.core.house import House, Step
from tests.core.policies import policy

MOBILE = Given("c1.number", "mobile", "NL")
WITHHELD = Given("", "withheld")
PREMIUM = Given("c1.other", "premium", "NL")


def house(*agents: str, rules: Policy | None = None) -> House:
    """An open centre with these agents ready."""
    made = House() if rules is None else House(rules)
    made.ready(*agents)
    return made


def of(centre: House, call: str = "c1") -> Call:
    """The call as it is now."""
    return centre.calls[call]


def caller(centre: House, call: str = "c1") -> Leg:
    """The caller's leg."""
    return of(centre, call).legs[0]


def last(centre: House, role: str, call: str = "c1") -> Leg:
    """The newest leg of this role that is not being hung up, else the newest."""
    legs = [leg for leg in of(centre, call).legs if leg.role == role]
    return next((leg for leg in reversed(legs) if leg.live), legs[-1])


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


# The moments, in the order of a call's life


def welcoming() -> House:
    centre = house("bart", "fatima")
    rings(centre, "+31201234567")
    return centre


def choosing() -> House:
    centre = house("bart", "fatima", "joke")
    rings(centre)
    return centre


def waiting() -> House:
    """Two callers wait for the KCC, whose agents are talking or on a break."""
    centre = house("bart", "joke")
    for call in ("c2", "c1", "c3"):
        rings(centre, call=call)
        presses(centre, "1", call=call)
    answers(centre, call="c2")
    joined(centre, call="c2")
    heard(centre)
    return centre


def offering() -> House:
    centre = house("joke", "fatima")
    rings(centre)
    presses(centre, "2")
    phone_rings(centre)
    return centre


def offering_withdrawn() -> House:
    centre = offering()
    centre.wait(14)
    return centre


def joining() -> House:
    centre = offering()
    answers(centre)
    return centre


def talking() -> House:
    centre = joining()
    joined(centre)
    return centre


def talking_held() -> House:
    centre = talking()
    centre.handle(e.PhoneHeld("c1", last(centre, "agent").id))
    return centre


def consulting(colleague: str = "piet") -> House:
    """The colleague's phone rings."""
    centre = talking()
    centre.handle(e.ConsultAsked("c1", "joke", colleague))
    phone_rings(centre, "colleague")
    return centre


def consulting_withdrawn() -> House:
    """The first of two phones was not answered and is being withdrawn."""
    centre = consulting("ans")
    centre.wait(14)
    return centre


def consulting_announcing() -> House:
    centre = consulting()
    answers(centre, "colleague")
    return centre


def consulting_speaking() -> House:
    centre = consulting_announcing()
    heard(centre, "colleague")
    joined(centre)
    return centre


def consulting_with_caller() -> House:
    """The agent swapped back to the caller; the colleague hears music."""
    centre = consulting_speaking()
    centre.handle(e.SwapAsked("c1", "joke"))
    joined(centre)
    return centre


def three_way() -> House:
    centre = consulting_speaking()
    centre.handle(e.ThreeWayAsked("c1", "joke"))
    joined(centre)
    return centre


def ringing_on() -> House:
    centre = consulting()
    ends(centre, "agent", "lost")
    return centre


def ringing_on_withdrawn() -> House:
    centre = consulting("ans")
    ends(centre, "agent", "lost")
    centre.wait(14)
    return centre


def announcing() -> House:
    centre = ringing_on()
    answers(centre, "colleague")
    return centre


def connecting() -> House:
    centre = consulting_speaking()
    centre.handle(e.CompleteAsked("c1", "joke"))
    return centre


def connecting_without_agent() -> House:
    centre = connecting()
    ends(centre, "agent")
    return centre


def connected() -> House:
    centre = connecting()
    joined(centre)
    return centre


def connected_stable() -> House:
    centre = connected()
    centre.wait(5)
    return centre


def connected_held() -> House:
    centre = connected()
    centre.handle(e.PhoneHeld("c1", last(centre, "colleague").id))
    return centre


def recalled() -> House:
    """The agent is gone, the colleague did not answer: the caller waits with a callback pending."""
    centre = ringing_on()
    for agent in ("fatima", "joke"):
        centre.handle(e.AgentNotReady(agent, "pauze"))
    centre.wait(14)
    return centre


def promising() -> House:
    """Outside opening hours a callback is offered."""
    centre = house("bart")
    centre.wait(9 * 3600)
    rings(centre)
    return centre


def promising_number() -> House:
    """The caller wants to be called back, but the number is withheld."""
    centre = house("bart")
    centre.wait(9 * 3600)
    rings(centre, number=WITHHELD)
    presses(centre, "1")
    return centre


def promising_in_line() -> House:
    """After the longest wait a callback is offered; who says no goes on waiting."""
    centre = house()
    rings(centre)
    presses(centre, "1")
    heard(centre)
    centre.wait(300)
    return centre


def closing() -> House:
    centre = talking()
    centre.handle(e.HangUpAsked("c1", "joke"))
    return centre


def degraded() -> House:
    centre = consulting()
    centre.handle(e.DegradeServed("c1"))
    return centre


def ended() -> House:
    """The caller hung up; the other lines are still leaving."""
    centre = consulting_speaking()
    ends(centre, "caller")
    return centre


def offering_asked() -> House:
    """An agent at home picked up a telephone, and is asked for a key."""
    agents = policy().agents
    at_home = agents | {"joke": replace(agents["joke"], address="tel:+31612300009")}
    centre = house("joke", "fatima", rules=policy(agents=at_home))
    rings(centre)
    presses(centre, "2")
    answers(centre)
    return centre


def offering_told() -> House:
    """The agent pressed the key, and hears who calls."""
    centre = offering_asked()
    leg = last(centre, "agent")
    centre.handle(e.KeysPressed("c1", leg.id, leg.step, "1"))
    return centre


def talking_told() -> House:
    """The agent hears that there is no such number."""
    centre = talking()
    centre.handle(e.PhoneTransferAsked("c1", "c1.2", wrong="unknown"))
    return centre


def consulting_asked() -> House:
    """The colleague picked up the mobile, and is asked for a key."""
    centre = consulting("ans")
    ends(centre, "colleague", "unreachable")
    answers(centre, "colleague")
    return centre


def announcing_asked() -> House:
    """The same, without the agent."""
    centre = consulting("ans")
    ends(centre, "colleague", "unreachable")
    ends(centre, "agent", "lost")
    answers(centre, "colleague")
    return centre


MOMENTS: dict[str, Callable[[], House]] = {
    moment.__name__: moment
    for moment in (
        welcoming, choosing, waiting, offering, offering_withdrawn, joining, talking, talking_held, consulting,
        consulting_withdrawn, consulting_announcing, consulting_speaking, consulting_with_caller, three_way,
        ringing_on, ringing_on_withdrawn, announcing, connecting, connecting_without_agent, connected,
        offering_asked, offering_told, talking_told, consulting_asked, announcing_asked,
        connected_stable, connected_held, recalled, promising, promising_number, promising_in_line, closing, degraded,
        ended,
    )
}  # fmt: skip


# What is said about it


def codes(steps: list[Step]) -> list[str]:
    """Why the first of these events did what it did, its steps in order."""
    return [because.code for because in chain(steps[0].decision.because)]


def sent(steps: list[Step]) -> list[str]:
    """The commands of these events, as `Say c1.1`."""
    return [f"{c.name} {c.leg}" for step in steps for c in step.decision.commands]


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
