"""A call as it is now, read without a lock: for an answer to a switch that only asks, and for looking."""

from __future__ import annotations

from collections.abc import Collection

import asyncpg

from app.call.agent import Agent
from app.call.call import Call
from app.store import codec, reading
from app.store.sealing import Seal


async def call(pool: asyncpg.Pool, centre: str, call_id: str) -> Call | None:
    """The call, or None when nobody knows it."""
    state = await pool.fetchval("SELECT state FROM calls WHERE centre = $1 AND id = $2", centre, call_id)
    return None if state is None else codec.call(state)


async def agents(pool: asyncpg.Pool, centre: str) -> dict[str, Agent]:
    """Who was ever present, by id."""
    rows = await pool.fetch("SELECT id, state FROM agents WHERE centre = $1", centre)
    return {row["id"]: codec.agent(row["state"]) for row in rows}


async def names(pool: asyncpg.Pool, seal: Seal, centre: str, refs: Collection[str]) -> dict[str, str]:
    """The names and numbers that are still kept, ref -> text; empty refs are none."""
    found = await reading.names(pool, seal, {(centre, ref) for ref in refs if ref})
    return {ref: text for (_, ref), text in found.items()}


async def lines(pool: asyncpg.Pool, centre: str, call_id: str) -> dict[str, str]:
    """The platform's own ids of the legs of a call, leg -> id."""
    rows = await pool.fetch("SELECT leg, ref FROM lines WHERE centre = $1 AND call = $2", centre, call_id)
    return {row["leg"]: row["ref"] for row in rows}
