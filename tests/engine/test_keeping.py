"""What a process keeps between two transactions: calls that are not over, with their promises; nothing outdated."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from msgspec.structs import replace

from app.call.call import Call, Ended
from app.call.callback import Callback, Slot
from app.call.decision import Decision
from app.call.events import AgentReady, CallbackWithdrawn, CallerIdentified, Event, TimerFired
from app.engine.arrivals import Item
from app.engine.batch import Batch
from app.engine.policies import Policies
from app.engine.scene import Scene
from app.store.codec import text
from tests.engine import rules
from tests.engine.arrivals import ended, offered, pressed, saved
from tests.engine.conftest import Start
from tests.kept import SEAL

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


def promise(call: str, person: str = "") -> Callback:
    """Open, about a question of this call."""
    return Callback(f"{call}.cb1", call, "promised", "s", NOW, Slot(NOW, NOW), NOW, person=person)


def test_promises_stay_as_long_as_a_call_that_they_concern() -> None:
    made = scene(call("c1"), call("c2", person="p"), call("c3", callback="about.cb1"))
    made.apply(Decision(CALLED.because, callbacks=tuple(map(promise, ("c1", "about", "other")))), "")
    made.apply(Decision(CALLED.because, callbacks=(promise("earlier", person="p"), promise("x", person="q"))), "")
    closed = replace(promise("long ago", person="p"), status="kept")
    made.apply(Decision(CALLED.because, callbacks=(closed,)), "")
    made.settle()
    assert set(made.callbacks) == {"c1.cb1", "about.cb1", "earlier.cb1"}
    later = made.later(made.centre, 8)
    assert set(later.callbacks) == set(made.callbacks)
    for over in made.calls.values():
        later.apply(Decision(CALLED.because, call=replace(over, phase=Ended(), legs=())), "")
    later.settle()
    assert not later.calls
    assert not later.callbacks


@pytest.mark.parametrize(
    ("event", "here"),
    [
        (pressed("1").event, True),
        (pressed("1", "c2").event, False),
        (offered("c2").event, True),
        (AgentReady("jan"), True),
        (CallerIdentified("c1", "jan", person="p"), False),
        (CallbackWithdrawn("c1.cb1", "jan", "helped"), False),
        (TimerFired("agent", "jan", "wrap_up", NOW), True),
        (TimerFired("call", "c1", "patience", NOW), True),
        (TimerFired("call", "c2", "patience", NOW), False),
        (TimerFired("callback", "c1.cb1", "due", NOW), False),
    ],
)
def test_what_may_be_decided_by_memory(event: Event, here: bool) -> None:
    made = scene(call("c1"))
    made.apply(Decision(CALLED.because, callbacks=(promise("c1"),)), "")
    made.settle()
    assert made.holds(event) is here


class Overtaken:
    """PostgreSQL, whose first answers say each that somebody saved an event in this centre while it was locked."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self.outdated = ["zuid"]
        self.reads = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    async def fetch(self, *asked: Any) -> list[tuple[Any, ...]]:
        """The rows."""
        self.reads += 1
        rows = [tuple(row) for row in await self._connection.fetch(*asked)]
        if self.reads > len(self.outdated):
            return rows
        centre = self.outdated[self.reads - 1]
        return [("centre", centre, row[2], "-1", row[4]) if row[:2] == ("centre", centre) else row for row in rows]


@pytest_asyncio.fixture
async def overtaken(database: str) -> AsyncIterator[Overtaken]:
    connection = await asyncpg.connect(database)
    yield Overtaken(connection)
    await connection.close()


async def test_a_promise_is_seen_also_when_another_centre_has_to_be_read_again(
    start: Start, db: asyncpg.Connection, overtaken: Overtaken
) -> None:
    engine = await start()
    await engine.handle(offered("c1"))
    promise = Callback("b", "c1", "promised", "s", NOW, Slot(NOW, NOW), NOW)
    await db.execute(
        """INSERT INTO callbacks (centre, id, call, status, subject, due_at, state)
           VALUES ('noord', 'b', 'c1', 'promised', 's', $1, $2)""", NOW, text(promise),
    )  # fmt: skip
    known = Scene(rules.centre("noord"), engine._scenes["noord"].seq)
    events = [pressed("1"), replace(offered("c2"), centre="zuid")]
    batch = Batch(
        overtaken, [Item(event, "call:" + event.event.call, 0.0) for event in events],  # type: ignore[union-attr]
        decide=rules.decide, policies=Policies(), clock=lambda: NOW, node="a", seal=SEAL,
        remembered={"noord": known}, more=lambda: False, join=lambda _centre: None,
    )  # fmt: skip
    await batch._lock_and_read()
    noord = batch._scenes["noord"]
    assert overtaken.reads == 2
    noord.settle()
    assert (set(noord.calls), set(noord.callbacks)) == ({"c1"}, {"b"})


async def test_it_is_read_again_as_often_as_a_centre_is_outdated(start: Start, overtaken: Overtaken) -> None:
    """One that was busy at the first look may be outdated at the second."""
    await start()
    overtaken.outdated = ["zuid", "noord"]
    events = [offered("c1"), replace(offered("c2"), centre="zuid")]
    batch = Batch(
        overtaken, [Item(event, "call:" + event.event.call, 0.0) for event in events],  # type: ignore[union-attr]
        decide=rules.decide, policies=Policies(), clock=lambda: NOW, node="a", seal=SEAL,
        remembered={}, more=lambda: False, join=lambda _centre: None,
    )  # fmt: skip
    await batch._lock_and_read()
    assert overtaken.reads == 3
