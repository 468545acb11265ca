"""The decision between the front offices: KCC or social, from what the caller chose, never from who a number may be."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from app.agents.choice import kept, ready, staffed
from app.call.because import Because, why
from app.call.call import Call
from app.call.world import World


class Route(Struct, frozen=True):
    """An office and why; `closed` when nobody will be there today for this caller."""

    office: str
    because: Because
    closed: bool = False


def route(call: Call, world: World) -> Route:
    """The front office for this call.

    The first rule of `rules` that matches wins; then the office the caller chose, then that of the topic, then the KCC.
    An office that is closed, or where nobody is logged on, gives way to its overflow when somebody is there.
    """
    chosen = _chosen(call, world)
    office = world.pinned.offices[chosen.office]
    if attended(office.id, world):
        return chosen
    here = world.is_open(office.hours)
    if office.overflow and attended(office.overflow, world):
        cause = "route.overflow_empty" if here else "route.overflow_closed"
        return Route(office.overflow, why(cause, office.line, office=office.id, to=office.overflow))
    if here:
        return chosen
    return Route(
        office.id, replace(chosen.because, then=why("route.closed", office.line, office=office.id)), closed=True
    )


def attended(office: str, world: World) -> bool:
    """Whether this office is open and somebody is logged on."""
    return world.is_open(world.pinned.offices[office].hours) and staffed(office, world)


def _chosen(call: Call, world: World) -> Route:
    policy = world.pinned
    for rule in policy.rules:
        if (
            (not rule.topics or call.topic in rule.topics)
            and (not rule.numbers or call.dialled in rule.numbers)
            and (not rule.languages or call.language in rule.languages)
            and (rule.load_above is None or _load(call, world) > rule.load_above)
            and (not rule.hours or world.is_open(rule.hours))
        ):
            return Route(rule.office, why("route.rule", rule.line, office=rule.office))
    if call.office:
        return Route(call.office, why("route.choice", policy.offices[call.office].line, office=call.office))
    if call.topic:
        topic = policy.topics[call.topic]
        return Route(topic.office, why("route.topic", topic.line, topic=topic.id, office=topic.office))
    kcc = policy.municipality.kcc
    return Route(kcc, why("route.kcc", policy.offices[kcc].line, office=kcc))


def _load(call: Call, world: World) -> float:
    """Callers waiting, also those to be rung back in turn, per ready agent at the office without the rule."""
    topic = world.pinned.topics.get(call.topic)
    office = call.office or (topic.office if topic else world.pinned.municipality.kcc)
    waiting = sum(w.office == office for w in (*world.waiting.values(), *kept(world).values()))
    return waiting / max(1, len(ready(office, world)))
