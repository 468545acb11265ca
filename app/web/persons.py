"""A person is known by a keyed hash of what identifies them: it can be compared, never read (reliability §4.1)."""

from __future__ import annotations

import base64
import contextlib
import hmac
import os
import secrets
import unicodedata
from hashlib import sha256
from pathlib import Path

from app.settings import Mistake, Settings, SettingsError, problem

SIZE = 32


def reference(key: bytes, centre: str, identity: str) -> str:
    """`p-` and 26 signs, the same for the same person of one centre however it is written."""
    plain = unicodedata.normalize("NFKD", identity).casefold()
    bare = "".join(sign for sign in plain if sign.isalnum())
    digest = hmac.digest(key, f"{centre}\x00{bare}".encode(), "sha256")
    return "p-" + base64.b32encode(digest[:16]).decode().lower().rstrip("=")


def key_of(settings: Settings) -> bytes:
    """The key of these settings: the one that was given, else the one beside the data. Raises SettingsError."""
    if settings.person_key is not None:
        return sha256(settings.person_key.reveal().encode()).digest()
    path = place(settings)
    try:
        return load_key(path)
    except (OSError, ValueError) as error:
        values = {"name": "WARMLIJN_PERSON_KEY", "path": path, "problem": problem(error)}
        raise SettingsError([Mistake("person_key", values)]) from error


def place(settings: Settings) -> Path:
    """Where the key is kept when none was given."""
    return settings.data_dir.parent / "person.key"


def load_key(path: Path) -> bytes:
    """The key in this file, made at the first start; only we can read it. All processes of a service need the same.

    Raises OSError, or ValueError when the file holds something else.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        made = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_hex(SIZE) + "\n")
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(made)      # whole or not at all: another process may be reading it
        made.unlink()
    key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    if len(key) < SIZE:
        raise ValueError(f"{path.name} does not hold a key")
    return key
