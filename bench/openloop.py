"""An open loop: calls begin at their moment whatever the service does; `python -m bench.openloop PORT RATE SECONDS`.

Each event of a call has its moment, 30 ms after the one before; the time until its answer counts from that moment, also
when it had to wait for the answer to the one before. Prints one line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from typing import cast

import httptools
import uvloop

from app import policyfile
from bench import policy
from bench.calls import CENTRE, DEVICE, Story, stories
from bench.signing import Message, Pbx

GAP = 0.03
ADDRESS = re.compile(rb'"address":"sip:(a\d\d)@bench"')


class Line(asyncio.Protocol):
    """One kept connection, one request at a time."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.waiting: asyncio.Future[tuple[int, bytes]] | None = None
        self._begin()

    def _begin(self) -> None:
        self.parser = httptools.HttpResponseParser(self)
        self.body = b""

    def on_body(self, part: bytes) -> None:
        self.body += part

    def on_message_complete(self) -> None:
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_result((self.parser.get_status_code(), self.body))

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def connection_lost(self, _error: Exception | None) -> None:
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_result((0, b""))

    async def post(self, message: Message) -> tuple[int, bytes]:
        """The status and the body of the answer."""
        self._begin()
        self.waiting = asyncio.get_running_loop().create_future()
        lines = "".join(f"{key}: {value}\r\n" for key, value in message.headers.items())
        self.transport.write(
            f"POST {message.path} HTTP/1.1\r\nhost: bench\r\n{lines}"
            f"content-length: {len(message.body)}\r\n\r\n{message.body}".encode()
        )
        return await self.waiting


class Load:
    """What was seen: milliseconds from an event's moment to its answer, and what was refused."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.pbx = Pbx()
        self.free: list[Line] = []
        self.late: list[float] = []
        self.refused = 0

    async def line(self) -> Line:
        if self.free:
            return self.free.pop()
        _, made = await asyncio.get_running_loop().create_connection(Line, "127.0.0.1", self.port)
        return made

    async def call(self, story: Story, begins: float, about: tuple[str, str, str]) -> None:
        """One call, event by event."""
        loop = asyncio.get_running_loop()
        gone = ""
        for n, (kind, data) in enumerate(story.told(CENTRE, *about)):
            moment = begins + n * GAP
            if (wait := moment - loop.time()) > 0:
                await asyncio.sleep(wait)
            message = (
                self.pbx.device(CENTRE, gone or "a00") if kind == DEVICE else self.pbx.message(CENTRE, kind, data)
            )
            line = await self.line()
            status, body = await line.post(message)
            self.late.append((loop.time() - moment) * 1e3)
            self.refused += not 200 <= status < 300 or b'"degraded"' in body
            self.free.append(line)
            if not gone and (found := ADDRESS.search(body)):
                gone = found[1].decode()

    async def run(self, rate: float, seconds: float) -> None:
        """Begin calls for so long that `rate` events per second come."""
        loop = asyncio.get_running_loop()
        both = stories(policyfile.load(policy.text()))
        apart = sum(len(s.messages) for s in both) / len(both) / rate
        about = self.pbx.references()
        begin, tasks = loop.time() + 0.1, []
        for n in range(int(seconds / apart)):
            if (wait := begin + n * apart - loop.time()) > 0:
                await asyncio.sleep(wait)
            tasks.append(asyncio.create_task(self.call(both[n % len(both)], begin + n * apart, next(about))))
        await asyncio.gather(*tasks)
        self.seconds = loop.time() - begin


async def main(port: int, rate: float, seconds: float) -> None:
    load = Load(port)
    began = time.process_time()
    await load.run(rate, seconds)
    late = sorted(load.late)
    at = {f"p{q:g}": round(late[min(len(late) - 1, int(len(late) * q / 100))], 2) for q in (50, 99, 99.9)}
    told = {"events": len(late), "rate": len(late) / load.seconds, "refused": load.refused, **at, "slowest": late[-1]}
    print(json.dumps({**told, "lines": len(load.free), "own_cpu": (time.process_time() - began) / load.seconds}))


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])))
