"""A process that hangs is ended, so that its supervisor starts another: by itself, and by systemd if that watches it.

Asterisk keeps its link to a process that hangs: until it is gone no other can take it, and only the dialplan helps.
"""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import os
import socket
import sys
from collections.abc import Mapping

HANGS = 4.0
"""Seconds in which the event loop must turn. All that takes long is done beside it, and it turns, too, while the
database answers nothing; the dialplan gives up on us after five."""
BEAT = 0.5


class Watchdog:
    """`start` it once the service takes calls: starting may take long, and so may stopping.

    The thread that watches is the interpreter's own, in C: it needs neither the loop nor the lock that the loop holds.
    It writes where every thread was to standard error (places in the program, no values), and ends the process with 1.
    At a terminal nobody is ended: whoever stopped it there, with Ctrl-Z or a debugger, wants it to go on.
    """

    def __init__(self, environment: Mapping[str, str] = os.environ, hangs: float = HANGS) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        systemd = _seconds(environment) if self._address else 0.0
        self._watched = systemd > 0
        self._hangs = min(hangs, 7 / 8 * systemd) if self._watched else hangs
        self._beat = min(BEAT, self._hangs / 4)
        self._alone = sys.stdin is None or not sys.stdin.isatty()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """From now on the loop must turn. Tells systemd that the service is there."""
        self._tell("READY=1")
        self._task = asyncio.create_task(self._run(), name="watchdog")

    def stop(self) -> None:
        """From now on it need not. Tells systemd that the service is going."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
            faulthandler.cancel_dump_traceback_later()
            self._tell("STOPPING=1")

    async def _run(self) -> None:
        while True:
            if self._alone:
                faulthandler.dump_traceback_later(self._hangs, exit=True, file=2)
            if self._watched:
                self._tell("WATCHDOG=1")
            await asyncio.sleep(self._beat)

    def _tell(self, state: str) -> None:
        """The protocol of sd_notify(3), without ever waiting: systemd draws its own conclusion from silence."""
        if not self._address:
            return
        at = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as wire:
            wire.setblocking(False)
            wire.sendto(state.encode(), at)


def _seconds(environment: Mapping[str, str]) -> float:
    """After how many seconds without a sign systemd ends this process (sd_watchdog_enabled(3)); 0: it does not."""
    try:
        ours = int(environment.get("WATCHDOG_PID", "") or os.getpid()) == os.getpid()
        return int(environment.get("WATCHDOG_USEC", "0")) / 1e6 if ours else 0.0
    except ValueError:
        return 0.0
