"""The web server's HTTP with an end to headers: a request without one would otherwise be kept until memory is full."""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.web.problem import problem

LARGEST = 64 * 1024
"""Bytes of the first line and headers together, give or take one read."""


class BoundedHttp(HttpToolsProtocol):
    """uvicorn's protocol, with that one difference."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._head = True
        self._size = 0

    def data_received(self, data: bytes) -> None:
        """Take the bytes; too many of them before the headers end are answered with 431, and the line is closed."""
        super().data_received(data)
        self._size += len(data)
        if self._head and self._size > LARGEST and not self.transport.is_closing():
            answer = problem(431, f"At most {LARGEST} bytes of headers.")
            head = (
                f"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: {answer.content_type}\r\n"
                f"content-length: {len(answer.body)}\r\nconnection: close\r\n\r\n"
            )
            self.transport.write(head.encode() + answer.body)
            self.transport.close()

    def on_message_begin(self) -> None:
        """The next request on this connection begins."""
        super().on_message_begin()
        self._head, self._size = True, 0

    def on_headers_complete(self) -> None:
        """From here on it is the body, whose size the application watches."""
        self._head = False
        super().on_headers_complete()
