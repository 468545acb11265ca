"""`warmlijn doctor` as an administrator types it: without a service, with one, and with one whose Asterisk is away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from app.__main__ import main
from app.main import Service
from app.providers.demo.server import free_port, serving
from app.settings import Settings, load
from app.store.sealing import Seal
from tests.kept import PERSON, SEAL
from tests.store.test_resealing import OURS, earlier

Doctor = Callable[..., Awaitable[tuple[int, dict[str, dict[str, Any]]]]]
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwWlIoDPGLw2s="


@pytest.fixture
def doctor(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Doctor:
    """What it finds, by code, and how it ends; arguments are variables of the environment."""
    monkeypatch.setattr("app.logs.configure", lambda *_, **__: None)
    for name, value in {
        "DATABASE_URL": database, "WARMLIJN_CENTRE": "voorbeeldstad", "WARMLIJN_DATA_DIR": str(tmp_path / "database"),
        "WARMLIJN_PORT": str(free_port()), "GENERIC_SECRET": SECRET,
    }.items():
        monkeypatch.setenv(name, value)

    async def run(**settings: str) -> tuple[int, dict[str, dict[str, Any]]]:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in settings.items():
                patch.setenv(name, value)
            code = await asyncio.to_thread(main, ["doctor", "--json", "--console", "/srv/nowhere"])
        told = json.loads(capsys.readouterr().out.splitlines()[-1])
        return code, {each["code"]: each for each in told["findings"]}

    return run


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[None]:
    """The service, in this loop."""
    service = Service(settings)
    await service.open()
    try:
        async with serving(service, settings.port):
            yield
    finally:
        await service.close()


async def test_settings_that_are_not_right_are_all_told(doctor: Doctor, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = await doctor(WARMLIJN_PORT="x")
    assert (code, set(found)) == (1, {"settings_wrong"})
    assert "WARMLIJN_PORT" in found["settings_wrong"]["sentence"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WARMLIJN_PORT", "x")
        assert await asyncio.to_thread(main, ["doctor", "--lang", "en"]) == 1
    assert capsys.readouterr().out.endswith("In all: 1 thing wrong.\n")


async def test_before_the_first_start(doctor: Doctor, empty_database: str) -> None:
    code, found = await doctor(DATABASE_URL=empty_database)
    assert code == 1
    assert found["migrations_pending"]["sentence"].startswith("De database mist nog 0001_")
    assert found["service_down"]["grade"] == "wrong"
    assert "database_unreachable" not in found
    connection = await asyncpg.connect(empty_database)
    assert await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0, "only looked"
    await connection.close()


async def test_a_database_that_is_away_or_was_never_there(doctor: Doctor, tmp_path: Path) -> None:
    code, found = await doctor(DATABASE_URL="postgresql://127.0.0.1:9/warmlijn")
    assert (code, found["database_unreachable"]["sentence"]) == (
        1, "De database is niet te gebruiken: er luistert daar niets."
    )
    code, found = await doctor(DATABASE_URL="")
    assert (code, "database_none" in found) == (1, True)
    assert not (tmp_path / "database").exists(), "only looked"


async def test_a_service_with_a_pbx_of_its_own(doctor: Doctor) -> None:
    settings = load()
    async with running(settings):
        code, found = await doctor()
        assert (code, {name for name, each in found.items() if each["grade"] != "ok"}) == (
            0, {"generic_silent", "accounts_none"}
        )
        good = {"settings_ok", "secrets_ok", "database_ok", "clock_database_ok", "service_ok", "policy_ok"}
        assert good <= found.keys()
        assert found["policy_ok"]["centre"] == "voorbeeldstad"
        code, found = await doctor(GENERIC_COMMAND_URL="http://127.0.0.1:9/commands")
        assert (code, found["generic_unreached"]["grade"]) == (1, "wrong")
        code, found = await doctor(GENERIC_COMMAND_URL=f"http://127.0.0.1:{settings.port}/")
        assert (code, "generic_ok" in found) == (0, True)
        code, found = await doctor(TWILIO_ACCOUNT_SID="AC1", TWILIO_AUTH_TOKEN=SECRET)
        assert {"twilio_url": "wrong", "secrets_same": "warning"}.items() <= {
            name: each["grade"] for name, each in found.items()
        }.items()


async def test_a_service_whose_asterisk_never_came(
    doctor: Doctor, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASTERISK_LINK_SECRET", "link-5b7d9f1a3c5e7092")
    monkeypatch.setenv("ASTERISK_SOUNDS", str(tmp_path / "sounds"))
    settings = load()
    async with running(settings):
        code, found = await doctor()
        assert code == 1
        assert {"link_none": "wrong", "music_unseen": "unseen", "service_ok": "ok"}.items() <= {
            name: each["grade"] for name, each in found.items()
        }.items()
    _, found = await doctor()
    assert {"service_down": "wrong", "link_service": "unseen"}.items() <= {
        name: each["grade"] for name, each in found.items()
    }.items()
    connection = await asyncpg.connect(database)
    assert await connection.fetchval("SELECT count(*) FROM users") == 0, "the account of the examination is gone"
    await connection.close()


async def test_something_else_at_our_address(doctor: Doctor) -> None:
    async def other(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 404, "headers": []})
            await send({"type": "http.response.body", "body": b"<html>"})

    async with serving(other, load().port):
        code, found = await doctor()
        assert (code, "status 404" in found["service_other"]["sentence"]) == (1, True)


async def test_how_the_names_are_sealed(doctor: Doctor, database: str, tmp_path: Path) -> None:
    old, new = Seal(PERSON, b"o" * 32), ("WARMLIJN_NAMES_KEY", sha256(b"new").hexdigest())
    (tmp_path / "person.key").write_text(PERSON.hex())
    async with asyncpg.create_pool(database, min_size=1, max_size=1) as pool:

        async def found() -> dict[str, str]:
            _, told = await doctor(**dict([new]))
            return {name: each["sentence"] for name, each in told.items() if name.startswith("names_")}

        assert set(await found()) == {"names_ok"}
        await earlier(pool, a="Jansen")
        for seal in (old, SEAL):
            (sealed,) = seal.rows("noord", {f"of-{seal.newest}": "De Vries"})
            await pool.execute(OURS, *sealed)
        told = await found()
        assert set(told) == {"names_clear", "names_old", "names_key"}
        assert old.newest in told["names_key"]
        assert "1 namen en nummers staan nog leesbaar" in told["names_clear"]
    (tmp_path / "person.key").unlink()
    assert set(await found()) == {"names_unseen"}
    assert not (tmp_path / "person.key").exists(), "only looked"
