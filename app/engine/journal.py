"""One log line per decided event: ids, the phase, and why; never a name, a number or a sentence."""

from __future__ import annotations

from app.engine.arrivals import Committed, Step
from app.logs import logger

log = logger()


def write(committed: Committed) -> None:
    """A listener of the engine; a line of its own for each event would cost as much as reading its message."""
    if committed.steps:
        log.info("decided", each=[_line(step) for step in committed.steps])


def _line(step: Step) -> dict[str, object]:
    after = step.after
    return {
        "centre": step.centre,
        "seq": step.seq,
        "subject": step.subject,
        "type": type(step.event).__name__,
        "phase": "" if after is None else type(after.phase).__name__,
        "because": step.decision.because.code,
    }
