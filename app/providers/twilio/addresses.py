"""The addresses the platform is given: ids and steps only, never a name or a number (domain §6)."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from msgspec import Struct

LEG = re.compile(r"[a-z2-7]{20}\.[1-9][0-9]{0,3}")


class Addresses(Struct, frozen=True):
    """Below `base`, `https://host/hooks/{centre}/twilio`, all that we ask the platform to call; `music` is static."""

    base: str
    music: str

    def answer(self, leg: str) -> str:
        """Asked for a document when a dialled phone is picked up."""
        return self._at("answer", leg=leg)

    def progress(self, leg: str) -> str:
        """Told how a dialled phone fares."""
        return self._at("leg", leg=leg)

    def present(self, leg: str, step: int) -> str:
        """Asked for what the leg is doing now."""
        return self._at("doc", leg=leg, step=step)

    def said(self, leg: str, step: int) -> str:
        """The sentences of this step were spoken."""
        return self._at("said", leg=leg, step=step)

    def gather(self, leg: str, step: int, language: str) -> str:
        """Keys or words of this step; the language tells which words to know."""
        return self._at("gather", leg=leg, step=step, lang=language)

    def room_left(self, leg: str, step: int) -> str:
        """The leg is out of its room and the line still lives."""
        return self._at("room-left", leg=leg, step=step)

    def conference(self) -> str:
        """Told who enters and leaves a room; the platform takes it from the first who enters, so it names no leg."""
        return self._at("conf")

    def degraded(self) -> str:
        """Told how the static reply fares."""
        return self._at("degraded", degraded=1)

    def same(self, path: str, leg: str, step: str) -> str:
        """The webhook that was just asked for, once more."""
        return self._at(path, leg=leg, step=step)

    def tune(self, name: str) -> str:
        """A sound file that needs no engine and no database."""
        return f"{self.music}/{name}.wav"

    def _at(self, path: str, **query: object) -> str:
        return f"{self.base}/{path}?{urlencode(query)}" if query else f"{self.base}/{path}"


def addresses(public_url: str, centre: str, name: str) -> Addresses:
    """All addresses of this centre's platform `name` below the configured public address, never below a Host header."""
    public = public_url.partition("#")[0].rstrip("/")
    return Addresses(f"{public}/hooks/{centre}/{name}", f"{public}/static/music")
