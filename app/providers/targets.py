"""Whom the transfer key of a phone means: a colleague, a number that may not be dialled, or nobody we know."""

from __future__ import annotations

from typing import Literal

from app.call.policy import Policy
from app.callbacks.gate import may_dial
from app.providers.numbers import judge, normal, own

Wrong = Literal["", "unknown", "forbidden"]


def user_of(uri: str) -> str:
    """`sip:101@pbx` -> `101`; empty for what is no SIP address."""
    return uri[4:].partition("@")[0].partition(";")[0] if uri.startswith("sip:") else ""


def target(wanted: str, policy: Policy) -> tuple[str, Wrong]:
    """The colleague with this address, extension or number; else why there is none. Nothing wanted is nothing wrong."""
    if not wanted:
        return "", ""
    user = user_of(wanted) or wanted
    number = normal(user)
    for colleague in policy.colleagues.values():
        for address in colleague.addresses:
            if address.uri == wanted or user_of(address.uri) == user or (number and address.uri == f"tel:{number}"):
                return colleague.id, ""
    judged = judge(user, own(policy))
    allowed = policy.callbacks
    unheard = judged.kind in ("withheld", "invalid")
    if unheard or may_dial(judged.kind, judged.country, allowed.numbers, allowed.countries):
        return "", "unknown"
    return "", "forbidden"
