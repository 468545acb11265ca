"""The routing.yaml of the settings: right, or no centre is made; edited later, it stops no telephone that works."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from app.__main__ import main
from app.main import Service
from app.policyfile import PolicyMistakes
from app.settings import load
from app.store import centres

SHIPPED = (Path(__file__).parents[2] / "config" / "routing.yaml").read_text(encoding="utf-8")
WRONG = SHIPPED.replace("kcc: kcc ", "kcc: kkc ")
UNPROVED = SHIPPED.replace("expect: {closed: true}", "expect: {closed: false}")


def settings(database: str, file: Path) -> dict[str, str]:
    return {"DATABASE_URL": database, "WARMLIJN_POLICY": str(file), "WARMLIJN_DATA_DIR": str(file.parent / "database")}


async def starts(database: str, file: Path) -> str:
    """The version that is active once the service has started."""
    service = Service(load(settings(database, file)))
    try:
        await service.open()
    finally:
        await service.close()
    async with asyncpg.create_pool(database, min_size=1, max_size=1) as pool:
        return str(await centres.active(pool, "gemeente"))


async def test_a_file_with_mistakes_makes_no_centre_and_the_mended_one_does(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "routing.yaml"
    file.write_text(WRONG, encoding="utf-8")
    for name, value in settings(database, file).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("app.logs.configure", lambda *_, **__: None)
    assert await asyncio.to_thread(main, ["user", "add", "tess", "--role", "supervisor"]) == 1
    assert f"{file}:{WRONG[: WRONG.index('kkc')].count(chr(10)) + 1}: " in capsys.readouterr().err
    with pytest.raises(PolicyMistakes):
        await starts(database, file)
    file.write_text(SHIPPED, encoding="utf-8")
    assert await asyncio.to_thread(main, ["user", "add", "tess", "--role", "supervisor"]) == 0
    assert await starts(database, file)


async def test_a_file_whose_own_tests_fail_makes_no_centre(database: str, tmp_path: Path) -> None:
    file = tmp_path / "routing.yaml"
    file.write_text(UNPROVED, encoding="utf-8")
    with pytest.raises(PolicyMistakes, match="deze proef verwachtte open"):
        await starts(database, file)


@pytest.mark.parametrize("left", [UNPROVED.encode(), WRONG.encode(), b"\xff\xfe", b""])
async def test_what_is_active_goes_on_whatever_stands_in_the_file_by_now(
    database: str, tmp_path: Path, left: bytes
) -> None:
    file = tmp_path / "routing.yaml"
    file.write_text(SHIPPED, encoding="utf-8")
    active = await starts(database, file)
    file.write_bytes(left)
    assert await starts(database, file) == active
