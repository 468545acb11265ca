"""What a PBX does to speak with the generic provider: messages, signatures, hooks."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from app.providers.base import Hook
from app.providers.generic.signing import Signer

SECRET = "whsec_" + "b1Q3Zk5xT3RqM2w4VXo2R2VwVjlLd1NhYzJtWWRIaFI="
OTHER = "whsec_" + "Q2hyb25vbWV0ZXIgbWV0IGVlbiBzbGVjaHQga2FyYWs="
SOURCE = "urn:nld:oin:00000001823288444000:systeem:pbx-1"
LEG = "abcdefghijklmnopqrst.2"
numbers = count(1)


def message(kind: str, data: Any, **attributes: Any) -> dict[str, Any]:
    """One CloudEvent of this kind (`leg.ringing`), any attribute replaced or added; None leaves it out."""
    made = {
        "specversion": "1.0",
        "id": f"m-{next(numbers)}",
        "source": SOURCE,
        "type": f"nl.warmlijn.telephony.{kind}.v1",
        "time": "2026-11-23T10:00:01.120Z",
        "data": data,
    } | attributes
    return {name: value for name, value in made.items() if value is not None}


def hook(
    sent: dict[str, Any] | bytes, *secrets: str, late: float = 0.0, headers: Mapping[str, str] | None = None
) -> Hook:
    """The message as it comes in, signed `late` seconds ago with these secrets; `headers` replace what is signed."""
    body = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
    identity = str(sent["id"]) if isinstance(sent, dict) else "m-raw"
    at = datetime.now(UTC) - timedelta(seconds=late)
    signed = Signer(secrets or (SECRET,)).headers(identity, body if body.isascii() else b"", at)
    return Hook("gemeente", "POST", "events", b"", {**signed, **(headers or {})}, body)
