"""Why something was decided, told in both languages from the sentences of the core."""

from __future__ import annotations

from app.call.because import Because, chain
from app.call.reasons import words
from app.web.api.shapes import Out


class ReasonStep(Out):
    """One step of a decision, with the line of routing.yaml that made it (0: no line did)."""

    code: str
    nl: str
    en: str
    line: int


def steps(because: Because) -> list[ReasonStep]:
    """The steps of one decision in order."""
    return [
        ReasonStep(code=step.code, nl=words(step, 0), en=words(step, 1), line=step.line) for step in chain(because)
    ]


def sentence(because: Because, language: str) -> str:
    """All of it in one line."""
    return "; ".join(step.nl if language == "nl" else step.en for step in steps(because))
