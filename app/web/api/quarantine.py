"""Events that could not be decided or saved: an admin sees them, lets them in again, or takes them away."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from fastapi import Request, Response
from pydantic import StringConstraints

from app.call.events import CallOffered, Event
from app.engine.arrivals import call_of
from app.engine.errors import Quarantined
from app.logs import logger
from app.providers.base import Arrival
from app.store import codec
from app.web.api.guard import Backing, Me, allow, router
from app.web.api.problems import Problem, failures
from app.web.api.reasons import ReasonStep, steps
from app.web.api.shapes import In, Out, Plain
from app.web.api.words import QUARANTINE, language_of
from app.web.auth import User
from app.web.means import Means

routes = router("beheer")
MOST = 200
log = logger()
Named = Annotated[Plain, StringConstraints(min_length=1, max_length=500, strip_whitespace=False)]


class Which(In):
    """An event by its subject and its key; in the body, for a key is made by the switch."""

    subject: Named
    key: Named


class SetApart(Out):
    """One event. `error` is what went wrong the last time, `times` how often it came."""

    subject: str
    key: str
    event: str
    error: str
    times: int
    at: datetime


class Quarantine(Out):
    """The latest, at most 200; `total` are all."""

    total: int
    items: list[SetApart]


class Freed(Out):
    """It was decided now; `because` is empty when it had been decided before."""

    because: list[ReasonStep]


@routes.get(
    "/quarantine", summary="Gebeurtenissen die apart staan", operation_id="listQuarantine",
    openapi_extra=allow("admin"), responses=failures(),
)
async def list_quarantine(me: Me, means: Backing) -> Quarantine:
    """Wat niet kon worden besloten of bewaard, met de fout; zonder namen en nummers."""
    return await shown(means, me.centre)


@routes.post(
    "/quarantine/retry", summary="Opnieuw proberen", operation_id="retryQuarantined",
    openapi_extra=allow("admin"), responses=failures(409, 413),
)
async def retry(request: Request, asked: Which, me: Me, means: Backing) -> Freed:
    """Alsof de gebeurtenis nu aankomt. Een nieuwe beller niet: die is destijds al naar het KCC geleid."""
    event = await _event(request, means, me, asked)
    provider = await means.pool.fetchval(
        "SELECT provider FROM calls WHERE centre = $1 AND id = $2", me.centre, call_of(event)
    )
    arrival = Arrival(centre=me.centre, key=asked.key, event=event, provider=provider or "api")
    try:
        handled = await means.engine.handle(arrival)
    except Quarantined:
        raise await _not_now(request, means, me, "again") from None
    await _drop(means, me, asked, "retried")
    return Freed(because=steps(handled.because) if handled.because is not None else [])


@routes.post(
    "/quarantine/drop", summary="Weghalen", operation_id="dropQuarantined", status_code=204,
    openapi_extra=allow("admin"), responses=failures(409, 413),
)
async def drop(request: Request, asked: Which, me: Me, means: Backing) -> Response:
    """De gebeurtenis heeft nooit gevolg gehad en krijgt het ook niet meer."""
    if not await _drop(means, me, asked, "dropped"):
        raise await _not_now(request, means, me, "gone")
    return Response(status_code=204)


async def shown(means: Means, centre: str) -> Quarantine:
    """What is set apart now."""
    rows = await means.pool.fetch(
        """SELECT subject, key, event, error, times, at, count(*) OVER () AS total
           FROM quarantine WHERE centre = $1 ORDER BY at DESC, subject, key LIMIT $2""",
        centre, MOST,
    )
    names = ("subject", "key", "event", "error", "times", "at")
    return Quarantine(
        total=rows[0]["total"] if rows else 0, items=[SetApart(**{name: row[name] for name in names}) for row in rows]
    )


async def _event(request: Request, means: Means, me: User, asked: Which) -> Event:
    row = await means.pool.fetchval(
        "SELECT event FROM quarantine WHERE centre = $1 AND subject = $2 AND key = $3",
        me.centre, asked.subject, asked.key,
    )
    if row is None:
        raise await _not_now(request, means, me, "gone")
    try:
        event = codec.event(row)
    except msgspec.MsgspecError:
        raise await _not_now(request, means, me, "unreadable") from None
    if isinstance(event, CallOffered):
        raise await _not_now(request, means, me, "caller")
    return event


async def _not_now(request: Request, means: Means, me: User, why: str) -> Problem:
    return Problem(
        409, "not_now", detail=QUARANTINE[why][language_of(request)], current=await shown(means, me.centre)
    )


async def _drop(means: Means, me: User, which: Which, how: str) -> bool:
    done = await means.pool.execute(
        "DELETE FROM quarantine WHERE centre = $1 AND subject = $2 AND key = $3", me.centre, which.subject, which.key
    )
    log.info("quarantine.left", centre=me.centre, actor=me.actor, subject=which.subject, how=how)
    return bool(done == "DELETE 1")
