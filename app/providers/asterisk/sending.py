"""What a leg is to do becomes REST calls: the new thing first where that can be, then an end to what it heard.

After sentences music is played, by Asterisk itself: should nobody come with what is next, nobody hears nothing. And
between two requests a caller always hears something: after each of them we may be dead.
Each leg is only ever told by one process at a time, so the little that is remembered here is what this process told it;
about a leg it never told anything, everything that might still sound is stopped.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

from app.call.events import Event, LegEnded, LegSeen
from app.call.legs import Gather, InRoom, Leaving, LegState, Music, Prompt, Ringing
from app.logs import logger
from app.providers.asterisk.dialling import dial
from app.providers.asterisk.gathers import Gathers
from app.providers.asterisk.manner import Manner, Sounding
from app.providers.asterisk.names import playback, played
from app.providers.asterisk.rest import Answer, Body, Rest
from app.providers.asterisk.voices import Unspeakable, Voices
from app.providers.base import Order, Refused, Uncertain

Asked = tuple[str, str, Mapping[str, str] | None] | tuple[str, str, None, Body]
"""Method, path, query and body of a request."""
ROOM_TYPE = "mixing,dtmf_events"
"""Without `dtmf_events` two SIP legs become a native RTP bridge, and no key is ever told."""
STATES: dict[str, LegState] = {"Up": "up", "Ring": "up", "Ringing": "ringing"}
"""A caller whom we did not answer yet is there; anything else is being dialled."""
PRIVATE = {"inhibitConnectedLineUpdates": "true"}
"""Who joins a room is not told to the others' phones: neither a citizen's number to a mobile, nor a colleague's to a
citizen. What a phone displays is what it was dialled with."""
AGAIN = 0.05
"""Seconds after which music is stopped once more. Asterisk forgets a stop that comes while it makes the next piece
(`generator_force` in its channel.c): 1 of 2,400 callers who joined a room went on hearing music; of 4,800 with this 0.
"""
HUNG = 0.25
"""So many seconds late it is left: a process that hung meanwhile is not the one that tells this leg things."""
READY = 0.1
"""Seconds Asterisk gets between telling of a transfer key and our answer. 22.10 tells of it a moment before it has set
what an answer needs, and an answer in that moment ends it (`res_pjsip_refer`, SIGSEGV).
"""
STOPS = 25
"""Times it is asked whether a playback is over that was stopped, fifty a second."""
EMPTY = 1.0
"""Seconds a room may be empty: the next one to join may be on the way."""
MEMORY = 4
"""Steps back in which something may still sound on a leg that another process told things."""
log = logger()


class Sending:
    """`rest` gives the way to Asterisk at this moment; `said` is told of sentences without a word, if it can be.

    `beside` does what nobody waits for.
    """

    def __init__(
        self,
        rest: Callable[[], Rest],
        voices: Voices,
        gathers: Gathers,
        manner: Manner,
        said: Callable[[str, int], bool],
        beside: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        self._rest = rest
        self._beside = beside
        self._said = said
        self._voices = voices
        self._gathers = gathers
        self._manner = manner
        self._legs: dict[str, Sounding] = {}
        self._rooms: dict[str, None] = {}
        self._empty: set[str] = set()
        """Rooms that everybody left a moment ago."""
        self._begun: dict[str, str] = {}
        """The playback of a leg that began last, whoever plays it."""
        self.stopped: dict[str, None] = {}
        """Playbacks we broke off: their end says nothing."""

    def met(self, leg: str) -> None:
        """The leg is new: nothing sounds on it yet."""
        self._legs[leg] = Sounding(step=1)

    def passed(self, name: str) -> bool:
        """Whether this was played for a step that is over: whoever was late with it, it keeps what is next waiting."""
        found = played(name)
        if found is None or name in self.stopped or found[0] not in self._legs:
            return False  # told to stop twice, Asterisk would stop what comes after it, too
        return found[1] < self._legs[found[0]].latest

    async def stop(self, name: str) -> None:
        """Stop this playback. Raises Uncertain."""
        self._note(self.stopped, name)
        await self._rest()("DELETE", f"/playbacks/{name}")

    async def soften(self, leg: str, step: int, channel: str) -> None:
        """A key came, and more are to come: soft music instead of the sentences. Raises Uncertain."""
        name = playback(leg, step)
        self._note(self.stopped, name)
        self._leg(leg).music, self._leg(leg).playback = True, ""
        await self._each([
            ("DELETE", f"/playbacks/{name}", None),
            ("POST", f"/channels/{channel}/moh", {"mohClass": self._manner.waiting}),
        ])  # fmt: skip

    async def cease(self, leg: str, step: int) -> None:
        """Stop what this leg hears, and wait until it is stopped; `step` for who may never have told it anything.

        Raises Uncertain.
        """
        names = {playback(leg, n) for n in range(max(1, step - MEMORY), step + 1)}
        names |= {name for name in (self._leg(leg).playback, self._begun.get(leg, "")) if name}
        self._leg(leg).playback = ""
        for name in sorted(names):
            self._note(self.stopped, name)
            if (await self._rest()("DELETE", f"/playbacks/{name}")).done:
                for _ in range(STOPS):
                    if not (await self._rest()("GET", f"/playbacks/{name}")).done:
                        break
                    await asyncio.sleep(0.02)

    async def not_followed(self, channel: str) -> None:
        """A phone sent our call on to anywhere, a paid number by our own trunk included: we choose whom we ring.

        Raises Uncertain.
        """
        log.warning("asterisk.sent_on")
        await self._rest()("DELETE", f"/channels/{channel}", {"reason": "normal"})

    async def transferred(self, leg: str) -> None:
        """Tell the phone that it is being done, and never more: on success and on failure phones hang up.

        Raises Uncertain.
        """
        await asyncio.sleep(READY)
        await self._rest()("POST", f"/channels/{leg}/transfer_progress", {"states": "channel_progress"})

    async def emptied(self, room: str) -> None:
        """Everybody left: the room goes, unless somebody comes. Raises Uncertain."""
        self._empty.add(room)
        await asyncio.sleep(EMPTY)
        if room in self._empty:
            self._empty.discard(room)
            self._rooms.pop(room, None)
            await self._rest()("DELETE", f"/bridges/{room}")

    def entered(self, room: str) -> None:
        """Somebody came, or is about to."""
        self._empty.discard(room)

    def plays(self, name: str) -> bool:
        """Whether this process began this playback, or was asked about it before: each of its pieces is told."""
        found = played(name)
        if found is None or self._begun.get(found[0]) == name or self._gathers.hears(*found):
            return True
        self._begun[found[0]] = name
        return found[0] in self._legs and self._legs[found[0]].playback == name

    def forget(self, leg: str) -> None:
        """The leg is over."""
        self._legs.pop(leg, None)
        self._begun.pop(leg, None)
        self._gathers.end(leg)

    async def send(self, order: Order) -> None:
        """Carry it out. Raises Refused or Uncertain."""
        leg, step, do = order.command.leg, order.command.step, order.command.do
        channel = order.line or leg
        told = self._leg(leg)
        if step < told.latest:
            return  # overtaken
        told.latest = step
        if not isinstance(do, Gather):
            self._gathers.end(leg)
        match do:
            case Ringing():
                await self._dial(order, do)
            case Leaving():
                await self._hang_up(leg, channel, "normal" if order.command.name == "HangUp" else "no_answer")
            case Prompt() if not order.sentences and self._said(leg, step):
                await self._play(order, channel, self._voices.after())
            case Prompt() | Gather():
                media = await self._media(order)
                if isinstance(do, Gather) and not self._gathers.hears(leg, step):
                    self._gathers.begin(leg, step, do)
                await self._play(order, channel, [*media.split(","), *self._voices.after()])
            case Music(tune="ringback"):
                await self._ringback(order, channel)
            case Music():
                music = self._music(channel, do.tune)
                first = [*await self._answer(order, channel), music]
                # a room in which a phone is on hold stops the music of who leaves it
                out = [*self._out(order, channel), music] if order.command.left else []
                answers = await self._each([*first, *self._stop(order), *out])
                _must(answers[len(first) - 1])
                self._leg(leg).up = self._leg(leg).music = True
            case InRoom():
                await self._join(order, channel, do.room)
            case None:
                raise Refused("nothing to send")
        if leg in self._legs:
            self._legs[leg].step = step

    async def look(self, order: Order) -> Event:
        """Whether the leg lives, and whether it is in the room it should be in. Raises Uncertain."""
        leg = order.command.leg
        channel = order.line or leg
        answer = await self._rest()("GET", f"/channels/{channel}")
        if answer.status == 404:
            self.forget(leg)
            return LegEnded(order.call, leg, "lost")
        if not answer.done:
            raise Uncertain(f"the switch answered with status {answer.status}")
        state = STATES.get(answer.body.get("state", ""), "dialling")
        room = ""
        if order.room:
            bridge = await self._rest()("GET", f"/bridges/{order.room}")
            room = order.room if bridge.done and channel in bridge.body.get("channels", ()) else ""
        return LegSeen(order.call, leg, state, room)

    def _leg(self, leg: str) -> Sounding:
        return self._legs.setdefault(leg, Sounding())

    async def _media(self, order: Order) -> str:
        """What is said; a moment of silence when no voice can say it, so that the call goes on."""
        try:
            return await self._voices.media(order.sentences, order.language)
        except Unspeakable as error:
            log.warning("asterisk.unspeakable", leg=order.command.leg, error=str(error))
            return await self._voices.media((), order.language)

    async def _answer(self, order: Order, channel: str) -> list[Asked]:
        """The caller is answered just before the first thing they hear, and not before that.

        Of whom this process never told anything, or never heard that it was done, it is asked first: an answer to who
        was answered already waits for the end of the sound they hear, a ringing tone never ends, and everything else on
        the link waits behind it.
        """
        leg = self._leg(order.command.leg)
        if order.role != "caller" or leg.up:
            return []
        if (leg.answering or leg.step == 0) and await self._is_up(channel):
            return []
        leg.answering = True
        return [("POST", f"/channels/{channel}/answer", None)]

    async def _is_up(self, channel: str) -> bool:
        answer = await self._rest()("GET", f"/channels/{channel}")
        _must(answer)
        return bool(answer.body.get("state") == "Up")

    def _out(self, order: Order, channel: str) -> list[Asked]:
        """Out of its room, if it is in one."""
        left = order.command.left
        return [("POST", f"/bridges/{left}/removeChannel", {"channel": channel})] if left else []

    def _stop(self, order: Order) -> list[Asked]:
        """Stop what was played to the leg, also by others when they may have told it something."""
        leg, step = order.command.leg, order.command.step
        before = self._leg(leg)
        old = [before.playback] if before.playback not in ("", playback(leg, step)) else []
        if before.step != step - 1:
            old += [playback(leg, n) for n in range(max(1, step - MEMORY), step)]
        for each in old:
            self._note(self.stopped, each)
        before.playback = ""
        return [("DELETE", f"/playbacks/{each}", None) for each in old]

    def _music(self, channel: str, tune: str = "waiting") -> Asked:
        """On hold; in a room, too, and behind what is played now it waits until that is over."""
        name = self._manner.hold if tune == "hold" else self._manner.waiting
        return ("POST", f"/channels/{channel}/moh", {"mohClass": name})

    async def _each(self, asked: list[Asked]) -> list[Answer]:
        """All of these, in this order; over the link none waits for the answer to the one before."""
        rest = self._rest()
        if rest.in_order and len(asked) > 1:
            answers = list(await asyncio.gather(*(rest(*each) for each in asked)))
        else:
            answers = [await rest(*each) for each in asked]
        for each, answer in zip(asked, answers, strict=True):
            if answer.status == 404 and each[0] == "DELETE":
                self.stopped.pop(each[1].removeprefix("/playbacks/"), None)
        return answers

    async def _play(self, order: Order, channel: str, media: Sequence[str]) -> None:
        """These pieces one after the other; what sounds now goes on until they do, and out of a room music begins.

        What somebody may have played already is asked for first: Asterisk would play it twice, one after the other.
        """
        leg, step = self._leg(order.command.leg), order.command.step
        async with leg.turn:
            name = playback(order.command.leg, step)
            asked: list[Asked] = []
            stop = self._stop(order)
            again = step != leg.step + 1 and (await self._rest()("GET", f"/playbacks/{name}")).done
            if not again:
                asked += await self._answer(order, channel)
                if order.command.left:
                    asked += [self._music(channel), *stop, *self._out(order, channel)]
                    stop = []
                asked.append(("POST", f"/channels/{channel}/play/{name}", None, {"media": list(media)}))
            at = len(asked) - 1
            leg.playback, leg.step, leg.music = name, step, False  # sentences end music by themselves
            answers = await self._each([*asked, *stop])
            if not again:
                _must(answers[at])
            leg.up = True

    async def _ringback(self, order: Order, channel: str) -> None:
        """180 to a caller who was not answered, the Dutch tone to anybody else."""
        leg, step = order.command.leg, order.command.step
        if order.role == "caller" and not self._leg(leg).up:
            if not await self._is_up(channel):
                _must(await self._rest()("POST", f"/channels/{channel}/ring"))
                return
            self._leg(leg).up = True
        self._note(self.stopped, playback(leg, step))
        await self._play(order, channel, self._voices.ringing())

    async def _join(self, order: Order, channel: str, room: str) -> None:
        """A caller hears music until they are in; for anybody else it is stopped before."""
        leg, step = self._leg(order.command.leg), order.command.step
        first, out, unknown = await self._answer(order, channel), self._out(order, channel), leg.step != step - 1
        heard, stop = bool(out or leg.playback or unknown), self._stop(order)
        silence: Asked = ("DELETE", f"/channels/{channel}/moh", None)
        music = [silence] if leg.music or unknown else []
        if order.role == "caller":
            cover = [self._music(channel)] if heard and not leg.music else []
            before, after = [*first, *cover, *stop, *out], music or ([silence] if cover else [])
        else:
            before, after = [*music, *stop, *out], []
        answer = await self._enter(room, channel, before, after)
        if answer.status == 404:  # its last channel left before this one came
            self._rooms.pop(room, None)
            answer = await self._enter(room, channel, [], after)
        _must(answer)
        leg.up, leg.music = True, False
        if after:
            self._beside(self._silence_again(order.command.leg, step, channel))

    async def _silence_again(self, leg: str, step: int, channel: str) -> None:
        """Unless the leg was told something new, perhaps by another process, or is over. Raises Uncertain."""
        clock = asyncio.get_running_loop().time
        began = clock()
        await asyncio.sleep(AGAIN)
        told = self._legs.get(leg)
        if told is not None and told.latest == step and clock() - began < AGAIN + HUNG:
            await self._rest()("DELETE", f"/channels/{channel}/moh")

    async def _enter(self, room: str, channel: str, before: list[Asked], after: list[Asked]) -> Answer:
        """Make the room if need be; whoever joins meanwhile need not, for their request comes after ours."""
        asked: list[Asked] = []
        self.entered(room)
        if room not in self._rooms:
            asked.append(("POST", f"/bridges/{room}", {"type": ROOM_TYPE, "name": room}))
            self._note(self._rooms, room)
        asked.append(("POST", f"/bridges/{room}/addChannel", {"channel": channel} | PRIVATE))
        answers = (await self._each([*before, *asked, *after]))[len(before) : len(before) + len(asked)]
        if len(asked) > 1 and not (made := answers[0]).done and made.status != 409:
            self._rooms.pop(room, None)
            return made
        return answers[-1]

    async def _dial(self, order: Order, do: Ringing) -> None:
        leg = order.command.leg
        self.met(leg)
        try:
            await dial(self._rest(), self._manner, order, do)
        except Refused:
            self.forget(leg)
            raise

    async def _hang_up(self, leg: str, channel: str, reason: str) -> None:
        """That it is gone already is told: of an Asterisk that died, or a phone never dialled, nothing else comes."""
        answer = await self._rest()("DELETE", f"/channels/{channel}", {"reason": reason})
        if not answer.done and answer.status != 404:
            raise Uncertain(f"the switch answered with status {answer.status}")
        self.forget(leg)
        _must(answer)

    def _note(self, memory: dict[str, None], name: str) -> None:
        memory[name] = None
        if len(memory) > 10_000:
            del memory[next(iter(memory))]


def _must(answer: Answer) -> None:
    """It was done, or the channel is gone, or nobody knows."""
    if answer.done:
        return
    said = answer.body.get("message", "") if isinstance(answer.body, dict) else ""
    if answer.status == 404 or (answer.status == 400 and "not found" in said):
        raise Refused("the switch does not know this channel any more", gone=True)
    raise Uncertain(f"the switch answered with status {answer.status}")
