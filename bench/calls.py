"""Whole calls as a PBX tells them, played through the rules in memory so that every leg, step and room is right.

Two kinds of call, in turn: one is transferred (the agent hangs up in the consult, the colleague hears who it is), one
ends with a callback (the colleague is busy). In both the first phone is not reached and that agent's phone comes back.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from app.call.call import Call
from app.call.events import DeviceChanged, OfCall
from app.call.legs import InRoom, Ringing
from app.call.policy import Policy
from app.providers.base import call_id
from app.providers.generic.envelope import PREFIX
from app.providers.generic.reading import Read, arrival, understand
from bench.policy import AGENTS, MENUS, agent
from tests.core.house import House, Step

CENTRE = "bench"
REFERENCE = "reference-of-the-call"
NUMBER = "+31612345678"
COLLEAGUE = "sip:c00@bench"
DEVICE = "device"
"""Stands for `device.changed` of the agent whose phone was not reached, known only while the load runs."""


@dataclass
class Story:
    """The messages of one call, `(type, data as JSON)`, and the reasons the rules give for them, in order."""

    messages: list[tuple[str, str]] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    def told(
        self, centre: str, reference: str, number: str, colleague: str, provider: str = "generic"
    ) -> list[tuple[str, str]]:
        """The messages for another call: its reference, its caller's number, the colleague who is asked for."""
        call, other = call_id(CENTRE, "generic", REFERENCE), call_id(centre, provider, reference)
        return [
            (
                kind,
                data.replace(call, other).replace(REFERENCE, reference).replace(NUMBER, number).replace(
                    COLLEAGUE, colleague
                ),
            )
            for kind, data in self.messages
        ]


class Play:
    """One call played in a house full of agents who are ready."""

    def __init__(self, policy: Policy) -> None:
        self.house = House(policy=policy)
        self.house.ready(*(agent(n) for n in range(AGENTS)))
        self.id = call_id(CENTRE, "generic", REFERENCE)
        self.read = Read(CENTRE, policy)
        self.story = Story()

    @property
    def call(self) -> Call:
        """The call as it is now."""
        return self.house.calls[self.id]

    def tell(self, kind: str, leg: int = 0, **data: Any) -> None:
        """The PBX tells this; `leg` by its number. Raises AssertionError when the rules have no use for it."""
        if leg:
            data["leg"] = f"{self.id}.{leg}"
        text = json.dumps(data, separators=(",", ":"))
        body = f'{{"specversion":"1.0","id":"x","source":"urn:bench:pbx","type":"{PREFIX}{kind}.v1","data":{text}}}'
        found = arrival(self.read, understand(body.encode()))
        assert found is not None
        self._handle(found.event)
        self.story.messages.append((DEVICE if kind == "device.changed" else kind, text))

    def _handle(self, event: Any) -> None:
        for step in self.house.handle(event):
            assert not step.decision.because.ignored, (event, step.decision.because)
            self.story.steps.append(step)
            if isinstance(step.event, OfCall) and not isinstance(step.event, DeviceChanged):
                self.story.reasons.append(step.decision.because.code)

    def stepped(self, kind: str, leg: int, **data: Any) -> None:
        """The outcome of what the leg does now."""
        found = self.call.leg(f"{self.id}.{leg}")
        assert found is not None
        self.tell(kind, leg, step=found.step, **data)

    def joined(self, *legs: int) -> None:
        """These legs are in the room they were sent to."""
        for leg in legs:
            found = self.call.leg(f"{self.id}.{leg}")
            assert found is not None
            assert isinstance(found.doing, InRoom)
            self.tell("leg.joined", leg, room=found.doing.room)

    def rings(self, leg: int) -> str:
        """The address at which this leg rings."""
        found = self.call.leg(f"{self.id}.{leg}")
        assert found is not None
        assert isinstance(found.doing, Ringing)
        return found.doing.address

    def to_agent(self) -> None:
        """Through the menus, which the caller hears four times again, until an agent's phone is dialled."""
        self.tell("call.offered", call=REFERENCE, dialled="140123", number=NUMBER)
        for key in "****" + "1" * MENUS:
            self.stepped("keys.pressed", 1, keys=key)

    def to_consult(self) -> None:
        """The first phone is not reached, the second agent asks for a colleague, whose phone rings."""
        self.to_agent()
        first = self.rings(2)
        self.tell("leg.ringing", 2)
        self.tell("leg.ended", 2, cause="unreachable")
        self.tell("device.changed", address=first, state="idle")
        self.tell("leg.ringing", 3)
        self.tell("leg.answered", 3)
        self.joined(1, 3)
        self.tell("phone.transfer-asked", 3, to=COLLEAGUE)
        self.tell("leg.ringing", 4)

    def transferred(self) -> Story:
        """The colleague answers, the agent leaves, colleague and caller are connected."""
        self.to_consult()
        self.tell("leg.answered", 4)
        self.stepped("say.finished", 4)
        self.tell("leg.ended", 3, cause="normal")
        self.stepped("say.finished", 1)
        self.stepped("say.finished", 4)
        self.joined(1, 4)
        self.tell("leg.ended", 1, cause="normal")
        self.tell("leg.ended", 4, cause="normal")
        return self.story

    def promised(self) -> Story:
        """The colleague is busy: a callback; the agent rounds off, the caller hears goodbye."""
        self.to_consult()
        self.tell("leg.ended", 4, cause="busy")
        self.joined(1, 3)
        self.tell("leg.ended", 3, cause="normal")
        self.stepped("say.finished", 1)
        self.tell("leg.ended", 1, cause="normal")
        return self.story

    def abandoned(self, keys: int) -> Story:
        """The caller hangs up in the menu after so many keys."""
        self.tell("call.offered", call=REFERENCE, dialled="140123", number=NUMBER)
        for _ in range(keys):
            self.stepped("keys.pressed", 1, keys="*")
        self.tell("leg.ended", 1, cause="normal")
        return self.story


def stories(policy: Policy) -> tuple[Story, Story]:
    """Both kinds of call under this policy."""
    return Play(policy).transferred(), Play(policy).promised()


def openings(policy: Policy) -> tuple[Story, ...]:
    """Calls that end in the menu, of 2 to 6 events: with them the connections begin out of step."""
    return tuple(Play(policy).abandoned(keys) for keys in range(5))
