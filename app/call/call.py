"""The caller's whole story: phases, legs and timers. Each phase carries only its own data (design §4)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from app.call.legs import Leg
from app.call.numbers import Given
from app.call.timers import Timer

Focus = Literal["caller", "colleague", "all"]
Cause = Literal[
    "normal", "busy", "no_answer", "declined", "unreachable", "voicemail", "cancelled", "absent", "lost", "failed"
]


class Welcoming(Struct, frozen=True, tag=True):
    """The caller hears the welcome; nobody's phone rings yet."""


class Choosing(Struct, frozen=True, tag=True):
    """The caller hears a menu and may press a key or say a word."""

    menu: str
    mistakes: int = 0


class Waiting(Struct, frozen=True, tag=True):
    """The caller waits for an agent of `office`, hearing music or an announcement."""

    office: str
    since: datetime
    priority: int = 0
    """1 for a caller whom we failed: line lost, transfer failed, recall (design §5 rules 9, 12)."""
    recall: bool = False
    offered: bool = False
    """A callback was offered once."""
    overflowed: bool = False
    asked: datetime | None = None
    """When the longest wait was over last; the next one is counted from then, however often a phone rang meanwhile."""


class Offering(Struct, frozen=True, tag=True):
    """An agent's phone rings; the three-ring timer runs. `stopping`: withdrawn, waiting for its end."""

    waiting: Waiting
    agent: str
    leg: str
    stopping: Cause | None = None


class Wish(Struct, frozen=True):
    """What the agent asked for before the first word: a consult, or a callback; it is done once they speak."""

    kind: Literal["consult", "callback"]
    colleague: str = ""
    department: str = ""
    topic: str = ""
    on_behalf: str = ""


class Joining(Struct, frozen=True, tag=True):
    """The agent answered; the caller and the agent are being brought into one room."""

    waiting: Waiting
    agent: str
    leg: str
    room: str
    wish: Wish | None = None


class Talking(Struct, frozen=True, tag=True):
    """The caller and the agent speak. `failed` is why the last transfer failed."""

    agent: str
    leg: str
    room: str
    failed: str = ""


class Consulting(Struct, frozen=True, tag=True):
    """The agent consults a colleague; the caller is never in silence.

    The phone at `address` is `ringing` or `stopping` (withdrawn because of `cause`), or the colleague is `announcing`
    (hears who it is) or `speaking` with whom `focus` says.
    """

    agent: str
    leg: str
    colleague: str
    colleague_leg: str
    stage: Literal["ringing", "stopping", "announcing", "speaking"] = "ringing"
    focus: Focus = "colleague"
    room: str = ""
    address: int = 0
    cause: Cause = "no_answer"


class RingingOn(Struct, frozen=True, tag=True):
    """The agent's line is gone while the colleague's phone rings: it rings to its last ring (design §5 rule 12)."""

    agent: str
    colleague: str
    colleague_leg: str
    stage: Literal["ringing", "stopping"] = "ringing"
    address: int = 0
    cause: Cause = "no_answer"


class Announcing(Struct, frozen=True, tag=True):
    """The agent is gone and the colleague answered: both hear a sentence before they are connected."""

    agent: str
    colleague: str
    colleague_leg: str
    heard: tuple[str, ...] = ()


class Connecting(Struct, frozen=True, tag=True):
    """Caller and colleague go into one room; the agent is let go only when the switch says so (design §5 rule 9)."""

    agent: str
    leg: str
    """The agent's leg, empty when it is gone already."""
    colleague: str
    colleague_leg: str
    room: str


class Connected(Struct, frozen=True, tag=True):
    """Caller and colleague speak; `stable` after five seconds."""

    agent: str
    colleague: str
    colleague_leg: str
    room: str
    stable: bool = False


class Promising(Struct, frozen=True, tag=True):
    """No agent is with the caller: the voice arranges a callback. `asking` is what the caller was asked.

    `repeat` comes last: it is promised, and may be heard again.
    """

    office: str
    asking: Literal["consent", "number", "repeat"]
    back: Waiting | None = None
    """Where the caller goes on waiting when they do not want it."""
    mistakes: int = 0
    """Wrong answers; when asked whether to `repeat` what was promised, how often that was done."""


class Closing(Struct, frozen=True, tag=True):
    """The caller hears the last sentence; then we hang up."""


class Degraded(Struct, frozen=True, tag=True):
    """The switch was given the static reply: the caller's leg is no longer ours (design §5 rule 16)."""


class Ended(Struct, frozen=True, tag=True):
    """Over. Legs that are still leaving are only waited for. Never reopens."""


Phase = (
    Welcoming
    | Choosing
    | Waiting
    | Offering
    | Joining
    | Talking
    | Consulting
    | RingingOn
    | Announcing
    | Connecting
    | Connected
    | Promising
    | Closing
    | Degraded
    | Ended
)


class Call(Struct, frozen=True):
    """One caller's story. `policy` is the version the call began with (design §5 rule 18)."""

    id: str
    centre: str
    phase: Phase
    legs: tuple[Leg, ...]
    started_at: datetime
    dialled: str
    policy: str
    language: str = "nl"
    number: Given = Given()
    number_checked: bool = False
    """The caller gave it in this call; otherwise it is what the switch told."""
    name: str = ""
    """Ref of the caller's name in the names table, once known."""
    person: str = ""
    """Ref of the person after the agent's check; a number is not a person (domain §6)."""
    office: str = ""
    topic: str = ""
    """Of the question at hand, as far as it is known."""
    on_behalf: str = ""
    """Ref of the person whom that question concerns when it is not the caller."""
    reference: str = ""
    """The number people name the call by (`reference.py`); empty for calls of before there was one."""
    timers: tuple[Timer, ...] = ()
    tried: tuple[str, ...] = ()
    """Agents whose phone already rang in this round."""
    failed: tuple[str, ...] = ()
    """Colleagues who were rung in vain; of a department the others are rung first."""
    unwilling: tuple[str, ...] = ()
    """Of those, who declined or did not answer: not rung again while another is left (design §5 rule 13)."""
    callback: str = ""
    """What is owed about the question at hand, if anything; other questions of this call may have theirs."""
    promises: int = 0
    """Callbacks made so far; the next is `{id}.cb{promises + 1}`."""
    made: int = 1
    """Legs made so far; the next is `{id}.{made + 1}`."""
    rooms: int = 0
    phones: int = 0
    """Agents' phones that rang for the caller."""
    closed: bool = False
    """The caller was told that nobody is there today."""
    registered: bool = False
    """The agent who speaks with the caller registered the conversation before it was over."""
    person_at: datetime | None = None
    """When the caller first reached a person."""
    ended_at: datetime | None = None
    v: int = 1

    def leg(self, leg_id: str) -> Leg | None:
        """The leg with this id, or None when it is over."""
        for leg in self.legs:
            if leg.id == leg_id:
                return leg
        return None

    @property
    def caller(self) -> Leg | None:
        """The caller's leg, always the first; None when it is over."""
        return self.legs[0] if self.legs and self.legs[0].role == "caller" else None

    def timer(self, name: str) -> Timer | None:
        """The armed timer of this name."""
        for timer in self.timers:
            if timer.name == name:
                return timer
        return None
