"""What a request names must exist; numbers and names people type go to the names table, the events carry their refs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches

from msgspec.structs import replace

from app.call.numbers import Given
from app.call.policy import Policy
from app.providers import numbers
from app.web.api.problems import Mistakes
from app.web.api.words import KINDS
from app.web.persons import reference

IDS = ("colleague", "department", "topic")
LONGEST, MOST = 64, 20
"""Signs of an id, questions of a registration: more is wrong in its form, and is not looked up."""


class References:
    """Checks ids against the policy that is active, all at once; did you mean stands in the sentence."""

    def __init__(self, wrong: Mistakes, policy: Policy, language: str, person_key: bytes) -> None:
        self._wrong = wrong
        self._policy = policy
        self._language = language
        self._person_key = person_key

    def check(self, kind: str, key: str | None, pointer: str = "") -> str:
        """The id itself, or empty when none was given; what is unknown is told, at `#/kind` or elsewhere."""
        kinds: Mapping[str, Collection[str]] = {
            "colleague": self._policy.colleagues, "department": self._policy.departments, "topic": self._policy.topics,
            "language": self._policy.municipality.languages,
        }
        known = kinds[kind]
        if key and key not in known:
            near = get_close_matches(key, list(known), 1)
            hint = f" ({'bedoelt u' if self._language == 'nl' else 'did you mean'} {near[0]}?)" if near else ""
            self._wrong(pointer or f"#/{kind}", "unknown", kind=KINDS[kind][self._language] + hint)
        return key or ""

    def check_all(self, body: object) -> None:
        """Every id in a body whose form is wrong, so that who sent it hears everything at once."""
        for pointer, part in (("#", body), *enumerated(body)):
            fields = part if isinstance(part, dict) else {}
            for kind in IDS:
                if isinstance(key := fields.get(kind), str) and len(key) <= LONGEST:
                    self.check(kind, key, f"{pointer}/{kind}")

    def number(self, typed: str | None, place: str) -> tuple[Given, dict[str, str]]:
        """A number somebody typed: what the core may know of it, and what is kept apart under its ref below `place`.

        Each number has a ref of its own: where an earlier one is to be rung, another text never comes behind its ref.
        Whether it may be rung is for the rules to say.
        """
        if typed is None:
            return Given(), {}
        number, e164 = numbers.classify(typed, self._policy)
        if number.kind in ("invalid", "withheld"):
            self._wrong("#/number", "not_phone")
        if not e164:
            return number, {}
        ref = f"{place}.{reference(self._person_key, place, e164)}"
        return replace(number, ref=ref), {ref: e164}


def enumerated(body: object) -> Iterator[tuple[str, object]]:
    """The questions of a registration, each with its pointer."""
    questions = body.get("questions") if isinstance(body, dict) else None
    for at, question in enumerate(questions[:MOST] if isinstance(questions, list) else ()):
        yield f"#/questions/{at}", question
