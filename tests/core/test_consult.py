"""The agent consults: announce by name, swap, three-way, cancel, complete; nobody is ever in silence (design §5)."""

from collections.abc import Callable

import pytest

from app.call import events as e
from app.call.call import Consulting
from tests.core.acts import answers, ends, heard, joined
from tests.core.house import House
from tests.core.moments import (
    consulting,
    consulting_announcing,
    consulting_speaking,
    consulting_with_caller,
    consulting_withdrawn,
    talking,
    three_way,
)
from tests.core.seen import caller, codes, during, first, hears, last, of, outcomes, phase, sent


def test_the_caller_hears_music_and_the_agent_the_ringing_tone() -> None:
    centre = talking()
    steps = centre.handle(e.ConsultAsked("c1", "joke", "piet", topic="paspoort"))
    assert (codes(steps), sent(steps)) == (["consult"], ["Music c1.1", "Ringback c1.2", "Dial c1.3"])
    assert (hears(caller(centre)), hears(last(centre, "agent"))) == (["hold"], ["ringback"])
    assert of(centre).topic == "paspoort"


def test_who_answers_hears_who_is_calling_and_why_before_they_speak() -> None:
    centre = consulting()
    centre.handle(e.CallerIdentified("c1", "joke", name="c1.name"))
    assert codes(answers(centre, "colleague")) == ["consult.answered"]
    line = first(last(centre, "colleague"))
    assert line.text == "announce"
    assert line.slots == {"beller": "@c1.name", "medewerker": "agent:joke", "onderwerp": "topic:wmo"}
    steps = heard(centre, "colleague")
    assert (codes(steps), sent(steps)) == (["consult.speaking"], ["Join c1.2", "Join c1.3"])
    assert outcomes(centre)[-1] == ("piet", "answered")


def test_an_announcement_whose_end_is_never_reported_is_not_waited_for() -> None:
    centre = consulting_announcing()
    assert codes(centre.wait(15)) == ["consult.speaking"]


@pytest.mark.parametrize("event", [e.SwapAsked, e.ThreeWayAsked, e.CompleteAsked])
def test_nothing_can_be_done_with_a_colleague_who_is_not_there_yet(event: Callable[[str, str], e.Event]) -> None:
    for moment in (consulting, consulting_announcing, consulting_withdrawn):
        assert codes(moment().handle(event("c1", "joke"))) == ["ignored.not_speaking"]


def test_swapping_gives_the_other_one_music_and_a_new_room_each_time() -> None:
    centre = consulting_speaking()
    assert codes(centre.handle(e.SwapAsked("c1", "joke"))) == ["swap"]
    assert (hears(caller(centre)), hears(last(centre, "colleague"))) == ([], ["hold"])
    joined(centre)
    centre.handle(e.SwapAsked("c1", "joke"))
    assert (hears(caller(centre)), hears(last(centre, "colleague"))) == (["hold"], [])
    assert during(centre, Consulting).room == "c1-r4"


def test_three_way_puts_all_in_one_room_and_asking_again_does_nothing() -> None:
    centre = consulting_speaking()
    assert sent(centre.handle(e.ThreeWayAsked("c1", "joke"))) == ["Join c1.1", "Join c1.2", "Join c1.3"]
    joined(centre)
    assert codes(centre.handle(e.ThreeWayAsked("c1", "joke"))) == ["ignored.phase"]


def test_from_a_three_way_a_swap_keeps_the_colleague() -> None:
    centre = three_way()
    centre.handle(e.SwapAsked("c1", "joke"))
    assert (hears(caller(centre)), during(centre, Consulting).focus) == (["hold"], "colleague")


@pytest.mark.parametrize(
    ("moment", "commands"),
    [(consulting, ["Join c1.1", "Join c1.2", "StopRinging c1.3"]),
     (consulting_announcing, ["Join c1.1", "Join c1.2", "HangUp c1.3"]),
     (consulting_speaking, ["Join c1.1", "Join c1.2", "HangUp c1.3"]), (consulting_with_caller, ["HangUp c1.3"]),
     (three_way, ["HangUp c1.3"])],
)  # fmt: skip
def test_back_to_the_caller_disturbs_nobody_who_speaks_already(
    moment: Callable[[], House], commands: list[str]
) -> None:
    centre = moment()
    steps = centre.handle(e.ConsultCancelled("c1", "joke"))
    assert (codes(steps), sent(steps), phase(centre)) == (["consult.cancelled"], commands, "Talking")
    assert outcomes(centre)[1] == ("to piet", "cancelled") or outcomes(centre)[2] == ("to piet", "cancelled")
    assert centre.callbacks == {}


def test_cancelling_while_the_first_phone_is_withdrawn_records_that_it_was_not_answered() -> None:
    centre = consulting_withdrawn()
    centre.handle(e.ConsultCancelled("c1", "joke"))
    assert outcomes(centre)[1:] == [("to ans", "cancelled"), ("ans", "no_answer")]


@pytest.mark.parametrize("moment", [consulting_speaking, consulting_with_caller])
def test_completing_brings_both_into_a_new_room_and_lets_nobody_go_yet(moment: Callable[[], House]) -> None:
    centre = moment()
    steps = centre.handle(e.CompleteAsked("c1", "joke"))
    assert (codes(steps), sent(steps), phase(centre)) == (["connect"], ["Join c1.1", "Join c1.3"], "Connecting")
    assert last(centre, "agent").live


def test_completing_a_three_way_only_lets_the_agent_go() -> None:
    centre = three_way()
    steps = centre.handle(e.CompleteAsked("c1", "joke"))
    assert (codes(steps), sent(steps), phase(centre)) == (["connected"], ["HangUp c1.2"], "Connected")


def test_completing_a_three_way_that_the_switch_has_not_confirmed_waits_for_it() -> None:
    centre = consulting_speaking()
    centre.handle(e.ThreeWayAsked("c1", "joke"))
    steps = centre.handle(e.CompleteAsked("c1", "joke"))
    assert (codes(steps), sent(steps), phase(centre)) == (["connect"], [], "Connecting")
    joined(centre)
    assert phase(centre) == "Connected"


@pytest.mark.parametrize("how", ["click", "phone"])
def test_an_agent_who_leaves_a_three_way_leaves_the_two_together(how: str) -> None:
    centre = three_way()
    steps = centre.handle(e.HangUpAsked("c1", "joke")) if how == "click" else ends(centre, "agent")
    assert (phase(centre), centre.agents["joke"].state) == ("Connected", "wrap_up")
    assert sent(steps) == (["HangUp c1.2"] if how == "click" else [])


def test_an_agent_who_leaves_a_three_way_too_soon_waits_for_nothing_either() -> None:
    centre = consulting_speaking()
    centre.handle(e.ThreeWayAsked("c1", "joke"))
    ends(centre, "agent")
    assert (phase(centre), centre.agents["joke"].state) == ("Connecting", "wrap_up")
    joined(centre)
    assert phase(centre) == "Connected"


@pytest.mark.parametrize("moment", [consulting_speaking, consulting_announcing])
def test_an_agent_who_drops_leaves_caller_and_colleague_with_a_sentence_each(moment: Callable[[], House]) -> None:
    centre = moment()
    assert codes(ends(centre, "agent", "lost")) == ["announce_direct"]
    assert (hears(caller(centre)), hears(last(centre, "colleague"))) == (["connecting_direct"], ["announce_direct"])


@pytest.mark.parametrize("how", ["click", "phone"])
def test_an_agent_who_went_back_to_the_caller_and_hangs_up_is_done(how: str) -> None:
    centre = consulting_with_caller()
    steps = centre.handle(e.HangUpAsked("c1", "joke")) if how == "click" else ends(centre, "agent")
    assert (codes(steps), phase(centre), hears(caller(centre))) == (["hangup.agent"], "Closing", ["goodbye"])
    assert not last(centre, "colleague").live
    assert (outcomes(centre)[-1], centre.agents["joke"].state, centre.callbacks) == (
        ("to piet", "cancelled"), "wrap_up", {},
    )  # fmt: skip


def test_what_was_pending_when_the_agent_rounds_off_is_promised() -> None:
    centre = talking()
    centre.handle(e.ConsultAsked("c1", "joke", "els"))
    centre.handle(e.ConsultAsked("c1", "joke", "piet"))
    answers(centre, "colleague")
    heard(centre, "colleague")
    centre.handle(e.SwapAsked("c1", "joke"))
    centre.handle(e.HangUpAsked("c1", "joke"))
    ends(centre, "caller")
    assert [c.status for c in centre.callbacks.values()] == ["promised"]


@pytest.mark.parametrize(("held", "cause"), [(False, "lost"), (True, "normal")])
def test_an_agent_who_is_lost_while_with_the_caller_leaves_them_waiting_with_priority(held: bool, cause: str) -> None:
    centre = consulting_with_caller()
    if held:
        centre.handle(e.PhoneHeld("c1", "c1.2"))
    assert codes(ends(centre, "agent", cause)) == ["line_lost"]
    assert hears(caller(centre)) == ["apology_line_lost"]
    assert not last(centre, "colleague").live
    assert outcomes(centre)[-1] == ("to piet", "cancelled")


def test_an_agent_who_drops_while_it_rings_lets_it_ring_on() -> None:
    centre = consulting()
    steps = centre.handle(e.HangUpAsked("c1", "joke"))
    assert (codes(steps), sent(steps), phase(centre)) == (["ring_on"], ["Ringback c1.1", "HangUp c1.2"], "RingingOn")


def test_why_a_phone_is_being_withdrawn_is_not_forgotten_when_the_agent_drops() -> None:
    centre = talking()
    centre.handle(e.ConsultAsked("c1", "joke", "ans"))
    centre.wait(8)
    ends(centre, "agent", "lost")
    centre.wait(2)
    assert outcomes(centre)[-1] == ("ans", "unreachable")


@pytest.mark.parametrize(
    ("moment", "because", "callbacks"),
    [(consulting_announcing, "transfer.failed", 1), (consulting_speaking, "transfer.failed", 1),
     (consulting_with_caller, "transfer.failed", 1), (three_way, "hangup.colleague", 0)],
)  # fmt: skip
def test_a_colleague_who_leaves_before_the_caller_spoke_with_them_is_a_failed_transfer(
    moment: Callable[[], House], because: str, callbacks: int
) -> None:
    centre = moment()
    assert codes(ends(centre, "colleague")) == [because]
    assert (phase(centre), len(centre.callbacks)) == ("Talking", callbacks)


@pytest.mark.parametrize("moment", [consulting_with_caller, three_way])
def test_the_colleague_s_end_does_not_disturb_who_speak_with_each_other(moment: Callable[[], House]) -> None:
    assert sent(ends(moment(), "colleague")) == []


@pytest.mark.parametrize("moment", [consulting, consulting_announcing, consulting_speaking])
def test_a_voicemail_is_not_a_colleague(moment: Callable[[], House]) -> None:
    centre = moment()
    assert codes(centre.handle(e.LegMachine("c1", "c1.3"))) == ["transfer.voicemail"]
    assert (phase(centre), outcomes(centre)[-1], last(centre, "colleague").live) == (
        "Talking", ("to piet", "voicemail"), False,
    )  # fmt: skip


def test_the_hold_key_gives_the_caller_music_while_they_speak_with_the_agent() -> None:
    centre = consulting_with_caller()
    assert codes(centre.handle(e.PhoneHeld("c1", "c1.2"))) == ["hold"]
    assert hears(caller(centre)) == ["hold"]
    assert codes(centre.handle(e.PhoneRetrieved("c1", "c1.2"))) == ["retrieve"]
    joined(centre)
    assert codes(centre.handle(e.PhoneRetrieved("c1", "c1.2"))) == ["ignored.phase"]


def test_the_hold_key_in_a_three_way_or_of_the_colleague_parts_nobody() -> None:
    for centre, leg in ((three_way(), "c1.2"), (consulting_with_caller(), "c1.3"), (three_way(), "c1.3")):
        assert codes(centre.handle(e.PhoneHeld("c1", leg))) == ["ignored.phase"]


def test_back_to_a_caller_on_hold_takes_them_off_hold() -> None:
    centre = consulting_with_caller()
    centre.handle(e.PhoneHeld("c1", "c1.2"))
    assert sent(centre.handle(e.ConsultCancelled("c1", "joke"))) == ["Join c1.1", "Join c1.2", "HangUp c1.3"]


@pytest.mark.parametrize(
    "event",
    [e.PhoneHeld("c1", "c1.2"), e.PhoneRetrieved("c1", "c1.2"), e.LegDialling("c1", "c1.3"),
     e.SayFinished("c1", "c1.1", 1)],
)  # fmt: skip
def test_other_reports_mean_nothing(event: e.Event) -> None:
    assert consulting_speaking().handle(event)[0].decision.because.ignored


def test_a_second_consult_waits_for_the_end_of_the_first() -> None:
    assert codes(consulting().handle(e.ConsultAsked("c1", "joke", "ans"))) == ["ignored.phase"]


def test_the_transfer_key_completes_what_it_began() -> None:
    for colleague in ("", "piet"):
        centre = consulting_speaking()
        assert codes(centre.handle(e.PhoneTransferAsked("c1", "c1.2", colleague))) == ["connect"]


def test_the_transfer_key_for_somebody_else_or_too_soon_changes_nothing() -> None:
    centre = consulting_speaking()
    for event in (
        e.PhoneTransferAsked("c1", "c1.2", "ans"), e.PhoneTransferAsked("c1", "c1.2", wrong="unknown"),
        e.PhoneTransferAsked("c1", "c1.3"), e.PhoneCancelAsked("c1", "c1.3"),
    ):  # fmt: skip
        assert codes(centre.handle(event)) == ["ignored.phase"]
    assert codes(consulting().handle(e.PhoneTransferAsked("c1", "c1.2"))) == ["ignored.not_speaking"]


def test_a_code_leads_back_to_the_caller() -> None:
    for centre in (consulting(), consulting_announcing(), consulting_speaking()):
        assert codes(centre.handle(e.PhoneCancelAsked("c1", "c1.2"))) == ["consult.cancelled"]
        assert phase(centre) == "Talking"
