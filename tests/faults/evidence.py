"""What the database shows: nothing left over, nothing quarantined, nothing lost, and rows that the log explains."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import asyncpg

from app import policyfile
from app.call.policy import Policy
from app.decide import decide
from app.engine.arrivals import subject_of
from app.engine.policies import Policies
from app.engine.replay import replay
from app.providers.base import Arrival, Provider
from app.providers.generic.provider import Generic
from app.providers.twilio import Twilio
from app.settings import Secret, TwilioSettings
from tests.faults.front import Answer, Front, Request
from tests.faults.town import ACCOUNT, CENTRE, SECRET, TOKEN
from tests.process import until

LEFT = """
SELECT 'live call ' || phase || ' ' || (SELECT string_agg((leg->>'id') || ' ' || (leg->'doing'->>'type'), ', ')
                                        FROM json_array_elements(state->'legs') leg) FROM calls WHERE live
UNION ALL SELECT 'command ' || name || ' for ' || leg || ' tried ' || attempts FROM outbox
UNION ALL SELECT 'timer ' || subject || ' ' || name FROM timers WHERE subject LIKE 'call:%'
UNION ALL SELECT 'agent ' || id || ' ' || (state->>'state') FROM agents
WHERE state->>'state' IN ('reserved', 'talking')"""


class Evidence:
    """Looks at one database with a connection of its own, made anew when the server was restarted."""

    def __init__(self, url: str, routing: Policy) -> None:
        self.url = url
        self.policy = routing

    async def rows(self, statement: str, *arguments: object) -> list[asyncpg.Record]:
        """The rows of one statement."""
        connection = await self._connected()
        try:
            found: list[asyncpg.Record] = await connection.fetch(statement, *arguments)
            return found
        finally:
            await connection.close()

    async def _connected(self) -> asyncpg.Connection:
        """As soon as the server takes connections, if it was only just started again."""
        made: list[asyncpg.Connection] = []

        async def connects() -> bool:
            with suppress(asyncpg.CannotConnectNowError, OSError):
                made.append(await asyncpg.connect(self.url, timeout=5, command_timeout=10))
            return bool(made)

        await until(connects, "the database takes connections", 10)
        return made[0]

    async def left(self) -> list[str]:
        """What is not settled, in words."""
        return [row[0] for row in await self.rows(LEFT)]

    async def over(self, seconds: float = 10.0) -> None:
        """Wait until everything is over and nothing is left to be done."""
        left: list[str] = []

        async def nothing() -> bool:
            left[:] = await self.left()
            return not left

        try:
            await until(nothing, "everything is over", seconds)
        except AssertionError:
            raise AssertionError(f"left after {seconds:.0f} s: {left}") from None

    async def sound(self) -> None:
        """Nothing was quarantined, and the log decided again gives every row."""
        aside = await self.rows("SELECT subject, key, event, error FROM quarantine")
        assert [tuple(row) for row in aside] == []
        pool = await asyncpg.create_pool(self.url, min_size=1, max_size=1)
        try:
            policies = Policies(pool, lambda text, _version: policyfile.load(text))
            report = await replay(pool, policies, CENTRE, decide)
        finally:
            await pool.close()
        assert report.whole
        assert report.events > 0
        shown = (f"{d.where}\n  {d.stored}\n  {d.folded}" for d in report.differences[:5])
        assert report.differences == [], "\n".join(shown)

    async def holds_all(self, front: Front, public: str, since: int = 0, *, killed: bool = False) -> int:
        """Every event of every request after so many that was acknowledged stands in the log; returns how many.

        Where a process is killed, not of those by which a switch tells that the KCC has the caller: they are answered
        without a database, too, and saved when there is one. What is lost with the process promised nothing: the
        comparison with the switch finds that call over.
        """
        taken = front.taken[since:]
        known = {(row[0], row[1]) for row in await self.rows("SELECT subject, key FROM events")}
        found = 0
        for request, answer in taken:
            if killed and b"degraded=1" in request.target:
                continue
            for arrival in self.arrivals(request, answer, public):
                found += 1
                assert (subject_of(arrival.event), arrival.key) in known, (request.target, arrival)
        return found

    def arrivals(self, request: Request, answer: Answer, public: str) -> Sequence[Arrival]:
        """The events whose keeping this answer promised; none when the switch was sent to the KCC."""
        if degraded(answer.body):
            return ()
        provider = self._provider(request.target, public)
        return provider.read(request.hook(CENTRE, provider.name), self.policy)

    async def story(self, *calls: str) -> str:
        """What happened in these calls, an event a line."""
        subjects = [f"call:{call}" for call in calls]
        rows = await self.rows("SELECT * FROM events WHERE subject = ANY ($1) ORDER BY subject, seq", subjects)
        return "\n".join(f"{r['at']:%T.%f} {r['key']} {r['data']} -> {r['phase_after']} {r['because']}" for r in rows)

    def _provider(self, target: bytes, public: str) -> Provider:
        if b"/generic/" in target:
            return Generic(CENTRE, (SECRET,))
        settings = TwilioSettings(ACCOUNT, (Secret(TOKEN),), "https://api.twilio.com", None)
        return Twilio(CENTRE, settings, public, self.policy, None)


def degraded(body: bytes) -> bool:
    """Whether this is the static reply: the switch brings the caller to the KCC itself, or asks again."""
    return b'"degraded":true' in body or b"degraded=1" in body or b"<Pause" in body
