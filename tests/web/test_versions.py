"""`warmlijn policy` against a service that runs: what is edited on disk is put to use, or every reason why not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from app.__main__ import main
from app.providers.demo.server import serving
from tests.web.house import TEXT, House

Command = Callable[..., Awaitable[tuple[int, str, str]]]
BETTER = TEXT.replace("patience: 300", "patience: 200")
WRONG = TEXT.replace("overflow: kcc", "overflow: kccc")


@pytest.fixture
def command(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Runs `warmlijn policy ...` as this user; returns the exit code and what it wrote."""
    monkeypatch.setattr("app.logs.configure", lambda *_, **__: None)

    async def run(*words: str, who: str = "ada") -> tuple[int, str, str]:
        async with serving(Starlette(routes=[Mount("/api/v1", house.api)])) as url:
            monkeypatch.setenv("WARMLIJN_URL", url)
            monkeypatch.setenv("WARMLIJN_TOKEN", house.tokens.get(who, ""))
            code = await asyncio.to_thread(main, ["policy", *words])
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


async def test_a_file_is_put_to_use_and_taken_back(house: House, command: Command, tmp_path: Path) -> None:
    file = tmp_path / "next.yaml"
    assert (await command("show"))[1] == TEXT
    file.write_text(BETTER, encoding="utf-8")
    code, told, _ = await command("activate", str(file), "--reason", "korter wachten")
    assert (code, "is in gebruik" in told) == (0, True)
    assert (await command("show"))[1] == BETTER
    _, listed, _ = await command("versions")
    assert [line[0] for line in listed.splitlines()] == ["*", " "]
    assert "korter wachten" in listed.splitlines()[0]
    assert (await command("activate", str(file), "--reason", "nog eens", "--lang", "en"))[1].endswith("already.\n")
    assert (await command("roll-back", "--reason", "toch niet"))[0] == 0
    assert (await command("show"))[1] == TEXT


async def test_with_a_mistake_nothing_changes_and_each_is_told_with_its_line(
    command: Command, tmp_path: Path
) -> None:
    file = tmp_path / "next.yaml"
    file.write_text(WRONG, encoding="utf-8")
    code, _, why = await command("activate", str(file), "--reason", "proef")
    line = WRONG[: WRONG.index("kccc")].count("\n") + 1
    assert code == 1
    assert why.startswith(f"{file}:{line}: ")
    assert (await command("show"))[1] == TEXT
    file.write_bytes(b"\xff")
    assert (await command("activate", str(file), "--reason", "proef"))[0] == 1


@pytest.mark.parametrize(
    ("name", "reason", "told"),
    [
        ("next.yaml", "x", "--reason: Dit is te kort (minstens 3).\n"),
        ("weg.yaml", "proef", "er is geen bestand met deze naam"),
        ("", "proef", "dit is een map"),
    ],
)
async def test_what_was_typed_wrong_is_told_in_dutch(
    command: Command, tmp_path: Path, name: str, reason: str, told: str
) -> None:
    (tmp_path / "next.yaml").write_text(BETTER, encoding="utf-8")
    code, _, why = await command("activate", str(tmp_path / name), "--reason", reason)
    assert (code, told in why) == (1, True), why


async def test_who_was_not_first_is_told(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "next.yaml"
    file.write_text(BETTER, encoding="utf-8")
    code, _, why = await command("activate", str(file), "--reason", "proef", "--based-on", "000000000000")
    assert (code, why) == (1, "Intussen is een andere versie actief.\n")


async def test_no_token_a_wrong_role_and_no_service_each_have_their_sentence(
    command: Command, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, why = await command("versions", who="nobody")
    assert (code, "WARMLIJN_TOKEN" in why) == (2, True)
    assert await command("versions", who="bart") == (1, "", "Dit mag u niet.\n")
    monkeypatch.setenv("WARMLIJN_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("WARMLIJN_TOKEN", "wl_x")
    assert await asyncio.to_thread(main, ["policy", "versions"]) == 1
    assert "http://127.0.0.1:9" in capsys.readouterr().err
