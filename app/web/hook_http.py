"""Webhooks go from the web server's parser to the engine and back without ASGI between: half of their cost was that.

What uvicorn does for a request (a task, a scope, streams for a body that is here already, two writes) is not done for
them; connections, limits, pipelining and stopping stay uvicorn's and `BoundedHttp`'s. Everything else goes by ASGI, and
so does a webhook that is not alone on its connection (decision 0019).
"""

from __future__ import annotations

from functools import partial
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from app.logs import logger
from app.providers.base import Reply
from app.web.bounded import BoundedHttp
from app.web.problem import problem
from app.web.webhooks import LARGEST, PREFIX, head

START = PREFIX.encode()
METHODS = (b"POST", b"GET")
log = logger()


class Nobody:
    """Stands where uvicorn wakes who reads the body."""

    def set(self) -> None:
        """Nobody waits: the body is taken when all of it is here."""


class Begun(RequestResponseCycle):
    """A webhook under way: what uvicorn asks and tells of a request."""

    message_event = Nobody()  # type: ignore[assignment]

    def __init__(self, keep_alive: bool) -> None:
        self.keep_alive = keep_alive
        self.body = bytearray()
        self.more_body = True
        self.disconnected = self.response_started = self.response_complete = False


class HookHttp(BoundedHttp):
    """`app.take(method, target, headers, body, done)` answers webhooks (`Webhooks.take`)."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._take = self.config.loaded_app.take
        self._lines: tuple[object, bytes] = (None, b"")
        """The headers that uvicorn adds to each answer, and what they look like on the wire."""

    def on_headers_complete(self) -> None:
        """A webhook begins, or something else does."""
        parser = self.parser
        alone = self._answered() and not self.flow.write_paused and not self.expect_100_continue
        if self.url.startswith(START) and alone and parser.get_method() in METHODS and not parser.should_upgrade():
            self._head = False
            self.cycle = Begun(parser.should_keep_alive() and parser.get_http_version() != "1.0")
        else:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Some of the body; of a webhook no more than any platform sends."""
        super().on_body(body)
        cycle = self.cycle
        if type(cycle) is Begun and len(cycle.body) > LARGEST and not cycle.response_complete:
            self._done(cycle, problem(413, f"At most {LARGEST} bytes."))

    def on_message_complete(self) -> None:
        """All of it is here."""
        super().on_message_complete()
        cycle = self.cycle
        if type(cycle) is Begun and not cycle.response_complete and not self.transport.is_closing():
            method, done = self.parser.get_method().decode("ascii"), partial(self._done, cycle)
            try:
                self._take(method, self.url, self.headers, bytes(cycle.body), done)
            except Exception:
                log.exception("webhook.unreadable")
                done(problem(500))

    def _done(self, cycle: Begun, answer: Reply) -> None:
        """Write the answer in one piece, unless nobody is there any more; then the next request may come."""
        if cycle.response_complete or cycle.disconnected or self.transport.is_closing():
            return
        added = self.server_state.default_headers
        if self._lines[0] is not added:
            self._lines = added, _written(added)
        close = b"" if cycle.keep_alive else b"connection: close\r\n"
        self.transport.write(
            b"%b%b%b%b\r\n%b" % (STATUS_LINE[answer.status], self._lines[1], _written(head(answer)), close, answer.body)
        )
        cycle.response_started = cycle.response_complete = True
        if not cycle.keep_alive:
            self.transport.close()
        self.on_response_complete()


def _written(headers: list[tuple[bytes, bytes]]) -> bytes:
    return b"".join([b"%b: %b\r\n" % header for header in headers])
