"""What a centre's log says and what its tables hold, read to be compared."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import Any

import asyncpg

from app.store import codec

_EVENTS = """
SELECT seq, subject, key, type, data, phase_after, because, policy_version, at
FROM events WHERE centre = $1 ORDER BY seq"""
_CHOOSING = """
SELECT subject, type, data, phase_after, at FROM events
WHERE centre = $1 AND at >= $2 AND phase_after IN ('Welcoming', 'Choosing', 'Waiting', 'Offering', 'Promising')
ORDER BY seq"""
_FIRST = "SELECT version FROM policies WHERE centre = $1 AND by = 'start' ORDER BY created_at LIMIT 1"
_STATES: dict[str, tuple[str, Callable[[str], Any]]] = {
    "calls": ("SELECT id, state FROM calls WHERE centre = $1", codec.call),
    "agents": ("SELECT id, state FROM agents WHERE centre = $1", codec.agent),
    "callbacks": ("SELECT id, state FROM callbacks WHERE centre = $1", codec.callback),
    "diaries": ("SELECT owner, state FROM diaries WHERE centre = $1", codec.diary),
    "centres": ("SELECT id, state FROM centres WHERE id = $1", codec.centre),
}
_FACTS = {
    "offers": """SELECT centre, seq, n, call, leg, role, party, outcome, rang, rings, estimated, at
                 FROM offers WHERE centre = $1""",
    "transfers": "SELECT centre, seq, n, call, agent, colleague, outcome, at FROM transfers WHERE centre = $1",
    "warnings": "SELECT centre, seq, n, kind, call, subject, at FROM warnings WHERE centre = $1",
    "registrations": "SELECT centre, call, agent, owed_at, done_at, questions FROM registrations WHERE centre = $1",
    "timers": "SELECT centre, subject, name, leg, due_at FROM timers WHERE centre = $1",
}


async def first_policy(connection: asyncpg.Connection, centre: str) -> str:
    """The version the centre began with, empty for an unknown centre."""
    return await connection.fetchval(_FIRST, centre) or ""


async def events(connection: asyncpg.Connection, centre: str) -> AsyncIterator[asyncpg.Record]:
    """The log in order; inside a transaction."""
    async for row in connection.cursor(_EVENTS, centre, prefetch=500):
        yield row


async def choosing(connection: asyncpg.Connection, centre: str, since: datetime) -> AsyncIterator[asyncpg.Record]:
    """Of the log since this aware moment, what callers did until they had a front office; inside a transaction."""
    async for row in connection.cursor(_CHOOSING, centre, since, prefetch=500):
        yield row


async def unnumbered(connection: asyncpg.Connection, centre: str) -> frozenset[str]:
    """The calls of before there were references (decision 0011)."""
    rows = await connection.fetch("SELECT id FROM calls WHERE centre = $1 AND reference = ''", centre)
    return frozenset(row["id"] for row in rows)


async def references(connection: asyncpg.Connection, centre: str, calls: Sequence[str]) -> dict[str, str]:
    """Call -> the number people know it by, of those of these calls that are still there."""
    rows = await connection.fetch("SELECT id, state FROM calls WHERE centre = $1 AND id = ANY ($2)", centre, calls)
    return {row["id"]: codec.call(row["state"]).reference for row in rows}


async def states(connection: asyncpg.Connection, table: str, centre: str) -> dict[str, Any]:
    """Id -> state, of `calls`, `agents`, `callbacks`, `diaries` or `centres`."""
    statement, read = _STATES[table]
    return {key: read(state) for key, state in await connection.fetch(statement, centre)}


async def facts(connection: asyncpg.Connection, table: str, centre: str) -> dict[str, tuple[Any, ...]]:
    """The second and third column -> the whole row, of one of the tables of facts, or of `timers`."""
    rows = [tuple(row) for row in await connection.fetch(_FACTS[table], centre)]
    if table == "registrations":
        rows = [(*row[:5], codec.questions(row[5])) for row in rows]
    return {f"{row[1]}/{row[2]}": row for row in rows}
