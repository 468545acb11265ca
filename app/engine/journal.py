"""One log line per decided event: ids, the phase, and why; never a name, a number or a sentence."""

from __future__ import annotations

from app.engine.arrivals import Committed
from app.logs import logger

log = logger()


def write(committed: Committed) -> None:
    """A listener of the engine."""
    for step in committed.steps:
        after = step.after
        log.info(
            "decided",
            centre=step.centre,
            seq=step.seq,
            subject=step.subject,
            type=type(step.event).__name__,
            phase="" if after is None else type(after.phase).__name__,
            because=step.decision.because.code,
        )
