"""What an event says about its leg is noted in every phase; what comes too late, or twice, means nothing."""

import pytest
from msgspec.structs import replace

from app.call import events as e
from app.call.legs import InRoom, Leaving
from tests.core.acts import answers, house, joined, presses, rings
from tests.core.house import House
from tests.core.moments import connecting, consulting, consulting_withdrawn, offering, recalled, talking, waiting
from tests.core.seen import caller, codes, last, of, phase, sent


def test_a_dial_that_was_refused_is_a_phone_that_cannot_be_reached() -> None:
    centre = offering()
    leg = last(centre, "agent")
    assert codes(centre.handle(e.CommandFailed("c1", leg.id, leg.step, "Dial", "no such address"))) == ["offer.missed"]
    assert centre.agents["joke"].reason == "unreachable"


def test_a_line_the_switch_does_not_know_any_more_is_lost() -> None:
    centre = talking()
    leg = last(centre, "agent")
    assert codes(centre.handle(e.CommandFailed("c1", leg.id, leg.step, "Join", "gone"))) == ["line_lost"]


def test_seen_up_has_answered_and_seen_in_its_room_has_joined() -> None:
    centre = offering()
    assert codes(centre.handle(e.LegSeen("c1", "c1.2", "up"))) == ["offer.answered"]
    for leg in ("c1.1", "c1.2"):
        centre.handle(e.LegSeen("c1", leg, "up", "c1-r1"))
    assert phase(centre) == "Talking"


def test_seen_ringing_says_nothing_new() -> None:
    assert codes(offering().handle(e.LegSeen("c1", "c1.2", "ringing"))) == ["ignored.phase"]


@pytest.mark.parametrize(
    "late",
    [e.KeysPressed("c1", "c1.1", 0, "1"), e.WordsHeard("c1", "c1.1", 0, ()), e.InputTimedOut("c1", "c1.1", 0),
     e.SayFinished("c1", "c1.1", 0), e.CommandFailed("c1", "c1.1", 0, "Say"),
     e.CommandUncertain("c1", "c1.1", 0, "Say")],
)  # fmt: skip
def test_an_earlier_step_is_over(late: e.Event) -> None:
    assert codes(waiting().handle(late)) == ["ignored.step_passed"]


def test_the_same_wrong_key_pressed_twice_counts_twice_and_reported_twice_once() -> None:
    centre = house("bart")
    rings(centre)
    first = caller(centre).step
    presses(centre, "7")
    assert codes(centre.handle(e.KeysPressed("c1", "c1.1", first, "7"))) == ["ignored.step_passed"]
    assert codes(presses(centre, "7"))[0] == "menu.wrong_key_twice"


def test_a_second_answer_means_nothing() -> None:
    centre = talking()
    assert codes(answers(centre)) == ["ignored.answered_already"]


def test_another_room_than_its_own_means_nothing() -> None:
    for centre, leg in ((talking(), "c1.2"), (waiting(), "c1.1")):
        assert codes(centre.handle(e.LegJoined("c1", leg, "c1-r9"))) == ["ignored.room_passed"]


def test_a_room_left_is_forgotten_only_when_it_was_this_one() -> None:
    centre = talking()
    centre.handle(e.LegLeft("c1", "c1.1", "c1-r9"))
    assert caller(centre).joined == "c1-r1"
    centre.handle(e.LegLeft("c1", "c1.1", "c1-r1"))
    assert caller(centre).joined == ""


def test_an_answer_stops_only_the_clock_of_its_own_ringing() -> None:
    centre = consulting_withdrawn()
    centre.wait(2)
    centre.handle(e.LegRinging("c1", "c1.4"))
    centre.handle(e.LegAnswered("c1", "c1.3"))
    assert [(t.name, t.leg) for t in of(centre).timers] == [("rings", "c1.4")]


@pytest.mark.parametrize(
    ("event", "commands"),
    [(e.LegSeen("c1", "c1.3", "up"), ["HangUp c1.3"]), (e.LegAnswered("c1", "c1.3"), ["HangUp c1.3"]),
     (e.LegSeen("c1", "c1.3", "ringing"), ["StopRinging c1.3"])],
)  # fmt: skip
def test_a_line_that_should_be_gone_is_let_go_again(event: e.Event, commands: list[str]) -> None:
    centre = recalled()
    assert isinstance(last(centre, "colleague").doing, Leaving)
    steps = centre.handle(event)
    assert (codes(steps), sent(steps)) == (["repaired"], commands)


def test_a_line_outside_its_room_is_joined_again() -> None:
    centre = talking()
    steps = centre.handle(e.LegSeen("c1", "c1.1", "up", "c1-r0"))
    assert (codes(steps), sent(steps), caller(centre).doing) == (["repaired"], ["Join c1.1"], InRoom("c1-r1"))


def test_a_sentence_the_caller_may_not_have_heard_is_said_again_and_the_colleague_s_is_asked_about() -> None:
    centre = recalled()
    leg = caller(centre)
    assert sent(centre.handle(e.CommandUncertain("c1", leg.id, leg.step, "Say"))) == ["Say c1.1"]
    centre = consulting()
    answers(centre, "colleague")
    leg = last(centre, "colleague")
    assert sent(centre.handle(e.CommandUncertain("c1", leg.id, leg.step, "Say"))) == ["Look c1.3"]


def test_what_failed_for_another_reason_is_asked_about() -> None:
    centre = connecting()
    leg = caller(centre)
    steps = centre.handle(e.CommandFailed("c1", leg.id, leg.step, "Join", "full"))
    assert (codes(steps), sent(steps)) == (["command_failed"], ["Look c1.1"])


def test_a_line_that_cannot_be_hung_up_is_left_to_the_reconciler() -> None:
    centre = recalled()
    leg = last(centre, "colleague")
    assert codes(centre.handle(e.CommandFailed("c1", leg.id, leg.step, "StopRinging", "x"))) == ["ignored.phase"]


def test_a_line_that_is_over_is_over() -> None:
    centre = House()
    rings(centre)
    assert codes(centre.handle(e.LegAnswered("c1", "c1.9"))) == ["ignored.leg_over"]


def test_the_end_of_a_leg_is_noted_whatever_the_phase() -> None:
    centre = recalled()
    assert codes(centre.handle(e.LegEnded("c1", "c1.3", "cancelled"))) == ["noted"]
    assert [leg.id for leg in of(centre).legs] == ["c1.1"]


def test_a_leg_that_was_joined_twice_is_joined() -> None:
    centre = talking()
    assert codes(centre.handle(e.LegJoined("c1", "c1.1", "c1-r1"))) == ["noted"]
    centre.calls["c1"] = replace(of(centre), topic="")
    assert joined(centre) == []
