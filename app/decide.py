"""The decision: which rule file has this phase, what holds in every phase, and how a call ends (design §4).

Rule 1: everything that happens to a call goes through `decide`. Rule 2: it is total and never raises.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from app.agents.choice import settle
from app.agents.presence import decide_agent, register
from app.call import call as phases
from app.call.because import why
from app.call.call import Call
from app.call.commands import Command, between, named
from app.call.decision import Decision, Message
from app.call.events import (
    ByAgent,
    CallbackAsked,
    CallerHelped,
    CallerIdentified,
    CallOffered,
    CommandFailed,
    CommandUncertain,
    DegradeServed,
    EmailPreferred,
    Event,
    LegEnded,
    MessageSet,
    OfAgent,
    OfCallback,
    OfLeg,
    PolicyActivated,
    RegistrationDone,
    TimerFired,
)
from app.call.legs import Leg
from app.call.moves import disarm
from app.call.notes import meant, note, passed, repaired
from app.call.timers import Timer
from app.call.world import World
from app.ending import OVER, caller_gone, degrade
from app.ivr.choosing import choosing
from app.ivr.closing import closing
from app.ivr.promising import promising
from app.ivr.ringing import joining, offering
from app.ivr.waiting import waiting
from app.ivr.welcome import offered, welcoming
from app.ringback.turn import decide_promise
from app.transfer.connecting import connected, connecting
from app.transfer.consult import consulting
from app.transfer.desk import identified, not_needed, taken_away_after
from app.transfer.ringing_on import announcing, ringing_on
from app.transfer.talking import talking

Rule = Callable[[Call, Any, Event, Leg | None, World], Decision | None]

RULES: dict[type, Rule] = {
    phases.Welcoming: welcoming,
    phases.Choosing: choosing,
    phases.Waiting: waiting,
    phases.Offering: offering,
    phases.Joining: joining,
    phases.Talking: talking,
    phases.Consulting: consulting,
    phases.RingingOn: ringing_on,
    phases.Announcing: announcing,
    phases.Connecting: connecting,
    phases.Connected: connected,
    phases.Promising: promising,
    phases.Closing: closing,
}
PARTED = (phases.Closing, *OVER)
"""The caller heard the goodbye, or is gone."""
LASTS = OfLeg | CallbackAsked | CallerIdentified | CallerHelped | EmailPreferred
"""What means something when the call is over: lines still end, and the agent still records what was said."""


def decide(call: Call | None, event: Event, world: World) -> Decision:
    """What this event changes. An event that means nothing here is a no-op whose reason begins with `ignored`."""
    decision = _decide(call, event, world)
    commands = between(call, decision.call)
    if decision.look:
        commands += tuple(_look(decision.call or call, leg_id) for leg_id in decision.look)
    found = _found(decision, world) if decision.agents or decision.callbacks else ()
    if commands or found:
        return replace(decision, commands=commands, follow=(*decision.follow, *found))
    return decision


def _found(decision: Decision, world: World) -> tuple[Event, ...]:
    """Who in line has somebody now that agents, or the places that are kept there, changed."""
    if decision.diaries:
        world = replace(world, diaries={**world.diaries, **{diary.owner: diary for diary in decision.diaries}})
    return settle(decision.agents, world, "" if decision.call is None else decision.call.id)


def _look(call: Call | None, leg_id: str) -> Command:
    leg = call.leg(leg_id) if call is not None else None
    return Command(leg_id, leg.step if leg is not None else 0, "Look")


def _decide(call: Call | None, event: Event, world: World) -> Decision:
    match event:
        case TimerFired(subject="agent") | OfAgent():
            return decide_agent(event, world)
        case TimerFired(subject="callback") | OfCallback():
            return decide_promise(event, world)
        case MessageSet():
            message = Message(event.text, event.until, event.topic, event.others) if event.text else None
            return Decision(why("message", agent=event.agent), centre=replace(world.centre, message=message))
        case PolicyActivated():
            return Decision(why("policy", version=event.version), centre=replace(world.centre, policy=event.version))
        case RegistrationDone():
            return register(call, event, world)
        case CallOffered():
            return offered(event, world) if call is None else Decision(why("ignored.offered_already"))
        case DegradeServed():
            return degrade(call, event, world)
        case _ if call is None or (isinstance(call.phase, OVER) and not isinstance(event, LASTS)):
            return Decision(why("ignored.no_call"))
        case _:
            return _of_call(call, event, world)


def _of_call(call: Call, event: Event, world: World) -> Decision:
    match event:
        case TimerFired():
            return _timer(call, event, world)
        case OfLeg():
            return _leg(call, event, event.leg, world)
        case CallerIdentified() | CallerHelped() | EmailPreferred() if not _holds(event.agent, call, world):
            return Decision(why("ignored.not_your_call", agent=event.agent))
        case CallerIdentified():
            return identified(call, event, world)
        case CallerHelped() | EmailPreferred():
            return not_needed(call, event, world)
        case CallbackAsked() if isinstance(call.phase, PARTED) and _holds(event.agent, call, world):
            return taken_away_after(call, event, world)
        case ByAgent() if getattr(call.phase, "agent", "") != event.agent:
            return Decision(why("ignored.not_your_call", agent=event.agent))
        case _:
            return _rule(call, event, None, world)


def _holds(agent_id: str, call: Call, world: World) -> bool:
    """Whether this is the agent's call, or was: the wrap-up goes on, or the registration is still owed."""
    agent = world.agents.get(agent_id)
    if agent is None:
        return False
    return agent.call == call.id or (isinstance(call.phase, PARTED) and call.id in agent.owes)


def _rule(call: Call, event: Event, leg: Leg | None, world: World) -> Decision:
    rule = RULES.get(type(call.phase))
    decision = rule(call, call.phase, event, leg, world) if rule is not None else None
    if decision is not None:
        return decision
    return Decision(why("ignored.phase", phase=type(call.phase).__name__))


def _timer(call: Call, event: TimerFired, world: World) -> Decision:
    """A timer that is not armed any more, or armed for another moment, fires into nothing (design §5 rule 5)."""
    if Timer(event.name, event.due_at, event.leg) not in call.timers:
        return Decision(why("ignored.timer_gone", timer=event.name))
    fired = disarm(call, event.name)
    decision = _rule(fired, event, fired.leg(event.leg) if event.leg else None, world)
    return replace(decision, call=fired) if decision.call is None else decision


def _leg(call: Call, event: Event, leg_id: str, world: World) -> Decision:
    leg = call.leg(leg_id)
    if leg is None:
        return Decision(why("ignored.leg_over"))
    event = meant(event, leg)
    if late := passed(event, leg):
        return Decision(why(late))
    noted = note(call, event, leg, world)
    if type(event) is LegEnded and leg.role == "caller":
        return caller_gone(call, noted, event.cause, world)
    decision = _rule(noted, event, leg, world)
    if decision.call is not None:
        return decision
    if again := repaired(noted, event, leg):
        return Decision(why("repaired", command=named(leg.doing, up=True)), call=again)
    if isinstance(event, CommandFailed | CommandUncertain) and leg.live:
        return Decision(why("command_failed", command=event.command), look=(leg.id,))
    if noted is not call:
        return replace(decision, because=why("noted"), call=noted)
    return decision
