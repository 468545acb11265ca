"""Where a caller comes out, and why, as `warmlijn explain` tells it."""

from __future__ import annotations

from app.call.policy import Policy
from app.policyfile.walking import Caller, walk
from app.web.api.shapes import Out


class ExplainedStep(Out):
    """One step in words, with the line of routing.yaml that made it."""

    because: str
    line: int


class Explained(Out):
    """`closed`: nobody answers, a callback is offered."""

    office: str | None
    closed: bool
    topic: str | None
    steps: list[ExplainedStep]


def explained(policy: Policy, caller: Caller, language: str) -> Explained:
    """Walk this caller through the policy."""
    walked = walk(policy, caller, language)
    return Explained(
        office=walked.office, closed=walked.closed, topic=walked.topic,
        steps=[ExplainedStep(because=step.because, line=step.line) for step in walked.steps],
    )
