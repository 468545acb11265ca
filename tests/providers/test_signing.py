"""Our signatures are those of Standard Webhooks: the official library takes what we sign, and we take what it takes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from app.providers.base import NotAuthentic
from app.providers.generic.signing import Signer
from tests.providers.pbx_side import OTHER, SECRET

IDS = st.text(st.characters(codec="ascii", categories=("L", "N", "P")), min_size=1, max_size=64)
BODIES = st.text(st.characters(codec="utf-8"), max_size=200).map(str.encode)


def theirs(headers: dict[str, str], body: bytes) -> bool:
    """What the library says."""
    try:
        Webhook(SECRET).verify(body, headers, json_parse=False)
    except (WebhookVerificationError, ValueError):
        return False
    return True


def ours(headers: dict[str, str], body: bytes) -> bool:
    """What we say."""
    try:
        return Signer([SECRET]).verify(headers, body) == headers["webhook-id"]
    except NotAuthentic:
        return False


@given(IDS, BODIES, st.sampled_from([0, 290, -290, 310, -310, 86_400]))
def test_the_library_takes_what_we_sign_and_when_we_do(message: str, body: bytes, late: int) -> None:
    signed = Signer([OTHER, SECRET]).headers(message, body, datetime.now(UTC) - timedelta(seconds=late))
    assert ours(signed, body) == theirs(signed, body) == (abs(late) < 300)


@given(IDS, BODIES)
def test_we_take_what_the_library_signs(message: str, body: bytes) -> None:
    now = datetime.now(UTC)
    signature = Webhook(SECRET).sign(message, now, body.decode())
    signed = {"webhook-id": message, "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": signature}
    assert ours(signed, body)
    assert ours(signed | {"webhook-signature": f"v1a,x {signature}"}, body)


@given(IDS, BODIES, st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature", "body"]), st.integers(0))
def test_neither_takes_what_was_changed_on_the_way(message: str, body: bytes, part: str, place: int) -> None:
    signed = Signer([SECRET]).headers(message, body, datetime.now(UTC))
    if part == "body":
        body += b"\n"
    elif part == "webhook-signature":  # one sign of the signature itself; its last holds bits that nobody reads
        at = 3 + place % 42
        old = signed[part]
        signed[part] = f"{old[:at]}{'A' if old[at] != 'A' else 'B'}{old[at + 1 :]}"
    else:
        signed[part] = f"1{signed[part]}" if part == "webhook-id" else str(int(signed[part]) - 1)
    assert not ours(signed, body)
    assert not theirs(signed, body)


def test_a_secret_may_not_be_empty() -> None:
    with pytest.raises(ValueError, match="may not be empty"):
        Signer(["whsec_"])
