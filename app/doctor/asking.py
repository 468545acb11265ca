"""What the doctor is given to look at, and one question to Asterisk."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from app.call.policy import Policy
from app.providers.asterisk.link import LinkState
from app.providers.asterisk.rest import Answer, Rest
from app.providers.asterisk.voices import Voices
from app.providers.base import Uncertain
from app.settings import AsteriskSettings


class Patient(Struct, frozen=True):
    """One Asterisk of one centre. `link` None: the service is not there to say how the link stands."""

    centre: str
    settings: AsteriskSettings
    policy: Policy
    voices: Voices
    rest: Rest | None
    now: datetime
    link: LinkState | None = None
    holder: str = ""
    """The process that holds the link, if any."""

    async def ask(self, path: str, query: Mapping[str, str] | None = None, method: str = "GET") -> Answer:
        """Raises Uncertain without an answer."""
        if self.rest is None:
            raise Uncertain("the switch is not connected")
        return await self.rest(method, path, query)

    async def variable(self, name: str, channel: str = "") -> str | None:
        """The value of a global variable, or of a function on a channel; None when it cannot be read."""
        path = f"/channels/{channel}/variable" if channel else "/asterisk/variable"
        answer = await self.ask(path, {"variable": name})
        return str(answer.body.get("value", "")) if answer.done and isinstance(answer.body, dict) else None

    async def listed(self, path: str) -> list[dict[str, Any]]:
        """A list, empty when Asterisk does not give it."""
        answer = await self.ask(path)
        return answer.body if answer.done and isinstance(answer.body, list) else []
