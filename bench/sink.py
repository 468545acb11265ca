"""Takes every command and says it is done, or the leg up when asked: `python -m bench.sink PORT`.

GET anything answers how many it took.
"""

from __future__ import annotations

import asyncio
import sys

import httptools
import uvloop

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
DONE = HEAD + b"content-length: 2\r\n\r\n{}"
UP = HEAD + b'content-length: 14\r\n\r\n{"state":"up"}'
taken = 0


class Taker(asyncio.Protocol):
    """One kept connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.parser = httptools.HttpRequestParser(self)

    def on_message_begin(self) -> None:
        self.body = b""

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
            self.transport.write(UP if b'"do":"look"' in self.body else DONE)


async def main(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Taker, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
