"""Who is offered the call, and which caller is next: the longest idle agent, the caller longest waiting (domain §5)."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from app.agents.choice import find, position, ready, serves, settle, speaks, staffed
from app.call.agent import Agent, AgentState
from app.call.call import Waiting
from app.call.events import AgentFound
from app.call.world import Waiter, World
from tests.core.house import TUESDAY, House
from tests.core.policies import policy
from tests.core.promising import caller


def agent(name: str, state: AgentState = "ready", since: int = 0) -> Agent:
    return Agent(name, state, TUESDAY + timedelta(seconds=since))


def waiter(name: str, office: str = "kcc", since: int = 0, priority: int = 0, language: str = "nl") -> Waiter:
    return Waiter(name, office, TUESDAY + timedelta(seconds=since), priority, language)


def seen(*agents: Agent, line: tuple[Waiter, ...] = ()) -> World:
    world = House().world()
    return replace(world, agents={a.id: a for a in agents}, waiting={w.call: w for w in line})


def found(call_id: str, world: World, **call: object) -> tuple[str, bool]:
    chosen, again = find(caller(call_id, **call), str(call.get("office", "kcc")), world)
    return chosen.id if chosen else "", again


def test_a_phone_in_use_rings_only_when_no_other_one_can() -> None:
    busy = replace(agent("bart"), device="busy")
    assert found("c1", seen(busy, agent("fatima", since=3))) == ("fatima", False)
    assert found("c1", seen(busy)) == ("bart", False)


def test_the_longest_idle_agent_who_was_not_tried_is_offered_the_call() -> None:
    world = seen(agent("bart", since=5), agent("fatima", since=3))
    assert [a.id for a in ready("kcc", world)] == ["fatima", "bart"]
    assert found("c1", world) == ("fatima", False)
    assert found("c1", world, tried=("fatima",)) == ("bart", False)
    assert found("c1", world, tried=("fatima", "bart")) == ("fatima", True)


def test_who_is_equally_long_idle_is_chosen_the_same_way_each_time() -> None:
    assert found("c1", seen(agent("fatima"), agent("bart"))) == ("bart", False)


@pytest.mark.parametrize("state", ["logged_off", "not_ready", "reserved", "talking", "wrap_up"])
def test_only_who_is_ready_is_offered_a_call(state: AgentState) -> None:
    assert found("c1", seen(agent("bart", state))) == ("", False)


def test_only_agents_of_the_office_and_of_the_policy_count() -> None:
    world = seen(agent("joke"), agent("gone"))
    assert (serves("joke", "kcc", world), serves("gone", "kcc", world)) == (False, False)
    assert found("c1", world) == ("", False)
    assert (staffed("kcc", world), staffed("sociaal", world)) == (False, True)
    assert not staffed("sociaal", seen(agent("joke", "logged_off")))


@pytest.mark.parametrize(
    ("bart", "expected"),
    [("ready", "bart"), ("talking", ""), ("wrap_up", ""), ("reserved", ""), ("not_ready", "fatima"),
     ("logged_off", "fatima")],
)  # fmt: skip
def test_the_caller_s_language_goes_first_while_somebody_who_speaks_it_is_at_work(
    bart: AgentState, expected: str
) -> None:
    world = seen(agent("fatima"), agent("bart", bart, 9))
    assert found("c1", world, language="en")[0] == expected
    assert speaks("kcc", "en", world) == (bart not in ("not_ready", "logged_off"))


def test_whoever_changes_every_waiting_caller_for_whom_somebody_is_ready_is_found() -> None:
    line = (waiter("c1", since=2), waiter("c2", since=1), waiter("c3", since=3, priority=1), waiter("c4", "sociaal"))
    one = seen(agent("bart", "wrap_up"), line=line)
    assert settle((agent("bart"),), one) == (AgentFound("c3", "bart"),)
    assert settle((agent("bart"),), one, but="c3") == (AgentFound("c2", "bart"),)
    both = settle((agent("bart"), agent("fatima", since=-1)), one)
    assert both == (AgentFound("c3", "fatima"), AgentFound("c2", "bart"))


def test_nobody_is_found_for_nobody_and_by_nobody() -> None:
    assert settle((agent("bart"),), seen()) == ()
    assert settle((agent("bart", "not_ready"),), seen(line=(waiter("c1"),))) == ()
    assert settle((agent("joke"),), seen(line=(waiter("c1"),))) == ()


def test_when_the_last_who_speaks_a_language_goes_the_others_take_its_callers() -> None:
    world = seen(agent("fatima"), agent("bart", "talking"), line=(waiter("c1", language="en"),))
    assert settle((agent("bart", "wrap_up"),), world) == ()
    assert settle((agent("bart", "not_ready"),), world) == (AgentFound("c1", "fatima"),)
    assert settle((agent("bart"),), world) == (AgentFound("c1", "bart"),)


def test_the_place_in_the_line_and_the_expected_wait() -> None:
    line = (waiter("c1", since=2), waiter("c2", since=1), waiter("c3", since=9, priority=1), waiter("c4", "sociaal"))
    world = seen(agent("bart", "talking"), agent("fatima", "wrap_up"), line=line)
    places = (("c3", 9, 1), ("c2", 1, 0), ("c1", 2, 0), ("new", 10, 0))
    told = [position(caller(c), Waiting("kcc", TUESDAY + timedelta(seconds=s), p), world) for c, s, p in places]
    assert told == [(1, 2), (2, 5), (3, 7), (4, 10)]
    assert position(caller("c4"), Waiting("sociaal", TUESDAY), seen(line=line)) == (1, 5)


def test_an_office_with_short_talks_still_says_a_minute() -> None:
    offices = {**policy().offices, "kcc": replace(policy().offices["kcc"], talk=5.0)}
    world = replace(seen(agent("bart")), pinned=policy(offices=offices))
    assert position(caller(), Waiting("kcc", TUESDAY), world) == (1, 1)
