"""Nobody waits for nobody: who is left alone hears so, is asked whether to be called back, and hears when it closes."""

from datetime import timedelta

from msgspec.structs import replace

from app.call import events as e
from app.call.call import Waiting
from app.call.legs import Gather
from app.decide import decide
from tests.core.acts import WITHHELD, answers, ends, heard, house, joined, phone_rings, presses, rings, says, silent
from tests.core.house import House
from tests.core.moments import recalled
from tests.core.policies import policy
from tests.core.seen import caller, codes, hears, of, phase

CLOSING_TIME = 6 * 3600 + 45 * 60
"""Seconds from the beginning of a test to five o'clock."""


def everybody_goes(centre: House) -> None:
    for agent in list(centre.agents):
        centre.handle(e.AgentLoggedOff(agent))


def in_line(*agents: str, since: int = 0) -> House:
    """One caller waits for the KCC, whose agents are on a break, since that many seconds after the beginning."""
    centre = house()
    for agent in agents or ("bart",):
        centre.handle(e.AgentLoggedOn(agent))
    centre.wait(since)
    rings(centre)
    presses(centre, "1")
    heard(centre)
    return centre


def test_whose_agents_all_went_home_hears_no_expected_wait_any_more() -> None:
    centre = in_line()
    everybody_goes(centre)
    centre.wait(45)
    assert (hears(caller(centre)), type(caller(centre).doing)) == (["nobody_there"], Gather)
    assert codes(silent(centre)) == ["music"]
    centre.wait(45)
    assert hears(caller(centre)) == ["nobody_there"], "asked again, for nobody is there"
    assert codes(presses(centre, "1")) == ["promise.asked"]
    assert [(c.turn, c.status) for c in centre.callbacks.values()] == [(None, "promised")]


def test_a_day_off_that_is_decided_today_closes_for_who_waits_already() -> None:
    """Design §5 rule 18: the routing is the one the call began with, the days off are those in force."""
    centre = in_line()
    everybody_goes(centre)
    today = replace(centre.policy, days_off=frozenset({centre.now.date()}))
    due = next(timer for timer in of(centre).timers if timer.name == "announce")
    event = e.TimerFired("call", "c1", due.name, due.due_at)
    decision = decide(of(centre), event, replace(centre.world(), policy=today))
    assert decision.because.code == "wait.closed"


def test_the_longest_wait_for_nobody_ends_in_the_same_question() -> None:
    centre = in_line()
    everybody_goes(centre)
    centre.wait(300)
    assert (phase(centre), hears(caller(centre))) == ("Promising", ["nobody_there"])


def test_when_everybody_of_one_office_goes_the_other_takes_over_at_the_next_announcement() -> None:
    offices = {**policy().offices, "kcc": replace(policy().offices["kcc"], overflow="sociaal")}
    centre = house(rules=policy(offices=offices))
    for agent in ("bart", "joke"):
        centre.handle(e.AgentLoggedOn(agent))
    rings(centre)
    presses(centre, "1")
    centre.handle(e.AgentLoggedOff("bart"))
    assert codes(centre.wait(45)) == ["route.overflow_empty"]
    assert of(centre).office == "sociaal"


def test_who_waits_when_it_closes_and_everybody_is_gone_hears_so() -> None:
    centre = in_line(since=CLOSING_TIME - 60)
    everybody_goes(centre)
    centre.wait(89)
    assert phase(centre) == "Waiting"
    centre.wait(1)
    assert (phase(centre), hears(caller(centre))) == ("Promising", ["closed", "closed_callback_offer"])
    assert codes(silent(centre)) == ["promise.no"]
    assert phase(centre) == "Closing"


def test_an_agent_who_only_forgot_to_log_off_keeps_nobody_waiting_at_night() -> None:
    centre = in_line(since=CLOSING_TIME - 60)
    centre.wait(90)
    assert hears(caller(centre)) == ["closed", "closed_callback_offer"]


def test_who_waits_when_it_closes_is_still_helped_by_who_is_talking() -> None:
    centre = house("bart")
    centre.wait(CLOSING_TIME - 60)
    for call in ("c2", "c1"):
        rings(centre, call=call)
        presses(centre, "1", call=call)
    answers(centre, call="c2")
    joined(centre, call="c2")
    centre.wait(300)
    assert hears(caller(centre)) == ["offer_callback"]
    silent(centre)
    assert phase(centre) == "Waiting"
    centre.handle(e.HangUpAsked("c2", "bart"))
    centre.handle(e.AgentReady("bart"))
    assert phase(centre) == "Offering"


def test_a_phone_that_nobody_answers_does_not_ring_all_night() -> None:
    centre = house("bart")
    centre.wait(CLOSING_TIME - 10)
    rings(centre)
    presses(centre, "1")
    for _ in range(100):
        if phase(centre) == "Offering":
            phone_rings(centre)
            centre.wait(14)
            ends(centre, "agent", "cancelled")
        centre.wait(1)
    assert phase(centre) in ("Promising", "Closing")
    assert any(s.decision.because.code == "wait.closed" for s in centre.steps)


def test_a_recalled_caller_after_closing_time_is_promised_what_is_owed() -> None:
    centre = recalled()
    everybody_goes(centre)
    centre.now += timedelta(hours=2)
    assert codes(centre.wait(0)) == ["wait.closed"]
    assert (phase(centre), hears(caller(centre))[0]) == ("Promising", "callback_promised")


def test_a_recalled_caller_without_a_number_is_not_asked_for_it_again_and_again() -> None:
    centre = recalled()
    centre.calls["c1"] = replace(of(centre), number=WITHHELD)
    centre.callbacks["c1.cb1"] = replace(centre.callbacks["c1.cb1"], number="")
    everybody_goes(centre)
    assert codes(centre.handle(e.CallerReturned("c1"))) == ["wait.nobody"]
    assert hears(caller(centre)) == ["callback_ask_number"]
    silent(centre)
    assert isinstance(of(centre).phase, Waiting), "music, and the question at the next announcement"
    centre.wait(45)
    assert hears(caller(centre)) == ["nobody_there"]
    centre.wait(CLOSING_TIME)
    assert phase(centre) in ("Promising", "Closing")


def test_who_waited_long_for_their_language_is_helped_in_another() -> None:
    centre = house("bart", "fatima")
    for call in ("c2", "c1"):
        rings(centre, call=call)
        presses(centre, "3", call=call)
        presses(centre, "1", call=call)
    answers(centre, call="c2")
    joined(centre, call="c2")
    centre.wait(299)
    assert (phase(centre), centre.agents["fatima"].state) == ("Waiting", "ready"), "only bart speaks English"
    assert codes(centre.wait(1)) == ["offer.another_language"]
    assert of(centre).tried == ("fatima",)


def test_a_message_about_a_topic_is_heard_by_who_chose_it() -> None:
    there, nobody = house("joke"), house()
    for centre in (there, nobody):
        centre.handle(e.MessageSet("tess", "m1", centre.now + timedelta(hours=1), "wmo"))
        rings(centre)
        assert "message" not in hears(caller(centre))
        presses(centre, "2")
    assert hears(caller(there)) == ["message", "to_person"]
    assert hears(caller(nobody)) == ["message", "nobody_there"]
    nobody.wait(3600)
    rings(nobody, call="c2")
    presses(nobody, "2", call="c2")
    assert "message" not in hears(caller(nobody, "c2")), "its time is over"


def test_a_message_for_everybody_is_heard_once() -> None:
    centre = house("joke")
    centre.handle(e.MessageSet("tess", "m1"))
    rings(centre)
    assert "message" in hears(caller(centre))
    says(centre, "traplift")
    assert hears(caller(centre)) == ["to_person"]


def test_a_message_about_a_topic_is_heard_when_its_office_is_closed_too() -> None:
    centre = house()
    centre.handle(e.MessageSet("tess", "m1", topic="wmo"))
    centre.wait(3 * 3600)
    rings(centre)
    presses(centre, "2")
    assert hears(caller(centre)) == ["message", "closed", "closed_callback_offer"]
