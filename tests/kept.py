"""What is kept of names and numbers, opened as the service would; nothing may stand in clear."""

from __future__ import annotations

import asyncpg

from app.store.sealing import Seal

PERSON = b"k" * 32
SEAL = Seal(PERSON)
"""Of engines that tests start by themselves."""


async def kept(db: asyncpg.Connection | asyncpg.Pool, seal: Seal = SEAL) -> dict[str, str]:
    """Ref -> text."""
    rows = await db.fetch("SELECT centre, ref, value, sealed FROM names")
    assert [row["ref"] for row in rows if row["value"]] == [], "in clear"
    return {row["ref"]: seal.open(row["centre"], row["ref"], row["sealed"]) or "?" for row in rows}
