"""A place that is kept in the line: it counts for who comes later, comes up in turn, and is rung by one agent only."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from app.agents.choice import kept
from app.call import events as e
from app.call.callback import Slot
from app.call.decision import Warned
from app.call.diary import Diary, Kept
from app.call.policy import CallbackPolicy
from tests.core.acts import answers, house, joined, presses, rings
from tests.core.house import House, Step
from tests.core.policies import policy
from tests.core.seen import caller, codes, hears, phase


def promised(*agents: str, call: str = "c1", centre: House | None = None) -> House:
    """A caller pressed 1 in the line and is rung back in turn; of these agents nobody is ready, and all are there."""
    centre = house() if centre is None else centre
    for agent in agents:
        centre.handle(e.AgentLoggedOn(agent))
    rings(centre, call=call)
    presses(centre, "1", call=call)
    centre.wait(135)
    presses(centre, "1", call=call)
    centre.handle(e.InputTimedOut(call, f"{call}.1", caller(centre, call).step))
    return centre


def place(centre: House, call: str) -> str:
    """The number in line that this caller was told."""
    told = next(x for x in getattr(caller(centre, call).doing, "lines", ()) if x.text.startswith("position"))
    return str(told.slots.get("nummer", "1"))


def followed(steps: list[Step]) -> list[str]:
    """What followed from an event, each as `AGENT CALLBACK` or `CALL AGENT`."""
    events = [step.event for step in steps[1:]]
    return [" ".join(getattr(x, name) for name in x.__struct_fields__) for x in events]


def ready(centre: House, agent: str) -> list[str]:
    return followed(centre.handle(e.AgentReady(agent)))


def presence(centre: House) -> tuple[str, str]:
    """What bart is, and whom he rings back or is to."""
    return centre.agents["bart"].state, centre.agents["bart"].callback


def test_a_kept_place_counts_for_who_comes_later() -> None:
    centre = promised("bart")
    rings(centre, call="c2")
    presses(centre, "1", call="c2")
    assert (hears(caller(centre, "c2")), place(centre, "c2")) == (["waiting", "position"], "2")


def test_it_comes_up_before_who_came_later_and_after_who_came_earlier() -> None:
    centre = house()
    centre.handle(e.AgentLoggedOn("bart"))
    rings(centre, call="c0")
    presses(centre, "1", call="c0")
    centre.wait(1)
    promised(centre=centre)
    rings(centre, call="c2")
    presses(centre, "1", call="c2")
    assert ready(centre, "bart") == ["c0 bart"]
    centre.handle(e.AgentLoggedOn("fatima"))
    assert ready(centre, "fatima") == ["fatima c1.cb1"]
    assert (centre.agents["fatima"].state, phase(centre, "c2")) == ("reserved", "Waiting")


def test_whom_we_failed_goes_before_a_kept_place() -> None:
    centre = promised("bart")
    rings(centre, call="c2")
    presses(centre, "1", call="c2")
    waits = centre.calls["c2"]
    centre.calls["c2"] = replace(waits, phase=replace(waits.phase, priority=1))
    assert ready(centre, "bart") == ["c2 bart"]


def test_who_begins_to_ring_is_in_a_conversation_until_it_is_kept() -> None:
    centre = promised("bart")
    ready(centre, "bart")
    assert codes(centre.handle(e.TurnTaken("c1.cb1", "bart"))) == ["turn.taken"]
    centre.wait(600)
    centre.handle(e.CallbackConfirmed("c1.cb1", "bart"))
    assert presence(centre) == ("talking", "c1.cb1")
    centre.handle(e.CallbackKept("c1.cb1", "bart"))
    assert presence(centre) == ("wrap_up", "")
    centre.wait(60)
    assert presence(centre) == ("ready", "")


@pytest.mark.parametrize("attempts", [1, 3])
def test_who_rang_in_vain_is_free_again_and_the_promise_stands(attempts: int) -> None:
    centre = promised("bart")
    centre.policy = replace(centre.policy, callbacks=CallbackPolicy(attempts=attempts))
    ready(centre, "bart")
    centre.handle(e.TurnTaken("c1.cb1", "bart"))
    centre.handle(e.CallbackTried("c1.cb1", "bart"))
    assert presence(centre) == ("wrap_up", "")
    assert (centre.callbacks["c1.cb1"].open, centre.callbacks["c1.cb1"].tried) == (True, 1)
    centre.wait(7200)
    assert [r.kind for r in centre.records if isinstance(r, Warned)] == (["callback_missed"] if attempts == 1 else [])


def test_who_never_says_how_it_ended_is_away_and_keeps_no_office_open() -> None:
    centre = promised("bart")
    ready(centre, "bart")
    centre.handle(e.TurnTaken("c1.cb1", "bart"))
    centre.wait(1799)
    assert presence(centre) == ("talking", "c1.cb1")
    centre.wait(1)
    assert (presence(centre), centre.agents["bart"].reason) == (("not_ready", ""), "ring_back")
    assert centre.callbacks["c1.cb1"].open, "the promise is kept by whoever looks at it next"


def test_once_somebody_rings_the_place_is_free_for_who_comes_later() -> None:
    centre = promised("bart")
    centre.handle(e.TurnTaken("c1.cb1", "bart"))
    rings(centre, call="c2")
    presses(centre, "1", call="c2")
    assert place(centre, "c2") == "1"
    assert centre.callbacks["c1.cb1"].open, "still owed until it is kept"


def test_nobody_rings_who_is_rung_already() -> None:
    centre = promised("bart", "fatima")
    ready(centre, "bart")
    assert codes(centre.handle(e.TurnTaken("c1.cb1", "fatima"))) == ["turn.taken"]
    assert centre.agents["bart"].state == "ready", "the turn had come for bart, who did not begin"
    assert codes(centre.handle(e.TurnTaken("c1.cb1", "bart"))) == ["ignored.no_turn"]
    centre.handle(e.CallbackKept("c1.cb1", "fatima"))
    assert codes(centre.handle(e.TurnTaken("c1.cb1", "bart"))) == ["ignored.no_turn"]
    assert codes(centre.handle(e.TurnTaken("nothing", "bart"))) == ["ignored.no_turn"]


def test_who_rings_is_not_there_for_others_so_the_last_one_stays_ready() -> None:
    centre = promised("bart", "fatima")
    ready(centre, "bart")
    ready(centre, "fatima")
    centre.handle(e.DeviceChanged("bart", "busy"))
    centre.handle(e.TurnTaken("c1.cb1", "fatima"))
    assert presence(centre) == ("ready", ""), "a phone in use, but nobody else is left"


def test_who_is_in_a_call_or_not_there_takes_no_turn() -> None:
    centre = promised("bart")
    centre.ready("fatima")
    assert codes(centre.handle(e.TurnTaken("c1.cb1", "joke"))) == ["ignored.agent_state"]
    centre.handle(e.AgentLoggedOff("bart"))
    assert codes(centre.handle(e.TurnTaken("c1.cb1", "bart"))) == ["ignored.agent_state"]


def test_a_turn_that_is_not_taken_comes_up_for_the_next_and_again_after_a_call() -> None:
    centre = promised("bart")
    rings(centre, call="c2")
    presses(centre, "1", call="c2")
    assert ready(centre, "bart") == ["bart c1.cb1"]
    centre.wait(29)
    assert centre.agents["bart"].state == "reserved"
    assert followed(centre.wait(1)) == ["c2 bart"]
    answers(centre, call="c2")
    joined(centre, call="c2")
    centre.handle(e.LegEnded("c2", "c2.1"))
    assert followed(centre.wait(60)) == ["bart c1.cb1"]


@pytest.mark.parametrize(
    ("asked", "state"),
    [(e.AgentReady("bart"), "ready"), (e.AgentNotReady("bart", "pauze"), "not_ready"),
     (e.AgentLoggedOff("bart"), "logged_off")],
)  # fmt: skip
def test_what_the_agent_asks_instead_holds_at_once(asked: e.Event, state: str) -> None:
    for taken in (False, True):
        centre = promised("bart", "fatima")
        ready(centre, "bart")
        if taken:
            centre.handle(e.TurnTaken("c1.cb1", "bart"))
        centre.handle(asked)
        assert (centre.agents["bart"].state, centre.agents["bart"].callback) == (state, "")
        assert ready(centre, "fatima") == ([] if taken else ["fatima c1.cb1"])


def test_a_turn_kept_without_being_taken_first_counts_as_taken() -> None:
    centre = promised("bart", "fatima")
    ready(centre, "bart")
    centre.handle(e.CallbackKept("c1.cb1", "bart"))
    assert centre.agents["bart"].state == "wrap_up"


def test_whose_turn_was_kept_or_withdrawn_by_another_is_free_again() -> None:
    for event in (e.CallbackKept("c1.cb1", "fatima"), e.CallbackWithdrawn("c1.cb1", "fatima", "opgelost")):
        centre = promised("bart", "fatima")
        ready(centre, "bart")
        centre.handle(event)
        assert (centre.agents["bart"].state, centre.agents["bart"].passed) == ("ready", ("c1.cb1",))


def test_nothing_changes_for_who_is_to_ring_when_only_the_way_changes() -> None:
    centre = promised("bart")
    ready(centre, "bart")
    centre.handle(e.CallbackChanged("c1.cb1", "bart", discreet=True))
    assert centre.agents["bart"].state == "reserved"


def test_who_is_not_reached_gets_another_moment_and_the_agent_goes_on() -> None:
    centre = promised("bart")
    centre.handle(e.TurnTaken("c1.cb1", "bart"))
    later = centre.now + timedelta(hours=3)
    centre.handle(e.CallbackChanged("c1.cb1", "bart", slot=Slot(later, later + timedelta(minutes=30))))
    assert (centre.agents["bart"].state, centre.callbacks["c1.cb1"].turn) == ("wrap_up", None)


def test_a_place_kept_until_tomorrow_counts_from_the_morning_on() -> None:
    centre = house()
    centre.wait(6 * 3600 + 41 * 60)
    promised("bart", centre=centre)
    callback = centre.callbacks["c1.cb1"]
    assert ([t.name for t in callback.timers], kept(centre.world())) == (["turn", "late", "missed"], {})
    assert ready(centre, "bart") == [], "nobody rings this evening"
    until = (callback.slot.start - centre.now).total_seconds()
    centre.wait(until - 1)
    assert centre.agents["bart"].state == "ready"
    assert followed(centre.wait(1)) == ["bart c1.cb1"]


def test_of_two_agents_each_gets_another_one_in_line() -> None:
    centre = promised("bart", "fatima")
    promised(call="c3", centre=centre)
    assert ready(centre, "bart") == ["bart c1.cb1"]
    assert ready(centre, "fatima") == ["fatima c3.cb1"]


def test_a_turn_that_came_twice_or_is_no_more_changes_nothing() -> None:
    centre = promised("bart", "fatima")
    ready(centre, "bart")
    ready(centre, "fatima")
    assert codes(centre.handle(e.TurnCame("fatima", "c1.cb1"))) == ["ignored.agent_state"]
    assert codes(centre.handle(e.TurnCame("fatima", "gone"))) == ["ignored.agent_state"]


def test_who_speaks_the_language_goes_first_for_a_turn_too() -> None:
    centre = promised("bart", "fatima")
    owed = centre.callbacks["c1.cb1"]
    assert owed.language == "nl"
    assert owed.turn is not None
    centre.diaries["office:kcc"] = Diary("office:kcc", turns={"c1.cb1": Kept(owed.turn, owed.slot.start, "en")})
    centre.handle(e.AgentReady("fatima"))
    assert centre.agents["fatima"].state == "reserved", "bart speaks it, but is on a break"
    centre.handle(e.AgentReady("fatima"))
    assert ready(centre, "bart") == ["bart c1.cb1"]


def test_an_office_that_is_gone_from_the_policy_leaves_the_usual_time_to_write_it_down() -> None:
    centre = promised("bart")
    centre.handle(e.TurnTaken("c1.cb1", "bart"))
    offices = {"sociaal": policy().offices["sociaal"]}
    centre.policy = replace(centre.policy, offices=offices)
    centre.handle(e.CallbackWithdrawn("c1.cb1", "bart", "opgelost"))
    assert [(t.due_at - centre.now).total_seconds() for t in centre.agents["bart"].timers] == [60.0]
