"""One line at the imitated Twilio: it fetches documents, does what they say, and remembers what was heard."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urljoin
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from tests.providers.twilio_switch import Switch

OVER = ("completed", "busy", "no-answer", "failed", "canceled")
Step = tuple[str, dict[str, str]]
"""The next document's address, and the fields sent along."""


class HungUp(Exception):
    """The document ended the line."""


@dataclass
class Room:
    """A conference: who is in it, by line."""

    sid: str
    name: str
    inside: list[Line] = field(default_factory=list)
    told: str = ""
    """The statusCallback of whoever entered first, as Twilio has it."""
    sequence: int = 0

    @property
    def speaking(self) -> bool:
        """Two or more hear each other."""
        return len(self.inside) > 1


class Line:
    """A caller's line or a dialled phone. `doing`: `say`, `gather`, `music:hold`, `room:x`, `ringing`, `over` ..."""

    def __init__(self, switch: Switch, sid: str, direction: str, from_: str, to: str) -> None:
        self.switch = switch
        self.sid = sid
        self.direction = direction
        self.from_ = from_
        self.to = to
        self.status = "queued"
        self.code = ""
        self.heard: list[str] = []
        self.doing = "dialling"
        self.history: list[str] = []
        self.errors: list[str] = []
        self.url = ""
        self.fallback = ""
        self.told = ""
        self.events: tuple[str, ...] = ("completed",)
        self.amd = ""
        self.sequence = 0
        self.room: Room | None = None
        self.label = ""
        self.input: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        self.changed = asyncio.Event()
        self.task: asyncio.Task[None] | None = None
        self.life: asyncio.Task[None] | None = None

    # what people do with it

    def press(self, keys: str) -> None:
        """The person presses these keys one after another."""
        for key in keys:
            self.input.put_nowait(("Digits", key))

    def speak(self, words: str) -> None:
        """The person says this."""
        self.input.put_nowait(("SpeechResult", words))

    def pick_up(self, *, machine: bool = False) -> None:
        """The ringing phone is answered."""
        if self.status not in ("queued", "ringing"):
            return
        self._status("in-progress")
        if self.amd:
            who = "machine_start" if machine else "human"
            self.switch.tell(self.amd, {"CallSid": self.sid, "AccountSid": self.switch.account, "AnsweredBy": who})
        self.go(self.url)

    def decline(self) -> None:
        """The ringing phone is refused."""
        self.over("busy", "603")

    def hang_up(self) -> None:
        """The person hangs up."""
        self.over("completed" if self.status == "in-progress" else "no-answer", "")

    async def until(self, done: Callable[[], bool], seconds: float = 10.0) -> None:
        """Wait until this holds of the line; says what the line was doing when it never does."""
        try:
            async with asyncio.timeout(seconds):
                while not done():
                    self.changed.clear()
                    await self.changed.wait()
        except TimeoutError:
            raise AssertionError(f"{self.to}: {self.status}, {self.history[-8:]}, heard {self.heard[-6:]}") from None

    async def hears(self, text: str) -> None:
        """Wait until a sentence with this text was heard."""
        await self.until(lambda: any(text in sentence for sentence in self.heard))

    async def does(self, doing: str) -> None:
        """Wait until the line is at this."""
        await self.until(lambda: self.doing.startswith(doing))

    # what the platform does with it

    def go(self, url: str, fields: dict[str, str] | None = None) -> None:
        """Whatever the line does is broken off; it goes on with this document."""
        if self.task is not None:
            self.task.cancel()
        self._out_of_room("in-progress")
        self.task = self.switch.begin(self._run((url, fields or {})))

    def over(self, status: str, code: str = "") -> None:
        """The line ends; a second end changes nothing."""
        if self.status in OVER:
            return
        if self.task is not None and self.task is not asyncio.current_task():
            self.task.cancel()
        if self.life is not None and self.life is not asyncio.current_task():
            self.life.cancel()
        self._out_of_room(status)
        self.code = code
        self._is("over")
        self._status(status)

    def fields(self) -> dict[str, str]:
        """The fields of every webhook about this line."""
        return {
            "AccountSid": self.switch.account, "ApiVersion": "2010-04-01", "CallSid": self.sid, "From": self.from_,
            "Caller": self.from_, "To": self.to, "Called": self.to, "Direction": self.direction,
            "CallStatus": self.status,
        }  # fmt: skip

    def _status(self, status: str) -> None:
        self.status = status
        self.changed.set()
        name = {"in-progress": "answered", "queued": "initiated"}.get(status, "completed" if status in OVER else status)
        if self.told and name in self.events:
            more = {"CallbackSource": "call-progress-events", "SequenceNumber": str(self.sequence)}
            if status == "queued":
                more["CallStatus"] = "initiated"
            if status in OVER:
                more["CallDuration"] = "0"
            if self.code:
                more["SipResponseCode"] = self.code
            self.sequence += 1
            self.switch.tell(self.told, {**self.fields(), **more}, at=True)

    def ringing(self) -> None:
        """The far phone says that it rings."""
        if self.status == "queued":
            self._is("ringing")
            self._status("ringing")

    def dialled(self) -> None:
        """The platform begins to dial."""
        self._status("queued")

    def _is(self, doing: str) -> None:
        self.doing = doing
        self.history.append(doing)
        self.changed.set()

    async def _run(self, step: Step) -> None:
        """Documents one after another until one ends the line."""
        base = step[0]
        try:
            while True:
                base = urljoin(base, step[0])
                text = await self.switch.document(self, base, {**self.fields(), **step[1]})
                step = await self._play(ET.fromstring(text or "<Response/>"))
        except HungUp:
            self.over("completed")

    async def _play(self, document: ET.Element) -> Step:
        for verb in document:
            step = await VERBS[verb.tag](self, verb)
            if step is not None:
                return step
        raise HungUp

    async def _say(self, verb: ET.Element) -> None:
        self._is("say")
        self.heard.append(verb.text or "")
        self.changed.set()
        await asyncio.sleep(self.switch.say)

    async def _sound(self, verb: ET.Element) -> None:
        name = (verb.text or "").rpartition("/")[2].removesuffix(".wav")
        self._is(f"music:{name}")
        await (asyncio.Event().wait() if verb.get("loop") == "0" else asyncio.sleep(self.switch.say))

    async def _pause(self, verb: ET.Element) -> None:
        self._is("silence")
        await asyncio.sleep(float(verb.get("length", "1")) * self.switch.second)

    async def _redirect(self, verb: ET.Element) -> Step:
        return (verb.text or "").strip(), {}

    async def _end(self, _verb: ET.Element) -> Step | None:
        raise HungUp

    async def _gather(self, verb: ET.Element) -> Step | None:
        """What is said inside can be broken in upon; the time-out runs after it. Keys pressed before it are lost."""
        while not self.input.empty():
            self.input.get_nowait()
        self._is("gather")
        inside = asyncio.create_task(self._nested(verb))
        try:
            what, value = await self._next_input(inside, float(verb.get("timeout", "5")))
            if what == "Digits":
                value = await self._digits(value, verb)
            elif "speech" not in verb.get("input", "dtmf"):
                return None
        except TimeoutError:
            return None
        finally:
            self._is("asking")
            inside.cancel()
            with suppress(asyncio.CancelledError):
                await inside
        return verb.get("action", ""), {what: value}

    async def _nested(self, gather: ET.Element) -> None:
        for verb in gather:
            await VERBS[verb.tag](self, verb)
            self._is("gather")

    async def _next_input(self, inside: asyncio.Task[None], seconds: float) -> tuple[str, str]:
        waiting = asyncio.create_task(self.input.get())
        try:
            await asyncio.wait({waiting, inside}, return_when=asyncio.FIRST_COMPLETED)
            if not waiting.done():
                await asyncio.wait({waiting}, timeout=seconds * self.switch.second)
            if not waiting.done():
                raise TimeoutError
            return waiting.result()
        finally:
            waiting.cancel()

    async def _digits(self, first: str, verb: ET.Element) -> str:
        """Until there are enough keys, the finishing key, or no more come."""
        keys, most, finish = "", int(verb.get("numDigits", "99")), verb.get("finishOnKey", "#")
        key = first
        with suppress(TimeoutError):
            while not (finish and key in finish):
                keys += key
                if len(keys) >= most:
                    break
                async with asyncio.timeout(float(verb.get("timeout", "5")) * self.switch.second):
                    _, key = await self.input.get()
        return keys

    async def _dial(self, verb: ET.Element) -> Step | None:
        conference, number = verb.find("Conference"), verb.find("Number")
        if conference is not None:
            await self._enter(conference)
        elif number is not None:
            self._is(f"kcc:{number.text}")
            told = number.get("statusCallback")
            if told:
                child = {"CallSid": f"CAkcc{self.sid[5:]}", "ParentCallSid": self.sid, "CallStatus": "initiated"}
                self.switch.tell(told, child)
            await asyncio.Event().wait()
        action = verb.get("action")
        return (action, {"DialCallStatus": "completed"}) if action else None

    async def _enter(self, verb: ET.Element) -> None:
        name = (verb.text or "").strip()
        room = self.switch.room(name)
        room.told = room.told or verb.get("statusCallback", "")
        self.room, self.label = room, verb.get("participantLabel", "")
        room.inside.append(self)
        self._is(f"room:{name}")
        self.switch.conference(room, self, "participant-join")
        if len(room.inside) == 2:
            self.switch.conference(room, None, "conference-start")
        for line in room.inside:
            line.changed.set()
        await asyncio.Event().wait()

    def _out_of_room(self, status: str) -> None:
        room, self.room = self.room, None
        if room is None:
            return
        room.inside.remove(self)
        for line in room.inside:
            line.changed.set()
        left = "participant_hung_up" if status in OVER else "participant_updated_via_api"
        self.switch.conference(room, self, "participant-leave", status, left)
        if not room.inside:
            self.switch.conference(room, None, "conference-end")


Verb = Callable[[Line, ET.Element], Awaitable[Step | None]]
VERBS: dict[str, Verb] = {
    "Say": Line._say,
    "Play": Line._sound,
    "Pause": Line._pause,
    "Redirect": Line._redirect,
    "Hangup": Line._end,
    "Gather": Line._gather,
    "Dial": Line._dial,
}
