"""The call as the desk shows it: what is known before it is answered, and no more than the caller has confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from fastapi import Request

from app.call.agent import Agent
from app.call.call import Call, Consulting
from app.call.callback import Callback
from app.call.numbers import Kind
from app.call.policy import Policy
from app.call.reference import written
from app.callbacks.owner import owner
from app.callbacks.question import asked_in
from app.providers import numbers
from app.store import codec
from app.transfer.target import instead
from app.web.api.accesses import note_access
from app.web.api.possible import Action, possible
from app.web.api.promises import CallbackDetails, detailed, in_turn, labelled, names_of
from app.web.api.reasons import Agents, ReasonStep, steps
from app.web.api.sentences import StandardSentence, now_to_say, standard
from app.web.api.shapes import Labelled, Out
from app.web.api.words import language_of
from app.web.auth import User
from app.web.means import Means

WHY = 40
"""So many reasons at most, the latest last."""


class Caller(Out):
    """A number is not a person (domain §6): until the agent checked it, everything here is `niet gecontroleerd`."""

    name: str | None
    number: str | None
    number_kind: Kind
    number_checked: bool
    identified: bool
    note: Literal["niet gecontroleerd", "gecontroleerd"]


class OpenCallbacks(Out):
    """Before the check there is only a count; afterwards the details, and that they were seen is written down."""

    count: int
    details: list[CallbackDetails] | None


class Consulted(Out):
    """The colleague who is consulted."""

    id: str
    name: str
    stage: Literal["ringing", "stopping", "announcing", "speaking"]
    focus: Literal["caller", "colleague", "all"]


class Reason(Out):
    """One decision of this call."""

    at: datetime
    steps: list[ReasonStep]


class CallCard(Out):
    """One call on the desk. `waited` is seconds from arrival to a person, or to now; `may` is what can be clicked.

    `callback` is what is owed about the question at hand, `callbacks` all that is owed because of this call, the oldest
    first. `reference` is the number the caller can name later. After a transfer that `failed`, `instead` are the
    colleagues who can take it over, the substitute first.
    """

    id: str
    reference: str
    phase: str
    office: Labelled | None
    topic: Labelled | None
    language: str
    dialled: str
    started_at: datetime
    waited: int
    phones_rang: int
    caller: Caller
    colleague: Consulted | None
    failed: str | None
    instead: list[Labelled]
    may: list[Action]
    say_now: list[str]
    sentences: list[StandardSentence]
    why: list[Reason]
    callback: CallbackDetails | None
    callbacks: list[CallbackDetails]
    open_callbacks: OpenCallbacks
    registration_owed: bool
    message: str | None


class InTurn(Out):
    """Callers who keep their place in the line and are to be rung now by this agent's offices.

    `next` is the one whose turn came for this agent, else the first.
    """

    count: int
    next: str | None


class Desk(Out):
    """What is on the agent's desk: a call, or else who is to be rung back in turn."""

    call: CallCard | None
    in_turn: InTurn | None


async def call_of(means: Means, centre: str, call: str) -> Call | None:
    """One call."""
    row = await means.pool.fetchval("SELECT state FROM calls WHERE centre = $1 AND id = $2", centre, call)
    return None if row is None else codec.call(row)


async def desk(request: Request, means: Means, user: User, agent: Agent) -> Desk:
    """The call the agent is offered, holds, or is wrapping up; without one, the promises in turn."""
    call = await call_of(means, user.centre, agent.call) if agent.call else None
    if call is not None:
        return Desk(call=await card(request, means, user, agent, call), in_turn=None)
    profile = (await means.policy(user.centre)).agents.get(agent.id)
    waiting = await in_turn(means, user.centre, profile.offices if profile is not None else ())
    return Desk(call=None, in_turn=InTurn(count=len(waiting), next=agent.callback or (waiting[0] if waiting else None)))


async def card(request: Request, means: Means, user: User, agent: Agent, call: Call) -> CallCard:
    """Everything about one call of this agent; what is seen of a person is written down."""
    language = language_of(request)
    centre = await means.centre(user.centre)
    policy = await means.policy(user.centre, centre.policy)
    pinned = await means.policy(user.centre, call.policy)
    now = means.clock()
    callbacks, count = await _callbacks(means, user.centre, call)
    own = next((c for c in callbacks if c.id == call.callback), None)
    message = centre.message
    shows = message is not None and (message.until is None or message.until > now)
    shows = shows and message is not None and message.topic in ("", call.topic)
    text = message.text if message is not None and shows else ""
    names = await names_of(means, user.centre, [call.name, call.number.ref, text, own.number if own else ""])
    seen = await detailed(means, user.centre, callbacks, policy, language) if callbacks else []
    asked = {c.id for c in callbacks if asked_in(c, call)}
    own_details = [c for c in seen if c.id in asked]
    details = seen if call.person else None
    shown = own_details if details is None else details
    await note_access(request, means, user, "callback", [c.id for c in shown])
    if call.name or call.number.ref:
        await note_access(request, means, user, "caller", [call.id])
    return CallCard(
        id=call.id,
        reference=written(call.reference),
        phase=type(call.phase).__name__,
        office=labelled(pinned.offices, call.office, language, pinned),
        topic=labelled(pinned.topics, call.topic, language, pinned),
        language=call.language,
        dialled=call.dialled,
        started_at=call.started_at,
        waited=max(0, round(((call.person_at or now) - call.started_at).total_seconds())),
        phones_rang=call.phones,
        caller=_caller(call, names.get(call.name), names.get(call.number.ref)),
        colleague=_colleague(call, policy),
        failed=getattr(call.phase, "failed", "") or None,
        instead=_instead(call, own, policy, now),
        may=possible(call, agent, callbacks, centre, policy, pinned, means),
        say_now=now_to_say(call, own, policy, names),
        sentences=standard(call, pinned, agent.id, names, now),
        why=await _why(means, user.centre, call.id, Agents(call.started_at, policy, language, agent.id)),
        callback=next((c for c in own_details if c.id == call.callback), None),
        callbacks=sorted(own_details, key=lambda c: (c.created_at, c.id)),
        open_callbacks=OpenCallbacks(count=count, details=details),
        registration_owed=call.id in agent.owes,
        message=names.get(text) or None,
    )


def _caller(call: Call, name: str | None, number: str | None) -> Caller:
    return Caller(
        name=name,
        number=numbers.written(number) if number and call.number.kind != "withheld" else None,
        number_kind=call.number.kind,
        number_checked=call.number.ref.startswith(f"{call.id}.given"),
        identified=bool(call.person),
        note="gecontroleerd" if call.person else "niet gecontroleerd",
    )


def _colleague(call: Call, policy: Policy) -> Consulted | None:
    phase = call.phase
    if not isinstance(phase, Consulting):
        return None
    known = policy.colleagues.get(phase.colleague)
    return Consulted(
        id=phase.colleague, name=known.name if known else phase.colleague, stage=phase.stage, focus=phase.focus
    )


def _instead(call: Call, own: Callback | None, policy: Policy, now: datetime) -> list[Labelled]:
    if own is None or not getattr(call.phase, "failed", ""):
        return []
    kind, _, name = (own.instead_of or owner(own)).partition(":")
    asked = (name, "") if kind == "colleague" else ("", name if kind == "department" else "")
    left = instead(call, *asked, policy, now)
    return [Labelled(id=colleague.id, label=colleague.name) for colleague in left]


async def _callbacks(means: Means, centre: str, call: Call) -> tuple[Sequence[Callback], int]:
    """The open callbacks of this call and, after the check, of this person; and how many there seem to be.

    Before the check those of whoever has this number are counted, too, and only counted.
    """
    rows = await means.pool.fetch(
        """SELECT c.state, c.call = $2 OR c.id = $3 OR (c.person = $4 AND $4 <> '') AS theirs
           FROM callbacks c
           WHERE c.centre = $1 AND c.status IN ('pending', 'promised')
             AND (c.call = $2 OR c.id = $3 OR (c.person = $4 AND $4 <> '')
                  OR $4 = '' AND $5 <> '' AND EXISTS (
                     SELECT FROM names mine JOIN names theirs
                         ON theirs.centre = $1 AND theirs.ref = c.state->>'number' AND theirs.alike = mine.alike
                     WHERE mine.centre = $1 AND mine.ref = $5 AND mine.alike <> ''))
           ORDER BY c.due_at""",
        centre, call.id, call.callback, call.person, call.number.ref,
    )
    return [codec.callback(row["state"]) for row in rows if row["theirs"]], len(rows)


async def _why(means: Means, centre: str, call: str, shown: Agents) -> list[Reason]:
    rows = await means.pool.fetch(
        """SELECT at, because FROM (
               SELECT seq, at, because FROM events
               WHERE centre = $1 AND subject = 'call:' || $2 AND because->>'code' NOT LIKE 'ignored%'
                 AND because->>'code' <> ALL ('{noted,music}')
               ORDER BY seq DESC LIMIT $3) latest
           ORDER BY seq""",
        centre, call, WHY,
    )
    return [Reason(at=row["at"], steps=steps(shown.reason(codec.because(row["because"])))) for row in rows]
