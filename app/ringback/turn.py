"""Who keeps a place in the line is rung back in turn: by one agent, and before whoever came later (domain §1)."""

from __future__ import annotations

from msgspec.structs import replace

from app.agents.presence import pass_by, rang_back, ring_back
from app.call.agent import Agent
from app.call.because import why
from app.call.callback import Callback
from app.call.decision import Decision
from app.call.events import CallbackKept, CallbackTried, TurnTaken
from app.call.world import World
from app.callbacks.appointment import CallbackEvent, decide_callback
from app.callbacks.owner import moved

AT_HAND = ("ready", "not_ready", "wrap_up")
"""Who may begin to ring: nobody's phone is in use for a call of ours."""


def decide_promise(event: CallbackEvent | TurnTaken, world: World) -> Decision:
    """What happens to a callback, and what that means for the agent who rings, or was to ring."""
    if isinstance(event, TurnTaken):
        return _taken(event, world)
    decision = decide_callback(event, world)
    agents = tuple(
        now for callback in decision.callbacks for agent in _at(callback, world)
        if (now := _let_go(agent, event, callback, world)) is not agent
    )  # fmt: skip
    return replace(decision, agents=agents) if agents else decision


def _taken(event: TurnTaken, world: World) -> Decision:
    """The agent rings now: the turn is over for everybody else, so that nobody rings twice (design §5 rule 20)."""
    callback, agent = world.callbacks.get(event.callback), world.agents.get(event.agent)
    if callback is None or not callback.open or callback.turn is None:
        return Decision(why("ignored.no_turn", callback=event.callback))
    if agent is None or not (agent.state in AT_HAND or agent.callback):
        state = "logged_off" if agent is None else agent.state
        return Decision(why("ignored.agent_state", agent=event.agent, state=state))
    after = replace(callback, turn=None)
    taker = ring_back(agent, callback.id, world)
    others = (pass_by(other, world.seeing(taker)) for other in _at(callback, world) if other.id != agent.id)
    return Decision(
        why("turn.taken", agent=agent.id, callback=callback.id),
        agents=(taker, *others),
        callbacks=(after,),
        diaries=moved(callback, after, world),
    )


def _at(callback: Callback, world: World) -> list[Agent]:
    """Who rings this caller back, or was to."""
    return [agent for agent in world.agents.values() if agent.callback == callback.id]


def _let_go(agent: Agent, event: CallbackEvent, after: Callback, world: World) -> Agent:
    """Whoever rang gets time to write it down. Gone or put off before anybody rang: the agent is free again."""
    rang = isinstance(event, CallbackKept | CallbackTried) and event.agent == agent.id
    if agent.state == "talking" and not rang:
        return agent if after.open and after.slot.start <= world.now else rang_back(agent, after.office, world)
    if rang:
        return rang_back(agent, after.office, world)
    return agent if after.open and after.turn is not None else pass_by(agent, world)
