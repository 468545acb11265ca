"""The clicks of agents and the looks of a supervisor, through the JSON API like any desk."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from app.providers.demo import Switch

SOON = 6.0
"""Real seconds within which a click must become possible."""
PAUSE = 0.05


class Desk:
    """One person with a token. `agent` is empty for a supervisor."""

    def __init__(
        self, client: httpx.AsyncClient, token: str, agent: str = "", address: str = "", language: str = "nl"
    ) -> None:
        self.agent = agent
        self.address = address
        self._client = client
        self._headers = {"authorization": f"Bearer {token}", "accept-language": language}

    async def get(self, path: str, **query: Any) -> Any:
        """What this page of the API says."""
        answer = await self._client.get(f"/api/v1{path}", params=query, headers=self._headers)
        answer.raise_for_status()
        return answer.json()

    async def post(self, path: str, **fields: Any) -> Any:
        """Click; raises HTTPStatusError when it means nothing now."""
        answer = await self._client.post(f"/api/v1{path}", json=fields, headers=self._headers)
        answer.raise_for_status()
        return answer.json()

    async def is_(self, state: str, **reason: str) -> None:
        """`logged_on`, `ready`, `not_ready` or `logged_off`; being so already is fine."""
        fields = {"state": state, **reason}
        answer = await self._client.put("/api/v1/me/presence", json=fields, headers=self._headers)
        if answer.status_code != 409:
            answer.raise_for_status()

    async def ready(self) -> None:
        """Logged on and ready for the next call."""
        if (await self.get("/me/presence"))["state"] == "logged_off":
            await self.is_("logged_on")
        await self.is_("ready")

    async def away(self) -> None:
        """Not ready for a while."""
        await self.is_("not_ready", reason="break")

    async def card(self) -> dict[str, Any]:
        """The call on the desk; empty when there is none."""
        return (await self.get("/me/call"))["call"] or {}

    async def sees(self, what: str, test: Any) -> dict[str, Any]:
        """The card, as soon as it shows this. Raises TimeoutError, naming `what`."""
        for _ in range(int(SOON / PAUSE)):
            card = await self.card()
            if card and test(card):
                return card
            await asyncio.sleep(PAUSE)
        raise TimeoutError(f"{self.agent} does not see {what}")

    async def may(self, action: str) -> dict[str, Any]:
        """The card, as soon as this button can be pressed."""
        return await self.sees(f"the button {action}", lambda card: action in card["may"])

    async def does(self, action: str, **fields: Any) -> dict[str, Any]:
        """Press a button of the call as soon as it can be pressed; the card after it."""
        card = await self.may(action)
        done: dict[str, Any] = await self.post(f"/calls/{card['id']}/{action}", **fields)
        return done

    async def registers(self, call: str, topic: str, *, direct: bool, simple: bool = False) -> None:
        """The question of this call, once, as soon as it is owed."""
        question = {"topic": topic, "direct": direct, "simple": simple}
        for _ in range(int(SOON / PAUSE)):
            try:
                await self.post(f"/calls/{call}/registration", questions=[question])
            except httpx.HTTPStatusError as error:
                if error.response.status_code not in (404, 409):
                    raise
            else:
                return
            await asyncio.sleep(PAUSE)
        raise TimeoutError(f"{self.agent} cannot register {call}")

    def hangs_up(self, switch: Switch) -> None:
        """Put the phone down."""
        if (leg := switch.at(self.address)) is not None:
            switch.end(leg, "normal")
