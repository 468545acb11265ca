"""The switch: carries out commands, tells what happens, and lets people ring, pick up, press keys and hang up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from itertools import count
from secrets import token_hex
from typing import Any, Self, assert_never

from app.call.addresses import outside
from app.call.call import Cause
from app.providers.demo.caller import Caller
from app.providers.demo.clock import Clock
from app.providers.demo.legs import Leg
from app.providers.demo.phones import Behaviour, Phone
from app.providers.demo.server import serving
from app.providers.demo.watch import Watch
from app.providers.demo.wire import Gate, Link, Mischief
from app.providers.generic import commands, events
from app.providers.generic.commands import Answer, Degrade, Done, WireCommand
from app.providers.generic.envelope import Envelope

SPEECH = 0.06
"""Seconds of the story for each letter that is spoken."""
TONE = 1.0
"""Seconds of the story between dialling and ringing."""
ACCEPTS = "1"
"""The key a person presses who picks up a telephone number and is asked to."""
LOOK = 0.05
"""Real seconds between two looks at what may change without us."""
GRACE = 1.0
"""Real seconds in which a command may still cross the news that its leg is over."""


class Switch:
    """A PBX. `pace` real seconds are one second of the story; `cycle` is the cadence in seconds of the story."""

    def __init__(
        self,
        url: str,
        secrets: tuple[str, ...],
        command_secrets: tuple[str, ...] = (),
        *,
        pace: float = 1.0,
        cycle: float = 5.0,
        mischief: Mischief | None = None,
        each_ring: bool = False,
    ) -> None:
        self.clock = Clock(pace)
        self.watch = Watch(self.clock, cycle)
        self.gate = Gate(command_secrets or secrets, self.pushed)
        self.legs: dict[str, Leg] = {}
        self._link = Link(url, secrets, mischief or Mischief())
        self._cycle = cycle
        self._each_ring = each_ring
        self._pushed: set[str] = set()
        self._phones: dict[str, Phone] = {}
        self._rings: dict[str, int] = {}
        self._references = (f"{token_hex(4)}-{n}" for n in count(1))
        self._tasks: set[asyncio.Task[Any]] = set()
        self._changed = asyncio.Event()

    @classmethod
    @asynccontextmanager
    async def open(cls, *arguments: Any, port: int = 0, **options: Any) -> AsyncIterator[tuple[Self, str]]:
        """A switch that listens; the value is the switch and its command URL."""
        switch = cls(*arguments, **options)
        async with serving(switch.gate, port) as address:
            try:
                yield switch, f"{address}/commands"
            finally:
                await switch.close()

    def phone(self, address: str, *plan: Behaviour, rings: int = 3) -> None:
        """Who picks up at this address; a phone that was never described is answered after four seconds."""
        self._phones[address] = Phone(address, plan)
        self._rings[address] = rings

    def caller(self, number: str, name: str = "", *, withheld: bool = False) -> Caller:
        """Somebody who is going to ring."""
        return Caller(self, next(self._references), number, name, withheld=withheld)

    def at(self, address: str) -> Leg | None:
        """The live leg at this address."""
        return next((leg for leg in self.legs.values() if leg.address == address and leg.live), None)

    async def until(self, test: Callable[[], object], what: str, seconds: float = 120.0) -> None:
        """Wait until this holds; raises TimeoutError, naming `what`, after this many seconds of the story."""
        try:
            async with asyncio.timeout(seconds * self.clock.pace):
                while not test():
                    await self._change()
        except TimeoutError:
            raise TimeoutError(f"{what}: not within {seconds:.0f} s of the story") from None

    async def _change(self) -> None:
        """Something changed here, or some time passed in which it may have changed elsewhere."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK):
                await self._changed.wait()

    async def close(self) -> None:
        """Everything that still runs stops."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._link.close()

    # What the service asks

    def obey(self, answer: Answer) -> None:
        """Carry out the commands of an answer."""
        for command in answer.commands:
            if not isinstance(command, Degrade):
                self.carry_out(command)

    def pushed(self, command: WireCommand) -> tuple[int, Done]:
        """Carry out a command of the command URL, where a dial may come only once (design §5 rule 7)."""
        if isinstance(command, commands.Dial):
            if command.leg in self._pushed:
                self.watch.breaks(f"{command.leg} was dialled twice")
            self._pushed.add(command.leg)
        return self.carry_out(command)

    def carry_out(self, command: WireCommand) -> tuple[int, Done]:
        """One command; the HTTP status and content of the answer."""
        leg = self.legs.get(command.leg)
        if isinstance(command, commands.Dial):
            return self._dial(command, leg)
        if leg is None:
            return 404, Done()
        if not leg.live:
            self._too_late(command, leg)
            return 410, Done()
        if isinstance(command, commands.Look):
            return 200, Done(state=leg.state, room=leg.room)  # type: ignore[arg-type]
        if command.step <= leg.step:
            return 200, Done()
        leg.step = command.step
        self._do(command, leg)
        return 200, Done(line=f"line-{leg.id}")

    def _do(self, command: WireCommand, leg: Leg) -> None:
        match command:
            case commands.StopRinging():
                if leg.state != "up":
                    self.end(leg, "cancelled")
            case commands.HangUp():
                self.end(leg, "normal")
            case commands.Join(room=room):
                self._into(leg, room)
            case commands.Music(tune=tune):
                self._into(leg, "")
                self._hears(leg, tune if tune == "ringback" else "music")
            case commands.Say() | commands.Gather():
                self._into(leg, "")
                leg.sentences = command.sentences
                leg.gathering = command.step if isinstance(command, commands.Gather) else 0
                self._hears(leg, "menu" if leg.gathering else "words", " ".join(command.sentences))
                leg.does(self.run(self._speak(command, leg)))
            case commands.Dial() | commands.Look():
                raise AssertionError("carried out elsewhere")
            case _:
                assert_never(command)

    def _dial(self, command: commands.Dial, leg: Leg | None) -> tuple[int, Done]:
        if leg is not None:
            if (command.address, command.step) != (leg.address, leg.dialled_at_step):
                self.watch.breaks(f"{leg.id} was dialled again, otherwise")
            return 200, Done(line=f"line-{leg.id}")
        phone = self._phones.get(command.address) or Phone(command.address)
        leg = self.legs[command.leg] = Leg(command.leg, command.address, "dialling")
        leg.step = leg.dialled_at_step = command.step
        leg.rings = self._rings.get(command.address, 3)
        leg.does(self.run(self._ring(leg, phone.rings_next(), command.backstop)))
        return 200, Done(line=f"line-{leg.id}")

    def _too_late(self, command: WireCommand, leg: Leg) -> None:
        harmless = isinstance(command, commands.Look | commands.HangUp | commands.StopRinging)
        told = leg.told_over_at
        if not harmless and told is not None and asyncio.get_running_loop().time() - told > GRACE:
            self.watch.breaks(f"{type(command).__name__} was sent to {leg.id}, which is known to be over")

    # What legs do by themselves

    async def _speak(self, command: commands.Say | commands.Gather, leg: Leg) -> None:
        await self.clock.sleep(sum(map(len, command.sentences)) * SPEECH)
        if isinstance(command, commands.Gather) and outside(leg.address):
            leg.gathering = 0
            data = events.KeysData(leg=leg.id, step=command.step, keys=ACCEPTS)
            self._hears(leg, "nothing")
            self.tell(events.KeysPressed, data, leg)
            return
        if isinstance(command, commands.Gather):
            await self.clock.sleep(command.timeout)
            leg.gathering = 0
            kind: type[Envelope] = events.InputTimedOut
        else:
            kind = events.SayFinished
        self._hears(leg, "nothing")
        self.tell(kind, events.StepData(leg=leg.id, step=command.step), leg)

    async def _ring(self, leg: Leg, person: Behaviour, backstop: int) -> None:
        self.tell(events.LegDialling, events.LegData(leg=leg.id), leg)
        if not person.rings:
            await self.clock.sleep(person.after)
            self.end(leg, person.ends or "unreachable")
            return
        await self.clock.sleep(TONE)
        leg.state, leg.rang_at = "ringing", self.clock.now()
        self.tell(events.LegRinging, events.LegData(leg=leg.id), leg)
        await self._ring_until(leg, min(person.after, float(backstop)))
        if person.after > backstop:
            self.end(leg, "no_answer")
        elif person.ends:
            self.end(leg, person.ends)
        else:
            self._rung(leg, "machine" if person.machine else "answered")
            leg.state = "up"
            self._hears(leg, "nothing")
            kind: type[Envelope] = events.LegMachine if person.machine else events.LegAnswered
            self.tell(kind, events.LegData(leg=leg.id), leg)

    async def _ring_until(self, leg: Leg, seconds: float) -> None:
        n = 0
        while self._each_ring and n * self._cycle < seconds:
            n += 1
            self.tell(events.LegRang, events.RangData(leg=leg.id, n=n), leg)
            await self.clock.sleep(min(self._cycle, seconds - (n - 1) * self._cycle))
        if not self._each_ring:
            await self.clock.sleep(seconds)

    def _rung(self, leg: Leg, end: str) -> None:
        if leg.rang_at is not None:
            self.watch.rung(leg.id, leg.address, leg.rang_at, end, leg.rings)
            leg.rang_at = None

    def end(self, leg: Leg, cause: Cause) -> None:
        """The line is over, whoever ended it."""
        if not leg.live:
            return
        leg.does(None)
        self._rung(leg, cause)
        room, leg.room, leg.state, leg.gathering = leg.room, "", "over", 0
        self.watch.gone(leg.id)
        self._look_round(room)
        self.tell(events.LegEnded, events.EndedData(leg=leg.id, cause=cause), leg)
        self.pulse()

    def _into(self, leg: Leg, room: str) -> None:
        """The leg leaves where it is, and goes into this room when it has a name."""
        leg.does(None)
        leg.gathering = 0
        left, leg.room = leg.room, room
        if left and left != room:
            self.tell(events.LegLeft, events.RoomData(leg=leg.id, room=left), leg)
            self._look_round(left)
        if room:
            self._look_round(room)
            self.tell(events.LegJoined, events.RoomData(leg=leg.id, room=room), leg)

    def _look_round(self, room: str) -> None:
        """Everybody in this room hears whoever else is there."""
        inside = [leg for leg in self.legs.values() if room and leg.room == room]
        for leg in inside:
            others = sorted(other.address for other in inside if other is not leg)
            self._hears(leg, "people" if others else "nothing", " ".join(others))

    def _hears(self, leg: Leg, what: str, detail: str = "") -> None:
        leg.hears = what
        self.watch.hears(leg.id, what, detail, caller=leg.caller)
        self.pulse()

    # What is told

    def tell(self, kind: type[Envelope], data: Any, leg: Leg) -> None:
        """Tell the service, in the order of this leg, and carry out what it answers."""
        self.run(self._told(kind, data, leg))

    async def _told(self, kind: type[Envelope], data: Any, leg: Leg) -> None:
        answer = await self._link.tell(kind, data, leg.id)
        if kind is events.LegEnded:
            leg.told_over_at = asyncio.get_running_loop().time()
        if answer.degraded:
            self.degrade(leg)
        self.obey(answer)

    async def offer(self, data: events.OfferedData) -> Answer:
        """Tell of a new caller; the service's answer."""
        return await self._link.tell(events.Offered, data, data.call)

    def degrade(self, leg: Leg) -> None:
        """The service could not answer: the caller is brought to the KCC by the switch itself."""
        if leg.live and leg.caller and leg.hears != "the KCC":
            leg.does(None)
            leg.step = 1_000_000
            self._hears(leg, "the KCC")
            self.tell(events.Degraded, events.DegradedData(call=leg.address), leg)

    def silent(self, leg: Leg) -> None:
        """The leg hears nothing until the service says what it hears."""
        self._hears(leg, "nothing")

    def run(self, coroutine: Any) -> asyncio.Task[None]:
        """Run this beside everything else."""
        task: asyncio.Task[None] = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def pulse(self) -> None:
        """Something changed: whoever waits looks again."""
        self._changed.set()
        self._changed = asyncio.Event()

    def problems(self) -> Iterable[str]:
        """Everything that went wrong so far, in sentences."""
        yield from self.watch.violations
        yield from (f"the caller {leg} hears nothing" for leg in self.watch.still_silent())
        yield from (f"the service did not take {event}" for event in self._link.given_up)
