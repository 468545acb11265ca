"""Sentences become sound files: a recording where there is one, else espeak-ng, kept by a hash of the sentence.

What the policy always says is kept; a sentence with somebody's name or number in it goes away within the hour.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import shutil
import time
import wave
from collections.abc import Iterable
from pathlib import Path

from app.call.legs import Line
from app.call.policy import Policy
from app.logs import logger
from app.providers import music
from app.providers.speech import sentences

WORDS_PER_MINUTE = "150"
LONGEST = 10.0
"""Seconds one sentence may take to be made."""
KEPT = 3600.0
"""Seconds a sentence that was said to one caller stays on the disk."""
SILENCE = "silence"
RAW = ("-t", "raw", "-e", "signed", "-r", "8000", "-c", "1", "-b", "16", "-")
NARROW = ("sox", "-q", "-t", "wav", "-", *RAW, "gain", "-3")
NEEDED = ("espeak-ng", "sox")
log = logger()


class Unspeakable(Exception):
    """No sound could be made; the message says why, never what was to be said."""


class Voices:
    """`folder` is where we write, `seen` the same folder as Asterisk sees it; `recordings` holds LANGUAGE/TEXT.wav."""

    def __init__(self, folder: Path, seen: str = "", recordings: Path | None = None) -> None:
        self._folder = folder
        self._seen = seen or str(folder)
        self._recordings = recordings
        self._standing: dict[tuple[str, str], str] = {}
        """(language, sentence) -> the id of the text that always sounds so."""
        self._making: dict[str, asyncio.Task[None]] = {}
        self._swept = 0.0

    def missing(self) -> list[str]:
        """The programs that are not there, without which nothing can be said."""
        return [name for name in NEEDED if shutil.which(name) is None]

    def prepare(self) -> bool:
        """Make the folders, silence and music; True when music is new, so that Asterisk must read it again."""
        for name in ("standing", "once", "moh/waiting", "moh/hold"):
            (self._folder / name).mkdir(parents=True, exist_ok=True)
        (self._folder / "once").chmod(0o711)
        _write(self._folder / f"{SILENCE}.wav", _wav(bytes(music.RATE // 25)))
        made = False
        for tune in ("waiting", "hold"):
            place = self._folder / "moh" / tune
            if not any(place.iterdir()):
                _write(place / f"{tune}.wav", music.wav(tune))
                made = True
        return made

    def learn(self, policy: Policy) -> list[tuple[str, str]]:
        """Remember what this policy always says; returns those sentences with their language, to be made early."""
        for name in policy.texts:
            for language in policy.municipality.languages:
                for sentence in sentences(policy, language, (Line(name),), {}):
                    self._standing[language, sentence] = name
        return list(self._standing)

    async def warm(self, policy: Policy) -> None:
        """Make what the policy always says, one after the other, before anybody needs it."""
        for language, sentence in self.learn(policy):
            try:
                await self._file(sentence, language)
            except Unspeakable as error:
                log.warning("voices.not_made", language=language, error=str(error))

    async def media(self, spoken: Iterable[str], language: str) -> str:
        """The value of `media=` that says these sentences, or a moment of silence when there are none.

        Raises Unspeakable.
        """
        files = [await self._file(sentence, language) for sentence in spoken]
        return ",".join(f"sound:{self._seen}/{file}" for file in files or [SILENCE])

    async def _file(self, sentence: str, language: str) -> str:
        """The file of this sentence below the folder, without its ending; made when it is not there."""
        name = self._standing.get((language, sentence), "")
        if name and (own := self._recorded(name, language)):
            return own
        hashed = hashlib.sha256(f"{language}\x00{sentence}".encode()).hexdigest()[:40]
        file = f"{'standing' if name else 'once'}/{hashed}"
        if not (self._folder / f"{file}.wav").exists():
            if file not in self._making:
                self._making[file] = asyncio.create_task(self._make(file, sentence, language))
            try:
                await asyncio.shield(self._making[file])
            finally:
                self._making.pop(file, None)
        return file

    def _recorded(self, name: str, language: str) -> str:
        """A recording of this text, copied to where Asterisk can read it; empty when there is none."""
        if self._recordings is None:
            return ""
        source, file = self._recordings / language / f"{name}.wav", f"standing/{language}-{name}"
        target = self._folder / f"{file}.wav"
        try:
            if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
                _write(target, source.read_bytes())
        except OSError:
            return ""
        return file

    async def _make(self, file: str, sentence: str, language: str) -> None:
        """espeak-ng speaks, sox makes it what telephones carry; the sentence is never on a command line."""
        self._sweep()
        wide = await _run(
            ("espeak-ng", "-v", language, "-s", WORDS_PER_MINUTE, "--stdin", "--stdout"), sentence.encode()
        )
        _write(self._folder / f"{file}.wav", _wav(await _run(NARROW, wide)))

    def _sweep(self) -> None:
        """Delete what was said to one caller an hour ago."""
        now = time.time()
        if now - self._swept < KEPT / 10:
            return
        self._swept = now
        for old in (self._folder / "once").glob("*.wav"):
            if now - old.stat().st_mtime > KEPT:
                old.unlink(missing_ok=True)


async def _run(command: tuple[str, ...], given: bytes) -> bytes:
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError as error:
        raise Unspeakable(f"{command[0]} cannot be started: {error.strerror}") from error
    try:
        async with asyncio.timeout(LONGEST):
            made, _ = await process.communicate(given)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise Unspeakable(f"{command[0]} took too long") from None
    if process.returncode or len(made) < 100:
        raise Unspeakable(f"{command[0]} failed with {process.returncode}")
    return made


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all: Asterisk may read at any moment."""
    half = path.with_name(f".{path.name}.{os.getpid()}")
    half.write_bytes(content)
    half.chmod(0o644)
    half.replace(path)


def _wav(samples: bytes) -> bytes:
    """A file around 8000 samples a second of 16 bits: a pipe would have left its length open."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(music.RATE)
        file.writeframes(samples)
    return out.getvalue()
