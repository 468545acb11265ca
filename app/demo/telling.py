"""What happened to every caller and why, from the service's own explanation and from what the switch heard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from app.call.policy import Policy
from app.demo.policy import PACE
from app.demo.scenes import Scene, Stage
from app.demo.words import word
from app.providers.demo import Caller
from app.providers.demo.watch import Heard

MORNING = 9 * 3600
"""The story begins at nine."""
BESIDES = ("noted", "music")
"""Reasons that explain nothing to a reader."""
CALLBACK_ID = re.compile(r"(?:(?:terugbelafspraak|callback) )?\S+\.cb\d+")
SHORT = 1.0
"""Seconds of the story: what was heard for less is left out."""


class History:
    """What the service itself says of a call, in one language. `policy` gives the names behind addresses and ids."""

    def __init__(self, policy: Policy, language: str) -> None:
        self._policy = policy
        self._language = language
        self._names = {profile.id: profile.name for profile in policy.agents.values()}
        self._names |= {colleague.id: colleague.name for colleague in policy.colleagues.values()}
        self._at = {profile.address: profile.name for profile in policy.agents.values()}
        for colleague in policy.colleagues.values():
            self._at |= {address.uri: colleague.name for address in colleague.addresses}

    def word(self, code: str, **slots: object) -> str:
        """In the language of the report."""
        return word(code, self._language, **slots)

    def block(self, title: str, lines: Any) -> Iterator[str]:
        """These lines, the first of which has the title."""
        name = self.word(title)
        for line in filter(None, lines):
            yield f"  {name:>15}  {line}"
            name = ""

    def why(self, history: dict[str, Any]) -> Iterator[str]:
        """What was decided and why, with the line in routing.yaml."""
        for event in history["events"]:
            if event["ignored"]:
                continue
            for step in event["because"]:
                line = f" (routing.yaml:{step['line']})" if step["line"] else ""
                if step["code"] not in BESIDES:
                    yield CALLBACK_ID.sub(self.word("a_callback"), step[self._language]) + line

    def transfer(self, attempt: dict[str, Any]) -> str:
        """Who tried to put through to whom, and what came of it."""
        agent, colleague = (self._names.get(attempt[name], attempt[name]) for name in ("agent", "colleague"))
        return self.word("attempt", agent=agent, colleague=colleague, outcome=self.word(attempt["outcome"]))

    def promise(self, promise: dict[str, Any]) -> str:
        """Who rings back, and when."""
        owner = promise["colleague"] or promise["office"]
        who = owner["label"] if owner else self.word("office_itself")
        return self.word("calls_back", who=who, when=promise["slot"]["words"])


class Teller(History):
    """Tells of the morning."""

    def __init__(self, stage: Stage, policy: Policy, language: str) -> None:
        super().__init__(policy, language)
        self._stage = stage

    def caller(self, scene: Scene, caller: Caller, history: dict[str, Any], promises: list[Any]) -> Iterator[str]:
        """The lines about one caller."""
        heard = [each for each in self._stage.switch.watch.heard if each.leg == caller.leg.id]
        began = MORNING + int(heard[0].at - self._stage.began if heard else 0)
        who = caller.name or self.word("number_only" if caller.number else "anonymous")
        yield ""
        yield f"{began // 3600:02}.{began // 60 % 60:02}.{began % 60:02}  {scene.title[self._language == 'en']} - {who}"
        yield from self.block("why", self.why(history))
        yield from self.block("phones", (self._phone(phone) for phone in history["phones"]))
        yield from self.block("transfer", (self.transfer(attempt) for attempt in history["transfers"]))
        yield from self.block("heard", (" · ".join(self._heard(heard)),))
        later = [each for each in heard if each.what == "menu"][1:]  # the first is the long one that all hear
        yield from self.block("voice", (each.detail for each in heard if each.what == "words" or each in later))
        yield from self.block("said", self._stage.heard.get(caller.call, ()))
        yield from self.block("promise", (self.promise(promise) for promise in promises))

    def summary(self, figures: dict[str, Any], promises: list[Any], wrong: list[str]) -> Iterator[str]:
        """The figures of the morning, and what went wrong in it."""
        yield ""
        yield self.word("summary")
        for office in figures["offices"]:
            direct = office["direct"]
            yield "  " + self.word(
                "office", office=office["label"], calls=office["calls"], direct=direct["direct"],
                questions=direct["questions"], goal=round(100 * direct["goal"]),
                seconds=round((office["secondsToPerson"] or 0) / PACE),
            )  # fmt: skip
        longest = f"{max((each.seconds for each in self._stage.switch.watch.rang), default=0.0):.1f}"
        ringing = self._policy.ringing
        yield "  " + self.word(
            "three_rings",
            within=sum(office["phonesWithinThreeRings"] for office in figures["offices"]),
            answered=sum(office["phonesAnswered"] for office in figures["offices"]),
            missed=sum(office["phonesMissed"] for office in figures["offices"]),
            longest=longest if self._language == "en" else longest.replace(".", ","),
            limit=f"{ringing.rings * ringing.cycle / PACE:g}",
        )
        yield "  " + self.word("open", n=len(promises))
        yield from ("  " + self.word("wrong", what=problem) for problem in wrong)
        if not wrong:
            yield "  " + self.word("all_well")

    def _phone(self, phone: dict[str, Any]) -> str:
        who = self._names.get(phone["party"], phone["party"])
        outcome = self.word(phone["outcome"])
        if not phone["rings"]:
            return self.word("not_rung", who=who, outcome=outcome)
        seconds = f"{phone['rang'] / PACE:.0f}"
        return self.word("rang", who=who, rings=phone["rings"], seconds=seconds, outcome=outcome)

    def _heard(self, heard: list[Heard]) -> Iterator[str]:
        for now, then in pairwise(heard):
            seconds = then.at - now.at
            if now.what == "people" and seconds >= SHORT:
                people = " + ".join(self._at.get(address, address) for address in now.detail.split())
                yield f"{people} {seconds:.0f} s"
            elif seconds >= SHORT:
                yield f"{self.word(now.what)} {seconds:.0f} s"
