"""Residents who call, stay a while and hang up, and the phones they reach: both are sipp, without sound."""

from __future__ import annotations

import asyncio
import re
import resource
from dataclasses import dataclass

from bench.stage import free_port
from tests.pbx.asterisk import HERE, Pbx

RING = 100
"""Milliseconds a phone rings before it is answered."""
SCENES = HERE / "sipp"
QUIET = asyncio.subprocess.DEVNULL


@dataclass
class Called:
    """What sipp says of its calls: `again` counts INVITEs that had to be sent again."""

    made: int
    succeeded: int
    failed: int
    again: int
    most: int
    """Calls at once, at most."""
    cpu: float
    """Seconds of CPU."""


async def phones(port: int) -> asyncio.subprocess.Process:
    """The phone that takes everything, on this port."""
    return await asyncio.create_subprocess_exec(
        "sipp", "-sf", str(SCENES / "agent-answer.xml"), "-i", "127.0.0.1", "-p", str(port), "-d", str(RING),
        "-nostdin", stdin=QUIET, stdout=QUIET, stderr=QUIET,
    )  # fmt: skip


async def call(pbx: Pbx, number: str, rate: int, seconds: int, stays: float) -> Called:
    """So many calls each second for so many seconds; each caller stays `stays` seconds after the answer."""
    process = await asyncio.create_subprocess_exec(
        "sipp", pbx.sip, "-sf", str(SCENES / "caller.xml"), "-s", number, "-i", "127.0.0.1", "-p", str(free_port()),
        "-r", str(rate), "-l", "4000", "-m", str(rate * seconds), "-d", str(int(stays * 1000)), "-nostdin",
        "-timeout", f"{int(seconds + stays) + 40}s", "-recv_timeout", "20000", cwd=pbx.folder,
        stdin=QUIET, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = (await process.communicate())[0].decode(errors="replace")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)  # it was the only one to end meanwhile
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def count(name: str) -> int:
        found = re.findall(rf"{name}\s*\|[^|\n]*\|\s*(\d+)", told)
        return int(found[-1]) if found else -1

    again = re.findall(r"INVITE ---------->\s+(?:\S*RTD\S*\s+)?\d+\s+(\d+)", told)
    most = re.findall(r"Peak was (\d+) calls", told)
    return Called(
        rate * seconds,
        count("Successful call"),
        count("Failed call"),
        int(again[-1]) if again else -1,
        int(most[-1]) if most else -1,
        used,
    )
