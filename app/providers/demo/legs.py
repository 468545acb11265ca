"""One line at the switch: what it does, who else is in its room, and the task that speaks to it or rings it."""

from __future__ import annotations

import asyncio
from typing import Literal

State = Literal["dialling", "ringing", "up", "over"]


class Leg:
    """`id` is Warmlijn's; `step` is that of the last command carried out; `hears` what the watch was last told."""

    def __init__(self, identity: str, address: str, state: State, *, caller: bool = False) -> None:
        self.id = identity
        self.address = address
        self.state = state
        self.caller = caller
        self.step = 0
        self.dialled_at_step = 0
        self.room = ""
        self.hears = ""
        self.sentences: tuple[str, ...] = ()
        self.gathering = 0
        """The step of the gather that still takes keys; 0 when there is none."""
        self.rang_at: float | None = None
        self.rings = 3
        self.told_over_at: float | None = None
        """When the service acknowledged that the leg is over, on the loop's clock."""
        self._task: asyncio.Task[None] | None = None

    @property
    def live(self) -> bool:
        """Not over yet."""
        return self.state != "over"

    def does(self, task: asyncio.Task[None] | None) -> None:
        """Whatever the leg was doing by itself stops; from now on this runs."""
        if self._task is not None and self._task is not asyncio.current_task():
            self._task.cancel()
        self._task = task
