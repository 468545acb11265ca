"""The smallest rules that exercise the engine: a call, a timer, a phone that is dialled, an agent, a mistake."""

from __future__ import annotations

from msgspec.structs import replace

from app.call.agent import Agent
from app.call.because import why
from app.call.call import Call, Ended, Talking, Waiting, Welcoming
from app.call.commands import between
from app.call.decision import Centre, Decision
from app.call.events import (
    AgentFound,
    AgentNotReady,
    AgentReady,
    CallOffered,
    CommandFailed,
    CommandUncertain,
    ConsultAsked,
    ConsultCancelled,
    DegradeServed,
    Event,
    KeysPressed,
    LegEnded,
    SayFinished,
    TimerFired,
)
from app.call.legs import Leg, Line, Music, Prompt, Ringing
from app.call.moves import arm, dials, disarm, does, drops, lets_go, timer
from app.call.policy import Municipality, Policy
from app.call.timers import Timer
from app.call.world import World

WAIT = 3600.0


def decide(call: Call | None, event: Event, world: World) -> Decision:
    """As the real one: total, pure, commands filled in."""
    decision = _decide(call, event, world)
    return replace(decision, commands=between(call, decision.call))


def _decide(call: Call | None, event: Event, world: World) -> Decision:
    match event:
        case CallOffered() if call is None:
            leg = Leg(event.leg, "caller", "up", Prompt((Line("hello", {"naam": f"@{event.name}"}),)))
            made = Call(
                event.call, world.centre.id, Welcoming(), (leg,), world.now, event.dialled, world.policy.version
            )
            return Decision(why("offered"), call=arm(made, timer("patience", world.now, WAIT)))
        case AgentReady():
            agent = Agent(event.agent, "ready", world.now)
            first = min(world.waiting.values(), key=lambda w: w.since, default=None)
            follow = () if first is None else (AgentFound(call=first.call, agent=agent.id),)
            return Decision(why("ready"), agents=(agent,), follow=follow)
        case AgentNotReady(reason="endless"):
            return Decision(why("endless"), follow=(event, event))
        case _:
            pass
    if call is None:
        return Decision(why("ignored.no_call"))
    match event:
        case KeysPressed(keys="9"):
            raise RuntimeError("a mistake in the rules")
        case KeysPressed(keys="8"):
            return Decision(why("spoiled"), agents=(Agent("x", "talking", world.now),))  # in no call: refused
        case KeysPressed(keys="7"):
            return Decision(why("waits"), call=replace(call, phase=Waiting("kcc", world.now)))
        case KeysPressed(keys="6"):
            return Decision(why("armed"), call=arm(call, timer("short", world.now, 0.05)))
        case KeysPressed(keys="5"):
            return Decision(why("disarmed"), call=disarm(call, "short"))
        case KeysPressed():
            return Decision(why("key"), call=does(call, event.leg, Prompt((Line("key", {"key": event.keys}),))))
        case SayFinished():
            return Decision(why("music"), call=does(call, event.leg, Music()))
        case AgentFound():
            agent = replace(world.agents[event.agent], state="talking", call=call.id)
            return Decision(why("found"), call=replace(call, phase=Talking(agent.id, "", "")), agents=(agent,))
        case ConsultAsked():
            return Decision(why("dial"), call=dials(call, "colleague", "wil", Ringing("sip:wil"), 3)[0])
        case ConsultCancelled():
            return Decision(why("cancel"), call=lets_go(call, *(x.id for x in call.legs if x.role == "colleague")))
        case CommandFailed() | CommandUncertain():
            return Decision(why(type(event).__name__, command=event.command), call=replace(call, topic=event.command))
        case TimerFired() if Timer(event.name, event.due_at, event.leg) in call.timers:
            return Decision(why("fired"), call=replace(disarm(call, event.name), tried=(*call.tried, event.name)))
        case LegEnded() if call.leg(event.leg) is not None:
            call = drops(call, event.leg)
            if not call.legs:
                call = replace(call, phase=Ended(), ended_at=world.now, timers=())
            return Decision(why("ended", cause=event.cause), call=call)
        case DegradeServed():
            return Decision(why("degraded"), call=replace(call, phase=Ended(), legs=(), timers=(), ended_at=world.now))
        case _:
            return Decision(why("ignored.phase"))


def policy(version: str = "v1") -> Policy:
    """A municipality that has decided nothing yet."""
    return Policy(
        version=version,
        municipality=Municipality("Voorbeeld"),
        days_off=frozenset(),
        hours={},
        numbers={},
        menus={},
        topics={},
        rules=(),
        offices={},
        agents={},
        departments={},
        colleagues={},
        texts={},
    )


def centre(name: str) -> Centre:
    """A centre that runs under `policy()`."""
    return Centre(name, "v1")
