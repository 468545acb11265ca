"""What a process keeps of calls between two transactions: never what another changed, never what has a promise."""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec.structs import replace

from app.call.call import Call
from app.call.callback import Callback, Slot
from app.call.decision import Decision
from app.engine.scene import Scene
from tests.engine import rules
from tests.engine.arrivals import ended, offered, pressed, saved
from tests.engine.conftest import Start

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


async def test_two_processes_take_turns_at_one_call(start: Start) -> None:
    one, other = await start("a"), await start("b")
    await one.handle(offered())
    turns = enumerate((other, one, one, other, other, one))
    steps = [saved(await engine.handle(pressed("1", key=f"key {n}"))).legs[0].step for n, engine in turns]
    assert steps == [2, 3, 4, 5, 6, 7]
    assert saved(await other.handle(ended())).legs == ()
    assert (await one.handle(pressed("1", key="late"))).call == saved(await other.handle(pressed("1", key="late")))


async def test_a_kept_call_is_not_read_and_one_that_is_over_is_not_kept(start: Start) -> None:
    engine = await start()
    await engine.handle(offered("c1"))
    await engine.handle(offered("c2"))
    assert set(engine._scenes["noord"].calls) == {"c1", "c2"}
    await engine.handle(ended("c1"))
    assert set(engine._scenes["noord"].calls) == {"c2"}


def scene(*calls: Call) -> Scene:
    """As it is after a batch in which these calls changed."""
    made = Scene(rules.centre("noord"), 7)
    for call in calls:
        made.apply(Decision(CALLED.because, call=call), "demo")
    return made


OFFERED = offered().event
WORLD = Scene(rules.centre("noord"), 0).world(None, OFFERED, NOW, rules.policy(), rules.policy())
CALLED = rules.decide(None, OFFERED, WORLD)


def call(call_id: str, **more: str) -> Call:
    """A call that came in."""
    assert CALLED.call is not None
    return replace(CALLED.call, id=call_id, **more)


def test_a_call_with_a_person_or_a_promise_is_read_each_time() -> None:
    made = scene(call("c1"), call("c2", person="p"), call("c3", callback="b"))
    made.settle()
    assert set(made.calls) == set(made.providers) == {"c1"}


def test_a_call_gets_a_promise_while_it_is_kept_itself_unchanged() -> None:
    made = scene(call("c1"), call("c2"))
    made.settle()
    later = made.later(made.centre, 8)
    later.callbacks["b"] = Callback("b", "c1", "promised", "s", NOW, Slot(NOW, NOW), NOW)
    later.settle()
    assert set(later.calls) == {"c2"}
