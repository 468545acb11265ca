"""The embedded PostgreSQL: started when no DATABASE_URL is given, shared by our processes, restarted when it falls.

One lock decides everything: the descriptor on `server.lock` is inherited by every process of the server, so whoever
gets the lock knows that no server is alive, whatever a stale pid file says. No process is signalled before its command
line is checked, and then only through a handle that cannot come to mean another process.
"""

import asyncio
import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import urlencode

import asyncpg

from app.logs import logger
from app.store import embedded_files as files
from app.store.embedded_files import ROLE, EmbeddedError, Layout, Runner

START_SECONDS = 300.0  # crash recovery of a busy night may take minutes
STOP_SECONDS = 10.0
LOOK_AGAIN = 0.02
log = logger()


async def start(data_dir: Path) -> "Embedded":
    """Start the server of `data_dir`, or share it when it runs already.

    Call it from the main thread: the server stops when the thread that started it ends. Raises EmbeddedError.
    """
    server = Embedded(*files.prepare(data_dir))
    await server.open()
    return server


class Embedded:
    """A running server: `url` for asyncpg, `stop()` to let go of it. It is brought back when it dies."""

    def __init__(self, layout: Layout, runner: Runner) -> None:
        self.layout = layout
        self.runner = runner
        self.socket = files.socket_directory(layout)
        self.url = url_of(self.socket, ROLE)
        self.pid = 0
        self._users = -1
        self._child: subprocess.Popen[bytes] | None = None
        self._handle = -1
        self._keeper: asyncio.Task[None] | None = None

    @property
    def shared(self) -> bool:
        """Whether another process of ours started the server."""
        return self._child is None

    async def open(self) -> None:
        """Make the server run and keep it running."""
        self._users = self._open_lock(self.layout.users)
        try:
            fcntl.flock(self._users, fcntl.LOCK_SH)
            await self._run()
        except BaseException:
            os.close(self._users)
            raise
        self._keeper = asyncio.create_task(self._keep(), name="embedded-postgresql")

    async def stop(self) -> None:
        """Let go: stops the server when we started it or when we are its last user."""
        if self._keeper is None:
            return
        self._keeper.cancel()
        await asyncio.gather(self._keeper, return_exceptions=True)
        self._keeper = None
        try:
            if self._child is not None or _try_lock(self._users):
                await self._halt()
        finally:
            self._forget()
            os.close(self._users)

    async def _run(self) -> None:
        """Start or join; returns when the server takes connections."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            lock = self._open_lock(self.layout.lock)
            try:
                if _try_lock(lock):
                    self._spawn(lock)
            finally:
                os.close(lock)  # the server keeps the copy it inherited
            if await self._answers():
                break
            self._check_child()
            if time.monotonic() > deadline:
                raise EmbeddedError(f"The database did not start in {START_SECONDS:.0f} s; see {self.layout.log}.")
            await asyncio.sleep(LOOK_AGAIN)
        log.info("database.started", pid=self.pid, shared=self.shared)

    def _spawn(self, lock: int) -> None:
        """Nobody's server is alive: clear what a killed one left, and start ours."""
        self._forget()
        binaries = files.reachable(files.packaged(), self.layout, self.runner)
        if not self.layout.cluster.exists():
            self._create_cluster(binaries, lock)
        for stale in (self.layout.cluster / "postmaster.pid", self.layout.home / f"{files.SOCKET_NAME}.lock"):
            stale.unlink(missing_ok=True)
        files.write_access_rules(self.layout, self.runner)
        command = [str(binaries / "postgres"), "-D", str(self.layout.cluster)]
        for name, value in files.server_settings(self.socket).items():
            command += ["-c", f"{name}={value}"]
        self._child = self._launch(command, lock, death=signal.SIGINT)  # SIGINT: PostgreSQL's fast stop
        self.pid = self._child.pid
        self._handle = os.pidfd_open(self.pid)

    def _create_cluster(self, binaries: Path, lock: int) -> None:
        """Run initdb beside the final place, then rename: a cluster exists whole or not at all."""
        fresh = self.layout.home / "pgdata.new"
        shutil.rmtree(fresh, ignore_errors=True)
        command = [str(binaries / "initdb"), "-D", str(fresh), "-U", ROLE, "--auth=peer", "--encoding=UTF8"]
        command += ["--wal-segsize=1"]  # MB: whoever commits into a new file waits until it is filled with zeros
        command += ["-c", "min_wal_size=256MB", "-c", "max_wal_size=1GB"]  # reckoned by the size of one file, else
        command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"]
        if self._launch(command, lock, death=signal.SIGKILL).wait() != 0:
            raise EmbeddedError(f"The database could not be created: {self._last_words()}")
        fresh.rename(self.layout.cluster)

    def _launch(self, command: list[str], lock: int, death: signal.Signals) -> subprocess.Popen[bytes]:
        """Run as the server's user, ended by `death` when we end, in a session of its own so that Ctrl-C spares it."""
        step_down = [shutil.which("setpriv") or "/usr/bin/setpriv", "--no-new-privs", "--pdeathsig", death.name[3:]]
        if self.runner.steps_down:
            step_down += ["--reuid", str(self.runner.uid), "--regid", str(self.runner.gid), "--clear-groups"]
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        output = os.open(self.layout.log, flags, 0o600)
        try:
            return subprocess.Popen(  # noqa: S603  (our own binaries, no shell, no outside input)
                [*step_down, "--", *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                start_new_session=True,
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
                pass_fds=(lock,),
                umask=0o077,
            )
        except FileNotFoundError as error:
            raise EmbeddedError("The command setpriv (package util-linux) is missing; or set DATABASE_URL.") from error
        finally:
            os.close(output)

    async def _answers(self) -> bool:
        """Whether the server takes connections, and has our database."""
        if self._child is None and not self._find():
            return False
        try:
            connection = await asyncpg.connect(url_of(self.socket, "postgres"), timeout=5)
        except asyncpg.InvalidAuthorizationSpecificationError as error:
            raise EmbeddedError(f"The database in {self.layout.home} was started by another user.") from error
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False
        try:
            if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", ROLE):
                with contextlib.suppress(asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError):
                    await connection.execute(f"CREATE DATABASE {ROLE}")
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False
        finally:
            connection.terminate()
        return True

    def _find(self) -> bool:
        """Take hold of the server another process started, if its pid file and its command line agree."""
        try:
            pid = int((self.layout.cluster / "postmaster.pid").read_text(encoding="ascii").split("\n", 1)[0])
            handle = os.pidfd_open(pid)
        except (OSError, ValueError):
            return False
        if not is_server(pid, self.layout.cluster):
            os.close(handle)
            return False
        self._forget()
        self.pid, self._handle = pid, handle
        return True

    def _check_child(self) -> None:
        if self._child is not None and self._child.poll() is not None:
            raise EmbeddedError(f"The database stopped while starting: {self._last_words()}")

    def _last_words(self) -> str:
        lines = self.layout.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return lines[-1] if lines else f"it said nothing; see {self.layout.log}."

    async def _keep(self) -> None:
        """Bring the server back whenever it ends."""
        while True:
            await self._ended()
            log.warning("database.lost", pid=self.pid)
            self._forget()
            pause = 0.1
            while True:
                try:
                    await self._run()
                    break
                except (EmbeddedError, OSError, asyncpg.PostgresError):
                    log.exception("database.not_restarted")
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, 5.0)

    async def _ended(self) -> None:
        """Wait until the process we hold has ended, and reap it when it is our child."""
        loop = asyncio.get_running_loop()
        gone: asyncio.Future[None] = loop.create_future()
        handle = self._handle
        loop.add_reader(handle, gone.set_result, None)
        try:
            await gone
        finally:
            loop.remove_reader(handle)
        if self._child is not None:
            self._child.wait()

    async def _halt(self) -> None:
        """Fast stop; when that does not help, immediate stop; then the end."""
        for sign, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
            if self._child is None and not is_server(self.pid, self.layout.cluster):
                return
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, sign)
                signal.pidfd_send_signal(self._handle, signal.SIGCONT)  # a frozen server hears nothing else
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ended(), seconds)
                return

    def _open_lock(self, path: Path) -> int:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        if self.runner.steps_down:
            os.fchown(descriptor, self.runner.uid, self.runner.gid)
        return descriptor

    def _forget(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
        if self._child is not None:
            self._child.poll()
        self._child, self._handle, self.pid = None, -1, 0


def url_of(socket: Path, database: str) -> str:
    """The address of `database` on the server whose socket is in `socket`, for asyncpg and libpq alike."""
    return f"postgresql://{ROLE}@/{database}?{urlencode({'host': str(socket)})}"


def is_server(pid: int, cluster: Path) -> bool:
    """Whether process `pid` is the PostgreSQL server of `cluster`, by its command line; a zombie has none."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return words[0].endswith(b"/postgres") and os.fsencode(cluster) in words


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
