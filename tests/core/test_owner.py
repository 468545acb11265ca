"""Who owes a callback: whoever was asked for, unless another one keeps it within the norm (domain §6)."""

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from app.call.callback import Callback
from app.call.diary import Diary
from app.call.policy import Absence, CallbackPolicy, Policy
from app.call.reasons import sentence
from app.callbacks.absence import owe, promise
from app.callbacks.owner import owner, past_norm, stands_in
from app.callbacks.slots import epoch
from tests.core.policies import policy
from tests.core.promising import Owing, at, caller, clock, world

NOVEMBER = (Absence(date(2026, 11, 1), date(2026, 11, 30)),)


def away(*names: str, absent: tuple[Absence, ...] = NOVEMBER) -> Policy:
    """Of these colleagues nobody works in November."""
    people = policy().colleagues
    return policy(colleagues=people | {name: replace(people[name], absent=absent) for name in names})


def told(callback: Callback, rules: Policy) -> list[str]:
    reason = stands_in(callback, rules)
    return [] if reason is None else sentence(reason).split("; ")


def who_rings(rules: Policy, *diaries: Diary, **asked: str) -> tuple[str, str, str]:
    given: Owing = asked  # type: ignore[assignment]
    callback = owe(caller(), world(rules=rules, diaries=diaries), cause="absent", **given).callback
    return owner(callback), callback.instead_of, clock(callback.slot.start)


def full(who: str, days: int = 4) -> Diary:
    """Not a place is left of these days."""
    start = at("2026-11-24T09:00")
    slots = (start + timedelta(days=day, minutes=30 * n) for day in range(days) for n in range(16))
    return Diary(who, {epoch(slot): 2 for slot in slots})


TODAY = "Tue 24-11 11:00"


@pytest.mark.parametrize(
    ("gone", "asked", "who", "instead_of"),
    [
        (("els",), {"colleague": "ans"}, "colleague:ans", ""),
        (("els", "ans"), {"colleague": "ans"}, "colleague:piet", "colleague:ans"),
        (("els",), {"colleague": "els"}, "department:wmo", "colleague:els"),
        (("els", "ans", "piet"), {"colleague": "ans"}, "office:sociaal", "colleague:ans"),
        (("els", "ans", "piet"), {"department": "wmo"}, "office:sociaal", "department:wmo"),
    ],
)
def test_who_has_no_room_within_the_norm_is_stood_in_for(
    gone: tuple[str, ...], asked: dict[str, str], who: str, instead_of: str
) -> None:
    assert who_rings(away(*gone), **asked) == (who, instead_of, TODAY)


def test_a_full_diary_is_no_room_either() -> None:
    assert who_rings(policy(), full("colleague:ans"), colleague="ans") == ("colleague:piet", "colleague:ans", TODAY)
    some = full("colleague:ans", days=2)
    assert who_rings(policy(), some, colleague="ans") == ("colleague:ans", "", "Thu 26-11 09:00"), "still in time"


def test_a_substitute_of_another_department_rings_for_that_one() -> None:
    rules = away("ans")
    piet = replace(rules.colleagues["piet"], department="burgerzaken")
    rules = replace(rules, colleagues=rules.colleagues | {"piet": piet})
    callback = owe(caller(), world(rules=rules), cause="absent", colleague="ans").callback
    assert (callback.colleague, callback.department, callback.subject) == ("piet", "burgerzaken", "wmo")


def test_when_nobody_can_within_the_norm_the_first_who_can_does_and_it_is_said() -> None:
    rules = away("ans", "els", "piet", absent=(Absence(date(2026, 11, 1), date(2027, 6, 1)),))
    piet = replace(rules.colleagues["piet"], absent=NOVEMBER)
    rules = replace(rules, colleagues=rules.colleagues | {"piet": piet})
    here = world(rules=rules, diaries=(full("office:sociaal", days=21),))
    callback = owe(caller(), here, cause="absent", colleague="ans").callback
    assert (owner(callback), clock(callback.slot.start), clock(callback.due_at)) == (
        "colleague:piet", "Tue 01-12 09:00", "Thu 26-11 17:00",
    )  # fmt: skip
    assert told(callback, rules) == [
        "ans kan niet terugbellen voor 26-11 17.00: dat doet piet", "c1.cb1 komt na de norm: 26-11 17.00",
    ]  # fmt: skip


def test_when_nobody_can_at_all_whoever_was_asked_keeps_it() -> None:
    ever = (Absence(date(2026, 11, 1), date(2027, 6, 1)),)
    rules = replace(away("ans", "els", "piet", absent=ever), callbacks=CallbackPolicy(per_slot=2))
    who, instead_of, _ = who_rings(rules, full("office:sociaal", days=90), colleague="ans")
    assert (who, instead_of) == ("colleague:ans", "")


def test_nothing_is_said_of_who_rings_in_time() -> None:
    assert told(owe(caller(), world(), cause="busy", colleague="piet").callback, policy()) == []


def els_is_asked_for(rules: Policy) -> Callback:
    return owe(caller(), world(rules=rules), cause="absent", colleague="els").callback


def again(callback: Callback, rules: Policy, colleague: str, cause: str = "absent", *diaries: Diary) -> Callback:
    """Asked for in the same call, a few minutes later."""
    here = world("2026-11-24T10:20", callback, rules=rules, diaries=diaries)
    return owe(caller(callback=callback.id, promises=1), here, cause=cause, colleague=colleague).callback


def test_who_is_asked_for_again_is_stood_in_for_at_the_same_moment() -> None:
    callback = els_is_asked_for(policy())
    assert again(callback, policy(), "els") == callback


def test_the_place_it_has_is_not_in_its_way() -> None:
    rules = replace(policy(), callbacks=CallbackPolicy(per_slot=1))
    callback = els_is_asked_for(rules)
    booked = Diary("department:wmo", {epoch(callback.slot.start): 1})
    assert clock(again(callback, rules, "ans", "busy", booked).slot.start) == TODAY
    assert owner(again(callback, rules, "els", "absent", booked)) == "department:wmo"


def test_another_colleague_rings_at_the_first_moment_of_their_own_unless_it_was_promised() -> None:
    here = world(diaries=(full("colleague:piet", days=2),))
    callback = owe(caller(), here, cause="busy", colleague="piet").callback
    assert (owner(callback), clock(callback.slot.start)) == ("colleague:piet", "Thu 26-11 09:00")
    other = again(callback, policy(), "ans", "busy")
    assert (owner(other), clock(other.slot.start)) == ("colleague:ans", TODAY)
    agreed = again(promise(callback, at("2026-11-24T10:16")), policy(), "ans", "busy")
    assert (owner(agreed), agreed.slot) == ("colleague:piet", callback.slot), "what was agreed stands"


def test_who_is_past_the_norm() -> None:
    callback = els_is_asked_for(policy())
    assert past_norm(callback, policy()) is None
    reason = past_norm(replace(callback, due_at=callback.slot.start), policy())
    assert reason is not None
    assert sentence(reason) == "c1.cb1 komt na de norm: 24-11 11.00"
