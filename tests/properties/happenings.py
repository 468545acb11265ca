"""Everything that may happen next: what a switch reports, what people click, and stale or doubled events."""

from __future__ import annotations

from datetime import timedelta

from app.call import events as e
from app.call.call import Call, Cause
from app.call.callback import Slot
from app.call.legs import Gather, InRoom, Leaving, Leg, Prompt, Ringing
from app.call.numbers import Given
from tests.core.house import House, Step

CAUSES: tuple[Cause, ...] = (
    "normal", "busy", "no_answer", "declined", "unreachable", "cancelled", "lost", "failed",
)  # fmt: skip
AGENTS = ("bart", "fatima", "joke")
COLLEAGUES = ("ans", "piet", "els", "nobody")
GIVEN = (Given("n", "mobile", "NL"), Given("", "withheld"), Given("n", "premium", "NL"))

HALF = timedelta(hours=2, minutes=30)

Happening = e.Event | int
"""An event, or so many seconds in which there is none."""


def happen(house: House, what: Happening) -> list[Step]:
    """It happens."""
    return house.wait(what) if isinstance(what, int) else house.handle(what)


def possible(house: House) -> list[Happening]:
    """Each possibility; the list depends on the house alone, so a choice can be replayed."""
    can: list[Happening] = [1, 3, 5, 14, 60]
    n = len(house.calls) + 1
    if n <= 3:
        for dialled in ("140123", "+31201234567", "+31999999999"):
            can += [e.CallOffered(f"c{n}", f"c{n}.1", dialled, given) for given in GIVEN]
    can += [e.MessageSet("super", "m1"), e.MessageSet("super", "")]
    for agent in AGENTS:
        can += [
            e.AgentLoggedOn(agent), e.AgentLoggedOff(agent), e.AgentReady(agent), e.AgentNotReady(agent, "pauze"),
            e.DeviceChanged(agent, "gone"), e.DeviceChanged(agent, "idle"), e.DeviceChanged(agent, "busy"),
        ]  # fmt: skip
    for call in house.calls.values():
        can += _of_call(call)
    for callback in house.callbacks.values():
        can += [
            e.CallbackConfirmed(callback.id, "bart"),
            e.CallbackChanged(callback.id, "bart", colleague="piet"),
            e.CallbackChanged(callback.id, "bart", slot=callback.slot, on_behalf="p2"),
            e.CallbackChanged(callback.id, "bart", slot=Slot(house.now + timedelta(hours=2), house.now + HALF)),
            e.CallbackChanged(callback.id, "bart", number=GIVEN[0], reach="sms", discreet=True),
            e.CallbackWithdrawn(callback.id, "bart", "opgelost"),
            e.CallbackKept(callback.id, "piet"),
            e.CallbackKept(callback.id, "joke"),
            e.CallbackTried(callback.id, "piet"),
            e.CallbackTried(callback.id, "joke"),
            e.TurnTaken(callback.id, "bart"),
            e.TurnTaken(callback.id, "joke"),
            e.TurnTaken(callback.id, "fatima"),
        ]
    if house.steps:
        can.append(house.steps[-1].event)
    return can


def _of_call(call: Call) -> list[e.Event]:
    found: list[e.Event] = []
    for leg in call.legs:
        found += _of_leg(call, leg)
    for agent in AGENTS:
        found += [
            *(e.ConsultAsked(call.id, agent, c) for c in COLLEAGUES),
            e.ConsultAsked(call.id, agent, department="wmo"),
            e.ConsultAsked(call.id, agent, "piet", topic="paspoort"),
            e.ConsultAsked(call.id, agent, "ans", topic="wmo"),
            e.ConsultCancelled(call.id, agent), e.SwapAsked(call.id, agent), e.ThreeWayAsked(call.id, agent),
            e.CompleteAsked(call.id, agent), e.HangUpAsked(call.id, agent),
            e.CallbackAsked(call.id, agent, department="wmo"), e.CallbackAsked(call.id, agent, "piet"),
            e.CallbackAsked(call.id, agent, topic="paspoort"), e.CallerHelped(call.id, agent),
            e.CallbackAsked(call.id, agent, topic="wmo", on_behalf="p2"),
            e.CallerIdentified(call.id, agent, number=Given("given", "fixed", "NL"), language="en"),
            e.EmailPreferred(call.id, agent), e.CallerIdentified(call.id, agent, "c.name", "p1", topic="wmo"),
            e.RegistrationDone(call.id, agent, (e.Question("wmo", direct=True),)),
        ]  # fmt: skip
    found.append(e.DegradeServed(call.id))
    return found


def _of_leg(call: Call, leg: Leg) -> list[e.Event]:
    """Reports of the switch about this leg that its state allows, and some that come too late."""
    c, i, s = call.id, leg.id, leg.step
    found: list[e.Event] = [e.LegEnded(c, i, cause) for cause in CAUSES]
    found += [e.LegDialling(c, i), e.LegRinging(c, i), e.LegRang(c, i, 2), e.LegRang(c, i, 5)]
    found += [e.CommandFailed(c, i, s, "Join", "gone"), e.CommandFailed(c, i, s, "Say", "full")]
    found += [e.CommandUncertain(c, i, s, "Say"), e.LegSeen(c, i, "ringing"), e.LegSeen(c, i, "up")]
    found += [e.LegAnswered(c, i), e.LegMachine(c, i), e.LegSeen(c, i, "up", f"{c}-r{call.rooms}")]
    match leg.doing:
        case InRoom(room=room):
            found += [e.LegJoined(c, i, room), e.LegJoined(c, i, room), e.LegLeft(c, i, room)]
            found += [e.PhoneHeld(c, i), e.PhoneRetrieved(c, i), e.PhoneTransferAsked(c, i, "piet")]
            found += [e.PhoneTransferAsked(c, i), e.PhoneTransferAsked(c, i, wrong="forbidden")]
            found += [e.PhoneCancelAsked(c, i)]
        case Prompt():
            found += [e.SayFinished(c, i, s), e.SayFinished(c, i, s), e.SayFinished(c, i, s - 1)]
        case Gather():
            found += [e.KeysPressed(c, i, s, key) for key in "01239*"]
            found += [e.KeysPressed(c, i, s, "", given) for given in GIVEN]
            found += [e.WordsHeard(c, i, s, ("traplift",)), e.WordsHeard(c, i, s, ()), e.InputTimedOut(c, i, s)]
        case Ringing():
            found += [e.CommandFailed(c, i, s, "Dial"), e.CommandUncertain(c, i, s, "Dial")]
            found += [e.LegRinging(c, i), e.LegAnswered(c, i)]
        case Leaving():
            found += [
                e.LegEnded(c, i, "cancelled"),
                e.LegEnded(c, i, "cancelled"),
                e.CommandFailed(c, i, s, "HangUp", "gone"),
            ]
        case _:
            found += [e.LegLeft(c, i, "elsewhere")]
    return found
