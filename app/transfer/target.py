"""Whom a consult rings: the colleague who was asked for, or whoever is there of a department (design §5 rule 13)."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from app.call.because import Because, why
from app.call.call import Call
from app.call.policy import Colleague, Policy
from app.call.world import World
from app.callbacks.absence import is_absent


class Target(Struct, frozen=True):
    """`colleague` is to be rung; `absent` is not there by schedule and is not rung at all; else `refused` says why."""

    colleague: Colleague | None = None
    absent: bool = False
    department: str = ""
    refused: Because | None = None


def choose(call: Call, colleague: str, department: str, world: World) -> Target:
    """The target of a consult. Who declined or did not answer is not rung again while somebody else is left."""
    if colleague:
        return _named(call, colleague, world)
    if department not in world.policy.departments:
        return Target(refused=why("ignored.unknown_department", department=department))
    there = [c for c in _of(department, world.policy) if not is_absent(world.policy, c, world.now)]
    fresh = [c for c in there if c.id not in call.failed]
    if fresh or there:
        return Target((fresh or there)[0])
    return Target(absent=True, department=department)


def _named(call: Call, colleague_id: str, world: World) -> Target:
    colleague = world.policy.colleagues.get(colleague_id)
    if colleague is None:
        return Target(refused=why("ignored.unknown_colleague", colleague=colleague_id))
    if is_absent(world.policy, colleague, world.now):
        return Target(colleague, absent=True, department=colleague.department)
    if colleague.id in call.unwilling and (left := instead(call, colleague.id, "", world.policy, world.now)):
        return Target(refused=why("ignored.rung_already", colleague=colleague.id, instead=left[0].id))
    return Target(colleague)


def instead(call: Call, colleague: str, department: str, policy: Policy, now: datetime) -> list[Colleague]:
    """Who can take it over from this colleague, or for this department when nobody was named.

    The substitute first, then the others of the department: who is there by schedule and was not tried yet.
    """
    known = policy.colleagues.get(colleague)
    others = _of(department if known is None else known.department, policy)
    if known is not None and known.substitute in policy.colleagues:
        others.insert(0, policy.colleagues[known.substitute])
    tried = (colleague, *call.failed)
    left = {c.id: c for c in others if c.id not in tried and not is_absent(policy, c, now)}
    return list(left.values())


def _of(department: str, policy: Policy) -> list[Colleague]:
    return [c for c in policy.colleagues.values() if c.department == department]
