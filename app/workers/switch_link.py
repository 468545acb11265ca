"""The link with an Asterisk: one process at a time holds it, hears every event, and says all the time that it lives.

The sign of life is set only while a call can really be taken: the lease was renewed (so the database answers), the
switch was compared with our state, the engine keeps up, and there is a voice. Without it the dialplan rings the KCC.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime

import asyncpg

from app.call.policy import Policy
from app.engine.engine import Engine
from app.logs import logger
from app.providers.asterisk import Asterisk
from app.providers.asterisk.link import LinkState
from app.providers.asterisk.session import Closed, Dialled, Session, Socket
from app.providers.base import Uncertain
from app.settings import Secret
from app.store import centres, leases
from app.store.database import FAILURES
from app.workers.switch_compare import Comparison
from app.workers.switch_hearing import Hearing

BEAT = 0.5
"""Seconds between two signs of life; less than `SILENT`, so that who lost only its session keeps the link
(decision 0016)."""
HOLDS = 3.0
"""Seconds a lease holds without a beat: another process has the link within four."""
TAKES = 1.5
"""Seconds after which Asterisk leads a new caller to the KCC by itself, unless their call is saved: whoever comes in
when we have just died. More than `DEADLINE`, and the phone rings within two."""
FAREWELL = 1.0
"""Seconds in which Asterisk must hear that we stop; the dialplan finds out by itself in two."""
SLOW = 1.0
"""Seconds an event may wait in the engine before no new call is taken."""
LOOK = 2.0
"""Seconds between two looks at which policy is active: sentences of a new one are made before somebody needs them."""
AGAIN = 0.5
log = logger()


class SwitchLink:
    """`start` connects in the classic way; in the other way Asterisk comes to `accept`."""

    def __init__(self, engine: Engine, pool: asyncpg.Pool, asterisk: Asterisk, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._pool = pool
        self._asterisk = asterisk
        self._clock = clock
        self._lease = f"asterisk:{asterisk.centre}"
        self.hearing = Hearing(engine, pool, asterisk, lambda: self._stopping)
        self._sessions: set[Session] = set()
        self._next: Socket | None = None
        """Who waits until the Asterisk that is served goes away."""
        self._main: list[asyncio.Task[None]] = []
        self._phones: asyncio.Task[None] | None = None
        self._stopping = False
        self._signing = asyncio.Lock()
        """Over HTTP a sign of life could overtake its withdrawal."""
        self._voice = False
        """Sentences can be made, where Asterisk looks for them."""
        self.compared = False
        """The switch was compared with our state since it connected."""
        self._alive_at: datetime | None = None
        self._refused_at: datetime | None = None
        self._useless_at: datetime | None = None

    async def start(self) -> None:
        """Make the sounds, and connect if that is for us to do."""
        missing = self._asterisk.voices.missing()
        if missing:
            log.error("asterisk.no_voice", missing=missing)
        self._main.append(asyncio.create_task(self._warm(), name="asterisk-voices"))
        if self._asterisk.http is not None and not self._asterisk.settings.called:
            self._main.append(asyncio.create_task(self._dial(), name="asterisk-link"))

    async def withdraw(self) -> None:
        """Take no new call: said while there is a link to say it over, so that the dialplan need not find out."""
        self._stopping = True
        with suppress(TimeoutError, Uncertain):
            async with asyncio.timeout(FAREWELL), self._signing:
                for session in tuple(self._sessions):
                    await _tells(session, "KCC_ALIVE", "0")

    async def stop(self) -> None:
        """Let go of the link; conversations go on without us."""
        if not self._stopping:
            await self.withdraw()
        await self.cut()
        for task in self._main:
            task.cancel()
        await asyncio.gather(*self._main, return_exceptions=True)
        await self.hearing.stop()

    @property
    def door(self) -> tuple[Callable[[Socket], Awaitable[None]], tuple[Secret, ...], Callable[[], None]]:
        """Who takes a connection that Asterisk opens, the passwords that open it, and who is told of a wrong one."""
        return self.accept, self._asterisk.settings.link_secrets, self._refused

    @property
    def asterisk(self) -> Asterisk:
        """The Asterisk at the other end."""
        return self._asterisk

    @property
    def state(self) -> LinkState:
        """How the link stands in this process."""
        linked = self._asterisk.linked
        why = self._hindrance(linked=linked)
        return LinkState(linked, self.compared, why, self._alive_at, self._refused_at, self._useless_at)

    async def accept(self, socket: Socket) -> None:
        """Use this connection until it is gone; refused when another process goes on holding the link.

        That is waited for first: a killed process holds it for a moment, and Asterisk, refused, would come again a
        thousand times a second.
        """
        for _ in range(int(2 * HOLDS / AGAIN)):
            if self._stopping or await self.holds():
                break
            await asyncio.sleep(AGAIN)
        if self._stopping or not await self.holds() or not await self._turn(socket):
            await socket.close()
            return
        session = Session(socket, self.hearing.heard, None if self._asterisk.settings.called else self._asterisk.http)
        self._sessions.add(session)
        reading = asyncio.create_task(session.run(), name="asterisk-reading")
        serving = asyncio.create_task(self._serve(session), name="asterisk-serving")
        try:
            await asyncio.wait((reading, serving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            reading.cancel()
            serving.cancel()
            if self._phones is not None:
                self._phones.cancel()
            self._asterisk.detach(session.rest)
            self.compared = False
            self._sessions.discard(session)
            _, failed = await asyncio.gather(reading, serving, return_exceptions=True)
            if isinstance(failed, Exception):
                log.error("asterisk.link_failed", exc_info=failed)
            await session.close()
            await self._let_go()
            log.warning("asterisk.link_down", centre=self._asterisk.centre)

    async def _turn(self, socket: Socket) -> bool:
        """Wait until no other Asterisk is served: one at a time is, a second one stands by. False when a third comes.

        Without our sign of life its dialplan rings the front office meanwhile. One that answers no more is let go.
        """
        self._next = socket
        said = False
        while self._next is socket and not self._stopping:
            for session in tuple(self._sessions):
                try:
                    await session.rest("GET", "/asterisk/ping")
                except Uncertain:
                    await session.close()
            if not self._sessions:
                return True
            if not said:
                log.warning("asterisk.another_waits", centre=self._asterisk.centre)
                said = True
            await asyncio.sleep(AGAIN)
        return False

    async def cut(self) -> None:
        """Hang up the link; it comes back by itself."""
        for session in tuple(self._sessions):
            await session.close()

    async def _dial(self) -> None:
        """The classic way: connect, and again half a second after each end; why it fails is said once."""
        http, said = self._asterisk.http, ""
        while http is not None and not self._stopping:
            try:
                if await self.holds():
                    socket = await Dialled.open(http, self._asterisk.settings.app)
                    said = ""
                    await self.accept(socket)
            except Closed as error:
                if str(error) != said:
                    said = str(error)
                    log.warning("asterisk.not_connected", centre=self._asterisk.centre, why=said)
            except Exception:
                log.exception("asterisk.link_failed")
            await asyncio.sleep(AGAIN)

    async def _serve(self, session: Session) -> None:
        """Prepare, compare, then beat; returns when the link must be given up."""
        asterisk = self._asterisk
        if not await session.prepare(asterisk.settings.app):
            self._useless_at = self._clock()
            return
        tell = self.hearing.tell
        asterisk.attach(session.rest, tell)
        self._refused_at = self._useless_at = None
        comparison = Comparison(self._engine.policies, self._pool, self._engine.seal, asterisk, tell, self._clock)
        session.listen()
        log.info("asterisk.link_up", centre=asterisk.centre)
        while True:
            try:
                if not await self._take():
                    return
                if not self.compared:
                    self._sounds()
                    await self._asterisk.read_music()
                    await comparison.compare()
                    await _tells(session, "KCC_TAKES", str(TAKES))
                    self.compared = True
                    self._phones = asyncio.create_task(self._ask(comparison), name="asterisk-phones")
                if not self._hindrance(linked=True):
                    await self._alive(session)
            except Uncertain:
                log.warning("asterisk.no_answer", centre=asterisk.centre)
            except FAILURES as error:
                log.warning("asterisk.database", exc_info=error)
            await asyncio.sleep(BEAT)

    async def _ask(self, comparison: Comparison) -> None:
        try:
            await comparison.phones()
        except FAILURES as error:
            log.warning("asterisk.database", exc_info=error)

    def _hindrance(self, *, linked: bool) -> str:
        """Why no call is taken, by the name under which the doctor explains it; empty when calls are taken."""
        reasons = {
            "why_stopping": self._stopping,
            "why_link": not linked,
            "why_newer": self._engine.newer,
            "why_voice": not self._voice,
            "why_compare": not self.compared,
            "why_busy": self._engine.latency >= SLOW,
        }
        return next((why for why, holds in reasons.items() if holds), "")

    def _refused(self) -> None:
        self._refused_at = self._clock()

    def _sounds(self) -> None:
        """Make the folders of sound; without them no call is taken."""
        try:
            self._asterisk.voices.prepare()
        except OSError:
            log.exception("asterisk.no_sounds")
            return
        self._voice = not self._asterisk.voices.missing()

    async def _alive(self, session: Session) -> None:
        """The sign that the dialplan looks at, by Asterisk's own clock."""
        async with self._signing:
            if self._stopping:
                return
            now = (self._clock() + session.rest.ahead).timestamp()
            await _tells(session, "KCC_ALIVE", str(int(now)))
            self._alive_at = self._clock()

    async def holds(self) -> bool:
        """Take the link or keep it; False while another process holds it, or the database does not answer."""
        try:
            return await self._take()
        except FAILURES:
            return False

    async def _take(self) -> bool:
        return await leases.take(self._pool, self._lease, self._engine.node, HOLDS) is not None

    async def _let_go(self) -> None:
        try:
            await leases.let_go(self._pool, self._lease, self._engine.node)
        except FAILURES as error:
            log.warning("asterisk.database", exc_info=error)

    async def _warm(self) -> None:
        """Make what the active policy always says, and again when another one is."""
        self._sounds()
        warmed = ""
        while True:
            policy = await self._active()
            if self._voice and policy.version != warmed:
                warmed = policy.version
                try:
                    await self._asterisk.voices.warm(policy)
                except OSError:
                    log.exception("asterisk.no_sounds")
            await asyncio.sleep(LOOK)

    async def _active(self) -> Policy:
        """The policy that is active for all processes; what this one works with where the database does not tell."""
        policies, centre = self._engine.policies, self._asterisk.centre
        try:
            version = await centres.active(self._pool, centre)
            return await policies.load(centre, version or "")
        except Exception:  # noqa: BLE001 - whatever it is, decisions meet it, too, and say so
            return policies.active(centre)


async def _tells(session: Session, variable: str, value: str) -> None:
    """What the dialplan looks at (deploy/asterisk/extensions.conf). Raises Uncertain."""
    await session.rest("POST", "/asterisk/variable", {"variable": variable, "value": value})
