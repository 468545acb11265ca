"""What the database says after the load: did the calls end as planned, and is every command on its way."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

import asyncpg

from bench.calls import Story

WAIT = 5.0
"""Seconds after the load in which every command must have been sent."""
CALLS = """
SELECT array_agg(because->>'code' ORDER BY seq) AS codes FROM events
WHERE subject LIKE 'call:%' AND type <> 'TimerFired' GROUP BY centre, subject
HAVING bool_or(type = 'LegEnded' AND key ~ '[.]1:(0:)?ended$' AND data->>'cause' <> 'cancelled')"""
"""Calls that ran to the caller's own end, not cut short by the end of the load."""
SHARES = """
SELECT count(*) AS events, count(*) FILTER (WHERE because->>'code' LIKE 'ignored%') AS ignored,
       count(*) FILTER (WHERE type = 'TimerFired') AS timers FROM events"""


@dataclass
class Afterwards:
    """`planned` of `ended` calls went as their story says; `ignored` of `events` meant nothing where they came."""

    ended: int
    planned: int
    events: int
    ignored: int
    timers: int
    outbox: int
    """Commands still waiting five seconds after the load."""
    quarantined: int

    @property
    def share(self) -> float:
        """Of the calls that ended, how many went as planned."""
        return self.planned / max(1, self.ended)


async def left_waiting(connection: asyncpg.Connection) -> int:
    """Commands still waiting `WAIT` seconds from now, 0 as soon as there are none."""
    until = asyncio.get_running_loop().time() + WAIT
    left = 1
    while left and asyncio.get_running_loop().time() < until:
        left = await connection.fetchval("SELECT count(*) FROM outbox")
        await asyncio.sleep(0.1 if left else 0)
    return left


async def afterwards(url: str, stories: Iterable[Story]) -> Afterwards:
    """Look, once the outbox is empty or `WAIT` seconds are over."""
    connection = await asyncpg.connect(url)
    try:
        left = await left_waiting(connection)
        ended = await connection.fetch(CALLS)
        shares = await connection.fetchrow(SHARES)
        quarantined = await connection.fetchval("SELECT count(*) FROM quarantine")
    finally:
        await connection.close()
    plans = [story.reasons for story in stories]
    planned = sum(any(_fits(row["codes"], plan) for plan in plans) for row in ended)
    return Afterwards(
        len(ended), planned, shares["events"], shares["ignored"], shares["timers"], left, quarantined
    )


def _fits(codes: list[str], plan: list[str]) -> bool:
    """The load may stop between the caller's end and the last leg's."""
    return len(codes) >= len(plan) - 1 and codes == plan[: len(codes)]
