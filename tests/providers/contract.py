"""What every platform must do, in the words of a switch: one `Wire` per platform says how it says it.

A wire makes webhooks out of happenings and reads answers back; the behaviours themselves stand in `test_contract.py`.
"""

from __future__ import annotations

import asyncio
import json
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Protocol

from msgspec import Struct

from app.call.call import Cause
from app.providers.base import Hook, Provider, Reply
from app.providers.demo import Switch
from app.providers.demo.legs import Leg
from app.providers.demo.server import serving
from app.providers.generic import Generic, events
from tests.providers import twilio_hooks
from tests.providers.pbx_side import OTHER, SECRET, hook, message

KCC = "+31123456700"


class Heard(Struct, frozen=True):
    """An answer in neutral words: `gather say music join hang-up degrade nothing`, and what is spoken or named."""

    does: str
    detail: str = ""


class Wire(Protocol):
    """How one platform says what happens. `centre` is the one its hooks are for."""

    centre: str
    provider: Provider

    async def offered(self, reference: str, dialled: str, number: str) -> Hook: ...
    async def keys(self, leg: str, step: int, keys: str) -> Hook: ...
    async def silence(self, leg: str, step: int) -> Hook: ...
    async def said(self, leg: str, step: int) -> Hook: ...
    async def ringing(self, leg: str) -> Hook: ...
    async def answered(self, leg: str) -> list[Hook]: ...
    async def machine(self, leg: str) -> Hook: ...
    async def ended(self, leg: str, cause: Cause) -> Hook: ...
    async def joined(self, leg: str, room: str) -> Hook: ...
    async def served_degraded(self, reference: str) -> Hook: ...
    def forged(self) -> dict[str, Hook]: ...
    def malformed(self) -> dict[str, Hook]: ...
    def rotated(self) -> list[tuple[Provider, Hook]]: ...
    def heard(self, reply: Reply) -> Heard: ...


class GenericWire:
    """A PBX that sends CloudEvents."""

    def __init__(self) -> None:
        self.centre = "gemeente"
        self.provider: Provider = Generic(self.centre, [SECRET], degrade_to=KCC)

    async def offered(self, reference: str, dialled: str, number: str) -> Hook:
        return hook(message("call.offered", {"call": reference, "dialled": dialled, "number": number}))

    async def keys(self, leg: str, step: int, keys: str) -> Hook:
        return hook(message("keys.pressed", {"leg": leg, "step": step, "keys": keys}))

    async def silence(self, leg: str, step: int) -> Hook:
        return hook(message("input.timed-out", {"leg": leg, "step": step}))

    async def said(self, leg: str, step: int) -> Hook:
        return hook(message("say.finished", {"leg": leg, "step": step}))

    async def ringing(self, leg: str) -> Hook:
        return hook(message("leg.ringing", {"leg": leg}))

    async def answered(self, leg: str) -> list[Hook]:
        return [hook(message("leg.answered", {"leg": leg})), hook(message("leg.answered", {"leg": leg}))]

    async def machine(self, leg: str) -> Hook:
        return hook(message("leg.machine", {"leg": leg}))

    async def ended(self, leg: str, cause: Cause) -> Hook:
        return hook(message("leg.ended", {"leg": leg, "cause": cause}))

    async def joined(self, leg: str, room: str) -> Hook:
        return hook(message("leg.joined", {"leg": leg, "room": room}))

    async def served_degraded(self, reference: str) -> Hook:
        return hook(message("call.degraded", {"call": reference}))

    def forged(self) -> dict[str, Hook]:
        sent = message("leg.ringing", {"leg": "abcdefghijklmnopqrst.2"})
        return {
            "wrong secret": hook(sent, OTHER),
            "no signature": hook(sent, headers={"webhook-signature": ""}),
            "too old": hook(sent, late=302.0),
            "too new": hook(sent, late=-302.0),
            "another body": hook(json.dumps(sent | {"sequence": "1"}).encode(), headers=hook(sent).headers),
        }

    def malformed(self) -> dict[str, Hook]:
        return {
            "no JSON": hook(b"{"),
            "unknown event": hook(message("leg.exploded", {"leg": "abcdefghijklmnopqrst.2"})),
            "no leg": hook(message("leg.ringing", {})),
            "oversized": hook(b" " * 20_000),
        }

    def rotated(self) -> list[tuple[Provider, Hook]]:
        both = Generic(self.centre, [OTHER, SECRET])
        sent = message("leg.ringing", {"leg": "abcdefghijklmnopqrst.2"})
        return [(both, hook(sent, SECRET)), (both, hook(sent, OTHER)), (self.provider, hook(sent, OTHER, SECRET))]

    def heard(self, reply: Reply) -> Heard:
        if reply.status == 202:
            return Heard("nothing")
        answer = json.loads(reply.body)
        command = answer["commands"][0]
        said = command.get("sentences")
        return Heard(command["do"], " ".join(said) if said else command.get("room") or command.get("to") or "")


class DemoWire(GenericWire):
    """The switch in memory: the same contract, but its own requests as they came over HTTP."""

    def __init__(self, switch: Switch, arrived: asyncio.Queue[Hook]) -> None:
        super().__init__()
        self._switch = switch
        self._arrived = arrived

    @classmethod
    @asynccontextmanager
    async def open(cls) -> AsyncIterator[DemoWire]:
        arrived: asyncio.Queue[Hook] = asyncio.Queue()

        async def take(scope: Any, receive: Any, send: Any) -> None:
            body = (await receive())["body"]
            headers = {name.decode(): value.decode() for name, value in scope["headers"]}
            arrived.put_nowait(Hook("gemeente", "POST", "events", b"", headers, body))
            await send({"type": "http.response.start", "status": 202, "headers": []})
            await send({"type": "http.response.body", "body": b""})

        async with serving(take) as address:
            switch = Switch(f"{address}/hooks/gemeente/generic/events", (SECRET,))
            try:
                yield cls(switch, arrived)
            finally:
                await switch.close()

    async def _told(self, kind: Any, data: Any) -> Hook:
        self._switch.tell(kind, data, Leg("x", "x", "up"))
        return await self._arrived.get()

    async def offered(self, reference: str, dialled: str, number: str) -> Hook:
        data = events.OfferedData(call=reference, dialled=dialled, number=number)
        self._switch.run(self._switch.offer(data))
        return await self._arrived.get()

    async def keys(self, leg: str, step: int, keys: str) -> Hook:
        return await self._told(events.KeysPressed, events.KeysData(leg=leg, step=step, keys=keys))

    async def silence(self, leg: str, step: int) -> Hook:
        return await self._told(events.InputTimedOut, events.StepData(leg=leg, step=step))

    async def said(self, leg: str, step: int) -> Hook:
        return await self._told(events.SayFinished, events.StepData(leg=leg, step=step))

    async def ringing(self, leg: str) -> Hook:
        return await self._told(events.LegRinging, events.LegData(leg=leg))

    async def answered(self, leg: str) -> list[Hook]:
        return [await self._told(events.LegAnswered, events.LegData(leg=leg)) for _ in range(2)]

    async def machine(self, leg: str) -> Hook:
        return await self._told(events.LegMachine, events.LegData(leg=leg))

    async def ended(self, leg: str, cause: Cause) -> Hook:
        return await self._told(events.LegEnded, events.EndedData(leg=leg, cause=cause))

    async def joined(self, leg: str, room: str) -> Hook:
        return await self._told(events.LegJoined, events.RoomData(leg=leg, room=room))

    async def served_degraded(self, reference: str) -> Hook:
        return await self._told(events.Degraded, events.DegradedData(call=reference))


SIP = {"busy": ("busy", "486"), "no_answer": ("no-answer", "487"), "declined": ("failed", "603")} | {
    "unreachable": ("failed", "404"),
    "normal": ("completed", ""),
}


class TwilioWire:
    """A Twilio-compatible platform."""

    def __init__(self) -> None:
        self.centre = "stad"
        self.provider: Provider = twilio_hooks.platform()

    def _hook(self, path: str, **fields: str) -> Hook:
        return twilio_hooks.signed(path, {"CallSid": "CA77", **fields})

    async def offered(self, reference: str, dialled: str, number: str) -> Hook:
        return self._hook("voice", CallSid=reference, From=number, To=dialled, CallStatus="ringing")

    async def keys(self, leg: str, step: int, keys: str) -> Hook:
        return self._hook(f"gather?leg={leg}&step={step}&lang=nl", Digits=keys)

    async def silence(self, leg: str, step: int) -> Hook:
        return self._hook(f"gather?leg={leg}&step={step}&lang=nl")

    async def said(self, leg: str, step: int) -> Hook:
        return self._hook(f"said?leg={leg}&step={step}")

    async def ringing(self, leg: str) -> Hook:
        return self._hook(f"leg?leg={leg}", CallStatus="ringing", SequenceNumber="1")

    async def answered(self, leg: str) -> list[Hook]:
        return [
            self._hook(f"answer?leg={leg}", CallStatus="in-progress"),
            self._hook(f"leg?leg={leg}", CallStatus="in-progress", SequenceNumber="2"),
        ]

    async def machine(self, leg: str) -> Hook:
        return self._hook(f"leg?leg={leg}", AnsweredBy="machine_start")

    async def ended(self, leg: str, cause: Cause) -> Hook:
        status, code = SIP[cause]
        return self._hook(f"leg?leg={leg}", CallStatus=status, SipResponseCode=code, SequenceNumber="3")

    async def joined(self, leg: str, room: str) -> Hook:
        fields = {"StatusCallbackEvent": "participant-join", "FriendlyName": room, "ParticipantLabel": leg}
        return self._hook("conf", ConferenceSid="CF1", SequenceNumber="1", **fields)

    async def served_degraded(self, reference: str) -> Hook:
        return self._hook("degraded?degraded=1", CallSid=reference)

    def forged(self) -> dict[str, Hook]:
        good = self._hook("voice", From="+31612345678", To="+31140123")
        unsigned = {name: value for name, value in good.headers.items() if "signature" not in name}
        return {
            "wrong secret": twilio_hooks.signed("voice", {"CallSid": "CA77"}, token="0" * 31 + "1"),
            "no signature": Hook(good.centre, "POST", good.path, good.query, unsigned, good.body, good.raw_path),
            "another body": Hook(
                good.centre, "POST", good.path, good.query, good.headers, good.body + b"&A=1", good.raw_path
            ),
        }

    def malformed(self) -> dict[str, Hook]:
        return {
            "unknown event": self._hook("exploded"),
            "no leg": self._hook("gather?step=1", Digits="1"),
            "no call": twilio_hooks.signed("voice", {"From": "+31612345678"}),
        }

    def rotated(self) -> list[tuple[Provider, Hook]]:
        new = "f" * 16 + "0a1b2c3d4e5f6a7b"
        both = twilio_hooks.platform(tokens=(new, twilio_hooks.TOKEN))
        return [(both, twilio_hooks.signed("voice", {"CallSid": "CA1"}, token=t)) for t in (new, twilio_hooks.TOKEN)]

    def heard(self, reply: Reply) -> Heard:
        document = ET.fromstring(reply.body.decode())
        spoken = " ".join(say.text or "" for say in document.iter("Say"))
        if (number := document.find("Dial/Number")) is not None:
            return Heard("degrade", number.text or "")
        if (room := document.find("Dial/Conference")) is not None:
            return Heard("join", room.text or "")
        names = {"Gather": "gather", "Play": "music", "Say": "say", "Redirect": "say", "Hangup": "hang-up"}
        for verb in document:
            if verb.tag in names:
                return Heard(names[verb.tag], spoken)
        return Heard("nothing")


@asynccontextmanager
async def wire(name: str) -> AsyncIterator[Wire]:
    """The wire of this platform."""
    if name == "demo":
        async with DemoWire.open() as demo:
            yield demo
    else:
        yield GenericWire() if name == "generic" else TwilioWire()
