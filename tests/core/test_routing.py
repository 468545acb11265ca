"""The decision between the front offices: first rule that matches, then what was chosen, never who a number may be."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from app.call.call import Call
from app.call.policy import Rule
from app.call.world import Waiter
from app.ivr.routing import attended, route
from tests.core.house import TUESDAY, House
from tests.core.policies import policy
from tests.core.promising import caller


def call(office: str = "", topic: str = "", **more: object) -> Call:
    return replace(caller(office=office, topic=topic), **more)


def routed(the: Call, *rules: Rule, present: str = "bart joke", hours: float = 0.0) -> tuple[str, list[str], bool]:
    """Where, why, and whether closed."""
    centre = House(policy(rules=rules), TUESDAY + timedelta(hours=hours))
    centre.ready(*present.split())
    found = route(the, centre.world())
    because = [found.because.code] + ([found.because.then.code] if found.because.then else [])
    return found.office, because, found.closed


@pytest.mark.parametrize(
    ("the", "office", "because"),
    [(call("kcc"), "kcc", "route.choice"), (call("sociaal"), "sociaal", "route.choice"),
     (call(topic="wmo"), "sociaal", "route.topic"), (call(), "kcc", "route.kcc")],
)  # fmt: skip
def test_without_a_rule_the_choice_then_the_topic_then_the_kcc(the: Call, office: str, because: str) -> None:
    assert routed(the) == (office, [because], False)


@pytest.mark.parametrize(
    ("rule", "matches"),
    [(Rule("sociaal"), True), (Rule("sociaal", topics=("wmo",)), True), (Rule("sociaal", topics=("paspoort",)), False),
     (Rule("sociaal", numbers=("140123",)), True), (Rule("sociaal", numbers=("14020",)), False),
     (Rule("sociaal", languages=("nl",)), True), (Rule("sociaal", languages=("en",)), False),
     (Rule("sociaal", hours="office"), True), (Rule("sociaal", load_above=1.0), False)],
)  # fmt: skip
def test_a_rule_matches_when_all_its_conditions_do(rule: Rule, matches: bool) -> None:
    assert routed(call("kcc", "wmo"), rule)[1] == (["route.rule"] if matches else ["route.choice"])


def test_the_first_rule_that_matches_wins_and_hours_pass() -> None:
    rules = (Rule("sociaal", hours="mornings"), Rule("kcc"))
    assert routed(call("sociaal"), *rules)[0] == "sociaal"
    assert routed(call("sociaal"), *rules, hours=3)[0] == "kcc"


@pytest.mark.parametrize(("waiting", "office"), [(1, "sociaal"), (2, "kcc")])
def test_load_counts_who_waits_there_for_each_ready_agent(waiting: int, office: str) -> None:
    centre = House(policy(rules=(Rule("kcc", load_above=1.0),)))
    centre.ready("joke", "bart")
    line = {f"w{n}": Waiter(f"w{n}", "sociaal", TUESDAY, 0, "nl") for n in range(waiting)}
    line["other"] = Waiter("other", "kcc", TUESDAY, 0, "nl")
    for the in (call("sociaal"), call(topic="wmo")):
        assert route(the, replace(centre.world(), waiting=line)).office == office
    assert route(call(), replace(centre.world(), waiting=line)).office == "kcc"


def test_an_office_without_anybody_gives_way_to_one_where_somebody_is() -> None:
    assert routed(call("sociaal"), present="bart") == ("kcc", ["route.overflow_empty"], False)
    assert routed(call("sociaal"), present="") == ("sociaal", ["route.choice"], False)
    assert routed(call("kcc"), present="joke") == ("kcc", ["route.choice"], False)


def test_a_closed_office_gives_way_or_says_that_it_is_closed() -> None:
    assert routed(call("sociaal"), hours=2) == ("kcc", ["route.overflow_closed"], False)
    assert routed(call("sociaal"), hours=2, present="joke") == ("sociaal", ["route.choice", "route.closed"], True)
    assert routed(call("kcc"), hours=9) == ("kcc", ["route.choice", "route.closed"], True)


@pytest.mark.parametrize(("hours", "present", "there"), [(0, "joke", True), (0, "bart", False), (2, "joke", False)])
def test_attended_is_open_and_somebody_logged_on(hours: float, present: str, there: bool) -> None:
    centre = House(now=TUESDAY + timedelta(hours=hours))
    centre.ready(present)
    assert attended("sociaal", centre.world()) == there
