"""Switches that break the contract, each in its own way."""

from typing import Any

import msgspec
from msgspec.structs import replace

from app.call.call import Cause
from app.providers.demo import Switch
from app.providers.demo.legs import Leg
from app.providers.demo.switch import SPEECH
from app.providers.demo.wire import Link, Mischief
from app.providers.generic import commands, events
from app.providers.generic.commands import Answer, Done, WireCommand
from app.providers.generic.envelope import Envelope
from app.settings import utc_now
from tests.providers.pbx_side import OTHER


class Wrong(Switch):
    """Forgets steps, tells the wrong cause, never says that speech is over, and takes commands for dead lines."""

    def carry_out(self, command: WireCommand) -> tuple[int, Done]:
        status, done = super().carry_out(command)
        return (200, Done()) if status in (404, 410) else (status, done)

    def tell(self, kind: type[Envelope], data: Any, leg: Leg) -> None:
        if kind is events.SayFinished:
            return
        if kind is events.InputTimedOut:
            data = events.StepData(leg=leg.id, step=1)
        super().tell(kind, data, leg)

    def end(self, leg: Leg, cause: Cause) -> None:
        super().end(leg, "no_answer" if cause == "declined" else cause)


class Forgetful(Switch):
    """Dials whatever it is told to dial."""

    def carry_out(self, command: WireCommand) -> tuple[int, Done]:
        if isinstance(command, commands.Dial):
            self.legs.pop(command.leg, None)
        return super().carry_out(command)


class Trusting(Switch):
    """Looks at no signature, and takes what cannot be read."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.gate._answer = lambda headers, body: (200, b"{}")  # type: ignore[method-assign]  # noqa: ARG005


class Late(Switch):
    """Says that it rang after it was answered."""

    def tell(self, kind: type[Envelope], data: Any, leg: Leg) -> None:
        if kind is not events.LegRinging:
            return super().tell(kind, data, leg)
        self.run(self._later(kind, data, leg))
        return None

    async def _later(self, kind: type[Envelope], data: Any, leg: Leg) -> None:
        await self.clock.sleep(8.0)
        super().tell(kind, data, leg)


class OtherRooms(Switch):
    """Names rooms in its own way."""

    def tell(self, kind: type[Envelope], data: Any, leg: Leg) -> None:
        super().tell(kind, replace(data, room="hall") if isinstance(data, events.RoomData) else data, leg)


class PicksUp(Switch):
    """Says that everything was answered that it dialled, even what was busy."""

    def end(self, leg: Leg, cause: Cause) -> None:
        if leg.live:
            self.tell(events.LegAnswered, events.LegData(leg=leg.id), leg)
        super().end(leg, cause)


class Steps(Switch):
    """Carries out whatever comes, whatever its step."""

    def carry_out(self, command: WireCommand) -> tuple[int, Done]:
        if (leg := self.legs.get(command.leg)) is not None:
            leg.step = 0
        return super().carry_out(command)


class Looks(Switch):
    """Says of each leg that it rings."""

    def carry_out(self, command: WireCommand) -> tuple[int, Done]:
        status, done = super().carry_out(command)
        return status, replace(done, state="ringing") if isinstance(command, commands.Look) else done


class EndsTwice(Switch):
    """Says twice that a line is over, in two messages."""

    def tell(self, kind: type[Envelope], data: Any, leg: Leg) -> None:
        super().tell(kind, data, leg)
        if kind is events.LegEnded:
            super().tell(kind, data, leg)


class Stays(Switch):
    """Does nothing with the degrade answer."""

    def degrade(self, leg: Leg) -> None:
        """Nothing."""


class Queues(Switch):
    """Speaks one text after the other, also when the next command should have stopped the first."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._until: dict[str, float] = {}

    async def _speak(self, command: commands.Say | commands.Gather, leg: Leg) -> None:
        now = self.clock.now()
        start = max(now, self._until.get(leg.id, now))
        self._until[leg.id] = start + sum(map(len, command.sentences)) * SPEECH
        await self.clock.sleep(start - now)
        await super()._speak(command, leg)


class Dissolves(Switch):
    """Empties a room as soon as one of two leaves it."""

    def _look_round(self, room: str) -> None:
        inside = [leg for leg in self.legs.values() if room and leg.room == room]
        if len(inside) == 1 and self._full == room:
            inside[0].room = ""
        self._full = room if len(inside) == 2 else self._full
        super()._look_round(room)

    _full = ""


class OddLink(Link):
    """Sends each message as the switch wants it: `odd` changes headers and body."""

    def __init__(self, url: str, secrets_: tuple[str, ...], odd: "OnTheWire") -> None:
        super().__init__(url, secrets_, Mischief())
        self._odd = odd

    async def _post(self, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        return await super()._post(*self._odd.changed(headers, body))

    def signed(self, body: bytes, identity: str = "") -> dict[str, str]:
        """The headers of this body, once more."""
        identity = identity or msgspec.json.decode(body)["id"]
        return self._signer.headers(identity, body, utc_now())


class OnTheWire(Switch):
    """What is wrong stands in the message itself."""

    def __init__(self, url: str, secrets: tuple[str, ...], *arguments: Any, **options: Any) -> None:
        super().__init__(url, secrets, *arguments, **options)
        self._link: OddLink = OddLink(url, secrets, self)

    def changed(self, headers: dict[str, str], body: bytes) -> tuple[dict[str, str], bytes]:
        """What is sent instead."""
        return headers, body


class Strange(OnTheWire):
    """Has another secret for its events than for what it takes."""

    def __init__(self, url: str, secrets: tuple[str, ...], **options: Any) -> None:
        super().__init__(url, (OTHER,), secrets, **options)


class Unreadable(OnTheWire):
    """Names no leg."""

    def changed(self, headers: dict[str, str], body: bytes) -> tuple[dict[str, str], bytes]:
        """The data under another name."""
        body = body.replace(b'"leg":', b'"lijn":')
        return {**headers, **self._link.signed(body)}, body


class PlainJson(OnTheWire):
    """Calls its events plain JSON."""

    def changed(self, headers: dict[str, str], body: bytes) -> tuple[dict[str, str], bytes]:
        """Another content type."""
        return {**headers, "content-type": "application/json"}, body


class OtherId(OnTheWire):
    """Signs each message under an id that it does not have."""

    def changed(self, headers: dict[str, str], body: bytes) -> tuple[dict[str, str], bytes]:
        """Another id in the header."""
        return {**headers, **self._link.signed(body, f"other-{headers['webhook-id']}")}, body


class Timeless(OnTheWire):
    """Never says when."""

    def changed(self, headers: dict[str, str], body: bytes) -> tuple[dict[str, str], bytes]:
        """No time."""
        told = msgspec.json.decode(body)
        told.pop("time", None)
        body = msgspec.json.encode(told)
        return {**headers, **self._link.signed(body)}, body


class OneId(OnTheWire):
    """Gives all its events one id."""

    def changed(self, headers: dict[str, str], body: bytes) -> tuple[dict[str, str], bytes]:
        """The same id every time."""
        body = msgspec.json.encode(msgspec.json.decode(body) | {"id": "always"})
        return {**headers, **self._link.signed(body)}, body


class TellsOnce(OnTheWire):
    """Says everything once, whatever the answer."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._link._until_taken = self._once  # type: ignore[method-assign]

    async def _once(self, event: Envelope) -> Answer:
        body = msgspec.json.encode(event)
        await self._link._post({**self._link.signed(body), "content-type": "application/cloudevents+json"}, body)
        return Answer()
