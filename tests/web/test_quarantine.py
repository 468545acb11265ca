"""An event that was set apart is seen, let in again once the mistake is mended, or taken away."""

from typing import Any

from structlog.testing import capture_logs

from app.call.call import Call
from app.call.decision import Decision
from app.call.events import CallOffered, Event, SayFinished
from app.call.world import World
from app.decide import decide
from app.store import codec
from tests.web.house import House

WHICH = {"subject": "call:c1", "key": "k1"}


async def poison(house: House, event: Event | str, subject: str = "call:c1") -> None:
    await house.pool.execute(
        "INSERT INTO quarantine (centre, subject, key, event, error) VALUES ('voorbeeldstad', $1, 'k1', $2, 'oops')",
        subject, event if isinstance(event, str) else codec.text(event),
    )


async def test_an_event_is_let_in_once_the_rules_are_mended(house: House) -> None:
    await house.ready("bart")
    call = await house.rings()
    await house.answers(call)
    leg = (await house.call(call)).legs[0]
    broken = True

    def rules(call: Call | None, event: Event, world: World) -> Decision:
        if broken and isinstance(event, SayFinished):
            raise ValueError("broken rules")
        return decide(call, event, world)

    house.engine._decide = rules
    event, which = SayFinished(call, leg.id, leg.step), {"subject": f"call:{call}", "key": "k1"}
    await poison(house, event, which["subject"])
    ada = house.as_("ada")
    listed = (await ada.get("/quarantine")).json()
    assert (listed["total"], listed["items"][0]["key"], listed["items"][0]["error"]) == (1, "k1", "oops")
    assert codec.event(listed["items"][0]["event"]) == event
    with capture_logs():
        refused = await ada.post("/quarantine/retry", json=which)
    assert (refused.status_code, refused.json()["detail"]) == (409, "Ook nu lukt deze gebeurtenis niet.")
    assert refused.json()["current"]["items"][0]["times"] == 2
    broken = False
    freed = await ada.post("/quarantine/retry", json=which)
    assert (freed.status_code, len(freed.json()["because"])) == (200, 1)
    assert (await ada.get("/quarantine")).json() == {"total": 0, "items": []}
    assert await house.pool.fetchval("SELECT count(*) FROM events WHERE key = 'k1'") == 1
    await poison(house, event, which["subject"])
    assert (await ada.post("/quarantine/retry", json=which)).json() == {"because": []}, "no effect twice"


async def test_what_is_taken_away_is_gone(house: House) -> None:
    ada = house.as_("ada")
    await poison(house, SayFinished("c1", "c1.1", 1))
    assert (await house.as_("ada2").post("/quarantine/drop", json=WHICH)).status_code == 409, "another centre"
    assert (await ada.post("/quarantine/drop", json=WHICH)).status_code == 204
    for action in ("drop", "retry"):
        answer: dict[str, Any] = (await ada.post(f"/quarantine/{action}", json=WHICH)).json()
        assert (answer["status"], answer["detail"]) == (409, "Deze gebeurtenis staat niet (meer) apart.")


async def test_a_caller_of_then_is_not_rung_again_and_nonsense_stays(house: House) -> None:
    ada = house.as_("ada")
    for event, told in ((CallOffered("c1", "c1.1", "140123"), "geleid"), ("{?", "niet te lezen")):
        await poison(house, event)
        answer = (await ada.post("/quarantine/retry", json=WHICH)).json()
        assert (answer["status"], told in answer["detail"]) == (409, True)
        await ada.post("/quarantine/drop", json=WHICH)
    assert await house.pool.fetchval("SELECT count(*) FROM calls") == 0
