"""Refusals as RFC 9457 problem+json, for the plain doors that have no framework."""

from __future__ import annotations

import msgspec

from app.providers.base import Reply

TITLES = {
    400: "The request cannot be understood",
    403: "The signature is missing or wrong",
    404: "There is nothing here",
    405: "This method is not allowed here",
    408: "The request did not come to its end",
    413: "The request is too large",
    431: "The headers are too large",
    500: "Something is wrong with the service",
    503: "The service cannot take this now",
}


def problem(status: int, detail: str = "") -> Reply:
    """A refusal; `detail` must hold no name and no number."""
    body = {"type": "about:blank", "title": TITLES[status], "status": status}
    if detail:
        body["detail"] = detail
    return Reply(msgspec.json.encode(body), "application/problem+json", status)
