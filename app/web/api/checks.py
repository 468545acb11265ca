"""What a request names must exist; numbers and names people type go to the names table, the events carry their refs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Any

from msgspec.structs import replace
from pydantic import TypeAdapter, ValidationError

from app.call.numbers import Given
from app.call.policy import Policy
from app.policyfile.moments import local_moment
from app.policyfile.walking import local
from app.providers import numbers
from app.web.api.problems import Mistakes
from app.web.api.shapes import Moment
from app.web.api.words import KINDS
from app.web.means import Means
from app.web.persons import reference

IDS = ("colleague", "department", "topic", "language")
QUERIED = ("colleague", "department", "office")
LONGEST, MOST = 64, 20
"""Signs of an id, questions of a registration: more is wrong in its form, and is not looked up."""
_MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)


class References:
    """Checks what is sent against the policy and the clock, all at once; did you mean stands in the sentence."""

    def __init__(self, wrong: Mistakes, policy: Policy, language: str, means: Means) -> None:
        self._wrong = wrong
        self._policy = policy
        self._language = language
        self._means = means

    def check(self, kind: str, key: str | None, pointer: str = "", where: str = "body") -> str:
        """The id itself, or empty when none was given; what is unknown is told, at `#/kind` or elsewhere."""
        kinds: Mapping[str, Collection[str]] = {
            "colleague": self._policy.colleagues, "department": self._policy.departments, "topic": self._policy.topics,
            "language": self._policy.municipality.languages, "office": self._policy.offices,
        }
        known = kinds[kind]
        if key and key not in known:
            near = get_close_matches(key, list(known), 1)
            hint = f" ({'bedoelt u' if self._language == 'nl' else 'did you mean'} {near[0]}?)" if near else ""
            self._wrong(pointer or f"#/{kind}", "unknown", where, kind=KINDS[kind][self._language] + hint)
        return key or ""

    def check_query(self, query: Mapping[str, str]) -> None:
        """Every id in a query."""
        for kind in QUERIED:
            if len(key := query.get(kind, "")) <= LONGEST:
                self.check(kind, key.strip(), kind, "query")

    def check_all(self, body: object, misshapen: Collection[str]) -> None:
        """What else is wrong in a body that is `misshapen` at these pointers: who sent it hears everything at once."""
        fields = {}
        if isinstance(body, dict):
            fields = {name: value for name, value in body.items() if f"#/{name}" not in misshapen}
        if not {"number", "text"} <= fields.keys():  # a routing of one's own has its own ids
            self._ids(fields)
        if isinstance(typed := fields.get("number"), str):
            self.number(typed.strip(), "")
        if isinstance(at := fields.get("at"), str):
            self.at(at)
        if isinstance(texts := fields.get("text"), dict):
            self.texts(texts)
        if "state" in fields:
            check_reason(self._wrong, fields["state"], fields.get("reason"))
        if "until" in fields:
            with suppress(ValidationError):  # told with its form
                self.until(_MOMENT.validate_python(fields["until"]))

    def _ids(self, body: Mapping[str, Any]) -> None:
        for pointer, part in (("#", body), *enumerated(body)):
            fields = part if isinstance(part, Mapping) else {}
            for kind in IDS:
                if isinstance(key := fields.get(kind), str) and len(key) <= LONGEST:
                    self.check(kind, key.strip(), f"{pointer}/{kind}")

    def at(self, written: str) -> datetime:
        """The moment written like `di 10:15`; now when there is none."""
        now = self._means.clock()
        if not written:
            return now
        try:
            if (found := local_moment(written, self._policy.days_off)) is not None:
                return local(self._policy, found)
        except OverflowError:
            pass
        self._wrong("#/at", "not_moment")
        return now

    def until(self, moment: datetime) -> None:
        """A message ends after now, and before its text is forgotten."""
        now, days = self._means.clock(), self._policy.retention.numbers
        if moment <= now:
            self._wrong("#/until", "moment_past")
        if moment > now + timedelta(days=days):
            self._wrong("#/until", "moment_far", days=days)

    def texts(self, given: Mapping[str, str]) -> dict[str, str]:
        """The words of a message per language; those without one are in the municipality's first."""
        first = self._policy.municipality.languages[0]
        texts = {language or first: text for language, text in given.items()}
        if first not in texts:
            self._wrong("#/text", "first_language")
        for language in texts:
            self.check("language", language, "#/text")
        return texts

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
        ref = f"{place}.{reference(self._means.person_key, place, e164)}"
        return replace(number, ref=ref), {ref: e164}


def check_reason(wrong: Mistakes, state: str, reason: str | None) -> None:
    """A reason is needed for, and belongs only to, `not_ready`."""
    if state == "not_ready" and reason is None:
        wrong("#/reason", "reason_needed")
    if state != "not_ready" and reason is not None:
        wrong("#/reason", "needs_state")


def enumerated(body: object) -> Iterator[tuple[str, object]]:
    """The questions of a registration, each with its pointer."""
    questions = body.get("questions") if isinstance(body, dict) else None
    for at, question in enumerate(questions[:MOST] if isinstance(questions, list) else ()):
        yield f"#/questions/{at}", question
