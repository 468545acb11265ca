"""After each connection: what the switch has against what we think it has. Channels without our tag are left alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import quote

import asyncpg
import msgspec

from app.call.call import Degraded, Ended
from app.call.commands import present as now
from app.call.events import DeviceChanged, LegEnded, LegRinging, LegSeen, SayFinished, SwitchEvent
from app.call.legs import Gather, InRoom, Leg, Prompt, refs
from app.engine.orders import order
from app.engine.policies import Policies
from app.logs import logger
from app.providers.asterisk import Asterisk
from app.providers.asterisk.names import NAME, ROOM, leg_of, ours, playback
from app.providers.asterisk.reading import DEVICE, INBOUND, offered
from app.providers.asterisk.wire import Channel
from app.providers.base import Arrival, Refused, Uncertain
from app.store import present
from app.store.living import Living, living
from app.store.sealing import Seal

AT_ONCE = 8
"""Phones asked about at once: orders of calls go over the same link."""
log = logger()


class Comparison:
    """`tell` takes what was found to the engine."""

    def __init__(
        self,
        policies: Policies,
        pool: asyncpg.Pool,
        seal: Seal,
        asterisk: Asterisk,
        tell: Callable[[Arrival], None],
        clock: Callable[[], datetime],
    ) -> None:
        self._policies = policies
        self._pool = pool
        self._seal = seal
        self._asterisk = asterisk
        self._tell = tell
        self._clock = clock

    async def compare(self) -> None:
        """Our state is read first: what is in it and not at the switch afterwards is really gone.

        Raises Uncertain, or what goes wrong with the database.
        """
        calls = await living(self._pool, self._asterisk.centre, NAME)
        channels, rooms = await self._switch()
        known: set[str] = set()
        for each in calls:
            for leg in each.call.legs:
                channel = each.lines.get(leg.id, leg.id)
                known.add(channel)
                await self._leg(each, leg, channels.get(channel), rooms)
        for stranger in (channel for name, channel in channels.items() if name not in known):
            await self._stranger(stranger)
        for room, inside in rooms.items():
            if not inside and ROOM.fullmatch(room):
                await self._asterisk.rest()("DELETE", f"/bridges/{room}")
        log.info("asterisk.compared", centre=self._asterisk.centre, calls=len(calls), channels=len(channels))

    async def _switch(self) -> tuple[dict[str, Channel], dict[str, tuple[str, ...]]]:
        """The channels in our application, and all rooms with who is in them."""
        rest = self._asterisk.rest()
        app = await rest("GET", f"/applications/{self._asterisk.settings.app}")
        every = await rest("GET", "/channels")
        bridges = await rest("GET", "/bridges")
        if not (app.done and every.done and bridges.done):
            raise Uncertain("the switch does not say what it has")
        in_app = set(app.body.get("channel_ids", ()))
        channels = {c["id"]: _channel(c) for c in every.body if c["id"] in in_app}
        return channels, {b["id"]: tuple(b.get("channels", ())) for b in bridges.body}

    async def phones(self) -> None:
        """How the agents' phones are by now; no call waits for it, so it is asked beside all else.

        An Asterisk that cannot say so is believed to have told all; a phone it is silent about is asked at the next
        link. Raises what goes wrong with the database.
        """
        centre, read = self._asterisk.centre, self._asterisk.reading(self._policies.active(self._asterisk.centre))
        known = await present.agents(self._pool, centre)
        several = asyncio.Semaphore(AT_ONCE)

        async def ask(agent: str, name: str) -> None:
            async with several:
                answer = await self._asterisk.rest()("GET", f"/deviceStates/{quote(name, safe='')}")
            state = DEVICE.get(answer.body["state"]) if answer.done else None
            had = known[agent].device if agent in known else "idle"
            self._asterisk.devices.knows(agent, state or had)
            if state is not None and state != had:
                key = f"{agent}:device:{state}:{self._clock().timestamp()}"
                self._tell(Arrival(centre=centre, key=key, event=DeviceChanged(agent, state), provider=NAME))

        asked = [ask(agent, name) for name, agent in read.devices.items()]
        ended = await asyncio.gather(*asked, return_exceptions=True)
        if failed := [each for each in ended if each is not None]:
            log.warning("asterisk.phones_not_told", centre=centre, phones=len(failed), exc_info=failed[0])

    async def _leg(self, each: Living, leg: Leg, channel: Channel | None, rooms: dict[str, tuple[str, ...]]) -> None:
        call = each.call
        if channel is None:
            if leg.state != "dialling" or not leg.live:  # a leg that is dialled just now is not there yet
                self._found(leg, "ended", LegEnded(call.id, leg.id, "lost"))
            return
        if leg.role == "caller":
            self._asterisk.callers[leg.id] = channel.id
        if isinstance(call.phase, Ended | Degraded) or not leg.live:
            await self._asterisk.rest()("DELETE", f"/channels/{channel.id}")
            return
        room = next((room for room, inside in rooms.items() if channel.id in inside), "")
        up = channel.state == "Up"
        if isinstance(leg.doing, Prompt | Gather) and (up or leg.role == "caller"):
            await self._sounding(each, leg)
        elif up and (leg.state != "up" or (isinstance(leg.doing, InRoom) and leg.joined != leg.doing.room)):
            self._found(leg, f"seen:{self._clock().timestamp()}", LegSeen(call.id, leg.id, "up", room))
        elif channel.state == "Ringing" and leg.rang_at is None:
            self._found(leg, "ringing", LegRinging(call.id, leg.id))

    async def _sounding(self, each: Living, leg: Leg) -> None:
        """Sentences that still sound go on; those after which only music sounds are told; a gather is asked again."""
        call = each.call
        found = await self._asterisk.rest()("GET", f"/playbacks/{playback(leg.id, leg.step)}")
        after = found.done and self._asterisk.voices.is_after(found.body.get("media_uri", ""))
        if after and isinstance(leg.doing, Gather):
            await self._asterisk.sending.cease(leg.id, leg.step)
        sounds = found.done and not after
        if isinstance(leg.doing, Gather):
            if sounds:
                self._asterisk.gathers.begin(leg.id, leg.step, leg.doing)
            else:
                await self._again(each, leg)
        elif not sounds:
            self._found(leg, f"{leg.step}:said", SayFinished(call.id, leg.id, leg.step))

    async def _again(self, each: Living, leg: Leg) -> None:
        self._asterisk.gathers.end(leg.id)
        names = await present.names(self._pool, self._seal, each.call.centre, refs(leg.doing))
        policy = await self._policies.load(each.call.centre, each.call.policy)
        try:
            await self._asterisk.send(order(each.call, now(leg), each.lines, names, policy))
        except Refused:
            return  # gone meanwhile, which is told

    async def _stranger(self, channel: Channel) -> None:
        """In our application, but not in a call that lives: hung up when it is of an old one, else a new call."""
        leg = leg_of(self._asterisk.centre, channel.id)
        call = await present.call(self._pool, self._asterisk.centre, leg.rpartition(".")[0])
        if call is not None and call.leg(leg) is not None:
            return  # came meanwhile
        number = _number(channel)
        if call is None and not ours(channel.id) and number:
            policy = self._policies.active(self._asterisk.centre)
            self._tell(offered(self._asterisk.reading(policy), channel, number))
        elif call is not None and isinstance(call.phase, Degraded) and leg.endswith(".1"):
            await self._asterisk.lead_away(channel.id, call.legs[0].step)
        elif call is not None or ours(channel.id):
            await self._asterisk.rest()("DELETE", f"/channels/{channel.id}")

    def _found(self, leg: Leg, kind: str, event: SwitchEvent) -> None:
        self._tell(Arrival(centre=self._asterisk.centre, key=f"{leg.id}:{kind}", event=event, provider=NAME))


def _number(channel: Channel) -> str:
    """What was dialled, when the channel has our tag: `Stasis(app,inbound,NUMBER)`."""
    data = channel.dialplan.app_data.split(",")
    tagged = channel.dialplan.app_name == "Stasis" and len(data) > 2 and data[1] == INBOUND
    return data[2] if tagged else ""


def _channel(raw: dict[str, Any]) -> Channel:
    return msgspec.convert(raw, Channel)
