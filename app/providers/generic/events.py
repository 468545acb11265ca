"""What a PBX tells Warmlijn: one struct per type of event."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from msgspec import Meta

from app.call.call import Cause
from app.providers.generic.envelope import PREFIX, Data, Envelope, Id, LegId, Room, Short, Step


class OfferedData(Data, frozen=True, kw_only=True):
    """`call` is the PBX's own reference, never used for another call; `number` is empty when it is not known."""

    call: Annotated[str, Meta(min_length=1, max_length=128)]
    dialled: Annotated[str, Meta(min_length=1, max_length=32)]
    number: Annotated[str, Meta(max_length=64)] = ""
    withheld: bool = False
    """The caller asked to stay anonymous (`Privacy: id`); the number is then neither shown nor stored."""
    name: Short = ""
    """The display name, when the network vouches for it; without a number it is not kept."""


class LegData(Data, frozen=True, kw_only=True):
    """`leg` is Warmlijn's id; for the caller's own leg the PBX's `call` reference may be given instead."""

    leg: LegId = ""
    call: Annotated[str, Meta(max_length=128)] = ""


class StepData(LegData, frozen=True, kw_only=True):
    """`step` is that of the command this is the outcome of."""

    step: Step


class KeysData(StepData, frozen=True, kw_only=True):
    """The keys pressed; a key that finishes the entry is left out."""

    keys: Annotated[str, Meta(min_length=1, max_length=32, pattern=r"^[0-9*#+]+$")]


class WordsData(StepData, frozen=True, kw_only=True):
    """What the caller said or typed, as recognised; only words the policy knows are kept."""

    words: Annotated[str, Meta(min_length=1, max_length=2000)]
    language: Annotated[str, Meta(max_length=8)] = ""


class RangData(LegData, frozen=True, kw_only=True):
    """The `n`th ring began."""

    n: Annotated[int, Meta(ge=1, le=100)]


class RoomData(LegData, frozen=True, kw_only=True):
    """The room as named in the command `join`."""

    room: Id


class EndedData(LegData, frozen=True, kw_only=True):
    """Why the line is over. Declined, busy, not answered and not reachable are four different things."""

    cause: Cause = "normal"


class SeenData(LegData, frozen=True, kw_only=True):
    """A leg that lives."""

    state: Literal["dialling", "ringing", "up"]
    room: Room = ""


class TransferAskedData(LegData, frozen=True, kw_only=True):
    """Where the transfer key of the phone was aimed at: an address or number, empty when unknown."""

    to: Short = ""


class DeviceData(Data, frozen=True, kw_only=True):
    """The address of a phone as the policy names it; other phones are ignored."""

    address: Annotated[str, Meta(min_length=1, max_length=255)]
    state: Literal["idle", "busy", "gone"]


class DegradedData(Data, frozen=True, kw_only=True):
    """The PBX's own reference of the call for which it followed the answer `degrade`."""

    call: Annotated[str, Meta(min_length=1, max_length=128)]


class Offered(Envelope, frozen=True, kw_only=True, tag=f"{PREFIX}call.offered.v1"):
    """A caller rings. The answer says what the caller hears first, and gives the ids of call and leg."""

    data: OfferedData


class Degraded(Envelope, frozen=True, kw_only=True, tag=f"{PREFIX}call.degraded.v1"):
    """The PBX brought this caller to the degrade number itself."""

    data: DegradedData


class KeysPressed(Envelope, frozen=True, kw_only=True, tag=f"{PREFIX}keys.pressed.v1"):
    """Keys were pressed while the leg gathered."""

    data: KeysData


class WordsHeard(Envelope, frozen=True, kw_only=True, tag=f"{PREFIX}words.heard.v1"):
    """Words were heard while the leg gathered."""

    data: WordsData


class InputTimedOut(Envelope, frozen=True, kw_only=True, tag=f"{PREFIX}input.timed-out.v1"):
    """No key and no word within the time-out."""

    data: StepData


class SayFinished(Envelope, frozen=True, kw_only=True, tag=f"{PREFIX}say.finished.v1"):
    """The sentences were spoken to the end."""

    data: StepData


class LegDialling(Envelope, frozen=True, kw_only=True, tag=f"{PREFIX}leg.dialling.v1"):
    """Dialling began."""

    data: LegData


class LegRinging(Envelope, frozen=True, kw_only=True, tag=f"{PREFIX}leg.ringing.v1"):
    """The phone started to ring, at `time`: three rings are counted from here."""

    data: LegData


class LegRang(Envelope, frozen=True, kw_only=True, tag=f"{PREFIX}leg.rang.v1"):
    """One single ring began, where the PBX can tell."""

    data: RangData


class LegAnswered(Envelope, frozen=True, kw_only=True, tag=f"{PREFIX}leg.answered.v1"):
    """Somebody picked up."""

    data: LegData


class LegMachine(Envelope, frozen=True, kw_only=True, tag=f"{PREFIX}leg.machine.v1"):
    """A voicemail picked up."""

    data: LegData


class LegJoined(Envelope, frozen=True, kw_only=True, tag=f"{PREFIX}leg.joined.v1"):
    """The leg is in the room; nobody is released before this is told."""

    data: RoomData


class LegLeft(Envelope, frozen=True, kw_only=True, tag=f"{PREFIX}leg.left.v1"):
    """The leg left the room."""

    data: RoomData


class LegEnded(Envelope, frozen=True, kw_only=True, tag=f"{PREFIX}leg.ended.v1"):
    """The line is over, whoever ended it."""

    data: EndedData


class LegSeen(Envelope, frozen=True, kw_only=True, tag=f"{PREFIX}leg.seen.v1"):
    """Told unasked after the PBX was restarted, for each leg that lives."""

    data: SeenData


class PhoneTransferAsked(Envelope, frozen=True, kw_only=True, tag=f"{PREFIX}phone.transfer-asked.v1"):
    """The agent pressed the transfer key of the phone."""

    data: TransferAskedData


class PhoneHeld(Envelope, frozen=True, kw_only=True, tag=f"{PREFIX}phone.held.v1"):
    """The agent pressed the hold key of the phone."""

    data: LegData


class PhoneRetrieved(Envelope, frozen=True, kw_only=True, tag=f"{PREFIX}phone.retrieved.v1"):
    """The agent pressed the hold key of the phone again."""

    data: LegData


class DeviceChanged(Envelope, frozen=True, kw_only=True, tag=f"{PREFIX}device.changed.v1"):
    """An agent's phone became reachable, busy, or is gone: remembered until the next word of it.

    Who tells `busy`, of our calls or others, also tells `idle`: an agent does not become ready with a busy phone.
    """

    data: DeviceData


WireEvent = (
    Offered
    | Degraded
    | KeysPressed
    | WordsHeard
    | InputTimedOut
    | SayFinished
    | LegDialling
    | LegRinging
    | LegRang
    | LegAnswered
    | LegMachine
    | LegJoined
    | LegLeft
    | LegEnded
    | LegSeen
    | PhoneTransferAsked
    | PhoneHeld
    | PhoneRetrieved
    | DeviceChanged
)
TYPES: dict[str, type[Envelope]] = {str(kind.__struct_config__.tag): kind for kind in get_args(WireEvent)}
