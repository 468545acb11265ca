"""Standard Webhooks signatures, both ways: a message is signed with every active secret, one that fits is enough.

Written out here because it is done for every event: the official library takes three times as long. The tests have that
library judge it.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterable, Mapping
from datetime import datetime

from app.providers.base import NotAuthentic
from app.settings import utc_now

TOLERANCE = 300
"""Seconds a message may be older or newer than our clock says."""
HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


class Signer:
    """The active secrets of one direction: one, or two while they are being changed (the new one first)."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._keys = tuple(_key(secret) for secret in secrets)

    def headers(self, message: str, body: bytes, at: datetime) -> dict[str, str]:
        """The three headers of a message with this id, sent at this aware moment; one signature per secret."""
        moment = str(int(at.timestamp()))
        signatures = (_signature(key, message, moment, body).decode() for key in self._keys)
        return dict(zip(HEADERS, (message, moment, " ".join(signatures)), strict=True))

    def verify(self, headers: Mapping[str, str], body: bytes) -> str:
        """The id of an authentic message not older or newer than five minutes. Raises NotAuthentic."""
        message, moment, signatures = map(headers.get, HEADERS, ("", "", ""))
        if reason := _wrong(message, moment, signatures):
            raise _refused(reason)
        for key in self._keys:
            expected = _signature(key, message, moment, body)
            for given in signatures.encode().split(b" "):
                if hmac.compare_digest(expected, given):
                    return message
        raise _refused("no signature fits" if self._keys else "no secret is configured")


def _key(secret: str) -> bytes:
    """The bytes in `whsec_` and base64. Raises ValueError when there are none."""
    key = base64.b64decode(secret.removeprefix("whsec_") + "==")  # more padding than needed does no harm
    if not key:
        raise ValueError("a secret of Standard Webhooks may not be empty")
    return key


def _signature(key: bytes, message: str, moment: str, body: bytes) -> bytes:
    """`v1,` and the HMAC over id, timestamp and body, as it stands in the header."""
    signed = b"%b.%b.%b" % (message.encode(), moment.encode(), body)
    return b"v1," + base64.b64encode(hmac.digest(key, signed, "sha256"))


def _wrong(message: str, moment: str, signatures: str) -> str:
    """What is wrong with these headers before anything is compared; empty when nothing is."""
    if not (message and moment and signatures):
        return f"one of {', '.join(HEADERS)} is missing"
    if not (moment.isascii() and moment.isdecimal() and len(moment) <= 12):
        return "webhook-timestamp is not a number of seconds"
    late = utc_now().timestamp() - int(moment)
    if late > TOLERANCE:
        return "the message is too old"
    return "the message is too new" if late < -TOLERANCE else ""


def _refused(reason: str) -> NotAuthentic:
    return NotAuthentic(f"{reason} (Standard Webhooks, header webhook-signature)")
