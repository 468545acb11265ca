"""The end of a run: whoever is still on the line hangs up, and every agent is ready for the next one."""

from __future__ import annotations

import asyncio

import asyncpg
import httpx

from app.store import codec
from bench.signing import Message, Pbx

TRIES = 40
REGISTERED = """
WITH done AS (UPDATE agents SET state = jsonb_set(state::jsonb, '{owes}', '[]')::json)
UPDATE centres SET seq = seq + 1"""
"""Nobody registers in the load: without this each agent would owe hundreds of conversations after some minutes."""


async def hang_up(url: str, port: int) -> None:
    """Tell the end of every line that is up, with a cause that no story has, and that every phone is there.

    What the agents still owe counts as registered.

    Raises RuntimeError when somebody is still busy after that.
    """
    pbx = Pbx()
    connection = await asyncpg.connect(url)
    try:
        async with httpx.AsyncClient(trust_env=False, base_url=f"http://127.0.0.1:{port}") as client:
            busy, live = [], []
            for _ in range(TRIES):
                busy = await connection.fetch("SELECT centre, state FROM agents WHERE state->>'state' <> 'ready'")
                live = await connection.fetch("SELECT centre, state FROM calls WHERE live")
                if not busy and not live:
                    break
                for row in live:
                    for leg in codec.call(row["state"]).legs:
                        data = f'{{"leg":"{leg.id}","cause":"cancelled"}}'
                        await _post(client, pbx.message(row["centre"], "leg.ended", data))
                for row in busy:
                    await _post(client, pbx.device(row["centre"], codec.agent(row["state"]).id))
                await asyncio.sleep(0.1)
            if busy:  # calls that hold no agent end by their own timers
                left = f"{len(busy)} agents and {len(live)} calls are left, as {busy[:1]}"
                raise RuntimeError(f"after {TRIES} tries {left}")
        await connection.execute(REGISTERED)
    finally:
        await connection.close()


async def _post(client: httpx.AsyncClient, message: Message) -> None:
    answer = await client.post(message.path, content=message.body, headers=message.headers)
    answer.raise_for_status()
