"""What the database itself guards, whatever a program does: keys, one promise, one call per agent, explained tables."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import asyncpg
import pytest
import pytest_asyncio

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest_asyncio.fixture
async def db(database: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()


async def promise(
    db: asyncpg.Connection, name: str, *, call: str = "c1", person: str = "", status: str = "pending",
    subject: str = "wmo", behalf: str = "", centre: str = "noord",
) -> None:
    await db.execute(
        "INSERT INTO callbacks (centre, id, call, status, person, on_behalf, subject, due_at, state) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '{}')",
        centre, name, call, status, person, behalf, subject, NOW,
    )  # fmt: skip


async def test_every_table_says_what_it_is_for(db: asyncpg.Connection) -> None:
    silent = await db.fetch(
        "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' "
        "AND obj_description(c.oid, 'pg_class') IS NULL"
    )
    assert [row["relname"] for row in silent] == []


async def test_the_centre_comes_first_in_every_key(db: asyncpg.Connection) -> None:
    firsts = await db.fetch(
        """SELECT c.relname, a.attname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
           JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
           WHERE i.indisprimary AND c.relnamespace = 'public'::regnamespace"""
    )
    elsewhere = {row["relname"] for row in firsts if row["attname"] != "centre"}
    assert elsewhere == {"centres", "leases", "schema_migrations"}


async def test_one_open_promise_per_call_and_subject(db: asyncpg.Connection) -> None:
    await promise(db, "one")
    await promise(db, "other subject", subject="tax")
    await promise(db, "for her mother", behalf="@m")
    await promise(db, "kept before", status="kept")
    await promise(db, "elsewhere", centre="zuid")
    with pytest.raises(asyncpg.UniqueViolationError):
        await promise(db, "two", status="promised")


async def test_one_open_promise_per_known_person_and_subject(db: asyncpg.Connection) -> None:
    await promise(db, "one", call="c1", person="@p")
    await promise(db, "unknown", call="c2")
    await promise(db, "also unknown", call="c3")
    with pytest.raises(asyncpg.UniqueViolationError):
        await promise(db, "two", call="c4", person="@p")
    await db.execute("UPDATE callbacks SET status = 'withdrawn' WHERE id = 'one'")
    await promise(db, "two", call="c4", person="@p")


async def test_an_agent_who_talks_is_in_a_call(db: asyncpg.Connection) -> None:
    for state in ('{"state": "talking", "call": ""}', '{"state": "reserved", "call": ""}', '{"state": "asleep"}'):
        with pytest.raises(asyncpg.CheckViolationError):
            await db.execute("INSERT INTO agents VALUES ('noord', 'jan', $1)", state)
    await db.execute("INSERT INTO agents VALUES ('noord', 'jan', $1)", '{"state": "talking", "call": "c1"}')


async def test_an_event_happens_once_in_its_subject(db: asyncpg.Connection) -> None:
    insert = "INSERT INTO events VALUES ('noord', $1, 'k', 1, 'X', '{}', '', '{}', 'v1', now())"
    await db.execute(insert, "call:c1")
    await db.execute(insert, "call:c2")
    with pytest.raises(asyncpg.UniqueViolationError):
        await db.execute(insert, "call:c1")


async def test_a_call_that_ended_says_when_and_a_centre_has_a_plain_name(db: asyncpg.Connection) -> None:
    insert = (
        "INSERT INTO calls (centre, id, provider, phase, live, person, callback, state, started_at) "
        "VALUES ('n', 'c', 'p', $1, false, '', '', '{}', now())"
    )
    for phase in ("Ended", "Talking"):
        with pytest.raises(asyncpg.CheckViolationError):
            await db.execute(insert, phase)
    for name in ("Noord", "a b", "x'y", ""):
        with pytest.raises(asyncpg.CheckViolationError):
            await db.execute("INSERT INTO centres (id, state) VALUES ($1, '{}')", name)
