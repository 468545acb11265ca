"""What an address and a secret must be; each check gives the code of its sentence in `words.py`, or None."""

from __future__ import annotations

import base64
import binascii
from ipaddress import ip_address
from urllib.parse import urlsplit

SHORTEST = 16
"""Characters of a secret."""
OBVIOUS = ("secret", "changeme", "change-me", "password", "wachtwoord", "geheim", "default", "example", "12345")


def url_mistake(url: str) -> str | None:
    """What is wrong with a URL we call or are called at, or None: https, except on this machine itself."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return "url_none"
    if parts.scheme not in ("http", "https") or not host:
        return "url_scheme"
    if parts.username or parts.password:
        return "url_password"
    if parts.scheme == "http" and not is_loopback(host):
        return "url_plain"
    return None


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine itself."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def secret_mistake(secret: str) -> str | None:
    """Why a secret is too weak to start with, or None."""
    if len(secret) < SHORTEST:
        return "secret_short"
    if len(set(secret)) < 6 or any(word in secret.lower() for word in OBVIOUS):
        return "secret_obvious"
    return None


def key_mistake(key: str) -> str | None:
    """Why a key is none, or None: it must not be found by trying."""
    return None if len(key) >= 2 * SHORTEST else "key_short"


def standard_webhooks_mistake(secret: str) -> str | None:
    """Why a text is not a Standard Webhooks secret (whsec_ and 24 to 64 bytes in base64), or None."""
    body = secret.removeprefix("whsec_")
    try:
        size = len(base64.b64decode(body, validate=True))
    except (binascii.Error, ValueError):
        size = 0
    if body == secret or not 24 <= size <= 64:
        return "whsec"
    return None
