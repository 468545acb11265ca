"""Why something was decided, told in both languages from the sentences of the core."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from app.call.because import Because, chain
from app.call.calendar import local
from app.call.policy import Policy
from app.call.reasons import words
from app.web.api.shapes import Out


class ReasonStep(Out):
    """One step of a decision, with the line of routing.yaml that made it (0: no line did)."""

    code: str
    nl: str
    en: str
    line: int


class Agents:
    """How the agents of one call are shown: numbered, in the order in which they appear.

    With their ids, whoever reads many calls has a list of who missed what. That needs the works council's consent,
    whose date stands in the policy (domain §6). `reader` is an agent who reads of their own call, and is not numbered.
    """

    def __init__(self, started_at: datetime, policy: Policy, language: str, reader: str = "") -> None:
        since = policy.municipality.agents_named_since
        self._named = since is not None and since <= local(started_at, policy).date()
        self._word = "medewerker" if language == "nl" else "agent"
        self._reader = reader
        self._colleagues = policy.colleagues
        self._numbers: dict[str, int] = {}

    def __call__(self, agent: str) -> str:
        """This agent; who is none (`supervisor:tess`) is shown as they are."""
        if self._named or agent in ("", self._reader) or ":" in agent:
            return agent
        return f"{self._word} {self._numbers.setdefault(agent, len(self._numbers) + 1)}"

    def reason(self, because: Because) -> Because:
        """A reason in which no agent is named; a `party` is one unless it is a colleague."""
        args = {
            name: self(value) if name == "agent" or (name == "party" and value not in self._colleagues) else value
            for name, value in because.args.items()
        }
        return replace(because, args=args, then=because.then and self.reason(because.then))


def steps(because: Because) -> list[ReasonStep]:
    """The steps of one decision in order."""
    return [
        ReasonStep(code=step.code, nl=words(step, 0), en=words(step, 1), line=step.line) for step in chain(because)
    ]


def sentence(because: Because, language: str) -> str:
    """All of it in one line."""
    return "; ".join(step.nl if language == "nl" else step.en for step in steps(because))
