"""Whom a consult rings: who is there and not tried yet, never who is absent by schedule (design §5 rule 13)."""

import pytest
from msgspec.structs import replace

from app.call import events as e
from app.call.call import Talking
from app.call.policy import Policy
from app.transfer.target import choose, instead
from tests.core.acts import joined
from tests.core.house import House
from tests.core.moments import talking
from tests.core.policies import policy
from tests.core.promising import caller
from tests.core.seen import codes, during, last, outcomes, phase, sent


def chosen(
    colleague: str = "",
    department: str = "",
    failed: tuple[str, ...] = (),
    unwilling: tuple[str, ...] = (),
    rules: Policy | None = None,
) -> str:
    """The colleague who is rung, or why nobody is."""
    target = choose(caller(failed=failed, unwilling=unwilling), colleague, department, House(rules or policy()).world())
    if target.refused is not None:
        return f"{target.refused.code} {target.refused.args.get('instead', '')}".strip()
    name = target.colleague.id if target.colleague else target.department
    return f"{name} absent" if target.absent else name


@pytest.mark.parametrize(
    ("colleague", "failed", "expected"),
    [("piet", (), "piet"), ("els", (), "els absent"), ("nobody", (), "ignored.unknown_colleague"),
     ("piet", ("ans",), "piet"), ("piet", ("piet",), "ignored.rung_already ans"),
     ("ans", ("ans",), "ignored.rung_already piet"), ("ans", ("ans", "piet"), "ans")],
)  # fmt: skip
def test_a_named_colleague(colleague: str, failed: tuple[str, ...], expected: str) -> None:
    assert chosen(colleague, failed=failed, unwilling=failed) == expected


def test_who_was_only_busy_may_be_rung_again() -> None:
    assert chosen("piet", failed=("piet",)) == "piet"
    assert chosen("piet", failed=("piet", "ans"), unwilling=("ans",)) == "piet"
    assert chosen(department="wmo", failed=("ans",)) == "piet", "of a department another one first"


@pytest.mark.parametrize(
    ("department", "failed", "expected"),
    [("wmo", (), "ans"), ("wmo", ("ans",), "piet"), ("wmo", ("ans", "piet"), "ans"),
     ("burgerzaken", (), "burgerzaken absent"), ("x", (), "ignored.unknown_department"),
     ("", (), "ignored.unknown_department")],
)  # fmt: skip
def test_whoever_is_there_of_a_department(department: str, failed: tuple[str, ...], expected: str) -> None:
    assert chosen(department=department, failed=failed) == expected


def test_the_substitute_is_proposed_first_also_from_another_department() -> None:
    people = policy().colleagues
    elsewhere = {**people, "piet": replace(people["piet"], substitute="kees"),
                 "kees": replace(people["piet"], id="kees", department="burgerzaken")}  # fmt: skip
    assert (
        chosen("piet", failed=("piet",), unwilling=("piet",), rules=policy(colleagues=elsewhere))
        == "ignored.rung_already kees"
    )


@pytest.mark.parametrize(
    ("colleague", "department", "failed", "expected"),
    [("ans", "wmo", ("ans",), ["piet"]), ("els", "wmo", (), ["ans", "piet"]), ("piet", "wmo", ("ans", "piet"), []),
     ("", "wmo", ("ans",), ["piet"]), ("gone", "wmo", (), ["ans", "piet"]), ("", "burgerzaken", (), [])],
)  # fmt: skip
def test_who_can_take_it_over(colleague: str, department: str, failed: tuple[str, ...], expected: list[str]) -> None:
    world = House().world()
    left = instead(caller(failed=failed), colleague, department, world.policy, world.now)
    assert [c.id for c in left] == expected


def test_a_substitute_of_the_same_department_goes_first_and_is_named_once() -> None:
    people = policy().colleagues
    rules = policy(colleagues={"els": people["els"], "ans": people["ans"], "piet": people["piet"],
                               "kees": replace(people["piet"], id="kees", substitute="piet")})  # fmt: skip
    left = instead(caller(failed=("kees",)), "kees", "wmo", rules, House().now)
    assert [c.id for c in left] == ["piet", "ans"]


def test_who_is_absent_is_not_rung_and_the_caller_notices_nothing() -> None:
    centre = talking()
    steps = centre.handle(e.ConsultAsked("c1", "joke", "els"))
    assert (codes(steps), sent(steps), phase(centre)) == (["transfer.absent", "callback.instead"], [], "Talking")
    assert outcomes(centre)[-1] == ("to els", "absent")
    assert during(centre, Talking).failed == "absent"
    assert [c.status for c in centre.callbacks.values()] == ["pending"]


def test_nobody_of_a_department_is_there() -> None:
    centre = talking()
    steps = centre.handle(e.ConsultAsked("c1", "joke", department="burgerzaken"))
    assert codes(steps) == ["transfer.absent"]
    assert [(c.colleague, c.department) for c in centre.callbacks.values()] == [("", "burgerzaken")]


def test_a_refused_consult_changes_nothing() -> None:
    centre = talking()
    assert codes(centre.handle(e.ConsultAsked("c1", "joke", "nobody"))) == ["ignored.unknown_colleague"]
    assert phase(centre) == "Talking"


def test_the_second_attempt_goes_to_somebody_else() -> None:
    centre = talking()
    centre.handle(e.ConsultAsked("c1", "joke", department="wmo"))
    centre.handle(e.LegEnded("c1", last(centre, "colleague").id, "declined"))
    joined(centre)
    assert codes(centre.handle(e.ConsultAsked("c1", "joke", "ans"))) == ["ignored.rung_already"]
    centre.handle(e.ConsultAsked("c1", "joke", department="wmo", topic="wmo"))
    assert last(centre, "colleague").party == "piet"
