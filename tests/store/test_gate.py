"""The one statement that writes looks at the centres' numbers before it touches any row."""

from __future__ import annotations

from datetime import UTC, datetime

import asyncpg

from app.store.database import engine_connection
from app.store.writing import PARTS, Write

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
VALUES = {
    "text": "x", "json": '{"state": "ready"}', "jsonb": "[]", "bigint": 1, "int": 1, "float8": 1.0, "bool": True,
    "timestamptz": NOW,
}  # fmt: skip
TABLES = sorted({*PARTS} - {"calls_begun", "timers_gone", "outbox_answered"})


async def stored(connection: asyncpg.Connection) -> dict[str, list[str]]:
    """All rows of all tables that a batch may write, as text."""
    return {
        table: [row[0] for row in await connection.fetch(f"SELECT t::text FROM {table} t ORDER BY 1")]
        for table in TABLES
    }


async def test_no_part_is_written_where_the_centre_has_another_number(database: str) -> None:
    connection = await engine_connection(database)
    await connection.execute("INSERT INTO centres (id, seq, state) VALUES ('x', 5, '{}')")
    await connection.execute("INSERT INTO timers VALUES ('x', 'x', 'x', '', now())")
    await connection.execute(
        """INSERT INTO outbox (centre, id, call, leg, step, name, data, provider, claimed_by, claimed_until)
           VALUES ('x', 9, 'x', 'x', 1, 'Say', '{}', 'generic', 'x', now())"""
    )
    before = await stored(connection)
    assert [len(before["timers"]), len(before["outbox"])] == [1, 1], "something to delete"
    for part, (_, types) in PARTS.items():
        write = Write()
        write.rows[part].append(tuple(VALUES[kind] for kind in types.split()))
        found = await write.run(connection, {"x": 4}, "node")
        assert [row for row in found if row[0] in ("held", "claim", "news")] == [], part
        assert await stored(connection) == before, part
    await connection.close()
