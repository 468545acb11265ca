"""What is kept of names and numbers, opened as the service would; and everything that a thief of the database has."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import asyncpg

from app.store.embedded_files import packaged
from app.store.sealing import Seal

PERSON = b"k" * 32
SEAL = Seal(PERSON)
"""Of engines that tests start by themselves."""
TITLES = ("mevrouw", "meneer")


async def kept(db: asyncpg.Connection | asyncpg.Pool, seal: Seal = SEAL) -> dict[str, str]:
    """Ref -> text; nothing may stand in clear."""
    rows = await db.fetch("SELECT centre, ref, value, sealed FROM names")
    assert [row["ref"] for row in rows if row["value"]] == [], "in clear"
    return {row["ref"]: seal.open(row["centre"], row["ref"], row["sealed"]) or "?" for row in rows}


async def everything(url: str) -> Mapping[str, str]:
    """Every column of every table, whatever its type, by `table.column`; and what pg_dump makes of it all."""
    db = await asyncpg.connect(url)
    columns = await db.fetch(
        """SELECT table_name, column_name, data_type FROM information_schema.columns c
           JOIN information_schema.tables t USING (table_schema, table_name)
           WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"""
    )
    found = {}
    for table, column, kind in columns:
        text = f"encode({column}, 'escape')" if kind == "bytea" else f"{column}::text"
        found[f"{table}.{column}"] = await db.fetchval(f"SELECT coalesce(string_agg({text}, E'\\n'), '') FROM {table}")
    await db.close()
    dump = await asyncio.create_subprocess_exec(str(packaged() / "pg_dump"), url, stdout=asyncio.subprocess.PIPE)
    said, _ = await dump.communicate()
    assert dump.returncode == 0
    return found | {"pg_dump": said.decode()}


def on_disk(folder: Path) -> bytes:
    """Every file of a server that was stopped: tables, indexes, and the log from which they are made again."""
    return b"\n".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


def forms(people: Iterable[str]) -> set[str]:
    """How names and numbers could stand somewhere: a number without its zero or country too, each word of a name."""
    found = set()
    for each in people:
        digits = re.sub(r"\D", "", each)
        if digits and not re.search("[A-Za-z]", each):
            found |= {each, digits.removeprefix("31").removeprefix("0")}
        else:
            found |= {each, *(word for word in re.findall(r"\w{5,}", each) if word.lower() not in TITLES)}
    return found


def among(wanted: Iterable[str], text: bytes) -> set[str]:
    """Which of these stand there; a name as a word, so that mr Kuiper is not found in colleague Kuipers."""
    seen = (each for each in wanted if each.encode() in text)
    return {each for each in seen if each[-1].isdigit() or re.search(rb"\b%s\b" % re.escape(each.encode()), text)}
