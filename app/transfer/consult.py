"""The agent speaks to the colleague first; the caller hears music and is never dropped (domain §3.4)."""

from __future__ import annotations

from msgspec.structs import replace

from app.agents.presence import done
from app.call.accepting import ask, ask_again, asked, refused, reply
from app.call.because import Because, why
from app.call.call import Announcing, Call, Connecting, Consulting, RingingOn, Talking
from app.call.decision import Decision, Record, TransferMade
from app.call.events import (
    CompleteAsked,
    ConsultCancelled,
    Event,
    HangUpAsked,
    LegAnswered,
    LegEnded,
    LegMachine,
    PhoneCancelAsked,
    PhoneHeld,
    PhoneRetrieved,
    PhoneTransferAsked,
    SayFinished,
    SwapAsked,
    ThreeWayAsked,
    TimerFired,
)
from app.call.legs import Leaving, Leg, Line, Music, Prompt, Ringing
from app.call.moves import arm, disarm, does, enter, lets_go, meet, timer
from app.call.rings import answered, stopped
from app.call.texts import line
from app.call.world import World
from app.callbacks.question import asks
from app.transfer.connecting import together
from app.transfer.failure import back_to_agent, failed
from app.transfer.hold import hold, retrieve
from app.transfer.leaving import leaves
from app.transfer.phone import ring, ring_failed, silent, withdrawn
from app.transfer.target import choose

ANNOUNCE = 15.0
"""Seconds an announcement may take before the two are joined all the same."""


def begin(
    call: Call, phase: Talking, colleague: str, department: str, topic: str, world: World, on_behalf: str = ""
) -> Decision:
    """The caller hears music, the agent the ringing tone, the colleague's phone rings; or nobody's, when absent."""
    target = choose(call, colleague, department, world)
    if target.refused is not None:
        return Decision(target.refused)
    call = asks(call, world, topic, on_behalf, target.colleague.department if target.colleague else target.department)
    if target.absent or target.colleague is None:
        name = target.colleague.id if target.colleague else ""
        return failed(call, phase, name, target.department, "absent", world)
    call = does(call, call.legs[0].id, Music("hold"))
    call = does(call, phase.leg, Music("ringback"))
    started = Consulting(phase.agent, phase.leg, target.colleague.id, "")
    return ring(
        call, started, target.colleague, world, why("consult", agent=phase.agent, colleague=target.colleague.id)
    )


def announcement(call: Call, agent: str) -> Line:
    """Who is calling and about what, said to the colleague by name (domain §3.4)."""
    about = f"topic:{call.topic}" if call.topic else f"office:{call.office}"
    return line("announce", beller=f"@{call.name}" if call.name else "", medewerker=f"agent:{agent}", onderwerp=about)


def consulting(call: Call, phase: Consulting, event: Event, leg: Leg | None, world: World) -> Decision | None:
    """The colleague rings, hears who it is, speaks; the agent swaps, joins all three, completes or comes back."""
    if leg is not None and leg.id == phase.colleague_leg:
        if asked(leg):
            return _asked(call, phase, event, leg, world)
        if decision := _from_colleague(call, phase, event, leg, world):
            return decision
    if leg is not None and leg.id == phase.leg and (decision := _from_phone(call, phase, event, world)):
        return decision
    match event:
        case TimerFired(name="post_dial"):
            return silent(call, phase, world)
        case TimerFired(name="rings" | "stopping"):
            call = lets_go(call, phase.colleague_leg)
            return ring_failed(call, phase, call.leg(phase.colleague_leg), phase.cause, world)
        case TimerFired(name="announce"):
            return _speak(call, phase)
        case HangUpAsked():
            return _agent_gone(lets_go(call, phase.leg), phase, event, world)
        case ConsultCancelled():
            return _back(call, phase, world, why("consult.cancelled", agent=phase.agent))
        case SwapAsked() | ThreeWayAsked() | CompleteAsked() if phase.stage != "speaking":
            return Decision(why("ignored.not_speaking", colleague=phase.colleague))
        case SwapAsked():
            return _swap(call, phase)
        case ThreeWayAsked() if phase.focus != "all":
            call, room = meet(call, call.legs[0].id, phase.leg, phase.colleague_leg)
            return Decision(why("three_way"), call=replace(call, phase=replace(phase, focus="all", room=room)))
        case CompleteAsked():
            return _complete(call, phase, phase.leg, world)
        case _:
            return None


def _from_colleague(call: Call, phase: Consulting, event: Event, leg: Leg, world: World) -> Decision | None:
    """What the switch reports of the colleague's phone."""
    match event:
        case LegAnswered() if phase.stage in ("ringing", "stopping"):
            return _answered(call, phase, leg, world)
        case LegMachine() if (phase.stage, phase.cause) != ("stopping", "voicemail"):
            return ring_failed(lets_go(call, phase.colleague_leg), phase, leg, "voicemail", world)
        case LegEnded(cause=cause) if phase.stage in ("ringing", "stopping"):
            return ring_failed(call, phase, leg, refused(leg, cause), world)
        case LegEnded() if phase.focus == "all":
            return _back(call, phase, world, why("hangup.colleague"))
        case LegEnded():
            return failed(call, phase, phase.colleague, "", "failed", world)
        case SayFinished() if phase.stage == "announcing":
            return _speak(call, phase)
        case _:
            return None


def _from_phone(call: Call, phase: Consulting, event: Event, world: World) -> Decision | None:
    """What the agent does on the phone itself: hang up, hold and retrieve the caller, the keys of a transfer."""
    match event:
        case LegEnded():
            return _agent_gone(call, phase, event, world)
        case PhoneHeld() if phase.focus == "caller":
            return hold(call, phase.agent)
        case PhoneRetrieved() if phase.focus == "caller" and (back := retrieve(call, phase.leg)):
            call, room = back
            return Decision(why("retrieve", agent=phase.agent), call=replace(call, phase=replace(phase, room=room)))
        case PhoneCancelAsked():
            return _back(call, phase, world, why("consult.cancelled", agent=phase.agent))
        case PhoneTransferAsked(colleague=wanted, wrong="") if wanted in ("", phase.colleague):
            if phase.stage != "speaking":
                return Decision(why("ignored.not_speaking", colleague=phase.colleague))
            return _complete(call, phase, phase.leg, world)
        case _:
            return None


def _answered(call: Call, phase: Consulting, leg: Leg, world: World) -> Decision:
    if not leg.accept:
        return _accepted(call, phase, leg, world)
    call = ask(enter(call, replace(phase, stage="announcing")), leg.id, world.now)
    return Decision(why("accept.asked", party=phase.colleague), call=call)


def _asked(call: Call, phase: Consulting, event: Event, leg: Leg, world: World) -> Decision | None:
    match reply(event, leg):
        case None:
            return None
        case "accepted":
            return _accepted(call, phase, leg, world)
        case "again":
            return ask_again(call, leg)
        case cause:
            return ring_failed(lets_go(call, leg.id), phase, leg, cause, world)


def _accepted(call: Call, phase: Consulting, leg: Leg, world: World) -> Decision:
    """A person is there: they hear who it is about; the agent goes on hearing the ringing tone."""
    records = answered(call, leg, world.pinned.ringing, world.now)
    call = does(call, phase.colleague_leg, Prompt((announcement(call, phase.agent),)))
    call = enter(call, replace(phase, stage="announcing"), timer("announce", world.now, ANNOUNCE))
    return Decision(why("consult.answered", colleague=phase.colleague), call=call, records=records)


def _speak(call: Call, phase: Consulting) -> Decision:
    call, room = meet(call, phase.leg, phase.colleague_leg)
    call = enter(call, replace(phase, stage="speaking", focus="colleague", room=room))
    return Decision(why("consult.speaking", agent=phase.agent, colleague=phase.colleague), call=call)


def _swap(call: Call, phase: Consulting) -> Decision:
    """Whoever is not spoken with hears music; from a three-way the colleague stays (design §5 rule 8)."""
    caller = call.legs[0].id
    to_caller = phase.focus == "colleague"
    held, spoken = (phase.colleague_leg, caller) if to_caller else (caller, phase.colleague_leg)
    call, room = meet(does(call, held, Music("hold")), phase.leg, spoken)
    focus = "caller" if to_caller else "colleague"
    return Decision(why("swap", focus=focus), call=replace(call, phase=replace(phase, focus=focus, room=room)))


def _complete(call: Call, phase: Consulting, agent_leg: str, world: World) -> Decision:
    """Who speak with each other already stay in their room: nobody is parted to be connected (design §5 rule 10)."""
    if phase.focus != "all":
        return connect(call, phase.agent, agent_leg, phase.colleague, phase.colleague_leg, world)
    to = Connecting(phase.agent, agent_leg, phase.colleague, phase.colleague_leg, phase.room)
    return together(call, to, world) or _joining(call, to, world)


def _back(call: Call, phase: Consulting, world: World, because: Because) -> Decision:
    records: tuple[Record, ...] = (
        TransferMade(call.id, phase.agent, phase.colleague, "cancelled", world.now),
        *stopped(call, phase.colleague_leg, world.pinned.ringing, world.now, withdrawn(phase)),
    )
    call = back_to_agent(lets_go(call, phase.colleague_leg), phase)
    return Decision(because, call=call, records=records)


def _agent_gone(call: Call, phase: Consulting, event: Event, world: World) -> Decision:
    """The phone rings on to its third ring, or the colleague who answered is joined (design §5 rule 12).

    Unless the agent was with the caller again: then the consult is over, and the conversation ends as any other.
    """
    if phase.focus == "caller":
        cancelled = TransferMade(call.id, phase.agent, phase.colleague, "cancelled", world.now)
        decision = leaves(call, phase.agent, event, world)
        return replace(decision, records=(cancelled, *decision.records))
    agents, records = done(phase.agent, call, world)
    if phase.focus == "all":
        return replace(_complete(call, phase, "", world), agents=agents, records=records)
    caller = call.legs[0].id
    if phase.stage in ("ringing", "stopping"):
        call = does(call, caller, Music("ringback"))
        on = RingingOn(phase.agent, phase.colleague, phase.colleague_leg, phase.stage, phase.address, phase.cause)
        call = replace(call, phase=on)
        because = why("ring_on", agent=phase.agent, colleague=phase.colleague)
    else:
        call = announce(call, phase.agent, phase.colleague, phase.colleague_leg, world)
        because = why("announce_direct", agent=phase.agent, colleague=phase.colleague)
    return Decision(because, call=call, agents=agents, records=records)


def announce(call: Call, agent: str, colleague: str, colleague_leg: str, world: World) -> Call:
    """The agent is gone: both hear a sentence before they are connected; who has to accept does that first."""
    leg = call.leg(colleague_leg)
    pending = () if (longest := call.timer("accept")) is None else (longest,)
    call = does(call, call.legs[0].id, Prompt((line("connecting_direct", collega=f"colleague:{colleague}"),)))
    call = enter(call, Announcing(agent, colleague, colleague_leg), *pending)
    if asked(leg):
        return call
    if leg is not None and leg.accept and isinstance(leg.doing, Ringing | Leaving):
        return ask(call, colleague_leg, world.now)
    return announce_direct(call, agent, colleague_leg, world)


def announce_direct(call: Call, agent: str, colleague_leg: str, world: World) -> Call:
    """The colleague hears whom they will be connected to, without the agent."""
    call = does(call, colleague_leg, Prompt((replace(announcement(call, agent), text="announce_direct"),)))
    return arm(disarm(call, "accept"), timer("announce", world.now, ANNOUNCE))


def connect(call: Call, agent: str, agent_leg: str, colleague: str, colleague_leg: str, world: World) -> Decision:
    """Caller and colleague go into one new room; nobody is let go yet (design §5 rule 9)."""
    call, room = meet(call, call.legs[0].id, colleague_leg)
    return _joining(call, Connecting(agent, agent_leg, colleague, colleague_leg, room), world)


def _joining(call: Call, to: Connecting, world: World) -> Decision:
    call = enter(call, to, timer("join", world.now, world.pinned.transfer.join))
    return Decision(why("connect", agent=to.agent, colleague=to.colleague), call=call)
