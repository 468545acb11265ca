"""Names and numbers at rest: sealed with a key that is not in the database, each for the one place where it stands."""

from __future__ import annotations

import hmac
import os
from binascii import Error, a2b_base64, b2a_base64
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.logs import logger

NONCE = 12
"""Bytes, new for every value: the size AES-GCM is made for. Good for 2**32 values of one key."""
ID = 8
"""Signs by which a key is named before what it sealed; nothing of the key can be read from them."""
log = logger()


class Seal:
    """Seals with the first of `keys` and opens what any of them sealed; none given: with a key made from `person`.

    `person` is the key that makes persons comparable (web.persons). What the key made from it sealed is always opened,
    so that keys of their own can be given, and changed, at any time. Keys are secrets of at least 32 bytes.
    """

    def __init__(self, person: bytes, *keys: bytes) -> None:
        self._alike = _derived(person, b"warmlijn alike")
        ring = [_derived(key, b"warmlijn names") for key in (*keys, person)]
        self._keys = {_derived(key, b"warmlijn key id")[: ID // 2].hex(): AESGCM(key) for key in ring}
        self.newest, newest = next(iter(self._keys.items()))
        self._encrypt, self._prefix = newest.encrypt, f"{self.newest}."
        self._told: set[str] = set()

    @property
    def known(self) -> tuple[str, ...]:
        """The names of the keys, the one that seals first."""
        return tuple(self._keys)

    def close(self, centre: str, ref: str, text: str) -> str:
        """`text` sealed for this place. Half a pair of surrogates, which no text can hold, becomes `?`."""
        nonce = os.urandom(NONCE)
        sealed = self._encrypt(nonce, text.encode("utf-8", "replace"), _place(centre, ref))
        return self._prefix + b2a_base64(nonce + sealed, newline=False).decode()

    def open(self, centre: str, ref: str, sealed: str) -> str | None:
        """The text; None when its key is not here, or it was not sealed for this place: then nobody knows it."""
        key, _, body = sealed.partition(".")
        try:
            raw = a2b_base64(body)
            return self._keys[key].decrypt(raw[:NONCE], raw[NONCE:], _place(centre, ref)).decode()
        except (KeyError, InvalidTag, Error, ValueError):
            if key not in self._told:
                self._told.add(key)
                log.exception("names.not_opened", centre=centre, ref=ref, key=key)
            return None

    def alike(self, centre: str, text: str) -> str:
        """The same for the same number in one centre, and nothing to be read from it; empty when it is no number."""
        if not text[1:].isdigit():
            return ""
        return hmac.digest(self._alike, f"{centre}\x00{text}".encode(), "sha256")[:16].hex()

    def rows(self, centre: str, private: Mapping[str, str]) -> list[tuple[str, str, str]]:
        """Of names and numbers (ref -> text) what is kept: `(ref, sealed, alike)`."""
        return [(ref, self.close(centre, ref, text), self.alike(centre, text)) for ref, text in private.items()]


def _place(centre: str, ref: str) -> bytes:
    """What a sealed text is bound to: moved to another row, it does not open."""
    return f"{centre}\x00{ref}".encode()


def _derived(key: bytes, purpose: bytes) -> bytes:
    """A key for one purpose: from one nothing follows about another."""
    return HKDF(SHA256(), 32, salt=None, info=purpose).derive(key)
