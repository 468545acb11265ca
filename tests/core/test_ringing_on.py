"""The agent is gone: the phone rings on, both hear a sentence, then they are connected (design §5 rule 12)."""

from collections.abc import Callable

import pytest

from app.call import events as e
from app.call.call import Offering
from tests.core.acts import answers, ends, heard, joined
from tests.core.house import House
from tests.core.moments import announcing, consulting_announcing, ringing_on
from tests.core.seen import caller, codes, during, hears, last, outcomes, phase, sent


def test_who_answers_hears_who_it_is_and_the_caller_that_they_are_connected() -> None:
    centre = ringing_on()
    steps = answers(centre, "colleague")
    assert (codes(steps), sent(steps)) == (["announce_direct"], ["Say c1.1", "Say c1.3"])
    assert outcomes(centre)[-1] == ("piet", "answered")


@pytest.mark.parametrize("order", [("caller", "colleague"), ("colleague", "caller")])
def test_whoever_heard_the_sentence_first_hears_music_until_the_other_did(order: tuple[str, str]) -> None:
    centre = announcing()
    assert codes(heard(centre, order[0])) == ["announce.half"]
    assert hears(last(centre, order[0])) == ["hold"]
    steps = heard(centre, order[1])
    assert (codes(steps), sent(steps), phase(centre)) == (["connect"], ["Join c1.1", "Join c1.3"], "Connecting")
    joined(centre)
    assert phase(centre) == "Connected"


def test_sentences_whose_end_is_never_reported_are_not_waited_for() -> None:
    centre = announcing()
    assert codes(centre.wait(15)) == ["connect"]


@pytest.mark.parametrize(
    ("moment", "event", "cause"),
    [(ringing_on, e.LegEnded("c1", "c1.3", "declined"), "declined"),
     (ringing_on, e.LegMachine("c1", "c1.3"), "voicemail"),
     (announcing, e.LegEnded("c1", "c1.3"), "failed"), (announcing, e.LegMachine("c1", "c1.3"), "voicemail")],
)  # fmt: skip
def test_a_colleague_who_is_not_there_after_all_brings_the_caller_back(
    moment: Callable[[], House], event: e.Event, cause: str
) -> None:
    centre = moment()
    assert codes(centre.handle(event)) == ["recall"]
    assert outcomes(centre)[-1] == ("to piet", cause)
    assert [c.cause for c in centre.callbacks.values()] == [cause]
    assert hears(caller(centre)) == ["recall"]


def test_after_the_third_ring_the_front_office_is_recalled() -> None:
    centre = ringing_on()
    assert sent(centre.wait(14))[:2] == ["Say c1.1", "StopRinging c1.3"]
    assert during(centre, Offering).waiting.recall


@pytest.mark.parametrize("moment", [ringing_on, announcing])
def test_the_agent_s_end_reported_twice_changes_nothing(moment: Callable[[], House]) -> None:
    centre = moment()
    assert codes(centre.handle(e.LegEnded("c1", "c1.2"))) == ["ignored.leg_over"]


def test_the_agent_s_line_that_ends_during_the_sentence_is_only_noted() -> None:
    centre = consulting_announcing()
    centre.handle(e.HangUpAsked("c1", "joke"))
    assert codes(ends(centre, "agent")) == ["noted"]
    assert phase(centre) == "Announcing"


@pytest.mark.parametrize("moment", [ringing_on, announcing])
def test_other_reports_mean_nothing(moment: Callable[[], House]) -> None:
    centre = moment()
    assert codes(centre.handle(e.LegDialling("c1", "c1.3"))) == ["ignored.phase"]
