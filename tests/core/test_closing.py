"""The last sentence is heard to the end, then the line is hung up."""

from app.call import events as e
from tests.core.acts import ends, heard
from tests.core.moments import closing
from tests.core.seen import caller, codes, phase, sent


def test_the_line_is_hung_up_when_the_sentence_was_spoken() -> None:
    centre = closing()
    steps = heard(centre)
    assert (codes(steps), sent(steps)) == (["closed_line"], ["HangUp c1.1"])
    ends(centre, "agent")
    assert codes(ends(centre, "caller")) == ["ended"]
    assert centre.over("c1")


def test_a_switch_that_never_reports_the_end_of_the_sentence_is_not_waited_for() -> None:
    centre = closing()
    assert sent(centre.wait(20))[0] == "HangUp c1.1"


def test_nothing_else_matters_any_more() -> None:
    centre = closing()
    assert codes(centre.handle(e.LegLeft("c1", "c1.1", "c1-r1"))) == ["ignored.phase"]
    assert codes(centre.handle(e.KeysPressed("c1", "c1.1", caller(centre).step, "1"))) == ["ignored.phase"]
    assert phase(centre) == "Closing"


def test_the_agent_whose_line_has_not_ended_yet_does_not_end_the_sentence() -> None:
    centre = closing()
    leaving = centre.calls["c1"].legs[1]
    assert codes(centre.handle(e.SayFinished("c1", leaving.id, leaving.step))) == ["ignored.step_passed"]
