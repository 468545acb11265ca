"""Sentences become sound files: a recording where there is one, else espeak-ng, kept by a hash of the sentence.

What the policy always says is kept; a sentence with somebody's name or number in it goes away within the hour.
After each sentence lie a pause and music, which are heard only where nobody comes with what is next.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import math
import os
import secrets
import shutil
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path

from app.call.legs import Line
from app.call.policy import Policy
from app.logs import logger
from app.providers import music
from app.providers.asterisk import recordings as own
from app.providers.asterisk.recordings import wav, write
from app.providers.speech import sentences

WORDS_PER_MINUTE = "150"
TONE = "tone:ring;tonezone=nl"
LONGEST = 10.0
"""Seconds one sentence may take to be made."""
KEPT = 3600.0
"""Seconds a sentence that was said to one caller stays on the disk."""
SILENCE = "silence"
PAUSE, PAUSE_SECONDS = "pause", 1.0
"""Between the sentences and the music after them: what is next comes long before it is over."""
RING, RING_TIMES = "ring", 12
"""The ringing tone of one minute."""
MUSIC, MUSIC_TIMES = "music", 8
"""Our own tune of eight seconds, so often: behind a sentence where no other music lies that Asterisk surely plays."""
PLAYED = frozenset((".wav", ".wav16", ".gsm", ".ulaw", ".alaw", ".sln", ".sln16", ".g722"))
AFTER, MOST = 1800.0, 60
"""Seconds of music, and pieces, after a sentence: as long as a service may be away before callers hear nothing."""
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
        self.recordings = recordings
        self._standing: dict[tuple[str, str], dict[str, None]] = {}
        """(language, sentence) -> the ids of the texts that always sound so."""
        self._making: dict[str, asyncio.Task[None]] = {}
        self._swept = 0.0
        self._unfit: dict[str, int] = {}
        """Recordings that are no good, and of when: they are not looked into again."""

    def missing(self) -> list[str]:
        """The programs that are not there, without which nothing can be said."""
        return [name for name in NEEDED if shutil.which(name) is None]

    def prepare(self) -> bool:
        """Make the folders, silence and music; True when music is new, so that Asterisk must read it again."""
        for name in ("standing", "once", "moh/waiting", "moh/hold"):
            (self._folder / name).mkdir(parents=True, exist_ok=True)
        (self._folder / "once").chmod(0o711)
        self._keep(SILENCE, wav(bytes(music.RATE // 25), music.RATE))
        self._keep(PAUSE, music.breath(PAUSE_SECONDS))
        self._keep(MUSIC, music.repeated("waiting", MUSIC_TIMES))
        self._keep(RING, music.repeated("ringback", RING_TIMES))
        made = False
        for tune in ("waiting", "hold"):
            place = self._folder / "moh" / tune
            if not any(place.iterdir()):
                write(place / f"{tune}.wav", music.repeated(tune, MUSIC_TIMES))
                made = True
        return made

    def _keep(self, name: str, content: bytes) -> None:
        path = self._folder / f"{name}.wav"
        if not path.exists() or path.read_bytes() != content:
            write(path, content)

    @property
    def pause(self) -> str:
        """With this ends what is said to a leg, and begins what is heard when nobody comes."""
        return f"sound:{self._seen}/{PAUSE}"

    def after(self) -> list[str]:
        """The pause, and then half an hour of the music for who waits, of whatever pieces lie there."""
        pieces: dict[str, float] = {}
        with contextlib.suppress(OSError):
            for file in sorted((self._folder / "moh" / "waiting").iterdir()):
                if file.suffix in PLAYED and not file.name.startswith("."):
                    pieces.setdefault(f"moh/waiting/{file.stem}", file.stat().st_size / (2 * music.RATE))
        pieces = pieces or {MUSIC: MUSIC_TIMES * music.SECONDS}
        once = max(sum(pieces.values()), 1.0)
        count = min(MOST, math.ceil(AFTER / once) * len(pieces))
        return [self.pause, *(f"sound:{self._seen}/{name}" for name in islice(cycle(pieces), count))]

    def is_after(self, media: str) -> bool:
        """Whether this piece is of what lies after the sentences."""
        return media in (self.pause, f"sound:{self._seen}/{MUSIC}") or media.startswith(f"sound:{self._seen}/moh/")

    def ringing(self) -> list[str]:
        """The ringing tone for ten minutes; after that it pauses as tones do."""
        return [*(f"sound:{self._seen}/{RING}" for _ in range(10)), TONE]

    def music_at(self) -> datetime | None:
        """When the last file of music was written, in UTC; None without any."""
        written = [file.stat().st_mtime for file in (self._folder / "moh").glob("*/*")]
        return datetime.fromtimestamp(max(written), UTC) if written else None

    def learn(self, policy: Policy) -> list[tuple[str, str]]:
        """Remember what this policy always says, and nothing else: a recording is of today's words.

        Returns those sentences with their language, to be made early.
        """
        standing: dict[tuple[str, str], dict[str, None]] = {}
        for name in policy.texts:
            for language in policy.municipality.languages:
                for sentence in sentences(policy, language, (Line(name),), {}):
                    standing.setdefault((language, sentence), {})[name] = None
        self._standing = standing
        return list(standing)

    async def warm(self, policy: Policy) -> None:
        """Make what the policy always says, one after the other, before anybody needs it."""
        for language, sentence in self.learn(policy):
            try:
                await self._file(sentence, language)
            except Unspeakable as error:
                log.warning("voices.not_made", language=language, error=str(error))

    @property
    def folder(self) -> Path:
        """Where sounds are written."""
        return self._folder

    @property
    def seen(self) -> str:
        """The same folder, as Asterisk sees it."""
        return self._seen

    def unmade(self, policy: Policy) -> int:
        """How many of the sentences that the voice always says are no file yet."""
        count = 0
        for (language, name), sentence in own.recordable(policy).items():
            file = self._recorded(name, language) or f"standing/{_hashed(sentence, language)}"
            count += not any((self._folder / f"{file}{ending}").exists() for ending in own.COPIES.values())
        return count

    def trial(self) -> tuple[Path, str]:
        """Two seconds of silence in a file that was never there before, and its `media=`. Raises OSError."""
        name = f"once/trial-{secrets.token_hex(4)}"
        path = self._folder / f"{name}.wav"
        write(path, wav(bytes(4 * music.RATE), music.RATE))
        return path, f"sound:{self._seen}/{name}"

    async def media(self, spoken: Iterable[str], language: str) -> str:
        """The value of `media=` that says these sentences, or a moment of silence when there are none.

        Raises Unspeakable.
        """
        files = [await self._file(sentence, language) for sentence in spoken]
        return ",".join(f"sound:{self._seen}/{file}" for file in files or [SILENCE])

    async def _file(self, sentence: str, language: str) -> str:
        """The file of this sentence below the folder, without its ending; made when it is not there."""
        names = self._standing.get((language, sentence), ())
        if recorded := next(filter(None, (self._recorded(name, language) for name in names)), ""):
            return recorded
        file = f"standing/{_hashed(sentence, language)}"
        if not names and not (self._folder / f"{file}.wav").exists():  # calls of an earlier policy go on as they began
            file = f"once/{_hashed(sentence, language)}"
        if not (self._folder / f"{file}.wav").exists():
            if file not in self._making:
                self._making[file] = asyncio.create_task(self._make(file, sentence, language))
            try:
                await asyncio.shield(self._making[file])
            finally:
                self._making.pop(file, None)
        return file

    def _recorded(self, name: str, language: str) -> str:
        """A recording of this text, copied to where Asterisk can read it; empty when there is none that is good.

        Asterisk knows by the ending what it reads: `.wav` has 8000 samples a second, `.wav16` has 16000.
        """
        if self.recordings is None:
            return ""
        source, file = self.recordings / language / f"{name}{own.ENDING}", f"standing/{language}-{name}"
        at = 0
        try:
            at = source.stat().st_mtime_ns
            if self._unfit.get(file) == at:
                return ""
            copies = [self._folder / f"{file}{ending}" for ending in own.COPIES.values()]
            if not any(copy.exists() and copy.stat().st_mtime_ns == at for copy in copies):
                recording = own.understood(own.begun(source))
                target = self._folder / f"{file}{own.COPIES[recording.rate]}"
                write(target, recording.wav())
                os.utime(target, ns=(at, at))
                for copy in copies:
                    if copy != target:
                        copy.unlink(missing_ok=True)
        except OSError:
            return ""
        except own.Unfit as unfit:
            self._unfit[file] = at
            log.warning("voices.recording_not_used", language=language, text=name, why=unfit.code)
            return ""
        return file

    async def _make(self, file: str, sentence: str, language: str) -> None:
        """espeak-ng speaks, sox makes it what telephones carry; the sentence is never on a command line."""
        self._sweep()
        wide = await _run(
            ("espeak-ng", "-v", language, "-s", WORDS_PER_MINUTE, "--stdin", "--stdout"), sentence.encode()
        )
        write(self._folder / f"{file}.wav", wav(await _run(NARROW, wide), music.RATE))

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


def _hashed(sentence: str, language: str) -> str:
    return hashlib.sha256(f"{language}\x00{sentence}".encode()).hexdigest()[:40]
