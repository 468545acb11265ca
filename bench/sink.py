"""Takes every command and says it is done, or the leg up when asked: `python -m bench.sink PORT`.

GET anything answers how many it took.
"""

from __future__ import annotations

import asyncio
import hashlib
import sys
from typing import cast
from urllib.parse import parse_qs

import httptools
import uvloop

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
DONE = HEAD + b"content-length: 2\r\n\r\n{}"
UP = HEAD + b'content-length: 14\r\n\r\n{"state":"up"}'
taken = 0


def sid(leg: str) -> str:
    """The id of a dialled line as the imitated Twilio gives it."""
    return "CA" + hashlib.md5(leg.encode(), usedforsecurity=False).hexdigest()


class Taker(asyncio.Protocol):
    """One kept connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.parser = httptools.HttpRequestParser(self)

    def on_message_begin(self) -> None:
        self.body = self.url = b""

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_body(self, part: bytes) -> None:
        self.body += part

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_message_complete(self) -> None:
        global taken  # noqa: PLW0603
        if self.parser.get_method() == b"GET":
            text = str(taken).encode()
            self.transport.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(text), text))
        else:
            taken += 1
            self.transport.write(self.answer())

    def answer(self) -> bytes:
        """A dialled line gets its id when it is Twilio's REST interface that is asked."""
        if self.url.startswith(b"/2010-04-01/"):
            leg = parse_qs(self.body.decode()).get("Url", [""])[0].partition("leg=")[2].partition("&")[0]
            body = b'{"sid":"%b","status":"queued"}' % sid(leg).encode()
            return HEAD.replace(b"200 OK", b"201 Created") + b"content-length: %d\r\n\r\n%b" % (len(body), body)
        return UP if b'"do":"look"' in self.body else DONE


async def main(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Taker, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
