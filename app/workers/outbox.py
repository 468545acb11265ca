"""The only place that talks to the switch: commands go out after the commit, per call in order, a Dial at most once.

A row claimed by this process and never tried before may be sent; one taken over from a dead process may have been sent,
so what must not happen twice (`Dial`, `Say`) is not sent again but reported as uncertain (design §5 rule 7).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from itertools import groupby

import asyncpg
import msgspec

from app.call.events import CommandFailed, CommandUncertain, Event, LegEnded
from app.call.legs import refs
from app.engine.arrivals import Committed
from app.engine.engine import Engine
from app.engine.errors import Quarantined, Unavailable, UnknownCentre
from app.engine.orders import order
from app.logs import logger
from app.providers.base import Arrival, NoLine, Provider, Refused, Uncertain, Unreached
from app.store import outbox, reading
from app.store.codec import NewerState
from app.store.database import FAILURES
from app.workers.rows import Row, row

ONCE = ("Dial", "Say")
SECONDS = 3.0
"""An order takes no longer; then nobody knows whether it was done."""
AT_ONCE = 64
"""Calls whose commands are sent at the same time."""
ROWS = 256
GATHER = 0.002
"""Seconds to let commits come together before looking."""
FORGET = 0.05
"""Seconds after which what was sent is deleted, if nothing else gives reason to look before."""
BEAT = 1.0
"""Seconds between two signs of life, and two looks for what dead processes left."""
TRIES = 8
"""After so many times without an answer, in about half a minute, a command counts as failed."""
NAMED = 2.0
"""Seconds a switch that dialled a leg may take to name it; then the leg was never dialled, or is beyond our reach."""
AGAIN = 0.2
"""Seconds between two looks whether it did."""
log = logger()

Providers = Mapping[tuple[str, str], Provider]
"""(centre, platform) -> the platform as that centre uses it."""


class Outbox:
    """Sends what this process committed, and what dead processes left. `wake` when there may be something new."""

    def __init__(self, engine: Engine, pool: asyncpg.Pool, providers: Providers) -> None:
        self._engine = engine
        self._pool = pool
        self._providers = providers
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._behind: set[str] = set()
        """Calls that have more commands than are being sent now."""
        self._sent: set[tuple[str, int]] = set()
        """Sent, but perhaps still in the table: never sent again by this process."""
        self._tries: dict[tuple[str, int], int] = {}
        self._nameless: dict[tuple[str, int], float] = {}
        """Commands of legs the switch has not named, and since when."""
        self._silent: dict[tuple[str, str], float] = {}
        """Platforms that did not take the last command they were sent, and since when."""
        self._lines: list[outbox.Line] = []
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self.age = 0.0
        """Seconds the oldest command waits, as of the last beat."""
        engine.listen(self._heard)

    async def start(self) -> None:
        """Begin to send."""
        self._tasks = [
            asyncio.create_task(self._run(), name="outbox"),
            asyncio.create_task(self._beat(), name="outbox-beat"),
        ]

    async def stop(self) -> None:
        """Let what is being sent finish, at most for the time an order takes; the rest is taken over elsewhere."""
        if self._busy:
            await asyncio.wait(self._busy.values(), timeout=SECONDS)
        tasks = [*self._tasks, *self._busy.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        try:
            await self._forget()
        except FAILURES as error:
            log.warning("outbox.database", exc_info=error)

    def wake(self) -> None:
        """There may be something to send."""
        self._wake.set()

    def unreached(self) -> dict[str, float]:
        """`centre/platform` -> seconds since it has taken no command; 0 when it took the last one, or had none yet."""
        now = asyncio.get_running_loop().time()
        return {"/".join(key): now - self._silent.get(key, now) for key in self._providers}

    def _heard(self, committed: Committed) -> None:
        if self._engine.node in committed.nodes:
            self._wake.set()

    async def _run(self) -> None:
        while True:
            look = self._wake.is_set()
            self._wake.clear()
            try:
                await self._forget()
                if look:
                    await self._look()
            except FAILURES as error:
                log.warning("outbox.database", exc_info=error)
                await asyncio.sleep(0.5)
            except Exception:
                log.exception("outbox.failed")
                await asyncio.sleep(BEAT)
            try:
                async with asyncio.timeout(FORGET if self._sent else None):
                    await self._wake.wait()
            except TimeoutError:
                continue
            await asyncio.sleep(GATHER)

    async def _beat(self) -> None:
        while True:
            try:
                await outbox.renew(self._pool, self._engine.node)
                taken = await outbox.take_over(self._pool, self._engine.node)
                self.age = await outbox.age(self._pool)
                if taken:
                    log.warning("outbox.taken_over", commands=taken)
                if taken or self.age > BEAT or self._sent:
                    self._wake.set()
            except FAILURES as error:
                log.warning("outbox.database", exc_info=error)
            await asyncio.sleep(BEAT)

    async def _forget(self) -> None:
        """Delete what was sent, all at once."""
        if not self._sent:
            return
        sent, lines = set(self._sent), list(self._lines)
        await outbox.done(self._pool, sent, lines)
        self._sent -= sent
        del self._lines[: len(lines)]

    async def _look(self) -> None:
        """Start sending for every call that has commands and is not busy."""
        room = AT_ONCE - len(self._busy)
        self._behind.clear()
        found = await outbox.mine(self._pool, self._engine.node, ROWS + len(self._sent))
        until = asyncio.get_running_loop().time() - SECONDS - 0.5
        rows = [
            r
            for record in found
            if (record["centre"], record["id"]) not in self._sent
            and record["remaining"] > SECONDS + 0.5
            and (r := _readable(record)) is not None
        ]
        names = await reading.names(self._pool, {(r.centre, ref) for r in rows for ref in refs(r.command.do)})
        by_call = lambda r: f"{r.centre} {r.call.id}"  # noqa: E731
        for call, own in groupby(sorted(rows, key=by_call), by_call):
            if room <= 0 or call in self._busy:
                self._behind.add(call)
            else:
                room -= 1
                mine = list(own)
                last = until + min(r.remaining for r in mine)
                self._busy[call] = asyncio.create_task(self._send_all(call, mine, names, last))

    async def _send_all(self, call: str, rows: list[Row], names: dict[tuple[str, str], str], last: float) -> None:
        """One call's commands, one after the other; what cannot start before `last` is left for the next look."""
        loop = asyncio.get_running_loop()
        never_dialled: set[str] = set()
        nameless: set[str] = set()
        try:
            for r in sorted(rows, key=lambda r: r.id):
                if r.key in self._sent or r.command.leg in nameless:
                    continue  # done while this look was under way, or one leg that holds up no other
                if loop.time() > last:
                    self._behind.add(call)
                    break
                leg = r.call.leg(r.command.leg)
                if leg is None or leg.id in never_dialled:
                    self._sent.add(r.key)
                elif r.command.name == "Look" or leg.step == r.command.step:
                    if not await self._send(r, names):
                        self._behind.add(call)
                        break
                elif r.command.name == "Dial" and not r.taken_over:
                    never_dialled.add(leg.id)
                    await self._tell(r, LegEnded(call=r.call.id, leg=leg.id, cause="cancelled"), "never_dialled")
                else:
                    self._sent.add(r.key)  # overtaken: the leg does something later already
                if r.key in self._nameless:
                    nameless.add(r.command.leg)
        except Exception:
            log.exception("outbox.failed", call=call)
            self._behind.add(call)
            await asyncio.sleep(BEAT)
        finally:
            del self._busy[call]
            if nameless:
                loop.call_later(AGAIN, self._wake.set)
            if self._behind:
                self._wake.set()

    async def _send(self, r: Row, names: dict[tuple[str, str], str]) -> bool:
        """Send one command. False: nobody knows what became of it, and it may be sent again later."""
        command = r.command
        provider = self._providers.get((r.centre, r.provider))
        if provider is None:
            await self._tell(r, self._failed(r, "no_such_platform"), "failed")
            return True
        if r.taken_over and command.name in ONCE:
            await self._tell(r, self._uncertain(r), "uncertain")
            return True
        policy = await self._engine.policies.load(r.centre, r.call.policy)
        own = {ref: text for (centre, ref), text in names.items() if centre == r.centre}
        made = order(r.call, command, r.lines, own, policy)
        try:
            async with asyncio.timeout(SECONDS):
                answer = await (provider.look(made) if command.name == "Look" else provider.send(made))
        except Refused as refused:
            self._took(r, taken=not isinstance(refused, Unreached))
            gone = LegEnded(call=r.call.id, leg=command.leg, cause="lost")
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
                self._lines.append((r.centre, command.leg, r.call.id, r.provider, answer))
            self._nameless.pop(r.key, None)
            self._sent.add(r.key)
        return True

    def _took(self, r: Row, *, taken: bool) -> None:
        """The switch answered, be it with a refusal, or it did not."""
        if taken:
            self._silent.pop((r.centre, r.provider), None)
        else:
            self._silent.setdefault((r.centre, r.provider), asyncio.get_running_loop().time())

    async def _unnamed(self, r: Row) -> None:
        """Wait a little for the name; a leg that gets none is lost. Should its phone be answered, it is hung up."""
        now = asyncio.get_running_loop().time()
        if now - self._nameless.setdefault(r.key, now) >= NAMED:
            del self._nameless[r.key]
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
        self._sent.add(r.key)


def _readable(record: asyncpg.Record) -> Row | None:
    """The row, or None when its call or its command cannot be read: that must not hold up the others."""
    try:
        return row(record)
    except (msgspec.MsgspecError, NewerState):
        log.exception("outbox.unreadable", centre=record["centre"], call=record["call"], command=record["id"])
        return None
