"""Rubbish, forgeries and floods at a running service: each gets its clear error, nothing is lost, nobody is named."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import asyncpg
import httpx
import psutil
import pytest_asyncio
from twilio.request_validator import RequestValidator

from app.call.policy import Policy
from app.providers.base import call_id
from app.providers.demo.server import free_port
from app.providers.generic.signing import Signer
from app.settings import utc_now
from tests.faults import town
from tests.faults.evidence import Evidence
from tests.process import Process

NAME, NUMBER = "mevrouw Kanarievogel", "+31612345679"
WRITTEN = ("Kanarievogel", "612345679", "06 12 34 56 79", "0612345679")
"""Must never be seen in what the service says."""
HOOK = f"/hooks/{town.CENTRE}/generic/events"
FORM = "application/x-www-form-urlencoded"
OTHER = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


@dataclass
class Door:
    """A running service and a client of it."""

    service: Process
    client: httpx.AsyncClient
    evidence: Evidence

    def event(self, reference: str, **changes: object) -> bytes:
        """An offered call with the canary's name and number."""
        data = {"call": reference, "dialled": town.MAIN, "number": NUMBER, "name": NAME}
        made = {
            "specversion": "1.0", "id": f"id-{reference}", "source": "urn:test:pbx", "data": data,
            "type": "nl.warmlijn.telephony.call.offered.v1",
        }  # fmt: skip
        return json.dumps(made | changes).encode()

    def signed(self, body: bytes, *, secret: str = town.SECRET, ago: float = 0.0) -> dict[str, str]:
        """The headers of this body, as if it was sent `ago` seconds earlier."""
        try:
            identity = str(json.loads(body)["id"])
        except (ValueError, KeyError, TypeError, RecursionError):
            identity = "id-unknown"
        headers = Signer((secret,)).headers(identity, body, utc_now() - timedelta(seconds=ago))
        return {**headers, "content-type": "application/cloudevents+json"}

    async def post(self, body: bytes, headers: dict[str, str], path: str = HOOK) -> httpx.Response:
        return await self.client.post(path, content=body, headers=headers)

    async def calls(self) -> int:
        rows = await self.evidence.rows("SELECT count(*) FROM calls")
        return int(rows[0][0])

    def voice(self, token: str, url: str, **fields: str) -> tuple[bytes, dict[str, str]]:
        """A Twilio form, signed for this address."""
        form = {"CallSid": "CA1", "AccountSid": town.ACCOUNT, "From": NUMBER, "To": town.MAIN} | fields
        signature = RequestValidator(token).compute_signature(url, form)
        return urlencode(form).encode(), {"x-twilio-signature": signature, "content-type": FORM}


@pytest_asyncio.fixture
async def door(database: str, folder: Path, routing: Policy) -> AsyncIterator[Door]:
    """At the most talkative level of logging."""
    port = free_port()
    public = f"http://127.0.0.1:{port}"
    settings = town.environment(
        folder / "routing.yaml", folder / "none", port, public, database=database,
        GENERIC_COMMAND_URL=f"http://127.0.0.1:{free_port()}/", WARMLIJN_LOG_LEVEL="debug",
    )  # fmt: skip
    service = Process(settings, folder)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(service.stop)
        await service.start()
        client = await stack.enter_async_context(httpx.AsyncClient(base_url=public, timeout=30.0, trust_env=False))
        yield Door(service, client, Evidence(database, routing))


def is_problem(answer: httpx.Response, status: int) -> None:
    """A problem (RFC 9457) that says enough, and nothing about a person."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    problem = answer.json()
    assert problem["status"] == status
    assert problem["title"]
    assert not any(word in answer.text for word in WRITTEN)


async def test_each_bad_webhook_gets_its_clear_error_and_changes_nothing(door: Door) -> None:
    good = door.event("een")
    is_problem(await door.post(good, {"content-type": "application/cloudevents+json"}), 403)
    is_problem(await door.post(good, door.signed(good, secret=OTHER)), 403)
    is_problem(await door.post(good + b" ", door.signed(good)), 403)
    is_problem(await door.post(good, door.signed(good, ago=360)), 403)
    is_problem(await door.post(good, door.signed(good, ago=-360)), 403)
    is_problem(await door.post(good, door.signed(good), "/hooks/anderstad/generic/events"), 404)
    is_problem(await door.post(good, door.signed(good), f"/hooks/{town.CENTRE}/nobody/events"), 404)
    large = door.event("een", subject=NAME * 5000)
    is_problem(await door.post(large, door.signed(large)), 413)
    medium = door.event("een", subject="x" * 17_000)
    is_problem(await door.post(medium, door.signed(medium)), 400)
    for body in (
        b"", b"{", b"null", b"[]", b"[" * 10_000, good[:-20],
        door.event("een", type="nl.warmlijn.telephony.call.unheard-of.v1"),
        door.event("een", data={"call": "een", "name": NAME}),
        door.event("een", data={"call": "een", "dialled": town.MAIN, "number": NUMBER, "surplus": NAME}),
        door.event("een", id="with spaces " + NAME),
        door.event("een", specversion="0.3"),
    ):  # fmt: skip
        is_problem(await door.post(body, door.signed(body)), 400)
    is_problem(await door.post(b"\xff\xfe", door.signed(good)), 403)
    assert await door.calls() == 0
    assert (await door.evidence.rows("SELECT 1 FROM events")) == []


async def test_a_replay_within_five_minutes_is_answered_again_and_later_refused(door: Door) -> None:
    body = door.event("twee")
    first = await door.post(body, door.signed(body))
    again = await door.post(body, door.signed(body, ago=1))
    late = await door.post(body, door.signed(body, ago=240))
    assert [first.status_code, again.status_code, late.status_code] == [200, 200, 200]
    is_problem(await door.post(body, door.signed(body, ago=360)), 403)
    assert await door.calls() == 1
    assert len(await door.evidence.rows("SELECT 1 FROM events WHERE type = 'CallOffered'")) == 1


async def test_twilio_forgeries(door: Door) -> None:
    url = f"{door.service.url}/hooks/{town.CENTRE}/twilio/voice"
    path = f"/hooks/{town.CENTRE}/twilio/voice"
    body, headers = door.voice("another-token-of-somebody-else00", url)
    is_problem(await door.post(body, headers, path), 403)
    body, headers = door.voice(town.TOKEN, url)
    is_problem(await door.post(body, {"content-type": FORM}, path), 403)
    is_problem(await door.post(body.replace(b"CA1", b"CA2"), headers, path), 403)
    is_problem(await door.post(body, headers, path + "?degraded=1"), 403)
    is_problem(await door.post(body, {**headers, "content-type": "text/plain"}, path), 403)
    is_problem(await door.post(b"x" * 70_000, headers, path), 413)
    nowhere = f"/hooks/{town.CENTRE}/twilio/nowhere"
    body, headers = door.voice(town.TOKEN, door.service.url + nowhere)
    is_problem(await door.post(body, headers, nowhere), 400)
    body, headers = door.voice(town.TOKEN, url, CallSid="")
    is_problem(await door.post(body, headers, path), 400)
    assert await door.calls() == 0


async def test_a_body_that_never_ends_and_headers_without_end_take_no_memory(door: Door) -> None:
    process = psutil.Process(door.service.pid)
    before = process.memory_info().rss
    slow = asyncio.create_task(_raw(door, [_head(HOOK, "content-length: 500"), b"{"]))
    chunk = b"20000\r\n" + b"x" * 0x20000 + b"\r\n"
    endless = await _raw(door, [_head(HOOK, "transfer-encoding: chunked"), *[chunk] * 400])
    assert b" 413 " in endless.splitlines()[0]
    floods = await asyncio.gather(
        *(_raw(door, [_head(HOOK)[:-2], *[b"x-many: " + b"y" * 60_000 + b"\r\n"] * 800]) for _ in range(4)),
        _raw(door, [_head(HOOK)[:-2] + b"x-endless: ", *[b"y" * 60_000] * 800]),
    )
    for told in floods:
        assert told == b"" or told.split(b" ", 2)[1] in (b"400", b"431"), told[:200]
    assert process.memory_info().rss - before < 60_000_000
    answer = await slow
    assert b" 408 " in answer.splitlines()[0]
    assert b"application/problem+json" in answer
    body = door.event("drie")
    assert (await door.post(body, door.signed(body))).status_code == 200


async def test_what_the_service_says_names_nobody(door: Door) -> None:
    """Also when the database refuses a row: its message would hold the row."""
    connection = await asyncpg.connect(door.evidence.url)
    await connection.execute("ALTER TABLE names ADD CONSTRAINT refused CHECK (ref NOT LIKE '%.name') NOT VALID")
    await connection.close()
    spoiled = door.event("vier")
    answer = await door.post(spoiled, door.signed(spoiled))
    assert answer.json()["degraded"] is True
    aside = await door.evidence.rows("SELECT event || error AS text FROM quarantine")
    assert len(aside) == 1
    assert not any(word in aside[0]["text"] for word in WRITTEN)
    connection = await asyncpg.connect(door.evidence.url)
    await connection.execute("ALTER TABLE names DROP CONSTRAINT refused")
    await connection.close()
    call = call_id(town.CENTRE, "generic", "vijf")
    body = door.event("vijf")
    assert (await door.post(body, door.signed(body))).status_code == 200
    for kind, data in (
        ("keys.pressed", {"leg": f"{call}.1", "step": 1, "keys": "0612345679"}),
        ("words.heard", {"leg": f"{call}.1", "step": 1, "words": f"ik ben {NAME}, bel {NUMBER}"}),
        ("leg.ended", {"leg": f"{call}.1", "cause": NAME}),
        ("leg.ended", {"leg": f"{call}.1", "cause": "normal"}),
    ):
        told = door.event(f"vijf-{kind}", type=f"nl.warmlijn.telephony.{kind}.v1", data=data)
        answer = await door.post(told, door.signed(told))
        assert answer.status_code in (200, 202, 400)
    is_problem(await door.client.get(f"/api/v1/calls/{call}", headers={"authorization": f"Bearer {NUMBER}"}), 401)
    await door.client.get(f"/{NUMBER}/{NAME}")
    await door.service.stop()
    said = door.service.said()
    assert '"event":"decided"' in said
    assert [line for line in said.splitlines() if any(word in line for word in WRITTEN)] == []
    events = await door.evidence.rows("SELECT data::text || because::text AS text FROM events")
    assert not any(word in row["text"] for row in events for word in WRITTEN)


def _head(path: str, *more: str) -> bytes:
    return "\r\n".join([f"POST {path} HTTP/1.1", "host: 127.0.0.1", *more, "", ""]).encode()


async def _raw(door: Door, parts: list[bytes]) -> bytes:
    """Send these bytes as they are; what came back until the service closed or fell silent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(door.service.url.rpartition(":")[2]))
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
    except ConnectionError:
        pass
    answer = b""
    try:
        async with asyncio.timeout(20):
            answer = await reader.read(4096)
    except (ConnectionError, TimeoutError):
        pass
    writer.close()
    return answer
