"""What every message between Warmlijn and a PBX has in common: the attributes of CloudEvents 1.0 and their limits.

The published description (`docs/reference/generic-api.yaml`) is made from the structs here, in events and commands.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

PREFIX = "nl.warmlijn.telephony."
CLOUD_EVENT = "application/cloudevents+json"
LARGEST = 16_384
"""Bytes of the largest body that is looked at."""

Id = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._:@-]+$")]
Urn = Annotated[str, Meta(max_length=255, pattern=r"^[uU][rR][nN]:[A-Za-z0-9][A-Za-z0-9-]{0,31}:\S+$")]
Step = Annotated[int, Meta(ge=1, le=1_000_000)]
LegId = Annotated[str, Meta(max_length=64, pattern=r"^([a-z0-9-]{1,40}\.[0-9]{1,5})?$")]
Room = Annotated[str, Meta(max_length=64)]
Short = Annotated[str, Meta(max_length=255)]
Moment = Annotated[datetime, Meta(tz=True)]


class Envelope(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="type"):
    """The attributes of CloudEvents 1.0 around every message.

    `id` equals the header `webhook-id` and stays the same when the message is sent again. `time` is when it happened.
    """

    specversion: Literal["1.0"]
    id: Id
    source: Urn
    subject: Short = ""
    time: Moment | None = None
    datacontenttype: Literal["application/json"] = "application/json"
    dataschema: Short = ""
    sequence: Short = ""
    domain: Short = ""
    traceparent: Short = ""
    tracestate: Short = ""


class Data(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Fields that are not described here are refused."""
