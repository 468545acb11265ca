"""What a leg does becomes the command that a PBX understands; the same in an answer and at its command URL."""

from __future__ import annotations

from typing import assert_never

from app.call import legs
from app.call.legs import Doing
from app.providers.generic.commands import (
    Dial,
    Gather,
    HangUp,
    Join,
    Look,
    Music,
    Say,
    StopRinging,
    WireCommand,
)


def command(
    leg: str,
    step: int,
    do: Doing | None,
    *,
    up: bool,
    language: str = "",
    sentences: tuple[str, ...] = (),
    shows: str = "",
    name: str = "",
    line: str = "",
    leaves: str = "",
) -> WireCommand:
    """`do` None asks whether the leg lives; `up` tells a hang-up from a withdrawal."""
    call = leg.rpartition(".")[0]
    match do:
        case None:
            return Look(call=call, leg=leg, step=step, line=line)
        case legs.Prompt():
            return Say(call=call, leg=leg, step=step, line=line, leaves=leaves, sentences=sentences, language=language)
        case legs.Gather():
            return Gather(
                call=call,
                leg=leg,
                step=step,
                line=line,
                leaves=leaves,
                sentences=sentences,
                language=language,
                keys=do.keys,
                timeout=do.timeout,
                finish=do.finish,
                listen=do.listen,
            )
        case legs.Music():
            return Music(call=call, leg=leg, step=step, line=line, leaves=leaves, tune=do.tune)
        case legs.InRoom():
            return Join(call=call, leg=leg, step=step, line=line, leaves=leaves, room=do.room)
        case legs.Ringing():
            return Dial(
                call=call, leg=leg, step=step, address=do.address, shows=shows, name=name, backstop=do.backstop
            )
        case legs.Leaving():
            kind = HangUp if up else StopRinging
            return kind(call=call, leg=leg, step=step, line=line, leaves=leaves)
        case _:
            assert_never(do)
