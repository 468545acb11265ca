"""A Twilio-compatible platform of a test municipality, and webhooks signed as it signs them."""

from __future__ import annotations

from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from app.providers.base import Hook
from app.providers.twilio import Twilio
from app.settings import Secret, TwilioSettings
from tests.core.policies import policy

TOKEN = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
ACCOUNT = "AC00000000000000000000000000000001"
PUBLIC = "https://kcc.voorbeeldstad.example"
FORM = "application/x-www-form-urlencoded"
POLICY = policy()


def platform(
    centre: str = "stad",
    tokens: tuple[str, ...] = (TOKEN,),
    public: str = PUBLIC,
    api: str = "https://api.twilio.com",
    shows: str | None = "+31123456789",
    kcc: str | None = "+31123456700",
) -> Twilio:
    """The provider of one centre."""
    settings = TwilioSettings(ACCOUNT, tuple(Secret(token) for token in tokens), api, shows)
    return Twilio(centre, settings, public, POLICY, kcc)


def signed(path: str, fields: dict[str, str], *, token: str = TOKEN, centre: str = "stad", at: str = PUBLIC) -> Hook:
    """A webhook as the platform signs it; `path` may hold a query."""
    return wire(path, urlencode(fields), fields, token=token, centre=centre, at=at)


def wire(
    path: str,
    body: str,
    params: object,
    *,
    token: str = TOKEN,
    centre: str = "stad",
    at: str = PUBLIC,
    kind: str = FORM,
) -> Hook:
    """The same with the body as it goes over the wire; `params` is what the platform signs of it."""
    signature = RequestValidator(token).compute_signature(f"{at}/hooks/{centre}/twilio/{path}", params)
    bare, _, query = path.partition("?")
    headers = {"content-type": kind, "x-twilio-signature": signature}
    raw = f"/hooks/{centre}/twilio/{bare}".encode()
    return Hook(centre, "POST", bare, query.encode(), headers, body.encode(), raw)
