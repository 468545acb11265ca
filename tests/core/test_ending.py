"""How a call ends: nobody rings on, nothing owed is lost, and who is free is free (design §5 rules 11, 12, 16)."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from app.call import events as e
from app.call.decision import Warned
from app.call.legs import Leaving, Leg
from app.call.numbers import Given
from tests.core.acts import MOBILE, WITHHELD, ends, presses, rings
from tests.core.house import House
from tests.core.moments import (
    MOMENTS,
    announcing,
    connected,
    connected_stable,
    connecting,
    connecting_without_agent,
    consulting,
    consulting_announcing,
    consulting_speaking,
    consulting_with_caller,
    consulting_withdrawn,
    ended,
    joining,
    offering,
    offering_withdrawn,
    promising,
    recalled,
    ringing_on,
    ringing_on_withdrawn,
    talking,
    three_way,
    waiting,
)
from tests.core.policies import policy
from tests.core.seen import codes, of, outcomes, phase


def gone(centre: House) -> list[str]:
    return codes(ends(centre, "caller"))


@pytest.mark.parametrize("moment", sorted(set(MOMENTS) - {"degraded", "ended"}))
def test_the_caller_hangs_up_in_any_moment_and_every_other_line_is_let_go(moment: str) -> None:
    centre = MOMENTS[moment]()
    before = phase(centre)
    assert gone(centre) == (["ended"] if before == "Closing" else ["caller_gone"])
    assert (phase(centre), of(centre).ended_at, of(centre).timers) == ("Ended", centre.now, ())
    assert not any(leg.live for leg in of(centre).legs)


@pytest.mark.parametrize("moment", sorted(set(MOMENTS) - {"degraded", "ended"}))
def test_the_switch_took_over_in_any_moment_and_the_caller_s_line_is_not_touched(moment: str) -> None:
    centre = MOMENTS[moment]()
    steps = centre.handle(e.DegradeServed("c1"))
    assert (codes(steps), phase(centre)) == (["degraded"], "Degraded")
    assert not [c for step in steps for c in step.decision.commands if c.leg == "c1.1"]
    assert not any(leg.live for leg in of(centre).legs)


@pytest.mark.parametrize(
    ("moment", "owner"),
    [(waiting, "kcc"), (offering, "sociaal"), (joining, "sociaal"), (talking, "sociaal"),
     (consulting_with_caller, "sociaal"),
     (three_way, "sociaal"), (connected_stable, "piet")],
)  # fmt: skip
def test_whose_line_was_lost_is_called_back(moment: Callable[[], House], owner: str) -> None:
    centre = moment()
    assert codes(ends(centre, "caller", "lost")) == ["caller_lost"]
    (owed,) = centre.callbacks.values()
    assert (owed.status, owed.colleague or owed.office, owed.cause) == ("promised", owner, "lost")


def test_whose_line_was_lost_after_the_last_word_is_not() -> None:
    centre = MOMENTS["closing"]()
    ends(centre, "caller", "lost")
    assert not centre.callbacks


@pytest.mark.parametrize(
    "moment",
    [consulting, consulting_withdrawn, consulting_announcing, consulting_speaking, connecting, ringing_on,
     ringing_on_withdrawn, announcing, connecting_without_agent, connected],
)  # fmt: skip
@pytest.mark.parametrize("how", ["hung up", "degraded"])
def test_a_transfer_under_way_leaves_a_promise_behind(moment: Callable[[], House], how: str) -> None:
    centre = moment()
    gone(centre) if how == "hung up" else centre.handle(e.DegradeServed("c1"))
    (owed,) = centre.callbacks.values()
    assert (owed.status, owed.colleague, owed.department, owed.cause) == (
        "promised", "ans" if moment in (consulting_withdrawn, ringing_on_withdrawn) else "piet", "wmo", "cancelled",
    )  # fmt: skip
    assert ("to " + owed.colleague, "cancelled") in outcomes(centre)
    assert [sum(diary.booked.values()) for diary in centre.diaries.values()] == [1]


@pytest.mark.parametrize("moment", [consulting_with_caller, three_way, talking, connected_stable, waiting, promising])
def test_who_was_not_waiting_for_a_colleague_is_owed_nothing(moment: Callable[[], House]) -> None:
    centre = moment()
    gone(centre)
    assert centre.callbacks == {}


def test_a_pending_callback_is_promised_and_one_that_was_withdrawn_stays_so() -> None:
    promised, withdrawn = recalled(), recalled()
    withdrawn.handle(e.CallbackWithdrawn("c1.cb1", "joke", "opgelost"))
    for centre, status in ((promised, "promised"), (withdrawn, "withdrawn")):
        gone(centre)
        assert [c.status for c in centre.callbacks.values()] == [status]


def test_a_second_transfer_under_way_does_not_make_a_second_promise() -> None:
    centre = consulting()
    ends(centre, "colleague", "busy")
    centre.handle(e.CallbackConfirmed("c1.cb1", "joke"))
    centre.handle(e.ConsultAsked("c1", "joke", "ans"))
    gone(centre)
    assert [(c.id, c.status) for c in centre.callbacks.values()] == [("c1.cb1", "promised")]


def test_a_transfer_after_a_withdrawn_callback_leaves_a_new_one() -> None:
    centre = consulting()
    ends(centre, "colleague", "busy")
    centre.handle(e.CallbackWithdrawn("c1.cb1", "joke", "opgelost"))
    centre.handle(e.ConsultAsked("c1", "joke", "ans"))
    gone(centre)
    assert [(c.id, c.status) for c in centre.callbacks.values()] == [("c1.cb1", "withdrawn"), ("c1.cb2", "promised")]


def test_a_colleague_who_left_the_policy_still_owes_something() -> None:
    centre = consulting()
    centre.policy = policy(colleagues={})
    gone(centre)
    assert [(c.colleague, c.department) for c in centre.callbacks.values()] == [("piet", "")]


@pytest.mark.parametrize(
    ("moment", "state", "reason", "outcome"),
    [(offering, "ready", "", "cancelled"), (offering_withdrawn, "not_ready", "no_answer", "no_answer"),
     (joining, "ready", "", "answered")],
)  # fmt: skip
def test_an_agent_who_never_spoke_with_the_caller_owes_nothing(
    moment: Callable[[], House], state: str, reason: str, outcome: str
) -> None:
    centre = moment()
    gone(centre)
    agent = centre.agents["joke"]
    assert (agent.state, agent.reason, agent.owes, agent.timers) == (state, reason, (), ())
    assert outcomes(centre) == [("joke", outcome)]


@pytest.mark.parametrize("moment", [offering, joining])
def test_an_agent_whose_row_is_gone_does_not_matter(moment: Callable[[], House]) -> None:
    centre = moment()
    del centre.agents["joke"]
    centre.calls["c1"] = replace(of(centre), legs=of(centre).legs[:1])
    assert gone(centre) == ["caller_gone"]
    assert outcomes(centre) == []


@pytest.mark.parametrize(
    "moment", [talking, consulting, consulting_speaking, connecting, consulting_with_caller, three_way]
)
def test_the_agent_begins_the_wrap_up_and_owes_the_registration(moment: Callable[[], House]) -> None:
    centre = moment()
    gone(centre)
    assert (centre.agents["joke"].state, centre.agents["joke"].owes) == ("wrap_up", ("c1",))


def test_an_agent_who_is_free_again_is_offered_who_waits() -> None:
    centre = offering()
    centre.handle(e.AgentNotReady("fatima", "pauze"))
    rings(centre, call="c2")
    presses(centre, "2", call="c2")
    assert phase(centre, "c2") == "Waiting"
    gone(centre)
    assert phase(centre, "c2") == "Offering"


def test_a_call_that_is_over_stays_over() -> None:
    centre = ended()
    assert codes(centre.handle(e.DegradeServed("c1"))) == ["ignored.no_call"]
    degraded = MOMENTS["degraded"]()
    assert codes(degraded.handle(e.LegEnded("c1", "c1.1"))) == ["ignored.leg_over"]
    assert codes(degraded.handle(e.LegEnded("c1", "c1.2"))) == ["noted"]


def test_a_caller_s_line_that_ends_after_the_end_is_only_noted() -> None:
    centre = ended()
    centre.calls["c1"] = replace(of(centre), legs=(Leg("c1.1", "caller", "up", Leaving()), *of(centre).legs))
    assert gone(centre) == ["noted"]


def test_the_static_reply_for_a_call_nobody_saw_is_remembered_so_that_it_is_not_handled_twice() -> None:
    centre = House()
    assert codes(centre.handle(e.DegradeServed("c1"))) == ["degraded"]
    assert codes(centre.handle(e.CallOffered("c1", "c1.1", "140123"))) == ["ignored.offered_already"]
    assert centre.calls["c1"].legs == ()


@pytest.mark.parametrize(("number", "kinds"), [(WITHHELD, ["callback_no_number"]), (MOBILE, [])])
@pytest.mark.parametrize("how", ["hangs up", "degraded"])
def test_the_supervisor_is_warned_of_a_promise_that_nobody_can_dial(how: str, number: Given, kinds: list[str]) -> None:
    centre = talking()
    centre.calls["c1"] = replace(of(centre), number=number)
    centre.handle(e.ConsultAsked("c1", "joke", "els"))
    assert [record for record in centre.records if isinstance(record, Warned)] == []
    if how == "hangs up":
        ends(centre, "caller")
    else:
        centre.handle(e.DegradeServed("c1"))
    assert [c.status for c in centre.callbacks.values()] == ["promised"]
    warned = [record for record in centre.records if isinstance(record, Warned)]
    assert [(record.kind, record.subject) for record in warned] == [(kind, "c1.cb1") for kind in kinds]
