"""The music a platform fetches: a sound file for each tune, and nothing else."""

import io
import wave

import httpx
import pytest
from starlette.applications import Starlette

from app.providers.music import names
from app.web import music


def client() -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=Starlette(routes=list(music.routes())))
    return httpx.AsyncClient(transport=transport, base_url="http://house")


@pytest.mark.parametrize("tune", names())
async def test_each_tune_is_a_sound_file_that_may_be_kept(tune: str) -> None:
    async with client() as house:
        answer = await house.get(f"/static/music/{tune}.wav")
    assert answer.headers["content-type"] == "audio/wav"
    assert "max-age" in answer.headers["cache-control"]
    with wave.open(io.BytesIO(answer.content)) as file:
        assert file.getnframes() > 0


@pytest.mark.parametrize("path", ["jazz.wav", "..%2f..%2fetc%2fpasswd.wav", "hold.mp3", ".wav"])
async def test_there_is_nothing_else_there(path: str) -> None:
    async with client() as house:
        assert (await house.get(f"/static/music/{path}")).status_code == 404
