"""The caller waits: music, place in the line, overflow, the offer of a callback, and never longer than needed."""

import pytest
from msgspec.structs import replace

from app.call import events as e
from app.call.call import Waiting
from app.call.legs import Gather, Ringing
from app.call.policy import AgentProfile, Office
from tests.core.acts import WITHHELD, ends, heard, house, phone_rings, presses, rings, silent
from tests.core.house import House
from tests.core.moments import recalled, waiting
from tests.core.policies import policy
from tests.core.promising import PROMISED
from tests.core.seen import caller, codes, during, first, hears, last, of, phase, sent


def alone(*agents: str, **changes: object) -> House:
    """One caller waits for the KCC; `changes` are of its office."""
    office = replace(policy().offices["kcc"], **changes)
    offices = {**policy().offices, "kcc": office}
    centre = house(*agents, rules=policy(offices=offices))
    centre.handle(e.AgentLoggedOn("bart"))
    rings(centre)
    presses(centre, "1")
    return centre


def test_where_nobody_is_logged_on_a_callback_is_offered_at_once() -> None:
    centre = house()
    rings(centre)
    presses(centre, "1")
    assert (phase(centre), hears(caller(centre))) == ("Waiting", ["nobody_there"])
    assert codes(presses(centre, "1")) == ["promise.asked"]
    assert hears(caller(centre))[0] == "callback_promised", "no place in a line where nobody answers"


def test_whom_everybody_went_home_before_they_came_back_is_promised_a_callback_at_once() -> None:
    centre = recalled()
    assert phase(centre) == "Waiting"
    for agent in list(centre.agents):
        centre.handle(e.AgentLoggedOff(agent))
    codes_of = codes(centre.handle(e.CallerReturned("c1")))
    assert codes_of == ["wait.nobody"]
    assert (phase(centre), hears(caller(centre))) == ("Promising", PROMISED)


def minutes(centre: House) -> tuple[str, str]:
    """Place and expected wait as told last; who is next hears so instead of a number."""
    doing = caller(centre).doing
    told = next(x for x in getattr(doing, "lines", ()) if x.text in ("position", "position_next"))
    return told.slots.get("nummer", "1"), told.slots["minuten"]


def test_who_can_be_helped_at_once_hears_so_and_is_not_told_to_wait() -> None:
    assert hears(caller(alone("bart"))) == ["to_person"]


def test_who_waits_hears_the_place_in_the_line_and_then_music() -> None:
    centre = alone()
    assert hears(caller(centre)) == ["waiting", "position_next"]
    assert codes(heard(centre)) == ["music"]
    assert hears(caller(centre)) == ["waiting"]


def test_the_place_counts_only_who_came_earlier_for_the_same_office() -> None:
    centre = alone()
    assert minutes(centre) == ("1", "5")
    rings(centre, call="c2")
    presses(centre, "1", call="c2")
    rings(centre, call="c3")
    presses(centre, "2", call="c3")
    centre.wait(45)
    assert (minutes(centre)[0], hears(caller(centre, "c2"))) == ("1", ["position"])
    assert first(caller(centre, "c2")).slots == {"nummer": "2", "minuten": "10"}


def test_more_agents_at_work_shorten_the_expected_wait() -> None:
    centre = waiting()
    centre.wait(45)
    assert minutes(centre) == ("1", "5")
    centre.ready("fatima")
    assert codes(centre.steps[-1:]) == ["offer.free"]


def test_a_long_wait_offers_a_callback_once() -> None:
    centre = alone()
    heard(centre)
    centre.wait(135)
    assert (hears(caller(centre)), type(caller(centre).doing)) == (["position_next", "offer_callback"], Gather)
    assert codes(silent(centre)) == ["music"]
    centre.wait(45)
    assert hears(caller(centre)) == ["position_next"]


def test_key_one_makes_the_promise_and_another_key_goes_on_waiting() -> None:
    other, one = alone(), alone()
    for centre in (other, one):
        centre.wait(135)
    assert codes(presses(other, "5")) == ["music"]
    assert codes(presses(one, "1")) == ["promise.asked"]
    assert (phase(other), phase(one)) == ("Waiting", "Promising")
    assert [c.status for c in one.callbacks.values()] == ["promised"]


def test_who_has_no_number_and_gives_none_does_not_lose_the_turn() -> None:
    centre = house()
    centre.handle(e.AgentLoggedOn("bart"))
    rings(centre, number=WITHHELD)
    presses(centre, "1")
    since = of(centre).phase
    centre.wait(135)
    presses(centre, "1")
    assert hears(caller(centre)) == ["callback_ask_number"]
    silent(centre)
    assert isinstance(since, Waiting)
    assert of(centre).phase == replace(since, offered=True)


def test_after_the_longest_wait_a_callback_is_offered_again_and_again_much_later() -> None:
    centre = alone(offer_callback=900.0)
    centre.wait(300)
    assert (phase(centre), hears(caller(centre))) == ("Promising", ["offer_callback"])
    assert codes(silent(centre)) == ["promise.no_wait"]
    centre.wait(299)
    assert phase(centre) == "Waiting"
    centre.wait(1)
    assert phase(centre) == "Promising"


def test_the_other_office_takes_over_when_somebody_is_there_and_only_once() -> None:
    offices = {**policy().offices, "kcc": replace(policy().offices["kcc"], overflow="sociaal", patience=60.0)}
    centre = house("bart", rules=policy(offices=offices))
    rings(centre)
    presses(centre, "1")
    phone_rings(centre)
    centre.handle(e.AgentNotReady("bart", "pauze"))
    ends(centre, "agent", "declined")
    centre.handle(e.AgentLoggedOn("joke"))
    assert phase(centre) == "Waiting"
    centre.wait(60)
    assert (of(centre).office, phase(centre)) == ("sociaal", "Waiting")
    assert during(centre, Waiting).since < centre.now, "the turn is kept"
    centre.wait(61)
    assert phase(centre) == "Waiting", "and the longest wait begins anew"
    centre.handle(e.AgentReady("joke"))
    assert phase(centre) == "Offering"


def test_nobody_at_the_other_office_is_no_overflow() -> None:
    offices = {**policy().offices, "kcc": replace(policy().offices["kcc"], overflow="sociaal", patience=60.0)}
    centre = house(rules=policy(offices=offices))
    rings(centre)
    presses(centre, "1")
    centre.wait(60)
    assert (of(centre).office, phase(centre)) == ("kcc", "Promising")


def test_patience_that_ran_out_while_phones_rang_is_asked_at_once() -> None:
    centre = alone("bart", patience=10.0)
    phone_rings(centre)
    centre.wait(14)
    centre.handle(e.AgentNotReady("bart", "pauze"))
    ends(centre, "agent", "cancelled")
    centre.wait(0)
    assert (phase(centre), hears(caller(centre))) == ("Promising", ["offer_callback"])


def test_a_recalled_caller_is_promised_the_callback_that_is_pending() -> None:
    centre = recalled()
    assert isinstance(of(centre).phase, Waiting)
    centre.wait(300)
    assert (phase(centre), hears(caller(centre))) == ("Promising", PROMISED)
    assert [(c.colleague, c.status) for c in centre.callbacks.values()] == [("piet", "promised")]


def test_who_becomes_ready_is_offered_the_caller_and_a_new_round_begins() -> None:
    centre = alone("bart", "fatima")
    phone_rings(centre)
    for _ in range(2):
        ends(centre, "agent", "no_answer")
    assert of(centre).tried == ("bart", "fatima"), "fatima is the last ready one and rests for a moment"
    assert codes(centre.handle(e.AgentReady("bart"))[1:]) == ["offer.free"]
    assert of(centre).tried == ("bart",)


@pytest.mark.parametrize("agent", ["bart", "joke", "nobody", "gone"])
def test_an_agent_who_is_not_ready_any_more_or_of_another_office_is_not_offered_the_call(agent: str) -> None:
    centre = waiting()
    centre.agents["gone"] = replace(centre.agents["joke"], id="gone")
    assert codes(centre.handle(e.AgentFound("c1", agent))) == ["ignored.phase"]


def test_an_agent_s_phone_outside_shows_the_centre_s_own_number() -> None:
    home = AgentProfile("bart", "Bart Smit", "tel:+31612300009", ("kcc",))
    centre = house("bart", rules=policy(agents={"bart": home}))
    rings(centre)
    presses(centre, "1")
    assert last(centre, "agent").doing == Ringing("tel:+31612300009", "+31201234500")


def test_a_withheld_number_is_shown_as_anonymous() -> None:
    centre = house("bart")
    rings(centre, number=WITHHELD)
    presses(centre, "1")
    assert last(centre, "agent").doing == Ringing("sip:101@pbx", "", name="anonymous")


def test_a_line_that_is_being_hung_up_says_nothing_any_more() -> None:
    centre = recalled()
    leaving = last(centre, "colleague")
    assert codes(centre.handle(e.SayFinished("c1", leaving.id, leaving.step))) == ["ignored.step_passed"]


def test_other_reports_mean_nothing_while_waiting() -> None:
    assert codes(waiting().handle(e.LegLeft("c1", "c1.1", "elsewhere"))) == ["ignored.phase"]


def test_the_office_s_own_average_talk_is_used() -> None:
    assert minutes(alone(talk=600.0)) == ("1", "10")
    assert isinstance(Office("x", {}, "", 0.6).talk, float)


def test_nothing_is_sent_when_the_music_plays_on() -> None:
    centre = recalled()
    heard(centre)
    assert sent(centre.handle(e.CallerReturned("c1"))) == []
