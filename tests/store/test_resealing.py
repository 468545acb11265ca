"""Names of before the seal, of an older process beside us, and of an older key: read at once, and sealed in passing."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from app.store import present, resealing
from app.store.database import reading_pool
from app.store.sealing import Seal
from tests.kept import PERSON, SEAL, kept

OLD, NEW = b"o" * 32, b"n" * 32
EARLIER = """
INSERT INTO names (centre, ref, value, delete_after) SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[])
ON CONFLICT (centre, ref) DO UPDATE SET value = excluded.value, delete_after = excluded.delete_after"""  # noqa: E501
"""As the version without the seal writes."""
OURS = """INSERT INTO names (centre, ref, sealed, alike, delete_after) VALUES ('noord', $1, $2, $3, now())"""


@pytest_asyncio.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    async with asyncpg.create_pool(database, min_size=1, max_size=3) as made:
        yield made


async def earlier(pool: asyncpg.Pool, **values: str) -> None:
    """An older process writes these refs."""
    day = await pool.fetchval("SELECT now()")
    await pool.execute(EARLIER, ["noord"] * len(values), list(values), list(values.values()), [day] * len(values))


async def ours(pool: asyncpg.Pool, seal: Seal, **values: str) -> None:
    """This one does."""
    for ref, sealed, alike in seal.rows("noord", values):
        await pool.execute(OURS, ref, sealed, alike)


async def read(pool: asyncpg.Pool, *refs: str, seal: Seal = SEAL) -> dict[str, str]:
    return await present.names(pool, seal, "noord", refs)


async def test_what_stands_in_clear_is_read_and_is_sealed_in_passing(pool: asyncpg.Pool) -> None:
    await earlier(pool, a="Jansen", b="+31612345678")
    await ours(pool, SEAL, c="De Vries")
    assert await read(pool, "a", "b", "c", "d") == {"a": "Jansen", "b": "+31612345678", "c": "De Vries"}
    assert await resealing.seal_clear(pool, SEAL) == 2
    assert await kept(pool) == {"a": "Jansen", "b": "+31612345678", "c": "De Vries"}
    assert await pool.fetchval("SELECT alike FROM names WHERE ref = 'b'") == SEAL.alike("noord", "+31612345678")
    assert await resealing.seal_clear(pool, SEAL) == 0


async def test_what_an_older_process_writes_over_it_counts(pool: asyncpg.Pool) -> None:
    await ours(pool, SEAL, a="Jansen")
    await earlier(pool, a="Janssen")
    assert await read(pool, "a") == {"a": "Janssen"}
    await resealing.seal_clear(pool, SEAL)
    assert await kept(pool) == {"a": "Janssen"}


async def test_an_older_process_finds_nothing_where_it_is_sealed_and_no_cipher_to_say_aloud(pool: asyncpg.Pool) -> None:
    await ours(pool, SEAL, a="Jansen")
    assert await pool.fetchval("SELECT value FROM names WHERE centre = 'noord' AND ref = 'a'") == ""


async def test_a_pass_overwrites_nothing_that_was_written_meanwhile(pool: asyncpg.Pool) -> None:
    await earlier(pool, a="Jansen", b="Pietersen", c="Klaassen")
    rows = [("noord", ref, was, was) for ref, was in (("a", "Jansen"), ("b", "Pietersen"), ("c", "Klaassen"))]
    await earlier(pool, a="Janssen")
    async with pool.acquire() as engine, engine.transaction():
        await engine.execute("UPDATE names SET delete_after = now() WHERE ref = 'b'")
        assert await resealing._write(pool, SEAL, rows) == 1, "not what reads differently now, or is being written"
    assert await read(pool, "a", "b", "c") == {"a": "Janssen", "b": "Pietersen", "c": "Klaassen"}


async def test_more_than_a_chunk(pool: asyncpg.Pool) -> None:
    names = {f"n{n}": f"Jansen {n}" for n in range(2 * resealing.CHUNK + 7)}
    await earlier(pool, **names)
    assert await resealing.seal_clear(pool, SEAL) == len(names)
    assert await kept(pool) == names


async def test_what_an_older_key_sealed_is_sealed_anew(pool: asyncpg.Pool) -> None:
    await ours(pool, SEAL, a="Jansen")
    await ours(pool, Seal(PERSON, OLD), b="+31612345678")
    both = Seal(PERSON, NEW, OLD)
    await ours(pool, both, c="De Vries")
    before = await resealing.keys(pool)
    assert (before.old(both), before.beyond(both), before.clear) == (2, {}, 0)
    assert await resealing.renew(pool, both) == 2
    alone = Seal(PERSON, NEW)
    assert (await resealing.keys(pool)).sealed == {alone.newest: 3}
    assert await read(pool, "a", "b", "c", seal=alone) == {"a": "Jansen", "b": "+31612345678", "c": "De Vries"}
    assert await pool.fetchval("SELECT alike FROM names WHERE ref = 'b'") == SEAL.alike("noord", "+31612345678")


async def test_without_the_key_of_the_names_nothing_starts_and_one_is_told_what_to_do(pool: asyncpg.Pool) -> None:
    await resealing.check(pool, Seal(NEW))
    await ours(pool, Seal(PERSON, OLD), a="Jansen", b="De Vries")
    await resealing.check(pool, Seal(PERSON, NEW, OLD))
    with pytest.raises(resealing.WrongKey) as caught:
        await resealing.check(pool, Seal(PERSON, NEW))
    said = str(caught.value)
    assert said.startswith("2 namen en nummers in deze database zijn versleuteld met sleutel ")
    assert Seal(PERSON, OLD).newest in said
    assert "WARMLIJN_NAMES_KEY" in said
    assert "`warmlijn names lost`" in said


async def test_what_no_key_opens_can_be_deleted_and_only_that(pool: asyncpg.Pool) -> None:
    await ours(pool, Seal(PERSON, OLD), a="Jansen")
    await ours(pool, SEAL, b="De Vries")
    await earlier(pool, c="Klaassen")
    new = Seal(PERSON, NEW)
    assert await resealing.renew(pool, new) == 1, "what cannot be opened is left as it is"
    assert await resealing.lose(pool, new) == 1
    await resealing.check(pool, new)
    assert await read(pool, "a", "b", "c", seal=new) == {"b": "De Vries", "c": "Klaassen"}


async def test_a_pass_over_nothing_looks_at_no_row(database: str, pool: asyncpg.Pool) -> None:
    """Each minute, with a table of a hundred thousand."""
    await pool.execute("INSERT INTO names (centre, ref, sealed, delete_after) SELECT 'noord', g::text, 'x.y', now()"
                       " FROM generate_series(1, 20000) g")
    await pool.execute("ANALYZE names")
    reader = await reading_pool(database, 1)
    asked = resealing._CLEAR.replace("($1, $2)", "('', '')")
    plan = "\n".join(row[0] for row in await reader.fetch(f"EXPLAIN {asked}"))
    await reader.close()
    assert "names_clear" in plan, plan
