"""Callbacks as the API shows them: a line of a list holds no name and no number, the details do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from app.call.callback import Callback, CallbackStatus, Reach, Relation
from app.call.policy import Policy
from app.call.reference import written
from app.providers import numbers, speech
from app.store import codec, present
from app.web.api.shapes import Labelled, Out
from app.web.means import Means


class SlotShown(Out):
    """A moment; `words` as a person says it (domain §4)."""

    start: datetime
    end: datetime
    words: str


class CallbackLine(Out):
    """A callback without anything about the person. `turn` is when the caller joined the line whose place is kept.

    `reference` is the number the caller was told, or will name when ringing about it. `past_norm`: the moment is after
    `due_at`, the end of the norm; `late`: it was not kept in time.
    """

    id: str
    call: str
    reference: str
    status: CallbackStatus
    subject: Labelled
    colleague: Labelled | None
    department: Labelled | None
    office: Labelled | None
    slot: SlotShown
    turn: datetime | None
    due_at: datetime
    past_norm: bool
    late: bool
    cause: str
    asked: int
    tried: int
    needs_number: bool
    created_at: datetime


class CallbackDetails(CallbackLine):
    """With whom to ring and how; whoever sees it is written down. `language` is the resident's, when it is known."""

    name: str | None
    number: str | None
    language: str
    on_behalf: str | None
    relation: Relation
    mandate: bool | None
    reach: Reach
    discreet: bool
    because: str


def label(labels: Mapping[str, str], language: str, policy: Policy) -> str:
    """A label in this language, else in the municipality's first."""
    for known in (language, *policy.municipality.languages, *labels):
        if known in labels:
            return labels[known]
    return ""


def slot_words(policy: Policy, start: datetime, end: datetime, language: str) -> str:
    """`dinsdag 24 november tussen 10.00 en 10.30 uur`."""
    day = speech.day(policy, start.timestamp(), language)
    first, last = (speech.clock(policy, at.timestamp(), language) for at in (start, end))
    return f"{day} tussen {first} en {last} uur" if language == "nl" else f"{day} between {first} and {last}"


def line_of(callback: Callback, policy: Policy, language: str) -> CallbackLine:
    """One line of a list."""
    return CallbackLine(**_common(callback, policy, language))


def details_of(
    callback: Callback, policy: Policy, language: str, names: Mapping[str, str], name: str
) -> CallbackDetails:
    """Everything; `names` holds the texts of its refs, `name` is the ref of the caller's name."""
    number = names.get(callback.number, "")
    return CallbackDetails(
        **_common(callback, policy, language),
        name=names.get(name) or None,
        number=numbers.written(number) if number else None,
        language=callback.language,
        on_behalf=names.get(callback.on_behalf) or None,
        relation=callback.relation,
        mandate=callback.mandate,
        reach=callback.reach,
        discreet=callback.discreet,
        because=callback.because,
    )


def _common(callback: Callback, policy: Policy, language: str) -> dict[str, Any]:
    colleague = policy.colleagues.get(callback.colleague)
    return {
        "id": callback.id, "call": callback.call, "reference": written(callback.reference),
        "status": callback.status,
        "subject": Labelled(id=callback.subject, label=_subject(callback.subject, policy, language)),
        "colleague": Labelled(id=colleague.id, label=colleague.name) if colleague else None,
        "department": labelled(policy.departments, callback.department, language, policy),
        "office": labelled(policy.offices, callback.office, language, policy),
        "slot": SlotShown(
            start=callback.slot.start, end=callback.slot.end,
            words=slot_words(policy, callback.slot.start, callback.slot.end, language),
        ),
        "turn": callback.turn, "due_at": callback.due_at, "past_norm": callback.past_norm, "late": callback.late,
        "cause": callback.cause, "asked": callback.asked, "tried": callback.tried, "needs_number": not callback.number,
        "created_at": callback.created_at,
    }  # fmt: skip


class _Labelled(Protocol):
    @property
    def label(self) -> dict[str, str]: ...


def labelled(things: Mapping[str, _Labelled], key: str, language: str, policy: Policy) -> Labelled | None:
    """A topic, office or department of the policy with its label; None when there is none."""
    thing = things.get(key)
    return Labelled(id=key, label=label(thing.label, language, policy)) if thing is not None else None


def _subject(subject: str, policy: Policy, language: str) -> str:
    known = policy.topics.get(subject) or policy.departments.get(subject) or policy.offices.get(subject)
    return label(known.label, language, policy) if known is not None else subject


async def names_of(means: Means, centre: str, refs: Sequence[str]) -> dict[str, str]:
    """Ref -> text of the names table, as far as it is still kept."""
    return await present.names(means.pool, means.engine.seal, centre, refs)


async def detailed(
    means: Means, centre: str, callbacks: Sequence[Callback], policy: Policy, language: str
) -> list[CallbackDetails]:
    """These callbacks with names and numbers."""
    rows = await means.pool.fetch(
        "SELECT id, state->>'name' AS name FROM calls WHERE centre = $1 AND id = ANY ($2::text[])",
        centre, [callback.call for callback in callbacks],
    )
    by_call = {row["id"]: row["name"] or "" for row in rows}
    refs = [ref for c in callbacks for ref in (c.number, c.on_behalf, by_call.get(c.call, ""))]
    names = await names_of(means, centre, refs)
    return [details_of(c, policy, language, names, by_call.get(c.call, "")) for c in callbacks]


async def in_turn(means: Means, centre: str, offices: Sequence[str]) -> list[str]:
    """The callbacks of these offices that keep a place in the line and may be rung now, the first one first."""
    rows = await means.pool.fetch(
        """SELECT id FROM callbacks WHERE centre = $1 AND status IN ('pending', 'promised')
             AND state->>'turn' IS NOT NULL AND state->>'office' = ANY ($2::text[])
             AND (state->'slot'->>'start')::timestamptz <= $3
           ORDER BY (state->>'turn')::timestamptz, id""",
        centre, offices, means.clock(),
    )
    return [row["id"] for row in rows]


async def callback_of(means: Means, centre: str, callback: str) -> Callback | None:
    """One callback."""
    row = await means.pool.fetchval("SELECT state FROM callbacks WHERE centre = $1 AND id = $2", centre, callback)
    return None if row is None else codec.callback(row)
