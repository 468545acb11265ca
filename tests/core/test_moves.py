"""The small moves every rule is made of: they change what they say and nothing else."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from app.call.call import Waiting
from app.call.legs import InRoom, Leaving, Leg, Music, Prompt, Ringing
from app.call.moves import (
    arm,
    change,
    closes,
    dials,
    disarm,
    does,
    drops,
    enter,
    lets_go,
    lets_go_of_others,
    meet,
    returns,
    shown,
    timer,
)  # fmt: skip
from app.call.numbers import Given
from app.call.texts import line
from app.call.timers import Timer, without
from tests.core.house import TUESDAY
from tests.core.moments import consulting_speaking
from tests.core.policies import policy
from tests.core.promising import caller
from tests.core.seen import of

CALL = of(consulting_speaking())


def test_a_timer_is_due_so_many_seconds_from_now() -> None:
    assert timer("x", TUESDAY, 2.5, "c1.2") == Timer("x", TUESDAY + timedelta(seconds=2.5), "c1.2")


def test_arming_replaces_the_timer_of_that_name_and_disarming_takes_it_away() -> None:
    first, second, other = (timer(n, TUESDAY, s) for n, s in (("x", 1), ("x", 2), ("y", 3)))
    armed = arm(arm(CALL, first, other), second)
    assert armed.timers == (other, second)
    assert (armed.timer("x"), disarm(armed, "x").timers, disarm(armed, "x").timer("x")) == (second, (other,), None)
    assert without(armed.timers, "y") == (second,)


def test_a_phase_begins_without_the_timers_of_the_one_before() -> None:
    entered = enter(arm(CALL, timer("x", TUESDAY, 1)), CALL.phase, timer("y", TUESDAY, 2), topic="paspoort")
    assert ([t.name for t in entered.timers], entered.topic) == (["y"], "paspoort")


def test_what_a_leg_does_raises_its_step_and_forgets_its_room_facts_do_not() -> None:
    before = CALL.leg("c1.2")
    assert before is not None
    after, fact = does(CALL, "c1.2", Music()).leg("c1.2"), change(CALL, "c1.2", party="x").leg("c1.2")
    assert after is not None
    assert fact is not None
    assert (after.step, after.joined, fact.step, fact.joined) == (before.step + 1, "", before.step, before.joined)
    assert does(CALL, "c1.2", Music()).legs[0] is CALL.legs[0]


def test_letting_go_twice_is_letting_go_once() -> None:
    once = lets_go(CALL, "c1.3")
    assert once.leg("c1.3") == lets_go(once, "c1.3").leg("c1.3")
    assert [leg.live for leg in lets_go_of_others(CALL).legs] == [True, False, False]
    assert [leg.joined for leg in lets_go_of_others(CALL).legs] == ["", "", ""]


def test_a_leg_that_is_over_takes_its_timers_along() -> None:
    armed = arm(CALL, timer("x", TUESDAY, 1, "c1.3"), timer("y", TUESDAY, 1))
    over = drops(armed, "c1.3")
    assert ([leg.id for leg in over.legs], [t.name for t in over.timers]) == (["c1.1", "c1.2"], ["y"])


def test_a_new_leg_has_an_id_of_ours_that_was_never_used() -> None:
    call, leg_id = dials(drops(CALL, "c1.3"), "colleague", "piet", Ringing("sip:202@pbx"), 3)
    assert (leg_id, call.legs[-1]) == (
        "c1.4", Leg("c1.4", "colleague", "dialling", Ringing("sip:202@pbx"), party="piet"),
    )  # fmt: skip


def test_a_room_is_used_once() -> None:
    call, first = meet(CALL, "c1.1", "c1.2")
    call, second = meet(call, "c1.1", "c1.2")
    assert first != second
    assert {leg.doing for leg in call.legs[:2]} == {InRoom(second)}


@pytest.mark.parametrize(
    ("address", "number", "name", "display"),
    [("sip:1@pbx", Given("c1.number"), "c1.name", ("@c1.number", "@c1.name", "joke")),
     ("sip:1@pbx", Given("c1.number"), "", ("@c1.number", "", "joke")),
     ("sip:1@pbx", Given("", "withheld"), "", ("", "anonymous", "joke")),
     ("sip:1@pbx", Given("", "withheld"), "c1.name", ("", "@c1.name", "joke")),
     ("tel:+31612345678", Given("c1.number"), "c1.name", ("+31201234500", "", ""))],
)  # fmt: skip
def test_the_display_of_a_phone(address: str, number: Given, name: str, display: tuple[str, str, str]) -> None:
    ringing = shown(replace(caller(number=number), name=name), address, policy(), by="joke")
    assert (ringing.shows, ringing.name, ringing.by) == display
    assert ringing.outside == address.startswith("tel:")


def test_the_last_sentence_and_the_way_back_let_everybody_else_go() -> None:
    for call, hears in (
        (closes(CALL, TUESDAY, line("goodbye")), Prompt((line("goodbye"),))),
        (returns(CALL, TUESDAY, line("recall")), Prompt((line("recall"),))), (returns(CALL, TUESDAY), Music()),
    ):  # fmt: skip
        assert call.legs[0].doing == hears
        assert [type(leg.doing) for leg in call.legs[1:]] == [Leaving, Leaving]


def test_the_way_back_is_a_new_round_before_the_others() -> None:
    back = returns(CALL, TUESDAY, recall=True)
    assert isinstance(back.phase, Waiting)
    assert (back.tried, back.phase.priority, back.phase.recall, back.timers) == ((), 1, True, ())


def test_a_call_knows_its_legs_and_whether_the_caller_is_there() -> None:
    assert (CALL.leg("c1.9"), CALL.caller) == (None, CALL.legs[0])
    assert (drops(CALL, "c1.1").caller, caller().caller) == (None, None)
