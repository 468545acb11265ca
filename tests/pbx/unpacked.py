"""The Asterisk that `install-asterisk` unpacked without root, and what any number of them need to run side by side."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.pbx.tones import sine

INSTALL = Path(__file__).parent / "install-asterisk"
FOLDERS = ("etc", "data", "lib", "spool", "run", "log")
TUNES = ("waiting", "hold")


@dataclass(frozen=True)
class Unpacked:
    """`command` starts it on the configuration in `etc` of its folder; `words` are its places in `asterisk.conf`."""

    command: tuple[str, ...]
    words: dict[str, str]


def unpacked(folder: Path) -> Unpacked:
    """The folders of a new one in `folder`, which may hold configuration already."""
    root = Path(subprocess.run([INSTALL], capture_output=True, text=True, check=True).stdout.strip())
    library = next((root / "usr/lib").glob("*-linux-gnu*"))
    loader = next(library.glob("ld-linux-*.so.*"))
    for name in FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    for name in ("documentation", "rest-api"):
        (folder / "data" / name).symlink_to(root / "usr/share/asterisk" / name)
    command = (str(loader), "--library-path", str(library), str(root / "usr/sbin/asterisk"), "-C")
    words = {"RUN": str(folder), "ROOT": str(root), "TRIPLET": library.name}
    return Unpacked((*command, str(folder / "etc/asterisk.conf")), words)


def tunes(sounds: Path) -> None:
    """A minute of tone for each music on hold."""
    for tune in TUNES:
        (sounds / "moh" / tune).mkdir(parents=True, exist_ok=True)
        (sounds / "moh" / tune / "tone.wav").write_bytes(sine("music", 60.0))
