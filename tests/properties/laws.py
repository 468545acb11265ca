"""The laws of the house, checked after every decision (reliability: invariants I1-I14, I20)."""

from __future__ import annotations

from app.call.call import Call, Connecting, Consulting, Degraded, Ended, Joining, Offering, Talking
from app.call.commands import Command
from app.call.legs import InRoom, Leaving, Ringing
from tests.core.house import House, Step

HOLDING = (Offering, Joining, Talking, Consulting, Connecting)


class Laws:
    """Watches a house; raises AssertionError with the law that was broken."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.dialled: set[str] = set()
        self.ended: set[str] = set()
        house.watch = self.check

    def check(self, steps: list[Step]) -> None:
        """Called after every event with all that followed from it."""
        for step in steps:
            self._step(step)
        for call in self.house.calls.values():
            self._call(call)
        self._people()
        self._promises()

    def _step(self, step: Step) -> None:
        decision = step.decision
        if decision.because.ignored:
            assert decision.call is None or decision.call.legs == (step.before.legs if step.before else ())
            assert not decision.commands, "an ignored event sends nothing"
        for command in decision.commands:
            self._command(command)
        if step.before is not None and isinstance(step.before.phase, Ended | Degraded):
            now = decision.call or step.before
            assert type(now.phase) is type(step.before.phase), "a call that is over never reopens"
        for callback in decision.callbacks:
            assert callback.late or not callback.open or callback.slot.end > self.house.now, "no promise in the past"

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
        if isinstance(caller.doing, InRoom):
            others = [x for x in call.legs if x is not caller and x.doing == caller.doing]
            assert others, f"the caller is alone in {caller.doing.room}: silence"
        assert not isinstance(caller.doing, Ringing)
        armed = {t.leg for t in call.timers}
        for leg in call.legs[1:]:
            if isinstance(leg.doing, Ringing):
                assert leg.id in armed, "a phone rings without a ring clock"
        if not isinstance(call.phase, Talking) and getattr(call.phase, "stage", "") != "speaking":
            live = [x for x in call.legs[1:] if x.live and x.state == "up"]
            assert call.timers or live or isinstance(caller.doing, Leaving), "a caller nobody looks after"

    def _people(self) -> None:
        held: dict[str, str] = {}
        for call in self.house.calls.values():
            phase = call.phase
            if isinstance(phase, HOLDING) and not (isinstance(phase, Connecting) and not phase.leg):
                assert phase.agent not in held, "an agent holds one call"
                held[phase.agent] = call.id
        for agent in self.house.agents.values():
            busy = agent.state in ("reserved", "talking")
            assert busy == (agent.id in held), f"{agent.id} is {agent.state} with call {held.get(agent.id)}"
            assert not busy or agent.call == held[agent.id]

    def _promises(self) -> None:
        seen: set[tuple[str, str]] = set()
        for callback in self.house.callbacks.values():
            if callback.open:
                keys = {(callback.call, callback.subject)} | (
                    {(callback.person, callback.subject)} if callback.person else set()
                )
                assert not keys & seen, "one open callback per person and subject"
                seen |= keys
                call = self.house.calls[callback.call]
                assert callback.status == "promised" or not isinstance(call.phase, Ended), (
                    "owed after the call: promised"
                )

    def settled(self) -> None:
        """After everybody hung up and all timers fired: nothing is left over (I10, I13)."""
        for call in self.house.calls.values():
            assert isinstance(call.phase, Ended | Degraded), f"{call.id} is still {type(call.phase).__name__}"
            assert not call.legs, f"{call.id} still has legs"
        for agent in self.house.agents.values():
            assert agent.state not in ("reserved", "talking")
