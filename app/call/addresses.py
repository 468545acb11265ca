"""Where a phone is reached: `sip:` inside, `tel:` over the trunk."""

from __future__ import annotations


def outside(address: str) -> bool:
    """Whether this is a telephone number: in somebody's pocket, with a log and a voicemail that are not ours."""
    return address.startswith("tel:")
