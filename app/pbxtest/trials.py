"""The trials: what is asked of the PBX, what must come back, and what it means when it does not."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from app.call.events import LegSeen
from app.call.legs import Gather, InRoom, Leaving, Music, Prompt
from app.pbxtest.asking import SENTENCE, SPOKEN, Asking
from app.providers.generic import commands, events
from app.providers.generic.commands import Answer, Degrade
from app.providers.generic.envelope import Envelope
from app.providers.generic.signing import Signer
from app.settings import utc_now

REFUSED = frozenset({401, 403})
INPUTS = (events.KeysPressed, events.WordsHeard, events.InputTimedOut)
ENTERED = "12"
"""What the first who rings is asked to enter before a hash."""


class Trials(Asking):
    """All trials of one run."""

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
        await self._tells(commands.Music(call=self._call, leg=leg, step=4, tune="waiting"))
        await self._seen(leg, "up", one)
        await self._does(leg, 6, "Join", InRoom(two), left=one)
        await self._listener.wait(
            lambda: next((e for e in self._listener.of(events.LegJoined, leg) if e.event.data.room == two), None),  # type: ignore[attr-defined]
            self._patience,
        )
        await self._in_room(events.LegLeft, leg, one)
        await self._seen(leg, "up", two)

    async def stopping(self, address: str) -> None:
        """A next command stops speech that would go on for longer than we wait."""
        leg = self._leg()
        if not await self._picked_up(leg, address):
            return
        seconds = 3 * self._patience
        await self._does(leg, 2, "Say", Prompt((SENTENCE,)), spoken=SPOKEN * max(60, round(2 * seconds)))
        if await self._does(leg, 3, "Say", Prompt((SENTENCE,))):
            told = await self._input(leg, 3, (events.SayFinished,), seconds)
            if told is None:
                self._deviates("not_stopped", seconds=f"{seconds:g}")
        await self._hung_up(leg, 4)

    async def entry(self, address: str) -> None:
        """A longer entry, with a key that finishes it and an ear for words, is over when nothing comes."""
        leg = self._leg()
        if not await self._picked_up(leg, address):
            return
        asked = Gather((SENTENCE,), keys=8, timeout=1.0, finish="#", listen=True)
        if await self._does(leg, 2, "Gather", asked):
            seconds = 3 * self._patience
            told = await self._input(leg, 2, INPUTS, seconds)
            if told is None:
                self._deviates("missing", command="gather", event="input.timed-out", seconds=f"{seconds:g}")
            self._without_finish(told, "#")
        await self._hung_up(leg, 3)

    async def together(self, one_address: str, other_address: str) -> None:
        """Two lines in one room: each stays when the other leaves, or is hung up."""
        one, other, room = self._leg(), self._leg(), f"{self._call}-r3"
        if not await self._picked_up(one, one_address):
            return
        if await self._picked_up(other, other_address):
            for leg in (one, other):
                await self._does(leg, 2, "Join", InRoom(room))
                await self._in_room(events.LegJoined, leg, room)
            for leg in (one, other):
                await self._seen(leg, "up", room)
            await self._does(one, 3, "Music", Music(), left=room)
            await self._in_room(events.LegLeft, one, room)
            await self._seen(one, "up", "")
            await self._stays(other, room)
        await self._hung_up(one, 4)
        if any(self._listener.of(events.LegAnswered, other)):
            await self._stays(other, room)
            await self._hung_up(other, 3)

    async def _stays(self, leg: str, room: str) -> None:
        """Still in the room, and never said to have left it; told once."""
        seen = await self._look(leg)
        gone = any(self._listener.of(events.LegLeft, leg)) or any(self._listener.of(events.LegEnded, leg))
        if (gone or not isinstance(seen, LegSeen) or seen.room != room) and leg not in self._taken:
            self._taken.add(leg)
            self._deviates("taken_along")

    def _without_finish(self, told: Envelope | None, finish: str) -> None:
        if isinstance(told, events.KeysPressed) and finish in told.data.keys:
            self._deviates("finish_told", got=told.data.keys)

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
        """Somebody rings: the first call is asked for a key and a number, the second is given the degrade answer."""
        asked = self._offered
        first = await self._listener.wait(lambda: asked[0] if asked else None, seconds)
        if first is None:
            self._deviates("no_call", seconds=f"{seconds:g}")
            return
        told = await self._input(first, 2, INPUTS, 6 * self._patience)
        if told is None:
            self._deviates("missing", command="gather", event="keys.pressed", seconds=f"{6 * self._patience:g}")
        await self._enters(first)
        await self._hung_up(first, 4)
        second = await self._listener.wait(lambda: asked[1] if len(asked) > 1 else None, seconds)
        if second is None:
            self._deviates("no_call", seconds=f"{seconds:g}")
        elif await self._listener.expect(events.Degraded, second, self._patience) is None:
            self._deviates("degrade_ignored", seconds=f"{self._patience:g}")

    async def _enters(self, leg: str) -> None:
        asked = Gather((SENTENCE,), keys=8, timeout=2 * self._patience, finish="#", listen=True)
        if not await self._does(leg, 3, "Gather", asked, spoken=("Toets een, twee en dan een hekje.",)):
            return
        told = await self._input(leg, 3, INPUTS, 6 * self._patience)
        self._without_finish(told, "#")
        if not isinstance(told, events.KeysPressed | events.WordsHeard):
            self._deviates("no_entry", keys=ENTERED)
        elif isinstance(told, events.KeysPressed) and told.data.keys.rstrip("#") != ENTERED:
            self._deviates("wrong_entry", got=told.data.keys, keys=ENTERED)

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
