"""The agents at their desks: every click through the API, repeated with the same key until it is answered."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

import asyncpg
import httpx

from app.web.auth import make_token
from tests.faults.front import Front
from tests.faults.town import CENTRE


class Desk:
    """One agent. `front` says where the processes are."""

    def __init__(self, agent: str, token: str, front: Front) -> None:
        self.agent = agent
        self._front = front
        self._client = httpx.AsyncClient(timeout=5.0, trust_env=False, headers={"authorization": f"Bearer {token}"})

    async def is_(self, state: str) -> None:
        """`logged_on`, `ready`, ...; being so already is fine."""
        await self._ask("PUT", "/me/presence", {"state": state})

    async def ready(self) -> None:
        """Logged on and ready."""
        await self.is_("logged_on")
        await self.is_("ready")

    async def clicks(self, call: str, action: str, **fields: Any) -> int:
        """The status of the answer; 409 when it meant nothing any more, 404 when the call is not on this desk."""
        return await self._ask("POST", f"/calls/{call}/{action}", fields)

    async def close(self) -> None:
        """Go home."""
        await self._client.aclose()

    async def _ask(self, method: str, path: str, fields: dict[str, Any], seconds: float = 20.0) -> int:
        headers = {"idempotency-key": secrets.token_hex(16)}
        loop = asyncio.get_running_loop()
        end, n = loop.time() + seconds, 0
        while True:
            target = self._front.targets[n % len(self._front.targets)]
            status, told = 0, ""
            try:
                answer = await self._client.request(method, f"{target}/api/v1{path}", json=fields, headers=headers)
                status, told = answer.status_code, answer.text
            except httpx.HTTPError as error:
                told = type(error).__name__
            if 200 <= status < 300 or status in (404, 409):
                return status
            assert status not in (400, 401, 403), told
            assert loop.time() < end, f"{self.agent} {method} {path}: {status} {told}"
            n += 1
            await asyncio.sleep(0.05)


async def desks(database: str, front: Front, *agents: str) -> dict[str, Desk]:
    """These agents with an account each; after the centre was made."""
    made = {}
    connection = await asyncpg.connect(database)
    try:
        for agent in agents:
            token, hashed = make_token()
            await connection.execute(
                "INSERT INTO users (centre, name, role, agent, token_hash) VALUES ($1, $2, 'agent', $2, $3)",
                CENTRE, agent, hashed,
            )
            made[agent] = Desk(agent, token, front)
    finally:
        await connection.close()
    return made
