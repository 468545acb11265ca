"""What only Asterisk's console tells, where Asterisk is on this machine: whether the classes of music are there."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence

from app.doctor.words import Finding
from app.settings import AsteriskSettings

PATIENCE = 5.0


class Console:
    """`command` is what opens it, as in `asterisk`."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command

    async def check(self, settings: AsteriskSettings) -> list[Finding]:
        """The music of this Asterisk."""
        names = dict.fromkeys((settings.music_waiting, settings.music_hold))
        said = await self._says("moh show classes")
        if said is None:
            return [Finding("music_unseen", {"names": ", ".join(names), "why": "why_console"})]
        known = re.findall(r"^Class: (\S+)", said, re.MULTILINE)
        absent = [Finding("music_class", {"name": name}) for name in names if name not in known]
        return absent or [Finding("music_ok", {"names": ", ".join(names)})]

    async def _says(self, asked: str) -> str | None:
        """None when there is no console here, or it does not let us in."""
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command, "-rx", asked,
                stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
        except (OSError, ValueError, TypeError):
            return None
        try:
            async with asyncio.timeout(PATIENCE):
                said, _ = await process.communicate()
        except TimeoutError:
            process.kill()
            await process.wait()
            return None
        return None if process.returncode else said.decode(errors="replace")
