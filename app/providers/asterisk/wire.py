"""What Asterisk says on its websocket, with only the fields that are used; everything else is left out."""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec import Struct

from app.providers.base import NotUnderstood


class Party(Struct, frozen=True):
    """Name and number of somebody, as the network gave them."""

    name: str = ""
    number: str = ""


class Dialplan(Struct, frozen=True):
    """Where the channel is in the dialplan; `app_data` are the arguments of `Stasis()`."""

    app_name: str = ""
    app_data: str = ""


class Channel(Struct, frozen=True):
    """One line. `state` is `Down`, `Ring` (inbound, unanswered), `Ringing` (outbound), `Up` or `Busy`."""

    id: str
    name: str = ""
    state: str = ""
    caller: Party = Party()
    dialplan: Dialplan = Dialplan()


class Bridge(Struct, frozen=True):
    """A room and the channels in it."""

    id: str
    channels: tuple[str, ...] = ()


class Playback(Struct, frozen=True):
    """What a channel hears, one piece after the other; `state` at the end is `done` or `failed`."""

    id: str
    state: str = ""
    next_media_uri: str = ""


class Device(Struct, frozen=True):
    """A phone as the switch sees it, `PJSIP/101`."""

    name: str = ""
    state: str = ""


class Requested(Struct, frozen=True):
    """Where a phone's transfer key wants to go; `protocol_id` is the call on its other line in an attended transfer."""

    destination: str = ""
    protocol_id: str = ""


class ReferTo(Struct, frozen=True):
    """As `ChannelTransfer` tells it."""

    requested_destination: Requested = Requested()


class ReferredBy(Struct, frozen=True):
    """Who pressed the key."""

    source_channel: Channel | None = None


class Told(Struct, frozen=True):
    """Any message: an event, or the response to a request of ours."""

    type: str
    timestamp: str = ""
    application: str = ""
    args: tuple[str, ...] = ()
    channel: Channel | None = None
    peer: Channel | None = None
    forwarded: Channel | None = None
    """Where a phone sent our call on to (302): Asterisk rings there by itself."""
    bridge: Bridge | None = None
    playback: Playback | None = None
    device_state: Device | None = None
    refer_to: ReferTo = ReferTo()
    referred_by: ReferredBy = ReferredBy()
    state: str = ""
    """How far a transfer is that the phone asked for; empty when it is asked."""
    replace_channel: Channel | None = None
    dialstatus: str = ""
    digit: str = ""
    cause: int = 0
    tech_cause: int = 0
    """The SIP status behind `cause`, when there was one."""
    request_id: str = ""
    status_code: int = 0
    message_body: str = ""

    @property
    def at(self) -> datetime | None:
        """When, by Asterisk's clock; None when it does not say."""
        try:
            at = datetime.fromisoformat(self.timestamp)
        except ValueError:
            return None
        return None if at.tzinfo is None else at


_told = msgspec.json.Decoder(Told)


def understand(text: str) -> Told:
    """The message in this text. Raises NotUnderstood."""
    try:
        return _told.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise NotUnderstood(str(error)) from None
