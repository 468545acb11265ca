"""The life of a callback: confirmed, changed, kept, tried, withdrawn, escalated."""

from datetime import datetime, timedelta
from typing import Unpack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from app.call.because import chain, why
from app.call.callback import Callback, Slot
from app.call.decision import Decision, Warned
from app.call.diary import Diary
from app.call.events import (
    CallbackChanged,
    CallbackConfirmed,
    CallbackKept,
    CallbackTried,
    CallbackWithdrawn,
    TimerFired,
)
from app.call.numbers import Given, Kind
from app.call.policy import Policy
from app.call.reasons import REASONS
from app.call.timers import Timer
from app.call.world import World
from app.callbacks.absence import owe, promise, withdraw
from app.callbacks.appointment import CallbackEvent, decide_callback
from app.callbacks.owner import owner
from app.callbacks.question import asks
from app.callbacks.slots import epoch
from tests.core.promising import Change, at, caller, clock, municipalities, world

MADE = owe(caller(), world(), cause="no_answer", colleague="piet", agent="joke")
OWED, BOOKED = MADE.callback, MADE.diaries
FIXED = Given("c1.asked", "fixed", "NL")


def decide(event: CallbackEvent, callback: Callback = OWED, now: str = "2026-11-24T10:20", *more: Diary) -> Decision:
    decision = decide_callback(event, world(now, callback, diaries=(*BOOKED, *more)))
    assert decision.call is None, "the call does not change"
    assert decision.because.code in REASONS
    return decision


def changed(now: str = "2026-11-24T10:20", callback: Callback = OWED, **what: Unpack[Change]) -> Callback:
    decision = decide(CallbackChanged("c1.cb1", "joke", **what), callback, now)
    return decision.callbacks[0]


def refused(*more: Diary, **what: Unpack[Change]) -> str:
    decision = decide(CallbackChanged("c1.cb1", "joke", **what), OWED, "2026-11-24T10:20", *more)
    assert (decision.callbacks, decision.diaries) == ((), ())
    return decision.because.code


def moment(start: str) -> Slot:
    return Slot(at(start), at(start) + timedelta(minutes=30))


def fired(name: str, callback: Callback = OWED) -> TimerFired:
    due_at = next(timer.due_at for timer in callback.timers if timer.name == name)
    return TimerFired("callback", "c1.cb1", name, due_at)


def test_confirmed_is_promised_once() -> None:
    decision = decide(CallbackConfirmed("c1.cb1", "joke"))
    assert decision.callbacks == (promise(OWED, at("2026-11-24T10:20")),)
    assert decision.because.code == "callback.confirmed"
    again = decide(CallbackConfirmed("c1.cb1", "joke"), decision.callbacks[0])
    assert (again.because.code, again.callbacks) == ("ignored.callback_promised", ())


@pytest.mark.parametrize(("kind", "code"), [("none", "number_none"), ("withheld", "number_withheld"),
                                            ("premium", "number_premium")])  # fmt: skip
def test_what_nobody_can_dial_is_not_confirmed_until_there_is_a_number(kind: Kind, code: str) -> None:
    anonymous = replace(OWED, number="", number_kind=kind)
    decision = decide(CallbackConfirmed("c1.cb1", "joke"), anonymous)
    assert (decision.because.code, decision.callbacks) == (f"ignored.{code}", ())
    known = changed(callback=anonymous, number=FIXED)
    assert decide(CallbackConfirmed("c1.cb1", "joke"), known).because.code == "callback.confirmed"
    by_mail = replace(anonymous, reach="email")
    assert decide(CallbackConfirmed("c1.cb1", "joke"), by_mail).because.code == "callback.confirmed"


def test_another_moment_moves_the_booking() -> None:
    decision = decide(CallbackChanged("c1.cb1", "joke", slot=moment("2026-11-24T14:10")))
    (after,) = decision.callbacks
    assert (clock(after.slot.start), after.status, after.due_at) == ("Tue 24-11 14:00", "pending", OWED.due_at)
    assert decision.diaries == (Diary("colleague:piet", {epoch(after.slot.start): 1}),)
    assert decision.because.code == "callback.moved"
    assert fired("missed", after).due_at == at("2026-11-24T15:30")


def test_a_moment_of_the_callers_own_wish_after_the_norm_is_not_late_before_it() -> None:
    after = changed(slot=moment("2026-12-03T09:00"))
    assert after.due_at == after.slot.end == fired("late", after).due_at
    back = changed(callback=after, slot=moment("2026-11-25T09:00"))
    assert back.due_at == OWED.due_at


@pytest.mark.parametrize(
    ("start", "code"),
    [
        ("2026-11-24T09:30", "ignored.slot_past"),
        ("2026-11-24T18:00", "ignored.slot_closed"),
        ("2026-12-25T10:00", "ignored.slot_closed"),
        ("2028-11-24T10:00", "ignored.slot_far"),
    ],
)
def test_a_moment_that_cannot_be_is_refused_with_the_reason(start: str, code: str) -> None:
    assert refused(slot=moment(start)) == code


def test_not_into_a_full_slot_nor_into_an_absence() -> None:
    full = Diary("colleague:piet", {epoch(at("2026-11-24T14:00")): 2})
    assert refused(full, slot=moment("2026-11-24T14:00")) == "ignored.slot_full"
    assert refused(colleague="els", slot=moment("2026-11-27T09:00")) == "ignored.slot_absent"


def test_its_own_place_is_not_in_its_way() -> None:
    crowded = Diary("colleague:piet", {epoch(OWED.slot.start): 3})
    assert refused(crowded, slot=OWED.slot) == "ignored.callback_same"
    assert refused(crowded, slot=moment("2026-11-24T11:20")) == "ignored.callback_same"
    assert changed(colleague="ans", slot=OWED.slot).slot == OWED.slot


def test_another_colleague_rings_at_the_first_moment_of_their_own() -> None:
    after = changed(colleague="ans")
    assert (after.colleague, after.department, after.slot) == ("ans", "wmo", OWED.slot)
    far = changed(slot=moment("2026-11-26T14:00"))
    assert clock(changed(callback=far, colleague="ans").slot.start) == "Tue 24-11 11:00"
    agreed = promise(far, at("2026-11-24T10:20"))
    assert clock(changed(callback=agreed, colleague="ans").slot.start) == "Tue 24-11 11:00"


def test_it_stays_known_who_was_asked_for() -> None:
    after = changed(colleague="ans")
    assert after.instead_of == "colleague:piet"
    assert changed(callback=after, colleague="els").instead_of == "colleague:piet"
    assert changed(callback=after, colleague="piet").instead_of == ""


def test_another_colleague_who_is_away_gets_a_new_moment() -> None:
    decision = decide(CallbackChanged("c1.cb1", "joke", colleague="els"))
    assert [because.code for because in chain(decision.because)] == ["callback.moved", "callback.past_norm"]
    (after,) = decision.callbacks
    assert (clock(after.slot.start), after.due_at) == ("Tue 01-12 09:00", OWED.due_at)
    assert decision.diaries == (Diary("colleague:piet"), Diary("colleague:els", {epoch(after.slot.start): 1}))


def test_another_number_goes_through_the_gate() -> None:
    after = changed(number=FIXED)
    assert (after.number, after.number_kind, after.slot) == ("c1.asked", "fixed", OWED.slot)
    assert refused(number=Given("c1.asked", "premium", "NL")) == "ignored.number_premium"
    assert refused(number=Given(kind="withheld")) == "ignored.number_withheld"
    assert refused(number=Given("c1.asked", "premium", "NL"), colleague="ans") == "ignored.number_premium"


def test_for_whom_and_how_to_reach_them() -> None:
    after = changed(on_behalf="c1.mother", reach="teletolk", discreet=True)
    assert (after.on_behalf, after.reach, after.discreet) == ("c1.mother", "teletolk", True)
    assert changed(callback=after, discreet=False) == replace(after, discreet=False)
    assert changed(callback=after, number=FIXED).on_behalf == "c1.mother"


def test_nothing_to_change_and_nobody_known() -> None:
    assert refused() == "ignored.callback_same"
    assert refused(colleague="piet") == "ignored.callback_same"
    assert refused(colleague="nobody") == "ignored.unknown_colleague"


def test_a_change_after_the_moment_passed_is_planned_again_only_when_asked() -> None:
    passed = decide(fired("missed"), now="2026-11-24T12:30").callbacks[0]
    assert changed("2026-11-24T12:40", passed, number=FIXED).slot == passed.slot
    after = changed("2026-11-24T12:40", passed, colleague="ans")
    assert (clock(after.slot.start), after.late) == ("Tue 24-11 13:30", True)


def test_withdrawn_and_kept_close_it() -> None:
    gone = decide(CallbackWithdrawn("c1.cb1", "joke", "helped"))
    assert gone.callbacks == (replace(OWED, status="withdrawn", because="helped", timers=()),)
    kept = decide(CallbackKept("c1.cb1", "piet"))
    assert kept.callbacks == (replace(OWED, status="kept", timers=()),)
    assert gone.diaries == kept.diaries == (Diary("colleague:piet"),)
    assert (gone.because.code, kept.because.code) == ("callback.withdrawn", "callback.kept")


def test_who_is_not_reached_is_rung_again_and_after_the_last_attempt_the_supervisor_is_warned() -> None:
    """Domain §6: never closed by itself."""
    owed = promise(OWED, at("2026-11-24T10:20"))
    first = decide(CallbackTried("c1.cb1", "piet"), owed, "2026-11-24T11:10")
    once = first.callbacks[0]
    assert (once.status, once.tried, clock(once.slot.start)) == ("promised", 1, "Tue 24-11 12:00")
    assert once.due_at == OWED.due_at
    assert first.because == why("callback.tried", callback="c1.cb1", agent="piet", times="1")
    last = decide(CallbackTried("c1.cb1", "piet"), replace(once, tried=2), now="2026-11-24T12:10").callbacks[0]
    assert (last.status, last.tried, last.slot) == ("promised", 3, once.slot)
    assert last.timers == (Timer("late", OWED.due_at), Timer("missed", once.slot.end + timedelta(minutes=60)))


@pytest.mark.parametrize("status", ["withdrawn", "kept"])
@pytest.mark.parametrize(
    "event",
    [
        CallbackConfirmed("c1.cb1", "joke"),
        CallbackChanged("c1.cb1", "joke", slot=moment("2026-11-24T14:00")),
        CallbackWithdrawn("c1.cb1", "joke", "again"),
        CallbackKept("c1.cb1", "piet"),
        CallbackTried("c1.cb1", "piet"),
        fired("late"),
    ],
)
def test_what_is_closed_never_reopens(event: CallbackEvent, status: str) -> None:
    decision = decide(event, replace(OWED, status=status))
    assert (decision.because.code, decision.callbacks, decision.diaries) == ("ignored.callback_closed", (), ())


def test_an_unknown_callback_is_ignored() -> None:
    assert decide_callback(CallbackKept("c9.cb1", "piet"), world()).because.code == "ignored.no_callback"
    unknown = TimerFired("callback", "c9.cb1", "late", at("2026-11-24T10:00"))
    assert decide_callback(unknown, world()).because.code == "ignored.no_callback"


def test_a_missed_moment_and_the_end_of_the_norm_escalate_and_leave_it_open() -> None:
    missed = decide(fired("missed"), now="2026-11-24T12:30")
    (after,) = missed.callbacks
    assert (missed.because.code, after.late, after.open, after.status) == ("callback.missed", True, True, "pending")
    assert [timer.name for timer in after.timers] == ["late"]
    assert missed.records == (Warned("callback_missed", "c1", "c1.cb1", at("2026-11-24T12:30")),)
    late = decide(fired("late"), after, "2026-11-26T17:00")
    assert (late.because.code, late.callbacks[0].open, late.callbacks[0].timers) == ("callback.late", True, ())
    assert late.records == (Warned("callback_late", "c1", "c1.cb1", at("2026-11-26T17:00")),)
    again = decide(fired("late"), late.callbacks[0], "2026-11-26T17:00")
    assert (again.because.code, again.callbacks) == ("ignored.timer_gone", ())


def test_after_the_norm_only_a_missed_moment_is_still_watched() -> None:
    late = decide(fired("late"), now="2026-11-26T17:00").callbacks[0]
    after = changed("2026-11-27T09:00", late, colleague="ans")
    assert [timer.name for timer in after.timers] == ["missed"]
    overdue = changed("2026-11-27T09:00", OWED, colleague="ans")
    assert [timer.name for timer in overdue.timers] == ["late", "missed"], "a timer that is due still fires"


steps = st.lists(
    st.tuples(
        st.sampled_from(("owe", "confirm", "slot", "colleague", "number", "withdraw", "keep", "fire", "wait", "know")),
        st.integers(0, 2),
        st.integers(0, 11),
    ),
    max_size=25,
)


class Centre:
    """Folds what the rules decide over three calls of two persons, and checks the promises after each step."""

    def __init__(self, rules: Policy, now: datetime) -> None:
        self.rules, self.now = rules, now
        self.calls = {n: caller(f"c{n}", topic="wmo" if n else "") for n in range(3)}
        self.callbacks: dict[str, Callback] = {}
        self.diaries: dict[str, Diary] = {}

    def world(self) -> World:
        return world(self.now, *self.callbacks.values(), rules=self.rules, diaries=tuple(self.diaries.values()))

    def take(self, callbacks: tuple[Callback, ...], diaries: tuple[Diary, ...]) -> None:
        for callback in callbacks:
            before = self.callbacks.get(callback.id)
            assert before is None or before.open, "what is closed never changes again"
        self.callbacks.update({c.id: c for c in callbacks})
        self.diaries.update({d.owner: d for d in diaries})

    def step(self, what: str, call: int, n: int) -> None:
        who = ("ans", "piet", "els", "")[n % 4]
        if what == "owe":
            asked = asks(self.calls[call], self.world(), ("", "paspoort")[n // 6], ("", "p2")[n % 2], "")
            made = owe(asked, self.world(), cause="busy", colleague=who)
            assert made.callback.open
            self.calls[call] = made.call
            self.take((made.callback,), made.diaries)
        elif what == "know":
            self.calls[call] = replace(self.calls[call], person=f"p{n % 2}")
        elif what == "wait":
            self.now += timedelta(hours=5 * n)
        elif callback := self.callbacks.get(self.calls[call].callback):
            decision = decide_callback(self.event(what, callback, n, who), self.world())
            self.take(decision.callbacks, decision.diaries)
            assert callback.open or decision.because.ignored

    def event(self, what: str, callback: Callback, n: int, who: str) -> CallbackEvent:
        match what:
            case "confirm":
                return CallbackConfirmed(callback.id, "joke")
            case "slot":
                start = callback.slot.start + timedelta(hours=13 * (n - 2))
                return CallbackChanged(callback.id, "joke", slot=Slot(start, start + timedelta(minutes=30)))
            case "colleague":
                return CallbackChanged(callback.id, "joke", colleague=who)
            case "number":
                return CallbackChanged(callback.id, "joke", number=(FIXED, Given("n", "premium", "NL"))[n % 2])
            case "withdraw":
                return CallbackWithdrawn(callback.id, "joke", "helped")
            case "keep":
                return CallbackKept(callback.id, "piet")
            case _:
                timer = callback.timers[n % len(callback.timers)] if callback.timers else None
                due_at = self.now if timer is None else timer.due_at
                self.now = max(self.now, due_at)
                return TimerFired("callback", callback.id, timer.name if timer else "late", due_at)

    def check(self) -> None:
        still = [c for c in self.callbacks.values() if c.open]
        assert len({(c.call, c.on_behalf, c.subject) for c in still}) == len(still), "one of a call and question"
        persons = [(c.person, c.on_behalf, c.subject) for c in still if c.person]
        assert len(set(persons)) == len(persons), "one of a person and question"
        for callback in still:
            assert callback.timers or callback.late, "never forgotten in silence"
            assert callback.number != "n", "no number passes the gate unseen"
            ahead = epoch(callback.slot.start) > epoch(self.now)
            assert not ahead or self.count(callback) == self.booked(callback), "the diary knows it"

    def count(self, callback: Callback) -> int:
        same = [c for c in self.callbacks.values() if c.open and c.slot.start == callback.slot.start]
        return sum(owner(c) == owner(callback) for c in same)

    def booked(self, callback: Callback) -> int:
        return self.diaries[owner(callback)].booked.get(epoch(callback.slot.start), 0)


@settings(max_examples=150)
@given(rules=municipalities(), steps=steps)
def test_whatever_happens_nothing_is_promised_twice_forgotten_or_reopened(
    rules: Policy, steps: list[tuple[str, int, int]]
) -> None:
    centre = Centre(rules, at("2027-03-26T15:00"))
    for what, call, n in steps:
        centre.step(what, call, n)
        centre.check()


def test_withdrawing_twice_books_out_once() -> None:
    here = world("2026-11-24T10:20", OWED, diaries=(Diary("colleague:piet", {epoch(OWED.slot.start): 2}),))
    gone, diaries = withdraw(OWED, "email", here)
    assert withdraw(gone, "email", replace(here, diaries={d.owner: d for d in diaries})) == (gone, ())
