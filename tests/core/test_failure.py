"""A transfer failed: the caller is with a person again, and the callback is there before anybody clicks (rule 11)."""

import pytest

from app.call import events as e
from app.call.call import Offering, Talking, Waiting
from tests.core.acts import ends, joined
from tests.core.moments import connecting, consulting, consulting_speaking, ringing_on, talking
from tests.core.seen import caller, codes, during, hears, of, outcomes, phase, sent


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [("busy", "busy"), ("declined", "declined"), ("no_answer", "no_answer"), ("unreachable", "unreachable"),
     ("normal", "unreachable"), ("cancelled", "unreachable"), ("lost", "unreachable"), ("failed", "unreachable")],
)  # fmt: skip
def test_the_agent_sees_why_and_the_callback_is_pending_at_once(cause: str, outcome: str) -> None:
    centre = consulting()
    steps = ends(centre, "colleague", cause)
    assert (codes(steps), sent(steps)) == ([f"transfer.{outcome}"], ["Join c1.1", "Join c1.2"])
    assert during(centre, Talking).failed == outcome
    (owed,) = centre.callbacks.values()
    assert (owed.status, owed.colleague, owed.department, owed.agent, owed.cause) == (
        "pending", "piet", "wmo", "joke", outcome,
    )  # fmt: skip
    assert (of(centre).callback, of(centre).failed) == (owed.id, ("piet",))
    assert outcomes(centre)[1:] == [("piet", outcome), ("to piet", outcome)]


def test_two_failed_attempts_owe_one_callback_by_the_last_colleague() -> None:
    centre = consulting()
    ends(centre, "colleague", "busy")
    centre.handle(e.ConsultAsked("c1", "joke", "ans"))
    ends(centre, "colleague", "declined")
    assert [(c.id, c.colleague, c.cause) for c in centre.callbacks.values()] == [("c1.cb1", "ans", "declined")]
    assert of(centre).failed == ("piet", "ans")


def test_a_colleague_who_fails_twice_stands_once_in_the_list() -> None:
    centre = consulting_speaking()
    ends(centre, "colleague")
    centre.handle(e.ConsultAsked("c1", "joke", "ans"))
    ends(centre, "colleague", "declined")
    centre.handle(e.ConsultAsked("c1", "joke", "piet"))
    ends(centre, "colleague", "declined")
    assert of(centre).failed == ("piet", "ans")


@pytest.mark.parametrize(
    ("cause", "again"),
    [("busy", "consult"), ("unreachable", "consult"), ("declined", "ignored.rung_already"),
     ("no_answer", "ignored.rung_already")],
)  # fmt: skip
def test_who_was_busy_is_rung_again_a_minute_later_and_who_declined_is_not(cause: str, again: str) -> None:
    centre = consulting()
    ends(centre, "colleague", cause)
    assert codes(centre.handle(e.ConsultAsked("c1", "joke", "piet"))) == [again]


def test_whose_line_dropped_while_speaking_is_rung_again() -> None:
    centre = consulting_speaking()
    ends(centre, "colleague", "lost")
    assert codes(centre.handle(e.ConsultAsked("c1", "joke", "piet"))) == ["consult"]


def test_the_absent_are_not_counted_as_tried() -> None:
    centre = talking()
    centre.handle(e.ConsultAsked("c1", "joke", "els"))
    assert of(centre).failed == ()


def test_the_call_ends_and_pending_becomes_a_promise() -> None:
    centre = consulting()
    ends(centre, "colleague", "busy")
    ends(centre, "caller")
    assert [c.status for c in centre.callbacks.values()] == ["promised"]


def test_without_an_agent_the_front_office_is_recalled_with_a_sentence_and_the_callback_pending() -> None:
    centre = ringing_on()
    centre.handle(e.AgentNotReady("fatima", "pauze"))
    assert codes(ends(centre, "colleague", "busy")) == ["recall"]
    assert (phase(centre), hears(caller(centre))) == ("Waiting", ["recall"])
    waiting = during(centre, Waiting)
    assert (waiting.recall, waiting.priority) == (True, 1)
    assert [c.status for c in centre.callbacks.values()] == ["pending"]
    assert [sum(diary.booked.values()) for diary in centre.diaries.values()] == [1]


def test_who_is_recalled_may_be_consulted_for_again() -> None:
    centre = ringing_on()
    ends(centre, "colleague", "declined")
    assert phase(centre) == "Offering", "fatima is ready"
    centre.handle(e.LegAnswered("c1", during(centre, Offering).leg))
    joined(centre)
    assert codes(centre.handle(e.ConsultAsked("c1", "fatima", "piet"))) == ["ignored.rung_already"]


def test_who_are_being_connected_and_lose_the_colleague_are_back_with_the_agent_in_a_new_room() -> None:
    centre = connecting()
    assert codes(ends(centre, "colleague")) == ["transfer.failed"]
    assert (phase(centre), during(centre, Talking).room) == ("Talking", "c1-r4")
