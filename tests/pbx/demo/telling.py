"""What happened in a scene, in words: from the phones' own recordings, and from the service's explanation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.call.policy import Policy
from app.demo.telling import History
from tests.pbx.demo.ear import Piece, Sound
from tests.pbx.demo.stage import Rang, Said, Scene
from tests.pbx.demo.words import word


class Teller(History):
    """Tells in one language; numbers the scenes."""

    def __init__(self, policy: Policy, language: str) -> None:
        super().__init__(policy, language)
        self._cycle = policy.ringing.cycle
        self._told = 0

    def word(self, code: str, **slots: object) -> str:
        """In the language of the report."""
        return word(code, self._language, **slots)

    def scene(self, scene: Scene, histories: list[dict[str, Any]], promises: list[Any]) -> Iterator[str]:
        """The lines about one scene."""
        self._told += 1
        yield ""
        yield self.word("title", n=self._told, title=self.title(scene), seconds=round(scene.seconds))
        yield from self.block("who_rang", (self._guest(guest.name, guest.number) for guest in scene.guests))
        for history in histories:
            yield from self.block("why", self.why(history))
        offered = [phone for history in histories for phone in history["phones"]]
        yield from self.block("phones", self._phones(scene.rang, offered))
        for history in histories:
            yield from self.block("transfer", (self.transfer(attempt) for attempt in history["transfers"]))
        yield from self.block("heard", self._heard(scene))
        yield from self.block("also", self._said(scene.notes))
        yield from self.block("said", scene.said)
        yield from self.block("promise", (self.promise(promise) for promise in promises))
        yield from (self.word("wrong", what=what) for what in self._said(scene.trouble))

    def _said(self, sentences: list[Said]) -> Iterator[str]:
        for code, slots in sentences:
            shown: dict[str, object] = {}
            for name, slot in slots.items():
                if isinstance(slot, frozenset):
                    shown[name] = self._sound(slot)
                else:
                    shown[name] = self._name(slot) if name == "who" and isinstance(slot, str) else slot
            yield self.word(code, **shown)

    def title(self, scene: Scene) -> str:
        """In the language of the report."""
        return scene.story.title[self._language == "en"]

    def _guest(self, name: str, number: str) -> str:
        pairs = " ".join(number[n : n + 2] for n in range(0, len(number), 2))
        shown = self.word("hidden") if number == "anonymous" else pairs
        return f"{name}, {shown}" if name else shown

    def _phones(self, rang: list[Rang], offered: list[dict[str, Any]]) -> Iterator[str]:
        """Measured at the phone; what came of it, and phones that we did not hear, as the service says."""
        measured = list(rang)
        for phone in offered:
            who = self._name(phone["party"])
            outcome = self.word(phone["outcome"])
            mine = next((each for each in measured if each.who == phone["party"]), None)
            if mine is None:
                yield self.word("rang_service", who=who, outcome=outcome)
                continue
            measured.remove(mine)
            yield self._rang(who, mine, outcome)
        yield from (self._rang(self._name(each.who), each, self.word("cancelled")) for each in measured)

    def _rang(self, who: str, rang: Rang, outcome: str) -> str:
        rings = int(rang.seconds // self._cycle) + 1
        code = "rang_answered" if rang.answered else "rang_not"
        return self.word(code, who=who, seconds=rang.seconds, rings=rings, outcome=outcome)

    def _heard(self, scene: Scene) -> Iterator[str]:
        for who, pieces in scene.heard.items():
            if pieces:
                what = " · ".join(self._piece(piece) for piece in pieces)
                yield self.word("heard_by", who=self._name(who), what=what)
        for guest in scene.guests:
            yield self.word("at_most", seconds=guest.phone.longest_silence)

    def _piece(self, piece: Piece) -> str:
        seconds = round(piece.seconds) if piece.seconds >= 1.0 else piece.seconds
        return self.word("piece", what=self._sound(piece.sound), seconds=seconds)

    def _sound(self, sound: Sound) -> str:
        return self.word("and").join(sorted(map(self._name, sound)))

    def _name(self, who: str) -> str:
        if who.startswith("caller"):
            return self.word("the_caller")
        return self._names.get(who) or self.word(who)
