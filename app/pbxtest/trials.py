"""The trials: what is asked of the PBX, what must come back, and what it means when it does not."""

from __future__ import annotations

import secrets as chance
from collections.abc import Callable
from datetime import timedelta
from typing import Literal

import httpx
import msgspec

from app.call.commands import Command, Name
from app.call.events import LegSeen
from app.call.legs import Doing, Gather, InRoom, Leaving, Line, Music, Prompt, Ringing
from app.pbxtest.listener import Listener
from app.pbxtest.sentences import Deviation
from app.providers.base import Order, Refused, Uncertain
from app.providers.generic import Generic, commands, events
from app.providers.generic.commands import Answer, Commanded, Degrade, WireCommand
from app.providers.generic.envelope import CLOUD_EVENT, Envelope
from app.providers.generic.signing import Signer
from app.settings import utc_now

REFUSED = frozenset({401, 403})
SENTENCE = Line("pbx_test")
ENCODE = msgspec.json.Encoder().encode


class Trials:
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
        listener.answer = self._welcome

    async def close(self) -> None:
        """Let the connections go."""
        await self._pbx.close()

    async def signatures(self) -> None:
        """Only commands that are signed, fresh and readable are taken."""
        music = commands.Music(call=self._call, leg=f"{self._call}.99", step=1, tune="waiting")
        stranger = Signer(["whsec_" + "c3RyYW5nZXJzdHJhbmdlcnN0cmFuZ2Vyc3RyYW5nZXI="])
        ours = Signer(self._secrets)
        body, identity = self._body(music)
        now = utc_now()
        late, soon = now - timedelta(minutes=10), now + timedelta(minutes=10)
        for how, headers in (
            ("unsigned", {}),
            ("wrong_secret", stranger.headers(identity, body, now)),
            ("too_old", ours.headers(identity, body, late)),
            ("too_new", ours.headers(identity, body, soon)),
        ):
            status = await self._post(body, headers)
            if status not in REFUSED:
                self._deviates("taken_unsigned", how=how, status=str(status))
        status = await self._post(b"{", ours.headers("x", b"{", now))
        if status != 400:
            self._deviates("taken_malformed", status=str(status))
        await self._dead(f"{self._call}.98", "never_was", 1)

    async def conversation(self, address: str) -> None:
        """A phone that is answered is spoken to, asked, put in rooms and hung up."""
        leg = self._leg()
        if not await self._dialled(leg, address, again=True):
            return
        rang = await self._event(events.LegRinging, leg, "dial")
        answered = await self._event(events.LegAnswered, leg, "dial", 6 * self._patience)
        if answered is None:
            return
        if rang and answered.time and rang.time and answered.time < rang.time:
            self._deviates("wrong_order", event="leg.answered", other="leg.ringing")
        if len(list(self._listener.of(events.LegRinging, leg))) > 1:
            self._deviates("dialled_twice")
        await self._does(leg, 2, "Say", Prompt((SENTENCE,)))
        await self._outcome(events.SayFinished, leg, "say", 2)
        await self._does(leg, 3, "Gather", Gather((SENTENCE,), timeout=1.0))
        await self._outcome(events.InputTimedOut, leg, "gather", 3)
        await self._does(leg, 4, "Music", Music())
        await self._rooms(leg)
        await self._does(leg, 7, "HangUp", Leaving())
        await self._event(events.LegEnded, leg, "hang-up")
        await self._dead(leg, "is_over", 8)
        if (told := len(list(self._listener.of(events.LegEnded, leg)))) > 1:
            self._deviates("ended_twice", n=str(told))

    async def _rooms(self, leg: str) -> None:
        one, two = f"{self._call}-r1", f"{self._call}-r2"
        await self._does(leg, 5, "Join", InRoom(one))
        await self._in_room(events.LegJoined, leg, one)
        await self._does(leg, 4, "Music", Music())
        await self._seen(leg, "up", one)
        await self._does(leg, 6, "Join", InRoom(two), left=one)
        await self._listener.wait(
            lambda: next((e for e in self._listener.of(events.LegJoined, leg) if e.event.data.room == two), None),  # type: ignore[attr-defined]
            self._patience,
        )
        await self._in_room(events.LegLeft, leg, one)
        await self._seen(leg, "up", two)

    async def withdrawal(self, address: str) -> None:
        """A phone that rings is withdrawn; an event that was refused with 503 is sent again."""
        leg = self._leg()
        self._listener.refuse = {events.LegRinging}
        if not await self._dialled(leg, address):
            return
        rang = await self._event(events.LegRinging, leg, "dial")
        if rang is not None:
            again = await self._listener.wait(
                lambda: next((e for e in self._listener.received if e.again and e.event.id == rang.id), None),
                3 * self._patience,
            )
            if again is None:
                self._deviates("not_sent_again", event="leg.ringing", seconds=f"{3 * self._patience:g}")
        self._listener.refuse = set()
        await self._does(leg, 2, "StopRinging", Leaving())
        await self._ends(leg, "withdrawn", ("cancelled", "no_answer"))

    async def failure(self, address: str, what: Literal["busy", "declined", "unreachable"]) -> None:
        """A phone that is not answered says why."""
        leg = self._leg()
        if await self._dialled(leg, address):
            await self._ends(leg, what, (what,))

    async def offered(self, seconds: float) -> None:
        """Somebody rings: the first call is asked for a key and hung up, the second is given the degrade answer."""
        asked = self._offered
        first = await self._listener.wait(lambda: asked[0] if asked else None, seconds)
        if first is None:
            self._deviates("no_call", seconds=f"{seconds:g}")
            return
        kinds = (events.KeysPressed, events.WordsHeard, events.InputTimedOut)
        told = await self._listener.wait(
            lambda: next((e for kind in kinds for e in self._listener.of(kind, first)), None), 6 * self._patience
        )
        if told is None:
            self._deviates("missing", command="gather", event="keys.pressed", seconds=f"{6 * self._patience:g}")
        await self._does(first, 3, "HangUp", Leaving())
        await self._event(events.LegEnded, first, "hang-up")
        second = await self._listener.wait(lambda: asked[1] if len(asked) > 1 else None, seconds)
        if second is None:
            self._deviates("no_call", seconds=f"{seconds:g}")
        elif await self._listener.expect(events.Degraded, second, self._patience) is None:
            self._deviates("degrade_ignored", seconds=f"{self._patience:g}")

    def _welcome(self, event: Envelope) -> Answer | None:
        if not isinstance(event, events.Offered):
            return None
        if self._offered:
            self._offered.append(event.data.call)
            return Answer(commands=(Degrade(to="+31000000000"),), degraded=True)
        leg = self._listener.callers[event.data.call] = self._leg()
        self._offered.append(leg)
        gather = commands.Gather(
            call=self._call, leg=leg, step=2, sentences=("Toets 1.",), language="nl", keys=1, timeout=3.0
        )
        return Answer(call=self._call, leg=leg, commands=(gather,))

    # What the trials are made of

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

    def _order(self, leg: str, step: int, name: Name, do: Doing | None, left: str = "") -> Order:
        command = Command(leg, step, name, do, left)
        return Order("pbx-test", self._call, command, "nl", sentences=("Dit is een proef.",))

    async def _does(self, leg: str, step: int, name: Name, do: Doing, left: str = "") -> bool:
        try:
            await self._pbx.send(self._order(leg, step, name, do, left))
        except (Refused, Uncertain) as error:
            self._deviates("refused", command=name, why=str(error))
            return False
        return True

    async def _dialled(self, leg: str, address: str, *, again: bool = False) -> bool:
        """With `again` also the same message, and the same command in another message: neither may dial."""
        done = await self._does(leg, 1, "Dial", Ringing(address, backstop=60))
        if done and again:
            await self._does(leg, 1, "Dial", Ringing(address, backstop=60))
            body, identity = self._body(commands.Dial(call=self._call, leg=leg, step=1, address=address, backstop=60))
            await self._post(body, Signer(self._secrets).headers(identity, body, utc_now()))
        return done

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

    async def _seen(self, leg: str, state: str, room: str) -> None:
        try:
            told = await self._pbx.look(self._order(leg, 0, "Look", None))
        except (Refused, Uncertain) as error:
            self._deviates("look", got=str(error), want=f"{state} {room}")
            return
        if not isinstance(told, LegSeen):
            self._deviates("look", got="404", want=f"{state} {room}")
        elif told.room != room and room.endswith("-r1"):
            self._deviates("stale_step")
        elif (told.state, told.room) != (state, room):
            self._deviates("look", got=f"{told.state} {told.room}", want=f"{state} {room}")

    async def _dead(self, leg: str, what: str, step: int) -> None:
        body, identity = self._body(commands.Music(call=self._call, leg=leg, step=step, tune="waiting"))
        status = await self._post(body, Signer(self._secrets).headers(identity, body, utc_now()))
        if status not in (404, 410):
            self._deviates("dead_leg", what=what, status=str(status))

    async def _ends(self, leg: str, what: str, causes: tuple[str, ...]) -> None:
        ended = await self._event(events.LegEnded, leg, "dial", 3 * self._patience)
        if isinstance(ended, events.LegEnded) and ended.data.cause not in causes:
            self._deviates("wrong_cause", what=what, got=ended.data.cause, cause=causes[0])
        if any(self._listener.of(events.LegAnswered, leg)):
            self._deviates("answered_unasked", what=what)
