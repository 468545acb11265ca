"""A contact centre in memory: folds decisions the way the engine does, with a clock that only the test moves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from app.call.agent import Agent
from app.call.call import Call, Ended, Waiting
from app.call.callback import Callback
from app.call.decision import Centre, Decision, Record
from app.call.diary import Diary
from app.call.events import AgentLoggedOn, AgentReady, Event, OfCall, TimerFired
from app.call.policy import Policy
from app.call.timers import Timer
from app.call.world import Waiter, World
from app.decide import decide
from tests.core.policies import policy

TUESDAY = datetime(2026, 11, 24, 9, 15, tzinfo=UTC)
"""Quarter past ten in the morning, local time."""


@dataclass
class Step:
    """One event and what it decided."""

    event: Event
    decision: Decision
    before: Call | None


@dataclass
class House:
    """`watch` is called after an event and all that followed from it; that is where properties are checked."""

    policy: Policy = field(default_factory=policy)
    now: datetime = TUESDAY
    watch: Callable[[list[Step]], None] | None = None
    calls: dict[str, Call] = field(default_factory=dict)
    agents: dict[str, Agent] = field(default_factory=dict)
    callbacks: dict[str, Callback] = field(default_factory=dict)
    diaries: dict[str, Diary] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.centre = Centre("test", self.policy.version)

    def world(self) -> World:
        """The world as the next event sees it."""
        waiting = {
            c.id: Waiter(c.id, c.phase.office, c.phase.since, c.phase.priority, c.language)
            for c in self.calls.values()
            if isinstance(c.phase, Waiting)
        }
        return World(
            self.now, self.centre, self.policy, self.policy, self.agents, self.callbacks, self.diaries, waiting
        )

    def ready(self, *agents: str) -> None:
        """These agents log on and are ready, each a second after the one before."""
        for agent in agents:
            self.handle(AgentLoggedOn(agent))
            self.handle(AgentReady(agent))
            self.now += timedelta(seconds=1)

    def handle(self, event: Event) -> list[Step]:
        """Decides the event and all that follows from it."""
        first = len(self.steps)
        waiting = [event]
        while waiting:
            self._one(waiting.pop(0), waiting)
            assert len(self.steps) - first < 64, "events that follow never end"
        if self.watch:
            self.watch(self.steps[first:])
        return self.steps[first:]

    def _one(self, event: Event, waiting: list[Event]) -> None:
        before = self.calls.get(_call_of(event))
        decision = decide(before, event, self.world())
        if decision.call is not None:
            self.calls[decision.call.id] = decision.call
        self.agents.update({a.id: a for a in decision.agents})
        self.callbacks.update({c.id: c for c in decision.callbacks})
        self.diaries.update({d.owner: d for d in decision.diaries})
        self.centre = decision.centre or self.centre
        self.records.extend(decision.records)
        waiting.extend(decision.follow)
        self.steps.append(Step(event, decision, before))

    def timers(self) -> list[tuple[Timer, TimerFired]]:
        """Every armed timer, the earliest first."""
        armed: list[tuple[Timer, TimerFired]] = []
        for subject, rows in (("call", self.calls), ("agent", self.agents), ("callback", self.callbacks)):
            for row in rows.values():
                armed += [(t, TimerFired(subject, row.id, t.name, t.due_at, t.leg)) for t in row.timers]  # type: ignore[arg-type]
        return sorted(armed, key=lambda pair: pair[0].due_at)

    def wait(self, seconds: float) -> list[Step]:
        """Time passes; what falls due fires at its moment."""
        until = self.now + timedelta(seconds=seconds)
        steps: list[Step] = []
        while (armed := self.timers()) and armed[0][0].due_at <= until:
            timer, event = armed[0]
            self.now = max(self.now, timer.due_at)
            steps += self.handle(event)
        self.now = until
        return steps

    def over(self, call: str) -> bool:
        """Whether this call has ended and nothing of it is left."""
        ended = self.calls[call]
        return isinstance(ended.phase, Ended) and not ended.legs and not ended.timers


def _call_of(event: Event) -> str:
    if isinstance(event, OfCall):
        return event.call
    if isinstance(event, TimerFired) and event.subject == "call":
        return event.id
    return getattr(event, "call", "")
