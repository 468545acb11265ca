"""A version is put to use by one event; of two admins at the same moment one is told that the other was first."""

from __future__ import annotations

from app.call.events import PolicyActivated
from app.call.policy import Policy
from app.providers.base import Arrival
from app.web.api.problems import Problem
from app.web.api.shapes import Out
from app.web.auth import User
from app.web.means import Means


class Activated(Out):
    """The version that decides new calls from now on, and the one before it."""

    version: str
    before: str


async def activate(
    means: Means, user: User, event: PolicyActivated, policy: Policy, *,
    reason: str, based_on: str | None, once: str | None,
) -> Activated:
    """Bring the event in. Raises Problem 409 when another version than `based_on` is active by then.

    The event's key counts the activations so far: two at the same moment have the same key, and one has effect.
    """
    before = (await means.centre(user.centre)).policy
    if before == policy.version and (once is not None or based_on is None):
        return Activated(version=before, before=before)
    if based_on not in (None, before):
        raise _other()
    so_far = await means.pool.fetchval(
        "SELECT count(*) FROM events WHERE centre = $1 AND subject = 'centre' AND type = 'PolicyActivated'", user.centre
    )
    means.engine.policies.add(user.centre, policy)
    key = f"policy:{so_far + 1}"
    handled = await means.engine.handle(Arrival(centre=user.centre, key=key, event=event, provider="api"))
    if handled.because is None and (await means.centre(user.centre)).policy != policy.version:
        raise _other()
    means.engine.policies.activate(user.centre, policy.version)
    await means.pool.execute(
        "UPDATE policies SET activated_at = $3, reason = $4 WHERE centre = $1 AND version = $2",
        user.centre, policy.version, means.clock(), reason,
    )
    return Activated(version=policy.version, before=before)


def _other() -> Problem:
    return Problem(409, "other_active")
