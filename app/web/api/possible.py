"""What may be clicked now: the rules themselves are asked, so the buttons can never know better than they do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from app.call.agent import Agent
from app.call.call import Call
from app.call.callback import Callback
from app.call.decision import Centre
from app.call.events import (
    CallbackAsked,
    CallerHelped,
    CallerIdentified,
    CompleteAsked,
    ConsultAsked,
    ConsultCancelled,
    EmailPreferred,
    Event,
    HangUpAsked,
    Question,
    RegistrationDone,
    SwapAsked,
    ThreeWayAsked,
)
from app.call.policy import Policy
from app.call.world import World
from app.decide import decide
from app.web.means import Means

Action = Literal[
    "consult", "swap", "three-way", "complete", "cancel-consult", "hang-up", "identify", "callback", "helped",
    "email-preferred", "registration",
]


def possible(
    call: Call, agent: Agent, callbacks: Sequence[Callback], centre: Centre, policy: Policy, pinned: Policy,
    means: Means,
) -> list[Action]:
    """The actions of this agent that would not be ignored at this moment."""
    world = World(
        means.clock(), centre, policy, pinned, {agent.id: agent}, {c.id: c for c in callbacks}, {}, {}
    )
    return [action for action, event in _asked(call.id, agent.id, policy) if _holds(call, event, world)]


def _holds(call: Call, event: Event, world: World) -> bool:
    return not decide(call, event, world).because.ignored


def _asked(call: str, agent: str, policy: Policy) -> list[tuple[Action, Event]]:
    department = next(iter(policy.departments), "")
    return [
        ("consult", ConsultAsked(call, agent, department=department)),
        ("swap", SwapAsked(call, agent)),
        ("three-way", ThreeWayAsked(call, agent)),
        ("complete", CompleteAsked(call, agent)),
        ("cancel-consult", ConsultCancelled(call, agent)),
        ("hang-up", HangUpAsked(call, agent)),
        ("identify", CallerIdentified(call, agent)),
        ("callback", CallbackAsked(call, agent, department=department)),
        ("helped", CallerHelped(call, agent)),
        ("email-preferred", EmailPreferred(call, agent)),
        ("registration", RegistrationDone(call, agent, (Question("", direct=True),))),
    ]
