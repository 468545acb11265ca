"""What the rules cost, in this process: one decision over the calls of the load, and one routing with 200 rules."""

from __future__ import annotations

import statistics
from time import perf_counter

from msgspec.structs import replace

from app import policyfile
from app.call.call import Call
from app.call.events import Event
from app.call.policy import Hours, Rule
from app.call.world import World
from app.decide import decide
from app.ivr.routing import route
from bench import policy
from bench.calls import stories
from bench.results import Result, median
from tests.core.house import House

ROUNDS = 300


def asked() -> list[tuple[Call | None, Event, World]]:
    """Every decision of both kinds of call: the call before, the event, and the world it sees, with 50 agents."""
    made = policyfile.load(policy.text())
    found: list[tuple[Call | None, Event, World]] = []
    for story in stories(made):
        house = House(policy=made)
        house.ready(*(policy.agent(n) for n in range(policy.AGENTS)))
        for step in story.steps:
            world = house.world()
            then = replace(world, agents=dict(world.agents), callbacks=dict(world.callbacks))
            found.append((step.before, step.event, then))
            house.handle(step.event)
    return found


def per_decision() -> list[float]:
    """Microseconds of each decision, the median over the rounds."""
    questions = asked()
    times: list[list[float]] = [[] for _ in questions]
    for _ in range(ROUNDS):
        for n, (call, event, world) in enumerate(questions):
            begin = perf_counter()
            decide(call, event, world)
            times[n].append(perf_counter() - begin)
    return [statistics.median(each) * 1e6 for each in times]


def deciding() -> list[Result]:
    """The median decision, and the mean that is subtracted from the service's CPU."""
    times = per_decision()
    return [
        Result("decide: median over the calls", median(times), "us", "<= 40", f"mean {statistics.fmean(times):.1f}"),
    ]


def routing() -> list[Result]:
    """`route` with 200 rules of which the last matches; a third fails on its topic, its number, its hours each."""
    made = policyfile.load(policy.text())
    ways = ({"topics": ("wmo", "werk")}, {"topics": ("paspoort",), "numbers": ("+31201234567",)}, {"hours": "shut"})
    rules = tuple(Rule("sociaal", **ways[n % 3]) for n in range(199))
    made = replace(made, rules=(*rules, Rule("kcc")), hours={**made.hours, "shut": Hours("shut", {})})
    house = House(policy=made)
    house.ready(*(policy.agent(n) for n in range(policy.AGENTS)))
    offered = stories(made)[0].steps[0].decision.call
    assert offered is not None
    call = replace(offered, topic="paspoort")
    world = house.world()
    assert route(call, world).office == "kcc"
    times = []
    for _ in range(2000):
        begin = perf_counter()
        route(call, world)
        times.append(perf_counter() - begin)
    return [Result("routing decision with 200 rules", median(times) * 1e6, "us", "<= 25")]
