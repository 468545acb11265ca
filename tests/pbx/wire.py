"""What Asterisk really sent, packet by packet: the only proof that somebody's number left the house in no header."""

from __future__ import annotations

import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.pbx.asterisk import Pbx


class Trace:
    """SIP packets of one story; complete when the story is over."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def sent(self, port: int) -> list[str]:
        """The messages that went to this port, in order."""
        return [text for to, text in self._packets() if to == port]

    def _packets(self) -> list[tuple[int, str]]:
        raw, at, found = self._file.read_bytes(), 24, []
        while at + 16 <= len(raw):
            (size,) = struct.unpack_from("<I", raw, at + 8)
            frame = raw[at + 16 : at + 16 + size]
            at += 16 + size
            ip = frame.find(b"\x45")  # an IP packet without options, whatever lies around it
            (port,) = struct.unpack_from(">H", frame, ip + 22)
            found.append((port, frame[ip + 28 :].decode(errors="replace")))
        return found


@asynccontextmanager
async def traced(pbx: Pbx) -> AsyncIterator[Trace]:
    """Everything Asterisk says in SIP, from here to the end of the block."""
    file = pbx.folder / "trace.pcap"
    file.unlink(missing_ok=True)
    await pbx.cli(f"pjsip set logger pcap {file}")
    await pbx.cli("pjsip set logger on")
    try:
        yield Trace(file)
    finally:
        await pbx.cli("pjsip set logger off")


def header(message: str, name: str) -> str:
    """The value of a header of a SIP message; empty when it is not there."""
    for line in message.split("\r\n\r\n", 1)[0].split("\r\n")[1:]:
        if line.lower().startswith(f"{name.lower()}:"):
            return line.partition(":")[2].strip()
    return ""
