"""What has outlived its term goes, with what belongs to it; what is still owed to a citizen stays (domain §6)."""

from datetime import UTC, datetime, timedelta

import asyncpg

from app.store.database import reading_pool
from app.store.forgetting import forget

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
OLD, NEW = NOW - timedelta(days=100), NOW - timedelta(days=80)
TABLES = ("offers", "transfers", "registrations", "callbacks", "warnings", "accesses", "quarantine")


async def fill(pool: asyncpg.Pool, at: datetime, name: str, seq: int) -> None:
    """A row of each kind as of this moment, and the same that is not done yet."""
    await pool.execute("INSERT INTO centres (id, state) VALUES ('noord', '{}') ON CONFLICT DO NOTHING")
    await pool.execute(
        """INSERT INTO offers (centre, seq, n, call, leg, role, party, outcome, rang, rings, estimated, at)
           VALUES ('noord', $1, 0, $2, 'l', 'agent', 'bart', 'answered', 1, 1, false, $3)""", seq, name, at,
    )
    await pool.execute(
        """INSERT INTO transfers (centre, seq, n, call, agent, colleague, outcome, at)
           VALUES ('noord', $1, 0, $2, 'bart', 'piet', 'busy', $3)""", seq, name, at,
    )
    await pool.execute(
        """INSERT INTO warnings (centre, seq, n, kind, call, subject, at)
           VALUES ('noord', $1, 0, 'last_ready', $2, 'kcc', $3)""", seq, name, at,
    )
    for agent, done in (("bart", at), ("owing", None)):
        await pool.execute(
            "INSERT INTO registrations (centre, call, agent, owed_at, done_at) VALUES ('noord', $1, $2, $3, $4)",
            name, agent, at, done,
        )
    for status in ("kept", "withdrawn", "promised"):
        await pool.execute(
            """INSERT INTO callbacks (centre, id, call, status, subject, due_at, state)
               VALUES ('noord', $1 || $2, $1, $2, 'wmo', $3, '{}')""", name, status, at,
        )
    await pool.execute(
        """INSERT INTO accesses (centre, actor, role, action, object, origin, result, at)
           VALUES ('noord', 'bart', 'agent', 'caller', $1, '', 'shown', $2)""", name, at,
    )
    await pool.execute(
        """INSERT INTO quarantine (centre, subject, key, event, error, at)
           VALUES ('noord', $1, 'k', '{}', '', $2)""", name, at,
    )


async def test_each_kind_goes_after_its_term_and_what_is_owed_to_a_citizen_stays(database: str) -> None:
    pool = await reading_pool(database)
    await fill(pool, OLD, "old", 1)
    await fill(pool, NEW, "new", 2)

    async def counts() -> dict[str, int]:
        return {table: await pool.fetchval(f"SELECT count(*) FROM {table} WHERE centre = 'noord'") for table in TABLES}

    before = await counts()
    await forget(pool, "zuid", NOW, NOW)
    assert await counts() == before, "another centre"
    await forget(pool, "noord", NOW - timedelta(days=90), NOW - timedelta(days=365))
    assert await counts() == before | {"offers": 1, "transfers": 1, "registrations": 2, "callbacks": 4}
    await forget(pool, "noord", NOW, NOW - timedelta(days=90))
    assert await counts() == {
        "offers": 0, "transfers": 0, "registrations": 0, "callbacks": 2, "warnings": 1, "accesses": 1, "quarantine": 1,
    }  # fmt: skip
    await pool.close()
