"""The voice arranges a callback: consent, then a number, then a promise that names the moment (domain §6)."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from app.call import events as e
from app.call.callback import Slot
from app.call.legs import Gather, Line
from app.call.numbers import Given
from app.callbacks.absence import owe
from tests.core.acts import MOBILE, PREMIUM, WITHHELD, presses, rings, silent
from tests.core.house import House
from tests.core.moments import promising, promising_beside_the_kcc, promising_in_line, promising_number, recalled
from tests.core.promising import PROMISED, Change
from tests.core.seen import caller, codes, hears, of, phase


def test_key_one_promises_and_says_when_and_goodbye() -> None:
    centre = promising()
    assert codes(presses(centre, "1")) == ["promise.consent"]
    assert (phase(centre), hears(caller(centre))) == ("Promising", PROMISED)
    (callback,) = centre.callbacks.values()
    assert (callback.status, callback.office, callback.cause, callback.number) == (
        "promised", "kcc", "asked", "c1.number",
    )  # fmt: skip
    assert callback.agent == "", "no agent spoke with the caller"


def test_a_wrong_key_is_asked_once_more_then_the_call_ends_with_a_greeting() -> None:
    centre = promising()
    assert codes(presses(centre, "7")) == ["menu.wrong_key"]
    assert hears(caller(centre)) == ["menu_retry", "closed_callback_offer"]
    assert codes(presses(centre, "7")) == ["promise.no"]
    assert hears(caller(centre)) == ["goodbye"]


def test_zero_is_a_person_also_where_what_was_dialled_is_closed() -> None:
    centre = promising_beside_the_kcc()
    assert codes(presses(centre, "0"))[0] == "menu.zero"
    assert (phase(centre), of(centre).office, of(centre).closed) == ("Offering", "kcc", False)


def test_silence_and_a_wrong_key_twice_lead_to_the_kcc_while_somebody_is_there() -> None:
    by_silence, by_clock, wrong = (promising_beside_the_kcc() for _ in range(3))
    assert codes(silent(by_silence))[0] == "promise.person"
    by_clock.wait(60)
    assert codes(presses(wrong, "7")) == ["menu.wrong_key"]
    assert codes(presses(wrong, "7"))[0] == "promise.person"
    assert [phase(centre) for centre in (by_silence, by_clock, wrong)] == ["Offering"] * 3


def test_zero_where_nobody_is_at_the_kcc_either_is_a_wrong_key() -> None:
    centre = promising()
    assert [codes(presses(centre, "0")) for _ in range(2)] == [["menu.wrong_key"], ["promise.no"]]


def test_a_wrong_key_does_not_take_the_choice_away() -> None:
    centre = promising()
    presses(centre, "7")
    assert codes(presses(centre, "1")) == ["promise.consent"]


def test_a_withheld_number_is_asked_for_and_a_whole_number_is_listened_to() -> None:
    centre = promising_number()
    doing = caller(centre).doing
    assert isinstance(doing, Gather)
    assert (hears(caller(centre)), doing.keys, doing.finish) == (["callback_ask_number"], 15, "#")
    assert codes(presses(centre, "", MOBILE)) == ["promise.number"]
    assert [c.number for c in centre.callbacks.values()] == ["c1.number"]
    assert hears(caller(centre)) == [PROMISED[0], "callback_number_heard", *PROMISED[1:]]
    assert lines(centre)[1].slots == {"nummer": "digits:@c1.number"}


def lines(centre: House) -> tuple[Line, ...]:
    doing = caller(centre).doing
    assert isinstance(doing, Gather)
    return doing.lines


def test_what_was_promised_is_said_again_on_request_and_silence_ends() -> None:
    """Domain §6: moments and numbers are repeated on request."""
    centre = promising()
    presses(centre, "1")
    told = lines(centre)
    for key in ("*", "1", "*"):
        assert codes(presses(centre, key)) == ["promise.repeat"]
        assert (phase(centre), lines(centre)) == ("Promising", told)
    assert codes(presses(centre, "*")) == ["promise.told"], "and not for ever"
    assert (phase(centre), hears(caller(centre))) == ("Closing", ["goodbye"])
    by_silence, by_clock = promising(), promising()
    for other in (by_silence, by_clock):
        presses(other, "1")
    assert codes(silent(by_silence)) == ["promise.told"]
    by_clock.wait(60)
    assert [hears(caller(other)) for other in (by_silence, by_clock)] == [["goodbye"], ["goodbye"]]


def test_a_number_that_may_not_be_dialled_is_asked_for_once_more() -> None:
    centre = promising_number()
    assert codes(presses(centre, "", PREMIUM)) == ["promise.number_refused"]
    assert hears(caller(centre)) == ["callback_number_refused"]
    assert codes(presses(centre, "", PREMIUM)) == ["promise.no"]
    assert (phase(centre), len(centre.callbacks)) == ("Closing", 0)


def test_silence_and_a_silent_switch_are_no_consent() -> None:
    by_silence, by_clock = promising(), promising()
    assert codes(silent(by_silence)) == ["promise.no"]
    by_clock.wait(60)
    assert (phase(by_silence), phase(by_clock)) == ("Closing", "Closing")


@pytest.mark.parametrize("given", [WITHHELD, PREMIUM])
def test_a_recalled_caller_without_a_number_is_asked_for_one_and_waits_on_without(given: Given) -> None:
    centre = recalled()
    centre.calls["c1"] = replace(of(centre), number=given)
    centre.callbacks["c1.cb1"] = replace(centre.callbacks["c1.cb1"], number="")
    centre.wait(300)
    assert hears(caller(centre)) == ["callback_ask_number"]
    assert codes(silent(centre)) == ["promise.no_wait"]
    assert (phase(centre), centre.callbacks["c1.cb1"].status) == ("Waiting", "pending")


def test_what_was_withdrawn_is_not_promised_again() -> None:
    centre = recalled()
    centre.handle(e.CallbackWithdrawn("c1.cb1", "joke", "opgelost"))
    centre.wait(300)
    assert [(c.id, c.status) for c in centre.callbacks.values()] == [("c1.cb1", "withdrawn"), ("c1.cb2", "promised")]


def test_two_callers_are_promised_different_moments_when_a_slot_is_full() -> None:
    centre = promising()
    presses(centre, "1")
    for call in ("c2", "c3"):
        rings(centre, call=call)
        presses(centre, "1", call=call)
    starts = [c.slot.start for c in centre.callbacks.values()]
    assert starts[0] == starts[1] < starts[2]


def test_other_reports_mean_nothing_here() -> None:
    centre = promising()
    leg = caller(centre)
    assert codes(centre.handle(e.SayFinished("c1", leg.id, leg.step))) == ["ignored.phase"]


def at_work() -> House:
    """A callback is offered in the line of an office where somebody is logged on."""
    centre = promising_in_line()
    centre.handle(e.AgentLoggedOn("bart"))
    return centre


def test_where_nobody_is_logged_on_there_is_no_line_to_keep_a_place_in() -> None:
    centre = promising_in_line()
    presses(centre, "1")
    assert hears(caller(centre)) == PROMISED
    assert centre.callbacks["c1.cb1"].turn is None


def test_whoever_waited_keeps_the_place_and_hears_how_long_it_still_takes() -> None:
    centre = at_work()
    joined = centre.now - timedelta(seconds=300)
    assert codes(presses(centre, "1")) == ["promise.consent"]
    assert hears(caller(centre)) == ["callback_in_turn", *PROMISED[1:]]
    (callback,) = centre.callbacks.values()
    assert (callback.turn, callback.slot.start, callback.status) == (joined, centre.now, "promised")


def test_the_wait_is_that_of_the_kept_place_not_of_a_new_one_behind_the_others() -> None:
    centre = at_work()
    for call in ("c2", "c3"):
        rings(centre, call=call)
        presses(centre, "1", call=call)
    presses(centre, "1")
    doing = caller(centre).doing
    assert isinstance(doing, Gather)
    assert doing.lines[0].slots == {"minuten": "5"}


def test_what_was_owed_before_keeps_its_moment() -> None:
    centre = recalled()
    before = centre.callbacks["c1.cb1"].slot
    centre.wait(300)
    assert hears(caller(centre)) == PROMISED
    assert (centre.callbacks["c1.cb1"].slot, centre.callbacks["c1.cb1"].turn) == (before, None)


def test_another_owner_or_an_agreed_moment_is_no_place_in_the_line_any_more() -> None:
    centre = at_work()
    presses(centre, "1")
    made = centre.callbacks["c1.cb1"]
    centre.handle(e.CallbackChanged("c1.cb1", "bart", on_behalf="p2"))
    assert (centre.callbacks["c1.cb1"].turn, centre.callbacks["c1.cb1"].slot) == (made.turn, made.slot)
    later = Slot(centre.now + timedelta(hours=2), centre.now + timedelta(hours=3))
    changes: tuple[Change, ...] = ({"slot": later}, {"colleague": "piet"})
    for change in changes:
        centre.callbacks["c1.cb1"] = made
        centre.handle(e.CallbackChanged("c1.cb1", "bart", **change))
        after = centre.callbacks["c1.cb1"]
        assert (after.turn, after.slot.start > centre.now) == (None, True)


def test_who_asks_again_still_has_the_place() -> None:
    centre = at_work()
    presses(centre, "1")
    made = centre.callbacks["c1.cb1"]
    centre.now += timedelta(minutes=1)
    again = owe(of(centre), centre.world(), cause="asked", office="kcc").callback
    assert (again.turn, again.slot) == (made.turn, made.slot)
