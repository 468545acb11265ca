"""The migration runner: in order, once, whoever starts; refuses what was edited, skipped or is too new."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from app.store.migrations import MigrationError, migrate, pending, read


def folder_with(path: Path, **files: str) -> Path:
    for name, text in files.items():
        (path / f"{name.removeprefix('m')}.sql").write_text(text, encoding="utf-8")
    return path


async def rows(url: str, query: str) -> list[tuple[object, ...]]:
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(query)]
    finally:
        await connection.close()


async def test_applies_in_order_and_only_once(empty_database: str, tmp_path: Path) -> None:
    folder = folder_with(tmp_path, m0001_a="CREATE TABLE a (n int)", m0002_b="INSERT INTO a VALUES (1)")
    assert await migrate(empty_database, folder) == ("0001_a", "0002_b")
    assert await migrate(empty_database, folder) == ()
    assert await rows(empty_database, "SELECT n FROM a") == [(1,)]


async def test_simultaneous_starters_apply_each_file_once(empty_database: str, tmp_path: Path) -> None:
    slow = "CREATE TABLE a (n int); SELECT pg_sleep(0.2)"
    folder = folder_with(tmp_path, m0001_a=slow, m0002_b="INSERT INTO a VALUES (1)")
    results = await asyncio.gather(*(migrate(empty_database, folder) for _ in range(4)))
    assert sorted(results) == [(), (), (), ("0001_a", "0002_b")]
    assert await rows(empty_database, "SELECT n FROM a") == [(1,)]


async def test_refuses_a_file_edited_after_it_was_applied(empty_database: str, tmp_path: Path) -> None:
    folder = folder_with(tmp_path, m0001_a="CREATE TABLE a (n int)")
    await migrate(empty_database, folder)
    folder_with(tmp_path, m0001_a="CREATE TABLE a (n bigint)")
    with pytest.raises(MigrationError, match="Changed after it was applied: 0001"):
        await migrate(empty_database, folder)


async def test_refuses_a_database_newer_than_the_program(empty_database: str, tmp_path: Path) -> None:
    folder = folder_with(tmp_path, m0001_a="SELECT 1", m0002_b="SELECT 1")
    await migrate(empty_database, folder)
    (folder / "0002_b.sql").unlink()
    with pytest.raises(MigrationError, match="newer than this program: it has had 0002"):
        await migrate(empty_database, folder)


async def test_refuses_a_number_lower_than_what_was_applied(empty_database: str, tmp_path: Path) -> None:
    await migrate(empty_database, folder_with(tmp_path, m0002_b="SELECT 1"))
    with pytest.raises(MigrationError, match="already past 0001"):
        await migrate(empty_database, folder_with(tmp_path, m0001_a="SELECT 1"))


async def test_a_failing_file_leaves_nothing_behind_and_the_ones_before_it_stand(
    empty_database: str, tmp_path: Path
) -> None:
    folder = folder_with(tmp_path, m0001_a="CREATE TABLE a (n int)", m0002_b="CREATE TABLE b (n int); SELECT 1/0")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(empty_database, folder)
    assert await rows(empty_database, "SELECT to_regclass('a')::text, to_regclass('b')::text") == [("a", None)]
    folder_with(tmp_path, m0002_b="CREATE TABLE b (n int)")
    assert await migrate(empty_database, folder) == ("0002_b",)


@pytest.mark.parametrize("name", ["1_a.sql", "0001-a.sql", "0001_A.sql", "0001_a b.sql"])
def test_refuses_a_bad_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("SELECT 1", encoding="utf-8")
    with pytest.raises(MigrationError, match="not the name of a migration"):
        read(tmp_path)


def test_refuses_one_number_twice(tmp_path: Path) -> None:
    with pytest.raises(MigrationError, match="Two migrations are numbered 0001"):
        read(folder_with(tmp_path, m0001_a="SELECT 1", m0001_b="SELECT 1"))


async def test_tells_what_is_pending(empty_database: str, tmp_path: Path) -> None:
    folder = folder_with(tmp_path, m0001_a="SELECT 1")
    connection = await asyncpg.connect(empty_database)
    try:
        assert await pending(connection, folder) == ("0001_a",)
        await migrate(empty_database, folder)
        assert await pending(connection, folder) == ()
    finally:
        await connection.close()


async def test_the_migrations_of_this_program_apply_to_an_empty_database(empty_database: str) -> None:
    applied = await migrate(empty_database)
    assert applied == tuple(f"{file.version:04}_{file.name}" for file in read())
