"""Whether a caller would hear something: files that Asterisk can play, a voice that makes them, music, and room."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import shutil
import wave
from pathlib import Path

from app.doctor.asking import Patient
from app.doctor.words import Finding
from app.providers.asterisk import recordings
from app.providers.asterisk.names import TRIAL

LOOK = 0.1
PLAYS = 4
"""Looks in a row that must find it playing: what cannot be read is gone at the first or second."""
LOOKS = 20
LOW, FULL = 500, 50
"""Free megabytes at which is warned, and at which it is wrong."""
MEGABYTE = 1_000_000
GONE = 404


async def check(patient: Patient) -> list[Finding]:
    """Asterisk plays, to nobody, two seconds of silence that were written just now. Raises Uncertain."""
    voices = patient.voices
    try:
        path, media = await asyncio.to_thread(voices.trial)
    except OSError as error:
        why = error.strerror or type(error).__name__
        return [Finding("sounds_unwritten", {"folder": str(voices.folder), "why": why})]
    room = f"{TRIAL}{secrets.token_hex(6)}"
    try:
        made = await patient.ask("/bridges", {"type": "mixing", "bridgeId": room}, "POST")
        if made.status in (401, 403):
            return [Finding("ari_read_only")]
        await patient.ask(f"/bridges/{room}/play/{room}", {"media": media}, "POST")
        plays = await _plays(patient, room)
    finally:
        path.unlink(missing_ok=True)
        await patient.ask(f"/playbacks/{room}", None, "DELETE")
        await patient.ask(f"/bridges/{room}", None, "DELETE")
    args = {"folder": str(voices.folder), "seen": voices.seen}
    return [Finding("sounds_ok" if plays else "sounds_unread", args)]


async def _plays(patient: Patient, playback: str) -> bool:
    """Whether it goes on playing."""
    row = 0
    for _ in range(LOOKS):
        await asyncio.sleep(LOOK)
        answer = await patient.ask(f"/playbacks/{playback}")
        if answer.status == GONE:
            return False
        row = row + 1 if answer.done and answer.body.get("state") == "playing" else 0
        if row == PLAYS:
            return True
    return False


async def here(patient: Patient) -> list[Finding]:
    """What can be seen on this machine, without Asterisk."""
    return [*await _voice(patient), *await asyncio.to_thread(_files, patient)]


async def _voice(patient: Patient) -> list[Finding]:
    missing = patient.voices.missing()
    if missing:
        return [Finding("voice_missing", {"programs": " ".join(missing), "names": ", ".join(missing)})]
    languages = patient.policy.municipality.languages
    dumb = [language for language in languages if not await _speaks(language)]
    found = [Finding("voice_language", {"language": language}) for language in dumb]
    return found or [Finding("voice_ok", {"languages": ", ".join(languages)})]


async def _speaks(language: str) -> bool:
    process = await asyncio.create_subprocess_exec(
        "espeak-ng", "-v", language, "-q", "a",
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    return await process.wait() == 0


def _files(patient: Patient) -> list[Finding]:
    voices, policy = patient.voices, patient.policy
    found = []
    count, unmade = len(recordings.recordable(policy)), voices.unmade(policy)
    args = {"count": str(count), "unmade": str(unmade)}
    found.append(Finding("sentences_unmade" if unmade else "sentences_ok", args))
    found += [Finding("sound_format", {"file": str(path), "why": why})
              for path in sorted(voices.folder.glob("standing/*.wav"))[:200] if (why := _odd(path))][:3]  # fmt: skip
    found += _music(voices.folder)
    found += _recordings(patient)
    with contextlib.suppress(OSError):
        free = shutil.disk_usage(voices.folder).free // MEGABYTE
        code = "disk_full" if free < FULL else "disk_low" if free < LOW else "disk_ok"
        room = f"{free // 1000} GB" if free > 10_000 else f"{free} MB"
        found.append(Finding(code, {"free": room, "folder": str(voices.folder)}))
    return found


def _odd(path: Path) -> str:
    """What is wrong with a sound of ours; empty when it is what telephones carry."""
    try:
        with wave.open(str(path)) as file:
            got = (file.getframerate(), 8 * file.getsampwidth(), file.getnchannels())
    except (wave.Error, EOFError, OSError):
        return "remark:not_wav"
    return "" if got == (8000, 16, 1) else f"{got[0]} Hz, {got[1]} bits, {got[2]} x"


def _music(folder: Path) -> list[Finding]:
    """Our own music; an administrator's may lie elsewhere, and then our folders are full all the same."""
    empty = [place for place in (folder / "moh/waiting", folder / "moh/hold") if not _holds(place)]
    return [Finding("music_empty", {"folder": str(place)}) for place in empty]


def _holds(place: Path) -> bool:
    try:
        return any(place.iterdir())
    except OSError:
        return False


def _recordings(patient: Patient) -> list[Finding]:
    folder = patient.voices.recordings
    if folder is None or not folder.is_dir():
        return [Finding("recordings_none")]
    remarks = [each for each in recordings.look(folder, patient.policy) if each.code != "missing"]
    if remarks:
        first = remarks[0]
        args = {"count": str(len(remarks)), "folder": str(folder), "file": first.file, "why": f"remark:{first.code}"}
        return [Finding("recordings_odd", {**args, "got": first.args.get("got", "")})]
    used = sum(1 for _ in folder.glob(f"*/*{recordings.ENDING}"))
    return [Finding("recordings_ok", {"count": str(used)}) if used else Finding("recordings_none")]
