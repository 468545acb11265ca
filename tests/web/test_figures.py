"""The figures of an office: who was not helped and why not, and what was answered directly, per topic."""

from datetime import timedelta

from app.call.events import CallOffered, KeysPressed, LegEnded
from app.call.numbers import Given
from app.providers.base import call_id
from tests.web.house import House


async def offered(house: House, name: str, dialled: str = "+31123456780") -> str:
    call = call_id("voorbeeldstad", "generic", name)
    given = Given(f"{call}.number", "mobile", "NL")
    await house.happens(CallOffered(call, f"{call}.1", dialled, given), private={f"{call}.number": "+31612345679"})
    return call


async def gone(house: House, call: str) -> None:
    await house.happens(LegEnded(call, f"{call}.1", "normal"))


async def missed(house: House, office: str) -> tuple[int, ...]:
    """`(calls, answered, promised, closed, abandoned)` of this office."""
    offices = (await house.as_("tess").get("/offices")).json()["offices"]
    shown = next(o for o in offices if o["id"] == office)
    return tuple(shown[name] for name in ("calls", "answered", "promised", "closed", "abandoned"))


async def test_who_hung_up_is_not_counted_with_who_found_it_closed_or_was_promised_a_callback(house: House) -> None:
    await house.ready("bart")
    await gone(house, await house.rings("hangs up while waiting"))
    await gone(house, await offered(house, "hangs up in the menu", "140123"))
    house.now += timedelta(hours=7)
    await gone(house, await offered(house, "rings when the office is closed"))
    promised = await offered(house, "rings when the office is closed, and wants to be called back")
    await house.happens(KeysPressed(promised, f"{promised}.1", (await house.call(promised)).legs[0].step, "1"))
    await gone(house, promised)
    assert await missed(house, "sociaal") == (3, 0, 1, 1, 1)
    assert await missed(house, "kcc") == (1, 0, 0, 0, 1)


async def test_the_goal_follows_the_topic(house: House) -> None:
    """Domain §2: the figures are per front office and per topic, whoever answered."""
    call = await house.talking()
    questions = [{"topic": "wmo", "direct": True}, {"topic": "jeugd", "direct": False}]
    await house.as_("bart").post(f"/calls/{call}/registration", json={"questions": questions})
    offices = (await house.as_("tess").get("/offices")).json()["offices"]
    direct = next(o for o in offices if o["id"] == "sociaal")["direct"]
    assert (direct["questions"], direct["direct"], direct["goal"]) == (2, 1, 0.85)
    assert [(t["id"], t["questions"], t["direct"], t["goal"]) for t in direct["topics"]] == [
        ("wmo", 1, 1, 0.85), ("jeugd", 1, 0, 0.85),
    ]
