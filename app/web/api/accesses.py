"""Who saw what is known of a person is written down: who, what, of what, from where, when (reliability §4.1)."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import Request

from app.logs import logger
from app.web.api.guard import origin_of
from app.web.auth import User
from app.web.means import Means

log = logger()


async def note_access(request: Request, means: Means, user: User, action: str, objects: Sequence[str]) -> None:
    """Write down that `user` did `action` on `objects`; what a polling screen shows again is written once a quarter."""
    if not objects:
        return
    written = await means.pool.fetch(
        """INSERT INTO accesses (centre, actor, role, action, object, origin, result)
           SELECT $1, $2, $3, $4, o.id, $6, 'shown' FROM unnest($5::text[]) o (id)
           WHERE NOT EXISTS (SELECT FROM accesses a
               WHERE a.centre = $1 AND a.object = o.id AND a.actor = $2 AND a.action = $4
                 AND a.at > now() - interval '15 minutes')
           RETURNING object""",
        user.centre, user.actor, user.role, action, list(objects), origin_of(request),
    )
    for row in written:
        log.info(
            "api.shown", centre=user.centre, actor=user.actor, role=user.role, action=action, object=row["object"]
        )
