"""Statements planned while the tables are empty take the index that is still right when they are full."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest

from app.store import outbox, reading
from app.store.database import engine_connection

RIGHT = {
    "agents": {"agents_pkey"},
    "callbacks": {"callbacks_pkey", "callbacks_one_per_call", "callbacks_one_per_person"},
    "calls": {"calls_pkey", "calls_waiting"},
    "centres": {"centres_pkey"},
    "diaries": {"diaries_pkey"},
    "events": {"events_pkey"},
    "lines": {"lines_call"},
    "names": {"names_pkey"},
    "outbox": {"outbox_pkey", "outbox_claim"},
}
STATEMENTS = {"read": reading._READ, "names": reading.NAMES, "mine": outbox._MINE}


@pytest.mark.parametrize("before", ["SELECT 1", "VACUUM", "VACUUM ANALYZE"])
@pytest.mark.parametrize("name", STATEMENTS)
async def test_a_plan_made_on_empty_tables_uses_the_right_index(database: str, name: str, before: str) -> None:
    connection = await engine_connection(database)
    await connection.execute(before)
    used = [part for row in await explained(connection, STATEMENTS[name]) for part in scans(row["Plan"])]
    await connection.close()
    assert used
    wrong = [(relation, index) for relation, index in used if index not in RIGHT.get(relation, set())]
    assert not wrong, f"{name} would read the whole of {wrong}"


async def explained(connection: asyncpg.Connection, statement: str) -> list[dict[str, Any]]:
    """The plan that the engine would keep."""
    kinds = [kind.name for kind in (await connection.prepare(statement)).get_parameters()]
    await connection.execute(f"PREPARE kept AS {statement}")
    values = ", ".join("'x'" if kind == "text" else "1" for kind in kinds)
    plan = await connection.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE kept ({values})")
    found: list[dict[str, Any]] = json.loads(plan)
    return found


def scans(node: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Every table that is looked at, and by which index; an empty name is a sequential scan."""
    if "Relation Name" in node:
        yield node["Relation Name"], node.get("Index Name", "")
    if node["Node Type"] == "Bitmap Index Scan":
        yield node["Index Name"].partition("_")[0], node["Index Name"]
    for child in node.get("Plans", ()):
        yield from scans(child)
