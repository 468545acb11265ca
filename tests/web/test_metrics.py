"""What a watcher reads of one whole call: a phone that nobody took, a warm transfer, a promise that is late."""

import asyncio
from datetime import timedelta

import httpx
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette

from app.call.call import Connected
from app.call.events import LegEnded, LegRinging, TimerFired
from app.web.health import Health
from app.web.metrics import Metrics
from app.workers.timers import Timers
from tests.web.house import House

Figures = dict[tuple[str, tuple[tuple[str, str], ...]], float]


async def read(house: House, metrics: Metrics) -> Figures:
    """The figures as Prometheus reads them, by name and labels."""
    pages = Health(house.engine, house.pool, metrics, lambda: house.now, dict).routes()
    transport = httpx.ASGITransport(Starlette(routes=pages))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        text = (await client.get("/metrics")).text
    return {
        (sample.name.removeprefix("warmlijn_"), tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text) for sample in family.samples
    }


def those(figures: Figures, name: str) -> dict[str, float]:
    """The values of one figure, by its labels in the order of their names."""
    return {
        ",".join(value for _, value in labels): number for (known, labels), number in figures.items() if known == name
    }


async def missed(house: House, metrics: Metrics, call: str) -> None:
    """The phone rings three times and nobody takes it; the clock sees so a quarter of a second late."""
    leg = (await house.call(call)).legs[-1].id
    await house.happens(LegRinging(call, leg))
    rings = (await house.call(call)).timer("rings")
    assert rings is not None
    house.now = rings.due_at + timedelta(seconds=0.25)
    timers = Timers(house.engine, house.pool, lambda: house.now, metrics.late.observe)
    await timers.start()
    async with asyncio.timeout(10):
        while not metrics.registry.get_sample_value("warmlijn_timer_late_seconds_count"):
            await asyncio.sleep(0.01)
    await timers.stop()
    await house.happens(LegEnded(call, leg, "normal"))


async def transferred(house: House, call: str) -> None:
    """Meryem takes the call, speaks with a colleague, connects them, and they go on speaking."""
    await house.ready("meryem")
    await house.answers(call)
    meryem = house.as_("meryem")
    await meryem.post(f"/calls/{call}/callback", json={"topic": "wmo"})
    await meryem.post(f"/calls/{call}/consult", json={"colleague": "fatima", "topic": "jeugd"})
    await house.answers(call)
    assert (await meryem.post(f"/calls/{call}/complete")).status_code == 200
    await house.join(call)
    assert isinstance((await house.call(call)).phase, Connected)
    for timer in (await house.call(call)).timers:
        house.now = max(house.now, timer.due_at)
        await house.happens(TimerFired("call", call, timer.name, timer.due_at, timer.leg))
    await house.over(call, "meryem")


async def test_the_figures_of_one_whole_call(house: House) -> None:
    metrics = Metrics()
    house.engine.listen(metrics.committed)
    await house.ready("bart")
    call = await house.rings()
    await missed(house, metrics, call)
    await transferred(house, call)
    (promise,) = await house.callbacks()
    fresh = await read(house, metrics)
    house.now = promise.due_at + timedelta(seconds=1)
    await house.pool.execute("UPDATE outbox SET created_at = created_at - interval '20 s'")
    figures = await read(house, metrics)

    assert those(figures, "calls_started_total") == {"voorbeeldstad": 1}
    assert those(figures, "phases_entered_total") == {
        "Welcoming": 1, "Offering": 2, "Waiting": 1, "Joining": 1, "Talking": 1, "Consulting": 1, "Connecting": 1,
        "Connected": 1, "Ended": 1,
    }
    assert those(figures, "rings_sum") == {"agent": 3 + 1, "colleague": 1}
    assert those(figures, "rings_count") == {"agent": 2, "colleague": 1}
    assert those(figures, "offers_total") == {"no_answer,agent": 1, "answered,agent": 1, "answered,colleague": 1}
    assert those(figures, "transfers_total") == {"answered": 1}
    assert those(figures, "timer_late_seconds_count") == {"": 1}
    assert those(figures, "timer_late_seconds_sum") == {"": 0.25}
    promises = {"anderstad,open": 0, "anderstad,late": 0, "voorbeeldstad,open": 1}
    assert those(fresh, "callbacks") == {**promises, "voorbeeldstad,late": 0}
    assert those(figures, "callbacks") == {**promises, "voorbeeldstad,late": 1}

    events = those(figures, "events_total")
    found = events.pop("AgentFound")  # follows from another event, in the same batch
    assert (found, events["CallOffered"], events["TimerFired"]) == (1, 1, 2)
    assert those(figures, "batch_events_sum")[""] == sum(events.values())
    assert those(figures, "batch_events_count") == those(figures, "commit_seconds_count")
    assert 0 < those(figures, "commit_seconds_sum")[""] < 60
    assert 20 <= those(figures, "outbox_age_seconds")[""] < 80
    assert those(fresh, "outbox_age_seconds")[""] < those(figures, "outbox_age_seconds")[""]
