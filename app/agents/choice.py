"""Who is offered the call, and which caller is next: the longest idle agent, the caller longest waiting."""

from __future__ import annotations

from app.call.agent import Agent
from app.call.call import Call
from app.call.events import AgentFound
from app.call.world import Waiter, World

PRESENT = ("not_ready", "ready", "reserved", "talking", "wrap_up")


def serves(agent_id: str, office: str, world: World) -> bool:
    """Whether this agent answers for this office."""
    profile = world.policy.agents.get(agent_id)
    return profile is not None and office in profile.offices


def staffed(office: str, world: World) -> bool:
    """Whether anybody of this office is logged on."""
    return any(a.state != "logged_off" and serves(a.id, office, world) for a in world.agents.values())


def ready(office: str, world: World) -> list[Agent]:
    """Who is ready for this office, longest idle first."""
    found = [a for a in world.agents.values() if a.state == "ready" and serves(a.id, office, world)]
    found.sort(key=_idle)
    return found


def _idle(agent: Agent) -> tuple[object, str]:
    return agent.since, agent.id


def find(call: Call, office: str, world: World) -> tuple[Agent | None, bool]:
    """The agent to offer this call to, and whether a new round begins.

    Nobody is rung twice for one call while another agent is left (domain §5). Agents who speak the caller's language go
    first; another one only when nobody of the office who speaks it is logged on.
    """
    candidates = ready(office, world)
    if not candidates:
        return None, False
    profiles = world.policy.agents
    if call.language != "nl" or any(call.language not in profiles[a.id].languages for a in candidates):
        fluent = [a for a in candidates if call.language in profiles[a.id].languages]
        if fluent or speaks(office, call.language, world):
            candidates = fluent
    for agent in candidates:
        if agent.id not in call.tried:
            return agent, False
    return (candidates[0], True) if candidates else (None, False)


def speaks(office: str, language: str, world: World) -> bool:
    """Whether somebody of this office who is logged on speaks this language."""
    return any(
        a.state != "logged_off" and serves(a.id, office, world) and language in world.policy.agents[a.id].languages
        for a in world.agents.values()
    )


def next_caller(agent: Agent, world: World, but: str = "") -> Waiter | None:
    """The waiting caller this agent is offered: first whom we failed before, then who waits longest."""
    profile = world.policy.agents.get(agent.id)
    if profile is None:
        return None
    best: Waiter | None = None
    for waiter in world.waiting.values():
        if waiter.call == but or waiter.office not in profile.offices:
            continue
        if waiter.language not in profile.languages and speaks(waiter.office, waiter.language, world):
            continue
        if best is None or (-waiter.priority, waiter.since, waiter.call) < (-best.priority, best.since, best.call):
            best = waiter
    return best


def settle(changed: tuple[Agent, ...], world: World, but: str = "") -> tuple[AgentFound, ...]:
    """For every agent who just became ready: the caller they are for, if any waits."""
    found: list[AgentFound] = []
    for agent in changed:
        before = world.agents.get(agent.id)
        if agent.state == "ready" and (before is None or before.state != "ready") and world.waiting:
            taken = {f.call for f in found}
            waiter = next_caller(agent, world, but)
            if waiter is not None and waiter.call not in taken:
                found.append(AgentFound(call=waiter.call, agent=agent.id))
    return tuple(found)


def position(call: Call, office: str, world: World) -> tuple[int, int]:
    """The caller's place in the line, from 1, and the expected wait in whole minutes, at least 1."""
    me = world.waiting.get(call.id)
    ahead = 0
    if me is not None:
        mine = (-me.priority, me.since, me.call)
        ahead = sum(w.office == office and (-w.priority, w.since, w.call) < mine for w in world.waiting.values())
    here = sum(
        a.state in ("ready", "reserved", "talking", "wrap_up") and serves(a.id, office, world)
        for a in world.agents.values()
    )
    talk = world.pinned.offices[office].talk
    return ahead + 1, max(1, round((ahead + 1) * talk / max(1, here) / 60))
