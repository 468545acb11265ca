"""The Asterisk of the bench: the stories' one with a queue, an application of its own, and a phone that takes all."""

from __future__ import annotations

from dataclasses import dataclass

WARMLIJN = "Warmlijn"
SPAN = 640
"""Agents of Warmlijn: more than calls at once, for an agent has one call at a time."""
SOUND = (33_000, 59_999)
"""Ports of Asterisk's sound: two a leg, and it looks on where one is taken."""
MEMBERS = 8
"""Members of the queue: `ringinuse` lets each have any number of calls."""


@dataclass(frozen=True)
class Way:
    """One way to reach a phone: its name and the number residents dial."""

    name: str
    number: str
    queue: bool = False


WAYS = (
    Way("app_queue, answered first", "8001", queue=True),
    Way("app_queue, caller hears ringing", "8003", queue=True),
    Way("bare ARI", "8002"),
    Way(WARMLIJN, "0123456789"),
)
DIALPLAN = """
[from-trunk](+)
; Answer() alone waits half a second for sound, and there is none here: `i` answers at once, as Warmlijn does.
; `I` tells the caller's side no names of who answers, as Warmlijn does not either.
exten => 8001,1,Answer(,i)
 same => n,Queue(q,I,,,60)
 same => n,Hangup()
exten => 8002,1,Stasis(bare,inbound)
 same => n,Hangup()
exten => 8003,1,Queue(q,Ir,,,60)
 same => n,Hangup()
"""
QUEUE = """
[general]
autofill = yes
shared_lastcall = no
[q]
strategy = rrmemory
ringinuse = yes
timeout = 15
retry = 1
memberdelay = 0
announce-frequency = 0
"""


def configuration(sink: int) -> dict[str, str]:
    """What is added to each file; `sink` is the port of the phone that takes everything."""
    phones = "".join(
        f"[{phone}](base)\ncontext = from-phones\naors = {phone}\n[{phone}]\ntype = aor\n"
        f"contact = sip:{phone}@127.0.0.1:{sink}\n"
        for phone in ("sink", *(f"a{n:03}" for n in range(SPAN)))
    )
    return {
        "modules.conf": "\nload = app_queue.so\n",
        "queues.conf": QUEUE,
        "extensions.conf": DIALPLAN,
        "pjsip.conf": f"\n{phones}",
        "asterisk.conf": "\nverbose = 0\n",
        "logger.conf": "\n[logfiles](+)\nconsole => warning,error\nfull => warning,error\n",
    }
