"""Answers leave in one piece, and nothing waits for a body that does not come."""

from __future__ import annotations

import asyncio

from app.web.joined import Joined

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n"


class Wire(asyncio.Transport):
    """Writes down what is sent, piece by piece."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[bytes] = []

    def write(self, data: bytes) -> None:  # type: ignore[override]
        self.sent.append(data)

    def close(self) -> None:
        self.sent.append(b"closed")


async def test_head_and_body_are_one_piece_and_later_parts_are_not_held() -> None:
    wire = Wire()
    joined = Joined(wire, asyncio.get_running_loop())
    joined.write(HEAD)
    joined.write(b"{}")
    joined.write(b"more")
    await asyncio.sleep(0)
    assert wire.sent == [HEAD + b"{}", b"more"]


async def test_a_head_whose_body_comes_later_is_not_kept_back() -> None:
    wire = Wire()
    joined = Joined(wire, asyncio.get_running_loop())
    joined.write(HEAD)
    await asyncio.sleep(0)
    assert wire.sent == [HEAD]
    joined.write(b"{}")
    assert wire.sent == [HEAD, b"{}"]


async def test_a_head_without_a_body_goes_before_the_line_is_closed() -> None:
    wire = Wire()
    joined = Joined(wire, asyncio.get_running_loop())
    joined.write(HEAD)
    joined.close()
    await asyncio.sleep(0)
    assert wire.sent == [HEAD, b"closed"]
