"""A contact centre at a named moment of a call `c1`: each is reached by what really happens, none is made by hand.

They stand in the order of a call's life.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from app.call import events as e
from app.call.policy import Destination
from tests.core.acts import WITHHELD, answers, ends, heard, house, joined, phone_rings, presses, rings
from tests.core.house import House
from tests.core.policies import policy
from tests.core.seen import last


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


def talking_told() -> House:
    """The agent hears that there is no such number."""
    centre = talking()
    centre.handle(e.PhoneTransferAsked("c1", "c1.2", wrong="unknown"))
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


def consulting_asked() -> House:
    """The colleague picked up the mobile, and is asked for a key."""
    centre = consulting("ans")
    ends(centre, "colleague", "unreachable")
    answers(centre, "colleague")
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


def announcing_asked() -> House:
    """The same, without the agent."""
    centre = consulting("ans")
    ends(centre, "colleague", "unreachable")
    ends(centre, "agent", "lost")
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


def promising_beside_the_kcc() -> House:
    """The social front office's own number is closed in the afternoon; the KCC is open."""
    numbers = policy().numbers
    own = replace(numbers["+31201234567"], to=Destination(office="sociaal"), hours="mornings")
    centre = house("bart", rules=policy(numbers=numbers | {own.number: own}))
    centre.wait(4 * 3600)
    rings(centre, own.number)
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


def waiting_behind_a_turn() -> House:
    """Who came first is rung back in turn, which has come up for joke; this caller waits for the same office."""
    centre = house()
    centre.handle(e.AgentLoggedOn("joke"))
    rings(centre, call="c2")
    presses(centre, "2", call="c2")
    centre.wait(135)
    presses(centre, "1", call="c2")
    rings(centre)
    presses(centre, "2")
    centre.handle(e.AgentReady("joke"))
    return centre


def turn_taken() -> House:
    """Joke rings back whose place was kept, and the caller behind waits."""
    centre = waiting_behind_a_turn()
    centre.handle(e.TurnTaken("c2.cb1", "joke"))
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


MOMENTS: dict[str, Callable[[], House]] = {
    moment.__name__: moment
    for moment in (
        welcoming, choosing, waiting, offering, offering_withdrawn, joining, talking, talking_held, consulting,
        consulting_withdrawn, consulting_announcing, consulting_speaking, consulting_with_caller, three_way,
        ringing_on, ringing_on_withdrawn, announcing, connecting, connecting_without_agent, connected,
        offering_asked, offering_told, talking_told, consulting_asked, announcing_asked,
        connected_stable, connected_held, recalled, promising, promising_number, promising_in_line, closing, degraded,
        ended, waiting_behind_a_turn, turn_taken,
    )
}  # fmt: skip
