"""The log of a centre decided again: what comes out is compared with every stored row (design §5 rule 3).

The log holds each event with its moment, also those that followed from others, so folding it needs no clock and no
chance. What differs is a report for a person to read; nothing is changed by it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Any

import asyncpg
from msgspec import Struct
from msgspec.structs import replace

from app.call.because import Because, chain
from app.call.decision import Centre
from app.call.events import CallOffered
from app.call.policy import Policy
from app.engine.arrivals import Step, call_of
from app.engine.deciding import Decide
from app.engine.policies import Policies
from app.engine.saving import save_step
from app.engine.scene import Scene
from app.store import codec, recorded
from app.store.writing import Write


class Outcome(Struct, frozen=True):
    """What one event led to: the phase of its call after it, if it has one, why, and by which version."""

    phase: str
    because: Because
    policy: str


class Difference(Struct, frozen=True):
    """`where` is `event 12 CallOffered`, or a table and the key of a row; an empty side means: not there.

    Of an event also the number, the subject (`call:ID`), and both outcomes.
    """

    where: str
    stored: str
    folded: str
    seq: int = 0
    subject: str = ""
    outcomes: tuple[Outcome, Outcome] | None = None


class Report(Struct):
    """`whole` is False when the beginning of the log was deleted after its term: rows cannot be compared then."""

    centre: str
    events: int = 0
    whole: bool = True
    differences: list[Difference] = []


async def replay(
    pool: asyncpg.Pool, policies: Policies, centre: str, decide: Decide, *, under: Policy | None = None
) -> Report:
    """Fold the log of this centre. Under another policy only the events are compared: the rows must differ then.

    Raises `UnknownPolicy` for a version that is not kept any more, ValueError for an unknown centre.
    """
    report = Report(centre)
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        first = await recorded.first_policy(connection, centre)
        if not first:
            raise ValueError(f"There is no centre {centre!r}.")
        unnumbered = await recorded.unnumbered(connection, centre)
        fold = _Fold(connection, Scene(Centre(centre, first), 0), policies, decide, under, unnumbered)
        async for row in recorded.events(connection, centre):
            report.events += 1
            report.whole = report.whole and row["seq"] == report.events
            report.differences += await fold.event(row)
        if report.whole and under is None:
            report.differences += [difference async for difference in fold.rows()]
    return report


class _Fold:
    """The centre as the events so far left it."""

    def __init__(
        self, connection: asyncpg.Connection, scene: Scene, policies: Policies, decide: Decide, under: Policy | None,
        unnumbered: frozenset[str],
    ) -> None:
        self._connection = connection
        self._scene = scene
        self._policies = policies
        self._decide = decide
        self._under = under
        self._unnumbered = unnumbered
        self._write = Write()

    async def event(self, row: asyncpg.Record) -> Iterable[Difference]:
        """Decide one event of the log again."""
        scene, event = self._scene, codec.event(row["data"])
        centre = scene.centre.id
        call = scene.calls.get(call_of(event))
        policy = self._under or await self._policy(centre, scene.centre.policy)
        pinned = policy if call is None or self._under else await self._policy(centre, call.policy)
        decision = self._decide(call, event, scene.world(call, event, row["at"], policy, pinned))
        if decision.call is not None and type(event) is CallOffered and event.call in self._unnumbered:
            decision = replace(decision, call=replace(decision.call, reference=""), centre=None)
        scene.apply(decision, "")
        scene.seq = row["seq"]
        step = Step(centre, scene.seq, row["subject"], row["key"], event, call, decision, pinned.version, row["at"], "")
        save_step(self._write, step, "", set())
        made = self._write.rows["events"].pop()
        self._write.rows["outbox"].clear()
        where = f"event {row['seq']} {row['type']}"
        version = row["policy_version"] if self._under is not None else pinned.version
        stored = Outcome(row["phase_after"], codec.because(row["because"]), row["policy_version"])
        folded = Outcome(made[6], decision.because, version)
        if stored == folded or (self._under is not None and _unlined(stored) == _unlined(folded)):
            return []
        was, now = (_shown((each.phase, each.because, each.policy)) for each in (stored, folded))
        return [Difference(where, was, now, row["seq"], row["subject"], (stored, folded))]

    async def _policy(self, centre: str, version: str) -> Policy:
        return await self._policies.load(centre, version, by=self._connection)

    async def rows(self) -> AsyncIterator[Difference]:
        """What stands in the tables and would not have been written so, or the other way round."""
        connection, scene, centre = self._connection, self._scene, self._scene.centre.id
        states: dict[str, Any] = {
            "calls": scene.calls,
            "agents": scene.agents,
            "callbacks": scene.callbacks,
            "diaries": scene.diaries,
            "centres": {centre: scene.centre},
        }
        for table, folded in states.items():
            for found in _compared(table, await recorded.states(connection, table, centre), folded):
                yield found
        facts = self._facts() | {"timers": self._timers()}
        for table, made in facts.items():
            for found in _compared(table, await recorded.facts(connection, table, centre), made):
                yield found

    def _facts(self) -> dict[str, dict[str, Any]]:
        """Facts by event and number, registrations by call and agent; as `recorded.facts` has them."""
        write = self._write
        made = {table: write.rows[table] for table in ("offers", "transfers", "warnings")}
        made["registrations"] = [(*row[:5], codec.questions(row[5])) for row in write.registrations()]
        return {table: {"/".join(map(str, row[1:3])): row for row in rows} for table, rows in made.items()}

    def _timers(self) -> dict[str, Any]:
        scene = self._scene
        subjects: dict[str, dict[str, Any]] = {
            "call": scene.calls, "agent": scene.agents, "callback": scene.callbacks
        }  # fmt: skip
        rows = [
            (scene.centre.id, f"{kind}:{subject}", timer.name, timer.leg, timer.due_at)
            for kind, states in subjects.items()
            for subject, state in states.items()
            for timer in state.timers
        ]
        return {f"{row[1]}/{row[2]}": row for row in rows}


def _unlined(outcome: Outcome) -> tuple[str, tuple[Because, ...]]:
    """Without the lines of the policy: in another text the same rule stands elsewhere."""
    return outcome.phase, tuple(replace(step, line=0, then=None) for step in chain(outcome.because))


def _compared(table: str, stored: dict[str, Any], folded: dict[str, Any]) -> list[Difference]:
    return [
        Difference(f"{table}/{key}", _shown(stored.get(key)), _shown(folded.get(key)))
        for key in sorted(stored.keys() | folded.keys())
        if stored.get(key) != folded.get(key)
    ]


def _shown(row: object) -> str:
    return "" if row is None else codec.ordered(row)
