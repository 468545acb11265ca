"""A municipality's own tests: a file of which one fails is not put to use (design §6)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from msgspec.structs import replace

from app.call.policy import Policy, RoutingTest
from app.policyfile import Checked, Mistake, PolicyMistakes, check
from app.policyfile.mistakes import Teller
from app.policyfile.walking import Caller, Walk, local, walk

WORDS = {
    "nl": {
        "office": "frontoffice {0}",
        "topic": "onderwerp {0}",
        "closed": "gesloten",
        "open": "open",
        "none": "niets",
    },
    "en": {"office": "office {0}", "topic": "topic {0}", "closed": "closed", "open": "open", "none": "nothing"},
}


def admit(source: str | bytes | Path, *, file: str = "routing.yaml", language: str = "nl") -> Policy:
    """The policy, fit to be put to use. Raises `PolicyMistakes`, also for each of the file's tests that fails."""
    checked = check_and_prove(source, file=file, language=language)
    if checked.policy is None:
        raise PolicyMistakes(checked.mistakes)
    return checked.policy


def check_and_prove(source: str | bytes | Path, *, file: str = "routing.yaml", language: str = "nl") -> Checked:
    """As `check`, and runs the file's tests when it has no other mistakes."""
    checked = check(source, file=file, language=language)
    if checked.policy is None:
        return checked
    failures = prove(checked.policy, file=str(source) if isinstance(source, Path) else file, language=language)
    return replace(checked, policy=None, mistakes=failures) if failures else checked


def prove(policy: Policy, *, file: str = "routing.yaml", language: str = "nl") -> tuple[Mistake, ...]:
    """Run the policy's tests; one mistake for each that fails."""
    tell = Teller(file, language)
    for at, test in enumerate(policy.tests):
        walked = walk(policy, _caller(policy, test))
        expected, got = _compared(test, walked, tell.language)
        if expected != got:
            tell("test_failed", test.line, ("tests", at), expected=expected, got=got)
    return tell.mistakes


def _caller(policy: Policy, test: RoutingTest) -> Caller:
    moment = local(policy, datetime.fromisoformat(test.at))
    return Caller(test.number, moment, test.press, test.say, test.language)


def _compared(test: RoutingTest, walked: Walk, language: str) -> tuple[str, str]:
    """What was expected and what it became, in the same words, of only what the test looks at."""
    words = WORDS[language]
    expected, got = [], []
    closed = test.closed
    if test.office and closed is None:
        closed = False
    if closed is not None and (closed or walked.closed):
        expected.append(words["closed" if closed else "open"])
        got.append(words["closed" if walked.closed else "open"])
    if test.office and not walked.closed:
        expected.append(words["office"].format(test.office))
        got.append(words["office"].format(walked.office or words["none"]))
    if test.topic:
        expected.append(words["topic"].format(test.topic))
        got.append(words["topic"].format(walked.topic or words["none"]))
    return ", ".join(expected), ", ".join(got)
