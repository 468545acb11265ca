"""Several questions in one call through the API: each its own promise, all of them on the card (design §5 rule 11)."""

from __future__ import annotations

from app.decide import decide
from app.engine.replay import replay
from tests.web.house import House


async def two(house: House) -> str:
    """A promise about jeugd, agreed with the caller, and one about the wmo. Returns the call."""
    call = await house.talking()
    bart = house.as_("bart")
    first = (await bart.post(f"/calls/{call}/callback", json={"colleague": "fatima", "topic": "jeugd"})).json()
    await bart.post(f"/callbacks/{first['callback']['id']}/confirm")
    await bart.post(f"/calls/{call}/callback", json={"colleague": "fatima", "topic": "wmo"})
    return call


async def test_the_card_shows_them_all_before_the_caller_is_checked(house: House) -> None:
    call = await two(house)
    card = (await house.as_("bart").get("/me/call")).json()["call"]
    assert [(c["subject"]["id"], c["status"]) for c in card["callbacks"]] == [
        ("jeugd", "promised"), ("wmo", "pending"),
    ]  # fmt: skip
    assert card["callback"] == card["callbacks"][1], "the question at hand"
    assert card["openCallbacks"] == {"count": 2, "details": None}
    seen = "SELECT count(DISTINCT object) FROM accesses WHERE actor = 'bart' AND action = 'callback'"
    assert await house.pool.fetchval(seen) == 2, "whoever sees them is written down"
    await house.over(call)
    assert {c.status for c in await house.callbacks()} == {"promised"}


async def test_a_number_that_is_checked_goes_to_both(house: House) -> None:
    call = await two(house)
    card = (await house.as_("bart").post(f"/calls/{call}/identify", json={"number": "06-12345678"})).json()
    assert {c["number"] for c in card["callbacks"]} == {"06 12 34 56 78"}


async def test_two_children_are_two_promises_and_a_change_cannot_make_them_one(house: House) -> None:
    call = await house.talking()
    bart, card = house.as_("bart"), {}
    for child in ("Anna Kanarie", "Bo Kanarie"):
        asked = {"department": "sociaal_domein_2", "topic": "jeugd", "onBehalf": child}
        card = (await bart.post(f"/calls/{call}/callback", json=asked)).json()
    assert [c["onBehalf"] for c in card["callbacks"]] == ["Anna Kanarie", "Bo Kanarie"]
    path = f"/callbacks/{card['callback']['id']}/change"
    answer = await bart.post(path, json={"onBehalf": "Anna Kanarie"})
    assert (answer.status_code, answer.json()["because"]["code"]) == (409, "ignored.callback_twin")
    told = (await bart.post(path, json={"relation": "parent", "mandate": False})).json()
    assert (told["relation"], told["mandate"], told["language"]) == ("parent", False, "nl")
    assert not await house.pool.fetchval("SELECT count(*) FROM quarantine")
    assert "Kanarie" not in str(await house.pool.fetch("SELECT data FROM events"))
    again = (await bart.post(f"/calls/{call}/consult", json={"colleague": "fatima", "onBehalf": "Anna Kanarie"})).json()
    assert again["callback"]["onBehalf"] == "Anna Kanarie"


async def test_the_log_gives_the_same_promises(house: House) -> None:
    await two(house)
    report = await replay(house.pool, house.engine.policies, "voorbeeldstad", decide)
    assert report.differences == []
