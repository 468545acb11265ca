"""The desk's standard sentences for each phase of a conversation, with and without the name (domain §4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec.structs import replace

from app.call.calendar import part_of_day
from app.call.call import Call, Consulting, Talking
from app.call.callback import Callback
from app.call.legs import Line
from app.call.policy import Policy
from app.call.reference import written
from app.call.texts import line
from app.callbacks.sentences import for_agent, named_by, proposal
from app.providers.speech import sentences
from app.web.api.shapes import Out

ConversationPhase = Literal["opening", "analysis", "action", "closing"]
PHASES: tuple[tuple[ConversationPhase, tuple[str, ...]], ...] = (
    ("opening", ("welcome_agent",)),
    ("analysis", ("what_can_i_do", "proposal")),
    ("action", ("agreed", "expectation", "transfer_now", "back_from_hold", "unknown_question", "email_instead")),
    ("closing", ("anything_else", "thanks", "strength", "success", "goodbye_agent")),
)


class StandardSentence(Out):
    """`text` uses the caller's name when it is known, `nameless` never does. Null when it cannot be said now."""

    phase: ConversationPhase
    id: str
    text: str | None
    nameless: str | None


def standard(call: Call, policy: Policy, agent: str, names: Mapping[str, str], now: datetime) -> list[StandardSentence]:
    """The sentences of the four phases that can be said in this call."""
    told = []
    for phase, texts in PHASES:
        for text in texts:
            text_id = f"{text}_{part_of_day(now, policy)}" if text == "welcome_agent" else text
            one = line(text_id, **_slots(call, policy, agent))
            with_name, without = (_one(policy, call, each, names) for each in (one, _unnamed(one)))
            if with_name or without:
                told.append(StandardSentence(phase=phase, id=text_id, text=with_name or without, nameless=without))
    return told


def now_to_say(
    call: Call, callback: Callback | None, policy: Policy, names: Mapping[str, str]
) -> list[str]:
    """What the agent says at this moment: why the colleague is not there, and the appointment (domain §3.5)."""
    if not isinstance(call.phase, Talking) or callback is None or not callback.open:
        return []
    lines: list[Line] = [
        for_agent(callback, call),
        proposal(callback, call, policy),
    ]
    if callback.number:
        lines.append(named_by(written(callback.reference)))
    return list(sentences(policy, call.language, lines, names))


def _slots(call: Call, policy: Policy, agent: str) -> dict[str, str]:
    colleague = call.phase.colleague if isinstance(call.phase, Consulting) else ""
    topic = policy.topics.get(call.topic)
    department = policy.departments.get(topic.department) if topic is not None else None
    return {
        "beller": f"@{call.name}" if call.name else "",
        "medewerker": f"agent:{agent}",
        "collega": f"colleague:{colleague}" if colleague else "",
        "adres": department.email if department is not None else "",
        "nummer": written(call.reference),
    }


def _unnamed(one: Line) -> Line:
    return replace(one, slots={**one.slots, "beller": ""})


def _one(policy: Policy, call: Call, one: Line, names: Mapping[str, str]) -> str | None:
    return next(iter(sentences(policy, call.language, (one,), names)), None)
