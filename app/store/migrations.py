"""Plain SQL migrations 0001_name.sql, forward only, in order, each in a transaction of its own.

An advisory lock keeps processes that start together apart; a checksum refuses a file that was edited after it was
applied; a database that is newer than this program is refused.
"""

import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import asyncpg

FOLDER = Path(__file__).resolve().parents[2] / "migrations"
NAME = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")
ADVISORY_LOCK = 0x7761726D6C696A6E  # "warmlijn"
LEDGER = """
    CREATE TABLE IF NOT EXISTS schema_migrations (
        version integer PRIMARY KEY, name text NOT NULL, sha256 text NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now());
    COMMENT ON TABLE schema_migrations IS 'Which migration files this database has had, and what they read then.'
"""


class MigrationError(Exception):
    """The files and the database disagree; the message says how. Nothing of the failing file was applied."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file: its number, name, text and checksum."""

    version: int
    name: str
    sql: str
    digest: str


def read(folder: Path = FOLDER) -> tuple[Migration, ...]:
    """The migrations in `folder`, by number. Raises MigrationError for a bad or double name."""
    found: dict[int, Migration] = {}
    for file in sorted(folder.glob("*.sql")):
        match = NAME.fullmatch(file.name)
        if match is None:
            raise MigrationError(f"{file.name} is not the name of a migration (0001_words.sql).")
        version = int(match[1])
        if version in found:
            raise MigrationError(f"Two migrations are numbered {match[1]}: {found[version].name} and {match[2]}.")
        text = file.read_bytes()
        found[version] = Migration(version, match[2], text.decode("utf-8"), sha256(text).hexdigest())
    return tuple(found.values())


async def migrate(url: str, folder: Path = FOLDER) -> tuple[str, ...]:
    """Apply what the database at `url` has not had; returns the names applied. Safe with several starters."""
    files = read(folder)
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SET lock_timeout = 0; SET statement_timeout = 0")
        await connection.execute("SELECT pg_advisory_lock($1)", ADVISORY_LOCK)
        await connection.execute(f"SET client_min_messages = warning; {LEDGER}")
        await connection.execute("RESET client_min_messages")
        had = _had(await connection.fetch("SELECT version, sha256 FROM schema_migrations"))
        _compare(files, had)
        applied = []
        for file in files:
            if file.version in had:
                continue
            async with connection.transaction():
                await connection.execute(file.sql)
                await connection.execute(
                    "INSERT INTO schema_migrations (version, name, sha256) VALUES ($1, $2, $3)",
                    file.version,
                    file.name,
                    file.digest,
                )
            applied.append(f"{file.version:04}_{file.name}")
        return tuple(applied)
    finally:
        await connection.close()


async def pending(connection: asyncpg.Connection, folder: Path = FOLDER) -> tuple[str, ...]:
    """The migrations the database still lacks. Raises MigrationError when it is newer or differs."""
    files = read(folder)
    if not await connection.fetchval("SELECT to_regclass('schema_migrations') IS NOT NULL"):
        had: dict[int, str] = {}
    else:
        had = _had(await connection.fetch("SELECT version, sha256 FROM schema_migrations"))
    _compare(files, had)
    return tuple(f"{file.version:04}_{file.name}" for file in files if file.version not in had)


def _had(rows: list[asyncpg.Record]) -> dict[int, str]:
    return {row["version"]: row["sha256"] for row in rows}


def _compare(files: tuple[Migration, ...], had: dict[int, str]) -> None:
    known = {file.version for file in files}
    if newer := sorted(set(had) - known):
        raise MigrationError(f"The database is newer than this program: it has had {_numbers(newer)}.")
    if edited := [file.version for file in files if had.get(file.version, file.digest) != file.digest]:
        raise MigrationError(f"Changed after it was applied: {_numbers(edited)}. Write a new migration instead.")
    last = max(had, default=0)
    if skipped := [file.version for file in files if file.version < last and file.version not in had]:
        raise MigrationError(f"The database is already past {_numbers(skipped)}. Give it a higher number.")


def _numbers(versions: list[int]) -> str:
    return ", ".join(f"{version:04}" for version in versions)
