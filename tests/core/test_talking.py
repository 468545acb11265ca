"""The caller and the agent speak: who hangs up, who is put on hold, and what is taken away (domain §3, design §5)."""

from typing import Literal

import pytest

from app.call import events as e
from app.call.call import Offering, Talking, Waiting
from tests.core.acts import ends, heard, house, joined, presses, rings
from tests.core.house import House
from tests.core.moments import recalled, talking, talking_held
from tests.core.seen import caller, codes, during, hears, last, of, outcomes, phase, sent


def test_an_agent_who_rounds_off_leaves_the_caller_with_a_sentence_and_owes_the_registration() -> None:
    centre = talking()
    steps = centre.handle(e.HangUpAsked("c1", "joke"))
    assert (codes(steps), sent(steps)) == (["hangup.agent"], ["Say c1.1", "HangUp c1.2"])
    assert (hears(caller(centre)), phase(centre)) == (["goodbye"], "Closing")
    assert (centre.agents["joke"].state, centre.agents["joke"].owes) == ("wrap_up", ("c1",))


def test_hanging_up_the_phone_is_the_same() -> None:
    centre = talking()
    assert codes(ends(centre, "agent", "normal")) == ["hangup.agent"]
    assert hears(caller(centre)) == ["goodbye"]


def test_an_agent_s_lost_line_puts_the_caller_first_in_line_with_a_sentence() -> None:
    centre = talking()
    centre.handle(e.AgentNotReady("fatima", "pauze"))
    assert codes(ends(centre, "agent", "lost")) == ["line_lost"]
    assert hears(caller(centre)) == ["apology_line_lost"]
    assert (phase(centre), during(centre, Waiting).priority) == ("Waiting", 1)
    assert centre.agents["joke"].state == "wrap_up"


def test_somebody_else_who_is_ready_takes_over_at_once() -> None:
    centre = talking()
    ends(centre, "agent", "lost")
    assert (phase(centre), last(centre, "agent").party) == ("Offering", "fatima")


def test_the_hold_key_gives_music_and_the_same_key_brings_both_into_a_new_room() -> None:
    centre = talking_held()
    assert hears(caller(centre)) == ["hold"]
    assert codes(centre.handle(e.PhoneHeld("c1", "c1.2"))) == ["ignored.phase"]
    steps = centre.handle(e.PhoneRetrieved("c1", "c1.2"))
    assert (codes(steps), sent(steps)) == (["retrieve"], ["Join c1.1", "Join c1.2"])
    assert during(centre, Talking).room == "c1-r2"
    joined(centre)
    assert codes(centre.handle(e.PhoneRetrieved("c1", "c1.2"))) == ["ignored.phase"]


@pytest.mark.parametrize("cause", ["normal", "lost"])
def test_whoever_hangs_up_while_the_caller_is_on_hold_has_not_rounded_off(cause: str) -> None:
    centre = talking_held()
    assert codes(ends(centre, "agent", cause)) == ["line_lost"]
    assert (hears(caller(centre)), during(centre, Offering).waiting.priority) == (["apology_line_lost"], 1)


def test_the_hold_key_of_another_line_does_nothing() -> None:
    centre = talking()
    for event in (e.PhoneHeld, e.PhoneRetrieved, e.PhoneTransferAsked):
        assert codes(centre.handle(event("c1", "c1.1"))) == ["ignored.phase"]


def test_the_transfer_key_of_the_phone_begins_a_consult() -> None:
    centre = talking()
    assert codes(centre.handle(e.PhoneTransferAsked("c1", "c1.2", "piet"))) == ["consult"]
    assert phase(centre) == "Consulting"


@pytest.mark.parametrize(
    ("wrong", "text", "code"),
    [("", "transfer_unknown", "unknown"), ("unknown", "transfer_unknown", "unknown"),
     ("forbidden", "transfer_refused", "forbidden")],
)  # fmt: skip
def test_who_presses_the_transfer_key_for_nobody_hears_why_and_the_caller_is_not_in_silence(
    wrong: Literal["", "unknown", "forbidden"], text: str, code: str
) -> None:
    centre = talking()
    steps = centre.handle(e.PhoneTransferAsked("c1", "c1.2", wrong=wrong))
    assert (codes(steps), sent(steps)) == ([f"transfer_key.{code}"], ["Music c1.1", "Say c1.2"])
    assert (hears(caller(centre)), hears(last(centre, "agent"))) == (["hold"], [text])
    steps = heard(centre, "agent")
    assert (codes(steps), sent(steps)) == (["transfer_key.back"], ["Join c1.1", "Join c1.2"])
    assert phase(centre) == "Talking"
    assert not of(centre).timers


def wrong_number() -> House:
    centre = talking()
    centre.handle(e.PhoneTransferAsked("c1", "c1.2", wrong="unknown"))
    return centre


def test_a_sentence_about_a_wrong_number_that_never_ends_is_not_waited_for() -> None:
    assert codes(wrong_number().wait(15)) == ["transfer_key.back"]


def test_pressing_the_key_again_meanwhile_or_on_hold_says_nothing_more() -> None:
    for centre in (wrong_number(), talking_held()):
        steps = centre.handle(e.PhoneTransferAsked("c1", "c1.2", wrong="unknown"))
        assert codes(steps) == ["ignored.unknown_colleague"]


def test_hold_pressed_during_the_sentence_keeps_the_caller_on_hold_until_it_is_pressed_again() -> None:
    centre = wrong_number()
    leg = last(centre, "agent")
    assert codes(centre.handle(e.PhoneHeld("c1", leg.id))) == ["hold"]
    assert codes(heard(centre, "agent")) == ["ignored.phase"]
    assert hears(caller(centre)) == ["hold"]
    assert codes(centre.handle(e.PhoneRetrieved("c1", leg.id))) == ["retrieve"]
    assert not of(centre).timers


def test_after_a_wrong_number_the_right_one_begins_the_consult_at_once() -> None:
    centre = wrong_number()
    assert codes(centre.handle(e.PhoneTransferAsked("c1", "c1.2", "piet"))) == ["consult"]


@pytest.mark.parametrize(
    ("asked", "owner", "subject"),
    [({}, ("", "", "sociaal"), "wmo"), ({"colleague": "piet"}, ("piet", "wmo", "sociaal"), "wmo"),
     ({"department": "burgerzaken"}, ("", "burgerzaken", "sociaal"), "wmo"),
     ({"topic": "paspoort"}, ("", "", "sociaal"), "paspoort"), ({"topic": "onzin"}, ("", "", "sociaal"), "wmo")],
)  # fmt: skip
def test_a_question_nobody_can_answer_is_taken_away(
    asked: dict[str, str], owner: tuple[str, str, str], subject: str
) -> None:
    centre = talking()
    assert codes(centre.handle(e.CallbackAsked("c1", "joke", **asked))) == ["callback.asked"]
    (owed,) = centre.callbacks.values()
    assert (owed.colleague, owed.department, owed.office) == owner
    assert (owed.subject, owed.status, owed.agent, owed.cause) == (subject, "pending", "joke", "asked")


@pytest.mark.parametrize(
    ("asked", "because"),
    [({"colleague": "nobody"}, "ignored.unknown_colleague"), ({"department": "x"}, "ignored.unknown_department")],
)
def test_nobody_owes_what_nobody_can_keep(asked: dict[str, str], because: str) -> None:
    centre = talking()
    assert codes(centre.handle(e.CallbackAsked("c1", "joke", **asked))) == [because]
    assert centre.callbacks == {}


def test_only_the_agent_of_the_call_may_ask_anything() -> None:
    centre = talking()
    for event in (e.HangUpAsked("c1", "fatima"), e.ConsultAsked("c1", "fatima", "piet"), e.CallbackAsked("c1", "bart")):
        assert codes(centre.handle(event)) == ["ignored.not_your_call"]


def test_nobody_holds_a_call_that_waits() -> None:
    assert codes(recalled().handle(e.HangUpAsked("c1", "joke"))) == ["ignored.not_your_call"]


def test_a_caller_who_hangs_up_ends_the_call_and_nothing_is_owed_but_the_registration() -> None:
    centre = talking()
    assert sent(ends(centre, "caller")) == ["HangUp c1.2"]
    assert (centre.callbacks, outcomes(centre)) == ({}, [("joke", "answered")])
    ends(centre, "agent")
    assert centre.over("c1")


def test_other_reports_mean_nothing() -> None:
    assert codes(talking().handle(e.LegDialling("c1", "c1.2"))) == ["ignored.phase"]


def test_a_line_that_left_its_room_is_noted() -> None:
    centre = talking()
    assert codes(centre.handle(e.LegLeft("c1", "c1.2", "c1-r1"))) == ["noted"]
    assert last(centre, "agent").joined == ""


def test_a_second_call_of_the_same_morning_is_another_conversation() -> None:
    centre = house("joke")
    rings(centre)
    presses(centre, "2")
    ends(centre, "caller")
    rings(centre, call="c2")
    presses(centre, "2", call="c2")
    assert centre.agents["joke"].call == "c2"
