"""The far end of each platform's commands: who rings there and what befalls them. A line is the platform's own id."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Protocol

from app.providers.base import Provider
from app.providers.demo import Switch
from app.providers.demo.server import free_port, serving
from app.providers.generic import Generic
from tests.providers import twilio_hooks, twilio_switch
from tests.providers.pbx_side import OTHER, SECRET
from tests.providers.test_generic_sending import Pbx


class FarEnd(Protocol):
    """What a test does at the switch; `provider` is what we reach it by."""

    provider: Provider

    def live(self) -> dict[str, str]:
        """The address at each line that is not over."""

    def picks_up(self, line: str) -> None: ...
    def ends(self, line: str) -> None: ...
    def enters(self, line: str, room: str) -> None: ...
    def fails(self, status: int) -> None:
        """The next request is not carried out, but answered with this status."""


class GenericFar(Pbx):
    """A PBX that knows no more than its description says."""

    provider: Provider

    def __init__(self) -> None:
        super().__init__()
        self._legs: dict[str, dict[str, str]] = {}
        self._fails = 0

    def takes(self, command: Any) -> None:
        """Do it, and have the answer ready."""
        do, leg = command["do"], command["leg"]
        self.status, self._fails = self._fails, 0
        if self.status:
            return
        if do == "dial":
            self._legs[leg] = {"line": f"pbx-{leg}", "address": command["address"], "state": "ringing"}
        self.answer = self._legs.get(leg)
        self.status = 404 if self.answer is None else 200
        if do == "hang-up" or (do == "stop-ringing" and self.answer and self.answer["state"] != "up"):
            self._legs.pop(leg, None)

    def live(self) -> dict[str, str]:
        return {leg["line"]: leg["address"] for leg in self._legs.values()}

    def picks_up(self, line: str) -> None:
        self._legs[line.removeprefix("pbx-")]["state"] = "up"

    def ends(self, line: str) -> None:
        del self._legs[line.removeprefix("pbx-")]

    def enters(self, line: str, room: str) -> None:
        self._legs[line.removeprefix("pbx-")]["room"] = room

    def fails(self, status: int) -> None:
        self._fails = status


class DemoFar:
    """The switch in memory."""

    provider: Provider

    def __init__(self) -> None:
        self.switch = Switch("http://127.0.0.1:9/events", (SECRET,), (OTHER,))
        self._fails = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        status, self._fails = self._fails, 0
        if not status:
            await self.switch.gate(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    def live(self) -> dict[str, str]:
        return {f"line-{leg.id}": leg.address for leg in self.switch.legs.values() if leg.live}

    def picks_up(self, line: str) -> None:
        self.switch.legs[line.removeprefix("line-")].state = "up"

    def ends(self, line: str) -> None:
        self.switch.end(self.switch.legs[line.removeprefix("line-")], "normal")

    def enters(self, line: str, room: str) -> None:
        self.switch.legs[line.removeprefix("line-")].room = room

    def fails(self, status: int) -> None:
        self._fails = status


class TwilioFar:
    """The imitated Twilio; its webhooks lead nowhere."""

    def __init__(self, switch: twilio_switch.Switch) -> None:
        self._switch = switch
        self.provider: Provider = twilio_hooks.platform(public="http://127.0.0.1:9", api=switch.url)

    def live(self) -> dict[str, str]:
        return {line.sid: line.to for line in self._switch.live}

    def picks_up(self, line: str) -> None:
        self._switch.lines[line].status = "in-progress"

    def ends(self, line: str) -> None:
        self._switch.lines[line].over("completed")

    def enters(self, line: str, room: str) -> None:
        self._switch.room(room).inside.append(self._switch.lines[line])

    def fails(self, status: int) -> None:
        self._switch.trouble.append(str(status))


def generic(url: str) -> Provider:
    """The platform that sends its commands there."""
    return Generic("gemeente", [SECRET], command_url=f"{url}/commands", command_secrets=[OTHER])


def reaching_nobody(name: str) -> Provider:
    """A provider of this platform where nothing listens."""
    url = f"http://127.0.0.1:{free_port()}"
    return twilio_hooks.platform(api=url) if name == "twilio" else generic(url)


@asynccontextmanager
async def far_end(name: str) -> AsyncIterator[FarEnd]:
    """The far end of this platform, over real HTTP."""
    if name == "twilio":
        async with twilio_switch.Switch(twilio_hooks.ACCOUNT, twilio_hooks.TOKEN) as switch:
            twilio = TwilioFar(switch)
            yield twilio
            await twilio.provider.close()
        return
    far = DemoFar() if name == "demo" else GenericFar()
    async with serving(far) as url:
        far.provider = generic(url)
        yield far
        await far.provider.close()
        if isinstance(far, DemoFar):
            await far.switch.close()
