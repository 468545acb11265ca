"""What an agent is: asked during a call it holds after it; registration owed, wrap-up that ends (domain §3.1, §3.3)."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from app.agents.presence import MOST_OWED, decide_agent, is_last_ready, miss, pass_by, release
from app.call import events as e
from app.call.agent import Agent, AgentState, Device
from app.call.call import Offering
from app.call.decision import Registered, RegistrationOwed
from app.call.timers import Timer
from tests.core.acts import answers, ends, house, joined, presses, rings
from tests.core.house import TUESDAY, House
from tests.core.moments import consulting, offering, recalled, talking
from tests.core.policies import policy
from tests.core.seen import codes, during, phase

QUESTION = (e.Question("wmo", direct=True),)


def bart(state: AgentState, **more: object) -> House:
    """Bart alone, in this state."""
    centre = House()
    centre.agents["bart"] = Agent("bart", state, TUESDAY, **more)  # type: ignore[arg-type]
    return centre


def now(centre: House, agent: str = "bart") -> tuple[str, str]:
    return centre.agents[agent].state, centre.agents[agent].reason


@pytest.mark.parametrize(
    ("state", "event", "after"),
    [
        ("logged_off", e.AgentLoggedOn("bart"), ("not_ready", "logged_on")),
        ("logged_off", e.AgentReady("bart"), ("ready", "")),
        ("not_ready", e.AgentReady("bart"), ("ready", "")),
        ("ready", e.AgentNotReady("bart", "pauze"), ("not_ready", "pauze")),
        ("not_ready", e.AgentNotReady("bart", "cursus"), ("not_ready", "cursus")),
        ("ready", e.AgentLoggedOff("bart"), ("logged_off", "")),
        ("wrap_up", e.AgentReady("bart"), ("ready", "")),
        ("wrap_up", e.AgentNotReady("bart", "pauze"), ("not_ready", "pauze")),
        ("wrap_up", e.AgentLoggedOff("bart"), ("logged_off", "")),
    ],
)
def test_outside_a_call_what_is_asked_is_so_at_once(state: AgentState, event: e.Event, after: tuple[str, str]) -> None:
    centre = bart(state)
    centre.handle(event)
    assert now(centre) == after
    assert centre.agents["bart"].since == centre.now


@pytest.mark.parametrize(
    ("state", "event"),
    [("ready", e.AgentLoggedOn("bart")), ("ready", e.AgentReady("bart")), ("logged_off", e.AgentLoggedOff("bart")),
     ("logged_off", e.AgentNotReady("bart", "pauze")), ("not_ready", e.DeviceChanged("bart", "idle"))],
)  # fmt: skip
def test_what_is_so_already_changes_nothing(state: AgentState, event: e.Event) -> None:
    assert codes(bart(state).handle(event)) == ["ignored.agent_state"]


@pytest.mark.parametrize("state", ["reserved", "talking"])
def test_during_a_call_it_holds_after_it(state: AgentState) -> None:
    for event, then, reason in (
        (e.AgentNotReady("bart", "pauze"), "not_ready", "pauze"), (e.AgentLoggedOff("bart"), "logged_off", ""),
        (e.AgentReady("bart"), "ready", ""),
    ):  # fmt: skip
        centre = bart(state, call="c9")
        assert codes(centre.handle(event)) == [f"agent.then_{then}"]
        agent = centre.agents["bart"]
        assert (agent.state, agent.then, agent.reason, agent.call) == (state, then, reason, "c9")


def test_after_the_wrap_up_the_agent_is_what_was_asked() -> None:
    for event, after in (
        (None, ("ready", "")), (e.AgentNotReady("joke", "pauze"), ("not_ready", "pauze")),
        (e.AgentLoggedOff("joke"), ("logged_off", "")),
    ):  # fmt: skip
        centre = talking()
        if event is not None:
            centre.handle(event)
        centre.handle(e.HangUpAsked("c1", "joke"))
        assert now(centre, "joke")[0] == "wrap_up"
        centre.wait(60)
        assert now(centre, "joke") == after
        assert centre.agents["joke"].owes == ("c1",), "ready again after the wrap-up, the registration stays owed"


@pytest.mark.parametrize("event", [e.AgentLoggedOn("gone"), e.AgentReady("gone"), e.AgentLoggedOff("gone")])
def test_nobody_outside_the_policy_is_an_agent(event: e.Event) -> None:
    assert codes(House().handle(event)) == ["ignored.unknown_agent"]


def test_who_left_the_policy_can_go_but_not_come() -> None:
    centre = bart("wrap_up", timers=(Timer("wrap_up", TUESDAY),))
    centre.policy = policy(agents={})
    assert codes(centre.handle(e.AgentReady("bart"))) == ["ignored.unknown_agent"]
    centre.wait(0)
    assert now(centre)[0] == "ready"
    assert codes(centre.handle(e.DeviceChanged("bart", "gone"))) == ["agent.not_ready"]
    assert codes(centre.handle(e.AgentLoggedOff("bart"))) == ["agent.logged_off"]


def test_a_phone_in_use_for_another_call_is_not_rung_until_it_is_free_again() -> None:
    centre = house("bart", "fatima")
    assert codes(centre.handle(e.DeviceChanged("bart", "busy"))) == ["agent.not_ready"]
    assert now(centre) == ("not_ready", "on_the_phone")
    assert codes(centre.handle(e.DeviceChanged("fatima", "busy"))) == ["device.busy"]
    assert now(centre, "fatima") == ("ready", "")
    assert codes(centre.handle(e.DeviceChanged("bart", "busy"))) == ["ignored.agent_state"]
    assert codes(centre.handle(e.DeviceChanged("bart", "idle"))) == ["agent.ready"]
    centre.handle(e.DeviceChanged("bart", "busy"))
    centre.handle(e.DeviceChanged("bart", "gone"))
    assert now(centre) == ("not_ready", "unreachable")
    centre.handle(e.AgentNotReady("bart", "pauze"))
    assert codes(centre.handle(e.DeviceChanged("bart", "idle"))) == ["device.idle"]
    assert now(centre) == ("not_ready", "pauze")


@pytest.mark.parametrize(("device", "reason"), [("busy", "on_the_phone"), ("gone", "unreachable")])
def test_what_became_of_a_phone_before_the_agent_is_ready_counts_then(device: Device, reason: str) -> None:
    for state in ("logged_off", "not_ready", "wrap_up"):
        centre = bart(state)
        centre.ready("fatima")
        assert codes(centre.handle(e.DeviceChanged("bart", device))) == [f"device.{device}"]
        assert now(centre)[0] == state
        assert codes(centre.handle(e.AgentReady("bart"))) == ["agent.not_ready"]
        assert now(centre) == ("not_ready", reason)
        assert codes(centre.handle(e.DeviceChanged("bart", "idle"))) == ["agent.ready"]


def test_a_call_of_one_s_own_begun_in_the_wrap_up_is_not_disturbed_when_that_ends() -> None:
    centre = talking()
    centre.handle(e.DeviceChanged("joke", "busy"))
    centre.handle(e.HangUpAsked("c1", "joke"))
    centre.handle(e.DeviceChanged("joke", "idle"))
    centre.handle(e.DeviceChanged("joke", "busy"))
    centre.wait(60)
    assert now(centre, "joke") == ("not_ready", "on_the_phone")
    centre.handle(e.DeviceChanged("joke", "idle"))
    assert now(centre, "joke") == ("ready", "")


def test_who_would_be_the_only_one_ready_is_so_whatever_the_phone_does() -> None:
    centre = bart("not_ready", device="gone")
    centre.handle(e.AgentReady("bart"))
    assert now(centre) == ("ready", "")


def test_who_insists_is_ready_and_knows_better_than_what_was_told() -> None:
    centre = house("fatima")
    centre.handle(e.AgentLoggedOn("bart"))
    centre.handle(e.DeviceChanged("bart", "gone"))
    assert [codes(centre.handle(e.AgentReady("bart"))) for _ in range(2)] == [["agent.not_ready"], ["agent.ready"]]
    assert centre.agents["bart"].device == "idle"


def test_who_is_let_go_or_lets_a_turn_go_by_is_ready_only_with_a_free_phone() -> None:
    centre = house("bart", "fatima")
    reserved = replace(centre.agents["bart"], state="reserved", callback="c9.cb1", device="busy")
    for after in (release(reserved, centre.world()), pass_by(reserved, centre.world())):
        assert (after.state, after.reason, after.since) == ("not_ready", "on_the_phone", centre.now)


def test_a_phone_that_is_gone_makes_not_ready_and_back_ready_but_never_the_last_one() -> None:
    centre = house("bart", "fatima")
    assert codes(centre.handle(e.DeviceChanged("bart", "gone"))) == ["agent.not_ready"]
    assert now(centre) == ("not_ready", "unreachable")
    assert codes(centre.handle(e.DeviceChanged("fatima", "gone"))) == ["device.gone"]
    assert now(centre, "fatima") == ("ready", "")
    assert codes(centre.handle(e.DeviceChanged("bart", "idle"))) == ["agent.ready"]


@pytest.mark.parametrize(
    ("others", "last"), [((), True), (("bart",), True), (("joke",), True), (("bart", "joke"), False)]
)
def test_the_last_ready_one_of_any_of_the_agent_s_offices(others: tuple[str, ...], last: bool) -> None:
    centre = house("fatima", *others)
    assert is_last_ready(centre.agents["fatima"], centre.world()) == last


def test_an_agent_who_is_not_in_the_policy_is_nobody_s_last_one() -> None:
    centre = house("bart")
    centre.agents["gone"] = Agent("gone", "ready", TUESDAY)
    assert not is_last_ready(centre.agents["gone"], centre.world())
    assert is_last_ready(centre.agents["bart"], centre.world())


@pytest.mark.parametrize(
    ("then", "after", "warn"),
    [("ready", "not_ready", False), ("not_ready", "not_ready", False), ("logged_off", "logged_off", False)],
)
def test_a_miss_makes_not_ready_unless_something_else_was_asked(then: str, after: str, warn: bool) -> None:
    centre = house("bart", "fatima")
    agent = replace(centre.agents["bart"], state="reserved", then=then, reason="pauze" if then != "ready" else "")
    missed, warned = miss(agent, "no_answer", "c1", centre.world())
    assert (missed.state, missed.then, bool(warned)) == (after, "ready", warn)
    assert missed.reason == ("no_answer" if then == "ready" else "pauze")


def test_who_is_let_go_keeps_the_place_among_the_idle() -> None:
    centre = house("bart", "fatima")
    before = centre.agents["bart"]
    rings(centre)
    presses(centre, "1")
    centre.now += timedelta(seconds=5)
    ends(centre, "caller")
    assert centre.agents["bart"] == before
    gone = release(replace(before, then="logged_off"), centre.world())
    assert (gone.state, gone.since, gone.then) == ("logged_off", centre.now, "ready")


def test_the_registration_in_the_wrap_up_makes_the_agent_ready() -> None:
    centre = talking()
    centre.handle(e.HangUpAsked("c1", "joke"))
    assert [type(r) for r in centre.records[-1:]] == [RegistrationOwed]
    assert codes(centre.handle(e.RegistrationDone("c1", "joke", QUESTION))) == ["registered"]
    assert (now(centre, "joke"), centre.agents["joke"].owes, centre.agents["joke"].timers) == (("ready", ""), (), ())
    assert centre.records[-1] == Registered("c1", "joke", QUESTION, centre.now)


def test_the_registration_later_only_takes_the_debt_away() -> None:
    centre = talking()
    centre.handle(e.HangUpAsked("c1", "joke"))
    centre.wait(60)
    centre.handle(e.AgentNotReady("joke", "pauze"))
    assert codes(centre.handle(e.RegistrationDone("c1", "joke", QUESTION))) == ["registered"]
    assert (now(centre, "joke"), centre.agents["joke"].owes) == (("not_ready", "pauze"), ())
    assert isinstance(centre.records[-1], Registered)


def simple() -> House:
    """Joke talks about a topic of which questions are simple."""
    centre = talking()
    topics = {**centre.policy.topics, "wmo": replace(centre.policy.topics["wmo"], simple=True)}
    centre.policy = replace(centre.policy, topics=topics)
    return centre


def test_a_simple_question_is_only_counted() -> None:
    """Domain §3.3; and whoever finds that it was not that simple registers it in wrap-up."""
    centre = simple()
    centre.handle(e.HangUpAsked("c1", "joke"))
    agent = centre.agents["joke"]
    assert (agent.state, agent.owes) == ("wrap_up", ())
    assert centre.records[-1] == Registered("c1", "joke", (e.Question("wmo", direct=True, simple=True),), centre.now)
    assert codes(centre.handle(e.RegistrationDone("c1", "joke", QUESTION))) == ["registered"]
    assert centre.agents["joke"].state == "ready"
    assert codes(centre.handle(e.RegistrationDone("c1", "joke", QUESTION))) == ["ignored.registered_already"]


def test_what_is_taken_away_or_cut_off_is_registered_however_simple() -> None:
    centre = simple()
    centre.handle(e.CallbackAsked("c1", "joke"))
    centre.handle(e.HangUpAsked("c1", "joke"))
    assert centre.agents["joke"].owes == ("c1",)
    for party in ("agent", "caller"):
        centre = simple()
        ends(centre, party, "lost")
        assert centre.agents["joke"].owes == ("c1",)


@pytest.mark.parametrize("of_before", [False, True])
def test_what_an_earlier_question_is_promised_is_registered_however_simple_the_last_one(of_before: bool) -> None:
    """Also when another call owed it already, and this one asked for it again."""
    centre = simple()
    if of_before:
        centre.handle(e.CallerIdentified("c1", "joke", person="p1"))
    centre.handle(e.CallbackAsked("c1", "joke", topic="paspoort"))
    centre.handle(e.CallbackConfirmed("c1.cb1", "joke"))
    if of_before:
        centre.callbacks = {"c0.cb1": replace(centre.callbacks["c1.cb1"], id="c0.cb1", call="c0", again="c1")}
    centre.handle(e.CallbackAsked("c1", "joke", topic="wmo"))
    centre.handle(e.CallerHelped("c1", "joke"))
    centre.handle(e.HangUpAsked("c1", "joke"))
    assert centre.agents["joke"].owes == ("c1",)


def test_a_simple_question_that_is_promised_in_the_wrap_up_is_to_be_registered_after_all() -> None:
    """What was counted stands until then, so that nothing is lost when it is never done."""
    centre = simple()
    centre.handle(e.HangUpAsked("c1", "joke"))
    wraps_up = centre.agents["joke"]
    assert codes(centre.handle(e.CallbackAsked("c1", "joke", "nobody"))) == ["ignored.unknown_colleague"]
    assert centre.agents["joke"] == wraps_up
    for _ in range(2):
        centre.handle(e.CallbackAsked("c1", "joke"))
    assert centre.agents["joke"] == replace(wraps_up, owes=("c1",))
    assert [type(r) for r in centre.records[-2:]] == [Registered, RegistrationOwed]
    assert codes(centre.handle(e.RegistrationDone("c1", "joke", QUESTION))) == ["registered"]
    assert (now(centre, "joke"), centre.agents["joke"].owes) == (("ready", ""), ())


def test_who_never_registers_carries_the_newest_calls_only() -> None:
    centre = talking()
    earlier = tuple(f"o{n}" for n in range(MOST_OWED))
    centre.agents["joke"] = replace(centre.agents["joke"], owes=earlier)
    centre.handle(e.HangUpAsked("c1", "joke"))
    assert centre.agents["joke"].owes == (*earlier[1:], "c1")


def test_who_registered_before_the_end_owes_nothing_for_a_promise_in_the_wrap_up() -> None:
    centre = talking()
    centre.handle(e.RegistrationDone("c1", "joke", QUESTION))
    centre.handle(e.HangUpAsked("c1", "joke"))
    assert codes(centre.handle(e.CallbackAsked("c1", "joke"))) == ["callback.asked"]
    assert centre.agents["joke"].owes == ()


def test_registered_before_the_end_nothing_is_owed() -> None:
    centre = talking()
    assert codes(centre.handle(e.RegistrationDone("c1", "joke", QUESTION))) == ["registered"]
    assert codes(centre.handle(e.RegistrationDone("c1", "joke", QUESTION))) == ["ignored.registered_already"]
    centre.handle(e.HangUpAsked("c1", "joke"))
    assert centre.agents["joke"].owes == ()
    assert sum(isinstance(r, Registered) for r in centre.records) == 1
    assert not any(isinstance(r, RegistrationOwed) for r in centre.records)


def test_who_gets_the_same_caller_again_owes_one_registration() -> None:
    centre = House()
    centre.ready("joke")
    rings(centre)
    presses(centre, "2")
    for cause in ("lost", "normal"):
        answers(centre)
        joined(centre)
        ends(centre, "agent", cause)
        centre.wait(1 if cause == "normal" else 60)
    assert (centre.agents["joke"].state, centre.agents["joke"].owes) == ("wrap_up", ("c1",))
    assert sum(isinstance(r, RegistrationOwed) for r in centre.records) == 1


def test_the_next_agent_s_conversation_is_another_one() -> None:
    centre = talking()
    centre.handle(e.RegistrationDone("c1", "joke", QUESTION))
    ends(centre, "agent", "lost")
    answers(centre)
    joined(centre)
    centre.handle(e.HangUpAsked("c1", "fatima"))
    assert (centre.agents["joke"].owes, centre.agents["fatima"].owes) == ((), ("c1",))


@pytest.mark.parametrize(
    ("event", "because"),
    [(e.RegistrationDone("c1", "joke", ()), "ignored.nothing_to_register"),
     (e.RegistrationDone("c1", "nobody", QUESTION), "ignored.nothing_to_register"),
     (e.RegistrationDone("c1", "fatima", QUESTION), "ignored.registered_already"),
     (e.RegistrationDone("c9", "joke", QUESTION), "ignored.registered_already")],
)  # fmt: skip
def test_nobody_registers_what_is_not_theirs(event: e.Event, because: str) -> None:
    assert codes(talking().handle(event)) == [because]


def test_nobody_registers_a_conversation_that_has_not_begun() -> None:
    centre = offering()
    assert codes(centre.handle(e.RegistrationDone("c1", "joke", QUESTION))) == ["ignored.registered_already"]


def test_a_transferred_call_is_registered_in_the_wrap_up_of_the_agent_who_left_it() -> None:
    centre = consulting()
    centre.handle(e.HangUpAsked("c1", "joke"))
    assert codes(centre.handle(e.RegistrationDone("c1", "joke", QUESTION))) == ["registered"]
    assert (now(centre, "joke")[0], phase(centre)) == ("ready", "RingingOn")


def test_an_agent_who_registers_while_that_very_caller_waits_again_gets_them_back() -> None:
    centre = recalled()
    centre.handle(e.RegistrationDone("c1", "joke", QUESTION))
    centre.handle(e.AgentReady("joke"))
    assert (phase(centre), during(centre, Offering).agent) == ("Offering", "joke")


def test_the_wrap_up_lasts_as_long_as_the_office_says_and_is_an_agent_s_own_clock() -> None:
    centre = talking()
    centre.handle(e.HangUpAsked("c1", "joke"))
    ends(centre, "caller")
    ends(centre, "agent")
    assert [(t.name, t.due_at) for t in centre.agents["joke"].timers] == [
        ("wrap_up", centre.now + timedelta(seconds=60))
    ]
    fired = centre.timers()[0][1]
    centre.handle(e.AgentReady("joke"))
    assert codes(centre.handle(fired)) == ["ignored.timer_gone"]


def test_a_reserved_agent_is_not_disturbed_by_the_phone_of_another() -> None:
    centre = offering()
    assert decide_agent(e.AgentReady("fatima"), centre.world()).because.code == "ignored.agent_state"
