"""Whom an agent can turn to: departments, colleagues, and whether they are there by schedule (domain §1)."""

from __future__ import annotations

from fastapi import Request

from app.callbacks.absence import is_absent
from app.web.api.guard import Backing, Me, allow, router
from app.web.api.problems import failures
from app.web.api.promises import label
from app.web.api.shapes import Labelled, Out
from app.web.api.words import language_of

routes = router("medewerker")


class ColleagueLine(Out):
    """Somebody in the second line. `present`: there by schedule now; when not, no phone rings."""

    id: str
    name: str
    department: str
    present: bool
    substitute: str | None


class TopicLine(Out):
    """A subject, and the office and department it belongs to."""

    id: str
    label: str
    office: str
    department: str | None
    simple: bool


class Directory(Out):
    """What the routing of this moment says."""

    departments: list[Labelled]
    colleagues: list[ColleagueLine]
    topics: list[TopicLine]


@routes.get(
    "/directory", summary="Collega's, afdelingen en onderwerpen", operation_id="getDirectory",
    openapi_extra=allow("agent", "supervisor"), responses=failures(),
)
async def get_directory(request: Request, me: Me, means: Backing) -> Directory:
    """Met wie u kunt overleggen; aanwezigheid volgens rooster."""
    policy, language, now = await means.policy(me.centre), language_of(request), means.clock()
    return Directory(
        departments=[Labelled(id=d.id, label=label(d.label, language, policy)) for d in policy.departments.values()],
        colleagues=[
            ColleagueLine(
                id=c.id, name=c.name, department=c.department, present=not is_absent(policy, c, now),
                substitute=c.substitute or None,
            )
            for c in policy.colleagues.values()
        ],
        topics=[
            TopicLine(
                id=t.id, label=label(t.label, language, policy), office=t.office, department=t.department or None,
                simple=t.simple,
            )
            for t in policy.topics.values()
        ],
    )
