"""Over the link Asterisk carries out requests in the order in which they were asked, unanswered or not.

Two legs that join are told all at once (decision 0013); this is what that stands on.
"""

from __future__ import annotations

import asyncio

import pytest

from app.providers.asterisk.rest import Rest
from tests.pbx.stage import Stage

pytestmark = pytest.mark.pbx


async def made_used_and_gone(rest: Rest, room: str) -> list[int]:
    """A room is made, is there (no such channel: 400), goes, and is gone (404) or going (409)."""
    whole = await asyncio.gather(
        rest("POST", f"/bridges/{room}", {"type": "mixing", "name": room}),
        rest("POST", f"/bridges/{room}/addChannel", {"channel": "nobody"}),
        rest("DELETE", f"/bridges/{room}"),
        rest("POST", f"/bridges/{room}/addChannel", {"channel": "nobody"}),
    )
    return [answer.status for answer in whole]


async def test_no_request_overtakes_another(stage: Stage) -> None:
    rest = stage.asterisk.rest()
    assert rest.in_order
    found = await asyncio.gather(*(made_used_and_gone(rest, f"order-{n}") for n in range(60)))
    assert [statuses[:3] for statuses in found] == [[200, 400, 204]] * 60
    assert {statuses[3] for statuses in found} <= {404, 409}


async def test_what_is_none_of_our_business_is_not_sent_at_all(stage: Stage) -> None:
    told = await stage.asterisk.rest()("GET", f"/applications/{stage.asterisk.settings.app}")
    assert {each["type"] for each in told.body["events_disallowed"]} == {"ChannelVarset", "ChannelConnectedLine"}
