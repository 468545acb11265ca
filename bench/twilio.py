"""The same for the Twilio-compatible platform: its own form bodies and signatures, its own floor, its own REST sink.

Its phones have no transfer key and report no presence, so a call here is: menu, ring, answer, talk, goodbye.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator
from contextlib import AsyncExitStack
from itertools import count
from urllib.parse import urlencode

from app import policyfile
from bench import policy
from bench.afterwards import afterwards
from bench.calls import Play, Story
from bench.load import Load, Seen, play
from bench.results import Result, median, sent, spread
from bench.signing import Message
from bench.sink import sid
from bench.stage import Stage, database, floor, service, sink

CENTRE = "bench"
TOKEN = "5f0d3c9a7be1482696c4d1e07ab85d3f"
PUBLIC = "https://telefoon.voorbeeldstad.example"
ACCOUNT = "AC" + "0" * 32
NAMES = {"keys.pressed": "gather", "say.finished": "said", "leg.answered": "answer"}
STATUS = {"call.offered": "ringing", "leg.ringing": "ringing"}


class Account:
    """Signs what the platform would send."""

    provider = "twilio"

    def __init__(self) -> None:
        self._numbers = count()
        self._run = secrets.token_hex(8)

    def references(self) -> Iterator[tuple[str, str, str]]:
        """For each call: the id of the caller's line and the caller's number."""
        run = secrets.token_hex(12)
        for n in count():
            yield f"CA{run}{n:08x}", f"+316{10_000_000 + n % 80_000_000}", ""

    def message(self, centre: str, kind: str, data: str, reference: str) -> Message:
        """One webhook: path with query, headers, form."""
        told = json.loads(data)
        leg = told.get("leg", "")
        own = leg.endswith(".1") or not leg
        form = {
            "AccountSid": ACCOUNT, "ApiVersion": "2010-04-01", "CallSid": reference if own else sid(leg),
            "CallStatus": STATUS.get(kind, "in-progress"), "Direction": "inbound" if own else "outbound-api",
            "From": told.get("number", "+31612345678"), "To": "140123",
        }  # fmt: skip
        query: dict[str, object] = {"leg": leg} if leg else {}
        match kind:
            case "call.offered":
                path = "voice"
            case "leg.ringing":
                path = "leg"
            case "leg.joined":
                path, query = "conf", {}
                form |= {
                    "StatusCallbackEvent": "participant-join", "ParticipantLabel": leg, "FriendlyName": told["room"],
                    "ConferenceSid": "CF" + "0" * 32, "SequenceNumber": str(next(self._numbers)),
                }  # fmt: skip
            case "leg.ended":
                path, query = ("status", {}) if own else ("leg", query)
                form["CallStatus"] = "completed"
            case _:
                path = NAMES[kind]
                if "step" in told:
                    query["step"] = told["step"]
                if "keys" in told:
                    form["Digits"] = told["keys"]
        where = f"/hooks/{centre}/twilio/{path}" + (f"?{urlencode(query)}" if query else "")
        signed = PUBLIC + where + "".join(k + v for k, v in sorted(form.items()))
        signature = base64.b64encode(hmac.new(TOKEN.encode(), signed.encode(), hashlib.sha1).digest()).decode()
        headers = {
            "x-twilio-signature": signature,
            "i-twilio-idempotency-token": f"{self._run}-{next(self._numbers)}",
            "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
        }
        return Message(where, headers, urlencode(form))


def talked() -> Story:
    """The agent answers, talks and hangs up; the caller hears goodbye."""
    told = Play(policyfile.load(policy.text()))
    told.to_agent()
    told.tell("leg.ringing", 2)
    told.tell("leg.answered", 2)
    told.joined(1, 2)
    told.tell("leg.ended", 2, cause="normal")
    told.stepped("say.finished", 1)
    told.tell("leg.ended", 1, cause="normal")
    return told.story


async def twilio(on: Stage, repetitions: int, seconds: int) -> list[Result]:
    """Floor and service in turn, 64 connections."""
    story = talked()
    short = tuple(Play(policyfile.load(policy.text())).abandoned(keys) for keys in range(5))
    load = Load((story,), short, Account)
    ours: list[Seen] = []
    floors: list[Seen] = []
    async with AsyncExitStack() as stack:
        below = await stack.enter_async_context(database(on, migrated=False))
        plain = await stack.enter_async_context(floor(on, below, "twilio", PUBLIC_URL=PUBLIC, TWILIO_AUTH_TOKEN=TOKEN))
        url = await stack.enter_async_context(database(on))
        port = await stack.enter_async_context(sink(on))
        settings = {
            "WARMLIJN_PUBLIC_URL": PUBLIC, "BENCH_TWILIO_ACCOUNT_SID": ACCOUNT, "BENCH_TWILIO_AUTH_TOKEN": TOKEN,
            "BENCH_TWILIO_API_URL": f"http://127.0.0.1:{port}", "BENCH_TWILIO_FROM_NUMBER": "+31201234500",
        }  # fmt: skip
        running = await stack.enter_async_context(service(on, url, port, (CENTRE,), **settings))
        for _ in range(repetitions):
            floors.append(await play(on, [plain], 64, seconds, (CENTRE,), load))
            ours.append(await play(on, [running], 64, seconds, (CENTRE,), load))
        look = await afterwards(url, (story, *short))
    rates = [a.rate / b.rate for a, b in zip(ours, floors, strict=True)]
    tails = [a.p99 / b.p99 for a, b in zip(ours, floors, strict=True)]
    note = f"{median(s.rate for s in ours):.0f}/s to {median(s.rate for s in floors):.0f}/s, {spread(rates)}"
    return [
        Result("Twilio: requests/s to its floor, 64 connections", median(rates), "x", ">= 0.8", note),
        Result("Twilio: p99 to its floor, 64 connections", median(tails), "x", "<= 0.5"),
        Result("Twilio: answers that are not 2xx", sum(s.bad for s in (*ours, *floors)), "", "= 0"),
        Result("Twilio: calls that ended as planned", look.share, "of 1", ">= 0.9"),
        sent((s.waiting for s in ours), "Twilio: "),
    ]
