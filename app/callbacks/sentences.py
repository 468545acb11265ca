"""What is said about a callback: by the agent while it is arranged, by the voice when nobody is there (domain §4)."""

from __future__ import annotations

from msgspec.structs import replace

from app.call.call import Call
from app.call.callback import Callback
from app.call.legs import Line
from app.call.numbers import Given
from app.call.policy import Policy
from app.call.texts import line
from app.callbacks.owner import owner
from app.callbacks.slots import epoch

TEXTS = {
    "busy": "colleague_busy",
    "no_answer": "colleague_no_answer",
    "declined": "colleague_declined",
    "voicemail": "colleague_voicemail",
    "absent": "colleague_absent",
}
"""Cause -> the text the agent reads aloud; every other cause is a colleague who cannot be reached."""


def for_agent(callback: Callback, call: Call) -> Line:
    """Why the caller will be rung back, said by the agent, who stands behind every colleague (domain §3.10)."""
    asked = callback.instead_of or owner(callback)
    if callback.cause == "asked" or asked.startswith("office:"):
        return line("unknown_question", beller=_caller(call))
    return line(TEXTS.get(callback.cause, "colleague_unreachable"), beller=_caller(call), collega=asked)


def proposal(callback: Callback, call: Call, policy: Policy) -> Line:
    """The appointment, to be said by the agent; while there is no number to ring, the question for one."""
    if not callback.number:
        return line("callback_withheld", beller=_caller(call))
    known = callback if callback.colleague in policy.colleagues else replace(callback, colleague="")
    number = f"@{callback.number}"
    return line("callback_proposal", beller=_caller(call), collega=owner(known), nummer=number, **_moment(callback))


def promised(callback: Callback) -> Line:
    """The appointment as the voice says it."""
    return line("callback_promised", collega=owner(callback), **_moment(callback))


def named_by(reference: str) -> Line:
    """The number to name when ringing about it again, so that nobody has to explain it twice; `reference` as said."""
    return line("callback_reference", nummer=reference)


def heard(number: Given) -> Line:
    """The number that was keyed in, for a slip of the finger would make the promise an empty one."""
    return line("callback_number_heard", nummer=f"digits:@{number.ref}")


def in_turn(minutes: int) -> Line:
    """The place in the line is kept, as the voice says it; with the expected wait."""
    return line("callback_in_turn", minuten=str(minutes))


def _caller(call: Call) -> str:
    return f"@{call.name}" if call.name else ""


def _moment(callback: Callback) -> dict[str, str]:
    start, end = epoch(callback.slot.start), epoch(callback.slot.end)
    return {"dag": f"day:{start}", "van": f"time:{start}", "tot": f"time:{end}"}
