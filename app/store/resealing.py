"""The names table as a whole: with which keys it is sealed, and passes that seal what stands in clear or is old."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import asyncpg
from msgspec import Struct

from app.logs import logger
from app.store.sealing import ID, Seal

CHUNK = 500
"""Rows of one statement: a few milliseconds."""
PAUSE = 0.02
"""Seconds between two of them: calls go first."""

_KEYS = f"""
SELECT left(sealed, {ID}) AS key, count(*) FROM names WHERE value = '' AND sealed <> '' GROUP BY 1
UNION ALL SELECT '', count(*) FROM names WHERE value <> ''"""
_CLEAR = f"""
SELECT centre, ref, value AS was FROM names
WHERE value <> '' AND (centre, ref) > ($1, $2) ORDER BY centre, ref LIMIT {CHUNK}"""
_OLD = f"""
SELECT centre, ref, sealed AS was FROM names WHERE value = '' AND sealed <> '' AND left(sealed, {ID}) <> $3
AND (centre, ref) > ($1, $2) ORDER BY centre, ref LIMIT {CHUNK}"""
_WRITE = """
WITH held AS MATERIALIZED (
    SELECT n.ctid, u.sealed, u.alike
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) u (centre, ref, was, sealed, alike)
    JOIN names n ON n.centre = u.centre AND n.ref = u.ref
        AND u.was = CASE n.value WHEN '' THEN n.sealed ELSE n.value END
    FOR UPDATE OF n SKIP LOCKED)
UPDATE names n SET value = '', sealed = held.sealed, alike = held.alike FROM held WHERE n.ctid = held.ctid"""
"""Only what still reads as it was read; a row that somebody writes now is left to the next pass, and nobody waits."""
_LOST = f"DELETE FROM names WHERE value = '' AND sealed <> '' AND left(sealed, {ID}) <> ALL ($1::text[])"


log = logger()


class WrongKey(Exception):
    """Names were sealed with a key that is not here. The message, in Dutch, says what the administrator must do."""

    def __init__(self, count: int, missing: list[str], known: tuple[str, ...]) -> None:
        super().__init__(
            f"{count} namen en nummers in deze database zijn versleuteld met sleutel {', '.join(missing)}, en die is"
            f" hier niet (wel: {', '.join(known)}). Geef de dienst de sleutel terug: in WARMLIJN_NAMES_KEY, of, als"
            " die nooit was gezet, in WARMLIJN_PERSON_KEY of in het bestand person.key van toen."
            " Is hij voorgoed weg? Dan wist `warmlijn names lost` wat niemand meer kan lezen."
        )


class Keys(Struct, frozen=True):
    """With what the table is sealed: name of a key -> rows; and the rows that stand in clear."""

    sealed: dict[str, int]
    clear: int

    def beyond(self, seal: Seal) -> dict[str, int]:
        """Of keys that are not here."""
        return {key: count for key, count in self.sealed.items() if key not in seal.known}

    def old(self, seal: Seal) -> int:
        """Rows that can be opened, but are not sealed with the newest key."""
        return sum(count for key, count in self.sealed.items() if key in seal.known[1:])


async def keys(pool: asyncpg.Pool) -> Keys:
    """How the table stands now."""
    found = {row["key"]: row["count"] for row in await pool.fetch(_KEYS)}
    return Keys(clear=found.pop("", 0), sealed=found)


async def check(pool: asyncpg.Pool, seal: Seal) -> None:
    """Raises WrongKey when there is something that these keys do not open.

    A table so large that it cannot be counted in time keeps no telephone silent: then nothing is said.
    """
    try:
        now = await keys(pool)
    except asyncpg.QueryCanceledError:
        log.warning("names.not_checked")
        return
    if missing := now.beyond(seal):
        raise WrongKey(sum(missing.values()), sorted(missing), seal.known)


async def seal_clear(pool: asyncpg.Pool, seal: Seal) -> int:
    """Seal what stands in clear; returns how much."""
    done = 0
    async for rows in _chunks(pool, _CLEAR):
        done += await _write(pool, seal, [(row["centre"], row["ref"], row["was"], row["was"]) for row in rows])
    return done


async def renew(pool: asyncpg.Pool, seal: Seal) -> int:
    """Seal with the newest key what another one sealed, as far as it can be opened; returns how much."""
    done = 0
    async for rows in _chunks(pool, _OLD, seal.newest):
        texts = [(row, seal.open(row["centre"], row["ref"], row["was"])) for row in rows]
        done += await _write(
            pool, seal, [(row["centre"], row["ref"], row["was"], text) for row, text in texts if text is not None]
        )
    return done


async def lose(pool: asyncpg.Pool, seal: Seal) -> int:
    """Delete what no key of these opens; returns how much."""
    status: str = await pool.execute(_LOST, list(seal.known))
    return int(status.rpartition(" ")[2])


async def _chunks(pool: asyncpg.Pool, statement: str, *arguments: str) -> AsyncIterator[list[asyncpg.Record]]:
    """The whole table once, in the order of its key."""
    last = ("", "")
    while rows := await pool.fetch(statement, *last, *arguments):
        yield rows
        last = (rows[-1]["centre"], rows[-1]["ref"])
        await asyncio.sleep(PAUSE)


async def _write(pool: asyncpg.Pool, seal: Seal, rows: list[tuple[str, str, str, str]]) -> int:
    """Rows `(centre, ref, as it was read, text)` sealed anew; returns how many still were so."""
    made = [(c, ref, was, seal.close(c, ref, text), seal.alike(c, text)) for c, ref, was, text in rows]
    status: str = await pool.execute(_WRITE, *(list(zip(*made, strict=True)) or [()] * 5))
    return int(status.rpartition(" ")[2])
