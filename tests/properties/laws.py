"""The laws of the house, checked after every decision (reliability: invariants I1-I14, I20)."""

from __future__ import annotations

from collections import Counter

from app.agents.choice import kept
from app.call.call import Call, Connecting, Consulting, Degraded, Ended, Joining, Offering, Talking, Waiting
from app.call.commands import Command
from app.call.decision import OfferMade, TransferMade
from app.call.legs import InRoom, Leaving, Leg, Music, Ringing
from app.callbacks.owner import owner
from app.callbacks.slots import epoch
from tests.core.house import House, Step

HOLDING = (Offering, Joining, Talking, Consulting, Connecting)
AT_WORK = ("ready", "reserved", "talking", "wrap_up")


class Laws:
    """Watches a house; raises AssertionError with the law that was broken."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.dialled = {c.leg for s in house.steps for c in s.decision.commands if c.name == "Dial"}
        self.ended: set[str] = set()
        self.same: dict[str, set[str]] = {}
        self.others: dict[str, set[str]] = {}
        """What was open when the consult of this call began: about its question, and about others."""
        self.offers = Counter(r.leg for r in house.records if isinstance(r, OfferMade))
        house.watch = self.check

    def check(self, steps: list[Step]) -> None:
        """Called after every event with all that followed from it."""
        for step in steps:
            self._step(step)
        for call in self.house.calls.values():
            self._call(call)
        self._people()
        self._line()
        self._promises()

    def _step(self, step: Step) -> None:
        decision = step.decision
        if decision.because.ignored:
            assert decision.call is None or decision.call.legs == (step.before.legs if step.before else ())
            assert not decision.commands, "an ignored event sends nothing"
        for command in decision.commands:
            self._command(command)
        if step.before is not None and decision.call is not None:
            self.ended |= {x.id for x in step.before.legs} - {x.id for x in decision.call.legs}
        if step.before is not None and isinstance(step.before.phase, Ended | Degraded):
            now = decision.call or step.before
            assert type(now.phase) is type(step.before.phase), "a call that is over never reopens"
        if step.before is not None and isinstance(step.before.phase, Talking):
            self._consult(decision.call or step.before)
        for callback in decision.callbacks:
            assert callback.late or not callback.open or callback.slot.end > self.house.now, "no promise in the past"
        for record in decision.records:
            if isinstance(record, OfferMade):
                self.offers[record.leg] += 1
                assert self.offers[record.leg] == 1, "a phone that rang is recorded once"
            if isinstance(record, TransferMade) and record.outcome == "answered":
                self._transferred(step)

    def _consult(self, call: Call) -> None:
        """When a consult begins: what is open now about its question, and what is open about others."""
        if not isinstance(call.phase, Consulting):
            return
        known = self.house.policy.colleagues.get(call.phase.colleague)
        question = (call.on_behalf, call.topic or (known.department if known else ""))
        mine = [c for c in self.house.callbacks.values() if c.open and c.call == call.id]
        self.same[call.id] = {c.id for c in mine if (c.on_behalf, c.subject) == question}
        self.others[call.id] = {c.id for c in mine} - self.same[call.id]

    def _transferred(self, step: Step) -> None:
        """I5: who was put through is not called back needlessly, and what was promised about other questions stands."""
        assert step.before is not None
        for about in self.same.get(step.before.id, ()):
            assert not self.house.callbacks[about].open, "who was put through is called back about the same"
        for callback in step.decision.callbacks:
            assert callback.id not in self.others.get(step.before.id, ()), "a promise about another question stands"

    def _command(self, command: Command) -> None:
        if command.name == "Look":
            return
        assert command.leg not in self.ended, f"{command.name} to a line that is over"
        if command.name == "Dial":
            assert command.leg not in self.dialled, "a leg is dialled at most once"
            self.dialled.add(command.leg)

    def _call(self, call: Call) -> None:
        ids = [leg.id for leg in call.legs]
        assert len(ids) == len(set(ids))
        if isinstance(call.phase, Ended | Degraded):
            assert not any(leg.live for leg in call.legs), "no leg outlives its call"
            assert not call.timers, "no timer outlives its call"
            return
        caller = call.caller
        assert caller is not None, "a call without its caller is over"
        live = [x for x in call.legs[1:] if x.live]
        if isinstance(caller.doing, InRoom):
            assert any(x.doing == caller.doing for x in live), f"the caller is alone in {caller.doing.room}: silence"
        if isinstance(caller.doing, Music) and caller.doing.tune != "waiting":
            on_the_way = getattr(call.phase, "stage", "") == "stopping"
            assert live or on_the_way, "the caller is on hold and nobody is there (I2)"
        assert not isinstance(caller.doing, Ringing)
        armed = {t.leg for t in call.timers}
        for leg in call.legs[1:]:
            if isinstance(leg.doing, Ringing):
                assert leg.id in armed, "a phone rings without a ring clock"
                self._rings(leg)
        if not isinstance(call.phase, Talking) and getattr(call.phase, "stage", "") != "speaking":
            up = [x for x in live if x.state == "up"]
            assert call.timers or up or isinstance(caller.doing, Leaving), "a caller nobody looks after"

    def _rings(self, leg: Leg) -> None:
        if leg.rang_at is not None:
            rang = (self.house.now - leg.rang_at).total_seconds()
            assert rang <= self.house.policy.ringing.withdraw(leg.rings), "a phone rings too long (I8)"

    def _people(self) -> None:
        held: dict[str, str] = {}
        for call in self.house.calls.values():
            phase = call.phase
            if isinstance(phase, HOLDING) and not (isinstance(phase, Connecting) and not phase.leg):
                assert phase.agent not in held, "an agent holds one call"
                held[phase.agent] = call.id
        for agent in self.house.agents.values():
            busy = agent.state in ("reserved", "talking")
            assert busy == (agent.id in held or bool(agent.callback)), f"{agent.id}: {agent.state}"
            assert not (agent.id in held and agent.callback), f"{agent.id} holds a call and a turn"
            assert agent.id not in held or agent.call == held[agent.id]

    def _line(self) -> None:
        """Nobody waits while an agent is ready for them, unless that agent has just missed a call."""
        people, profiles = self.house.agents.values(), self.house.policy.agents
        for call in self.house.calls.values():
            if isinstance(call.phase, Waiting):
                there = [a for a in people if a.state in AT_WORK and call.phase.office in profiles[a.id].offices]
                fluent = [a for a in there if call.language in profiles[a.id].languages]
                ready = [a.id for a in fluent or there if a.state == "ready" and not a.timers]
                assert not ready, f"{call.id} waits while {ready} are ready"
        turns = kept(self.house.world())
        rung = [a.callback for a in people if a.callback]
        assert len(rung) == len(set(rung)), "nobody is rung back by two agents"
        for callback, place in turns.items():
            there = [a for a in people if a.state in AT_WORK and place.office in profiles[a.id].offices]
            fluent = [a for a in there if place.language in profiles[a.id].languages]
            idle = [a.id for a in fluent or there if a.state == "ready" and not a.timers and callback not in a.passed]
            assert not idle or callback in rung, f"the turn of {callback} came, and {idle} do not know"
        open_turns = {c.id for c in self.house.callbacks.values() if c.open and c.turn is not None}
        assert {turn for diary in self.house.diaries.values() for turn in diary.turns} == open_turns

    def _promises(self) -> None:
        seen: set[tuple[str, ...]] = set()
        booked: Counter[tuple[str, int]] = Counter()
        for callback in self.house.callbacks.values():
            if callback.open:
                question = (callback.on_behalf, callback.subject)
                keys = {("call", callback.call, *question)} | (
                    {("person", callback.person, *question)} if callback.person else set()
                )
                assert not keys & seen, "one open callback per person (else call), person concerned and subject"
                seen |= keys
                call = self.house.calls[callback.call]
                assert callback.status == "promised" or not isinstance(call.phase, Ended), (
                    "owed after the call: promised"
                )
                if callback.slot.start > self.house.now:
                    booked[owner(callback), epoch(callback.slot.start)] += 1
        diaries = {
            (diary.owner, slot): count
            for diary in self.house.diaries.values()
            for slot, count in diary.booked.items()
            if slot > self.house.now.timestamp()
        }
        assert diaries == booked, "the diaries count exactly what is owed"

    def settled(self) -> None:
        """After everybody hung up and all timers fired: nothing is left over (I10, I13)."""
        for call in self.house.calls.values():
            assert isinstance(call.phase, Ended | Degraded), f"{call.id} is still {type(call.phase).__name__}"
            assert not call.legs, f"{call.id} still has legs"
        for agent in self.house.agents.values():
            assert agent.callback or agent.state not in ("reserved", "talking")
            assert agent.state != "reserved" or agent.timers, f"the turn of {agent.id} never passes"
        assert set(self.offers) == self.dialled, "every phone that was dialled is recorded"
