"""What holds in every phase: total, never raises, and an event that means nothing says so (design §4)."""

from datetime import timedelta
from typing import get_args

import pytest
from msgspec.structs import replace

from app.call import events as e
from app.call.call import Phase
from app.call.decision import Message
from app.call.timers import Timer
from app.decide import RULES, decide
from tests.core.acts import house
from tests.core.house import TUESDAY, House
from tests.core.moments import MOMENTS, ended, recalled, talking
from tests.core.seen import codes, of, phase, sent

OVER = {"Degraded", "Ended"}


def test_every_phase_has_its_rules_but_those_that_are_over() -> None:
    assert {kind.__name__ for kind in get_args(Phase)} - {kind.__name__ for kind in RULES} == OVER


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_event_of_a_call_that_does_not_exist_means_nothing(moment: str) -> None:
    centre = MOMENTS[moment]()
    for event in (e.HangUpAsked("c9", "joke"), e.LegAnswered("c9", "c9.2"), e.TimerFired("call", "c9", "x", TUESDAY)):
        assert codes(centre.handle(event)) == ["ignored.no_call"]


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_timer_that_is_not_armed_any_more_means_nothing(moment: str) -> None:
    centre = MOMENTS[moment]()
    for timer in of(centre).timers:
        for late in (
            e.TimerFired("call", "c1", timer.name, timer.due_at + timedelta(microseconds=1), timer.leg),
            e.TimerFired("call", "c1", timer.name, timer.due_at, f"{timer.leg}x"),
        ):
            assert codes(centre.handle(late)) == ["ignored.timer_gone"]


def test_a_timer_of_another_version_of_the_house_is_taken_off() -> None:
    centre = talking()
    centre.calls["c1"] = replace(of(centre), timers=(Timer("unheard_of", TUESDAY),))
    assert codes(centre.wait(0)) == ["ignored.phase"]
    assert of(centre).timers == ()


def test_a_call_that_is_over_hears_nothing_but_the_end_of_its_lines() -> None:
    centre = ended()
    assert codes(centre.handle(e.HangUpAsked("c1", "joke"))) == ["ignored.no_call"]
    assert codes(centre.handle(e.LegEnded("c1", "c1.2"))) == ["noted"]
    assert codes(centre.handle(e.LegRinging("c1", "c1.3"))) == ["ignored.phase"]
    assert phase(centre) == "Ended"


def test_a_message_is_set_and_cleared() -> None:
    centre = House()
    until = TUESDAY + timedelta(hours=1)
    assert codes(centre.handle(e.MessageSet("super", "m1", until, "wmo"))) == ["message"]
    assert centre.centre.message == Message("m1", until, "wmo")
    centre.handle(e.MessageSet("super", ""))
    assert centre.centre.message is None


def test_another_policy_becomes_active() -> None:
    centre = House()
    assert codes(centre.handle(e.PolicyActivated("admin", "v2"))) == ["policy"]
    assert centre.centre.policy == "v2"


def test_a_callback_nobody_knows() -> None:
    assert codes(House().handle(e.CallbackKept("c1.cb1", "piet"))) == ["ignored.no_callback"]
    assert codes(House().handle(e.TimerFired("callback", "c1.cb1", "late", TUESDAY))) == ["ignored.no_callback"]


def test_who_becomes_free_is_found_in_the_same_decision() -> None:
    centre = recalled()
    decision = decide(None, e.AgentReady("joke"), centre.world())
    assert [type(x) for x in decision.follow] == [e.AgentFound]


def test_what_the_switch_is_asked_carries_the_step() -> None:
    centre = MOMENTS["connecting"]()
    assert sent(centre.wait(3)) == ["Look c1.1", "Look c1.3"]
    looks = centre.steps[-1].decision.commands
    assert [c.step for c in looks] == [of(centre).legs[0].step, of(centre).legs[2].step]


def test_a_line_that_is_over_when_it_is_asked_about_has_no_step() -> None:
    centre = MOMENTS["connecting"]()
    world = centre.world()
    gone = replace(of(centre), legs=of(centre).legs[:2])
    fired = next(event for _, event in centre.timers() if event.name == "join")
    assert sent([]) == []
    assert [c.leg for c in decide(gone, fired, world).commands] == ["c1.1"]


def test_the_same_decision_for_the_same_state_each_time() -> None:
    centre = house("bart")
    event = e.CallOffered("c1", "c1.1", "140123")
    assert decide(None, event, centre.world()) == decide(None, event, centre.world())
