"""What a decision may see besides its own call: the clock, the policies, and the rest of the contact centre."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from app.call.agent import Agent
from app.call.calendar import is_open
from app.call.callback import Callback
from app.call.decision import Centre
from app.call.diary import Diary
from app.call.policy import Policy


class Waiter(Struct, frozen=True):
    """A waiting caller, as much as is needed to choose who is next."""

    call: str
    office: str
    since: datetime
    priority: int
    language: str


class World(Struct, frozen=True):
    """The centre as it is at this event. `policy` is active now, `pinned` is the one the call began with.

    `agents` holds every agent who has a row, `callbacks` the open ones of this call and this person (of a callback that
    changes: those of its call and its person),
    `diaries` those of every owner, `waiting` all callers in `Waiting`.
    """

    now: datetime
    centre: Centre
    policy: Policy
    pinned: Policy
    agents: Mapping[str, Agent]
    callbacks: Mapping[str, Callback]
    diaries: Mapping[str, Diary]
    waiting: Mapping[str, Waiter]

    def is_open(self, hours: str) -> bool:
        """Whether these hours of the call's routing are open now, on the days off that are in force."""
        return is_open(self.pinned, hours, self.now, self.policy.days_off)

    def seeing(self, *agents: Agent) -> World:
        """The same world in which these agents have already changed."""
        return replace(self, agents={**self.agents, **{agent.id: agent for agent in agents}})

    def after(self, callback: Callback, diaries: Iterable[Diary]) -> World:
        """The same world in which this callback and these diaries have already changed."""
        return replace(
            self,
            callbacks={**self.callbacks, callback.id: callback},
            diaries={**self.diaries, **{diary.owner: diary for diary in diaries}},
        )
