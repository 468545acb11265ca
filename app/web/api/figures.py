"""How the offices are doing: figures per office, never per agent (domain §6, works council)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time

import asyncpg
from fastapi import Request

from app.call.agent import AgentState
from app.call.calendar import is_open, local
from app.call.policy import Policy
from app.web.api.guard import Backing, Me, allow, router
from app.web.api.problems import failures
from app.web.api.promises import label
from app.web.api.shapes import Labelled, Out
from app.web.api.words import language_of
from app.web.means import Means

routes = router("teamleider")
READ = failures()


class DirectTopic(Labelled):
    """One topic; its goal is its own, else that of its office."""

    questions: int
    direct: int
    goal: float


class Direct(Out):
    """Questions answered in the first line today, by the office of their topic; `scope` says what is counted.

    `topics` are those that were asked about.
    """

    questions: int
    direct: int
    goal: float
    topics: list[DirectTopic]
    scope: str = "alleen telefonie"


class OfficeFigures(Out):
    """One office now and today. Durations in seconds; null while there is nothing to count.

    Who never spoke to a person was `promised` a callback, heard that it is `closed`, or `abandoned`: hung up in a menu
    (counted at the general front office) or while waiting.
    """

    id: str
    label: str
    open: bool
    waiting: int
    longest_wait: int
    agents: dict[AgentState, int]
    calls: int
    answered: int
    promised: int
    closed: int
    abandoned: int
    seconds_to_person: int | None
    phones_rang: float | None
    phones_answered: int
    phones_within_three_rings: int
    phones_missed: int
    callbacks_open: int
    callbacks_late: int
    direct: Direct


class Figures(Out):
    """All offices; `since` is local midnight."""

    at: datetime
    since: datetime
    offices: list[OfficeFigures]


class AgentLine(Out):
    """Who can be reached now: no reasons, no counts, no times (domain §6)."""

    id: str
    name: str
    state: AgentState
    offices: list[Labelled]


class Agents(Out):
    """Everybody in the policy."""

    items: list[AgentLine]


@routes.get(
    "/agents", summary="Wie er is", operation_id="listAgents", openapi_extra=allow("supervisor"), responses=READ,
)
async def list_agents(request: Request, me: Me, means: Backing) -> Agents:
    """De stand van nu, zonder redenen, aantallen of tijden per medewerker."""
    policy = await means.policy(me.centre)
    states = await _states(means, me.centre)
    language = language_of(request)
    return Agents(items=[
        AgentLine(
            id=agent.id, name=agent.name, state=states.get(agent.id, "logged_off"),
            offices=[Labelled(id=o, label=label(policy.offices[o].label, language, policy)) for o in agent.offices],
        )
        for agent in policy.agents.values()
    ])


@routes.get(
    "/offices", summary="Cijfers per loket", operation_id="listOffices",
    openapi_extra=allow("supervisor", "admin"), responses=READ,
)
async def list_offices(request: Request, me: Me, means: Backing) -> Figures:
    """Nu en vandaag. Het doel geldt per vraag en volgt het onderwerp, wie er ook opnam (domain §2)."""
    policy, now = await means.policy(me.centre), means.clock()
    here, kcc = local(now, policy), policy.municipality.kcc
    since = datetime.combine(here.date(), time(), here.tzinfo)
    by_office = {row["office"]: row for row in await means.pool.fetch(OFFICES, me.centre, since, now, kcc)}
    topics = await means.pool.fetch(TOPICS, me.centre, since)
    states, language = await _states(means, me.centre), language_of(request)
    return Figures(at=now, since=since, offices=[
        _figures(office, by_office.get(office), topics, states, policy, now, language) for office in policy.offices
    ])


async def _states(means: Means, centre: str) -> dict[str, AgentState]:
    rows = await means.pool.fetch("SELECT id, state->>'state' AS state FROM agents WHERE centre = $1", centre)
    return {row["id"]: row["state"] for row in rows}


OFFICES = """
WITH today AS (
    SELECT coalesce(nullif(state->>'office', ''), $4) AS office, id, waiting, started_at,
           (state->>'person_at')::timestamptz AS person_at, (state->>'phones')::int AS phones,
           CASE WHEN phase <> 'Ended' OR state->>'person_at' IS NOT NULL THEN ''
                WHEN state->>'callback' <> '' THEN 'promised'
                WHEN (state->>'closed')::bool THEN 'closed' ELSE 'abandoned' END AS missed
    FROM calls WHERE centre = $1 AND (started_at >= $2 OR waiting IS NOT NULL)),
spoken AS (
    SELECT office,
           count(*) FILTER (WHERE started_at >= $2) AS calls,
           count(*) FILTER (WHERE started_at >= $2 AND person_at IS NOT NULL) AS answered,
           count(*) FILTER (WHERE started_at >= $2 AND missed = 'promised') AS promised,
           count(*) FILTER (WHERE started_at >= $2 AND missed = 'closed') AS closed,
           count(*) FILTER (WHERE started_at >= $2 AND missed = 'abandoned') AS abandoned,
           avg(extract(epoch FROM person_at - started_at)) FILTER (WHERE started_at >= $2) AS to_person,
           avg(phones) FILTER (WHERE started_at >= $2 AND person_at IS NOT NULL) AS phones
    FROM today GROUP BY office),
lines AS (
    SELECT waiting->>'office' AS office, count(*) AS waiting,
           max(extract(epoch FROM $3 - (waiting->>'since')::timestamptz)) AS longest
    FROM today WHERE waiting IS NOT NULL GROUP BY 1),
rung AS (
    SELECT c.office, count(*) FILTER (WHERE o.outcome = 'answered') AS answered,
           count(*) FILTER (WHERE o.outcome = 'answered' AND o.rings <= 3) AS within,
           count(*) FILTER (WHERE o.outcome IN ('no_answer', 'declined', 'unreachable', 'busy')) AS missed
    FROM offers o JOIN today c ON c.id = o.call
    WHERE o.centre = $1 AND o.role = 'agent' AND o.at >= $2 GROUP BY 1),
owed AS (
    SELECT state->>'office' AS office, count(*) AS open,
           count(*) FILTER (WHERE (state->>'late')::bool) AS late
    FROM callbacks WHERE centre = $1 AND status IN ('pending', 'promised') GROUP BY 1)
SELECT office, spoken.calls, spoken.answered, spoken.promised, spoken.closed, spoken.abandoned,
       spoken.to_person, spoken.phones, lines.waiting, lines.longest,
       rung.answered AS rung, rung.within, rung.missed, owed.open, owed.late
FROM spoken FULL JOIN lines USING (office) FULL JOIN rung USING (office) FULL JOIN owed USING (office)
"""
TOPICS = """
SELECT q->>'topic' AS topic, c.state->>'office' AS office, count(*) AS questions,
       count(*) FILTER (WHERE (q->>'direct')::bool) AS direct
FROM registrations r CROSS JOIN LATERAL jsonb_array_elements(r.questions) q
JOIN calls c ON c.centre = r.centre AND c.id = r.call
WHERE r.centre = $1 AND r.done_at >= $2 GROUP BY 1, 2
"""


def _figures(
    office: str, row: asyncpg.Record | None, topics: Iterable[asyncpg.Record], states: dict[str, AgentState],
    policy: Policy, now: datetime, language: str,
) -> OfficeFigures:
    def count(column: str) -> int:
        return int(row[column] or 0) if row is not None else 0

    to_person = row["to_person"] if row is not None else None
    phones = row["phones"] if row is not None else None
    mine = [t for t in topics if _office_of(t, policy) == office]
    agents: dict[AgentState, int] = {}
    for agent in policy.agents.values():
        if office in agent.offices:
            state = states.get(agent.id, "logged_off")
            agents[state] = agents.get(state, 0) + 1
    known = policy.offices[office]
    return OfficeFigures(
        id=office, label=label(known.label, language, policy), open=is_open(policy, known.hours, now),
        waiting=count("waiting"), longest_wait=count("longest"), agents=agents, calls=count("calls"),
        answered=count("answered"), promised=count("promised"), closed=count("closed"), abandoned=count("abandoned"),
        seconds_to_person=None if to_person is None else round(to_person),
        phones_rang=None if phones is None else round(float(phones), 2),
        phones_answered=count("rung"), phones_within_three_rings=count("within"), phones_missed=count("missed"),
        callbacks_open=count("open"), callbacks_late=count("late"),
        direct=Direct(
            questions=sum(t["questions"] for t in mine), direct=sum(t["direct"] for t in mine), goal=known.goal,
            topics=_per_topic(mine, policy, language),
        ),
    )


def _per_topic(rows: Iterable[asyncpg.Record], policy: Policy, language: str) -> list[DirectTopic]:
    """The topics that still are in the policy, whichever office answered."""
    counted: dict[str, tuple[int, int]] = {}
    for row in rows:
        questions, direct = counted.get(row["topic"], (0, 0))
        counted[row["topic"]] = (questions + row["questions"], direct + row["direct"])
    return [
        DirectTopic(
            id=topic.id, label=label(topic.label, language, policy), questions=counted[topic.id][0],
            direct=counted[topic.id][1], goal=topic.goal,
        )
        for topic in policy.topics.values() if topic.id in counted
    ]


def _office_of(row: asyncpg.Record, policy: Policy) -> str:
    """The office that a question counts for: that of its topic, whoever answered (domain §2)."""
    topic = policy.topics.get(row["topic"])
    return topic.office if topic is not None else str(row["office"])
