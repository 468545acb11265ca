"""One command goes to the switch, and what became of it goes through the engine's door."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from app.call.call import Call, Cause
from app.call.events import CommandFailed, CommandUncertain, Event, LegEnded
from app.call.legs import Leaving
from app.engine.engine import Engine
from app.engine.errors import Quarantined, Unavailable, UnknownCentre
from app.engine.orders import order
from app.logs import logger
from app.providers.base import Arrival, NoLine, Provider, Refused, Uncertain, Unreached
from app.store.outbox import Line, Row

ONCE = ("Dial", "Say")
SECONDS = 3.0
"""An order takes no longer; then nobody knows whether it was done."""
TRIES = 8
"""After so many times without an answer, in about half a minute, a command counts as failed."""
NAMED = 2.0
"""Seconds a switch that dialled a leg may take to name it; then the leg was never dialled, or is beyond our reach."""
REMEMBERED = 10_000
"""Legs whose names are kept here, until everybody can read them in the table."""
log = logger()

Providers = Mapping[tuple[str, str], Provider]
"""(centre, platform) -> the platform as that centre uses it."""


class Outgoing:
    """`sent` are commands that are done but perhaps still in the table: never sent again by this process."""

    def __init__(self, engine: Engine, providers: Providers) -> None:
        self._engine = engine
        self._providers = providers
        self.sent: set[tuple[str, int]] = set()
        self.lines: list[Line] = []
        """Names the switch gave to legs, to be written."""
        self.nameless: dict[tuple[str, int], float] = {}
        """Commands of legs the switch has not named, and since when."""
        self._named: dict[tuple[str, str], str] = {}
        self._tries: dict[tuple[str, int], int] = {}
        self._silent: dict[tuple[str, str], float] = {}
        """Platforms that did not take the last command they were sent, and since when."""

    def in_order(self, r: Row) -> bool:
        """Whether this platform carries out commands in the order in which they were begun, unanswered or not."""
        provider = self._providers.get((r.centre, r.provider))
        return provider is not None and provider.in_order

    def unreached(self) -> dict[str, float]:
        """`centre/platform` -> seconds since it has taken no command; 0 when it took the last one, or had none yet."""
        now = asyncio.get_running_loop().time()
        return {"/".join(key): now - self._silent.get(key, now) for key in self._providers}

    async def send(self, r: Row, call: Call) -> bool:
        """Send one command; `call` is the newest known. False: nobody knows what became of it, and it is sent again."""
        command = r.command
        provider = self._providers.get((r.centre, r.provider))
        if provider is None:
            await self._tell(r, self._failed(r, "no_such_platform"), "failed")
            return True
        if r.taken_over and command.name in ONCE:
            await self._tell(r, self._uncertain(r), "uncertain")
            return True
        policy = await self._engine.policies.load(r.centre, call.policy)
        made = order(call, command, self._lines(r, call), r.names, policy)
        try:
            async with asyncio.timeout(SECONDS):
                answer = await (provider.look(made) if command.name == "Look" else provider.send(made))
        except Refused as refused:
            self._took(r, taken=not isinstance(refused, Unreached))
            cause: Cause = "cancelled" if isinstance(command.do, Leaving) else "lost"
            gone = LegEnded(call=call.id, leg=command.leg, cause=refused.cause or cause)
            await self._tell(r, gone if refused.gone else self._failed(r, str(refused)), "refused")
        except NoLine:
            await self._unnamed(r)
        except Exception as error:  # noqa: BLE001  (whatever it was, it may have been done)
            self._took(r, taken=False)
            return await self._unsure(r, error)
        else:
            self._took(r, taken=True)
            self._tries.pop(r.key, None)
            if not isinstance(answer, str):
                await self._tell(r, answer, f"seen:{r.id}")
            elif answer and answer != made.line:
                self._name(r, answer)
            self.nameless.pop(r.key, None)
            self.sent.add(r.key)
        return True

    async def never_dialled(self, r: Row) -> None:
        """The leg was let go before its phone was dialled."""
        await self._tell(r, LegEnded(call=r.call.id, leg=r.command.leg, cause="cancelled"), "never_dialled")

    def _lines(self, r: Row, call: Call) -> Mapping[str, str]:
        """As they were read, and what the switch told since."""
        told = {leg.id: ref for leg in call.legs if (ref := self._named.get((r.centre, leg.id))) is not None}
        return {**r.lines, **told} if told else r.lines

    def _name(self, r: Row, ref: str) -> None:
        self.lines.append((r.centre, r.command.leg, r.call.id, r.provider, ref))
        self._named[r.centre, r.command.leg] = ref
        if len(self._named) > REMEMBERED:
            del self._named[next(iter(self._named))]

    def _took(self, r: Row, *, taken: bool) -> None:
        """The switch answered, be it with a refusal, or it did not."""
        if taken:
            self._silent.pop((r.centre, r.provider), None)
        else:
            self._silent.setdefault((r.centre, r.provider), asyncio.get_running_loop().time())

    async def _unnamed(self, r: Row) -> None:
        """Wait a little for the name; a leg that gets none is lost. Should its phone be answered, it is hung up."""
        now = asyncio.get_running_loop().time()
        if now - self.nameless.setdefault(r.key, now) >= NAMED:
            del self.nameless[r.key]
            await self._tell(r, LegEnded(call=r.call.id, leg=r.command.leg, cause="lost"), "unnamed")

    async def _unsure(self, r: Row, error: Exception) -> bool:
        command = r.command
        tries = self._tries[r.key] = self._tries.get(r.key, 0) + 1
        log.warning(
            "outbox.uncertain",
            call=r.call.id,
            leg=command.leg,
            command=command.name,
            tries=tries,
            exc_info=None if isinstance(error, Uncertain | TimeoutError) else error,
        )
        if command.name in ONCE:
            await self._tell(r, self._uncertain(r), "uncertain")
        elif tries >= TRIES:
            await self._tell(r, self._failed(r, "unreachable"), "failed")
        else:
            await asyncio.sleep(min(0.25 * 2**tries, 5.0))
            return False
        self._tries.pop(r.key, None)
        return True

    def _failed(self, r: Row, reason: str) -> Event:
        c = r.command
        return CommandFailed(call=r.call.id, leg=c.leg, step=c.step, command=c.name, reason=reason)

    def _uncertain(self, r: Row) -> Event:
        c = r.command
        return CommandUncertain(call=r.call.id, leg=c.leg, step=c.step, command=c.name)

    async def _tell(self, r: Row, event: Event, kind: str) -> None:
        """What became of it goes through the one door; only then is the row done."""
        c = r.command
        arrival = Arrival(centre=r.centre, key=f"{c.leg}:{c.step}:{c.name}:{kind}", event=event, provider=r.provider)
        while True:
            try:
                await self._engine.handle(arrival)
            except Unavailable:
                await asyncio.sleep(0.5)
            except (Quarantined, UnknownCentre):
                break
            else:
                break
        self.sent.add(r.key)
