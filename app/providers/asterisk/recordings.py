"""A municipality's own recordings: which sentences can be recorded, and what is wrong with the files that are there.

They lie in one folder as LANGUAGE/TEXT.wav; what is in order there is said instead of the computer's voice.
"""

from __future__ import annotations

import io
import os
import re
import struct
import wave
from array import array
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from threading import get_ident

from msgspec import Struct

from app.call.legs import Line
from app.call.policy import Policy
from app.providers.speech import sentences

COPIES = {8000: ".wav", 16000: ".wav16"}
"""Samples a second, and the ending by which Asterisk knows them."""
RATES = tuple(COPIES)
SHORTEST, LONGEST = 0.2, 60.0
"""Seconds of one recording; the longest fits in one request to the API."""
LARGEST = 44 + 2 * int(LONGEST) * max(RATES) + 64 * 1024
"""Bytes of a file that is looked into: the longest recording, and what programs like to write beside it."""
FAINT = 200
"""Of 32768: what swings no further than this is silence to a caller."""
NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
LANGUAGE = re.compile(r"[a-z]{2,3}")
ENDING = ".wav"
BROKEN = (wave.Error, EOFError, ValueError, ArithmeticError, RuntimeError, struct.error)
"""What the reader of WAV files makes of bytes that are none."""
SAID_BY_AGENT = frozenset({
    "welcome_agent_morning", "welcome_agent_afternoon", "welcome_agent_evening", "what_can_i_do", "proposal", "agreed",
    "expectation", "transfer_now", "colleague_busy", "colleague_no_answer", "colleague_declined",
    "colleague_unreachable", "colleague_voicemail", "colleague_absent", "callback_proposal", "callback_withheld",
    "unknown_question", "email_instead", "back_from_hold", "anything_else", "thanks", "strength", "success",
    "goodbye_agent",
})  # fmt: skip
"""These stand on an agent's screen; the voice never says them."""
WORDS: Mapping[str, tuple[str, str]] = {
    "missing": (
        'is er niet; de computerstem zegt: "{sentence}"',
        'is not there; the computer voice says: "{sentence}"',
    ),
    "unknown": ("hoort bij geen zin van deze routering{hint}", "belongs to no sentence of this routing{hint}"),
    "unused": (
        "wordt nooit gehoord: in deze zin wordt een naam, tijd of getal ingevuld, of de medewerker zegt haar zelf",
        "is never heard: a name, time or number is filled in, or the agent says this sentence",
    ),
    "no_folder": ("deze map is er niet of is niet te lezen", "this folder is not there or cannot be read"),
    "unreadable": ("dit bestand is niet te lezen: {why}", "this file cannot be read: {why}"),
    "not_wav": (
        "dit is geen gewoon WAV-bestand (PCM, zonder compressie)",
        "this is no plain WAV file (PCM, without compression)",
    ),
    "cut": (
        "dit bestand is afgebroken: het zegt langer te zijn dan het is",
        "this file is cut off: it says that it is longer than it is",
    ),
    "rate": ("{got} Hz; het moet 8000 of 16000 Hz zijn", "{got} Hz; it must be 8000 or 16000 Hz"),
    "bits": ("{got} bits; het moet 16 bits zijn", "{got} bits; it must be 16 bits"),
    "channels": ("{got} kanalen; het moet mono zijn", "{got} channels; it must be mono"),
    "short": ("{got} s; een opname duurt minstens 0,2 s", "{got} s; a recording takes at least 0.2 s"),
    "long": ("{got} s; een opname duurt hoogstens 60 s", "{got} s; a recording takes at most 60 s"),
    "silent": ("er is niets op te horen", "there is nothing to be heard in it"),
    "meant": (" (bedoelt u {near}?)", " (did you mean {near}?)"),
}


class Unfit(Exception):
    """This is no recording we can use; `code` is a key of WORDS."""

    def __init__(self, code: str, got: object = "") -> None:
        super().__init__(code)
        self.code = code
        self.got = str(got)


class Recording(Struct, frozen=True):
    """Samples of 16 bits, one channel."""

    rate: int
    samples: bytes

    @property
    def seconds(self) -> float:
        """How long it takes."""
        return len(self.samples) / 2 / self.rate

    def wav(self) -> bytes:
        """A file with these samples and nothing else: no remarks of the program that made it."""
        return wav(self.samples, self.rate)


class Remark(Struct, frozen=True):
    """Something about one file; `told` makes it a sentence."""

    file: str
    code: str
    args: dict[str, str] = {}

    def told(self, language: str) -> str:
        """The sentence alone; Dutch unless `en`."""
        which = 1 if language == "en" else 0
        hint = WORDS["meant"][which].format(near=self.args["near"]) if self.args.get("near") else ""
        return WORDS[self.code][which].format_map({**self.args, "hint": hint})


def recordable(policy: Policy) -> dict[tuple[str, str], str]:
    """(language, text id) -> the sentence, of all that the voice says and that are always the same."""
    found: dict[tuple[str, str], str] = {}
    for name, text in policy.texts.items():
        for language in policy.municipality.languages:
            said = sentences(policy, language, (Line(name),), {})
            if said and name not in SAID_BY_AGENT and language in (text.words | text.nameless):
                found[language, name] = said[0]
    return found


def understood(content: bytes) -> Recording:
    """The recording in these bytes. Raises Unfit: nothing of a file is believed before it was counted."""
    try:
        with wave.open(io.BytesIO(content)) as file:
            rate, bits, channels, frames = (
                file.getframerate(), 8 * file.getsampwidth(), file.getnchannels(), file.getnframes()
            )
            if channels != 1:
                raise Unfit("channels", channels)
            if bits != 16:
                raise Unfit("bits", bits)
            if rate not in RATES:
                raise Unfit("rate", rate)
            if frames > LONGEST * rate:
                raise Unfit("long", round(frames / rate))
            samples = file.readframes(frames)
    except BROKEN:
        raise Unfit("not_wav") from None
    if len(samples) != 2 * frames:
        raise Unfit("cut")
    if frames < SHORTEST * rate:
        raise Unfit("short", round(frames / rate, 2))
    values = array("h", samples)
    if max(values) - min(values) < 2 * FAINT:
        raise Unfit("silent")
    return Recording(rate, samples)


def begun(path: Path) -> bytes:
    """What is in this file, as far as a recording can reach. Raises OSError."""
    with path.open("rb") as opened:
        return opened.read(LARGEST)


def look(folder: Path, policy: Policy) -> list[Remark]:
    """Everything about this folder that an administrator should know, by name."""
    if not folder.is_dir() or not os.access(folder, os.R_OK | os.X_OK):
        return [Remark(".", "no_folder")]
    wanted = recordable(policy)
    names = {f"{language}/{name}{ENDING}": sentence for (language, name), sentence in wanted.items()}
    there = dict(_files(folder))
    found = [_remark(path, name, names, policy) for name, path in there.items()]
    missing = [Remark(name, "missing", {"sentence": names[name]}) for name in names if name not in there]
    return sorted([*filter(None, found), *missing], key=lambda remark: (remark.code == "missing", remark.file))


def write(path: Path, content: bytes) -> None:
    """Whole or not at all: Asterisk may read at any moment, and two may write it at once."""
    half = path.with_name(f".{path.name}.{os.getpid()}.{get_ident()}")
    half.write_bytes(content)
    half.chmod(0o644)
    half.replace(path)


def wav(samples: bytes, rate: int) -> bytes:
    """A file around samples of 16 bits."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples)
    return out.getvalue()


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Every file, but for hidden ones."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") for part in name.parts):
            yield str(name), path


def _remark(path: Path, name: str, names: Mapping[str, str], policy: Policy) -> Remark | None:
    if name not in names:
        language, _, file = name.partition("/")
        if language in policy.municipality.languages and file.removesuffix(ENDING) in policy.texts:
            return Remark(name, "unused")
        near = get_close_matches(name.lower(), list(names), 1)
        return Remark(name, "unknown", {"near": near[0] if near else ""})
    try:
        understood(begun(path))
    except OSError as error:
        return Remark(name, "unreadable", {"why": error.strerror or type(error).__name__})
    except Unfit as unfit:
        return Remark(name, unfit.code, {"got": unfit.got})
    return None
