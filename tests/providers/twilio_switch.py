"""An imitation of Twilio on this machine: its REST interface, signed webhooks, lines that do what documents say, rooms.

It keeps state and makes the platform's own promises only: webhooks come in any order, some twice, a document is
fetched again when it fails, and then the fallback is asked for.
"""

from __future__ import annotations

import asyncio
import base64
import random
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Self, TypeVar
from urllib.parse import parse_qs, urlencode

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from twilio.request_validator import RequestValidator

from app.providers.demo.server import serving
from tests.providers.twilio_line import OVER, Line, Room

AMD_FIELDS = {"MachineDetection", "AsyncAmd", "AsyncAmdStatusCallback", "AsyncAmdStatusCallbackMethod"}
TOLD_FIELDS = {"StatusCallback", "StatusCallbackEvent", "StatusCallbackMethod"}
UPDATE_FIELDS = {"Url", "Method", "Status", "FallbackUrl", "FallbackMethod"}
CREATE_FIELDS = {"To", "From", "Url", "Method", "FallbackUrl", "FallbackMethod", "Timeout"} | TOLD_FIELDS | AMD_FIELDS
"""The form fields that are understood; Twilio's own description of its interface is compared with them in a test."""
T = TypeVar("T")
Endpoint = Callable[[Request, dict[str, str]], Response]
Behaviour = Callable[[Line], Awaitable[None]]


def answers(after: float = 0.0, rings: float = 0.0, *, machine: bool = False) -> Behaviour:
    """A phone that rings `rings` seconds after dialling and is answered `after` seconds later."""

    async def behave(line: Line) -> None:
        await asyncio.sleep(rings)
        line.ringing()
        await asyncio.sleep(after)
        line.pick_up(machine=machine)

    return behave


def declines(after: float = 0.0) -> Behaviour:
    """A phone that rings and is refused."""

    async def behave(line: Line) -> None:
        line.ringing()
        await asyncio.sleep(after)
        line.decline()

    return behave


async def rings(line: Line) -> None:
    """A phone that rings until somebody does something with it."""
    line.ringing()


async def busy(line: Line) -> None:
    """A phone that is in use."""
    line.over("busy", "486")


async def unreachable(line: Line) -> None:
    """A phone that is switched off."""
    line.over("failed", "480")


async def silent(line: Line) -> None:
    """A phone of which nothing is heard at all."""


class Switch:
    """Start it, give it numbers and phones, let callers ring. `say` and `second`: how long a sentence and a second are.

    `jitter` seconds at most each report is late, each on its own; the part `twice` of all webhooks comes twice.
    `stamped` reports carry the time in whole seconds, as Twilio's do; leave it off when seconds are shortened.
    """

    def __init__(
        self,
        account: str,
        token: str,
        *,
        seed: int = 1,
        say: float = 0.01,
        second: float = 1.0,
        jitter: float = 0.0,
        twice: float = 0.0,
        stamped: bool = False,
    ) -> None:
        self.account, self.token = account, token
        self.say, self.second, self.jitter, self.twice, self.stamped = say, second, jitter, twice, stamped
        self.chance = random.Random(seed)
        self.validator = RequestValidator(token)
        self.lines: dict[str, Line] = {}
        self.rooms: dict[str, Room] = {}
        self.phones: dict[str, Behaviour] = {}
        self.numbers: dict[str, str] = {}
        self.requests: list[tuple[str, str, dict[str, list[str]]]] = []
        self.trouble: deque[str] = deque()
        """What goes wrong with the next requests: `ok`, `429`, `500` (not done), `lost` (done, no answer), `401`."""
        self.answered: list[tuple[str, int]] = []
        """Every webhook's address and the status it got."""
        self.url = ""
        self._tasks: set[asyncio.Task[Any]] = set()
        self._reports: set[asyncio.Task[Any]] = set()

    # life

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen on a free port of this machine; `url` is then the platform's base URL."""
        self.client = httpx.AsyncClient(timeout=15.0, trust_env=False)
        self._server = serving(self._app())
        self.url = await self._server.__aenter__()

    async def stop(self) -> None:
        """End everything."""
        for task in self._tasks | self._reports:
            task.cancel()
        await asyncio.gather(*self._tasks, *self._reports, return_exceptions=True)
        await self._server.__aexit__(None, None, None)
        await self.client.aclose()

    async def quiet(self) -> None:
        """Wait until no report is on its way any more."""
        while self._reports:
            await asyncio.wait(set(self._reports))

    # what tests and demonstrations do

    def number(self, number: str, hooks: str) -> None:
        """Calls to this number go to our webhooks below `hooks`: `.../hooks/{centre}/twilio`."""
        self.numbers[number] = hooks.rstrip("/")

    def ring(self, from_: str, to: str) -> Line:
        """A resident rings this number."""
        hooks = self.numbers[to]
        line = self._line("inbound", from_, to)
        line.url, line.fallback, line.told = f"{hooks}/voice", f"{hooks}/fallback", f"{hooks}/status"
        line.status = "ringing"
        line.life = self.begin(self._answer(line))
        return line

    async def dialled(self, address: str, times: int = 1, seconds: float = 10.0) -> Line:
        """Wait until this address has been dialled so many times; the last line to it."""
        async with asyncio.timeout(seconds):
            while True:
                lines = self.lines.values()
                found = [line for line in lines if line.to == address and line.direction == "outbound-api"]
                if len(found) >= times:
                    return found[times - 1]
                await asyncio.sleep(0.002)

    @property
    def live(self) -> list[Line]:
        """The lines that are not over."""
        return [line for line in self.lines.values() if line.status not in OVER]

    # what lines do

    def begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Something that goes on by itself until the switch stops."""
        return self._keep(self._tasks, work)

    def tell(self, url: str, fields: dict[str, str], *, at: bool = False) -> None:
        """Report something, perhaps late, perhaps twice; the answer matters to nobody."""
        if at and self.stamped:
            fields = {**fields, "Timestamp": format_datetime(datetime.now(UTC))}
        for _ in range(2 if self.chance.random() < self.twice else 1):
            self._keep(self._reports, self._report(url, fields, self.chance.uniform(0, self.jitter)))

    async def document(self, line: Line, url: str, fields: dict[str, str]) -> str | None:
        """Fetch a document; a failure is tried once more, then the number's fallback is asked. None: the line ends."""
        if self.chance.random() < self.twice:
            await self._post(url, fields)
        status, text = await self._post(url, fields)
        if status != 200:
            status, text = await self._post(url, fields)
        if status == 200:
            return text
        line.errors.append(f"{status} from {url.partition('?')[0]}")
        if line.fallback:
            status, text = await self._post(line.fallback, {**line.fields(), "ErrorCode": "11200", "ErrorUrl": url})
            return text if status == 200 else None
        return None

    def room(self, name: str) -> Room:
        """The conference of this name, made when nobody is in it yet."""
        if name not in self.rooms:
            self.rooms[name] = Room(self._sid("CF"), name)
        return self.rooms[name]

    def conference(self, room: Room, line: Line | None, what: str, status: str = "", reason: str = "") -> None:
        """Report something that happened in a room."""
        room.sequence += 1
        fields = {
            "ConferenceSid": room.sid, "FriendlyName": room.name, "AccountSid": self.account,
            "SequenceNumber": str(room.sequence), "StatusCallbackEvent": what,
        }  # fmt: skip
        if line is not None:
            fields |= {"CallSid": line.sid, "ParticipantLabel": line.label, "Muted": "false", "Hold": "false"}
        if reason:
            fields |= {"ParticipantCallStatus": status, "ReasonParticipantLeft": reason}
        if room.told and what != "conference-start":
            self.tell(room.told, fields, at=True)

    # webhooks

    async def _answer(self, line: Line) -> None:
        await asyncio.sleep(0)
        line.status = "in-progress"
        line.go(line.url, {"CallStatus": "ringing"})

    async def _report(self, url: str, fields: dict[str, str], late: float) -> None:
        await asyncio.sleep(late)
        await self._post(url, fields)

    async def _post(self, url: str, fields: dict[str, str]) -> tuple[int, str]:
        """A request that has begun is brought to its end, also when nobody waits for the answer any more."""
        return await asyncio.shield(self._keep(self._reports, self._send(url, fields)))

    async def _send(self, url: str, fields: dict[str, str]) -> tuple[int, str]:
        headers = {
            "X-Twilio-Signature": self.validator.compute_signature(url, fields),
            "I-Twilio-Idempotency-Token": self._sid("it"),
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        }
        try:
            answer = await self.client.post(url, content=urlencode(fields), headers=headers)
        except httpx.HTTPError:
            self.answered.append((url, 0))
            return 0, ""
        self.answered.append((url, answer.status_code))
        return answer.status_code, answer.text

    # REST

    def _app(self) -> Starlette:
        account = f"/2010-04-01/Accounts/{self.account}"
        return Starlette(
            routes=[
                Route(f"{account}/Calls.json", self._guard(self._create), methods=["POST"]),
                Route(f"{account}/Calls/{{sid}}.json", self._guard(self._call), methods=["GET", "POST"]),
                Route(f"{account}/Conferences.json", self._guard(self._conferences), methods=["GET"]),
                Route(f"{account}/Conferences/{{cf}}/Participants/{{sid}}.json", self._guard(self._member)),
            ]
        )

    def _guard(self, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
        """Password, known fields, and the trouble that was ordered."""

        async def guarded(request: Request) -> Response:
            expected = base64.b64encode(f"{self.account}:{self.token}".encode()).decode()
            if request.headers.get("authorization") != f"Basic {expected}":
                return _error(401, 20003, "Authenticate")
            form = parse_qs((await request.body()).decode())
            self.requests.append((request.method, request.url.path, form))
            trouble = self.trouble.popleft() if self.trouble else "ok"
            if trouble not in ("ok", "lost"):
                return _error(int(trouble), 20429 if trouble == "429" else 20500, "Ordered by the test")
            answer = endpoint(request, {name: values[0] for name, values in form.items()})
            return _error(503, 20503, "Done, but you will not know") if trouble == "lost" else answer

        return guarded

    def _create(self, _request: Request, form: dict[str, str]) -> Response:
        if unknown := form.keys() - CREATE_FIELDS:
            return _error(400, 21201, f"Unknown fields: {sorted(unknown)}")
        if missing := {"To", "From", "Url"} - form.keys():
            return _error(400, 21201, f"Missing fields: {sorted(missing)}")
        if not form.get("Timeout", "60").isdigit() or not 5 <= int(form.get("Timeout", "60")) <= 600:
            return _error(400, 21218, "Timeout")
        line = self._line("outbound-api", form["From"], form["To"])
        _, _, everything = self.requests[-1]
        line.url, line.told = form["Url"], form.get("StatusCallback", "")
        line.events = tuple(everything.get("StatusCallbackEvent", ["completed"]))
        line.amd = form.get("AsyncAmdStatusCallback", "") if form.get("MachineDetection") else ""
        answer = JSONResponse(_call(line), status_code=201)
        line.dialled()
        line.life = self.begin(self._live(line, float(form.get("Timeout", "60")) + 5))
        return answer

    async def _live(self, line: Line, timeout: float) -> None:
        """The phone does what it does; unanswered it stops ringing at the platform's own time-out and five seconds."""
        await self.phones.get(line.to, rings)(line)
        await asyncio.sleep(timeout * self.second)
        if line.status in ("queued", "ringing"):
            line.over("no-answer", "487")

    def _call(self, request: Request, form: dict[str, str]) -> Response:
        line = self.lines.get(request.path_params["sid"])
        if line is None:
            return _error(404, 20404, "The requested resource was not found")
        if request.method == "GET":
            return JSONResponse(_call(line))
        if unknown := form.keys() - UPDATE_FIELDS:
            return _error(400, 21201, f"Unknown fields: {sorted(unknown)}")
        status = form.get("Status")
        if line.status in OVER:
            return _error(400, 21220, "Call is not in-progress. Cannot redirect.")
        if status == "completed" or (status == "canceled" and line.status != "in-progress"):
            answered = line.status == "in-progress"
            line.over("completed" if answered else "canceled", "" if answered else "487")
        elif "Url" in form:
            if line.status != "in-progress":
                return _error(400, 21220, "Call is not in-progress. Cannot redirect.")
            line.go(form["Url"])
        return JSONResponse(_call(line))

    def _conferences(self, request: Request, _form: dict[str, str]) -> Response:
        name = request.query_params.get("FriendlyName")
        rooms = [room for room in self.rooms.values() if room.inside and name in (None, room.name)]
        found = [{"sid": room.sid, "friendly_name": room.name, "status": "in-progress"} for room in rooms]
        return JSONResponse({"conferences": found, "page": 0, "page_size": 200, "next_page_uri": None})

    def _member(self, request: Request, _form: dict[str, str]) -> Response:
        for room in self.rooms.values():
            for line in room.inside:
                if room.sid == request.path_params["cf"] and line.sid == request.path_params["sid"]:
                    return JSONResponse({"call_sid": line.sid, "conference_sid": room.sid, "label": line.label})
        return _error(404, 20404, "The requested resource was not found")

    # small things

    def _line(self, direction: str, from_: str, to: str) -> Line:
        line = Line(self, self._sid("CA"), direction, from_, to)
        self.lines[line.sid] = line
        return line

    def _sid(self, kind: str) -> str:
        return f"{kind}{self.chance.getrandbits(128):032x}"

    def _keep(self, tasks: set[asyncio.Task[Any]], work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        return task


def _call(line: Line) -> dict[str, Any]:
    return {"sid": line.sid, "status": line.status, "from": line.from_, "to": line.to, "direction": line.direction}


def _error(status: int, code: int, message: str) -> JSONResponse:
    return JSONResponse({"code": code, "message": message, "status": status}, status_code=status)
