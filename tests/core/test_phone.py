"""A colleague's phones: three rings each, the next address only when nobody was there (domain §5)."""

import pytest
from msgspec.structs import replace

from app.call import events as e
from app.call.decision import OfferMade
from app.call.legs import Ringing as Dialled
from app.call.policy import Ringing
from tests.core.acts import MOBILE, ends, joined, phone_rings
from tests.core.moments import consulting, consulting_withdrawn, ringing_on, ringing_on_withdrawn, talking
from tests.core.policies import policy
from tests.core.seen import codes, last, of, outcomes, phase, sent


def test_a_phone_inside_shows_the_caller_and_a_mobile_shows_the_centre() -> None:
    centre = consulting("ans")
    assert last(centre, "colleague").doing == Dialled("sip:201@pbx", f"@{MOBILE.ref}", by="joke")
    ends(centre, "colleague", "no_answer")
    assert last(centre, "colleague").doing == Dialled("tel:+31612300001", "+31201234500")


def test_the_next_phone_waits_for_the_end_of_the_first_at_most_two_seconds() -> None:
    prompt, late = consulting_withdrawn(), consulting_withdrawn()
    assert sent(ends(prompt, "colleague", "cancelled")) == ["Dial c1.4"]
    assert sent(late.wait(1.9)) == []
    assert sent(late.wait(0.1)) == ["Dial c1.4"]
    assert [outcomes(x)[1:] for x in (prompt, late)] == [[("ans", "no_answer")]] * 2


def test_each_phone_rings_as_often_as_its_own_address_allows() -> None:
    centre = consulting_withdrawn()
    ends(centre, "colleague", "cancelled")
    phone_rings(centre, "colleague")
    centre.wait(18.9)
    assert phase(centre) == "Consulting"
    assert codes(centre.wait(0.1)) == ["transfer.no_answer"]
    record = centre.records[2]
    assert isinstance(record, OfferMade)
    assert (record.rings, record.rang) == (4, 19.0)


@pytest.mark.parametrize("cause", ["busy", "declined"])
def test_who_is_busy_or_declines_is_not_rung_elsewhere(cause: str) -> None:
    centre = consulting("ans")
    assert codes(ends(centre, "colleague", cause)) == [f"transfer.{cause}"]
    assert outcomes(centre)[1:] == [("ans", cause), ("to ans", cause)]


def test_a_phone_that_never_rings_gives_way_to_the_next() -> None:
    centre = talking()
    centre.handle(e.ConsultAsked("c1", "joke", "ans"))
    assert codes(centre.wait(8)) == ["consult.withdrawn"]
    assert codes(ends(centre, "colleague", "cancelled")) == ["consult.next_address"]
    assert outcomes(centre)[-1] == ("ans", "unreachable")


def test_an_estimate_is_made_where_ringing_is_not_signalled() -> None:
    centre = talking()
    object.__setattr__(centre, "policy", policy(ringing=Ringing(signalled=False)))
    centre.handle(e.ConsultAsked("c1", "joke", "piet"))
    assert codes(centre.wait(8)) == ["ring.estimated"]
    assert codes(centre.wait(14)) == ["transfer.no_answer"]


def test_a_phone_that_is_gone_when_its_time_is_up_leads_on() -> None:
    centre = talking()
    centre.handle(e.ConsultAsked("c1", "joke", "piet"))
    centre.calls["c1"] = replace(of(centre), legs=of(centre).legs[:2])
    assert codes(centre.wait(8)) == ["transfer.unreachable"]
    assert outcomes(centre)[1:] == [("to piet", "unreachable")]


def test_voicemail_while_the_phone_is_being_withdrawn_leads_to_the_next_phone() -> None:
    centre = consulting_withdrawn()
    assert codes(centre.handle(e.LegMachine("c1", "c1.3"))) == ["consult.next_address"]
    assert outcomes(centre)[-1] == ("ans", "no_answer")


def test_voicemail_reported_twice_leads_to_the_next_phone_once() -> None:
    ringing_without_agent = consulting("ans")
    ends(ringing_without_agent, "agent", "lost")
    for centre in (consulting("ans"), ringing_without_agent):
        assert codes(centre.handle(e.LegMachine("c1", "c1.3"))) == ["consult.withdrawn"]
        assert codes(centre.handle(e.LegMachine("c1", "c1.3"))) == ["ignored.phase"]


def test_an_answer_while_being_withdrawn_is_accepted() -> None:
    centre = consulting_withdrawn()
    assert codes(centre.handle(e.LegAnswered("c1", "c1.3"))) == ["consult.answered"]
    assert outcomes(centre)[1:] == [("ans", "answered")]


def test_a_late_answer_of_the_phone_before_is_hung_up_again() -> None:
    centre = consulting_withdrawn()
    centre.wait(2)
    steps = centre.handle(e.LegAnswered("c1", "c1.3"))
    assert (codes(steps), sent(steps)) == (["repaired"], ["HangUp c1.3"])


def test_a_colleague_who_left_the_policy_meanwhile_has_no_next_phone() -> None:
    centre = consulting("ans")
    people = {k: v for k, v in policy().colleagues.items() if k != "ans"}
    centre.policy = policy(colleagues=people)
    assert codes(ends(centre, "colleague", "no_answer")) == ["transfer.no_answer"]


def test_without_an_agent_the_phones_ring_on_the_same_way() -> None:
    centre = ringing_on_withdrawn()
    assert codes(ends(centre, "colleague", "cancelled")) == ["consult.next_address"]
    phone_rings(centre, "colleague")
    centre.handle(e.AgentNotReady("fatima", "pauze"))
    assert codes(centre.wait(19)) == ["recall"]
    joined(centre)
    assert outcomes(centre)[1:] == [("ans", "no_answer"), ("ans", "no_answer"), ("to ans", "no_answer")]


def test_without_an_agent_a_phone_that_is_not_signalled_is_estimated_too() -> None:
    centre = talking()
    centre.handle(e.ConsultAsked("c1", "joke", "piet"))
    ends(centre, "agent", "lost")
    assert codes(centre.wait(8)) == ["recall"]
    assert phase(ringing_on()) == "RingingOn"
