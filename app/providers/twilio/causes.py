"""Why a line is over: the SIP code first, the platform's word second (providers §6)."""

from __future__ import annotations

from app.call.call import Cause

OVER = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})
"""The words after which a call is over."""
CODES: dict[int, Cause] = {
    486: "busy",
    600: "busy",
    603: "declined",
    607: "declined",
    608: "declined",
    404: "unreachable",
    408: "unreachable",
    410: "unreachable",
    480: "unreachable",
    484: "unreachable",
    604: "unreachable",
}
"""480 is a phone that is switched off or not logged on. 487 is left to the word: it ends a ring whoever stopped it."""
WORDS: dict[str, Cause] = {
    "completed": "normal",
    "busy": "busy",
    "no-answer": "no_answer",
    "canceled": "cancelled",
    "failed": "unreachable",
}


def cause(word: str, code: str) -> Cause:
    """`word` is CallStatus, `code` SipResponseCode. An answered line that is over is simply over."""
    if word == "completed":
        return "normal"
    sip = int(code) if code.isascii() and code.isdigit() and len(code) == 3 else 0
    if sip in CODES:
        return CODES[sip]
    if 500 <= sip < 600:
        return "unreachable"
    if 400 <= sip < 700 and sip != 487:
        return "failed"
    return WORDS.get(word, "failed")
