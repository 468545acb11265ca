"""One transaction: lock the centres that are free, read what the events need, decide, write, commit.

Four round trips, whatever the number of events (storage findings): BEGIN, lock and read, write, NOTIFY and COMMIT;
three while more waits, for then the COMMIT begins the next one. Nothing here talks to anything but the database.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import islice

import asyncpg
import msgspec

from app.call.call import Call
from app.call.decision import Decision
from app.call.events import CallerIdentified, Event
from app.call.legs import Leg, refs
from app.call.policy import Policy
from app.call.world import World
from app.engine.arrivals import Handled, Item, Step, call_of, callback_of, subject_of
from app.engine.errors import Quarantined
from app.engine.policies import Policies
from app.engine.saving import save_fired, save_private, save_state, save_step
from app.engine.scene import Scene
from app.logs import logger
from app.store import codec
from app.store.codec import NewerState
from app.store.database import FAILURES, SECONDS
from app.store.reading import Wanted, wait_for
from app.store.writing import Write

Decide = Callable[[Call | None, Event, World], Decision]

FOLLOWS = 16
"""So many events may follow from one; more is a mistake in the rules."""
TIMEOUT = SECONDS + 0.5
"""The server's own time-outs come first; this one is for a server that says nothing at all."""
PASSES = 4
"""A centre that was passed over so often is waited for, so that a busy neighbour cannot starve it."""
NEXT = 16
"""So many callers who wait are read along, at most one per event: an agent who becomes free is theirs at once."""
CONTROL = re.compile(r"[\x00-\x1f]")
log = logger()


class Told(msgspec.Struct):
    """What the batch tells other processes (NOTIFY): who wrote, which centres changed, who has commands to send."""

    node: str
    centres: list[str]
    outbox: list[str]


class Batch:
    """One use: `run`, then `steps`, `left` and `outbox` say what happened."""

    def __init__(
        self,
        connection: asyncpg.Connection,
        items: list[Item],
        *,
        decide: Decide,
        policies: Policies,
        clock: Callable[[], datetime],
        node: str,
        remembered: dict[str, Scene],
        more: Callable[[], object],
    ) -> None:
        self._connection = connection
        self._items = items
        self._decide = decide
        self._policies = policies
        self._clock = clock
        self._node = node
        self._more = more
        self._remembered = remembered
        self._known = {
            centre: remembered.pop(centre) for centre in {item.arrival.centre for item in items} if centre in remembered
        }
        self._scenes: dict[str, Scene] = {}
        self._outdated = False
        """Somebody saved an event between the moment of the read and the lock."""
        self._write = Write()
        self.steps: list[Step] = []
        self.left: list[Item] = []
        """Their centre was not free."""
        self.outbox: set[str] = set()
        """Nodes that have commands to send now."""

    async def run(self) -> None:
        """Everything, up to and including COMMIT; then the items are answered. Raises what the database raises."""
        seen = await self._lock_and_read()
        items = [item for item in self._items if item.arrival.centre in self._scenes]
        for item in items:
            item.replies = item.still_asks()
            item.seen = (item.arrival.centre, item.subject, item.arrival.key) in seen
            if not item.seen:
                await self._take(item)
        for item, handled in zip(items, await self._save(items), strict=True):
            if item.error is not None:
                item.fail(item.error)
            else:
                item.answer(handled)

    # Lock and read

    async def _lock_and_read(self) -> set[tuple[str, str, str]]:
        """Lock the centres that are free; wait only when none is, or for one that was passed over too often."""
        passed = max(self._items, key=lambda item: item.passed)
        wait = wait_for(passed.arrival.centre)
        waited = passed.passed >= PASSES
        if not self._connection.is_in_transaction():
            await self._connection.execute("BEGIN", timeout=TIMEOUT)
        if waited:
            await self._connection.execute(wait, timeout=TIMEOUT)
        seen = await self._read(self._items)
        if not self._scenes and not waited:
            await self._connection.execute(wait, timeout=TIMEOUT)
            seen = await self._read(self._items)
        if self._outdated:
            seen = await self._read(self._items)
        for item in self._items:
            if item.arrival.centre not in self._scenes:
                item.passed += 1
                self.left.append(item)
        return seen

    async def _read(self, items: Iterable[Item]) -> set[tuple[str, str, str]]:
        wanted = Wanted({item.arrival.centre for item in items})
        for centre, scene in self._known.items():
            wanted.known[centre] = scene.seq
            wanted.calls |= {(centre, call): None for call in islice(scene.waiting, min(NEXT, len(self._items)))}
        for item in items:
            centre, event = item.arrival.centre, item.arrival.event
            wanted.keys[centre, item.subject, item.arrival.key] = None
            if item.call:
                wanted.calls[centre, item.call] = None
            if callback := callback_of(event):
                wanted.callbacks[centre, callback] = None
            if type(event) is CallerIdentified and event.person:
                wanted.persons[centre, event.person] = None
        return self._load(await wanted.read(self._connection))

    def _load(self, rows: Iterable[asyncpg.Record]) -> set[tuple[str, str, str]]:
        """Rows into scenes; those of centres that are not ours are left alone. Returns the keys seen before."""
        seen = set()
        self._outdated = False
        for kind, centre, a, b, state in rows:
            if kind == "centre":
                self._outdated |= a != b
                known, seq = self._known.get(centre), int(a)
                make = Scene if known is None or known.seq != seq else known.later
                self._scenes[centre] = make(codec.centre(state), seq)
            elif kind == "seen":
                seen.add((centre, a, b))
            elif (scene := self._scenes.get(centre)) is not None:
                scene.load(kind, a, b, state)
        return seen

    # Decide

    async def _take(self, item: Item) -> None:
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

    async def _step(self, scene: Scene, item: Item, key: str, event: Event) -> Step:
        centre = item.arrival.centre
        call_id = call_of(event)
        call = scene.calls.get(call_id)
        if call is None and call_id and event is not item.arrival.event:
            call = await self._fetch(scene, centre, call_id)
        policy = await self._policy(centre, scene.centre.policy)
        pinned = policy if call is None else await self._policy(centre, call.policy)
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

    async def _policy(self, centre: str, version: str) -> Policy:
        return self._policies.get(centre, version) or await self._policies.load(centre, version)

    async def _fetch(self, scene: Scene, centre: str, call_id: str) -> Call | None:
        """A call that only a follow event names: a caller who waits. The next ones are read along."""
        wanted = Wanted(self._scenes)
        wanted.calls = {
            (centre, name): None for name in (call_id, *islice(scene.waiting, NEXT)) if name not in scene.calls
        }
        wanted.known = {name: held.began for name, held in self._scenes.items()}
        for kind, _, a, b, state in await wanted.read(self._connection):
            known = scene.callbacks if kind == "callback" else scene.calls
            if kind in ("call", "callback") and a not in known:
                scene.load(kind, a, b, state)
        return scene.calls.get(call_id)

    def _set_aside(self, item: Item, key: str, event: Event, error: Exception) -> None:
        log.error("engine.quarantined", centre=item.arrival.centre, key=key, type=type(event).__name__, exc_info=error)
        self._write.rows["quarantine"].append(quarantine_row(item, key, event, error))
        if event is item.arrival.event:
            item.error = Quarantined(key)

    # Save

    async def _save(self, items: list[Item]) -> list[Handled]:
        """Write and commit; returns what each item is answered."""
        write = self._write
        answered = {item.replies for item in items if item.replies}
        for step in self.steps:
            save_step(write, step, self._node, answered)
        for centre, scene in self._scenes.items():
            save_state(write, centre, scene)
        for item in items:
            save_fired(write, item, self._scenes[item.arrival.centre])
            if item.replies not in ("", item.call):
                write.rows["outbox_answered"].append((item.arrival.centre, item.call, item.replies))
        terms = {
            centre: timedelta(days=(await self._policy(centre, scene.centre.policy)).retention.numbers)
            for centre, scene in self._scenes.items()
        }
        save_private(write, items, terms, self._clock())
        told = [self._told(item) for item in items]
        names = {(row[0], row[1]): row[2] for row in write.rows["names"]}
        write.wanted = [
            (item.arrival.centre, ref)
            for item, legs in zip(items, told, strict=True)
            for leg in legs
            for ref in refs(leg.doing)
            if (item.arrival.centre, ref) not in names
        ]
        for kind, centre, a, b in await write.run(self._connection):
            if kind == "name":
                names[centre, a] = b
            else:
                self.outbox.add(a)
        await self._connection.execute(f"{self._news()}COMMIT{'; BEGIN' if self._more() else ''}", timeout=TIMEOUT)
        for centre, scene in self._scenes.items():
            self._policies.activate(centre, scene.centre.policy)
        self._remembered |= self._known | self._scenes
        return [self._handled(item, legs, names) for item, legs in zip(items, told, strict=True)]

    def _news(self) -> str:
        """The NOTIFY that wakes other processes; nothing depends on its arrival."""
        if not self.steps:
            return ""
        told = codec.text(Told(self._node, sorted(self._scenes), sorted(self.outbox)))
        return f"SELECT pg_notify('warmlijn', '{told.replace(chr(39), chr(39) * 2)}'); "

    def _told(self, item: Item) -> tuple[Leg, ...]:
        """The legs whose present step is the answer: the one asked for, or those of the call that this changed.

        Whoever brings an event again is told of all legs of the call, for the first answer may be lost.
        """
        call = self._scenes[item.arrival.centre].calls.get(item.call) if item.replies else None
        if call is None:
            return ()
        if item.replies == call.id:
            return tuple(leg for leg in call.legs if item.seen or leg.id in item.commanded)
        leg = call.leg(item.replies)
        return () if leg is None else (leg,)

    def _handled(self, item: Item, legs: tuple[Leg, ...], names: dict[tuple[str, str], str]) -> Handled:
        call, centre = self._scenes[item.arrival.centre].calls.get(item.call), item.arrival.centre
        own = {ref: names[centre, ref] for leg in legs for ref in refs(leg.doing) if (centre, ref) in names}
        return Handled(call, item.because, legs, own)


def quarantine_row(item: Item, key: str, event: Event, error: Exception) -> tuple[str, ...]:
    """What is kept of an event that was set aside. Signs that cannot be stored are shown as `?`."""
    row = (item.arrival.centre, item.subject, key, codec.text(event), f"{type(error).__name__}: {error}"[:500])
    return tuple(CONTROL.sub("?", part).encode("utf-8", "replace").decode() for part in row)
