"""`/static/music/{tune}.wav`: what callers hear while they wait; needs no engine and no database."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.providers import music


def routes() -> list[Route]:
    """One file for each tune; platforms may keep them for a day."""
    return [Route("/static/music/{tune}.wav", _tune, methods=["GET", "HEAD"])]


async def _tune(request: Request) -> Response:
    tune = request.path_params["tune"]
    if tune not in music.names():
        return Response(status_code=404)
    return Response(music.wav(tune), media_type="audio/wav", headers={"cache-control": "public, max-age=86400"})
