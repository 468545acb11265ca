"""From a command to an order a platform can carry out: what is said, what is shown, which lines it concerns."""

from __future__ import annotations

from collections.abc import Mapping

from app.call.addresses import outside
from app.call.call import Call
from app.call.commands import Command
from app.call.legs import Gather, InRoom, Prompt, Ringing
from app.call.policy import Policy
from app.callbacks.gate import never
from app.providers.base import Order
from app.providers.numbers import judge, own
from app.providers.speech import display, sentences


def order(call: Call, command: Command, lines: Mapping[str, str], names: Mapping[str, str], policy: Policy) -> Order:
    """The order; `lines` is leg -> the platform's own id, `names` is ref -> text; what is unknown is left out.

    A caller hears the language they chose, everybody else the municipality's first.
    """
    leg = call.leg(command.leg)
    do = command.do
    shows = do.shows if isinstance(do, Ringing) else ""
    role = "caller" if leg is None else leg.role
    language = call.language if role == "caller" else policy.municipality.languages[0]
    return Order(
        centre=call.centre,
        call=call.id,
        command=command,
        language=language,
        sentences=sentences(policy, language, do.lines, names) if isinstance(do, Prompt | Gather) else (),
        shows=names.get(shows[1:], "") if shows.startswith("@") else shows,
        name=display(policy, language, do.name, do.by, names) if isinstance(do, Ringing) else "",
        barred=isinstance(do, Ringing) and _barred(do.address, policy),
        line=lines.get(command.leg, ""),
        lines={other: ref for other, ref in lines.items() if other != command.leg},
        role=role,
        room=leg.doing.room if leg is not None and isinstance(leg.doing, InRoom) else "",
    )


def _barred(address: str, policy: Policy) -> bool:
    """The policy was checked when it was read; this is the last look before a number is dialled.

    A phone inside may be called `112` or `anna`; but behind another PBX a user may be a number, too: no paid one.
    """
    kind = judge(address.removeprefix("tel:"), own(policy)).kind
    return never(kind) if outside(address) else kind == "premium"
