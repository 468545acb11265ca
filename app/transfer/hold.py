"""The hold key of a phone: the caller hears music, never silence, and is not forgotten there (design §5 rule 8)."""

from __future__ import annotations

from app.call.because import why
from app.call.call import Call
from app.call.decision import Decision
from app.call.legs import InRoom, Music
from app.call.moves import does, meet


def is_held(call: Call) -> bool:
    """Whether the caller was put on hold by whoever speaks with them."""
    return type(call.legs[0].doing) is not InRoom


def hold(call: Call, by: str) -> Decision | None:
    """The caller hears music; None when they do already."""
    if is_held(call):
        return None
    return Decision(why("hold", agent=by), call=does(call, call.legs[0].id, Music("hold")))


def retrieve(call: Call, leg_id: str) -> tuple[Call, str] | None:
    """Caller and this leg go into a new room; None when the caller is not on hold."""
    return meet(call, call.legs[0].id, leg_id) if is_held(call) else None
