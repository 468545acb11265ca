"""Whatever agents type of a caller is sealed; a key is changed by a command, and without the key nothing starts."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from app.__main__ import main
from app.main import Service
from app.providers.demo.server import free_port
from app.settings import foreign, load
from app.store import resealing
from app.store.sealing import Seal
from app.web.names import seal_of
from app.workers.sealing import Sealing
from tests.kept import PERSON, SEAL, among, everything, forms, kept
from tests.store.test_resealing import OURS, earlier
from tests.web.house import NAME, NUMBER, ROUTING, TUESDAY, House

KEYS = {name: sha256(name.encode()).hexdigest() for name in ("person", "old", "new")}


async def test_who_takes_the_database_has_nothing_that_was_typed_of_anybody(house: House, database: str) -> None:
    call = await house.talking()
    bart = house.as_("bart")
    typed = {"name": "mevrouw Vuurdoorn", "identity": "klantnummer 80706050", "number": "06 87 65 43 21"}
    assert (await bart.post(f"/calls/{call}/identify", json=typed)).status_code == 200
    card = (await bart.post(f"/calls/{call}/callback", json={"topic": "jeugd"})).json()
    path = f"/callbacks/{card['callback']['id']}"
    other = {"onBehalf": "Moeder Kanarie", "number": "020 123 45 67", "reach": "teletolk"}
    assert (await bart.post(f"{path}/change", json=other)).status_code == 200
    assert (await bart.post(f"{path}/confirm")).status_code == 200
    until = (TUESDAY + timedelta(hours=1)).isoformat()
    message = {"text": "Gesloten vanwege de uitvaart van Ambrosius.", "until": until}
    assert (await house.as_("tess").put("/message", json=message)).status_code == 200
    assert "Vuurdoorn" in (await bart.get("/me/call")).text
    texts = set((await kept(house.pool)).values())
    assert {"mevrouw Vuurdoorn", "+31687654321", "+31201234567", "Moeder Kanarie", message["text"], NUMBER} <= texts
    wanted = forms({NAME, NUMBER, "80706050", *typed.values(), "Kanarie", "Ambrosius", "+31201234567", "+31687654321"})
    found = await everything(database)
    assert {place: seen for place, text in found.items() if (seen := among(wanted, text.encode()))} == {}
    await earlier(house.pool, clear=NUMBER)
    found = await everything(database)
    assert {place for place, text in found.items() if among(wanted, text.encode())} == {"names.value", "pg_dump"}


async def test_names_of_an_older_process_are_sealed_while_we_run(house: House) -> None:
    await earlier(house.pool, a="Jansen")
    part = Sealing(house.pool, SEAL)
    await part.start()
    async with asyncio.timeout(20):
        while await house.pool.fetchval("SELECT count(*) FROM names WHERE value <> ''"):
            await asyncio.sleep(0.01)
    await part.stop()
    assert (await kept(house.pool))["a"] == "Jansen"


@pytest_asyncio.fixture
async def db(database: str) -> AsyncIterator[asyncpg.Pool]:
    async with asyncpg.create_pool(database, min_size=1, max_size=1) as pool:
        yield pool


def settings(database: str, *keys: str) -> dict[str, str]:
    """Of a service whose names are sealed with these keys."""
    given = {"WARMLIJN_NAMES_KEY": ",".join(KEYS[key] for key in keys)} if keys else {}
    return {
        "DATABASE_URL": database, "WARMLIJN_POLICY": str(ROUTING), "WARMLIJN_PERSON_KEY": KEYS["person"],
        "WARMLIJN_PORT": str(free_port()), **given,
    }


async def seal(db: asyncpg.Pool, database: str, *keys: str, **values: str) -> None:
    """These values, sealed by such a service."""
    for ref, sealed, alike in seal_of(load(settings(database, *keys))).rows("noord", values):
        await db.execute(OURS, ref, sealed, alike)


async def names(arguments: list[str], environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr("app.logs.configure", lambda *_, **__: None)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return await asyncio.to_thread(main, ["names", *arguments])


async def test_after_a_new_key_everything_is_brought_under_it(
    database: str, db: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    await seal(db, database, a="Jansen")
    await seal(db, database, "old", b="De Vries")
    await earlier(db, c="Klaassen")
    new = seal_of(load(settings(database, "new")))
    assert await names(["renew"], settings(database, "new"), monkeypatch) == 1
    said = capsys.readouterr().err
    assert "Nog 1 zijn versleuteld met een sleutel die hier niet is" in said
    assert await names(["renew"], settings(database, "new", "old"), monkeypatch) == 0
    assert capsys.readouterr().out == (
        f"1 namen en nummers zijn opnieuw versleuteld; alles staat nu onder sleutel {new.newest}.\n"
    )
    assert await kept(db, new) == {"a": "Jansen", "b": "De Vries", "c": "Klaassen"}
    assert (await resealing.keys(db)).sealed == {new.newest: 3}


async def test_what_was_lost_is_counted_and_deleted_only_when_asked_twice(
    database: str, db: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    await seal(db, database, "old", a="Jansen", b="De Vries")
    await seal(db, database, c="Klaassen")
    now = settings(database, "new")
    assert await names(["lost"], now, monkeypatch) == 1
    assert "2 namen en nummers zijn met deze sleutels niet te lezen" in capsys.readouterr().err
    assert await names(["lost", "--yes"], now, monkeypatch) == 0
    assert capsys.readouterr().out == "2 namen en nummers, die niemand meer kon lezen, zijn gewist.\n"
    assert await names(["lost", "--lang", "en"], now, monkeypatch) == 0
    assert capsys.readouterr().out == "Everything can be read with these keys; there is nothing to delete.\n"
    assert await kept(db, seal_of(load(now))) == {"c": "Klaassen"}


async def test_the_service_refuses_to_start_without_the_key_and_starts_with_it(
    database: str, db: asyncpg.Pool
) -> None:
    await seal(db, database, "old", a="Jansen")
    service = Service(load(settings(database, "new")))
    with pytest.raises(resealing.WrongKey):
        await service.open()
    await service.close()
    service = Service(load(settings(database, "new", "old")))
    await service.open()
    await service.close()


async def test_the_refusal_is_a_sentence_on_the_screen_and_in_the_log(database: str, db: asyncpg.Pool) -> None:
    await seal(db, database, "old", a="Jansen")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "app", "serve", env=foreign() | settings(database, "new"), cwd=Path.cwd(),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 3, "as uvicorn has it"
    sentence = "1 namen en nummers in deze database zijn versleuteld met sleutel"
    assert sentence in err.decode()
    assert "Traceback" not in (out + err).decode()
    (logged,) = (json.loads(line) for line in out.splitlines() if b"service.not_started" in line)
    assert logged["why"].startswith(sentence)
    assert not {key for key in KEYS.values() if key in (out + err).decode()}


def test_a_service_without_a_key_of_its_own_needs_none() -> None:
    """What an earlier version has: only the person key, on each of its machines the same."""
    given = {"WARMLIJN_POLICY": str(ROUTING), "WARMLIJN_PERSON_KEY": KEYS["person"]}
    assert seal_of(load(given)).known == seal_of(load(given)).known
    assert len(seal_of(load(given)).known) == 1
    assert seal_of(load(given | {"WARMLIJN_NAMES_KEY": KEYS["new"]})).known[1:] == seal_of(load(given)).known
    assert Seal(PERSON).known != seal_of(load(given)).known
