"""Pages are done as they are written: each command succeeds, and the switch prints what the tutorial says it prints."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from app.demo.running import directory
from app.providers.demo.server import free_port
from app.settings import foreign

ROOT = Path(__file__).resolve().parents[1]
TUTORIAL, POLICY = ROOT / "docs" / "tutorial" / "first-morning.md", ROOT / "docs" / "howto" / "change-the-policy.md"
BLOCK = re.compile(r"^```(sh service|sh phones|sh|phones)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="the pages use curl: apt-get install curl")


class Terminal:
    """A process that is typed into and read from, line by line."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.said: list[str] = []

    def types(self, line: str) -> None:
        """One line."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n".encode())

    async def says(self, part: str, seconds: float = 60.0) -> str:
        """Read on until a line holds `part`, however it is indented; returns that line."""
        assert self.process.stdout is not None
        try:
            async with asyncio.timeout(seconds):
                while line := (await self.process.stdout.readline()).decode():
                    self.said.append(line)
                    if " ".join(part.split()) in " ".join(line.split()):
                        return line
        except TimeoutError:
            pass
        raise AssertionError(f"{part!r} was not said:\n{''.join(self.said[-40:])}")


@asynccontextmanager
async def terminal(*command: str, folder: Path, env: dict[str, str]) -> AsyncIterator[Terminal]:
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, env=env, stdin=PIPE, stdout=PIPE, stderr=STDOUT, start_new_session=True, limit=2**20
    )
    try:
        yield Terminal(process)
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGTERM)
        await process.wait()


@asynccontextmanager
async def clone() -> AsyncIterator[Path]:
    """The repository as a newcomer has it, without anybody's data."""
    folder = directory()
    for part in ROOT.iterdir():
        if part.name != "var":
            (folder / part.name).symlink_to(part)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def blocks_of(page: Path, port: str, phones: str = "8090") -> list[tuple[str, str]]:
    """Kind and text of each block that is done, with ports that are free here."""
    text = page.read_text(encoding="utf-8").replace("127.0.0.1:8000", f"127.0.0.1:{port}")
    return BLOCK.findall(text.replace("127.0.0.1:8090", f"127.0.0.1:{phones}"))


def environment(folder: Path, port: str, phones: str = "8090") -> dict[str, str]:
    return foreign() | {
        "PATH": f"{folder}/.venv/bin:{os.environ['PATH']}", "WARMLIJN_PORT": port,
        "WARMLIJN_URL": f"http://127.0.0.1:{port}", "PHONES_PORT": phones,
        "WARMLIJN_DATA_DIR": str(folder / "var" / "database"),
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.timeout(180)
async def test_the_first_morning() -> None:
    ports = (str(free_port()), str(free_port()))
    blocks = blocks_of(TUTORIAL, *ports)
    assert [kind for kind, _ in blocks].count("sh") > 6
    (service,) = [code for kind, code in blocks if kind == "sh service"]
    (phones,) = [code for kind, code in blocks if kind == "sh phones"]
    async with clone() as folder:
        env = environment(folder, *ports)
        async with terminal("bash", "-eu", folder=folder, env=env) as second:
            second.types("set -o pipefail; umask 022; exec 2>&1")
            await done(second, blocks[0][1])
            (folder / "var").chmod(0o711)
            async with (
                terminal("bash", "-c", service, folder=folder, env=env) as first,
                terminal("bash", "-c", f"sleep 1; {phones}", folder=folder, env=env) as third,
            ):
                await first.says("service.started", 90)
                for kind, code in blocks[1:]:
                    if kind == "sh":
                        await done(second, code)
                    elif kind == "phones":
                        await played(third, code)
        said = "".join(second.said)
        for part in ('"may": [', '"sayNow": [', '"status": "kept"', "0 verschillen", '"event": "ConsultAsked"'):
            assert part in said, part


@pytest.mark.slow
async def test_changing_the_policy() -> None:
    port = str(free_port())
    async with clone() as folder:
        (folder / "var").mkdir(0o711)
        env = environment(folder, port)
        async with (
            terminal("make", "run", folder=folder, env=env) as first,
            terminal("bash", "-eu", folder=folder, env=env) as second,
        ):
            await first.says("service.started", 90)
            second.types("set -o pipefail; exec 2>&1")
            for kind, code in blocks_of(POLICY, port):
                assert kind == "sh"
                await done(second, code)
    said = "".join(second.said)
    for part in ("19 proeven geslaagd", "0 gesprekken sinds", "Minder lang wachten", "Toch te kort"):
        assert part in said, part


async def done(shell: Terminal, code: str) -> None:
    """These commands, none of which may fail."""
    shell.types(f"{code}\necho 'all of this' went well")
    await shell.says("all of this went well")


async def played(phones: Terminal, lines: str) -> None:
    """What stands behind > is typed, the rest is read; nobody clicks in the moment a phone is picked up."""
    for line in lines.splitlines():
        if line.startswith("> "):
            phones.types(line.removeprefix("> "))
        else:
            await phones.says(line)
    await asyncio.sleep(1)
