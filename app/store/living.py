"""The calls of one platform that may have a line at the switch, for comparing with what the switch has."""

from __future__ import annotations

import asyncpg
import msgspec
from msgspec import Struct

from app.call.call import Call
from app.store import codec

_LIVING = """
SELECT c.state, (SELECT coalesce(jsonb_object_agg(l.leg, l.ref), '{}') FROM lines l
                 WHERE l.centre = c.centre AND l.call = c.id) AS refs
FROM calls c WHERE c.centre = $1 AND c.provider = $2 AND c.live"""
_lines = msgspec.json.Decoder(dict[str, str]).decode


class Living(Struct, frozen=True):
    """A call with the lines that are known of its legs, leg -> the platform's own id."""

    call: Call
    lines: dict[str, str]


async def living(pool: asyncpg.Pool, centre: str, provider: str) -> list[Living]:
    """All of them."""
    rows = await pool.fetch(_LIVING, centre, provider)
    return [Living(codec.call(row["state"]), _lines(row["refs"])) for row in rows]
