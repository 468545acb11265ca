"""A municipality's own recordings through the API: listed, put and taken away; callers hear them from then on."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path as File
from typing import Annotated, Any

from fastapi import Path, Request, Response
from pydantic import StringConstraints

from app.call.policy import Policy
from app.logs import logger
from app.providers.asterisk import recordings
from app.providers.asterisk.recordings import ENDING, Recording, Remark, Unfit
from app.web.api.guard import Backing, Me, allow, router
from app.web.api.problems import Mistake, Problem, failures
from app.web.api.shapes import Out
from app.web.api.words import language_of
from app.web.means import Means

routes = router("beheer")
Language = Annotated[str, StringConstraints(pattern=f"^{recordings.LANGUAGE.pattern}$"), Path()]
Sentence = Annotated[str, StringConstraints(pattern=f"^{recordings.NAME.pattern}$"), Path()]
NOT_KEPT = {
    "nl": "De map voor opnamen is niet te beschrijven: zie warmlijn doctor.",
    "en": "The folder for recordings cannot be written: see warmlijn doctor.",
}
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "PCM van 16 bits, mono, 8000 of 16000 Hz, 0,2 tot 60 seconden",
        "content": {"audio/wav": {"schema": {"type": "string", "format": "binary"}}},
    }
}
log = logger()


class RecordingShown(Out):
    """One sentence. `seconds` null: not recorded. `trouble`: why a file that is there is not, or not well, heard."""

    language: str
    id: str
    sentence: str | None
    seconds: float | None
    trouble: str | None


class Recordings(Out):
    """All sentences that can be recorded, and files that belong to none of them; none without an Asterisk."""

    items: list[RecordingShown]


@routes.get(
    "/recordings", summary="Zinnen die ingesproken kunnen worden", operation_id="listRecordings",
    openapi_extra=allow("admin"), responses=failures(),
)
async def list_recordings(request: Request, me: Me, means: Backing) -> Recordings:
    """Elke zin die de stem altijd gelijk zegt, met de opname als die er is; ook bestanden die bij geen zin horen."""
    switch, policy = means.switches.get(me.centre), await means.policy(me.centre)
    if switch is None or switch.asterisk.voices.recordings is None:
        return Recordings(items=[])
    folder = switch.asterisk.voices.recordings
    return Recordings(items=await asyncio.to_thread(_all, folder, policy, language_of(request)))


@routes.put(
    "/recordings/{language}/{sentence}", summary="Een opname in gebruik nemen", operation_id="putRecording",
    openapi_extra={**allow("admin"), **BODY}, responses=failures(404, 409, 413),
)
async def put_recording(
    request: Request, language: Language, sentence: Sentence, me: Me, means: Backing
) -> RecordingShown:
    """Bellers horen haar vanaf de eerstvolgende keer dat de zin klinkt. Opmerkingen in het bestand vervallen."""
    spoken = language_of(request)
    folder = _folder(means, me.centre)
    words = recordings.recordable(await means.policy(me.centre)).get((language, sentence))
    if words is None:
        raise Problem(404, "not_found")
    try:
        made = await asyncio.to_thread(recordings.understood, await request.body())
    except Unfit as unfit:
        detail = Remark("", unfit.code, {"got": unfit.got}).told(spoken)
        found = [Mistake(where="body", pointer="#", code=unfit.code, detail=detail)]
        raise Problem(400, "invalid", errors=found) from None
    try:
        await asyncio.to_thread(_keep, folder / language / f"{sentence}{ENDING}", made)
    except OSError as error:
        log.warning("recordings.not_kept", centre=me.centre, error=error.strerror)
        raise Problem(409, "not_now", detail=NOT_KEPT[spoken]) from error
    log.info("recordings.put", centre=me.centre, actor=me.actor, language=language, text=sentence)
    return RecordingShown(language=language, id=sentence, sentence=words, seconds=round(made.seconds, 2), trouble=None)


@routes.delete(
    "/recordings/{language}/{sentence}", summary="Een opname weghalen", operation_id="deleteRecording",
    status_code=204, openapi_extra=allow("admin"), responses=failures(404, 409),
)
async def delete_recording(
    request: Request, language: Language, sentence: Sentence, me: Me, means: Backing
) -> Response:
    """Daarna spreekt de computerstem de zin weer; was er geen opname, dan verandert er niets."""
    spoken = language_of(request)
    file = _folder(means, me.centre) / language / f"{sentence}{ENDING}"
    try:
        await asyncio.to_thread(file.unlink, missing_ok=True)
    except OSError as error:
        raise Problem(409, "not_now", detail=NOT_KEPT[spoken]) from error
    log.info("recordings.deleted", centre=me.centre, actor=me.actor, language=language, text=sentence)
    return Response(status_code=204)


def _folder(means: Means, centre: str) -> File:
    """Where they lie. Raises Problem 404 where there is no such place."""
    switch = means.switches.get(centre)
    if switch is None or switch.asterisk.voices.recordings is None:
        raise Problem(404, "not_found")
    return switch.asterisk.voices.recordings


def _keep(path: File, recording: Recording) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    recordings.write(path, recording.wav())


def _all(folder: File, policy: Policy, spoken: str) -> list[RecordingShown]:
    remarks = {each.file: each for each in recordings.look(folder, policy)} if folder.is_dir() else {}
    shown = []
    for (language, name), words in sorted(recordings.recordable(policy).items()):
        file = f"{language}/{name}{ENDING}"
        remark = remarks.pop(file, None)
        seconds, trouble = None, remark.told(spoken) if remark and remark.code != "missing" else None
        if folder.is_dir() and remark is None:
            with contextlib.suppress(OSError, Unfit):      # it may change while we look
                seconds = round(recordings.understood(recordings.begun(folder / file)).seconds, 2)
        shown.append(RecordingShown(language=language, id=name, sentence=words, seconds=seconds, trouble=trouble))
    return shown + [
        RecordingShown(language=language, id=rest.removesuffix(ENDING), sentence=None, seconds=None,
                       trouble=remark.told(spoken))
        for file, remark in remarks.items() for language, _, rest in [file.rpartition("/")]
    ]  # fmt: skip
