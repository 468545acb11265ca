"""Who is offered the call, and which caller is next: the longest idle agent, the caller longest waiting."""

from __future__ import annotations

from datetime import datetime

from app.call.agent import Agent
from app.call.call import Call, Waiting
from app.call.events import AgentFound, TurnCame
from app.call.world import Waiter, World

AT_WORK = ("ready", "reserved", "talking", "wrap_up")
"""Who answers calls now or soon; not who is on a break, or missed a call and may be away."""


def serves(agent_id: str, office: str, world: World) -> bool:
    """Whether this agent answers for this office."""
    profile = world.policy.agents.get(agent_id)
    return profile is not None and office in profile.offices


def staffed(office: str, world: World) -> bool:
    """Whether anybody of this office is logged on."""
    return any(a.state != "logged_off" and serves(a.id, office, world) for a in world.agents.values())


def busy(office: str, world: World) -> bool:
    """Whether anybody of this office speaks with somebody, or just did: who will be free soon, also after hours."""
    return any(a.state in AT_WORK and a.state != "ready" and serves(a.id, office, world) for a in world.agents.values())


def free(agent: Agent) -> bool:
    """Ready, and not resting for one ring after a missed call."""
    return agent.state == "ready" and not agent.timers


def ready(office: str, world: World) -> list[Agent]:
    """Who is free for this office, longest idle first."""
    found = [a for a in world.agents.values() if free(a) and serves(a.id, office, world)]
    found.sort(key=_idle)
    return found


def _idle(agent: Agent) -> tuple[bool, datetime, str]:
    """The longest idle first; behind all whose phone is free, who is ready only because nobody else was (domain §5)."""
    return agent.device != "idle", agent.since, agent.id


def find(call: Call, office: str, world: World) -> tuple[Agent | None, bool]:
    """The agent to offer this call to, and whether a new round begins.

    Nobody is rung twice for one call while another agent is left (domain §5). The caller's language goes first: who
    does not speak it is offered the call only when nobody of the office who does is at work.
    """
    candidates = ready(office, world)
    profiles = world.policy.agents
    if any(call.language not in profiles[a.id].languages for a in candidates):
        fluent = [a for a in candidates if call.language in profiles[a.id].languages]
        if fluent or speaks(office, call.language, world):
            candidates = fluent
    for agent in candidates:
        if agent.id not in call.tried:
            return agent, False
    return (candidates[0], True) if candidates else (None, False)


def speaks(office: str, language: str, world: World) -> bool:
    """Whether somebody of this office who is at work speaks this language."""
    return any(
        a.state in AT_WORK and serves(a.id, office, world) and language in world.policy.agents[a.id].languages
        for a in world.agents.values()
    )


def kept(world: World) -> dict[str, Waiter]:
    """The places in line of callers who will be rung back, by callback: those that count by now."""
    return {
        callback: Waiter(callback, diary.owner.removeprefix("office:"), place.since, 0, place.language)
        for diary in world.diaries.values()
        if diary.turns
        for callback, place in diary.turns.items()
        if place.start <= world.now
    }


def settle(changed: tuple[Agent, ...], world: World, but: str = "") -> tuple[AgentFound | TurnCame, ...]:
    """Agents changed: everybody in line for whom somebody is ready now, whom we failed first, then the longest wait.

    Not only for who became ready: when the last one who speaks a language goes, the others take its callers.
    Who will be rung back has a turn as everybody else; it comes up for one agent at a time, and once for each.
    `but` is the call of this decision, whose own rule has looked already.
    """
    turns = kept(world)
    if not world.waiting and not turns:
        return ()
    world = world.seeing(*changed)
    idle = {a.id: a for a in world.agents.values() if free(a)}
    for ringing in world.agents.values():
        turns.pop(ringing.callback, None)
    found: list[AgentFound | TurnCame] = []
    for waiter in sorted((*world.waiting.values(), *turns.values()), key=_turn):
        if not idle:
            break
        if waiter.call in turns:
            others = {a.id: a for a in idle.values() if waiter.call not in a.passed}
            if agent := _for(waiter, others, world):
                del idle[agent]
                found.append(TurnCame(agent, waiter.call))
        elif waiter.call != but and (agent := _for(waiter, idle, world)):
            del idle[agent]
            found.append(AgentFound(call=waiter.call, agent=agent))
    return tuple(found)


def _turn(waiter: Waiter) -> tuple[int, datetime, str]:
    return -waiter.priority, waiter.since, waiter.call


def _for(waiter: Waiter, idle: dict[str, Agent], world: World) -> str:
    profiles = world.policy.agents
    there = sorted((a for a in idle.values() if serves(a.id, waiter.office, world)), key=_idle)
    for agent in there:
        if waiter.language in profiles[agent.id].languages:
            return agent.id
    return there[0].id if there and not speaks(waiter.office, waiter.language, world) else ""


def position(call: Call, waiting: Waiting, world: World) -> tuple[int, int]:
    """The caller's place in the line, from 1, and the expected wait in whole minutes, at least 1.

    Whoever keeps a place there to be rung back is before who came later, as they were told.
    """
    office = waiting.office
    mine = _turn(Waiter(call.id, office, waiting.since, waiting.priority, call.language))
    line = (*world.waiting.values(), *kept(world).values())
    ahead = sum(w.office == office and w.call != call.id and _turn(w) < mine for w in line)
    here = sum(a.state in AT_WORK and serves(a.id, office, world) for a in world.agents.values())
    talk = world.pinned.offices[office].talk
    return ahead + 1, max(1, round((ahead + 1) * talk / max(1, here) / 60))
