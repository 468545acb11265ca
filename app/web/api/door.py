"""Every action goes through the engine's door once; what means nothing now comes back as 409 with the reason."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Header, Request

from app.call.because import Because
from app.call.events import Event
from app.engine.arrivals import subject_of
from app.providers.base import Arrival
from app.store import codec
from app.web.api.problems import Because as Told
from app.web.api.problems import Problem
from app.web.api.reasons import sentence
from app.web.api.shapes import IdempotencyKey, Out
from app.web.api.words import language_of
from app.web.auth import User
from app.web.means import Means

Once = Annotated[
    IdempotencyKey | None,
    Header(
        alias="Idempotency-Key",
        description="Dezelfde sleutel met dezelfde aanvraag heeft één keer gevolg. Zonder sleutel telt elke aanvraag.",
    ),
]


async def act(
    request: Request, means: Means, user: User, event: Event, *, once: str | None,
    current: Callable[[], Awaitable[Out | None]], private: dict[str, str] | None = None,
) -> Because:
    """Bring `event` in; returns why it was decided as it was.

    Raises Problem 409 with the sentence and the `current` state when it meant nothing, also when this very request
    was made before and meant nothing then. `private` is ref -> name or number, for the names table.
    """
    kind = type(event).__name__
    key = f"api:{kind}:{user.name}:{once or secrets.token_hex(16)}"
    arrival = Arrival(centre=user.centre, key=key, event=event, provider="api", private=private or {})
    handled = await means.engine.handle(arrival)
    because = handled.because or await _earlier(means, user.centre, key, event)
    if because.ignored:
        language = language_of(request)
        raise Problem(
            409, "not_now", detail=sentence(because, language), current=await current(),
            because=Told(code=because.code, sentence=sentence(because, language)),
        )
    return because


async def _earlier(means: Means, centre: str, key: str, event: Event) -> Because:
    """What was decided on this key before. Raises Problem 409 when it was about something else."""
    row = await means.pool.fetchrow(
        "SELECT data, because FROM events WHERE centre = $1 AND subject = $2 AND key = $3",
        centre, subject_of(event), key,
    )
    if row is None:
        raise Problem(503, "unavailable", headers={"Retry-After": "2"})
    if codec.event(row["data"]) != event:
        raise Problem(409, "key_used")
    return codec.because(row["because"])
