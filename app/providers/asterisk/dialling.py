"""A phone is dialled, at most once; a colleague's phone on which somebody speaks is not (domain §5)."""

from __future__ import annotations

import asyncio
from urllib.parse import quote

from app.call.legs import Ringing
from app.providers.asterisk.addresses import caller_id, endpoint
from app.providers.asterisk.manner import Manner
from app.providers.asterisk.reading import DEVICE, LEG_TAG, phone
from app.providers.asterisk.rest import Rest
from app.providers.base import BARRED, Order, Refused, Uncertain

ASKED = 0.5
"""Seconds Asterisk may take to say how a phone is; then it is dialled all the same."""


async def dial(rest: Rest, manner: Manner, order: Order, do: Ringing) -> None:
    """Make the channel of `order`, which rings at `do.address`. Raises Refused or Uncertain.

    A refusal is only believed when the channel is not there (409 cannot be trusted).
    """
    if order.barred:
        raise Refused(BARRED)
    leg = order.command.leg
    asked = {
        "endpoint": endpoint(do.address, manner.phones, manner.outside),
        "app": manner.app,
        "appArgs": f"{LEG_TAG},{order.call}",
        "channelId": leg,
        "timeout": str(do.backstop),
    }
    if shown := caller_id(order.name, order.shows):
        asked["callerId"] = shown
    if order.role == "colleague" and await _in_use(rest, phone(do.address, manner.phones)):
        raise Refused("the phone is in use", cause="busy")
    answer = await rest("POST", "/channels", asked, {"variables": {"PJSIP_TRANSFER_HANDLING()": "ari-only"}})
    if not answer.done and (await rest("GET", f"/channels/{leg}")).status == 404:
        raise Refused(f"the phone cannot be dialled (status {answer.status})")


async def _in_use(rest: Rest, name: str) -> bool:
    """Whether somebody speaks on this phone; it may have call waiting, and would ring beside the conversation.

    An agent's phone is not asked about: what it says is a state of the agent, and the last one of an office is rung
    all the same. Of a phone behind a line of many, which has no name, nothing is known.
    """
    if not name:
        return False
    try:
        async with asyncio.timeout(ASKED):
            answer = await rest("GET", f"/deviceStates/{quote(name, safe='')}")
    except (Uncertain, TimeoutError):
        return False
    return answer.done and DEVICE.get(answer.body["state"]) == "busy"
