"""One transaction: decide by what is remembered, or lock the centres that are free and read; write, commit.

One round trip, whatever the number of events, where all that they concern is remembered: the write compares the
centres' numbers, and commits. Else four: BEGIN, lock and read, write, COMMIT; three while more waits and another
process is at work too, for then the COMMIT begins the next one (decision 0034).
Nothing here talks to anything but the database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import islice

import asyncpg
import msgspec

from app.call.decision import Centre
from app.call.events import CallbackChanged, CallerIdentified
from app.call.legs import Doing, Leg, refs
from app.engine.arrivals import Handled, Item, Step, callback_of
from app.engine.deciding import NEXT, Decide, Deciding
from app.engine.errors import Stale
from app.engine.handing import Written, handed
from app.engine.policies import Policies
from app.engine.saving import save_fired, save_private, save_state, save_step
from app.engine.scene import Scene
from app.store import codec
from app.store.outbox import Row
from app.store.reading import Wanted, opened, wait_for
from app.store.sealing import Seal
from app.store.writing import Write

PASSES = 4
"""A centre that was passed over so often is waited for, so that a busy neighbour cannot starve it."""


class Told(msgspec.Struct):
    """What the batch tells other processes (NOTIFY): who wrote, which centres changed, who has commands to send."""

    node: str
    centres: list[str]
    outbox: list[str]


class Batch:
    """One use: `run`, then `steps`, `left`, `handed` and `answered` say what happened."""

    def __init__(
        self,
        connection: asyncpg.Connection,
        items: list[Item],
        *,
        decide: Decide,
        policies: Policies,
        clock: Callable[[], datetime],
        node: str,
        seal: Seal,
        remembered: dict[str, Scene],
        more: Callable[[], object],
        join: Callable[[str], None],
    ) -> None:
        self._connection = connection
        self._items = items
        self._policies = policies
        self._clock = clock
        self._node = node
        self._seal = seal
        self._more = more
        self._join = join
        self._remembered = remembered
        self._known = {
            centre: remembered.pop(centre) for centre in {item.arrival.centre for item in items} if centre in remembered
        }
        self._scenes: dict[str, Scene] = {}
        self._outdated: set[str] = set()
        """Centres where somebody saved an event between the moment of the read and the lock."""
        self._deciding = Deciding(connection, self._scenes, decide=decide, policies=policies, clock=clock)
        self.left: list[Item] = []
        """Their centre was not free."""
        self.handed: list[Row] = []
        """Commands that this process is to send."""
        self.answered: set[tuple[str, str]] = set()
        """(centre, leg) of those that an answer tells."""
        self._by_memory = False
        """Nothing is locked before the write, which says whether that was right; only who waits may have to be read."""

    @property
    def steps(self) -> list[Step]:
        """What was decided."""
        return self._deciding.steps

    async def run(self) -> None:
        """Everything, up to and including COMMIT; then the items are answered.

        Raises Stale when nothing was written for what was remembered was not enough, and what the database raises.
        """
        self._by_memory = self._remembers()
        seen: set[tuple[str, str, str]] = set()
        if self._by_memory:
            self._scenes |= {centre: known.later(known.centre, known.seq) for centre, known in self._known.items()}
        else:
            seen = await self._lock_and_read()
        items = [item for item in self._items if item.arrival.centre in self._scenes]
        for item in items:
            item.begin(seen=(item.arrival.centre, item.subject, item.arrival.key) in seen)
            if not item.seen:
                await self._deciding.take(item)
        if self._by_memory and self._deciding.aside:
            raise Stale  # it may have been saved before: rules need not bear that
        self._deciding.report()
        for item, handled in zip(items, await self._save(items), strict=True):
            if item.error is not None:
                item.fail(item.error)
            else:
                item.answer(handled)

    def _remembers(self) -> bool:
        """Whether all that these events concern is known, in centres where nobody else was at work just now."""
        if self._connection.is_in_transaction():
            return False
        for item in self._items:
            known = self._known.get(item.arrival.centre)
            if known is None or known.strange or not known.holds(item.arrival.event):
                return False
        return True

    async def _lock_and_read(self) -> set[tuple[str, str, str]]:
        """Lock the centres that are free; wait when none is, for one that was passed over too often, or is shared."""
        passed = max(self._items, key=lambda item: item.passed)
        wait = wait_for(passed.arrival.centre)
        waited = passed.passed >= PASSES or self._shared()
        begin = [] if self._connection.is_in_transaction() else ["BEGIN"]
        if first := [*begin, wait] if waited else begin:
            await self._connection.execute("; ".join(first))
        if waited:
            self._join(passed.arrival.centre)
        seen = await self._read(self._items)
        if not self._scenes and not waited:
            await self._connection.execute(wait)
            seen = await self._read(self._items)
        while self._outdated:  # a centre that was busy before may be outdated in its turn; one that is locked stays
            seen = await self._read(self._items)
        for item in self._items:
            if item.arrival.centre not in self._scenes:
                item.passed += 1
                self.left.append(item)
        return seen

    def _shared(self) -> bool:
        """Whether all is of one centre in which another process was at work just now: most likely it holds it again."""
        centres = {item.arrival.centre for item in self._items}
        strange = all(centre in self._known and self._known[centre].strange for centre in centres)
        return strange and len(centres) == 1 and all(item.passed >= 0 for item in self._items)

    async def _read(self, items: Iterable[Item]) -> set[tuple[str, str, str]]:
        wanted = Wanted({item.arrival.centre for item in items})
        for centre, scene in self._known.items():
            wanted.known[centre] = scene.seq
            waiting = islice(scene.waiting, min(NEXT, len(self._items)))
            wanted.calls |= {(centre, call): call in scene.calls for call in waiting}
        for item in items:
            centre, event = item.arrival.centre, item.arrival.event
            known = self._known.get(centre)
            wanted.keys[centre, item.subject, item.arrival.key] = None
            if item.call:
                wanted.calls[centre, item.call] = known is not None and item.call in known.calls
            if callback := callback_of(event):
                wanted.callbacks[centre, callback] = None
            if type(event) is CallbackChanged and event.on_behalf:
                wanted.calls[centre, event.callback.rpartition(".")[0]] = False
            if type(event) is CallerIdentified and event.person:
                wanted.persons[centre, event.person] = None
        return self._load(await wanted.read(self._connection))

    def _load(self, rows: Iterable[asyncpg.Record]) -> set[tuple[str, str, str]]:
        """Rows into scenes; those of centres that are not ours are left alone. Returns the keys seen before.

        When another centre has to be read again, a scene that holds stays: what it brought is not read a second time.
        """
        seen = set()
        again, self._outdated = self._outdated, set()
        for kind, centre, a, b, state in rows:
            if kind == "centre":
                if a != b:
                    self._outdated.add(centre)
                if centre not in self._scenes or centre in again:
                    self._scenes[centre] = self._scene(centre, codec.centre(state), int(a))
            elif kind == "seen":
                seen.add((centre, a, b))
            elif (scene := self._scenes.get(centre)) is not None:
                scene.load(kind, a, b, state)
        return seen

    def _scene(self, name: str, centre: Centre, seq: int) -> Scene:
        known = self._known.get(name)
        if known is None:
            return Scene(centre, seq)
        return known.later(centre, seq) if known.seq == seq else known.overtaken(centre, seq)

    async def _save(self, items: list[Item]) -> list[Handled]:
        """Write and commit; returns what each item is answered."""
        write = Write()
        write.rows["quarantine"] += self._deciding.aside
        answered = {item.replies for item in items if item.replies}
        for step in self.steps:
            save_step(write, step, self._node, answered)
        for centre, scene in self._scenes.items():
            save_state(write, centre, scene)
        for item in items:
            save_fired(write, item, self._scenes[item.arrival.centre])
            if item.replies not in ("", item.call):
                write.rows["outbox_answered"].append((item.arrival.centre, item.call, item.replies))
                self.answered.add((item.arrival.centre, item.replies))
        terms = {
            centre: timedelta(days=(await self._policies.load(centre, scene.centre.policy)).retention.numbers)
            for centre, scene in self._scenes.items()
        }
        names = save_private(write, items, terms, self._clock())
        told = [self._told(item) for item in items]
        said: list[tuple[str, Doing | None]]
        said = [(item.arrival.centre, leg.doing) for item, legs in zip(items, told, strict=True) for leg in legs]
        if write.rows["outbox"]:  # else the answers tell everything
            said += [(step.centre, command.do) for step in self.steps for command in step.decision.commands]
        wanted = {(centre, ref): None for centre, doing in said for ref in refs(doing) if (centre, ref) not in names}
        write.wanted = list(wanted)
        written = Written(lines={(row[0], row[1]): row[4] for row in write.rows["lines"]})
        for kind, centre, a, b in await self._commit(write):
            if kind in ("sealed", "name"):
                names |= opened(self._seal, [(kind, centre, a, b)])
            elif kind != "held":
                written.take(kind, centre, a, b)
        self.handed = handed(self.steps, self._scenes, written, names, self._node)
        for centre, scene in self._scenes.items():
            self._policies.activate(centre, scene.centre.policy)
        answers = [self._handled(item, legs, names) for item, legs in zip(items, told, strict=True)]
        for scene in self._scenes.values():
            scene.settle()
        self._remembered |= self._known | self._scenes
        return answers

    async def _commit(self, write: Write) -> list[asyncpg.Record]:
        """Write and commit; other processes are told, but nothing depends on that. Raises Stale."""
        numbers = {centre: scene.began for centre, scene in sorted(self._scenes.items())}
        try:
            rows = await write.run(self._connection, numbers, self._node if self.steps else "")
        except asyncpg.UniqueViolationError as error:
            if self._by_memory:
                raise Stale from error
            raise
        if not any(row[0] == "held" for row in rows):
            raise Stale
        if not self._by_memory:
            strange = any(scene.strange for scene in self._scenes.values())
            await self._connection.execute(f"COMMIT{'; BEGIN' if strange and self._more() else ''}")
        return rows

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
