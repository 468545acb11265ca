"""One authentic webhook of the platform becomes what happened, with a key that every repetition of it shares."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from email.utils import parsedate_to_datetime

from msgspec import Struct

from app.call.events import (
    CallOffered,
    DegradeServed,
    InputTimedOut,
    KeysPressed,
    LegAnswered,
    LegDialling,
    LegEnded,
    LegJoined,
    LegLeft,
    LegMachine,
    LegRinging,
    SayFinished,
    SwitchEvent,
    WordsHeard,
)
from app.call.policy import Policy
from app.ivr.topics import known_words
from app.providers import numbers
from app.providers.base import Arrival, NotUnderstood, call_id
from app.providers.twilio.addresses import LEG
from app.providers.twilio.causes import OVER, cause
from app.providers.twilio.signatures import Fields

KEYS = re.compile(r"[0-9*#A-D]{1,32}")
STEP = re.compile(r"[0-9]{1,6}")
SID = re.compile(r"[A-Za-z0-9_-]{2,64}")
ROOM = re.compile(r"[a-z2-7]{20}-r[0-9]{1,4}")
DOCUMENTS = ("doc", "room-left")
"""Webhooks that only want the present step of a leg."""


class Request(Struct, frozen=True):
    """An authentic webhook: which one, its fields, those of the address, and what reading it needs to know."""

    centre: str
    provider: str
    path: str
    fields: Fields
    query: Fields
    policy: Policy

    def arrival(self, kind: str, event: SwitchEvent, leg: str, step: int = 0, **more: object) -> Arrival:
        """An event of a leg; its key says leg, step and kind (design §5 rule 4)."""
        key = f"{leg}:{step}:{kind}"
        return Arrival(centre=self.centre, provider=self.provider, key=key, event=event, **more)  # type: ignore[arg-type]

    @property
    def over(self) -> bool:
        """The line this webhook is about is over."""
        return self.fields.one("CallStatus") in OVER

    def sid(self, name: str = "CallSid") -> str:
        """The platform's id of the line. Raises NotUnderstood without one."""
        sid = self.fields.one(name)
        if not SID.fullmatch(sid):
            raise NotUnderstood(f"{self.path}: {name} is missing or malformed.")
        return sid

    def callers_call(self, name: str = "CallSid") -> str:
        """Our id of the call whose caller's line this is."""
        return call_id(self.centre, self.provider, self.sid(name))

    def leg(self) -> str:
        """Our id of the leg, from the address. Raises NotUnderstood without one."""
        leg = self.query.one("leg")
        if not LEG.fullmatch(leg):
            raise NotUnderstood(f"{self.path}: leg is missing from the address or malformed.")
        return leg

    def step(self) -> int:
        """The step of the leg, from the address. Raises NotUnderstood without one."""
        step = self.query.one("step")
        if not STEP.fullmatch(step):
            raise NotUnderstood(f"{self.path}: step is missing from the address or malformed.")
        return int(step)


def read(request: Request) -> list[Arrival]:
    """What happened; an empty list when nothing did that the house knows. Raises NotUnderstood."""
    reader = READERS.get(request.path)
    if reader is None:
        raise NotUnderstood(f"There is no webhook {request.path[:40]!r} here.")
    return reader(request)


def _voice(request: Request) -> list[Arrival]:
    """A caller rings. With `Privacy: id` on the trunk the number is neither shown nor stored (domain §6)."""
    call = request.callers_call()
    leg = f"{call}.1"
    if request.over:
        return [_ended(request, leg)]
    number, private = numbers.given(
        request.fields.one("From"), f"{call}.number", request.policy, private=bool(HIDES & _privacy(request))
    )
    offered = CallOffered(call, leg, numbers.dialled(request.fields.one("To")), number)
    line = (leg, request.sid())
    return [request.arrival("offered", offered, leg, private=private, line=line, replies=leg, urgent=False)]


HIDES = {"id", "user"}


def _privacy(request: Request) -> set[str]:
    """The words of the SIP header Privacy, as the platform passes it on for trunks."""
    said = [value for name, values in request.fields.items() if name.lower() == "sipheader_privacy" for value in values]
    return {word.strip().lower() for value in said for word in re.split("[;,]", value)}


def _gather(request: Request) -> list[Arrival]:
    """Keys, words or silence: each step has one of them, so they share a key and the first one counts."""
    leg, step = request.leg(), request.step()
    if request.over:
        return [_ended(request, leg)]
    call = leg.rpartition(".")[0]
    digits, speech = request.fields.one("Digits"), request.fields.one("SpeechResult")
    private: dict[str, str] = {}
    event: SwitchEvent
    if digits:
        if not KEYS.fullmatch(digits):
            raise NotUnderstood("gather: Digits holds something that is not a key.")
        if len(digits) == 1:
            event = KeysPressed(call, leg, step, digits)
        else:
            number, private = numbers.given(digits, f"{call}.typed.{step}", request.policy)
            event = KeysPressed(call, leg, step, "", number)
    elif speech:
        language = request.query.one("lang") or request.policy.municipality.languages[0]
        event = WordsHeard(call, leg, step, known_words(request.policy, speech, language))
    else:
        event = InputTimedOut(call, leg, step)
    return [request.arrival("input", event, leg, step, private=private, replies=leg)]


def _said(request: Request) -> list[Arrival]:
    leg, step = request.leg(), request.step()
    if request.over:
        return [_ended(request, leg)]
    return [request.arrival("said", SayFinished(leg.rpartition(".")[0], leg, step), leg, step, replies=leg)]


def _answer(request: Request) -> list[Arrival]:
    """A phone was picked up and wants its document; the status `in-progress` says the same under the same key."""
    leg = request.leg()
    if request.over:
        return [_ended(request, leg)]
    return [_picked_up(request, leg, replies=leg)]


def _leg(request: Request) -> list[Arrival]:
    """The progress of a dialled phone. Words the house does not know are let pass."""
    leg = request.leg()
    call = leg.rpartition(".")[0]
    line = (leg, request.sid())
    match request.fields.one("CallStatus"):
        case "queued" | "initiated":
            return [request.arrival("dialling", LegDialling(call, leg), leg, line=line)]
        case "ringing":
            at = _time(request.fields.one("Timestamp"))
            return [request.arrival("ringing", LegRinging(call, leg, at), leg, line=line)]
        case "in-progress" | "answered":
            return [_picked_up(request, leg)]
        case word if word in OVER:
            return [_ended(request, leg, line=line)]
        case "" if request.fields.one("AnsweredBy"):
            return [_picked_up(request, leg)] if _machine(request) else []
        case _:
            return []


def _status(request: Request) -> list[Arrival]:
    """The status callback of the number itself: the caller's line is over."""
    return [_ended(request, f"{request.callers_call()}.1")] if request.over else []


def _conference(request: Request) -> list[Arrival]:
    """Who entered or left a room. A room can be entered twice, so the key is the platform's own sequence."""
    what = request.fields.one("StatusCallbackEvent")
    leg, room = request.fields.one("ParticipantLabel"), request.fields.one("FriendlyName")
    if what not in SIDES or not LEG.fullmatch(leg) or not ROOM.fullmatch(room):
        return []
    call = leg.rpartition(".")[0]
    word = request.fields.one("ParticipantCallStatus")
    if what == "participant-leave" and word in OVER:
        return [_ended(request, leg, word)]
    joined = SIDES[what]
    event = LegJoined(call, leg, room) if joined else LegLeft(call, leg, room)
    place = request.fields.one("SequenceNumber") or request.fields.one("Timestamp")
    kind = f"{room}:{request.fields.one('ConferenceSid')}:{place}:{'joined' if joined else 'left'}"
    return [request.arrival(kind, event, leg)]


SIDES = {"participant-join": True, "participant-leave": False, "participant-hold": False, "participant-unhold": True}
"""Whether the leg is in the room after this; on hold it hears nobody, so it is not."""


def _nothing(request: Request) -> list[Arrival]:
    """A document is wanted; nothing happened, unless the line is over."""
    leg = request.leg()
    request.step()
    return [_ended(request, leg)] if request.over else []


def _degraded(request: Request) -> list[Arrival]:
    """The platform used the static reply; the key is that of our own door. The KCC's line is the caller's child."""
    parent = "ParentCallSid" if request.fields.one("ParentCallSid") else "CallSid"
    call = request.callers_call(parent)
    key = f"{call}:degraded"
    return [Arrival(centre=request.centre, provider=request.provider, key=key, event=DegradeServed(call))]


def _ended(request: Request, leg: str, word: str = "", line: tuple[str, str] | None = None) -> Arrival:
    """The caller's line is simply over, whatever the word; a dialled one says why."""
    call, _, n = leg.rpartition(".")
    why = cause(word or request.fields.one("CallStatus"), request.fields.one("SipResponseCode"))
    return request.arrival("ended", LegEnded(call, leg, "normal" if n == "1" else why), leg, line=line)


def _picked_up(request: Request, leg: str, replies: str = "") -> Arrival:
    """By a person or by a voicemail, whichever signal says so first."""
    call = leg.rpartition(".")[0]
    line = (leg, request.sid())
    if _machine(request):
        return request.arrival("machine", LegMachine(call, leg), leg, line=line, replies=replies)
    return request.arrival("answered", LegAnswered(call, leg), leg, line=line, replies=replies)


def _machine(request: Request) -> bool:
    return request.fields.one("AnsweredBy").startswith(("machine", "fax"))


def _time(text: str) -> datetime | None:
    """`Mon, 23 Nov 2026 10:00:01 +0000`; None when it says no time with its zone."""
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else None


READERS: dict[str, Callable[[Request], list[Arrival]]] = {
    "voice": _voice,
    "gather": _gather,
    "said": _said,
    "answer": _answer,
    "leg": _leg,
    "status": _status,
    "conf": _conference,
    "doc": _nothing,
    "room-left": _nothing,
    "fallback": _degraded,
    "degraded": _degraded,
}
