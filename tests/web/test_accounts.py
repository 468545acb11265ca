"""Accounts on the command line: a token shown once, revoked and rotated at once; every command is there."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from app.__main__ import main
from app.web import examining
from app.web.auth import User, user_of
from app.web.persons import load_key, reference

Command = Callable[..., tuple[int, str, str]]
COMMANDS = ("serve", "demo", "migrate", "check", "explain", "rehearse", "replay", "user", "pbx-test")


@pytest_asyncio.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    async with asyncpg.create_pool(database, min_size=1, max_size=1) as made:
        yield made


@pytest.fixture
def command(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Run `warmlijn` on this database; the exit code and what was said."""
    monkeypatch.setenv("DATABASE_URL", database)
    monkeypatch.setattr("app.logs.configure", lambda *_, **__: None)
    monkeypatch.setenv("WARMLIJN_CENTRE", "voorbeeldstad")
    monkeypatch.setenv("WARMLIJN_DATA_DIR", str(tmp_path / "database"))

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(arguments)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


async def said(command: Command, *arguments: str) -> tuple[int, str, str]:
    """The command has a loop of its own, so it runs in a thread."""
    return await asyncio.to_thread(command, *arguments)


def token_in(text: str) -> str:
    (token,) = [word for word in text.split() if word.startswith("wl_")]
    return token


async def test_a_token_is_shown_once_and_opens_as_its_agent(command: Command, pool: asyncpg.Pool) -> None:
    code, out, _ = await said(command, "user", "add", "b.jansen", "--role", "agent", "--agent", "bart")
    assert code == 0
    token = token_in(out)
    assert await user_of(pool, token) == User("voorbeeldstad", "b.jansen", "agent", "bart")
    code, out, _ = await said(command, "user", "list")
    assert (code, token in out) == (0, False)
    assert "b.jansen\tagent\tbart" in out
    again = await said(command, "user", "add", "b.jansen", "--role", "admin")
    assert (again[0], again[2]) == (1, "Account b.jansen bestaat al; gebruik 'rotate' voor een nieuw token.\n")


async def test_the_account_of_a_doctor_who_is_killed_opens_nothing_for_long(
    command: Command, pool: asyncpg.Pool
) -> None:
    """Nobody deletes it then; its end was written down with its beginning."""
    await said(command, "user", "add", "ada", "--role", "admin")
    async with examining.account(pool, "voorbeeldstad") as token:
        assert (user := await user_of(pool, token))
        assert user.role == "admin"
        await pool.execute("UPDATE users SET revoked_at = revoked_at - make_interval(secs => $1)", examining.LIVES)
        assert await user_of(pool, token) is None


async def test_an_account_that_ends_by_itself_can_be_ended_before(command: Command, pool: asyncpg.Pool) -> None:
    token = token_in((await said(command, "user", "add", "ada", "--role", "admin"))[1])
    await pool.execute("UPDATE users SET revoked_at = now() + interval '1 hour'")
    assert await user_of(pool, token)
    assert (await said(command, "user", "revoke", "ada"))[0] == 0
    assert await user_of(pool, token) is None


async def test_rotating_and_revoking_end_the_old_token(command: Command, pool: asyncpg.Pool) -> None:
    first = token_in((await said(command, "user", "add", "ada", "--role", "admin"))[1])
    second = token_in((await said(command, "user", "rotate", "ada"))[1])
    assert await user_of(pool, first) is None
    assert (await user_of(pool, second)) is not None
    assert (await said(command, "user", "revoke", "ada"))[0] == 0
    assert await user_of(pool, second) is None
    assert (await said(command, "user", "revoke", "niemand", "--lang", "en"))[2] == "There is no account niemand.\n"


@pytest.mark.parametrize(("arguments", "sentence"), [
    (("x", "--role", "agent"), "Bij de rol agent hoort --agent"),
    (("x", "--role", "admin", "--agent", "bart"), "--agent hoort alleen bij de rol agent"),
    (("x", "--role", "agent", "--agent", "bartt"), "(bedoelt u 'bart'?)"),
    (("Jan Jansen", "--role", "admin"), "kan geen naam zijn"),
    (("x", "--role", "admin", "--centre", "elders"), "Centrum 'elders' is er niet; er zijn: voorbeeldstad."),
])
async def test_what_cannot_be_is_said_in_a_sentence(
    command: Command, pool: asyncpg.Pool, arguments: tuple[str, ...], sentence: str
) -> None:
    code, out, err = await said(command, "user", "add", *arguments)
    assert (code, out) == (1, "")
    assert sentence in err
    assert await pool.fetchval("SELECT count(*) FROM users") == 0


async def test_replay_of_a_quiet_centre_finds_nothing(command: Command) -> None:
    code, _, _ = await said(command, "user", "list")
    assert code == 0
    assert await said(command, "replay") == (0, "voorbeeldstad: 0 gebeurtenissen opnieuw beslist, 0 verschillen.\n", "")
    assert (await said(command, "replay", "--since", "gisteren"))[0] == 1
    assert (await said(command, "replay", "--centre", "elders"))[0] == 1


async def test_migrate_says_what_it_did(command: Command) -> None:
    assert await said(command, "migrate") == (0, "De database was al bij.\n", "")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([name, "--help"])
    assert stopped.value.code == 0
    assert f"warmlijn {name}" in capsys.readouterr().out


def test_a_pbx_is_not_tried_without_a_secret(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("app.logs.configure", lambda *_, **__: None)
    monkeypatch.delenv("GENERIC_SECRET", raising=False)
    monkeypatch.delenv("GENERIC_SECRET_FILE", raising=False)
    assert main(["pbx-test", "http://127.0.0.1:1/commands"]) == 2
    assert "GENERIC_SECRET" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["migrate"], ["replay"], ["user", "list"], ["user", "list", "--lang", "en"]])
@pytest.mark.parametrize("where", ["127.0.0.1:1/", "nergens.invalid/"])
def test_a_database_that_is_not_there_is_told_without_a_trace(
    arguments: list[str], where: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("app.logs.configure", lambda *_, **__: None)
    monkeypatch.setenv("DATABASE_URL", f"postgresql://iemand:geheimzinnig@{where}")
    assert main(arguments) == 1
    told = capsys.readouterr().err
    assert "DATABASE_URL" in told
    assert "Traceback" not in told
    assert "geheimzinnig" not in told


def test_wrong_settings_are_told_without_a_trace(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("app.logs.configure", lambda *_, **__: None)
    monkeypatch.setenv("WARMLIJN_PORT", "veel")
    monkeypatch.setenv("WARMLIJN_PERSON_KEY", "kort")
    assert main(["serve"]) == 1
    told = capsys.readouterr().err
    assert "WARMLIJN_PORT" in told
    assert "WARMLIJN_PERSON_KEY" in told
    assert "kort" not in told.replace("te kort", "")


def test_the_key_of_persons_is_made_once_and_read_by_us_only(tmp_path: Path) -> None:
    path = tmp_path / "deep/person.key"
    key = load_key(path)
    assert len(key) == 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_key(path) == key
    assert list(path.parent.iterdir()) == [path]


def test_a_reference_is_the_same_however_it_is_typed_and_differs_per_centre_and_key() -> None:
    one = reference(b"a" * 32, "stad", "Klantnummer 10-02")
    assert one == reference(b"a" * 32, "stad", "klantnummer: 1002")
    others = [reference(key * 32, centre, "Klantnummer 10-02") for key, centre in ((b"b", "stad"), (b"a", "dorp"))]
    assert len({one, *others}) == 3
    assert "1002" not in one
