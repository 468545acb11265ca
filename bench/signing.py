"""Signs thousands of messages before a run, as the PBX would while it lasts; and writes them for wrk."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

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


class Pbx:
    """One PBX in one run: no reference and no message id is ever used twice."""

    def __init__(self) -> None:
        self.run = secrets.token_hex(4)
        self._numbers = count()

    def references(self) -> Iterator[tuple[str, str, str]]:
        """For each call: its reference, its caller's number, the colleague asked for."""
        for n in count():
            yield f"{self.run}-{n}", f"+316{10_000_000 + n % 80_000_000}", f"sip:c{n % COLLEAGUES:02}@bench"

    def message(self, kind: str, data: str) -> tuple[dict[str, str], str]:
        """The three signature headers and the body."""
        identity = f"{self.run}.{next(self._numbers)}"
        body = (
            f'{{"specversion":"1.0","id":"{identity}","source":"urn:bench:pbx","type":"{PREFIX}{kind}.v1",'
            f'"datacontenttype":"application/json","data":{data}}}'
        )
        moment = str(int(time.time()))
        digest = hmac.new(KEY, f"{identity}.{moment}.{body}".encode(), hashlib.sha256).digest()
        signature = "v1," + base64.b64encode(digest).decode()
        return {"webhook-id": identity, "webhook-timestamp": moment, "webhook-signature": signature}, body

    def device(self, agent_id: str) -> tuple[dict[str, str], str]:
        """This agent's phone is back."""
        return self.message("device.changed", f'{{"address":"sip:{agent_id}@bench","state":"idle"}}')


def write(folder: Path, stories: tuple[Story, ...], openings: tuple[Story, ...], centres: tuple[str, ...], threads: int, events: int) -> int:
    """One file for each thread of wrk, with at least `events` messages in whole calls; returns the number of calls.

    A thread begins with calls that end in the menu, each thread with more of them: so they get out of step.

    A line is `mark, path, id, timestamp, signature, body`, separated by tabs. Mark `c` begins a call, `.` goes on,
    `d` is the place of a `device.changed`; `p` lines are the pool they come from, `p` and the agent's number.
    """
    pbx = Pbx()
    calls = pbx.references()
    made = 0
    folder.mkdir(parents=True, exist_ok=True)
    for thread in range(1, threads + 1):
        centre = centres[thread % len(centres)]
        where = path(centre)
        lines: list[str] = []
        own = 0
        late = thread * len(stories[0].messages) // threads
        while len(lines) < events:
            if late - len(lines) > 1:
                story = openings[min(late - len(lines) - 2, len(openings) - 1)]
            else:
                story = stories[own % len(stories)]
                own += 1
            told = story.told(centre, *next(calls))
            for n, (kind, data) in enumerate(told):
                if kind == DEVICE:
                    lines.append("d")
                else:
                    lines.append(_line("." if n else "c", where, *pbx.message(kind, data)))
        for n in range(AGENTS):
            for _ in range(3 + 4 * own // AGENTS):
                lines.append(_line(f"p{n}", where, *pbx.device(agent(n))))
        (folder / f"{thread}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        made += own
    return made


def _line(mark: str, where: str, headers: dict[str, str], body: str) -> str:
    return "\t".join((mark, where, *headers.values(), body))
