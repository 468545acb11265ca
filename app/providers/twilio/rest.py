"""Commands to the platform through its own SDK; what comes back is done, refused, or uncertain (design §5 rule 7)."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Awaitable, Callable, Coroutine
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import aiohttp
from twilio.base.exceptions import TwilioException
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from app.call.events import Event, LegEnded, LegSeen
from app.call.legs import Ringing
from app.providers.base import BARRED, NoLine, Order, Refused, Uncertain
from app.providers.twilio.addresses import Addresses
from app.providers.twilio.causes import OVER, cause
from app.settings import Secret, is_loopback

TIMEOUT = 3.0
"""Seconds for one command, whatever it takes (design §5 rule 7); looking takes up to three requests and twice that."""
CONNECT = 2.0
"""Seconds to connect; less, so that what was certainly never sent is known as such."""
BUSY_WAITS = (0.25, 0.75)
"""Seconds before a request that was refused as one too many is made again."""
WRONG_STATE = frozenset({21220, 20404})
"""Twilio's error numbers for a call that is over, or not there."""
IDLE = 5.0
"""Seconds a connection is kept without use; the platform closes its own side later."""
LEAST_BACKSTOP, MOST_BACKSTOP = 5, 600
ONLY_ONCE = frozenset({"Dial", "Say"})
PROGRESS = ["initiated", "ringing", "answered", "completed"]
MOST_ROOMS = 200
Answer = TypeVar("Answer")


class Http(AsyncHttpClient):  # type: ignore[misc]
    """Carries the SDK's requests: one pool, a time-out on every request, nothing kept and nothing logged of them.

    The SDK's own asynchronous carrier waits for ever, remembers the last request and writes addresses to the log.
    """

    def __init__(self, base_url: str) -> None:
        super().__init__(None, is_async=True, timeout=TIMEOUT)
        self.near = is_loopback(urlsplit(base_url).hostname or "")

    @cached_property
    def session(self) -> aiohttp.ClientSession:
        """Made at the first request, inside the running loop."""
        return aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=TIMEOUT, connect=CONNECT),
            connector=aiohttp.TCPConnector(limit=100, keepalive_timeout=IDLE),
            trust_env=not self.near,
            auto_decompress=True,
        )

    async def request(
        self,
        method: str,
        url: str,
        params: dict[str, Any] | None = None,
        data: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 - the SDK's signature
        allow_redirects: bool = False,  # noqa: ARG002
    ) -> Response:
        """One request as the SDK asks for it; repeated form keys are kept."""
        sent = dict(headers or {})
        if auth:
            sent["Authorization"] = "Basic " + b64encode(":".join(auth).encode()).decode()
        body = urlencode(data, doseq=True) if data else None
        query = {name: str(value) for name, value in (params or {}).items()}
        async with self.session.request(
            method, url, params=query, data=body, headers=sent, allow_redirects=False
        ) as answer:
            return Response(answer.status, await answer.text(), answer.headers)

    async def close(self) -> None:
        """Let connections go."""
        if "session" in self.__dict__:
            await self.session.close()


class Rest:
    """One account of the platform."""

    def __init__(self, addresses: Addresses, account: str, token: Secret, base_url: str, shows: str | None) -> None:
        self.addresses = addresses
        self.shows = shows
        self.http = Http(base_url)
        here = {"TWILIO_EDGE": "", "TWILIO_REGION": ""}
        self.client = Client(account, token.reveal(), http_client=self.http, environment=here)
        self.client.api.base_url = base_url.rstrip("/")

    async def send(self, order: Order) -> str:
        """Send one command; the platform's id of a leg that is dialled, else nothing. Raises Refused or Uncertain."""
        return await _within(TIMEOUT, self._send(order))

    async def look(self, order: Order) -> Event:
        """How this leg does now, and in which room. A leg whose id was never told was never dialled: it is lost."""
        return await _within(2 * TIMEOUT, self._look(order))

    async def _send(self, order: Order) -> str:
        if order.command.name == "Dial":
            return str((await self._ask(order, lambda: self._dial(order))).sid)
        if not order.line:
            raise NoLine("The platform has not told its id of this leg yet.")
        try:
            await self._ask(order, lambda: self._change(order))
        except Refused as refused:
            if refused.gone and order.command.name in ("HangUp", "StopRinging"):
                return ""
            raise
        return ""

    async def _look(self, order: Order) -> Event:
        leg = order.command.leg
        lost = LegEnded(order.call, leg, "lost")
        if not order.line:
            return lost
        try:
            seen = await self._ask(order, lambda: self.client.calls(order.line).fetch_async())
        except Refused as refused:
            if refused.gone:
                return lost
            raise Uncertain(str(refused)) from None
        word = str(seen.status)
        if word in OVER:
            return LegEnded(order.call, leg, "normal" if order.role == "caller" else cause(word, ""))
        if word == "in-progress":
            return LegSeen(order.call, leg, "up", await self._room(order))
        return LegSeen(order.call, leg, "ringing" if word == "ringing" else "dialling")

    async def _room(self, order: Order) -> str:
        """The room of this call in which the leg is, or nothing."""
        wanted = {"friendly_name": order.room} if order.room else {}
        running = {**wanted, "status": "in-progress", "limit": MOST_ROOMS, "page_size": MOST_ROOMS}
        try:
            rooms = await self._ask(order, lambda: self.client.conferences.list_async(**running))
            for room in rooms:
                if room.friendly_name.startswith(f"{order.call}-r") and await self._inside(order, room.sid):
                    return str(room.friendly_name)
        except Refused as refused:
            raise Uncertain(str(refused)) from None
        return ""

    async def _inside(self, order: Order, conference: str) -> bool:
        member = self.client.conferences(conference).participants(order.line)
        try:
            await self._ask(order, member.fetch_async)
        except Refused as refused:
            if refused.gone:
                return False
            raise
        return True

    async def _dial(self, order: Order) -> Any:
        """A phone outside sees our number; a phone inside sees the caller's, when there is one to show."""
        doing = order.command.do
        if not isinstance(doing, Ringing):
            raise Refused("Dial needs an address.")
        if order.barred:
            raise Refused(BARRED)
        scheme, _, rest = doing.address.partition(":")
        outside = scheme == "tel"
        shows = (self.shows or order.shows) if outside else (order.shows or self.shows)
        if not shows:
            raise Refused("There is no number to show to a dialled phone: set TWILIO_FROM_NUMBER.")
        progress = self.addresses.progress(order.command.leg)
        machine: dict[str, str] = {}
        if outside and order.role == "colleague":
            machine = {
                "machine_detection": "Enable",
                "async_amd": "true",
                "async_amd_status_callback": progress,
                "async_amd_status_callback_method": "POST",
            }
        return await self.client.calls.create_async(
            to=rest if outside else doing.address,
            from_=shows,
            url=self.addresses.answer(order.command.leg),
            method="POST",
            status_callback=progress,
            status_callback_event=PROGRESS,
            status_callback_method="POST",
            timeout=min(max(doing.backstop, LEAST_BACKSTOP), MOST_BACKSTOP),
            **machine,
        )

    async def _change(self, order: Order) -> Any:
        """Withdrawing spares a phone that was picked up in the same moment; that answer is decided about then."""
        line = self.client.calls(order.line)
        match order.command.name:
            case "StopRinging":
                return await line.update_async(status="canceled")
            case "HangUp":
                return await line.update_async(status="completed")
            case _:
                present = self.addresses.present(order.command.leg, order.command.step)
                return await line.update_async(url=present, method="POST")

    async def _ask(self, order: Order, request: Callable[[], Awaitable[Any]]) -> Any:
        """One request. What certainly was not done is `Refused` where sending twice is forbidden, else sent again.

        429 is such a refusal, only for the moment: it is asked again twice, at once, before giving up.
        """
        for wait in (*BUSY_WAITS, None):
            try:
                return await request()
            except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
                raise self._not_done(order, f"The platform could not be reached ({type(error).__name__}).") from None
            except aiohttp.ClientError as error:
                raise Uncertain(f"The connection failed ({type(error).__name__}).") from None
            except ValueError:
                raise Uncertain("The platform's answer is not JSON.") from None
            except TwilioException as error:
                status, code = int(getattr(error, "status", 0) or 0), int(getattr(error, "code", 0) or 0)
                if status == 429 and wait is not None:
                    await asyncio.sleep(wait)
                    continue
                if status == 429:
                    raise self._not_done(order, "The platform takes no more requests now (429).") from None
                if not 400 <= status < 500:
                    raise Uncertain(f"The platform failed ({status or type(error).__name__}).") from None
                gone = status == 404 or code in WRONG_STATE
                raise Refused(f"The platform refused it ({status}, error {code}).", gone=gone) from None
        raise AssertionError

    def _not_done(self, order: Order, reason: str) -> Refused | Uncertain:
        return Refused(reason) if order.command.name in ONLY_ONCE else Uncertain(reason)

    async def close(self) -> None:
        """Let connections go."""
        await self.http.close()


async def _within(seconds: float, work: Coroutine[Any, Any, Answer]) -> Answer:
    try:
        async with asyncio.timeout(seconds):
            return await work
    except TimeoutError:
        raise Uncertain("The platform did not answer in time.") from None
