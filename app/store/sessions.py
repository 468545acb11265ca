"""Which processes have a session with the database: each holds a lock by its name for as long as it lives.

A free lock is a hint and no proof, for a living process may have lost its session. So it only shortens how long others
wait for a sign of life; what keeps two from doing one thing is the claim itself (decision 0016).
"""

from __future__ import annotations

import asyncpg

SPACE = 0x6C697665
"""The first half of such a lock, "live"; the other is the hash of the process's name."""
SILENT = 0.75
"""Seconds without a sign of life after which a process without a session counts as dead."""
GRACE = 2.0
"""Seconds in which a server that was started has nobody count as dead: the living are coming back to it."""


async def hold(connection: asyncpg.Connection, process: str) -> None:
    """This session says from now on that the process lives; another of the same process does not hinder it."""
    await connection.fetchval("SELECT pg_advisory_lock_shared($1, hashtext($2))", SPACE, process)


def gone(process: str) -> str:
    """The condition in SQL that the process of this column has no session."""
    return f"""(pg_postmaster_start_time() < clock_timestamp() - interval '{GRACE} s'
        AND hashtext({process})::oid NOT IN (
            SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND classid = {SPACE} AND objsubid = 2
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())))"""
