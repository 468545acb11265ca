"""`python -m tests.pbx.demo [--lang en]`: 0 when every story was as told, 1 when not, 2 when it cannot be played."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import sys

from tests.pbx import asterisk
from tests.pbx.demo.playing import SIDE, played
from tests.pbx.demo.stories import BESIDE, LAST
from tests.pbx.demo.words import word

THERE = 1.5
"""Seconds after which Asterisk is not there yet."""


def main() -> int:
    """Play, and print as it happens."""
    parser = argparse.ArgumentParser(prog="make demo-pbx")
    parser.add_argument("--lang", choices=("nl", "en"), default="nl")
    language = parser.parse_args().lang
    keep = os.environ.get("KEEP", "") not in ("", "0")
    with contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError):
        return asyncio.run(_play(language, keep=keep))
    return 130


async def _play(language: str, *, keep: bool) -> int:
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)

    def tell(line: str) -> None:
        print(line, flush=True)

    tell(word("plan", language, n=sum(1 + len(story.inner) for story in (*BESIDE, *LAST)), side=SIDE))
    tell(word("how", language))
    installing = asyncio.create_task(asyncio.to_thread(asterisk.missing))
    if not (await asyncio.wait((installing,), timeout=THERE))[0]:
        tell(word("installing", language))
    if why := await installing:
        sys.stderr.write(word("impossible", language, why=why) + "\n")
        return 2
    return await played(BESIDE, LAST, language, tell, keep=keep)


if __name__ == "__main__":
    sys.exit(main())
