"""What the supervisor is warned of: the office, never the agent; the latest first, page by page (domain §5, §6)."""

from datetime import timedelta

from app.call.events import TimerFired
from app.decide import decide
from app.engine.replay import replay
from app.web.metrics import Metrics
from tests.web.house import House


async def test_an_office_whose_last_ready_agent_missed_a_call(house: House) -> None:
    metrics = Metrics()
    house.engine.listen(metrics.committed)
    await house.ready("bart")
    call = await house.rings()
    await house.declines(call)
    answer = await house.as_("tess").get("/warnings")
    (warning,) = answer.json()["items"]
    assert (warning["kind"], warning["call"], warning["callback"]) == ("last_ready", call, None)
    assert warning["office"]["id"] == "sociaal"
    assert warning["words"] == "De laatste beschikbare medewerker van dit loket nam niet op."
    assert "bart" not in answer.text
    assert 'warmlijn_warnings_total{centre="voorbeeldstad",kind="last_ready"} 1.0' in metrics.text().decode()
    assert (await house.as_("tess2").get("/warnings")).json()["items"] == [], "another centre"


async def test_a_promise_that_is_missed_and_then_late(house: House) -> None:
    call = await house.talking()
    await house.as_("bart").post(f"/calls/{call}/callback", json={"colleague": "fatima"})
    (callback,) = await house.callbacks()
    for timer in sorted(callback.timers, key=lambda timer: timer.due_at):
        house.now = timer.due_at + timedelta(seconds=1)
        await house.happens(TimerFired("callback", callback.id, timer.name, timer.due_at))
    tess = house.as_("tess")
    english = {"Accept-Language": "en"}
    first = (await tess.get("/warnings", params={"limit": "1"}, headers=english)).json()
    second = (await tess.get("/warnings", params={"limit": "1", "before": first["next"]})).json()
    assert [w["kind"] for w in (*first["items"], *second["items"])] == ["callback_late", "callback_missed"]
    assert second["next"] is None
    (late,) = first["items"]
    assert (late["callback"], late["call"], late["office"]["id"]) == (callback.id, call, "sociaal")
    assert late["words"] == "A callback is past the norm in working days."
    assert (await tess.get("/warnings", params={"before": "gisteren"})).status_code == 400
    report = await replay(house.pool, house.engine.policies, "voorbeeldstad", decide)
    assert (report.whole, report.differences) == (True, [])


async def test_a_promise_that_nobody_can_dial(house: House) -> None:
    await house.ready("bart")
    call = await house.rings(withheld=True)
    await house.answers(call)
    bart, tess = house.as_("bart"), house.as_("tess")
    owed = (await bart.post(f"/calls/{call}/callback", json={"topic": "wmo"})).json()["callback"]
    refused = await bart.post(f"/callbacks/{owed['id']}/confirm")
    assert (refused.status_code, refused.json()["because"]["code"]) == (409, "ignored.number_withheld")
    assert (await bart.post(f"/callbacks/{owed['id']}/change", json={"reach": "email"})).status_code == 400
    assert (await tess.get("/warnings")).json()["items"] == [], "the agent may still ask"
    await house.over(call)
    (warning,) = (await tess.get("/warnings")).json()["items"]
    assert (warning["kind"], warning["callback"]) == ("callback_no_number", owed["id"])
    assert warning["words"] == "Het gesprek is voorbij en voor de terugbelafspraak is er geen nummer om te bellen."
