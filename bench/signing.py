"""Signs thousands of messages before a run, as the PBX would while it lasts; and writes them for wrk."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import NamedTuple, Protocol

from app.providers.generic.envelope import PREFIX
from bench.calls import DEVICE, Story
from bench.policy import AGENTS, COLLEAGUES, agent

KEY = b"0123456789abcdefghijklmnopqrstuv"
SECRET = "whsec_" + base64.b64encode(KEY).decode()
COMMAND_KEY = b"vutsrqponmlkjihgfedcba9876543210"
COMMAND_SECRET = "whsec_" + base64.b64encode(COMMAND_KEY).decode()


def path(centre: str) -> str:
    """Where the PBX of this centre tells its events."""
    return f"/hooks/{centre}/generic/events"


class Message(NamedTuple):
    """One request."""

    path: str
    headers: dict[str, str]
    body: str


class Switch(Protocol):
    """What signs for one platform, in one run: no reference and no message is ever used twice."""

    provider: str

    def references(self) -> Iterator[tuple[str, str, str]]:
        """For each call: its reference, its caller's number, the colleague asked for."""

    def message(self, centre: str, kind: str, data: str, reference: str) -> Message:
        """This happened in the call of this reference."""


class Pbx:
    """A PBX that speaks the generic contract."""

    provider = "generic"

    def __init__(self) -> None:
        self.run = secrets.token_hex(4)
        self._numbers = count()

    def references(self) -> Iterator[tuple[str, str, str]]:
        """See `Switch`."""
        for n in count():
            yield f"{self.run}-{n}", f"+316{10_000_000 + n % 80_000_000}", f"sip:c{n % COLLEAGUES:02}@bench"

    def message(self, centre: str, kind: str, data: str, _reference: str = "") -> Message:
        """See `Switch`."""
        identity = f"{self.run}.{next(self._numbers)}"
        body = (
            f'{{"specversion":"1.0","id":"{identity}","source":"urn:bench:pbx","type":"{PREFIX}{kind}.v1",'
            f'"datacontenttype":"application/json","data":{data}}}'
        )
        moment = str(int(time.time()))
        digest = hmac.new(KEY, f"{identity}.{moment}.{body}".encode(), hashlib.sha256).digest()
        signature = "v1," + base64.b64encode(digest).decode()
        headers = {
            "webhook-id": identity, "webhook-timestamp": moment, "webhook-signature": signature,
            "content-type": "application/cloudevents+json",
        }  # fmt: skip
        return Message(path(centre), headers, body)

    def device(self, centre: str, agent_id: str) -> Message:
        """This agent's phone is back."""
        return self.message(centre, "device.changed", f'{{"address":"sip:{agent_id}@bench","state":"idle"}}')


def write(
    folder: Path,
    switch: Switch,
    stories: tuple[Story, ...],
    openings: tuple[Story, ...],
    centres: tuple[str, ...],
    threads: int,
    events: int,
    *,
    answered: bool,
) -> None:
    """One file for each thread of wrk, with at least `events` messages in whole calls.

    A thread begins with calls that end in the menu, each thread with more of them: so they get out of step.
    `answered`: answers tell whose phone is dialled, so a caller for whom none is may hang up.
    A line is `mark, path, headers, body`, separated by tabs. Mark `c` begins a call, `a` needs an agent's phone, `e` is
    the caller who hangs up, `.` goes on, `d` is the place of a `device.changed`; `p` lines are the pool they come from,
    `p` and the agent's number.
    """
    calls = switch.references()
    folder.mkdir(parents=True, exist_ok=True)
    for thread in range(1, threads + 1):
        centre = centres[thread % len(centres)]
        lines: list[str] = []
        own = 0
        late = thread * len(stories[0].messages) // threads
        while len(lines) < events:
            if late - len(lines) > 1:
                story = openings[min(late - len(lines) - 2, len(openings) - 1)]
            else:
                story = stories[own % len(stories)]
                own += 1
            about = next(calls)
            for n, (kind, data) in enumerate(story.told(centre, *about, switch.provider)):
                if kind == DEVICE:
                    lines.append("d")
                else:
                    mark = "c" if n == 0 else _mark(kind, data) if answered and isinstance(switch, Pbx) else "."
                    lines.append(_line(mark, switch.message(centre, kind, data, about[0])))
        if isinstance(switch, Pbx):
            for n in range(AGENTS):
                lines += [_line(f"p{n}", switch.device(centre, agent(n))) for _ in range(3 + 4 * own // AGENTS)]
        (folder / f"{thread}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _mark(kind: str, data: str) -> str:
    leg = json.loads(data).get("leg", "").rpartition(".")[2]
    return {("leg.ringing", "2"): "a", ("leg.ended", "1"): "e"}.get((kind, leg), ".")


def _line(mark: str, message: Message) -> str:
    headers = "|".join(f"{name}: {value}" for name, value in message.headers.items())
    return f"{mark}\t{message.path}\t{headers}\t{message.body}"
