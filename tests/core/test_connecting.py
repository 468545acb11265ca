"""Confirm before release: the agent is let go, and a transfer counts, only when the switch says so (rule 9)."""

from collections.abc import Callable

import pytest

from app.call import events as e
from app.call.call import Consulting, Waiting
from tests.core.acts import ends, joined
from tests.core.house import House
from tests.core.moments import (
    connected,
    connected_held,
    connected_stable,
    connecting,
    connecting_without_agent,
    consulting,
    consulting_speaking,
)
from tests.core.seen import caller, codes, during, hears, last, of, outcomes, phase, sent


def test_the_agent_is_let_go_when_both_are_in_the_room_and_not_before() -> None:
    centre = connecting()
    assert codes(centre.handle(e.LegJoined("c1", "c1.3", "c1-r3"))) == ["noted"]
    assert last(centre, "agent").live
    steps = centre.handle(e.LegJoined("c1", "c1.1", "c1-r3"))
    assert (codes(steps), sent(steps)) == (["connected"], ["HangUp c1.2"])
    assert centre.agents["joke"].state == "wrap_up"


def test_a_room_of_before_confirms_nothing() -> None:
    centre = connecting()
    assert codes(centre.handle(e.LegJoined("c1", "c1.3", "c1-r2"))) == ["ignored.room_passed"]


def test_the_switch_is_asked_and_then_the_consult_goes_on() -> None:
    centre = connecting()
    assert sent(centre.wait(3)) == ["Look c1.1", "Look c1.3"]
    steps = centre.wait(3)
    assert (codes(steps), phase(centre)) == (["connect.failed"], "Consulting")
    assert (hears(caller(centre)), during(centre, Consulting).focus) == (["hold"], "colleague")
    assert centre.agents["joke"].state == "talking"


def test_seen_in_the_room_is_as_good_as_told() -> None:
    centre = connecting()
    centre.wait(3)
    for leg in ("c1.1", "c1.3"):
        centre.handle(e.LegSeen("c1", leg, "up", "c1-r3"))
    assert phase(centre) == "Connected"


def test_without_an_agent_an_unconfirmed_connection_recalls_the_front_office() -> None:
    centre = connecting_without_agent()
    centre.wait(6)
    assert outcomes(centre)[-1] == ("to piet", "failed")
    assert hears(caller(centre)) == ["recall"]


@pytest.mark.parametrize("how", ["click", "phone"])
def test_the_agent_may_go_while_they_are_being_connected(how: str) -> None:
    centre = connecting()
    steps = centre.handle(e.HangUpAsked("c1", "joke")) if how == "click" else ends(centre, "agent")
    assert (codes(steps), centre.agents["joke"].state) == (["connect.agent_gone"], "wrap_up")
    assert codes(centre.handle(e.HangUpAsked("c1", "joke"))) == ["ignored.phase"]
    joined(centre)
    assert phase(centre) == "Connected"


@pytest.mark.parametrize(
    ("moment", "because"), [(connecting, "transfer.{}"), (connecting_without_agent, "recall"), (connected, "recall")]
)
def test_a_colleague_lost_or_a_voicemail_found_is_a_failed_transfer(moment: Callable[[], House], because: str) -> None:
    for event, cause in ((e.LegEnded("c1", "c1.3"), "failed"), (e.LegMachine("c1", "c1.3"), "voicemail")):
        centre = moment()
        assert codes(centre.handle(event)) == [because.format(cause)]
        assert outcomes(centre)[-1] == ("to piet", cause)
        assert [c.status for c in centre.callbacks.values()] == ["pending"]


def test_a_colleague_who_leaves_within_five_seconds_brings_the_caller_back_with_priority() -> None:
    centre = connected()
    centre.wait(4.9)
    centre.handle(e.AgentNotReady("fatima", "pauze"))
    assert codes(ends(centre, "colleague")) == ["recall"]
    assert (hears(caller(centre)), during(centre, Waiting).priority) == (["connected_left"], 1)


def test_after_five_seconds_it_counts_and_what_was_owed_is_withdrawn() -> None:
    centre = consulting()
    ends(centre, "colleague", "busy")
    centre.handle(e.ConsultAsked("c1", "joke", "ans"))
    centre.handle(e.LegAnswered("c1", "c1.4"))
    centre.handle(e.SayFinished("c1", "c1.4", last(centre, "colleague").step))
    centre.handle(e.CompleteAsked("c1", "joke"))
    joined(centre)
    assert centre.callbacks["c1.cb1"].status == "pending", "not before it is stable"
    assert codes(centre.wait(5)) == ["transferred"]
    assert (centre.callbacks["c1.cb1"].status, centre.callbacks["c1.cb1"].because) == ("withdrawn", "transferred")
    assert (outcomes(centre)[-1], of(centre).callback) == (("to ans", "answered"), "")
    assert [diary.booked for diary in centre.diaries.values()] == [{}]


def test_a_promise_the_agent_had_confirmed_is_withdrawn_too() -> None:
    centre = consulting()
    ends(centre, "colleague", "busy")
    centre.handle(e.CallbackConfirmed("c1.cb1", "joke"))
    centre.handle(e.ConsultAsked("c1", "joke", "ans"))
    centre.handle(e.LegAnswered("c1", "c1.4"))
    centre.handle(e.SayFinished("c1", "c1.4", last(centre, "colleague").step))
    centre.handle(e.CompleteAsked("c1", "joke"))
    joined(centre)
    centre.wait(5)
    assert centre.callbacks["c1.cb1"].status == "withdrawn"


def test_what_is_owed_about_another_question_stands() -> None:
    centre = consulting()
    ends(centre, "colleague", "busy")
    centre.handle(e.ConsultAsked("c1", "joke", "ans", topic="paspoort"))
    centre.handle(e.LegAnswered("c1", "c1.4"))
    centre.handle(e.SayFinished("c1", "c1.4", last(centre, "colleague").step))
    centre.handle(e.CompleteAsked("c1", "joke"))
    joined(centre)
    assert codes(centre.wait(5)) == ["transferred"]
    assert centre.callbacks["c1.cb1"].status == "pending"


def test_without_anything_owed_a_transfer_is_only_recorded() -> None:
    centre = connected_stable()
    assert (centre.callbacks, outcomes(centre)[-1]) == ({}, ("to piet", "answered"))


def test_a_colleague_who_rounds_off_leaves_the_caller_with_a_sentence() -> None:
    centre = connected_stable()
    assert codes(ends(centre, "colleague")) == ["hangup.colleague"]
    assert hears(caller(centre)) == ["goodbye"]


def stable_and_held() -> House:
    centre = connected_stable()
    centre.handle(e.PhoneHeld("c1", "c1.3"))
    return centre


@pytest.mark.parametrize(("moment", "cause"), [(connected_stable, "lost"), (stable_and_held, "normal")])
def test_a_colleague_s_lost_line_brings_the_caller_back_first_in_line(moment: Callable[[], House], cause: str) -> None:
    centre = moment()
    centre.handle(e.AgentNotReady("fatima", "pauze"))
    assert codes(ends(centre, "colleague", cause)) == ["line_lost"]
    assert (hears(caller(centre)), during(centre, Waiting).priority) == (["apology_line_lost"], 1)


def test_the_colleague_s_hold_key_gives_music_and_the_same_key_takes_it_back() -> None:
    centre = connected_held()
    assert hears(caller(centre)) == ["hold"]
    assert codes(centre.handle(e.PhoneHeld("c1", "c1.3"))) == ["ignored.phase"]
    assert codes(centre.handle(e.PhoneRetrieved("c1", "c1.3"))) == ["retrieve"]
    joined(centre)
    assert codes(centre.handle(e.PhoneRetrieved("c1", "c1.3"))) == ["ignored.phase"]


def test_a_voicemail_reported_after_five_seconds_of_talk_is_a_mistake_of_the_switch() -> None:
    assert codes(connected_stable().handle(e.LegMachine("c1", "c1.3"))) == ["ignored.phase"]


@pytest.mark.parametrize("moment", [connecting, connected, consulting_speaking])
def test_other_reports_mean_nothing(moment: Callable[[], House]) -> None:
    centre = moment()
    for leg in ("c1.1", "c1.3"):
        assert codes(centre.handle(e.LegDialling("c1", leg))) == ["ignored.phase"]


def test_the_agent_of_before_has_nothing_to_say_any_more() -> None:
    assert codes(connected().handle(e.ConsultCancelled("c1", "joke"))) == ["ignored.phase"]
