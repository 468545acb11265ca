"""Commands that a transaction wrote for this process to send: handed over after the commit, without reading them again.

The same statement that writes them tells what sending needs: whose they are, the lines and names they concern, and what
was written before them and may not have been sent yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from app.engine.arrivals import Step
from app.engine.saving import OUTBOX_ROOM
from app.engine.scene import Scene
from app.store.outbox import Row


class Written(Struct):
    """What the statement told."""

    claims: dict[tuple[str, int], str] = {}
    """(centre, id) -> the process that sends this command."""
    lines: dict[tuple[str, str], str] = {}
    """(centre, leg) -> the platform's own id."""
    before: dict[tuple[str, str], set[int]] = {}
    """(centre, call) -> ids of its commands that were there already."""

    def take(self, kind: str, centre: str, a: str, b: str) -> None:
        """One row of the statement."""
        match kind:
            case "claim":
                self.claims[centre, int(a)] = b
            case "line":
                self.lines[centre, a] = b
            case _:
                self.before.setdefault((centre, a), set()).add(int(b))


def handed(
    steps: Iterable[Step],
    scenes: Mapping[str, Scene],
    written: Written,
    names: Mapping[tuple[str, str], str],
    node: str,
) -> list[Row]:
    """The commands of these steps that `node` is to send, in the order of their ids."""
    if node not in written.claims.values():
        return []
    lines: dict[tuple[str, str], dict[str, str]] = {}
    for (centre, leg), ref in written.lines.items():
        lines.setdefault((centre, leg.rpartition(".")[0]), {})[leg] = ref
    own: dict[str, dict[str, str]] = {}
    for (centre, ref), text in names.items():
        own.setdefault(centre, {})[ref] = text
    made = []
    for step in steps:
        for n, command in enumerate(step.decision.commands):
            number = step.seq * OUTBOX_ROOM + n
            if step.after is not None and written.claims.get((step.centre, number)) == node:
                call = scenes[step.centre].calls[step.after.id]
                key = step.centre, call.id
                made.append(
                    Row(
                        step.centre,
                        number,
                        step.provider,
                        command,
                        call,
                        lines.get(key, {}),
                        own.get(step.centre, {}),
                        frozenset(written.before.get(key, ())),
                    )
                )
    return made
