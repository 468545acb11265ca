"""A private Asterisk on this machine's own address: everything of it in one folder, with the shipped configuration."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import aiohttp

from app.providers.demo.server import free_port
from tests.pbx import ports
from tests.pbx.unpacked import INSTALL, tunes, unpacked

HERE = Path(__file__).parent
SHIPPED = HERE.parents[1] / "deploy" / "asterisk"
PROGRAMS = ("baresip", "sipp", "espeak-ng", "sox", "apt-get", "dpkg-deb")
PHONES = ("101", "102", "103", "104", "105", "106")
CARELESS = "104"
"""This phone may send calls on, as in pjsip.conf where nobody thought of it; the others are as we ship them."""
OFF = {"cdr": "enable", "cel": "enable", "manager": "enabled"}
"""What Asterisk does not do here, as in `deploy/asterisk/fill`; a word it does not know would turn it on."""
EMPTY = ("acl", "ccss", "features", "pjproject", "udptl")
"""Files that exist only so that nobody complains."""
ARI_PASSWORD, LINK_SECRET, PHONE_SECRET = "ari-7d1f0c9b2e64a853", "link-90ab4d1c7e2f6538", "phone-3c5e7a91b2d4f608"
LOGIN = {"Authorization": "Basic " + b64encode(f"warmlijn:{ARI_PASSWORD}".encode()).decode()}
START = 20.0


@cache
def missing() -> str:
    """Why there can be no Asterisk here; empty when it is installed (which takes about ten seconds the first time)."""
    absent = [program for program in PROGRAMS if shutil.which(program) is None]
    if absent:
        return f"not installed: {', '.join(absent)} (deploy/install-phones)"
    done = subprocess.run([INSTALL], capture_output=True, text=True, timeout=300, check=False)
    return "" if done.returncode == 0 else f"Asterisk cannot be installed: {done.stderr.strip()[-200:]}"


@dataclass
class Pbx:
    """A running Asterisk: `sip` is its address for phones, `ari` that of its REST interface."""

    folder: Path
    sounds: Path
    process: subprocess.Popen[bytes] | None
    """Not of any loop: each story has a loop of its own."""
    command: tuple[str, ...]
    sip_port: int
    http_port: int
    log: Path

    @property
    def sip(self) -> str:
        return f"127.0.0.1:{self.sip_port}"

    @property
    def ari(self) -> str:
        return f"http://127.0.0.1:{self.http_port}/ari"

    async def stop(self) -> None:
        """As an administrator would."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            await asyncio.to_thread(self.process.wait, 15)

    async def kill(self) -> None:
        """As a power cut would."""
        assert self.process is not None
        self.process.kill()
        await asyncio.to_thread(self.process.wait, 15)

    async def start(self) -> None:
        """Until ARI answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.command, "-f", "-n"], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        async with aiohttp.ClientSession(headers=LOGIN) as http, asyncio.timeout(START):
            while not await self._answers(http):
                if self.process.poll() is not None:
                    raise RuntimeError(f"Asterisk stopped: {self.log.read_text(errors='replace')[-1500:]}")
                await asyncio.sleep(0.05)
        await self.cli("core waitfullybooted")

    async def cli(self, command: str) -> str:
        """What Asterisk's console says."""
        process = await asyncio.create_subprocess_exec(
            *self.command, "-rx", command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
        said, _ = await process.communicate()
        return said.decode(errors="replace")

    async def sign(self) -> float:
        """When the dialplan was last told that a service lives, in seconds of the clock; 0 when never."""
        said = re.search(r"KCC_ALIVE=(\d+)", await self.cli("dialplan show globals"))
        return float(said[1]) if said else 0.0

    async def get(self, path: str) -> list[dict[str, object]]:
        """A list from ARI."""
        async with aiohttp.ClientSession(headers=LOGIN) as http, http.get(f"{self.ari}{path}") as answer:
            found: list[dict[str, object]] = await answer.json()
            return found

    async def _answers(self, http: aiohttp.ClientSession) -> bool:
        try:
            async with http.get(f"{self.ari}/asterisk/ping") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False


@asynccontextmanager
async def running(
    folder: Path,
    service: str,
    centre: str,
    more: Mapping[str, str] | None = None,
    people: Sequence[str] = PHONES,
    front_desk: Sequence[str] = ("101", "102"),
    sound: tuple[int, int] | None = None,
) -> AsyncIterator[Pbx]:
    """An Asterisk that opens its link to `service` (`ws://...`); `more` is added to the files it names.

    `people` may register a phone; those of `front_desk` ring when the service is away. `sound` are its ports, first
    and last, where this process's own are too few.
    """
    program = unpacked(folder)
    tunes(folder / "sounds")
    sip_port, http_port = free_port(), free_port()
    first, last = sound or ports.switch()
    words = program.words | {
        "SIP_PORT": str(sip_port), "HTTP_PORT": str(http_port),
        "RTP_START": str(first), "RTP_END": str(last), "TRUNK_PORT": str(ports.trunk()),
        "SERVICE": service, "CENTRE": centre, "TLS": "no", "ARI_PASSWORD": ARI_PASSWORD, "LINK_SECRET": LINK_SECRET,
        "PHONE_SECRET": PHONE_SECRET, "SOUNDS": str(folder / "sounds"),
        "OUTGOING_NUMBER": "anonymous",
        "FRONT_DESK": "&".join(f"PJSIP/{user}" for user in front_desk), "PHONES": "\n".join(map(_phone, people)),
    }  # fmt: skip
    for file in (*SHIPPED.glob("*.conf"), *(HERE / "etc").glob("*.conf")):
        text = file.read_text()
        for word, value in words.items():
            text = text.replace(f"@{word}@", value)
        (folder / "etc" / file.name).write_text(text)
    for name in EMPTY:
        (folder / "etc" / f"{name}.conf").write_text("[general]\n")
    for name, switch in OFF.items():
        (folder / "etc" / f"{name}.conf").write_text(f"[general]\n{switch} = no\n")
    for name, text in (more or {}).items():
        with (folder / "etc" / name).open("a") as shipped:
            shipped.write(text)
    pbx = Pbx(folder, folder / "sounds", None, program.command, sip_port, http_port, folder / "asterisk.log")
    async with started(pbx):
        yield pbx


@asynccontextmanager
async def started(pbx: Pbx) -> AsyncIterator[None]:
    """It runs, and is stopped in the end."""
    try:
        await pbx.start()
        yield
    finally:
        await pbx.stop()


def _phone(user: str) -> str:
    return (
        f'[{user}](phone)\nauth = {user}\naors = {user}\ncallerid = "Toestel {user}" <{user}>\n'
        + ("redirect_method = user\n" if user == CARELESS else "")
        + f"[{user}](phone-auth)\nusername = {user}\n[{user}](phone-aor)\n"
    )
