"""Where a caller comes out, and why, as `warmlijn explain` tells it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.call.policy import Policy
from app.policyfile.moments import local_moment
from app.policyfile.walking import Caller, local, walk
from app.web.api.problems import Mistakes
from app.web.api.shapes import Out
from app.web.api.words import KINDS


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


def explained(
    policy: Policy, number: str, press: Sequence[str], say: str, language: str, at: str, now: datetime,
    wrong: Mistakes, answer_in: str,
) -> Explained:
    """Walk this caller through the policy. Raises Problem 400 with whatever is wrong with the question."""
    if language and language not in policy.municipality.languages:
        wrong("#/language", "unknown", kind=KINDS["language"][answer_in])
    moment = _moment(at, policy, now)
    if moment is None:
        wrong("#/at", "not_moment")
    wrong.tell()
    walked = walk(policy, Caller(number, moment or now, tuple(press), say, language), answer_in)
    return Explained(
        office=walked.office, closed=walked.closed, topic=walked.topic,
        steps=[ExplainedStep(because=step.because, line=step.line) for step in walked.steps],
    )


def _moment(at: str, policy: Policy, now: datetime) -> datetime | None:
    if not at:
        return now
    found = local_moment(at, policy.days_off)
    if found is None:
        return None
    try:
        return local(policy, found)
    except OverflowError:
        return None
