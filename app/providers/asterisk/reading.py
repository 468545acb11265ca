"""One event of Asterisk becomes what happened to a leg of ours, with the key by which a repetition is known."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Literal

from msgspec import Struct

from app.call import events as core
from app.call.policy import Policy
from app.providers.asterisk.names import NAME, ROOM, cause, leg_of, ours
from app.providers.asterisk.wire import Channel, Told
from app.providers.base import Arrival, call_id
from app.providers.names import display_name
from app.providers.numbers import dialled, given
from app.providers.targets import target, user_of

INBOUND, LEG_TAG = "inbound", "leg"
"""The first argument of `Stasis()` in the dialplan, and of the channels we make."""
DEVICE: dict[str, Literal["idle", "busy", "gone"]] = {
    "NOT_INUSE": "idle", "INUSE": "busy", "BUSY": "busy", "ONHOLD": "busy", "RINGINUSE": "busy",
    "UNAVAILABLE": "gone", "INVALID": "gone",
}  # fmt: skip
"""A phone that only rings is not spoken on: who is rung by somebody else may still take our call."""


class Read(Struct, frozen=True, dict=True):
    """What reading needs to know besides the event."""

    centre: str
    policy: Policy
    phones: str = "PJSIP/{user}"
    """How a phone inside is dialled (`ASTERISK_PHONES`)."""

    @cached_property
    def devices(self) -> dict[str, str]:
        """What Asterisk calls each agent's phone, `PJSIP/101` -> agent; without those dialled over a line of many."""
        named = ((phone(agent.address, self.phones), agent.id) for agent in reversed(self.policy.agents.values()))
        return {name: agent for name, agent in named if name}


def arrival(read: Read, told: Told) -> Arrival | None:
    """What happened; None for what means nothing, and for channels without our tag. Never raises."""
    reader = READERS.get(told.type)
    return None if reader is None else reader(read, told)


def offered(read: Read, channel: Channel, number: str) -> Arrival:
    """A caller's channel entered the application, dialling `number`."""
    call = call_id(read.centre, NAME, channel.id)
    leg = f"{call}.1"
    who, private = given(channel.caller.number, f"{call}.number", read.policy)
    name = "" if who.kind in ("withheld", "none") else display_name(channel.caller.name)
    if name:
        private[f"{call}.name"] = name
    event = core.CallOffered(call, leg, dialled(number), who, f"{call}.name" if name else "")
    return Arrival(
        centre=read.centre,
        key=f"{leg}:offered",
        event=event,
        provider=NAME,
        private=private,
        line=(leg, channel.id),
        urgent=False,
    )


def _of(read: Read, leg: str, kind: str, event: core.SwitchEvent) -> Arrival:
    return Arrival(centre=read.centre, key=f"{leg}:{kind}", event=event, provider=NAME)


def _call(leg: str) -> str:
    return leg.rpartition(".")[0]


def _started(read: Read, told: Told) -> Arrival | None:
    channel = told.channel
    if channel is None or not told.args or told.replace_channel is not None:
        return None
    if told.args[0] == INBOUND and len(told.args) > 1:
        return offered(read, channel, told.args[1])
    if told.args[0] == LEG_TAG and ours(channel.id):
        return _of(read, channel.id, "answered", core.LegAnswered(_call(channel.id), channel.id))
    return None


def _ringing(read: Read, told: Told) -> Arrival | None:
    """Both signs of ringing come, in either order; 183 alone is an estimate, which a 180 after it corrects."""
    dialling = told.type == "Dial"
    channel = told.peer if dialling else told.channel
    rings = (
        told.dialstatus in ("RINGING", "PROGRESS") if dialling else channel is not None and channel.state == "Ringing"
    )
    if channel is None or not rings or not ours(channel.id):
        return None
    guess = told.dialstatus == "PROGRESS"
    kind = "progress" if guess else "ringing"
    return _of(read, channel.id, kind, core.LegRinging(_call(channel.id), channel.id, told.at, guess))


def _destroyed(read: Read, told: Told) -> Arrival | None:
    channel = told.channel
    if channel is None or not ours(channel.id):
        return None
    ended = core.LegEnded(_call(channel.id), channel.id, cause(told.cause, channel.state, told.tech_cause))
    return _of(read, channel.id, "ended", ended)


def _left_application(read: Read, told: Told) -> Arrival | None:
    """The end of a caller: their channel's destruction is not told."""
    if told.channel is None or ours(told.channel.id):
        return None
    leg = leg_of(read.centre, told.channel.id)
    return _of(read, leg, "ended", core.LegEnded(_call(leg), leg, "normal"))


def _entered(read: Read, told: Told) -> Arrival | None:
    if told.channel is None or told.bridge is None or not ROOM.fullmatch(told.bridge.id):
        return None
    leg = leg_of(read.centre, told.channel.id)
    joined = core.LegJoined(_call(leg), leg, told.bridge.id)
    return _of(read, leg, f"joined:{told.bridge.id}:{told.timestamp}", joined)


def _held(read: Read, told: Told) -> Arrival | None:
    if told.channel is None or not ours(told.channel.id):
        return None
    leg = told.channel.id
    make = core.PhoneHeld if told.type == "ChannelHold" else core.PhoneRetrieved
    return _of(read, leg, f"{told.type}:{told.timestamp}", make(_call(leg), leg))


def _transfer(read: Read, told: Told) -> Arrival | None:
    """The transfer key of an agent's phone. Whoever is on its other line (attended) is nobody we can connect."""
    channel, wanted = told.referred_by.source_channel, told.refer_to.requested_destination
    if channel is None or not ours(channel.id) or told.state:
        return None
    blind = wanted.destination and not wanted.protocol_id
    colleague, wrong = target(wanted.destination, read.policy) if blind else ("", "unknown")
    event = core.PhoneTransferAsked(_call(channel.id), channel.id, colleague, wrong)
    return _of(read, channel.id, f"transfer:{told.timestamp}", event)


def phone(uri: str, phones: str) -> str:
    """What Asterisk calls the phone at this address, `PJSIP/101`; empty where it is dialled over a line of many."""
    user = user_of(uri)
    return phones.replace("{user}", user) if user and "@" not in phones else ""


def _device(read: Read, told: Told) -> Arrival | None:
    device = told.device_state
    if device is None or device.state not in DEVICE:
        return None
    agent = read.devices.get(device.name)
    if agent is None:
        return None
    event = core.DeviceChanged(agent, DEVICE[device.state])
    return _of(read, agent, f"device:{device.state}:{told.timestamp}", event)


READERS: dict[str, Callable[[Read, Told], Arrival | None]] = {
    "StasisStart": _started,
    "StasisEnd": _left_application,
    "ChannelStateChange": _ringing,
    "Dial": _ringing,
    "ChannelDestroyed": _destroyed,
    "ChannelEnteredBridge": _entered,
    "ChannelHold": _held,
    "ChannelUnhold": _held,
    "ChannelTransfer": _transfer,
    "DeviceStateChanged": _device,
}
