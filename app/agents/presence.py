"""What an agent is: logged off, not ready, ready, reserved, talking or in wrap-up (domain §3.1, §3.3, §5)."""

from __future__ import annotations

from msgspec.structs import replace

from app.call.agent import Agent, Device
from app.call.because import why
from app.call.call import Call, Talking
from app.call.decision import Decision, Record, Registered, RegistrationOwed, Warned
from app.call.events import (
    AgentLoggedOff,
    AgentLoggedOn,
    AgentNotReady,
    AgentReady,
    DeviceChanged,
    Question,
    RegistrationDone,
    TimerFired,
    TurnCame,
)
from app.call.moves import timer
from app.call.timers import Timer
from app.call.world import World

Presence = AgentLoggedOn | AgentLoggedOff | AgentReady | AgentNotReady | DeviceChanged | TurnCame | TimerFired

TURN = 30.0
"""Seconds an agent has to begin ringing back whose turn came; then it comes up for the next one."""
LONGEST_RING_BACK = 1800.0
"""Seconds after which an agent who never said how ringing back ended counts as away: an office whose last agent went
home would stay open for who waits. The promise itself is still open, and escalates."""

HINDERS = {"busy": "on_the_phone", "gone": "unreachable"}
"""Why not ready while the phone is so: used for a call that is not ours, or not there. Who missed a call decides when
to be ready again."""
OF_THE_PHONE = tuple(HINDERS.values())
IDLE = ("ready", "not_ready", "wrap_up")
MOST_OWED = 50
"""Registrations an agent can still do, the newest, and calls about which they can still record something: where nobody
registers, the state would grow with every call. All that are owed stand in the records."""


def decide_agent(event: Presence, world: World) -> Decision:
    """An agent came, went, is ready or is not. What is asked during a call holds after it.

    Who is not in the policy any more can still go, but not come.
    """
    agent_id = event.id if isinstance(event, TimerFired) else event.agent
    agent = world.agents.get(agent_id)
    if agent_id not in world.policy.agents and (agent is None or isinstance(event, AgentLoggedOn | AgentReady)):
        return Decision(why("ignored.unknown_agent", agent=agent_id))
    agent = agent or Agent(agent_id, "logged_off", world.now)
    match event:
        case AgentLoggedOn():
            if agent.state != "logged_off":
                return Decision(why("ignored.agent_state", agent=agent.id, state=agent.state))
            return _becomes(agent, "not_ready", world, reason="logged_on")
        case AgentLoggedOff():
            return _asked(agent, "logged_off", world, reason="")
        case AgentReady() if _waits_for_phone(agent):
            return _becomes(replace(agent, device="idle"), "ready", world, reason="")  # who insists knows better
        case AgentReady():
            return _asked(agent, "ready", world, reason="")
        case AgentNotReady(reason=reason):
            return _asked(agent, "not_ready", world, reason=reason)
        case DeviceChanged(state=device):
            return _phone(agent, device, world)
        case TimerFired(name=name, due_at=due_at, leg=leg) if Timer(name, due_at, leg) not in agent.timers:
            return Decision(why("ignored.timer_gone", timer=name))
        case TimerFired(name="again"):
            return Decision(why("agent.again", agent=agent.id), agents=(replace(agent, timers=()),))
        case TimerFired(name="turn"):
            because = why("turn.passed", agent=agent.id, callback=agent.callback)
            return Decision(because, agents=(pass_by(agent, world),))
        case TimerFired(name="ring_back"):
            return _becomes(replace(agent, callback=""), "not_ready", world, reason="ring_back")
        case TurnCame(callback=callback) if agent.state == "ready" and not _rung(callback, world):
            may_ring = replace(agent, state="reserved", callback=callback, timers=(timer("turn", world.now, TURN),))
            return Decision(why("turn.came", agent=agent.id, callback=callback), agents=(may_ring,))
        case TimerFired():
            return _becomes(agent, agent.then, world, reason=agent.reason)
        case _:
            return Decision(why("ignored.agent_state", agent=agent.id, state=agent.state))


def _asked(agent: Agent, state: str, world: World, reason: str) -> Decision:
    if (agent.state == "logged_off" and state != "ready") or (agent.state == state and agent.reason == reason):
        return Decision(why("ignored.agent_state", agent=agent.id, state=agent.state))
    if agent.callback:
        return _becomes(pass_by(agent, world), state, world, reason=reason)
    if agent.state in ("reserved", "talking"):
        after = replace(agent, then=state, reason=reason)
        return Decision(why(f"agent.then_{state}", agent=agent.id), agents=(after,))
    return _becomes(agent, state, world, reason=reason)


def _waits_for_phone(agent: Agent) -> bool:
    return agent.state == "not_ready" and agent.reason in OF_THE_PHONE


def _phone(agent: Agent, device: Device, world: World) -> Decision:
    """Remembered in every state, for when the agent becomes ready; who waited for it is ready when it is free."""
    told, hinders = replace(agent, device=device), HINDERS.get(device, "")
    if _waits_for_phone(agent) and agent.reason != hinders:
        return _becomes(told, "not_ready" if hinders else "ready", world, reason=hinders)
    if agent.state == "ready" and hinders and not is_last_ready(agent, world):
        return _becomes(told, "not_ready", world, reason=hinders)
    if device == agent.device:
        return Decision(why("ignored.agent_state", agent=agent.id, state=agent.state))
    return Decision(why(f"device.{device}", agent=agent.id), agents=(told,))


def _becomes(agent: Agent, state: str, world: World, *, reason: str) -> Decision:
    after = replace(
        agent,
        state=state,
        since=world.now,
        reason="" if state == "ready" else reason,
        then="ready",
        call="",
        passed=agent.passed if state == "ready" else (),
        timers=(),
    )
    if state == "ready":
        after = if_phone_is_free(after, world)
    return Decision(why(f"agent.{after.state}", agent=agent.id), agents=(after,))


def if_phone_is_free(agent: Agent, world: World) -> Agent:
    """Who is ready, or not ready while the phone hinders it and no office would have nobody (domain §5)."""
    hinders = HINDERS.get(agent.device, "")
    if not hinders or is_last_ready(agent, world):
        return agent
    return replace(agent, state="not_ready", since=world.now, reason=hinders)


def _rung(callback: str, world: World) -> bool:
    """Whether somebody has this turn already, or it is no more."""
    if any(agent.callback == callback for agent in world.agents.values()):
        return True
    return not any(callback in diary.turns for diary in world.diaries.values())


def pass_by(agent: Agent, world: World) -> Agent:
    """Free again, and at their place among who are idle; this turn comes up for somebody else."""
    turns = {callback for diary in world.diaries.values() for callback in diary.turns}
    passed = (*(turn for turn in agent.passed if turn in turns), agent.callback)
    return if_phone_is_free(replace(agent, state="ready", callback="", passed=passed, timers=()), world)


def ring_back(agent: Agent, callback: str, world: World) -> Agent:
    """The agent speaks with whose turn it is, on a line that is not ours; ready again when they say so."""
    longest = timer("ring_back", world.now, LONGEST_RING_BACK)
    return replace(
        agent, state="talking", since=world.now, call="", callback=callback, reason="", then="ready", timers=(longest,)
    )


def rang_back(agent: Agent, office: str, world: World) -> Agent:
    """Done: time to write it down, as after a call; nothing is owed."""
    known = world.policy.offices.get(office)
    wrap_up = timer("wrap_up", world.now, known.wrap_up if known else 60.0)
    return replace(agent, state="wrap_up", since=world.now, callback="", timers=(wrap_up,))


def reserve(agent: Agent, call: Call) -> Agent:
    """The agent's phone is going to ring for this call; the place in the line of idle agents is kept."""
    return replace(agent, state="reserved", call=call.id)


def talk(agent: Agent, world: World) -> Agent:
    """The agent answered."""
    return replace(agent, state="talking", since=world.now)


def release(agent: Agent, world: World) -> Agent:
    """The offer ended by no fault of the agent: back as before, or as asked meanwhile."""
    if agent.then == "ready":
        return if_phone_is_free(replace(agent, state="ready", call="", reason=""), world)
    return replace(agent, state=agent.then, since=world.now, call="", then="ready")


def left_bare(agent: Agent, world: World) -> tuple[str, ...]:
    """The offices of this agent that would have nobody ready left (domain §5)."""
    profiles = world.policy.agents
    if agent.id not in profiles:
        return ()
    others = [a.id for a in world.agents.values() if a.state == "ready" and a.id != agent.id]
    staffed = {office for a in others if a in profiles for office in profiles[a].offices}
    return tuple(office for office in profiles[agent.id].offices if office not in staffed)


def is_last_ready(agent: Agent, world: World) -> bool:
    """Whether some office would have nobody ready left without this agent."""
    return bool(left_bare(agent, world))


def miss(agent: Agent, reason: str, call: str, world: World) -> tuple[Agent, tuple[Warned, ...]]:
    """The agent's phone was not answered: not ready with the reason, unless this is the last ready one.

    The last one rests for one ring: a phone that fails at once is not dialled over and over, and the caller's patience
    is looked at meanwhile. What the agent asked during the offer holds. Returns the agent and of which
    offices the supervisor is warned (domain §5).
    """
    if agent.then != "ready":
        return release(agent, world), ()
    if bare := left_bare(agent, world):
        rest = timer("again", world.now, world.pinned.ringing.cycle)
        after = replace(agent, state="ready", since=world.now, call="", reason="", then="ready", timers=(rest,))
        return after, tuple(Warned("last_ready", call, office, world.now) for office in bare)
    return replace(agent, state="not_ready", since=world.now, call="", reason=reason, then="ready"), ()


def done(
    agent_id: str, call: Call, world: World, *, lost: bool = False
) -> tuple[tuple[Agent, ...], tuple[Record, ...]]:
    """The conversation is over for the agent: wrap-up begins, the registration is owed (domain §3.3).

    A simple question is only counted, unless the line was `lost`: somebody else answers it.
    """
    agent = world.agents.get(agent_id)
    if agent is None or agent.call != call.id or agent.state != "talking":
        return (), ()
    office = world.pinned.offices.get(call.office)
    wrap_up = timer("wrap_up", world.now, office.wrap_up if office else 60.0)
    after = replace(agent, state="wrap_up", since=world.now, passed=(), timers=(wrap_up,))
    if not lost and not call.registered and _simple(call, world):
        only = Question(call.topic, direct=True, simple=True)
        return (after,), (Registered(call.id, agent_id, (only,), world.now),)
    return to_register(after, call, world)


def to_register(agent: Agent, call: Call, world: World) -> tuple[tuple[Agent, ...], tuple[Record, ...]]:
    """This agent owes the registration of this conversation, unless they owe it already or have registered it."""
    if call.registered or call.id in agent.owes:
        return (agent,), ()
    owes = (*agent.owes, call.id)[-MOST_OWED:]
    return (replace(agent, owes=owes),), (RegistrationOwed(call.id, agent.id, world.now),)


def _simple(call: Call, world: World) -> bool:
    """A simple question, answered at once: nobody else was asked and nothing is promised."""
    topic = world.pinned.topics.get(call.topic)
    owed = any(call.id in (callback.call, callback.again) for callback in world.callbacks.values() if callback.open)
    return topic is not None and topic.simple and type(call.phase) is Talking and not (call.callback or owed)


def register(call: Call | None, event: RegistrationDone, world: World) -> Decision:
    """The conversation is registered; in wrap-up that makes the agent ready, during the call it is owed no more.

    What was only counted may be registered in wrap-up after all.
    """
    agent = world.agents.get(event.agent)
    if agent is None or not event.questions:
        return Decision(why("ignored.nothing_to_register", agent=event.agent))
    record = Registered(event.call, event.agent, event.questions, world.now)
    because = why("registered", agent=event.agent, questions=str(len(event.questions)))
    later = call is not None and agent.call == call.id and not call.registered
    if event.call in agent.owes or (later and agent.state == "wrap_up"):
        agent = replace(agent, owes=tuple(c for c in agent.owes if c != event.call))
        if agent.state == "wrap_up" and agent.call == event.call:
            ready = _becomes(agent, agent.then, world, reason=agent.reason)
            return replace(ready, because=because, records=(record,))
        return Decision(because, agents=(agent,), records=(record,))
    if call is not None and later and agent.state == "talking":
        return Decision(because, call=replace(call, registered=True), records=(record,))
    return Decision(why("ignored.registered_already", agent=event.agent))
