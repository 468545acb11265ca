"""Every agent's phone rings three times, then the next one does; the last ready agent stays ready (domain §5)."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from app.call import events as e
from app.call.call import Offering
from app.call.decision import OfferMade, Warned
from app.call.policy import Ringing
from tests.core.acts import answers, ends, heard, house, joined, phone_rings, presses, rings, silent
from tests.core.house import House
from tests.core.moments import joining, offering, offering_withdrawn
from tests.core.policies import policy
from tests.core.seen import caller, codes, during, hears, last, of, outcomes, phase, sent


def test_after_the_third_ring_the_phone_is_withdrawn_and_its_end_is_waited_for() -> None:
    centre = offering()
    centre.wait(13.9)
    assert phase(centre) == "Offering"
    assert sent(centre.wait(0.1)) == ["StopRinging c1.2"]
    assert sent(ends(centre, "agent", "cancelled")) == ["Dial c1.3"]
    assert (centre.agents["joke"].state, centre.agents["joke"].reason) == ("not_ready", "no_answer")
    assert last(centre, "agent").party == "fatima"


def test_the_next_phone_rings_after_two_seconds_when_the_first_never_ends() -> None:
    centre = offering_withdrawn()
    assert sent(centre.wait(2)) == ["Dial c1.3"]
    assert outcomes(centre) == [("joke", "no_answer")]


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [("busy", "busy"), ("declined", "declined"), ("no_answer", "no_answer"), ("unreachable", "unreachable"),
     ("normal", "unreachable"), ("cancelled", "unreachable"), ("lost", "unreachable"), ("failed", "unreachable")],
)  # fmt: skip
def test_four_ways_not_to_answer_are_four_outcomes(cause: str, outcome: str) -> None:
    centre = offering()
    assert codes(ends(centre, "agent", cause)) == ["offer.missed"]
    assert outcomes(centre) == [("joke", outcome)]
    assert (centre.agents["joke"].state, centre.agents["joke"].reason) == ("not_ready", outcome)


def test_an_agent_s_voicemail_is_hung_up_and_the_next_phone_rings() -> None:
    centre = offering()
    assert sent(centre.handle(e.LegMachine("c1", "c1.2"))) == ["StopRinging c1.2", "Dial c1.3"]
    assert outcomes(centre) == [("joke", "voicemail")]


def test_an_answer_while_being_withdrawn_counts_when_both_are_in_one_room() -> None:
    centre = offering_withdrawn()
    assert codes(answers(centre)) == ["offer.answered"]
    assert sent(centre.steps[-1:]) == ["Join c1.1", "Join c1.2"]
    joined(centre)
    assert (phase(centre), outcomes(centre)) == ("Talking", [("joke", "answered")])


def test_a_phone_that_never_rings_cannot_be_reached() -> None:
    centre = house("joke", "fatima")
    rings(centre)
    presses(centre, "2")
    centre.wait(8)
    assert centre.steps[-1].decision.because.args["cause"] == "unreachable"
    ends(centre, "agent", "cancelled")
    assert outcomes(centre) == [("joke", "unreachable")]


def test_where_ringing_is_never_signalled_it_is_estimated_and_the_record_says_so() -> None:
    centre = house("joke", "fatima", rules=policy(ringing=Ringing(signalled=False)))
    rings(centre)
    presses(centre, "2")
    centre.wait(8)
    assert codes(centre.steps[-1:]) == ["ring.estimated"]
    centre.wait(14)
    ends(centre, "agent", "cancelled")
    (record,) = centre.records
    assert isinstance(record, OfferMade)
    assert (record.outcome, record.rings, record.rang, record.estimated) == ("no_answer", 3, 14.0, True)


def test_the_longest_idle_agent_is_offered_the_call_first_and_one_who_missed_comes_last() -> None:
    centre = house("bart", "fatima")
    rings(centre)
    presses(centre, "1")
    assert of(centre).tried == ("bart",)
    ends(centre, "agent", "declined")
    assert of(centre).tried == ("bart", "fatima")
    assert of(centre).phones == 2


def warned(centre: House) -> list[tuple[str, str, str]]:
    """What the supervisor was warned of."""
    return [(r.kind, r.call, r.subject) for r in centre.records if isinstance(r, Warned)]


def test_the_warning_names_each_office_left_bare_also_when_the_caller_is_gone_or_the_line_fails() -> None:
    """Fatima answers for both offices; Bart is ready for one of them."""
    for moment, role, cause in ((withdrawn_from_fatima, "caller", "normal"), (joining_fatima, "agent", "lost")):
        centre = moment()
        ends(centre, role, cause)
        assert warned(centre) == [("last_ready", "c1", "sociaal")]


def joining_fatima() -> House:
    centre = house("fatima", "bart")
    rings(centre)
    presses(centre, "1")
    phone_rings(centre)
    answers(centre)
    return centre


def withdrawn_from_fatima() -> House:
    centre = house("fatima", "bart")
    rings(centre)
    presses(centre, "1")
    phone_rings(centre)
    centre.wait(14)
    return centre


def test_the_last_ready_agent_stays_ready_a_new_round_begins_and_the_supervisor_is_warned() -> None:
    centre = house("bart")
    rings(centre)
    presses(centre, "1")
    assert codes(ends(centre, "agent", "no_answer")) == ["offer.missed_last"]
    assert warned(centre) == [("last_ready", "c1", "kcc")]
    assert (centre.agents["bart"].state, phase(centre)) == ("ready", "Waiting")
    assert centre.wait(4.9) == []
    assert [codes([s]) for s in centre.wait(0.1)] == [["agent.again"], ["offer.free"]]
    assert (centre.agents["bart"].state, of(centre).tried, of(centre).phones) == ("reserved", ("bart",), 2)


def test_a_phone_of_the_last_agent_that_fails_at_once_is_not_dialled_over_and_over_and_patience_is_looked_at() -> None:
    centre = house("bart")
    rings(centre)
    presses(centre, "1")
    for _ in range(70):
        if phase(centre) == "Offering":
            ends(centre, "agent", "unreachable")
        centre.wait(5)
    assert phase(centre) == "Promising"
    assert of(centre).phones == 60, "once in five seconds for three hundred"


def test_two_callers_do_not_wear_out_the_phone_of_the_last_agent() -> None:
    centre = house("bart")
    for call in ("c1", "c2"):
        rings(centre, call=call)
        presses(centre, "1", call=call)
    ends(centre, "agent", "unreachable")
    assert {phase(centre), phase(centre, "c2")} == {"Waiting"}
    centre.wait(5)
    assert (phase(centre), phase(centre, "c2")) == ("Offering", "Waiting"), "who came first goes first"


def test_what_the_agent_asked_while_the_phone_rang_holds_even_for_the_last_one() -> None:
    centre = house("bart")
    rings(centre)
    presses(centre, "1")
    centre.handle(e.AgentNotReady("bart", "pauze"))
    ends(centre, "agent", "no_answer")
    assert (centre.agents["bart"].state, centre.agents["bart"].reason, phase(centre)) == (
        "not_ready", "pauze", "Waiting",
    )  # fmt: skip


def test_an_agent_whose_row_is_gone_only_costs_the_offer() -> None:
    centre = offering()
    del centre.agents["joke"]
    assert codes(ends(centre, "agent", "declined")) == ["offer.missed"]
    assert last(centre, "agent").party == "fatima"


def test_the_caller_hears_words_then_music_and_a_late_key_changes_nothing() -> None:
    centre = offering()
    assert codes(heard(centre)) == ["music"]
    assert hears(caller(centre)) == ["waiting"]


def test_words_to_the_agent_s_phone_are_not_the_caller_s() -> None:
    centre = offering()
    leg = last(centre, "agent")
    assert codes(centre.handle(e.SayFinished("c1", leg.id, leg.step))) == ["ignored.phase"]


def test_keys_and_silence_of_the_offer_of_a_callback_end_in_music_when_a_phone_rings() -> None:
    for act in (lambda c: presses(c, "1"), silent):
        centre = house()
        rings(centre)
        presses(centre, "1")
        centre.wait(135)
        centre.ready("bart")
        assert codes(act(centre)) == ["music"]
        assert phase(centre) == "Offering"


def test_the_first_word_is_the_moment_both_are_in_the_room() -> None:
    centre = joining()
    centre.wait(1)
    leg = of(centre).legs[0]
    centre.handle(e.LegJoined("c1", leg.id, "c1-r1"))
    assert phase(centre) == "Joining"
    joined(centre)
    assert (phase(centre), of(centre).person_at, of(centre).tried) == ("Talking", centre.now, ())


def test_when_the_switch_says_nothing_it_is_asked_and_then_the_caller_waits_on_first_in_line() -> None:
    centre = joining()
    assert sent(centre.wait(3)) == ["Look c1.1", "Look c1.2"]
    steps = centre.wait(3)
    assert codes(steps) == ["join.failed"]
    assert outcomes(centre) == [("joke", "lost")]
    assert (during(centre, Offering).waiting.priority, last(centre, "agent").party) == (1, "fatima")


def test_only_who_was_not_seen_is_asked_about() -> None:
    centre = joining()
    centre.handle(e.LegJoined("c1", "c1.1", "c1-r1"))
    assert sent(centre.wait(3)) == ["Look c1.2"]


def test_an_agent_lost_before_the_first_word_counts_as_unreachable_and_the_next_one_rings() -> None:
    centre = joining()
    assert codes(ends(centre, "agent", "lost")) == ["join.lost"]
    assert (centre.agents["joke"].reason, last(centre, "agent").party) == ("unreachable", "fatima")
    assert hears(caller(centre)) == ["back_soon"]


def test_who_hangs_up_before_the_first_word_declined_and_the_caller_goes_first() -> None:
    centre = joining()
    leg = last(centre, "agent").id
    steps = centre.handle(e.HangUpAsked("c1", "joke"))
    assert codes(steps) == ["join.hung_up"]
    assert f"HangUp {leg}" in sent(steps)
    assert (centre.agents["joke"].state, centre.agents["joke"].reason) == ("not_ready", "declined")
    assert (phase(centre), last(centre, "agent").party, hears(caller(centre))) == ("Offering", "fatima", ["back_soon"])
    assert during(centre, Offering).waiting.priority == 1
    assert outcomes(centre) == [("joke", "declined")]
    assert codes(ends(centre, "agent", "normal")) != ["caller_gone"]


def wishes(centre: House, *events: e.Event) -> list[str]:
    """What is asked while they are brought together, and what comes of it when they hear each other."""
    asked = [code for event in events for code in codes(centre.handle(event))]
    assert phase(centre) == "Joining"
    joined(centre)
    return asked + [step.decision.because.code for step in centre.steps[-2:]]


@pytest.mark.parametrize(
    ("event", "code", "after"),
    [
        (e.ConsultAsked("c1", "joke", "piet"), "consult", "Consulting"),
        (e.ConsultAsked("c1", "joke", department="wmo", topic="wmo"), "consult", "Consulting"),
        (e.PhoneTransferAsked("c1", "c1.2", "piet"), "consult", "Consulting"),
        (e.CallbackAsked("c1", "joke", department="wmo"), "callback.asked", "Talking"),
        (e.ConsultAsked("c1", "joke", "niemand"), "ignored.unknown_colleague", "Talking"),
    ],
)
def test_what_is_asked_at_the_moment_of_picking_up_is_done_when_they_hear_each_other(
    event: e.Event, code: str, after: str
) -> None:
    centre = joining()
    assert wishes(centre, event) == ["join.wish", "talk", code]
    assert phase(centre) == after


def test_the_last_wish_holds_and_it_can_be_taken_back() -> None:
    centre = joining()
    asked = e.ConsultAsked("c1", "joke", "piet")
    assert wishes(centre, asked, e.CallbackAsked("c1", "joke", "piet"))[-1] == "callback.asked"
    centre = joining()
    assert codes(centre.handle(e.ConsultCancelled("c1", "joke"))) == ["ignored.phase"]
    assert wishes(centre, asked, e.ConsultCancelled("c1", "joke"))[:2] == ["join.wish", "join.no_wish"]
    assert phase(centre) == "Talking"


def test_nothing_is_wished_by_a_key_that_names_nobody_or_for_who_was_lost() -> None:
    centre = joining()
    assert codes(centre.handle(e.PhoneTransferAsked("c1", "c1.2", ""))) == ["ignored.phase"]
    assert codes(centre.handle(e.PhoneTransferAsked("c1", "c1.1", "piet"))) == ["ignored.phase"]
    centre.handle(e.ConsultAsked("c1", "joke", "piet"))
    ends(centre, "agent", "lost")
    answers(centre)
    joined(centre)
    assert phase(centre) == "Talking", "the next agent asked for nothing"


def test_the_last_agent_lost_before_the_first_word_is_rung_again() -> None:
    centre = house("bart")
    rings(centre)
    presses(centre, "1")
    answers(centre)
    ends(centre, "agent", "lost")
    centre.wait(5)
    assert (centre.agents["bart"].state, len(of(centre).legs), phase(centre)) == ("reserved", 2, "Offering")


def test_the_switch_cannot_join_whom_the_caller_left_meanwhile() -> None:
    centre = joining()
    centre.calls["c1"] = replace(of(centre), legs=of(centre).legs[:1])
    assert codes(centre.handle(e.LegJoined("c1", "c1.1", "c1-r1"))) == ["noted"]
    centre.wait(6)
    assert phase(centre) == "Offering"


def test_other_reports_mean_nothing_while_ringing_or_joining() -> None:
    assert codes(offering().handle(e.LegDialling("c1", "c1.2"))) == ["ignored.phase"]
    assert codes(joining().handle(e.LegDialling("c1", "c1.2"))) == ["ignored.phase"]


def test_the_clock_of_a_withdrawn_phone_never_reaches_the_next_one() -> None:
    centre = offering()
    fired = next(event for timer, event in centre.timers() if timer.name == "rings")
    ends(centre, "agent", "declined")
    phone_rings(centre)
    centre.now += timedelta(seconds=14)
    assert codes(centre.handle(fired)) == ["ignored.timer_gone"]
    assert phase(centre) == "Offering"


def test_post_dial_firing_for_a_phone_that_is_gone_withdraws_nothing_else() -> None:
    centre = House()
    centre.ready("joke", "fatima")
    rings(centre)
    presses(centre, "2")
    centre.calls["c1"] = replace(of(centre), legs=of(centre).legs[:1])
    centre.wait(8)
    centre.wait(2)
    assert last(centre, "agent").party == "fatima"
