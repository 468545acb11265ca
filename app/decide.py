"""The decision: which rule file has this phase, what holds in every phase, and how a call ends (design §4).

Rule 1: everything that happens to a call goes through `decide`. Rule 2: it is total and never raises.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from app.agents.choice import settle
from app.agents.presence import decide_agent, done, register, release
from app.call import call as phases
from app.call.agent import Agent
from app.call.because import why
from app.call.call import Call
from app.call.callback import Callback
from app.call.commands import Command, between
from app.call.decision import Decision, Message, OfferMade, Record, TransferMade
from app.call.events import (
    ByAgent,
    CallerHelped,
    CallerIdentified,
    CallOffered,
    DegradeServed,
    EmailPreferred,
    Event,
    LegAnswered,
    LegEnded,
    MessageSet,
    OfAgent,
    OfCall,
    OfCallback,
    OfLeg,
    PolicyActivated,
    RegistrationDone,
    TimerFired,
)
from app.call.legs import Leaving, Leg
from app.call.moves import disarm, does, enter, lets_go_of_others
from app.call.notes import meant, note, passed
from app.call.rings import offer as rang
from app.call.timers import Timer
from app.call.world import World
from app.callbacks.absence import owe, promise
from app.callbacks.appointment import decide_callback
from app.ivr.choosing import choosing
from app.ivr.closing import closing
from app.ivr.promising import promising
from app.ivr.ringing import joining, offering
from app.ivr.waiting import waiting
from app.ivr.welcome import offered, welcoming
from app.transfer.connecting import connected, connecting
from app.transfer.consult import consulting
from app.transfer.desk import identified, not_needed
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
OVER = (phases.Degraded, phases.Ended)


def decide(call: Call | None, event: Event, world: World) -> Decision:
    """What this event changes. An event that means nothing here is a no-op whose reason begins with `ignored`."""
    decision = _decide(call, event, world)
    commands = between(call, decision.call)
    if decision.look:
        commands += tuple(_look(decision.call or call, leg_id) for leg_id in decision.look)
    found = settle(decision.agents, world, "" if call is None else call.id) if decision.agents else ()
    if commands or found:
        return replace(decision, commands=commands, follow=(*decision.follow, *found))
    return decision


def _look(call: Call | None, leg_id: str) -> Command:
    leg = call.leg(leg_id) if call is not None else None
    return Command(leg_id, leg.step if leg is not None else 0, "Look")


def _decide(call: Call | None, event: Event, world: World) -> Decision:
    match event:
        case TimerFired(subject="agent") | OfAgent():
            return decide_agent(event, world)
        case TimerFired(subject="callback") | OfCallback():
            return decide_callback(event, world)
        case MessageSet():
            message = Message(event.text, event.until, event.topic) if event.text else None
            return Decision(why("message", agent=event.agent), centre=replace(world.centre, message=message))
        case PolicyActivated():
            return Decision(why("policy", version=event.version), centre=replace(world.centre, policy=event.version))
        case RegistrationDone():
            return register(call, event, world)
        case CallOffered():
            return offered(event, world) if call is None else Decision(why("ignored.offered_already"))
        case DegradeServed():
            return _degrade(call, event, world)
    if call is None or type(call.phase) in OVER and not isinstance(event, OfLeg):
        return Decision(why("ignored.no_call"))
    match event:
        case TimerFired():
            return _timer(call, event, world)
        case OfLeg():
            return _leg(call, event, world)
        case CallerIdentified():
            return identified(call, event, world)
        case CallerHelped() | EmailPreferred():
            return not_needed(call, event, world)
        case ByAgent() if getattr(call.phase, "agent", "") != event.agent:
            return Decision(why("ignored.not_your_call", agent=event.agent))
        case _:
            return _rule(call, event, None, world)


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


def _leg(call: Call, event: OfLeg, world: World) -> Decision:
    leg = call.leg(event.leg)
    if leg is None:
        return Decision(why("ignored.leg_over"))
    event = meant(call, event, leg)
    if late := passed(event, leg):
        return Decision(why(late))
    noted = note(call, event, leg, world)
    if type(event) is LegEnded and leg.role == "caller":
        return _caller_gone(call, noted, world)
    decision = _rule(noted, event, leg, world)
    if decision.call is not None:
        return decision
    if type(event) is LegAnswered and not leg.live:
        again = does(noted, leg.id, Leaving())
        return replace(decision, because=why("answered_late"), call=again)
    if noted is not call:
        return replace(decision, because=why("noted"), call=noted)
    return decision


def _caller_gone(call: Call, noted: Call, world: World) -> Decision:
    """The caller hung up: every other leg is let go, the agent is free, what was owed becomes a promise (rule 12)."""
    phase = call.phase
    agents, records = _free(call, world)
    callbacks: tuple[Callback, ...] = ()
    diaries = ()
    owed = world.callbacks.get(call.callback)
    if _left_owing(phase) and (owed is None or not owed.open):
        colleague = world.policy.colleagues.get(phase.colleague)
        made = owe(
            noted,
            world,
            cause="no_answer",
            colleague=phase.colleague,
            department=colleague.department if colleague else "",
            agent=phase.agent,
        )
        noted, owed, diaries = made.call, made.callback, made.diaries
    if owed is not None and owed.open:
        callbacks = (promise(owed, world.now),)
    if type(phase) in OVER:
        return Decision(why("noted"), call=noted)
    ended = enter(lets_go_of_others(noted), phases.Ended(), ended_at=world.now)
    because = why("caller_gone", phase=type(phase).__name__)
    return Decision(because, call=ended, agents=agents, callbacks=callbacks, diaries=diaries, records=records)


def _left_owing(phase: phases.Phase) -> bool:
    """Whether the caller left a transfer that was under way: the question was not answered."""
    unanswered = (phases.Consulting, phases.RingingOn, phases.Announcing, phases.Connecting)
    return isinstance(phase, unanswered) or isinstance(phase, phases.Connected) and not phase.stable


def _free(call: Call, world: World) -> tuple[tuple[Agent, ...], tuple[Record, ...]]:
    """The agent of this call as it leaves: an offer that was not answered is nobody's fault."""
    phase = call.phase
    if isinstance(phase, phases.Offering):
        agent, leg = world.agents.get(phase.agent), call.leg(phase.leg)
        agents = () if agent is None else (release(agent, world),)
        return agents, _rang(call, leg, world)
    if isinstance(phase, phases.Joining | phases.Talking):
        return done(phase.agent, call, world)
    if isinstance(phase, phases.Consulting | phases.Connecting):
        agents, records = done(phase.agent, call, world)
        record = TransferMade(call.id, phase.agent, phase.colleague, "cancelled", world.now)
        leg = call.leg(phase.colleague_leg) if isinstance(phase, phases.Consulting) else None
        return agents, (*records, record, *(_rang(call, leg, world) if leg and leg.state != "up" else ()))
    return (), ()


def _rang(call: Call, leg: Leg | None, world: World) -> tuple[OfferMade, ...]:
    return () if leg is None else (rang(call, leg, "cancelled", world.pinned.ringing, world.now),)


def _degrade(call: Call | None, event: DegradeServed, world: World) -> Decision:
    """The switch was given the static reply: nothing more is sent to the caller's leg, everybody else is free."""
    if call is None:
        call = Call(event.call, world.centre.id, phases.Degraded(), (), world.now, "", world.policy.version)
        return Decision(why("degraded"), call=replace(call, ended_at=world.now))
    if type(call.phase) in OVER:
        return Decision(why("ignored.no_call"))
    agents, records = _free(call, world)
    caller = call.caller
    others = lets_go_of_others(call)
    legs = tuple(x for x in others.legs if caller is None or x.id != caller.id)
    over = enter(others, phases.Degraded(), legs=legs, ended_at=world.now)
    owed = world.callbacks.get(call.callback)
    callbacks = (promise(owed, world.now),) if owed is not None and owed.open else ()
    return Decision(why("degraded"), call=over, agents=agents, callbacks=callbacks, records=records)
