"""Calls with their whole explained history: every event, when, what became of it, and why (design §4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import Path, Query, Request

from app.call.policy import Policy
from app.call.reference import written
from app.store import codec
from app.web.api.accesses import note_access
from app.web.api.guard import Backing, Me, allow, router
from app.web.api.problems import Mistakes, Problem, failures
from app.web.api.promises import labelled
from app.web.api.reasons import Agents, ReasonStep, steps
from app.web.api.shapes import CallId, Id, Labelled, Moment, Out, Reference
from app.web.api.words import language_of

routes = router("beheer")


class CallLine(Out):
    """One call, without anything about the caller."""

    id: str
    reference: str
    started_at: datetime
    ended_at: datetime | None
    phase: str
    office: Labelled | None
    topic: Labelled | None
    language: str
    dialled: str
    policy: str


class CallList(Out):
    """One page, the latest first; `next` is what to give as `before` for the following one."""

    items: list[CallLine]
    next: str | None


class Happened(Out):
    """One event. `subject` is `call:ID` or `callback:ID`; `because` in both languages with the lines that made it."""

    seq: int
    at: datetime
    subject: str
    event: str
    phase_after: str
    because: list[ReasonStep]
    ignored: bool
    policy: str


class PhoneRang(Out):
    """One phone that rang, or was to ring, for the caller; `rang` in seconds (domain §5)."""

    at: datetime
    role: str
    party: str
    outcome: str
    rang: float
    rings: int
    estimated: bool


class TransferTried(Out):
    """One attempt to transfer."""

    at: datetime
    agent: str
    colleague: str
    outcome: str


class CallHistory(CallLine):
    """A call and everything that happened in it, in order."""

    events: list[Happened]
    phones: list[PhoneRang]
    transfers: list[TransferTried]


@routes.get(
    "/calls", summary="Gesprekken", operation_id="listCalls", openapi_extra=allow("agent", "supervisor", "admin"),
    responses=failures(),
)
async def list_calls(
    request: Request, me: Me, means: Backing,
    office: Annotated[Id | None, Query(description="alleen van dit loket")] = None,
    reference: Annotated[
        Reference | None, Query(description="alleen het gesprek met dit nummer, zoals de beller het noemt")
    ] = None,
    live: Annotated[bool | None, Query(description="alleen lopende, of juist afgelopen")] = None,
    since: Annotated[Moment | None, Query(description="begonnen op of na dit moment")] = None,
    before: Annotated[CallId | None, Query(description="`next` van de vorige bladzijde")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> CallList:
    """De laatste voorop; zonder naam of nummer van de beller.

    Een medewerker zoekt alleen op het nummer dat de beller noemt, en ziet het onderwerp pas wanneer die beller in het
    eigen gesprek is gecontroleerd: wie een nummer noemt, is daarmee niet bekend.
    """
    if me.role == "agent" and reference is None:
        wrong = Mistakes(language_of(request))
        wrong("reference", "missing", "query")
        wrong.tell()
    rows = await means.pool.fetch(
        """SELECT id, phase, started_at, ended_at, state->>'office' AS office, state->>'topic' AS topic,
                  state->>'language' AS language, state->>'dialled' AS dialled, state->>'policy' AS policy, reference,
                  $7 AND NOT EXISTS (SELECT FROM agents a JOIN calls mine
                      ON mine.centre = $1 AND mine.id = a.state->>'call' AND mine.person = calls.person
                      WHERE a.centre = $1 AND a.id = $8 AND mine.person <> '') AS unchecked
           FROM calls
           WHERE centre = $1 AND started_at > '-infinity' AND ($9::text IS NULL OR reference = $9 AND reference <> '')
             AND ($2::text IS NULL OR state->>'office' = $2)
             AND ($3::bool IS NULL OR (ended_at IS NULL) = $3) AND ($4::timestamptz IS NULL OR started_at >= $4)
             AND ($5::text IS NULL
                  OR (started_at, id) < (SELECT started_at, id FROM calls WHERE centre = $1 AND id = $5))
           ORDER BY started_at DESC, id DESC LIMIT $6""",
        me.centre, office, live, since, before, limit + 1, me.role == "agent", me.agent, reference,
    )
    await note_access(request, means, me, "reference", [row["id"] for row in rows if reference])
    policy, language = await means.policy(me.centre), language_of(request)
    shown = [CallLine(**_line(row, policy, language)) for row in rows[:limit]]
    return CallList(items=shown, next=shown[-1].id if len(rows) > limit else None)


@routes.get(
    "/calls/{call}", summary="Een gesprek met uitleg", operation_id="getCall",
    openapi_extra=allow("supervisor", "admin"), responses=failures(404),
)
async def get_call(
    request: Request, call: Annotated[CallId, Path(description="Ons id van het gesprek")], me: Me, means: Backing
) -> CallHistory:
    """Elke gebeurtenis met tijd, stand daarna en de reden in woorden, met de regel in routing.yaml.

    Medewerkers zijn genummerd, behalve in gesprekken vanaf de dag `municipality.agents_named_since` van de routering.
    """
    row = await means.pool.fetchrow(
        """SELECT id, phase, started_at, ended_at, state->>'office' AS office, state->>'topic' AS topic,
                  state->>'language' AS language, state->>'dialled' AS dialled, state->>'policy' AS policy, reference,
                  false AS unchecked
           FROM calls WHERE centre = $1 AND id = $2""",
        me.centre, call,
    )
    if row is None:
        raise Problem(404, "not_found")
    events = await means.pool.fetch(
        """SELECT seq, at, subject, type, phase_after, because, policy_version FROM events
           WHERE centre = $1 AND subject = ANY (
               SELECT 'call:' || $2 UNION ALL SELECT 'callback:' || id FROM callbacks WHERE centre = $1 AND call = $2)
           ORDER BY seq""",
        me.centre, call,
    )
    phones = await means.pool.fetch(
        """SELECT at, role, party, outcome, rang, rings, estimated FROM offers
           WHERE centre = $1 AND call = $2 ORDER BY seq, n""",
        me.centre, call,
    )
    transfers = await means.pool.fetch(
        "SELECT at, agent, colleague, outcome FROM transfers WHERE centre = $1 AND call = $2 ORDER BY seq, n",
        me.centre, call,
    )
    await note_access(request, means, me, "history", [call])
    policy, language = await means.policy(me.centre), language_of(request)
    shown = Agents(row["started_at"], policy, language)
    return CallHistory(
        **_line(row, policy, language),
        events=[_happened(event, shown) for event in events],
        phones=[
            PhoneRang(**phone | {"party": shown(phone["party"])}) if phone["role"] == "agent" else PhoneRang(**phone)
            for phone in map(dict, phones)
        ],
        transfers=[
            TransferTried(**transfer | {"agent": shown(transfer["agent"])}) for transfer in map(dict, transfers)
        ],
    )


def _line(row: Mapping[str, Any], policy: Policy, language: str) -> dict[str, Any]:
    return {
        **{key: row[key] for key in ("id", "phase", "started_at", "ended_at", "language", "dialled", "policy")},
        "reference": written(row["reference"]),
        "office": labelled(policy.offices, row["office"], language, policy),
        "topic": None if row["unchecked"] else labelled(policy.topics, row["topic"], language, policy),
    }


def _happened(row: Mapping[str, Any], shown: Agents) -> Happened:
    because = shown.reason(codec.because(row["because"]))
    return Happened(
        seq=row["seq"], at=row["at"], subject=row["subject"], event=row["type"], phase_after=row["phase_after"],
        because=steps(because), ignored=because.ignored, policy=row["policy_version"],
    )
