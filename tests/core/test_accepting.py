"""Who picks up outside presses 1 first: no caller ever speaks with a voicemail, no voicemail hears who called."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from app.call import events as e
from app.call.call import Talking
from app.call.legs import Gather, Leaving, Prompt
from app.call.policy import Address, AgentProfile, Policy
from tests.core.acts import MOBILE, answers, ends, heard, house, joined, phone_rings, presses, rings
from tests.core.house import House, Step
from tests.core.moments import talking
from tests.core.policies import policy
from tests.core.seen import caller, codes, during, first, hears, last, of, outcomes, phase, sent

HOME = "tel:+31612300009"


def keys(centre: House, role: str, pressed: str) -> list[Step]:
    leg = last(centre, role)
    return centre.handle(e.KeysPressed("c1", leg.id, leg.step, pressed))


def nothing(centre: House, role: str) -> list[Step]:
    leg = last(centre, role)
    return centre.handle(e.InputTimedOut("c1", leg.id, leg.step))


def at_home(accept: bool | None = None, address: str = HOME) -> Policy:
    """Joke answers at home."""
    agents = policy().agents
    return policy(agents=agents | {"joke": replace(agents["joke"], address=address, accept=accept)})


def offered(rules: Policy | None = None) -> House:
    """Joke's telephone at home rings, Fatima is ready too."""
    centre = house("joke", "fatima", rules=at_home() if rules is None else rules)
    rings(centre)
    presses(centre, "2")
    phone_rings(centre)
    return centre


def asked() -> House:
    centre = offered()
    answers(centre)
    return centre


def consulting(rules: Policy | None = None) -> House:
    """Ans's mobile rings."""
    centre = talking() if rules is None else _talking(rules)
    centre.handle(e.ConsultAsked("c1", "joke", "ans"))
    ends(centre, "colleague", "unreachable")
    phone_rings(centre, "colleague")
    return centre


def _talking(rules: Policy) -> House:
    centre = offered(rules)
    answers(centre)
    joined(centre)
    return centre


def consulting_asked() -> House:
    centre = consulting()
    answers(centre, "colleague")
    return centre


def alone_asked() -> House:
    """The agent is gone, Ans picked up the mobile."""
    centre = consulting()
    ends(centre, "agent", "lost")
    answers(centre, "colleague")
    return centre


def test_who_must_accept_is_a_matter_of_the_address_unless_the_policy_says_so() -> None:
    assert [Address(uri).accepts for uri in ("sip:1@pbx", HOME)] == [False, True]
    assert [Address("sip:1@pbx", accept=x).accepts for x in (False, True)] == [False, True]
    assert not AgentProfile("a", "A", HOME, ("kcc",), accept=False).accepts
    assert AgentProfile("a", "A", HOME, ("kcc",)).accepts


def test_an_agent_at_home_is_asked_for_a_key_and_hears_no_name_before_it() -> None:
    centre = offered()
    hearing = hears(caller(centre))
    assert (codes(steps := answers(centre)), sent(steps)) == (["accept.asked"], ["Gather c1.2"])
    assert hears(last(centre, "agent")) == ["accept_call", "accept_call"]
    assert hears(caller(centre)) == hearing, "the caller goes on hearing what they heard"
    assert centre.agents["joke"].state == "reserved"


def test_after_the_key_the_agent_hears_who_calls_about_what_and_then_they_speak() -> None:
    centre = asked()
    centre.calls["c1"] = replace(of(centre), name="c1.name")
    assert codes(keys(centre, "agent", "1")) == ["offer.told"]
    doing = last(centre, "agent").doing
    assert isinstance(doing, Prompt)
    assert (doing.lines[0].text, doing.lines[0].slots) == (
        "announce_agent", {"beller": "@c1.name", "onderwerp": "topic:wmo"},
    )  # fmt: skip
    assert sent(heard(centre, "agent")) == ["Join c1.1", "Join c1.2"]
    joined(centre)
    assert (phase(centre), outcomes(centre)) == ("Talking", [("joke", "answered")])


def test_without_a_topic_the_office_is_named_and_a_sentence_that_never_ends_is_not_waited_for() -> None:
    centre = house("bart", rules=policy(agents={"bart": AgentProfile("bart", "Bart", HOME, ("kcc",), accept=False)}))
    rings(centre, "+31201234567")
    heard(centre)
    assert codes(answers(centre)) == ["offer.told"]
    assert first(last(centre, "agent")).slots["onderwerp"] == "office:kcc"
    assert codes(centre.wait(15)) == ["offer.answered"]


def test_a_phone_inside_is_asked_only_when_the_policy_says_so() -> None:
    centre = offered(at_home(accept=True, address="sip:103@pbx"))
    assert codes(answers(centre)) == ["accept.asked"]


def test_another_key_asks_again_and_the_time_goes_on() -> None:
    for centre, role in ((asked(), "agent"), (consulting_asked(), "colleague"), (alone_asked(), "colleague")):
        centre.wait(20)
        assert codes(keys(centre, role, "5")) == ["accept.again"]
        assert isinstance(last(centre, role).doing, Gather)
        centre.wait(10.1)
        assert ("joke" if role == "agent" else "ans", "voicemail") in outcomes(centre)


@pytest.mark.parametrize(
    ("what", "outcome"),
    [(lambda c, role: nothing(c, role), "voicemail"),
     (lambda c, role: c.handle(e.LegMachine("c1", last(c, role).id)), "voicemail"),
     (lambda c, role: ends(c, role), "declined"), (lambda c, role: ends(c, role, "lost"), "unreachable")],
)  # fmt: skip
def test_whoever_does_not_accept_was_not_reached(what: Callable[[House, str], list[Step]], outcome: str) -> None:
    centre = asked()
    what(centre, "agent")
    assert outcomes(centre) == [("joke", outcome)]
    assert (centre.agents["joke"].state, centre.agents["joke"].reason) == ("not_ready", outcome)
    assert last(centre, "agent").party == "fatima"
    centre = consulting_asked()
    what(centre, "colleague")
    assert (phase(centre), outcomes(centre)[-2:]) == ("Talking", [("ans", outcome), ("to ans", outcome)])
    assert during(centre, Talking).failed == outcome
    centre = alone_asked()
    what(centre, "colleague")
    assert outcomes(centre)[-2:] == [("ans", outcome), ("to ans", outcome)]
    assert phase(centre) in ("Waiting", "Offering")
    assert not [leg for leg in of(centre).legs if leg.role == "colleague" and leg.live]


def test_other_news_of_a_phone_that_is_asked_changes_nothing() -> None:
    for centre, role in ((asked(), "agent"), (consulting_asked(), "colleague"), (alone_asked(), "colleague")):
        leg = last(centre, role)
        centre.handle(e.LegSeen("c1", leg.id, "up"))
        assert last(centre, role).doing == leg.doing


def test_the_caller_hangs_up_while_somebody_is_asked() -> None:
    for centre, role, outcome in (
        (asked(), "agent", ("joke", "cancelled")), (consulting_asked(), "colleague", ("ans", "cancelled")),
        (alone_asked(), "colleague", ("ans", "cancelled")),
    ):  # fmt: skip
        ends(centre, "caller")
        assert outcomes(centre)[-1] == outcome
        assert isinstance(last(centre, role).doing, Leaving)


def test_the_caller_hangs_up_while_the_agent_hears_who_calls() -> None:
    centre = asked()
    keys(centre, "agent", "1")
    ends(centre, "caller")
    assert outcomes(centre) == [("joke", "answered")]
    assert centre.agents["joke"].state == "ready"


def test_a_colleague_on_a_mobile_accepts_hears_who_it_is_and_speaks() -> None:
    centre = consulting()
    assert codes(answers(centre, "colleague")) == ["accept.asked"]
    assert hears(last(centre, "agent")) == ["ringback"], "the agent is not in silence"
    assert codes(keys(centre, "colleague", "1")) == ["consult.answered"]
    assert hears(last(centre, "colleague")) == ["announce"]
    assert hears(last(centre, "agent")) == ["ringback"]
    assert codes(heard(centre, "colleague")) == ["consult.speaking"]
    assert outcomes(centre)[-1] == ("ans", "answered")


def test_going_back_to_the_caller_while_the_colleague_is_asked_is_recorded_once() -> None:
    centre = consulting_asked()
    centre.handle(e.ConsultCancelled("c1", "joke"))
    assert (phase(centre), outcomes(centre)[-1]) == ("Talking", ("ans", "cancelled"))


def test_the_agent_drops_while_the_colleague_is_asked_who_is_not_asked_again() -> None:
    centre = consulting_asked()
    assert sent(ends(centre, "agent", "lost")) == ["Say c1.1"]
    heard(centre)
    assert codes(keys(centre, "colleague", "1")) == ["announce_direct"]
    assert hears(last(centre, "colleague")) == ["announce_direct"]
    assert codes(heard(centre, "colleague")) == ["connect"]


def test_the_agent_drops_when_the_colleague_has_accepted() -> None:
    centre = consulting_asked()
    keys(centre, "colleague", "1")
    ends(centre, "agent", "lost")
    assert hears(last(centre, "colleague")) == ["announce_direct"]


def test_without_the_agent_the_colleague_accepts_and_is_connected() -> None:
    centre = alone_asked()
    assert hears(caller(centre)) == ["connecting_direct"]
    keys(centre, "colleague", "1")
    heard(centre)
    assert codes(heard(centre, "colleague")) == ["connect"]
    assert outcomes(centre)[-1] == ("ans", "answered")


def test_a_voicemail_on_the_first_phone_makes_the_second_ring() -> None:
    rules = policy(colleagues={
        "ans": replace(policy().colleagues["ans"], addresses=(Address(HOME), Address("sip:201@pbx"))),
    })  # fmt: skip
    centre = house("joke", rules=rules)
    rings(centre, number=MOBILE)
    presses(centre, "2")
    answers(centre)
    joined(centre)
    centre.handle(e.ConsultAsked("c1", "joke", "ans"))
    answers(centre, "colleague")
    assert sent(nothing(centre, "colleague")) == ["HangUp c1.3", "Dial c1.4"]
    assert outcomes(centre)[-1] == ("ans", "voicemail")


def test_progress_without_ringing_counts_as_estimated_ringing() -> None:
    centre = house("joke")
    rings(centre)
    presses(centre, "2")
    centre.handle(e.LegRinging("c1", last(centre, "agent").id, estimated=True))
    assert last(centre, "agent").estimated
    centre.wait(14)
    assert sent(centre.steps[-1:]) == ["StopRinging c1.2"]
