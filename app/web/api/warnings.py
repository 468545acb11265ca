"""What the supervisor is warned of: per office and per promise, never per agent (domain §5, §6, works council)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Query, Request

from app.call.decision import Danger
from app.web.api.guard import Backing, Me, allow, router
from app.web.api.problems import failures
from app.web.api.promises import labelled
from app.web.api.shapes import Labelled, Out, WarningId
from app.web.api.words import WARNINGS, language_of

routes = router("teamleider")


class WarningLine(Out):
    """One warning; `words` says what it is about. `callback` is the promise that was missed or is late."""

    id: str
    at: datetime
    kind: Danger
    words: str
    call: str
    office: Labelled | None
    callback: str | None


class WarningList(Out):
    """One page, the latest first; `next` is what to give as `before` for the following one."""

    items: list[WarningLine]
    next: str | None


@routes.get(
    "/warnings", summary="Waarschuwingen", operation_id="listWarnings",
    openapi_extra=allow("supervisor", "admin"), responses=failures(),
)
async def list_warnings(
    request: Request, me: Me, means: Backing,
    before: Annotated[WarningId | None, Query(description="`next` van de vorige bladzijde")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> WarningList:
    """De laatste voorop: een loket waarvan de laatste beschikbare medewerker niet opnam, een afspraak die verliep."""
    policy, language = await means.policy(me.centre), language_of(request)
    seq, n = (int(part) for part in before.split("-")) if before else (None, None)
    rows = await means.pool.fetch(
        """SELECT w.seq, w.n, w.kind, w.call, w.subject, w.at,
                  CASE WHEN w.kind = 'last_ready' THEN w.subject ELSE c.state->>'office' END AS office
           FROM warnings w LEFT JOIN callbacks c ON c.centre = w.centre AND c.id = w.subject
           WHERE w.centre = $1 AND ($2::bigint IS NULL OR (w.seq, w.n) < ($2, $3::int))
           ORDER BY w.seq DESC, w.n DESC LIMIT $4""",
        me.centre, seq, n, limit + 1,
    )
    shown = [
        WarningLine(
            id=f"{row['seq']}-{row['n']}", at=row["at"], kind=row["kind"], words=WARNINGS[row["kind"]][language],
            call=row["call"], office=labelled(policy.offices, row["office"] or "", language, policy),
            callback=None if row["kind"] == "last_ready" else row["subject"],
        )
        for row in rows[:limit]
    ]
    return WarningList(items=shown, next=shown[-1].id if len(rows) > limit else None)
