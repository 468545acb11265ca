"""The web server's HTTP with an end to requests: in size of the headers, and in time until all of it has come."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from app.providers.base import Reply
from app.web.problem import problem

LARGEST = 64 * 1024
"""Bytes of the first line and headers together, give or take one read."""
SLOWEST = 5.0
"""Seconds in which the headers must have come, and in which a body must have brought STEADY bytes more."""
STEADY = 48 * 1024
"""80 kbit/s: a recording of a minute comes over a slow line, too."""
STUCK = 30.0
"""Seconds in which a client must have taken some of an answer that waits for it."""
REASONS = {408: "Request Timeout", 431: "Request Header Fields Too Large"}


class BoundedHttp(HttpToolsProtocol):
    """uvicorn's protocol, with these differences."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._head = True
        self._size = 0
        self._looked = 0
        """How much had come when the time was last up."""
        self._whole = False
        self._began = False
        """Whether a request begins in what has just come."""
        self._timer: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client is there, and is to say something."""
        super().connection_made(transport)
        self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        self._at_rest()
        self._read_on()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The client does not take what it asked for; it has STUCK seconds to begin."""
        super().pause_writing()
        self._unread = self.loop.call_later(STUCK, self.transport.abort)

    def resume_writing(self) -> None:
        """It takes some of it."""
        super().resume_writing()
        self._read_on()

    def data_received(self, data: bytes) -> None:
        """Take the bytes; a request that is too large or takes too long is answered, and the line is closed."""
        idle, self._began = self._whole and self._answered(), False
        super().data_received(data)
        if idle and not self._began:  # an empty line: but uvicorn waits no longer for the next request
            self._head, self._size, self._whole = True, 0, False
        self._size += len(data)
        if self._head and self._size > LARGEST:
            self._refuse(problem(431, f"At most {LARGEST} bytes of headers."))
        if not self._whole and self._timer is None:
            self._expect()

    def on_message_begin(self) -> None:
        """The next request on this connection begins."""
        super().on_message_begin()
        self._began = True
        self._at_rest()
        self._head, self._size, self._looked, self._whole = True, 0, 0, False

    def on_headers_complete(self) -> None:
        """From here on it is the body, whose size the application watches."""
        self._head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """All of it has come; when it was answered before that, the wait for the next one begins now.

        After what becomes a websocket there is no next one.
        """
        self._at_rest()
        super().on_message_complete()
        upgrade = self.parser.should_upgrade() and self._should_upgrade()
        if self._answered() and self.timeout_keep_alive_task is None and not upgrade:
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    def _expect(self) -> None:
        self._timer = self.loop.call_later(SLOWEST, self._too_slow)

    def _at_rest(self) -> None:
        self._whole = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _read_on(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _answered(self) -> bool:
        """Nothing is asked, or all that was asked has its answer."""
        cycle: RequestResponseCycle | None = self.cycle  # uvicorn begins without one
        return cycle is None or cycle.response_complete

    def _too_slow(self) -> None:
        """Unless we do not read ourselves, or a body comes steadily whose request has no answer yet."""
        self._timer = None
        if self.transport.get_protocol() is not self:
            return
        steady = not self._head and self._size - self._looked >= STEADY and not self._answered()
        behind = self._head and not self._answered()  # the beginning of the next request: this one's answer comes first
        if steady or behind or self.flow.read_paused:
            self._looked = self._size
            self._expect()
        elif self._size:
            self._refuse(problem(408, "The request did not come in time."))
        else:
            self.transport.close()

    def _refuse(self, answer: Reply) -> None:
        """Answer this request before the application does, unless it has begun to."""
        if self.transport.is_closing():
            return
        if self._answered() if self._head else not self.cycle.response_started:
            head = (
                f"HTTP/1.1 {answer.status} {REASONS[answer.status]}\r\ncontent-type: {answer.content_type}\r\n"
                f"content-length: {len(answer.body)}\r\nconnection: close\r\n\r\n"
            )
            self.transport.write(head.encode() + answer.body)
        self.transport.close()
