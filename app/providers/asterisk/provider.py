"""One Asterisk of one contact centre: no webhooks, everything over the link, which one process at a time holds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from app.call.call import Call
from app.call.events import CallOffered, DeviceChanged, Event, LegEnded, PhoneTransferAsked, SayFinished
from app.call.policy import Policy
from app.logs import logger
from app.providers.asterisk.codes import Codes
from app.providers.asterisk.devices import Devices
from app.providers.asterisk.gathers import Gathers
from app.providers.asterisk.manner import Manner
from app.providers.asterisk.names import NAME, REFUSED, ROOM, TRIAL, leg_of, ours, played
from app.providers.asterisk.reading import Read, arrival
from app.providers.asterisk.rest import HttpRest, Rest
from app.providers.asterisk.sending import Sending
from app.providers.asterisk.voices import Voices
from app.providers.asterisk.wire import Told
from app.providers.base import Arrival, Hook, NotUnderstood, Order, Reply, Uncertain, Unreached
from app.settings import AsteriskSettings

WAIT = 2.5
"""Seconds an order waits for the link to come back; Asterisk tries every half second."""
MUSIC = "/asterisk/modules/res_musiconhold.so"
Tell = Callable[[Arrival], None]
log = logger()


class Asterisk:
    """Outgoing commands need the link, or `settings.url` to send them over HTTP."""

    name = NAME

    def __init__(self, centre: str, settings: AsteriskSettings) -> None:
        self.centre = centre
        self.settings = settings
        self.voices = Voices(settings.sounds, settings.sounds_seen, settings.recordings)
        password = settings.password.reveal()
        self.http = None if settings.url is None else HttpRest(settings.url, settings.user, password, settings.ca)
        self._rest: Rest | None = None
        self._linked = asyncio.Event()
        self._tell: Tell = lambda _arrival: None
        self.callers: dict[str, str] = {}
        """The channel of each caller's leg."""
        self._hung_up: dict[str, None] = {}
        self._refused: set[int] = set()
        """What was told in the log of lines that do not let us dial, since the link came up."""
        self._led_away: dict[str, None] = {}
        self._read: datetime | None = None
        """When the Asterisk began that was told to read the music."""
        self._unloaded = False
        """Its music is away because we took it."""
        self._tasks: set[asyncio.Task[object]] = set()
        self._reading: Read | None = None
        """Of the policy that was asked for last."""
        self.gathers = Gathers(centre, lambda told: self._tell(told), self._soften)
        self.devices = Devices(lambda told: self._tell(told))
        self.codes = Codes(centre, lambda told: self._tell(told))
        manner = Manner(settings.app, settings.phones, settings.outside, settings.music_waiting, settings.music_hold)
        self.sending = Sending(self.rest, self.voices, self.gathers, manner, self._nothing_said, self.spawn)

    def rest(self) -> Rest:
        """The way to Asterisk now. Raises Uncertain without one."""
        way = self._rest or self.http
        if way is None:
            raise Uncertain("the switch is not connected")
        return way

    def attach(self, rest: Rest, tell: Tell) -> None:
        """The link is up, and this process holds it."""
        self._rest, self._tell = rest, tell
        self.devices.begin()
        self._refused.clear()
        self._linked.set()

    def detach(self, rest: Rest) -> None:
        """This link is gone."""
        if self._rest is rest:
            self._rest = None
            self._linked.clear()

    async def read_music(self) -> None:
        """Let an Asterisk that was started before the music was made read it; what somebody hears now goes on.

        A class whose folder was empty is not there for it, and reading a file that did not change changes nothing:
        only loading the module again does. Raises Uncertain, also while it is away by our own hand and does not load.
        """
        rest = self.rest()
        told = await rest("GET", "/asterisk/info", {"only": "status"})
        try:
            began = datetime.strptime(told.body["status"]["startup_time"], "%Y-%m-%dT%H:%M:%S.%f%z")
        except (KeyError, TypeError, ValueError):
            return
        if (music := self.voices.music_at()) is None or music + rest.ahead < began or began == self._read:
            return
        self._unloaded = (await rest("DELETE", MUSIC)).done or self._unloaded
        loaded = await rest("POST", MUSIC)
        if loaded.done:
            self._read, self._unloaded = began, False
            return
        log.warning("asterisk.music_not_read", centre=self.centre, status=loaded.status)
        if self._unloaded:
            raise Uncertain("the music does not load again")

    @property
    def in_order(self) -> bool:
        """Over the link Asterisk carries out one request after the other; over HTTP all at once."""
        return self._rest is not None and self._rest.in_order

    @property
    def linked(self) -> bool:
        """Whether this process holds a link that is up."""
        return self._rest is not None

    async def send(self, order: Order) -> str:
        """Carry out one command. Raises Refused or Uncertain; without a link a `Dial` was certainly not done."""
        if not await self._reachable():
            if order.command.name == "Dial":
                raise Unreached("the switch is not connected")
            raise Uncertain("the switch is not connected")
        await self.sending.send(order)
        return ""

    async def look(self, order: Order) -> Event:
        """Ask about one leg. Raises Uncertain."""
        if not await self._reachable():
            raise Uncertain("the switch is not connected")
        return await self.sending.look(order)

    def heard(self, told: Told, policy: Policy) -> Arrival | None:
        """What this event says happened, if anything; keys and the ends of sentences are kept count of."""
        if told.channel is not None and told.channel.id.startswith(TRIAL):
            return None
        if told.forwarded is not None and told.peer is not None and ours(told.peer.id):
            self.spawn(self.sending.not_followed(told.forwarded.id))
            return None
        match told.type:
            case "ChannelDtmfReceived" if told.channel is not None:
                self._key(leg_of(self.centre, told.channel.id), told, policy)
            case "ChannelHangupRequest" if told.channel is not None:
                self._note(leg_of(self.centre, told.channel.id))
            case "PlaybackStarted" if told.playback is not None and self.sending.passed(told.playback.id):
                self.spawn(self.sending.stop(told.playback.id))
            case "PlaybackContinuing" if told.playback and told.playback.next_media_uri == self.voices.pause:
                return self._spoken(told.playback.id)
            case "PlaybackFinished" if told.playback is not None:
                return self._finished(told.playback.id, told.playback.state)
            case "ChannelLeftBridge" if told.bridge is not None and not told.bridge.channels:
                if ROOM.fullmatch(told.bridge.id):
                    self.spawn(self.sending.emptied(told.bridge.id))
            case _:
                if told.type == "ChannelEnteredBridge" and told.bridge is not None:
                    self.sending.entered(told.bridge.id)
                if told.type == "ChannelDestroyed" and told.tech_cause in REFUSED:
                    self._not_let(told.tech_cause)
                if told.type == "ChannelStateChange" and told.channel is not None and ours(told.channel.id):
                    self.devices.ours(told.channel)
                found = arrival(self.reading(policy), told)
                if found is not None and told.device_state is not None and isinstance(found.event, DeviceChanged):
                    return self.devices.heard(told.device_state.name, found.event, found)
                if found is not None:
                    return found if self._lives(told, found.event) else None
        return None

    def reading(self, policy: Policy) -> Read:
        """What reading this Asterisk needs to know."""
        if self._reading is None or self._reading.policy is not policy:
            self._reading = Read(self.centre, policy, self.settings.phones)
        return self._reading

    def read(self, hook: Hook, policy: Policy) -> list[Arrival]:  # noqa: ARG002 - what every platform is asked
        """Asterisk sends no webhooks."""
        raise NotUnderstood("Asterisk speaks over its link, not by webhooks")

    def asks(self, hook: Hook) -> str:  # noqa: ARG002 - as read
        """Never a question."""
        return ""

    def reply(self, hook: Hook, call: Call | None, orders: tuple[Order, ...]) -> Reply:  # noqa: ARG002 - as read
        """Never an answer."""
        return Reply(b"", "text/plain", 404)

    def degraded(self, hook: Hook) -> Reply:  # noqa: ARG002 - as read
        """The dialplan has its own way to the KCC."""
        return Reply(b"", "text/plain", 404)

    async def lead_away(self, channel: str, step: int = 0) -> None:
        """Give a caller back to the dialplan, which rings the KCC. Raises Uncertain.

        What they hear is stopped first, or they would go when it is over; `step` is where the leg is, for who never
        told it anything.
        """
        self._led_away[channel] = None
        await self.sending.cease(leg_of(self.centre, channel), step)
        await self.rest()(
            "POST", f"/channels/{channel}/continue", {"extension": self.settings.fallback, "priority": "1"}
        )

    async def close(self) -> None:
        """Let connections go."""
        for task in self._tasks:
            task.cancel()
        if self.http is not None:
            await self.http.close()

    async def _reachable(self) -> bool:
        if self._rest is None and self.http is None:
            try:
                async with asyncio.timeout(WAIT):
                    await self._linked.wait()
            except TimeoutError:
                return False
        return True

    def _key(self, leg: str, told: Told, policy: Policy) -> None:
        """A key is the answer to a question; in a conversation it may be part of a code."""
        if self.gathers.hears(leg) or leg in self.callers:
            self.gathers.pressed(leg, told.digit, policy)
        else:
            self.codes.pressed(leg, told.digit, told.timestamp, policy)

    def _spoken(self, playback: str) -> Arrival | None:
        """The sentences of a step ended by themselves, and the pause after them began."""
        found = played(playback)
        if found is None or playback in self.sending.stopped or self.gathers.spoken(*found):
            return None
        return self._said(*found)

    def _finished(self, playback: str, state: str) -> Arrival | None:
        """It is all over, even the music; what was broken off or cut by a hang-up says nothing."""
        if playback in self.sending.stopped:
            del self.sending.stopped[playback]
            return None
        found = played(playback)
        return None if found is None or (state == "failed" and found[0] in self._hung_up) else self._spoken(playback)

    def _said(self, leg: str, step: int) -> Arrival:
        event = SayFinished(leg.rpartition(".")[0], leg, step)
        return Arrival(centre=self.centre, key=f"{leg}:{step}:said", event=event, provider=NAME)

    def _nothing_said(self, leg: str, step: int) -> bool:
        """Sentences without a word have been said; False where nobody is told: then a moment of silence is played."""
        if self.linked:
            self._tell(self._said(leg, step))
        return self.linked

    def _lives(self, told: Told, event: Event) -> bool:
        """Remember what lives; False for the end of a caller whom the dialplan took: that was the end for us."""
        if isinstance(event, LegEnded):
            self.sending.forget(event.leg)
            self.devices.over(event.leg)
            self.codes.end(event.leg)
            self._hung_up.pop(event.leg, None)
            channel = self.callers.pop(event.leg, "")
            if channel in self._led_away:
                del self._led_away[channel]
                return False
        elif isinstance(event, PhoneTransferAsked):
            self.spawn(self.sending.transferred(event.leg))
        elif isinstance(event, CallOffered) and told.channel is not None:
            self.callers[event.leg] = told.channel.id
            self.sending.met(event.leg)
        return True

    def _not_let(self, status: int) -> None:
        """Once: the password or the address of a trunk is wrong, and each call through it fails so."""
        if status not in self._refused:
            self._refused.add(status)
            log.warning("asterisk.dial_refused", centre=self.centre, status=status)

    def _note(self, leg: str) -> None:
        self._hung_up[leg] = None
        if len(self._hung_up) > 10_000:
            del self._hung_up[next(iter(self._hung_up))]

    def _soften(self, leg: str, step: int) -> None:
        """The first of several keys came: music instead of sentences, and nobody waits for that."""
        self.spawn(self.sending.soften(leg, step, self.callers.get(leg, leg)))

    def spawn(self, what: object) -> None:
        """Do this beside everything else; that it fails harms nothing."""
        task: asyncio.Task[object] = asyncio.ensure_future(what)  # type: ignore[call-overload]
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()
