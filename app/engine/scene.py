"""A contact centre as the events of one batch see it: each sees what the earlier ones did; nothing is saved yet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.call.agent import Agent
from app.call.call import Call, Degraded, Ended, Waiting
from app.call.callback import Callback
from app.call.decision import Centre, Decision
from app.call.diary import Diary
from app.call.events import CallbackChanged, CallerIdentified, CallOffered, Event
from app.call.policy import Policy
from app.call.world import Waiter, World
from app.engine.arrivals import call_of, callback_of
from app.store import codec

NOTHING: Mapping[str, Callback] = {}


def live(call: Call) -> bool:
    """Whether a leg of the call may still be up at the switch."""
    return bool(call.legs) or type(call.phase) not in (Ended, Degraded)


class Scene:
    """`was` holds what changed as it was before: `("call", id) -> Call | None`; `seq` numbers the last event."""

    def __init__(self, centre: Centre, seq: int) -> None:
        self.centre = centre
        self.seq = self.began = seq
        self.calls: dict[str, Call] = {}
        self.providers: dict[str, str] = {}
        self.agents: dict[str, Agent] = {}
        self.callbacks: dict[str, Callback] = {}
        self.diaries: dict[str, Diary] = {}
        self.waiting: dict[str, Waiter] = {}
        self.was: dict[tuple[str, str], Any] = {}
        self.strange = True
        """Whether this process had to read it anew: somebody else had saved an event in between, or it is the first."""
        self._met: set[str] = set()
        """Calls that this batch read or changed."""

    def later(self, centre: Centre, seq: int) -> Scene:
        """The scene of the next batch: what is remembered stays, for only events change it."""
        scene = Scene(centre, seq)
        scene.agents, scene.diaries, scene.waiting = self.agents, self.diaries, self.waiting
        scene.calls, scene.providers, scene.callbacks = self.calls, self.providers, self.callbacks
        scene.strange = False
        return scene

    def overtaken(self, centre: Centre, seq: int) -> Scene:
        """The same after somebody else was at work: agents and diaries stay, for what changed of them is read."""
        scene = Scene(centre, seq)
        scene.agents, scene.diaries = self.agents, self.diaries
        return scene

    def settle(self) -> None:
        """It is saved: let go of calls that are over, and of promises that concern none of those that stay."""
        for call_id in self._met:
            if call_id in self.calls and not live(self.calls[call_id]):
                del self.calls[call_id], self.providers[call_id]
        if loose := [callback for callback in self.callbacks.values() if callback.call not in self.calls]:
            about = {call.callback for call in self.calls.values()}
            persons = {call.person for call in self.calls.values()} - {""}
            for callback in loose:
                if callback.id not in about and not (callback.open and callback.person in persons):
                    del self.callbacks[callback.id]

    def holds(self, event: Event) -> bool:
        """Whether all that the decision on this event may look at is here, as of this scene's number.

        A call that is offered is a new one; were it not, its event or its row would be there already.
        """
        if type(event) is CallerIdentified or callback_of(event):
            return False
        call_id = call_of(event)
        return not call_id or call_id in self.calls or type(event) is CallOffered

    def load(self, kind: str, row_id: str, provider: str, state: str) -> None:
        """One row as it was read."""
        match kind:
            case "call":
                self._met.add(row_id)
                self.calls[row_id] = codec.call(state)
                self.providers[row_id] = provider
            case "agent":
                self.agents[row_id] = codec.agent(state)
            case "diary":
                self.diaries[row_id] = codec.diary(state)
            case "waiting":
                self.waiting[row_id] = codec.waiter(state)
            case "callback":
                self.callbacks[row_id] = codec.callback(state)
            case _:
                raise ValueError(kind)

    def world(self, call: Call | None, event: Event, now: datetime, policy: Policy, pinned: Policy) -> World:
        """What the decision on this event may see."""
        callbacks = self._concerning(call, event) if self.callbacks else NOTHING
        return World(now, self.centre, policy, pinned, self.agents, callbacks, self.diaries, self.waiting)

    def _concerning(self, call: Call | None, event: Event) -> Mapping[str, Callback]:
        """The open callbacks of this call and this person, and the one that is named, open or not.

        Of a callback that changes: those of its own call and person, for no two may be about the same question.
        """
        named = {callback_of(event)}
        call_id, persons = "", {""}
        if call is not None:
            call_id = call.id
            named.add(call.callback)
            persons.add(call.person)
            if type(event) is CallerIdentified:
                persons.add(event.person)
        elif type(event) is CallbackChanged and (changes := self.callbacks.get(event.callback)) is not None:
            call_id = changes.call
            persons.add(changes.person)
        persons.discard("")
        return {
            c.id: c
            for c in self.callbacks.values()
            if c.id in named or (c.open and (c.call == call_id or c.person in persons))
        }

    def apply(self, decision: Decision, provider: str) -> None:
        """From here on the events of this batch see what was decided."""
        if (call := decision.call) is not None:
            self._met.add(call.id)
            self._note("call", call.id, self.calls, call)
            self.providers.setdefault(call.id, provider)
            if type(call.phase) is Waiting:
                phase = call.phase
                self.waiting[call.id] = Waiter(call.id, phase.office, phase.since, phase.priority, call.language)
            else:
                self.waiting.pop(call.id, None)
        for agent in decision.agents:
            self._note("agent", agent.id, self.agents, agent)
        for callback in decision.callbacks:
            self._note("callback", callback.id, self.callbacks, callback)
        for diary in decision.diaries:
            self._note("diary", diary.owner, self.diaries, diary)
        if decision.centre is not None:
            self.centre = decision.centre

    def _note(self, kind: str, row_id: str, rows: dict[str, Any], after: Any) -> None:
        self.was.setdefault((kind, row_id), rows.get(row_id))
        rows[row_id] = after
