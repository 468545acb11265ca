"""The events of one batch decided one after another, each seeing what the earlier ones did, and what follows."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import islice

import asyncpg

from app.call.call import Call
from app.call.decision import Decision
from app.call.events import Event
from app.call.world import World
from app.engine.arrivals import Item, Step, call_of, subject_of
from app.engine.errors import Quarantined
from app.engine.policies import Policies
from app.engine.scene import Scene
from app.logs import logger
from app.store import codec
from app.store.codec import NewerState
from app.store.database import FAILURES
from app.store.reading import Wanted

Decide = Callable[[Call | None, Event, World], Decision]

FOLLOWS = 16
"""So many events may follow from one; more is a mistake in the rules."""
NEXT = 16
"""So many callers who wait are read along: an agent who becomes free is theirs at once."""
CONTROL = re.compile(r"[\x00-\x1f]")
log = logger()


class Deciding:
    """`take` every arrival in order; then `steps` is what happened and `aside` the rows of what was set aside."""

    def __init__(
        self,
        connection: asyncpg.Connection,
        scenes: Mapping[str, Scene],
        *,
        decide: Decide,
        policies: Policies,
        clock: Callable[[], datetime],
    ) -> None:
        self._connection = connection
        self._scenes = scenes
        self._decide = decide
        self._policies = policies
        self._clock = clock
        self.steps: list[Step] = []
        self.aside: list[tuple[str, ...]] = []
        self._mistakes: list[tuple[str, str, Event, Exception]] = []

    async def take(self, item: Item) -> None:
        """Decide this arrival and what follows from it; a mistake of the rules sets aside only that event."""
        arrival = item.arrival
        scene = self._scenes[arrival.centre]
        coming = deque([(arrival.key, arrival.event)])
        number = 0
        while coming:
            key, event = coming.popleft()
            try:
                step = await self._step(scene, item, key, event)
            except (*FAILURES, NewerState):
                raise
            except Exception as error:  # noqa: BLE001  (whatever the rules raise harms this event only)
                self._set_aside(item, key, event, error)
                continue
            if item.because is None:
                item.because = step.decision.because
            item.commanded.update(command.leg for command in step.decision.commands)
            for caused in step.decision.follow:
                number += 1
                if number > FOLLOWS:
                    log.error("engine.follows_without_end", centre=arrival.centre, key=arrival.key)
                    return
                coming.append((f"{arrival.key}/{number}", caused))

    def report(self) -> None:
        """Log what is set aside, now that it is certain."""
        for centre, key, event, error in self._mistakes:
            log.error("engine.quarantined", centre=centre, key=key, type=type(event).__name__, exc_info=error)

    async def _step(self, scene: Scene, item: Item, key: str, event: Event) -> Step:
        centre = item.arrival.centre
        call_id = call_of(event)
        call = scene.calls.get(call_id)
        if call is None and call_id and event is not item.arrival.event:
            call = await self._fetch(scene, centre, call_id)
        policy = await self._policies.load(centre, scene.centre.policy)
        pinned = policy if call is None else await self._policies.load(centre, call.policy)
        now = self._clock()
        decision = self._decide(call, event, scene.world(call, event, now, policy, pinned))
        provider = scene.providers.get(call_id, item.arrival.provider)
        scene.apply(decision, provider)
        scene.seq += 1
        step = Step(
            centre,
            scene.seq,
            item.subject if key is item.arrival.key else subject_of(event),
            key,
            event,
            call,
            decision,
            pinned.version,
            now,
            provider,
            item.replies,
        )
        self.steps.append(step)
        return step

    async def _fetch(self, scene: Scene, centre: str, call_id: str) -> Call | None:
        """A call that only a follow event names: a caller who waits. The next ones are read along."""
        wanted = Wanted(self._scenes)
        wanted.calls = {
            (centre, name): False for name in (call_id, *islice(scene.waiting, NEXT)) if name not in scene.calls
        }
        wanted.known = {name: held.began for name, held in self._scenes.items()}
        for kind, _, a, b, state in await wanted.read(self._connection):
            known = scene.callbacks if kind == "callback" else scene.calls
            if kind in ("call", "callback") and a not in known:
                scene.load(kind, a, b, state)
        return scene.calls.get(call_id)

    def _set_aside(self, item: Item, key: str, event: Event, error: Exception) -> None:
        self.aside.append(quarantine_row(item, key, event, error))
        self._mistakes.append((item.arrival.centre, key, event, error))
        if event is item.arrival.event:
            item.error = Quarantined(key)


def quarantine_row(item: Item, key: str, event: Event, error: Exception) -> tuple[str, ...]:
    """What is kept of an event that was set aside. Signs that cannot be stored are shown as `?`."""
    row = (item.arrival.centre, item.subject, key, codec.text(event), _named(error)[:500])
    return tuple(CONTROL.sub("?", part).encode("utf-8", "replace").decode() for part in row)


def _named(error: Exception) -> str:
    """Which mistake it was. The database's own sentences hold the row, and that may hold a name or a number."""
    if not isinstance(error, FAILURES):
        return f"{type(error).__name__}: {error}"
    told = (getattr(error, part, None) for part in ("sqlstate", "table_name", "column_name", "constraint_name"))
    return " ".join([type(error).__name__, *(part for part in told if part)])
