"""The end of a run: whoever is still on the line hangs up, and every agent is ready for the next one."""

from __future__ import annotations

import asyncio

import asyncpg
import httpx

from app.store import codec
from bench.signing import Message, Pbx

TRIES = 40


async def hang_up(url: str, port: int) -> None:
    """Tell the end of every line that is up (cause `cancelled`, which no story has), and that every phone is there; raises RuntimeError when that is not enough."""
    pbx = Pbx()
    connection = await asyncpg.connect(url)
    try:
        async with httpx.AsyncClient(trust_env=False, base_url=f"http://127.0.0.1:{port}") as client:
            for _ in range(TRIES):
                busy = await connection.fetch("SELECT centre, state FROM agents WHERE state->>'state' <> 'ready'")
                live = await connection.fetch("SELECT centre, state FROM calls WHERE live")
                if not busy and not live:
                    return
                for row in live:
                    for leg in codec.call(row["state"]).legs:
                        await _post(client, pbx.message(row["centre"], "leg.ended", f'{{"leg":"{leg.id}","cause":"cancelled"}}'))
                for row in busy:
                    await _post(client, pbx.device(row["centre"], codec.agent(row["state"]).id))
                await asyncio.sleep(0.1)
    finally:
        await connection.close()
    raise RuntimeError(f"after {TRIES} tries: {[dict(row) for row in busy][:2]} {[dict(row) for row in live][:2]}")


async def _post(client: httpx.AsyncClient, message: Message) -> None:
    answer = await client.post(message.path, content=message.body, headers=message.headers)
    answer.raise_for_status()
