"""What the trials are made of: a command is sent, an event is awaited, and what is not right becomes a deviation."""

from __future__ import annotations

import secrets as chance
from collections.abc import Callable

import httpx
import msgspec

from app.call.commands import Command, Name
from app.call.events import Event, LegSeen
from app.call.legs import Doing, Leaving, Line, Ringing
from app.pbxtest.listener import Listener
from app.pbxtest.sentences import Deviation
from app.providers.base import Order, Refused, Uncertain
from app.providers.generic import Generic, commands, events
from app.providers.generic.commands import Answer, Commanded, WireCommand
from app.providers.generic.envelope import CLOUD_EVENT, Envelope
from app.providers.generic.signing import Signer
from app.settings import utc_now

SENTENCE = Line("pbx_test")
SPOKEN = ("Dit is een proef.",)
"""What a line hears, about a second of speech."""
ENCODE = msgspec.json.Encoder().encode


class Asking:
    """One run against one PBX. `patience` is how many seconds an event may take."""

    def __init__(
        self,
        url: str,
        secrets: tuple[str, ...],
        listener: Listener,
        deviates: Callable[[Deviation], None],
        patience: float,
    ) -> None:
        self._url = url
        self._secrets = secrets
        self._listener = listener
        self._deviation = deviates
        self._patience = patience
        self._call = f"pbxtest-{chance.token_hex(4)}"
        self._legs = 0
        self._pbx = Generic("pbx-test", secrets, command_url=url, command_secrets=secrets)
        self._offered: list[str] = []
        """Calls that came in."""
        self._taken: set[str] = set()
        """Legs that left a room with another."""
        listener.answer = self._welcome

    async def close(self) -> None:
        """Let the connections go."""
        await self._pbx.close()

    def _welcome(self, _event: Envelope) -> Answer | None:
        """What an event of the PBX is answered."""
        return None

    def _leg(self) -> str:
        self._legs += 1
        return f"{self._call}.{self._legs}"

    def _deviates(self, code: str, **args: str) -> None:
        self._deviation(Deviation(code, args))

    def _body(self, command: WireCommand) -> tuple[bytes, str]:
        identity = f"{self._call}-{chance.token_hex(4)}"
        made = Commanded(specversion="1.0", id=identity, source="urn:warmlijn:pbx-test", time=utc_now(), data=command)
        return ENCODE(made), identity

    async def _post(self, body: bytes, headers: dict[str, str]) -> int:
        async with httpx.AsyncClient(timeout=3.0) as client:
            answer = await client.post(self._url, content=body, headers={**headers, "content-type": CLOUD_EVENT})
            return answer.status_code

    async def _tells(self, command: WireCommand) -> int:
        """The status of this command in a message of its own, so that the PBX cannot know it by its id."""
        body, identity = self._body(command)
        return await self._post(body, Signer(self._secrets).headers(identity, body, utc_now()))

    def _order(
        self, leg: str, step: int, name: Name, do: Doing | None, left: str = "", spoken: tuple[str, ...] = SPOKEN
    ) -> Order:
        return Order("pbx-test", self._call, Command(leg, step, name, do, left), "nl", sentences=spoken)

    async def _does(
        self, leg: str, step: int, name: Name, do: Doing, left: str = "", spoken: tuple[str, ...] = SPOKEN
    ) -> bool:
        try:
            await self._pbx.send(self._order(leg, step, name, do, left, spoken))
        except (Refused, Uncertain) as error:
            self._deviates("refused", command=name, why=str(error))
            return False
        return True

    async def _dialled(self, leg: str, address: str, *, again: bool = False) -> bool:
        """With `again` also the same message, and the same command in another message: neither may dial."""
        done = await self._does(leg, 1, "Dial", Ringing(address, backstop=60))
        if done and again:
            await self._does(leg, 1, "Dial", Ringing(address, backstop=60))
            await self._tells(commands.Dial(call=self._call, leg=leg, step=1, address=address, backstop=60))
        return done

    async def _picked_up(self, leg: str, address: str) -> bool:
        dialled = await self._dialled(leg, address)
        return dialled and await self._event(events.LegAnswered, leg, "dial", 6 * self._patience) is not None

    async def _hung_up(self, leg: str, step: int) -> None:
        await self._does(leg, step, "HangUp", Leaving())
        await self._event(events.LegEnded, leg, "hang-up")

    async def _input(
        self, leg: str, step: int, kinds: tuple[type[Envelope], ...], seconds: float
    ) -> Envelope | None:
        """The first event of these kinds about this step of the leg."""
        told: Envelope | None = await self._listener.wait(
            lambda: next(
                (one.event for kind in kinds for one in self._listener.of(kind, leg) if one.event.data.step == step),  # type: ignore[attr-defined]
                None,
            ),
            seconds,
        )
        return told

    async def _event(self, kind: type[Envelope], leg: str, after: str, seconds: float = 0.0) -> Envelope | None:
        within = seconds or self._patience
        event: Envelope | None = await self._listener.expect(kind, leg, within)
        if event is None:
            name = str(kind.__struct_config__.tag).split(".telephony.")[1].removesuffix(".v1")
            self._deviates("missing", command=after, event=name, seconds=f"{within:g}")
        return event

    async def _outcome(
        self, kind: type[events.SayFinished | events.InputTimedOut], leg: str, after: str, step: int
    ) -> None:
        event = await self._event(kind, leg, after, 3 * self._patience)
        if isinstance(event, events.SayFinished | events.InputTimedOut) and event.data.step != step:
            self._deviates("wrong_step", event=after, got=str(event.data.step), step=str(step))

    async def _in_room(self, kind: type[events.LegJoined | events.LegLeft], leg: str, room: str) -> None:
        event = await self._event(kind, leg, "join")
        if isinstance(event, events.LegJoined | events.LegLeft) and event.data.room != room:
            self._deviates("wrong_room", event=kind.__name__, got=event.data.room, room=room)

    async def _look(self, leg: str) -> Event | str:
        """What the PBX says of this leg; a text when it says nothing of use."""
        try:
            return await self._pbx.look(self._order(leg, 0, "Look", None))
        except (Refused, Uncertain) as error:
            return str(error)

    async def _seen(self, leg: str, state: str, room: str) -> None:
        told = await self._look(leg)
        if isinstance(told, str):
            self._deviates("look", got=told, want=f"{state} {room}")
            return
        if not isinstance(told, LegSeen):
            self._deviates("look", got="404", want=f"{state} {room}")
        elif told.room != room and room.endswith("-r1"):
            self._deviates("stale_step")
        elif (told.state, told.room) != (state, room):
            self._deviates("look", got=f"{told.state} {told.room}", want=f"{state} {room}")

    async def _dead(self, leg: str, what: str, step: int) -> None:
        status = await self._tells(commands.Music(call=self._call, leg=leg, step=step, tune="waiting"))
        if status not in (404, 410):
            self._deviates("dead_leg", what=what, status=str(status))

    async def _ends(self, leg: str, what: str, causes: tuple[str, ...]) -> None:
        ended = await self._event(events.LegEnded, leg, "dial", 3 * self._patience)
        if isinstance(ended, events.LegEnded) and ended.data.cause not in causes:
            self._deviates("wrong_cause", what=what, got=ended.data.cause, cause=causes[0])
        if any(self._listener.of(events.LegAnswered, leg)):
            self._deviates("answered_unasked", what=what)
