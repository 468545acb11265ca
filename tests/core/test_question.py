"""One call may hold several questions: each has its own promise, and keeps it (design §5 rule 11, domain §2)."""

import pytest
from msgspec.structs import replace

from app.call import events as e
from app.call.numbers import Given
from app.callbacks.question import twin
from tests.core.acts import WITHHELD, answers, ends, heard, joined, presses, rings
from tests.core.house import House
from tests.core.moments import talking
from tests.core.promising import world
from tests.core.seen import caller, codes, hears, of

CHECKED = Given("c1.given", "fixed", "NL")


def two(*, agreed: bool = True) -> House:
    """Els is away: her department owes a promise about the Wmo, agreed upon. Piet is busy: one is pending."""
    centre = talking()
    centre.handle(e.ConsultAsked("c1", "joke", "els"))
    if agreed:
        centre.handle(e.CallbackConfirmed("c1.cb1", "joke"))
    centre.handle(e.ConsultAsked("c1", "joke", "piet", topic="paspoort"))
    ends(centre, "colleague", "busy")
    return centre


def owed(centre: House) -> list[tuple[str, str, str, str]]:
    return [(c.id, c.subject, c.colleague or c.department or c.office, c.status) for c in centre.callbacks.values()]


def put_through(centre: House, colleague: str, topic: str = "") -> None:
    """The colleague answers, and speaks with the caller for five seconds."""
    centre.handle(e.ConsultAsked("c1", "joke", colleague, topic=topic))
    answers(centre, "colleague")
    heard(centre, "colleague")
    joined(centre)
    centre.handle(e.CompleteAsked("c1", "joke"))
    joined(centre)
    centre.wait(5)


def test_a_second_question_has_a_promise_of_its_own() -> None:
    centre = two()
    assert owed(centre) == [("c1.cb1", "wmo", "wmo", "promised"), ("c1.cb2", "paspoort", "piet", "pending")]
    assert of(centre).callback == "c1.cb2", "that is what the agent is dealing with now"


def test_who_is_put_through_about_one_question_keeps_what_was_promised_about_the_other() -> None:
    centre = two()
    put_through(centre, "ans", "paspoort")
    assert owed(centre) == [("c1.cb1", "wmo", "wmo", "promised"), ("c1.cb2", "paspoort", "piet", "withdrawn")]


def test_the_question_of_before_can_be_taken_up_again() -> None:
    centre = two()
    put_through(centre, "ans", "wmo")
    assert [c.status for c in centre.callbacks.values()] == ["withdrawn", "pending"]
    ends(centre, "caller")
    assert [c.status for c in centre.callbacks.values()] == ["withdrawn", "promised"]


def test_a_consult_that_began_with_another_question_and_is_called_off_leaves_the_promise_alone() -> None:
    centre = two()
    centre.handle(e.ConsultAsked("c1", "joke", "ans", topic="wmo"))
    assert of(centre).callback == "c1.cb1"
    centre.handle(e.ConsultCancelled("c1", "joke"))
    assert [c.status for c in centre.callbacks.values()] == ["promised", "pending"]


@pytest.mark.parametrize("cause", ["normal", "lost"])
def test_at_the_end_all_of_them_are_promised(cause: str) -> None:
    centre = two()
    centre.handle(e.CallbackAsked("c1", "joke", topic="wmo", on_behalf="child"))
    ends(centre, "caller", cause)
    assert [c.status for c in centre.callbacks.values()] == ["promised"] * 3


def test_who_hangs_up_while_waiting_for_an_answer_to_the_second_question_is_called_back_about_it() -> None:
    centre = talking()
    centre.handle(e.ConsultAsked("c1", "joke", "els"))
    centre.handle(e.ConsultAsked("c1", "joke", "piet", topic="paspoort"))
    ends(centre, "caller")
    assert owed(centre) == [("c1.cb1", "wmo", "wmo", "promised"), ("c1.cb2", "paspoort", "piet", "promised")]


def test_what_was_promised_keeps_its_owner_and_moment_when_another_colleague_is_tried_in_vain() -> None:
    centre = talking()
    centre.handle(e.ConsultAsked("c1", "joke", "els"))
    centre.handle(e.CallbackConfirmed("c1.cb1", "joke"))
    before = centre.callbacks["c1.cb1"]
    centre.handle(e.ConsultAsked("c1", "joke", "piet"))
    ends(centre, "colleague", "busy")
    assert centre.callbacks == {"c1.cb1": before}
    assert [d.owner for d in centre.diaries.values() if d.booked] == ["department:wmo"]
    centre.handle(e.CallbackChanged("c1.cb1", "joke", colleague="piet"))
    assert centre.callbacks["c1.cb1"].colleague == "piet"


def test_a_promised_moment_that_passed_is_planned_anew_for_its_owner() -> None:
    centre = talking()
    centre.handle(e.CallbackAsked("c1", "joke", "piet"))
    centre.handle(e.CallbackConfirmed("c1.cb1", "joke"))
    centre.now = centre.callbacks["c1.cb1"].slot.end
    centre.handle(e.ConsultAsked("c1", "joke", "ans"))
    ends(centre, "colleague", "busy")
    callback = centre.callbacks["c1.cb1"]
    assert (callback.colleague, callback.slot.start > centre.now) == ("piet", True)


def test_two_children_about_the_same_topic_are_two_questions() -> None:
    centre = talking()
    for child in ("anna", "bo"):
        centre.handle(e.ConsultAsked("c1", "joke", "els", topic="wmo", on_behalf=child))
    centre.handle(e.CallbackAsked("c1", "joke", topic="wmo"))
    assert [(c.id, c.on_behalf, c.subject) for c in centre.callbacks.values()] == [
        ("c1.cb1", "anna", "wmo"), ("c1.cb2", "bo", "wmo"), ("c1.cb3", "", "wmo"),
    ]  # fmt: skip
    centre.handle(e.ConsultAsked("c1", "joke", "els", on_behalf="anna"))
    assert (len(centre.callbacks), of(centre).callback) == (3, "c1.cb1")
    centre.handle(e.ConsultAsked("c1", "joke", "els"))
    assert of(centre).callback == "c1.cb1", "nothing said: the same question"


def nameless() -> House:
    """No topic is known: Els is away, so her department owes the promise about the question."""
    centre = talking()
    centre.calls["c1"] = replace(of(centre), topic="")
    centre.handle(e.ConsultAsked("c1", "joke", "els"))
    return centre


@pytest.mark.parametrize("department", ["", "burgerzaken"])
@pytest.mark.parametrize("child", ["", "anna"])
def test_without_a_topic_nothing_said_is_the_same_question_whoever_is_to_answer_it(department: str, child: str) -> None:
    """Also after it turned out whom it concerns, and when that is said again."""
    centre = nameless()
    if child:
        centre.handle(e.CallbackChanged("c1.cb1", "joke", on_behalf=child))
    for on_behalf in ("", child):
        centre.handle(e.CallbackAsked("c1", "joke", department=department, on_behalf=on_behalf))
    assert [(c.id, c.subject, c.on_behalf) for c in centre.callbacks.values()] == [("c1.cb1", "wmo", child)]
    assert of(centre).on_behalf == child


def test_without_a_topic_whom_it_concerns_makes_another_question() -> None:
    centre = nameless()
    centre.handle(e.CallbackAsked("c1", "joke", on_behalf="anna"))
    assert [(c.subject, c.on_behalf) for c in centre.callbacks.values()] == [("wmo", ""), ("sociaal", "anna")]


def test_without_a_topic_who_is_put_through_to_another_department_is_not_called_back() -> None:
    centre = nameless()
    elsewhere = replace(centre.policy.colleagues["piet"], department="burgerzaken")
    centre.policy = replace(centre.policy, colleagues={**centre.policy.colleagues, "piet": elsewhere})
    put_through(centre, "piet")
    assert [c.status for c in centre.callbacks.values()] == ["withdrawn"]


def test_a_topic_named_since_the_promise_makes_another_question() -> None:
    centre = two()
    centre.handle(e.CallerIdentified("c1", "joke", topic="wmo"))
    centre.handle(e.CallbackAsked("c1", "joke"))
    assert of(centre).callback == "c1.cb1"


def test_what_is_asked_before_the_first_word_tells_whom_it_concerns() -> None:
    for asked in (e.ConsultAsked, e.CallbackAsked):
        centre = House()
        centre.ready("joke")
        rings(centre)
        presses(centre, "2")
        answers(centre)
        centre.handle(asked("c1", "joke", "els", topic="wmo", on_behalf="anna"))
        joined(centre)
        assert [c.on_behalf for c in centre.callbacks.values()] == ["anna"]


def test_a_change_that_makes_two_questions_one_is_refused() -> None:
    centre = talking()
    centre.handle(e.CallbackAsked("c1", "joke", topic="wmo", on_behalf="anna"))
    centre.handle(e.CallbackAsked("c1", "joke", topic="wmo"))
    assert codes(centre.handle(e.CallbackChanged("c1.cb2", "joke", on_behalf="anna"))) == ["ignored.callback_twin"]
    assert codes(centre.handle(e.CallbackChanged("c1.cb2", "joke", on_behalf="bo"))) == ["callback.changed"]


def test_helped_is_about_the_question_at_hand() -> None:
    centre = two()
    assert codes(centre.handle(e.CallerHelped("c1", "joke"))) == ["callback.helped"]
    assert [c.status for c in centre.callbacks.values()] == ["promised", "withdrawn"]
    assert codes(centre.handle(e.CallerHelped("c1", "joke"))) == ["ignored.no_callback"]
    centre.handle(e.CallbackWithdrawn("c1.cb1", "joke", "helped"))
    assert [c.status for c in centre.callbacks.values()] == ["withdrawn", "withdrawn"]


def test_the_number_the_caller_gives_replaces_the_one_the_switch_told_in_every_promise_of_the_call() -> None:
    centre = two()
    assert {c.number for c in centre.callbacks.values()} == {"c1.number"}
    centre.handle(e.CallerIdentified("c1", "joke", number=CHECKED))
    assert {(c.number, c.number_kind) for c in centre.callbacks.values()} == {("c1.given", "fixed")}
    centre.handle(e.CallbackChanged("c1.cb2", "joke", number=Given("c1.cb2.number", "mobile", "NL")))
    centre.handle(e.CallerIdentified("c1", "joke", number=replace(CHECKED, ref="c1.given2")))
    assert [c.number for c in centre.callbacks.values()] == ["c1.given2", "c1.cb2.number"]


def test_a_number_that_may_not_be_dialled_takes_no_place() -> None:
    centre = two()
    centre.handle(e.CallerIdentified("c1", "joke", number=Given("c1.given", "premium", "NL")))
    assert {(c.number, c.number_kind) for c in centre.callbacks.values()} == {("c1.number", "mobile")}


def earlier(centre: House, **changes: object) -> None:
    """This person was promised a callback about the Wmo in another call."""
    made = replace(centre.callbacks["c1.cb1"], id="c0.cb1", call="c0", person="p1", number="c0.number")
    centre.callbacks["c0.cb1"] = replace(made, **changes)


@pytest.mark.parametrize(
    ("agreed", "given", "number"),
    [(False, CHECKED, "c1.given"), (True, CHECKED, "c0.number"), (False, Given(), "c0.number")],
)
def test_what_is_owed_already_gets_the_number_that_was_checked_now(agreed: bool, given: Given, number: str) -> None:
    centre = two(agreed=False)
    earlier(centre, number_agreed=agreed)
    assert codes(centre.handle(e.CallerIdentified("c1", "joke", person="p1", number=given))) == ["caller.owed_already"]
    assert (centre.callbacks["c0.cb1"].number, centre.callbacks["c0.cb1"].asked) == (number, 2)
    assert centre.callbacks["c1.cb1"].status == "withdrawn"
    assert (centre.callbacks["c1.cb2"].person, of(centre).callback) == ("p1", "c1.cb2")


def test_a_number_agreed_for_the_promise_of_now_goes_with_it() -> None:
    centre = two(agreed=False)
    earlier(centre)
    centre.handle(e.CallbackChanged("c1.cb1", "joke", number=CHECKED))
    centre.handle(e.CallerIdentified("c1", "joke", person="p1"))
    assert (centre.callbacks["c0.cb1"].number, centre.callbacks["c0.cb1"].number_agreed) == ("c1.given", True)


def test_what_the_caller_has_just_agreed_to_takes_the_place_of_what_was_owed_already() -> None:
    centre = two()
    earlier(centre, asked=2, colleague="piet")
    assert codes(centre.handle(e.CallerIdentified("c1", "joke", person="p1"))) == ["caller.owed_already"]
    kept, gone = centre.callbacks["c1.cb1"], centre.callbacks["c0.cb1"]
    assert (kept.status, kept.instead_of, kept.person, kept.asked) == ("promised", "colleague:els", "p1", 3)
    assert (gone.status, gone.because, of(centre).callback) == ("withdrawn", "merged", "c1.cb2")


def test_who_was_taken_for_somebody_else_is_owed_the_promises_of_this_call() -> None:
    centre = two()
    for person in ("p2", "p1"):
        centre.handle(e.CallerIdentified("c1", "joke", person=person))
    assert [c.person for c in centre.callbacks.values()] == ["p1", "p1"]


@pytest.mark.parametrize("agreed", [False, True])
def test_who_was_taken_for_somebody_else_and_is_owed_it_already_is_owed_one_of_both(agreed: bool) -> None:
    """Also when this call asked for the other one, too: what is merged is merged once."""
    centre = two(agreed=agreed)
    centre.handle(e.CallerIdentified("c1", "joke", person="p2"))
    centre.wait(1)
    earlier(centre, again="c1", created_at=centre.now, number_agreed=True)
    assert codes(centre.handle(e.CallerIdentified("c1", "joke", person="p1"))) == ["caller.owed_already"]
    open_ones = {c.id: (c.person, c.number) for c in centre.callbacks.values() if c.open}
    kept = {"c1.cb1": ("p1", "c1.number")} if agreed else {"c0.cb1": ("p1", "c0.number")}
    assert open_ones == kept | {"c1.cb2": ("p1", "c1.number")}


def test_what_another_person_is_owed_stays_theirs() -> None:
    centre = two()
    centre.handle(e.CallerIdentified("c1", "joke", person="p1"))
    earlier(centre, again="c1", person="p3", subject="parkeren")
    centre.callbacks["c1.cb2"] = replace(centre.callbacks["c1.cb2"], person="p3")
    centre.handle(e.CallerIdentified("c1", "joke", person="p2"))
    assert {c.id: c.person for c in centre.callbacks.values()} == {"c1.cb1": "p2", "c1.cb2": "p3", "c0.cb1": "p3"}


def test_two_promises_are_merged_into_two_that_stand_in_one_diary() -> None:
    centre = talking()
    for topic in ("wmo", "paspoort"):
        centre.handle(e.CallbackAsked("c1", "joke", "piet", topic=topic))
    earlier(centre)
    centre.callbacks["c0.cb2"] = replace(centre.callbacks["c0.cb1"], id="c0.cb2", subject="paspoort")
    centre.handle(e.CallerIdentified("c1", "joke", person="p1"))
    assert [c.status for c in centre.callbacks.values()] == ["withdrawn", "withdrawn", "pending", "pending"]
    assert (of(centre).callback, [d.booked for d in centre.diaries.values()]) == ("c0.cb2", [{}])
    assert [c.asked for c in centre.callbacks.values()] == [1, 1, 2, 2]


def test_each_call_that_asks_counts_once_and_takes_the_promise_over() -> None:
    centre = talking()
    centre.handle(e.CallbackAsked("c1", "joke", "piet", topic="wmo"))
    earlier(centre, status="promised")
    centre.handle(e.CallerIdentified("c1", "joke", person="p1"))
    for topic in ("paspoort", "wmo"):
        centre.handle(e.CallbackAsked("c1", "joke", topic=topic))
    assert (centre.callbacks["c0.cb1"].asked, of(centre).callback) == (2, "c0.cb1")
    put_through(centre, "ans", "wmo")
    assert [(c.id, c.status) for c in centre.callbacks.values() if c.open] == [("c1.cb2", "pending")]


@pytest.mark.parametrize(
    ("department", "topic", "subject"),
    [("burgerzaken", "paspoort", "paspoort"), ("wmo", "paspoort", "wmo"), ("", "paspoort", "paspoort")],
)
def test_a_topic_found_while_the_promise_is_arranged_becomes_its_subject(
    department: str, topic: str, subject: str
) -> None:
    centre = House()
    centre.policy = replace(centre.policy, topics={"paspoort": centre.policy.topics["paspoort"]})
    centre.ready("fatima")
    rings(centre, "+31201234567")
    heard(centre)
    answers(centre)
    joined(centre)
    centre.handle(e.CallbackAsked("c1", "fatima", department=department))
    centre.handle(e.CallerIdentified("c1", "fatima", topic=topic))
    assert [c.subject for c in centre.callbacks.values()] == [subject]


def test_the_language_of_the_resident_goes_with_every_promise() -> None:
    centre = two()
    assert {c.language for c in centre.callbacks.values()} == {"nl"}
    centre.handle(e.CallerIdentified("c1", "joke", language="en"))
    assert {c.language for c in centre.callbacks.values()} == {"en"}


def recalled() -> House:
    """The agent is gone while another colleague is tried about the passport; the caller waits with both promises."""
    centre = two()
    centre.handle(e.AgentNotReady("fatima", "pauze"))
    centre.handle(e.ConsultAsked("c1", "joke", "ans"))
    ends(centre, "agent", "lost")
    ends(centre, "colleague", "declined")
    centre.handle(e.AgentNotReady("joke", "pauze"))
    return centre


def test_the_voice_says_every_promise_and_the_number_once() -> None:
    centre = recalled()
    centre.wait(300)
    assert hears(caller(centre)) == ["callback_promised", "callback_promised", "callback_reference", "callback_repeat"]
    assert owed(centre) == [("c1.cb1", "wmo", "wmo", "promised"), ("c1.cb2", "paspoort", "ans", "promised")]


def test_without_a_number_for_one_of_them_the_voice_asks_for_it() -> None:
    centre = recalled()
    centre.calls["c1"] = replace(of(centre), number=WITHHELD)
    centre.callbacks["c1.cb1"] = replace(centre.callbacks["c1.cb1"], number="")
    centre.wait(300)
    assert hears(caller(centre)) == ["callback_ask_number"]
    presses(centre, "", CHECKED)
    assert [c.number for c in centre.callbacks.values()] == ["c1.given", "c1.given"]


def test_what_the_voice_is_asked_about_a_third_question_is_promised_beside_the_others() -> None:
    centre = recalled()
    centre.handle(e.CallbackWithdrawn("c1.cb2", "joke", "helped"))
    centre.wait(300)
    assert owed(centre)[2:] == [("c1.cb3", "paspoort", "sociaal", "promised")]
    assert hears(caller(centre)) == ["callback_promised", "callback_in_turn", "callback_reference", "callback_repeat"]


def test_a_twin_is_open_of_the_same_call_or_person_and_about_the_same() -> None:
    one = two().callbacks["c1.cb1"]
    for other, same in (
        (replace(one, id="x"), True),
        (replace(one, id="x", status="kept"), False),
        (replace(one, id="x", subject="paspoort"), False),
        (replace(one, id="x", on_behalf="anna"), False),
        (replace(one, id="x", call="c0"), False),
        (replace(one, id="x", call="c0", person="p1"), False),
    ):
        assert (twin(one, world("2026-11-24T10:20", one, other)) is not None) is same
    known = replace(one, person="p1")
    assert twin(known, world("2026-11-24T10:20", known, replace(known, id="x", call="c0"))) is not None
