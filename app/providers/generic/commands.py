"""What Warmlijn tells a PBX to do, in the answer to an event or at its command URL, and what the PBX answers."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from app.call.legs import Tune
from app.providers.generic.envelope import PREFIX, Envelope, Room


class ToLeg(Struct, frozen=True, kw_only=True, tag_field="do", omit_defaults=True):
    """What a leg does from `step` on. A step that is not higher than the last one carried out is ignored.

    `line` is the PBX's own id of this leg where it told one; `leaves` is the room the leg is in until now.
    """

    call: str
    leg: str
    step: int
    line: str = ""
    leaves: str = ""


class Say(ToLeg, frozen=True, kw_only=True, tag="say"):
    """The leg hears these sentences; then `say.finished` is told. A next command stops the speech."""

    sentences: tuple[str, ...]
    language: str


class Gather(ToLeg, frozen=True, kw_only=True, tag="gather"):
    """The leg hears these sentences, and may press `keys` keys or speak when `listen`; a key stops the speech.

    Told as `keys.pressed`, `words.heard`, or `input.timed-out` when nothing came `timeout` seconds after the sentences.
    """

    sentences: tuple[str, ...]
    language: str
    keys: int
    timeout: float
    finish: str = ""
    listen: bool = False


class Music(ToLeg, frozen=True, kw_only=True, tag="music"):
    """The leg hears music, or a ringing tone, until the next command."""

    tune: Tune


class Join(ToLeg, frozen=True, kw_only=True, tag="join"):
    """The leg goes into this room, which is made when it does not exist; then `leg.joined` is told."""

    room: str


class Dial(ToLeg, frozen=True, kw_only=True, tag="dial"):
    """A new leg rings at `address`, showing `shows` and `name`. Told as `leg.ringing`, `leg.answered` or `leg.ended`.

    `backstop` seconds is the PBX's own limit; Warmlijn withdraws the phone sooner. A leg is never dialled twice: a dial
    for a leg that the PBX has, or had, is ignored.
    """

    address: str
    shows: str = ""
    name: str = ""
    """Who calls, and who announces them; empty for a telephone number, which is shown our own number only."""
    backstop: int = 30


class StopRinging(ToLeg, frozen=True, kw_only=True, tag="stop-ringing"):
    """The unanswered phone is withdrawn; then `leg.ended` is told. An answer in the meantime stands."""


class HangUp(ToLeg, frozen=True, kw_only=True, tag="hang-up"):
    """The leg is hung up; then `leg.ended` is told."""


class Look(ToLeg, frozen=True, kw_only=True, tag="look"):
    """Asks whether the leg lives: answer 200 with `state` and `room`, or 404."""


class Degrade(Struct, frozen=True, kw_only=True, tag_field="do", tag="degrade", omit_defaults=True):
    """The service cannot answer: bring the caller to this number yourself, and tell `call.degraded` later."""

    to: str = ""


WireCommand = Say | Gather | Music | Join | Dial | StopRinging | HangUp | Look


class Commanded(Envelope, frozen=True, kw_only=True, tag=f"{PREFIX}command.v1"):
    """One command, sent to the PBX's command URL. Answer 2xx when it is done, 404 or 410 when the leg is gone."""

    data: WireCommand


class Answer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer 200 to an event: what the legs of its call do now. `call` and `leg` are the ids of call and caller.

    A repeated event is answered with what every leg does now; steps that were carried out already are ignored.
    """

    call: str = ""
    leg: str = ""
    commands: tuple[WireCommand | Degrade, ...] = ()
    degraded: bool = False


class Done(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The PBX's answer to a command; `line` is its own id of a dialled leg, `state` and `room` answer `look`."""

    line: Annotated[str, Meta(max_length=255)] = ""
    state: Literal["", "dialling", "ringing", "up"] = ""
    room: Room = ""
