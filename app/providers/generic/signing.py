"""Standard Webhooks signatures, both ways: a message is signed with every active secret, one that fits is enough."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from app.providers.base import NotAuthentic


class Signer:
    """The active secrets of one direction: one, or two while they are being changed (the new one first)."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._keys = tuple(Webhook(secret) for secret in secrets)

    def headers(self, message: str, body: bytes, at: datetime) -> dict[str, str]:
        """The three headers of a message with this id, sent at this aware moment; one signature per secret."""
        text = body.decode()
        return {
            "webhook-id": message,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": " ".join(key.sign(message, at.astimezone(UTC), text) for key in self._keys),
        }

    def verify(self, headers: Mapping[str, str], body: bytes) -> str:
        """The id of an authentic message not older or newer than five minutes. Raises NotAuthentic."""
        three = {name: headers.get(name, "") for name in ("webhook-id", "webhook-timestamp", "webhook-signature")}
        reason = "no secret is configured"
        for key in self._keys:
            try:
                key.verify(body, three, json_parse=False)
            except WebhookVerificationError as error:
                reason = str(error)
            except ValueError:
                reason = "the signature or the body is not well-formed"
            else:
                return three["webhook-id"]
        raise NotAuthentic(f"{reason} (Standard Webhooks, header webhook-signature)")
