"""A version is put to use by one event; of two admins at the same moment one is told that the other was first."""

from __future__ import annotations

from fastapi import Request

from app.call.events import PolicyActivated
from app.call.policy import Policy
from app.providers.base import Arrival
from app.store import codec
from app.web.api.guard import origin_of
from app.web.api.problems import Problem
from app.web.api.shapes import Out
from app.web.auth import User
from app.web.means import Means

_NOW = """
SELECT c.state, coalesce((SELECT max(seq) FROM events
                          WHERE centre = $1 AND subject = 'centre' AND type = 'PolicyActivated'), 0)
FROM centres c WHERE c.id = $1"""
_FIRST = "SELECT data->>'version' FROM events WHERE centre = $1 AND subject = 'centre' AND key = $2"


class Activated(Out):
    """The version that decides new calls from now on, and the one before it."""

    version: str
    before: str


async def repeated(means: Means, user: User, once: str | None) -> Activated | None:
    """What this very request did before: rolling back twice by a repeated click would undo it."""
    if once is None:
        return None
    done = await means.pool.fetchval(
        "SELECT object FROM accesses WHERE centre = $1 AND actor = $2 AND action = $3",
        user.centre, user.actor, _did(once),
    )
    return None if done is None else Activated(version=done.partition(" ")[0], before=done.partition(" ")[2])


async def activate(
    request: Request, means: Means, user: User, policy: Policy, *, reason: str, based_on: str | None, once: str | None
) -> Activated:
    """Bring the event in. Raises Problem 409 when another version than `based_on` is active by then.

    The event's key names the activation before it, seen at the same moment as what is active: two at once have the same
    key, and the one that is in the log has effect.
    """
    state, last = await means.pool.fetchrow(_NOW, user.centre)
    before = codec.centre(state).policy
    if before == policy.version:
        return Activated(version=before, before=before)
    if based_on not in (None, before):
        raise Problem(409, "other_active")
    means.engine.policies.add(user.centre, policy)
    event = PolicyActivated(user.actor, policy.version)
    arrival = Arrival(centre=user.centre, key=f"policy:after:{last}", event=event, provider="api")
    await means.engine.handle(arrival)
    if await means.pool.fetchval(_FIRST, user.centre, arrival.key) != policy.version:
        raise Problem(409, "other_active")
    means.engine.policies.activate(user.centre, policy.version)
    await means.pool.execute(
        "UPDATE policies SET activated_at = $3, reason = $4 WHERE centre = $1 AND version = $2",
        user.centre, policy.version, means.clock(), reason,
    )
    await means.pool.execute(
        """INSERT INTO accesses (centre, actor, role, action, object, origin, result)
           VALUES ($1, $2, $3, $4, $5, $6, 'activated')""",
        user.centre, user.actor, user.role, _did(once), f"{policy.version} {before}", origin_of(request),
    )
    return Activated(version=policy.version, before=before)


def _did(once: str | None) -> str:
    return f"activate:{once}" if once else "activate"
