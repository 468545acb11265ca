"""Real SIP phones without a sound card: baresip, driven over its control port, and sipp for what baresip cannot say."""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
import time
from array import array
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any, Self

from tests.pbx import ports
from tests.pbx.asterisk import PHONE_SECRET
from tests.pbx.tones import RATE, TONES, goertzel, shares, silent

STATES = ("CALL_INCOMING", "CALL_OUTGOING", "CALL_RINGING", "CALL_PROGRESS", "CALL_ESTABLISHED", "CALL_CLOSED")
SLICE = 0.1
"""Seconds between two looks at what was heard."""
MODULES = "/usr/lib/baresip/modules"
CONFIG = """\
poll_method             epoll
sip_listen              127.0.0.1:{port}
net_interface           127.0.0.1
call_local_timeout      300
call_max_calls          4
module_path             {modules}
module                  g711.so
module                  ausine.so
module                  aubridge.so
module                  sndfile.so
module_app              account.so
module_app              menu.so
module_app              ctrl_tcp.so
ctrl_tcp_listen         127.0.0.1:{control}
audio_source            ausine,{tone}
audio_player            aubridge,nobody
audio_alert             aubridge,nobody
ausrc_srate             48000
ausrc_channels          2
ausrc_format            s16
auplay_format           s16
auenc_format            s16
audec_format            s16
audio_buffer            20-160
jitter_buffer_delay     2-4
rtp_ports               {rtp}-{rtp_end}
snd_path                {home}
audio_path              {home}
menu_bell               no
statmode_default        off
"""


class Phone:
    """`who` is the user that registers, or `caller` or `mobile`, who do not.

    What the person says is a tone, what they hear is recorded.
    """

    def __init__(self, pbx: str, who: str, *, number: str = "", name: str = "", port: int = 0, hertz: int = 0) -> None:
        self.who, self.pbx, self.number = who, pbx, number or who
        self.events: list[dict[str, Any]] = []
        self.home = Path(tempfile.mkdtemp(prefix=f"warmlijn-phone-{who}-"))
        own, self._control, rtp = ports.phone()
        self.port = port or own
        self._replies: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._changed = asyncio.Condition()
        self._asked = count(1)
        self._quiet = 0.0
        self.sound = 0
        """Slices in which something was heard."""
        self.longest_silence = 0.0
        """Seconds in a row in which the person heard nothing, from dialling until the end of the call."""
        self.spared = ""
        """Why this person may hear nothing for longer: whose Asterisk died has no line any more. Empty: never."""
        (self.home / "config").write_text(
            CONFIG.format(
                port=self.port, control=self._control, tone=hertz or TONES[who], modules=MODULES, home=self.home,
                rtp=rtp, rtp_end=rtp + ports.SOUND - 1,
            )
        )  # fmt: skip
        shown = f'"{name}" ' if name else ""
        login = ";regint=0" if who in ("caller", "mobile") else f";auth_user={who};auth_pass={PHONE_SECRET};regint=60"
        (self.home / "accounts").write_text(
            f"{shown}<sip:{self.number}@{pbx}>{login};answermode=manual;audio_codecs=PCMA/8000/1;ptime=20\n"
        )
        (self.home / "contacts").write_text("")

    async def __aenter__(self) -> Self:
        with (self.home / "log").open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                "baresip", "-f", str(self.home), stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log
            )
        async with asyncio.timeout(10):
            while True:
                try:
                    self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._control)
                    break
                except OSError:
                    await asyncio.sleep(0.05)
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._hear())]
        return self

    async def __aexit__(self, *failed: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._writer.close()
        if self._process.returncode is None:
            self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), 4)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        shutil.rmtree(self.home, ignore_errors=True)

    async def unplug(self) -> None:
        """The phone is gone without a word."""
        self._process.kill()
        await self._process.wait()

    async def _listen(self) -> None:
        while True:
            size = (await self._reader.readuntil(b":"))[:-1]
            message = json.loads((await self._reader.readexactly(int(size) + 1))[:-1])
            if message.get("response"):
                waiting = self._replies.pop(message.get("token", ""), None)
                if waiting is not None and not waiting.done():
                    waiting.set_result(message)
                continue
            message["at"] = time.monotonic()
            async with self._changed:
                self.events.append(message)
                self._changed.notify_all()

    async def command(self, command: str, params: str = "") -> dict[str, Any]:
        token = str(next(self._asked))
        answer = self._replies[token] = asyncio.get_running_loop().create_future()
        body = json.dumps({"command": command, "params": params, "token": token}).encode()
        self._writer.write(b"%d:%s," % (len(body), body))
        return await asyncio.wait_for(answer, 5)

    async def registered(self) -> None:
        """Asked, because the first registration may precede our control connection."""
        try:
            async with asyncio.timeout(8):
                while "OK" not in (await self.command("reginfo"))["data"]:
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"{self.who} cannot register: {(self.home / 'log').read_text()[-1500:]}") from None

    async def dials(self, number: str) -> None:
        await self.command("dial", f"sip:{number}@{self.pbx}")

    async def accepts(self) -> None:
        await self.command("accept")

    async def hangs_up(self) -> None:
        """Also declines a ringing call, as busy: baresip says 486."""
        await self.command("hangup")

    async def presses(self, keys: str) -> None:
        for key in keys:
            await self.command("sndcode", key)
            await asyncio.sleep(0.25)

    async def saw(self, kind: str, nth: int = 1, seconds: float = 15.0) -> dict[str, Any]:
        """The `nth` event of this kind, as soon as there is one."""

        def found() -> list[dict[str, Any]]:
            return [event for event in self.events if event.get("type") == kind]

        async with self._changed:
            try:
                await asyncio.wait_for(self._changed.wait_for(lambda: len(found()) >= nth), seconds)
            except TimeoutError:
                kinds = [event.get("type") for event in self.events]
                raise AssertionError(f"{self.who} never saw {kind} ({nth}): {kinds}") from None
        return found()[nth - 1]

    async def rings(self, nth: int = 1, seconds: float = 15.0) -> dict[str, Any]:
        return await self.saw("CALL_INCOMING", nth, seconds)

    async def over(self, nth: int = 1, seconds: float = 15.0) -> dict[str, Any]:
        return await self.saw("CALL_CLOSED", nth, seconds)

    async def spoken_to(self) -> None:
        """Something is heard that was not heard before: the sentences of a menu have begun."""
        before = self.sound
        async with asyncio.timeout(10):
            while self.sound < before + 2:
                await asyncio.sleep(SLICE)

    async def parted(self) -> None:
        """The call is over; after its own transfer key baresip says so in one of two ways."""
        over = [asyncio.create_task(self.saw(kind)) for kind in ("CALL_CLOSED", "TRANSFER_FAILED")]
        await asyncio.wait(over, return_when=asyncio.FIRST_COMPLETED)
        for task in over:
            task.cancel()
        results = await asyncio.gather(*over, return_exceptions=True)
        assert any(isinstance(result, dict) for result in results), results

    async def rang(self, nth: int = 1) -> float:
        """Seconds the phone rang the `nth` time until it was withdrawn."""
        begun = await self.rings(nth)
        ended = await self.over(nth, 30.0)
        return float(ended["at"] - begun["at"])

    def count(self, kind: str) -> int:
        """How many events of this kind there were."""
        return sum(event.get("type") == kind for event in self.events)

    @property
    def calls_over(self) -> int:
        return self.count("CALL_CLOSED")

    @property
    def _calls(self) -> dict[str, str]:
        """The last thing that befell each of its calls."""
        return {event.get("id", ""): event["type"] for event in self.events if event.get("type") in STATES}

    @property
    def busy(self) -> bool:
        """Rings, or is in a conversation."""
        return any(state != "CALL_CLOSED" for state in self._calls.values())

    @property
    def talking(self) -> bool:
        return "CALL_ESTABLISHED" in self._calls.values()

    def _recording(self) -> Path | None:
        files = sorted(self.home.glob("dump-*-dec.wav"), key=lambda file: file.stat().st_mtime)
        return files[-1] if files else None

    async def hears(self, seconds: float = 0.6, settle: float = 0.4) -> dict[str, float]:
        """Who is heard from now on: only what is received from now counts; empty is silence, or no sound at all."""
        await asyncio.sleep(settle)
        file = self._recording()
        if file is None:
            return {}
        start = file.stat().st_size
        await asyncio.sleep(seconds)
        pcm = _samples(file, start)
        return shares(pcm) if len(pcm) >= RATE * seconds * 0.5 else {}

    async def first_hears(self, who: str, seconds: float = 12.0) -> float:
        """The moment from which on this one is heard, to forty milliseconds."""
        file, recent = self._recording(), array("h")
        assert file is not None, f"{self.who} is in no conversation"
        size = file.stat().st_size
        async with asyncio.timeout(seconds):
            while len(recent) < RATE // 25 or silent(recent) or goertzel(recent, TONES[who]) < 0.5:
                await asyncio.sleep(0.02)
                new = _samples(file, size)
                size += 2 * len(new)
                recent = (recent + new)[-RATE // 25 :]
        return time.monotonic()

    async def _hear(self) -> None:
        """Keep count of silence while the call lives; before the answer the phone itself makes the ringing tone."""
        size, file, before = 0, None, time.monotonic()
        while True:
            await asyncio.sleep(SLICE)
            now = time.monotonic()
            passed, before = now - before, now
            if not self.talking:
                file = None
                silence = "CALL_OUTGOING" in self._calls.values()
            else:
                newest = self._recording()
                if newest is None or newest != file:
                    file, size = newest, 44
                pcm = _samples(file, size) if file is not None else array("h")
                size += 2 * len(pcm)
                silence = silent(pcm)
                self.sound += not silence
            self._quiet = self._quiet + passed if silence else 0.0
            self.longest_silence = max(self.longest_silence, self._quiet)


def _samples(file: Path, start: int) -> array[int]:
    raw = file.read_bytes()[max(start // 2 * 2, 44) :]
    return array("h", raw[: len(raw) // 2 * 2])


async def _sipp(*words: str, folder: str | None = None) -> asyncio.subprocess.Process:
    silence = asyncio.subprocess.DEVNULL
    return await asyncio.create_subprocess_exec(
        "sipp", *words, cwd=folder, stdin=silence, stdout=silence, stderr=silence
    )


@asynccontextmanager
async def refusing(pbx: str, user: str, status: str, *, ring_ms: int = 500) -> AsyncIterator[None]:
    """A registered phone that rings shortly and then answers with this SIP status, `603 Decline`."""
    port, *_ = ports.phone()
    scenarios = Path(__file__).parent / "sipp"
    common = ("-i", "127.0.0.1", "-p", str(port), "-nostdin")
    registering = await _sipp(
        pbx, "-sf", str(scenarios / "agent-register.xml"), "-s", user, "-au", user, "-ap", PHONE_SECRET,
        "-m", "1", "-timeout", "5s", *common,
    )  # fmt: skip
    assert await registering.wait() == 0, "sipp could not register"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "refuse.xml"
        file.write_text((scenarios / "agent-refuse.xml").read_text().replace("@STATUS@", status))
        process = await _sipp("-sf", str(file), "-d", str(ring_ms), "-m", "1", *common, folder=folder)
        await asyncio.sleep(0.3)
        try:
            yield
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()
