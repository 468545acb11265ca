"""A caller walks through a policy as far as the line of a front office, by the same `decide` that real calls use."""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec import Struct
from msgspec.structs import replace

from app.call.agent import Agent
from app.call.because import Because, chain
from app.call.calendar import zone
from app.call.call import Call, Choosing, Offering, Promising, Waiting, Welcoming
from app.call.decision import Centre
from app.call.events import CallOffered, Event, InputTimedOut, KeysPressed, SayFinished, WordsHeard
from app.call.policy import Policy
from app.call.reasons import sentence
from app.call.world import World
from app.decide import decide
from app.ivr.topics import known_words

CALL = "proef"
MOST_STEPS = 40


class Caller(Struct, frozen=True):
    """What a caller does at this aware moment: first the keys, then the words, then nothing more."""

    number: str
    at: datetime
    press: tuple[str, ...] = ()
    say: str = ""
    language: str = ""


class Step(Struct, frozen=True):
    """Part of one decision, in words, with the line of routing.yaml that made it."""

    because: str
    line: int


class Walk(Struct, frozen=True):
    """Where the caller came: in the line of `office`, or `closed`."""

    office: str | None
    closed: bool
    topic: str | None
    steps: tuple[Step, ...]


def local(policy: Policy, moment: datetime) -> datetime:
    """A moment on the municipality's clock, as an aware UTC moment."""
    return moment.replace(tzinfo=zone(policy.municipality.timezone)).astimezone(UTC)


def walk(policy: Policy, caller: Caller, language: str = "nl") -> Walk:
    """The way of this caller on a quiet day: every agent is ready and nobody waits. Steps are told in `language`."""
    policy = _answering_in(policy, caller)
    world = _world(policy, caller.at)
    call: Call | None = None
    steps: list[Step] = []
    event: Event = CallOffered(CALL, f"{CALL}.1", caller.number)
    for _ in range(MOST_STEPS):
        decision = decide(call, event, world)
        call = decision.call or call
        steps += _told(decision.because, policy, language)
        if call is None or not (isinstance(call.phase, Welcoming | Choosing) or _may_yet_press_zero(call, caller)):
            break
        event, caller, call = _does(call, caller, policy)
    return _arrived(call, tuple(steps))


def _may_yet_press_zero(call: Call, caller: Caller) -> bool:
    """It is closed, but `0` is a person while somebody is at the KCC."""
    return isinstance(call.phase, Promising) and caller.press[:1] == ("0",)


def _answering_in(policy: Policy, caller: Caller) -> Policy:
    """The number without a menu answers in this caller's language: nothing need be said there before they wait."""
    number = policy.numbers.get(caller.number)
    if number is None or number.to.menu or not caller.language:
        return policy
    spoken = replace(number, language=caller.language, to=replace(number.to, language=""))
    return replace(policy, numbers={**policy.numbers, caller.number: spoken})


def _world(policy: Policy, now: datetime) -> World:
    agents = {agent: Agent(agent, "ready", now) for agent in policy.agents}
    return World(now, Centre(CALL, policy.version), policy, policy, agents, {}, {}, {})


def _does(call: Call, caller: Caller, policy: Policy) -> tuple[Event, Caller, Call]:
    """What the caller does next, and what is left to do; another language is chosen first."""
    leg = call.legs[0]
    at = (call.id, leg.id, leg.step)
    if isinstance(call.phase, Welcoming):
        return SayFinished(*at), caller, _speaking(call, caller)
    if caller.language and caller.language != call.language and isinstance(call.phase, Choosing):
        choices = policy.menus[call.phase.menu].choices
        key = next((key for key, to in choices.items() if to.language == caller.language), "")
        if key:
            return KeysPressed(*at, key), caller, call
        call = _speaking(call, caller)
    if caller.press:
        return KeysPressed(*at, caller.press[0]), replace(caller, press=caller.press[1:]), call
    if caller.say:
        words = known_words(policy, caller.say, call.language)
        return WordsHeard(*at, words), replace(caller, say=""), call
    return InputTimedOut(*at), caller, call


def _speaking(call: Call, caller: Caller) -> Call:
    return replace(call, language=caller.language or call.language)


def _told(because: Because, policy: Policy, language: str) -> list[Step]:
    """The steps of one decision, each with its line; a step that no line made is told with that of its office."""
    steps = []
    for step in chain(because):
        office = policy.offices.get(step.args.get("office", policy.municipality.kcc))
        line = step.line or (office.line if office is not None else 0)
        steps.append(Step(sentence(replace(step, then=None), language), line))
    return steps


def _arrived(call: Call | None, steps: tuple[Step, ...]) -> Walk:
    phase = call.phase if call is not None else None
    topic = call.topic or None if call is not None else None
    match phase:
        case Waiting(office=office):
            return Walk(office, closed=False, topic=topic, steps=steps)
        case Offering(waiting=waiting):
            return Walk(waiting.office, closed=False, topic=topic, steps=steps)
        case _:
            return Walk(None, closed=isinstance(phase, Promising), topic=topic, steps=steps)
