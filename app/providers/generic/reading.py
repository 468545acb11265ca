"""One message of a PBX becomes one event of the house, with the key by which a repetition is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Struct

from app.call import events as core
from app.call.policy import Policy
from app.ivr.topics import known_words
from app.providers.base import Arrival, NotUnderstood, call_id
from app.providers.generic import events as wire
from app.providers.generic.mistakes import mistakes
from app.providers.names import display_name
from app.providers.numbers import dialled, given
from app.providers.targets import target

NAME = "generic"
DECODER: msgspec.json.Decoder[wire.WireEvent] = msgspec.json.Decoder(wire.WireEvent)


KINDS = (wire.Offered, wire.KeysPressed, wire.WordsHeard, wire.InputTimedOut, wire.SayFinished)
CALLER_WAITS = frozenset(str(kind.__struct_config__.tag) for kind in KINDS)


class Kind(Struct, frozen=True):
    """Only the type of a message."""

    type: str


KIND = msgspec.json.Decoder(Kind)


class Read(Struct, frozen=True):
    """What reading one message needs to know besides the message."""

    centre: str
    policy: Policy


def understand(body: bytes) -> wire.WireEvent:
    """The message in these bytes. Raises NotUnderstood with every mistake in it."""
    try:
        return DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotUnderstood("; ".join(mistakes(body)) or str(error)) from None


def waits(body: bytes) -> bool:
    """Whether the caller of this message hears nothing until it is answered."""
    try:
        return KIND.decode(body).type in CALLER_WAITS
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False


def arrival(read: Read, message: wire.WireEvent) -> Arrival | None:
    """The event of this message; None for a phone that is nobody's. Raises NotUnderstood without a leg."""
    return READERS[type(message)](read, message)


def _leg(read: Read, data: wire.LegData) -> tuple[str, str]:
    """The ids of call and leg; the caller's leg may be named by the PBX's own reference of the call."""
    if data.leg:
        return data.leg.rpartition(".")[0], data.leg
    if not data.call:
        raise NotUnderstood("data: one of `leg` and `call` is needed")
    call = call_id(read.centre, NAME, data.call)
    return call, f"{call}.1"


def _offered(read: Read, message: wire.Offered) -> Arrival:
    data = message.data
    call = call_id(read.centre, NAME, data.call)
    leg = f"{call}.1"
    number, private = given(data.number, f"{call}.number", read.policy, private=data.withheld)
    name = "" if number.kind == "withheld" else display_name(data.name)
    if name:
        private[f"{call}.name"] = name
    offered = core.CallOffered(call, leg, dialled(data.dialled), number, f"{call}.name" if name else "")
    return Arrival(
        centre=read.centre,
        key=f"{leg}:offered",
        event=offered,
        provider=NAME,
        private=private,
        line=(leg, data.call),
        replies=call,
        urgent=False,
    )


def _degraded(read: Read, message: wire.Degraded) -> Arrival:
    call = call_id(read.centre, NAME, message.data.call)
    return Arrival(
        centre=read.centre, key=f"{call}:degraded", event=core.DegradeServed(call), provider=NAME, replies=call
    )


def _keys(read: Read, message: wire.KeysPressed) -> Arrival:
    data = message.data
    call, leg = _leg(read, data)
    if len(data.keys) == 1:
        return _stepped(read, leg, data.step, core.KeysPressed(call, leg, data.step, data.keys), {})
    number, private = given(data.keys, f"{leg}.{data.step}.keys", read.policy)
    return _stepped(read, leg, data.step, core.KeysPressed(call, leg, data.step, "", number), private)


def _words(read: Read, message: wire.WordsHeard) -> Arrival:
    data = message.data
    call, leg = _leg(read, data)
    languages = (data.language,) if data.language else read.policy.municipality.languages
    words = [word for language in languages for word in known_words(read.policy, data.words, language)]
    event = core.WordsHeard(call, leg, data.step, tuple(dict.fromkeys(words)))
    return _stepped(read, leg, data.step, event, {})


def _stepped(
    read: Read, leg: str, step: int, event: core.SwitchEvent, private: dict[str, str], kind: str = "input"
) -> Arrival:
    """Keys, words or silence: each step has one of them, so they share a key and the first one counts."""
    key = f"{leg}:{step}:{kind}"
    return Arrival(
        centre=read.centre, key=key, event=event, provider=NAME, private=private, replies=leg.rpartition(".")[0]
    )


def _step(kind: str, make: Callable[..., core.SwitchEvent]) -> Callable[[Read, Any], Arrival]:
    """The outcome of one step of a leg, which happens once."""

    def read_step(read: Read, message: wire.InputTimedOut | wire.SayFinished) -> Arrival:
        call, leg = _leg(read, message.data)
        step = message.data.step
        return _stepped(read, leg, step, make(call, leg, step), {}, kind)

    return read_step


def _once(kind: str, make: Callable[..., core.SwitchEvent], *more: str) -> Callable[[Read, Any], Arrival]:
    """What happens to a leg once; `more` are further fields of the message's data."""

    def read_once(read: Read, message: Any) -> Arrival:
        call, leg = _leg(read, message.data)
        event = make(call, leg, *[getattr(message.data, name) for name in more])
        return Arrival(centre=read.centre, key=f"{leg}:{kind}", event=event, provider=NAME, replies=call)

    return read_once


def _often(kind: str, make: Callable[..., core.SwitchEvent], *more: str) -> Callable[[Read, Any], Arrival]:
    """What may happen to a leg again and again: only the id of the message tells a repetition."""

    def read_often(read: Read, message: Any) -> Arrival:
        call, leg = _leg(read, message.data)
        event = make(call, leg, *[getattr(message.data, name) for name in more])
        return Arrival(centre=read.centre, key=f"{leg}:{kind}:{message.id}", event=event, provider=NAME, replies=call)

    return read_often


def _answered(read: Read, message: wire.LegAnswered) -> Arrival:
    call, leg = _leg(read, message.data)
    event = core.LegAnswered(call, leg)
    return Arrival(centre=read.centre, key=f"{leg}:answered", event=event, provider=NAME, replies=call)


def _ringing(read: Read, message: wire.LegRinging) -> Arrival:
    call, leg = _leg(read, message.data)
    event = core.LegRinging(call, leg, message.time)
    return Arrival(centre=read.centre, key=f"{leg}:ringing", event=event, provider=NAME, replies=call)


def _rang(read: Read, message: wire.LegRang) -> Arrival:
    call, leg = _leg(read, message.data)
    event = core.LegRang(call, leg, message.data.n, message.time)
    return Arrival(centre=read.centre, key=f"{leg}:rang:{message.data.n}", event=event, provider=NAME, replies=call)


def _transfer(read: Read, message: wire.PhoneTransferAsked) -> Arrival:
    call, leg = _leg(read, message.data)
    event = core.PhoneTransferAsked(call, leg, *target(message.data.to, read.policy))
    return Arrival(centre=read.centre, key=f"{leg}:transfer:{message.id}", event=event, provider=NAME, replies=call)


def _device(read: Read, message: wire.DeviceChanged) -> Arrival | None:
    data = message.data
    agent = next((each.id for each in read.policy.agents.values() if each.address == data.address), "")
    if not agent:
        return None
    event = core.DeviceChanged(agent, data.state)
    return Arrival(centre=read.centre, key=f"{agent}:device:{message.id}", event=event, provider=NAME)


READERS: dict[type[Struct], Callable[[Read, Any], Arrival | None]] = {
    wire.Offered: _offered,
    wire.Degraded: _degraded,
    wire.KeysPressed: _keys,
    wire.WordsHeard: _words,
    wire.InputTimedOut: _step("input", core.InputTimedOut),
    wire.SayFinished: _step("said", core.SayFinished),
    wire.LegDialling: _once("dialling", core.LegDialling),
    wire.LegRinging: _ringing,
    wire.LegRang: _rang,
    wire.LegAnswered: _answered,
    wire.LegMachine: _once("machine", core.LegMachine),
    wire.LegJoined: _often("joined", core.LegJoined, "room"),
    wire.LegLeft: _often("left", core.LegLeft, "room"),
    wire.LegEnded: _once("ended", core.LegEnded, "cause"),
    wire.LegSeen: _often("seen", core.LegSeen, "state", "room"),
    wire.PhoneTransferAsked: _transfer,
    wire.PhoneHeld: _often("held", core.PhoneHeld),
    wire.PhoneRetrieved: _often("retrieved", core.PhoneRetrieved),
    wire.DeviceChanged: _device,
}
