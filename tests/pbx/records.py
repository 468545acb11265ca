"""What a story can see of the house, wherever it runs, and what must be true when everybody has hung up."""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import asyncpg

from app.call.agent import Agent
from app.call.call import Call
from app.call.callback import Callback
from app.call.events import AgentLoggedOn, AgentReady, Event
from app.store import codec
from tests.pbx.asterisk import Pbx
from tests.pbx.phone import Phone

CENTRE = "test"
SILENCE = 2.0
"""Seconds in a row in which a caller may hear nothing."""
SETTLED = 2.5
"""Seconds after the last hang-up until wrap-up is over and everything is written down."""


@dataclass(frozen=True)
class Record:
    """What is on record at the end, each as a sentence of words: `bart answered, ans busy`."""

    offers: str = ""
    """Whose phone was to ring, and what came of it."""
    transfers: str = ""
    callbacks: str = ""
    """Colleague or office that rings back, and its status."""
    owes: str = ""
    """Who must register this conversation."""
    agents: str = ""
    """Who is not ready in the end."""
    phases: str = "Ended"
    left: str = ""
    """What must not be: commands nobody sent, clocks of calls that are over."""


TALKED = Record("bart answered", owes="bart")
"""Bart spoke with the caller, and must register it."""
SWAPPED = Record("bart answered, ans answered", "ans cancelled", "", "bart")
"""The caller was gone while Bart and Ans spoke, or was with both of them."""
DONE = Record("bart answered, ans answered", "ans answered", "", "bart")
"""Bart transferred the caller to Ans."""
OUTSIDE_DONE = Record("bart answered, mo answered", "mo answered", "", "bart")
"""Bart transferred the caller to Mo, who is outside."""
PROMISED = Record(callbacks="kcc promised")
"""Nobody spoke with the caller, who is rung back."""


class Records(ABC):
    """Every caller's phone must be in `callers`, and every story calls `ends`."""

    def __init__(self, pbx: Pbx, pool: asyncpg.Pool) -> None:
        self.pbx, self.pool = pbx, pool
        self.callers: list[Phone] = []
        self.figures: dict[str, float] = {}
        """Seconds that were measured, for the log of the run."""
        self.ended = False

    @abstractmethod
    async def clicks(self, event: Event) -> None:
        """An agent does this at the desk: returns when it is committed."""

    async def ready(self, *agents: str) -> None:
        for agent in agents:
            await self.clicks(AgentLoggedOn(agent))
            await self.clicks(AgentReady(agent))

    async def calls(self) -> list[Call]:
        rows = await self.pool.fetch("SELECT state FROM calls WHERE centre = $1 ORDER BY started_at", CENTRE)
        return [codec.call(row["state"]) for row in rows]

    async def agent(self, agent: str) -> Agent:
        return codec.agent(await self.pool.fetchval("SELECT state FROM agents WHERE id = $1", agent))

    async def callbacks(self) -> list[Callback]:
        rows = await self.pool.fetch("SELECT state FROM callbacks WHERE centre = $1", CENTRE)
        return [codec.callback(row["state"]) for row in rows]

    async def outcomes(self) -> list[tuple[str, str, float]]:
        """Who was rung, what came of it, and how long the phone rang, as recorded."""
        rows = await self.pool.fetch("SELECT party, outcome, rang FROM offers ORDER BY seq, n")
        return [(row["party"], row["outcome"], float(row["rang"])) for row in rows]

    async def until(self, what: Callable[[Call], bool], seconds: float = 12.0) -> Call:
        """The last call, as soon as this holds of it."""
        end = time.monotonic() + seconds
        while True:
            calls = await self.calls()
            if calls and what(calls[-1]):
                return calls[-1]
            if time.monotonic() > end:
                log = await self.pool.fetch("SELECT type, because->>'code' AS code FROM events ORDER BY seq")
                raise AssertionError(f"{calls[-1:]} after {[(row['type'], row['code']) for row in log]}")
            await asyncio.sleep(0.02)

    async def phase(self, *kinds: type, seconds: float = 12.0) -> Call:
        return await self.until(lambda call: isinstance(call.phase, kinds), seconds)

    async def empty(self, seconds: float = 4.0) -> None:
        """Nothing is left at the switch: no channel and no room."""
        end = time.monotonic() + seconds
        while (left := await self.pbx.get("/channels")) or (left := await self.pbx.get("/bridges")):
            assert time.monotonic() < end, [(each.get("id"), each.get("state")) for each in left]
            await asyncio.sleep(0.05)

    async def sent(self, seconds: float = 12.0) -> None:
        """Every command that was decided is carried out."""
        end = time.monotonic() + seconds
        while names := await self.pool.fetch("SELECT name FROM outbox"):
            assert time.monotonic() < end, names
            await asyncio.sleep(0.02)

    async def ends(self, *any_of: Record) -> None:
        """The check of every story: an empty switch, exactly this record (or one of these), no caller in silence."""
        self.ended = True
        await self.empty()
        await self._becomes(lambda found: found in any_of, str(any_of[0]))
        self.no_silence()

    async def is_over(self) -> None:
        """The same where a story did not say what must be on record: nobody is busy, and nothing is left."""
        if not self.ended:
            await self.empty()
            busy = ("reserved", "talking", "wrap_up")
            await self._becomes(lambda found: not found.left and not any(state in found.agents for state in busy), "")
            self.no_silence()

    def no_silence(self) -> None:
        """At no instant did a caller hear nothing for two seconds, from dialling until hanging up."""
        for caller in self.callers:
            longest, name = caller.longest_silence, caller.spared or "longest silence"
            self.figures[name] = max(self.figures.get(name, 0.0), longest)
            assert caller.spared or longest <= SILENCE, longest

    async def _becomes(self, right: Callable[[Record], bool], wanted: str) -> None:
        end = time.monotonic() + SETTLED
        while not right(found := await self.found()):
            if time.monotonic() > end:
                log = await self.pool.fetch("SELECT type, because->>'code' FROM events ORDER BY seq")
                raise AssertionError(f"{found}\nis not {wanted}\n{[(row[0], row[1]) for row in log]}")
            await asyncio.sleep(0.1)

    async def found(self) -> Record:
        """What is on record now."""
        answer = self.pool.fetch
        return Record(
            offers=_sentence(await answer("SELECT party, outcome FROM offers ORDER BY seq, n")),
            transfers=_sentence(await answer("SELECT colleague, outcome FROM transfers ORDER BY seq, n")),
            callbacks=", ".join(f"{c.colleague or c.office} {c.status}" for c in await self.callbacks()),
            owes=_sentence(await answer("SELECT agent FROM registrations WHERE done_at IS NULL ORDER BY owed_at")),
            agents=_sentence(await answer(_AGENTS)),
            phases=" ".join(type(call.phase).__name__ for call in await self.calls()),
            left=_sentence(await answer(_LEFT)),
        )


_AGENTS = """
SELECT id, state->>'state' FROM agents a
WHERE state->>'state' NOT IN ('ready', 'logged_off') OR (state->>'state' = 'logged_off' AND EXISTS (
    SELECT FROM events e WHERE e.subject = 'agent:' || a.id AND e.type = 'AgentLoggedOn')) ORDER BY id"""
"""Who came, and is not ready any more."""
_LEFT = """
SELECT name FROM outbox UNION ALL SELECT 'living ' || id FROM calls WHERE live UNION ALL
SELECT t.name FROM timers t JOIN calls c ON c.id = t.subject WHERE NOT c.live"""


def _sentence(rows: list[asyncpg.Record]) -> str:
    return ", ".join(" ".join(map(str, row)) for row in rows)
