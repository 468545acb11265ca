"""The colleague is not there: a callback is owed at once, one and no more (design §5 rule 11)."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from app.call.call import Call
from app.call.callback import Callback
from app.call.diary import Diary
from app.call.numbers import Given
from app.call.timers import Timer
from app.callbacks.absence import Owed, is_absent, keep, owe, promise, recognised, withdraw
from app.callbacks.owner import owner
from app.callbacks.slots import epoch
from tests.core.policies import policy
from tests.core.promising import Owing, at, caller, clock, world


def owed(**changes: object) -> Callback:
    """Piet did not answer, at a quarter past ten on a Tuesday."""
    return replace(owe(caller(), world(), cause="no_answer", colleague="piet", agent="joke").callback, **changes)


def booked(diaries: tuple[Diary, ...]) -> dict[str, list[tuple[str, int]]]:
    return {d.owner: [(clock(datetime.fromtimestamp(start, UTC)), n) for start, n in d.booked.items()] for d in diaries}


@pytest.mark.parametrize(
    ("colleague", "now", "absent"),
    [
        ("piet", "2026-11-24T10:15", False),
        ("piet", "2026-11-24T08:59", True),
        ("piet", "2026-11-24T17:00", True),
        ("piet", "2026-11-28T10:15", True),
        ("piet", "2026-12-25T10:15", True),
        ("els", "2026-11-24T10:15", True),
        ("els", "2026-11-30T10:15", True),
        ("els", "2026-12-01T10:15", False),
        ("els", "2026-12-01T13:15", True),
    ],
)
def test_who_is_absent_by_schedule(colleague: str, now: str, absent: bool) -> None:
    assert is_absent(policy(), policy().colleagues[colleague], at(now)) is absent


def test_a_failed_transfer_owes_a_callback_at_once() -> None:
    made = owe(caller(), world(), cause="busy", colleague="piet", agent="joke")
    callback = made.callback
    assert (callback.id, callback.call, callback.status) == ("c1.cb1", "c1", "pending")
    assert (callback.colleague, callback.department, callback.office) == ("piet", "wmo", "sociaal")
    assert (callback.subject, callback.cause, callback.agent) == ("wmo", "busy", "joke")
    assert (callback.number, callback.number_kind) == ("c1.number", "mobile")
    assert (clock(callback.slot.start), clock(callback.due_at)) == ("Tue 24-11 11:00", "Thu 26-11 17:00")
    assert callback.timers == (
        Timer("late", callback.due_at),
        Timer("missed", callback.slot.end + timedelta(minutes=60)),
    )
    assert (made.call.callback, made.call.promises) == ("c1.cb1", 1)
    assert booked(made.diaries) == {"colleague:piet": [("Tue 24-11 11:00", 1)]}


@pytest.mark.parametrize(
    ("given", "call_topic", "subject"),
    [
        ({"colleague": "piet"}, "wmo", "wmo"),
        ({"department": "burgerzaken"}, "", "burgerzaken"),
        ({"colleague": "piet"}, "", "wmo"),
        ({}, "", "sociaal"),
        ({"office": "kcc"}, "", "kcc"),
    ],
)
def test_the_subject_is_the_topic_else_the_department_else_the_office(
    given: Owing, call_topic: str, subject: str
) -> None:
    assert owe(caller(topic=call_topic), world(), cause="asked", **given).callback.subject == subject


@pytest.mark.parametrize(
    ("given", "who"),
    [
        ({"colleague": "piet"}, "colleague:piet"),
        ({"colleague": "gone"}, "colleague:gone"),
        ({"department": "wmo"}, "department:wmo"),
        ({"department": "burgerzaken"}, "department:burgerzaken"),
        ({}, "office:sociaal"),
    ],
)
def test_who_owes_it(given: Owing, who: str) -> None:
    assert owner(owe(caller(), world(), cause="asked", **given).callback) == who


def test_a_call_without_an_office_is_owed_by_the_kcc() -> None:
    assert owner(owe(caller(office="", topic=""), world(), cause="asked").callback) == "office:kcc"


@pytest.mark.parametrize(
    ("number", "kind"),
    [(Given(), "none"), (Given(kind="withheld"), "withheld"), (Given("c1.number", "premium", "NL"), "premium")],
)
def test_a_number_that_may_not_be_dialled_is_left_out_and_its_kind_says_why(number: Given, kind: str) -> None:
    callback = owe(caller(number=number), world(), cause="busy", colleague="piet").callback
    assert (callback.number, callback.number_kind) == ("", kind)


def test_owing_again_in_the_same_call_enriches_it() -> None:
    first = owed()
    again = owe(
        caller(callback="c1.cb1", promises=1),
        world("2026-11-24T10:20", first, diaries=(Diary("colleague:piet", {epoch(first.slot.start): 1}),)),
        cause="declined",
        colleague="piet",
    )
    assert again.callback == replace(first, cause="declined")
    assert (again.call.callback, again.call.promises, again.diaries) == ("c1.cb1", 1, ())


def test_a_second_colleague_takes_the_promise_over_and_the_diaries_with_it() -> None:
    first = owed()
    diaries = (
        Diary("colleague:piet", {epoch(first.slot.start): 1}),
        Diary("colleague:ans", {epoch(first.slot.start): 2}),
    )
    here = world("2026-11-24T10:20", first, diaries=diaries)
    again = owe(caller(callback="c1.cb1"), here, cause="busy", colleague="ans")
    assert (again.callback.colleague, clock(again.callback.slot.start)) == ("ans", "Tue 24-11 11:30")
    assert booked(again.diaries) == {
        "colleague:piet": [],
        "colleague:ans": [("Tue 24-11 11:00", 2), ("Tue 24-11 11:30", 1)],
    }
    assert again.callback.due_at == first.due_at
    assert again.callback.timers[1] == Timer("missed", again.callback.slot.end + timedelta(minutes=60))


def test_an_owner_who_is_named_again_keeps_the_moment_of_another_owner_when_it_fits() -> None:
    first = owed()
    again = owe(caller(callback="c1.cb1"), world("2026-11-24T10:20", first), cause="busy", colleague="ans")
    assert (again.callback.slot, owner(again.callback)) == (first.slot, "colleague:ans")


def test_who_is_not_named_does_not_take_over() -> None:
    first = owed()
    here = world("2026-11-24T10:20", first)
    assert owe(caller(), here, cause="asked", office="kcc").callback.colleague == "piet"
    assert owe(caller(), here, cause="absent", department="wmo").callback.colleague == "piet"
    other = owe(caller(), here, cause="absent", department="burgerzaken").callback
    assert owner(other) == "department:burgerzaken"


def test_a_moment_that_passed_while_the_call_went_on_is_proposed_anew() -> None:
    first = owed()
    again = owe(caller(callback="c1.cb1"), world("2026-11-24T11:10", first), cause="busy", colleague="piet")
    assert clock(again.callback.slot.start) == "Tue 24-11 12:00"
    assert booked(again.diaries) == {"colleague:piet": [("Tue 24-11 12:00", 1)]}


def test_a_person_is_owed_one_callback_about_a_subject_whatever_the_call() -> None:
    first = owed(person="p1", status="promised")
    call = caller("c2", person="p1", number=Given("c2.number", "fixed", "NL"))
    again = owe(call, world("2026-11-24T10:40", first), cause="busy", colleague="piet")
    assert (again.callback.id, again.callback.asked, again.callback.status) == ("c1.cb1", 2, "promised")
    assert (again.callback.number, again.call.callback, again.call.promises) == ("c1.number", "c1.cb1", 0)


@pytest.mark.parametrize(
    ("call", "before"),
    [
        (caller("c2"), owed(person="p1")),
        (caller("c2", person="p2"), owed(person="p1")),
        (caller("c2", person="p1", topic="paspoort"), owed(person="p1")),
        (caller("c2", person="p1"), owed(person="p1", status="withdrawn")),
        (caller("c2"), owed()),
    ],
)
def test_another_person_subject_or_a_closed_one_is_another_callback(call: Call, before: Callback) -> None:
    made = owe(call, world("2026-11-24T10:40", before), cause="busy", colleague="piet")
    assert made.callback.id == "c2.cb1"


def test_after_a_withdrawal_the_next_one_of_the_call_has_a_new_id() -> None:
    first, _ = withdraw(owed(), "transferred", world())
    made = owe(caller(promises=1), world("2026-11-24T10:20", first), cause="busy", colleague="piet")
    assert (made.callback.id, made.call.promises) == ("c1.cb2", 2)


def test_the_callback_of_the_call_itself_comes_first() -> None:
    theirs, own = owed(id="c0.cb1", call="c0", person="p1"), owed(id="c1.cb1", subject="paspoort")
    for here in (world("2026-11-24T10:20", theirs, own), world("2026-11-24T10:20", own, theirs)):
        made = owe(caller(person="p1", callback="c1.cb1"), here, cause="busy", colleague="piet")
        assert (made.callback.id, made.callback.person) == ("c1.cb1", "p1")


def test_a_person_who_is_owed_one_already_is_not_written_on_a_second() -> None:
    theirs, own = owed(id="c0.cb1", call="c0", person="p1"), owed()
    here = world("2026-11-24T10:20", theirs, own)
    assert recognised(own, caller(person="p1"), here).person == ""
    assert recognised(own, caller(person="p2"), here).person == "p2"
    assert recognised(theirs, caller(person="p2"), here).person == "p1"


def test_a_number_that_becomes_known_is_filled_in() -> None:
    own = owed(number="", number_kind="withheld")
    seen = recognised(own, caller(number=Given("c1.asked", "fixed", "NL")), world())
    assert (seen.number, seen.number_kind) == ("c1.asked", "fixed")
    assert recognised(own, caller(number=Given("c1.asked", "premium", "NL")), world()).number_kind == "premium"


def test_a_promise_is_made_once() -> None:
    promised = promise(owed(), at("2026-11-24T10:30"))
    assert (promised.status, promised.late) == ("promised", False)
    assert promise(promised, at("2026-11-24T12:30")) is promised
    assert promise(owed(), at("2026-11-24T11:30")).late, "the call outlasted the moment"


def test_what_is_closed_stays_closed() -> None:
    callback = owed()
    here = world("2026-11-24T10:20", callback, diaries=(Diary("colleague:piet", {epoch(callback.slot.start): 2}),))
    gone, diaries = withdraw(callback, "helped", here)
    assert (gone.status, gone.because, gone.timers, gone.open) == ("withdrawn", "helped", (), False)
    assert booked(diaries) == {"colleague:piet": [("Tue 24-11 11:00", 1)]}
    assert withdraw(gone, "again", here) == (gone, ())
    assert keep(gone, here) == (gone, ())
    assert promise(gone, here.now) is gone
    kept, diaries = keep(callback, here)
    assert (kept.status, kept.timers, booked(diaries)) == ("kept", (), {"colleague:piet": [("Tue 24-11 11:00", 1)]})
    assert withdraw(kept, "again", here) == (kept, ())


def test_the_same_call_and_world_owe_the_same() -> None:
    def once() -> Owed:
        return owe(caller(), world(), cause="busy", colleague="ans", agent="joke")

    assert once() == once()
