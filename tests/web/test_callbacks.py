"""Promises through the API: confirmed, moved, given to another, withdrawn, kept; only on one's own desk."""

from datetime import datetime, timedelta
from typing import Any

from app.call.events import KeysPressed, TimerFired
from tests.kept import kept
from tests.web.house import TUESDAY, WRITTEN, House


async def promised(house: House) -> tuple[str, dict[str, Any]]:
    """The path of a callback for Fatima, and how it stands."""
    call = await house.talking()
    card = (await house.as_("bart").post(f"/calls/{call}/callback", json={"colleague": "fatima"})).json()
    return f"/callbacks/{card['callback']['id']}", card["callback"]


async def test_another_moment(house: House) -> None:
    path, callback = await promised(house)
    start = TUESDAY + timedelta(days=1, hours=1, minutes=50)
    slot = {"start": start.isoformat(), "end": (start + timedelta(minutes=10)).isoformat()}
    told = (await house.as_("bart").post(f"{path}/change", json={"slot": slot})).json()
    assert told["slot"]["words"] == "woensdag 25 november tussen 12.00 en 12.30 uur"
    assert told["slot"]["start"] != callback["slot"]["start"]


async def test_a_moment_that_cannot_be_is_refused_with_the_reason(house: House) -> None:
    path, callback = await promised(house)
    saturday = TUESDAY + timedelta(days=4)
    slot = {"start": saturday.isoformat(), "end": (saturday + timedelta(minutes=30)).isoformat()}
    answer = await house.as_("bart").post(f"{path}/change", json={"slot": slot})
    assert (answer.status_code, answer.json()["detail"]) == (409, "dit moment valt buiten de werktijden")
    assert answer.json()["current"]["slot"] == callback["slot"]


async def test_a_premium_number_is_refused_and_not_kept(house: House) -> None:
    path, _ = await promised(house)
    answer = await house.as_("bart").post(f"{path}/change", json={"number": "0900 1234"})
    assert (answer.status_code, answer.json()["detail"]) == (409, "naar betaalnummers wordt niet gebeld")
    assert not any("9001234" in value for value in (await kept(house.pool)).values())
    assert answer.json()["current"]["number"] == WRITTEN


async def test_another_colleague_and_on_behalf_of_somebody(house: House) -> None:
    path, _ = await promised(house)
    asked = {"colleague": "anja", "onBehalf": "Moeder Kanarie", "reach": "teletolk", "discreet": True}
    told = (await house.as_("bart").post(f"{path}/change", json=asked)).json()
    assert (told["colleague"]["id"], told["department"]["id"]) == ("anja", "sociaal_domein_1")
    assert (told["onBehalf"], told["reach"], told["discreet"]) == ("Moeder Kanarie", "teletolk", True)
    assert "Kanarie" not in str(await house.pool.fetch("SELECT data FROM events"))


async def test_tried_and_not_reached_is_counted_and_stands(house: House) -> None:
    path, _ = await promised(house)
    told = (await house.as_("bart").post(f"{path}/tried")).json()
    assert (told["status"], told["tried"]) == ("pending", 1)


async def test_withdrawn_and_kept_are_final(house: House) -> None:
    path, _ = await promised(house)
    bart = house.as_("bart")
    assert (await bart.post(f"{path}/withdraw", json={"reason": "email"})).json()["status"] == "withdrawn"
    for again in ("confirm", "kept"):
        answer = await bart.post(f"{path}/{again}")
        assert (answer.status_code, answer.json()["because"]["code"]) == (409, "ignored.callback_closed")


async def test_kept(house: House) -> None:
    path, _ = await promised(house)
    assert (await house.as_("tess").post(f"{path}/kept")).json()["status"] == "kept"


async def test_the_list_holds_no_name_and_no_number(house: House) -> None:
    path, callback = await promised(house)
    answer = await house.as_("bart").get("/callbacks")
    assert [item["id"] for item in answer.json()["items"]] == [callback["id"]]
    assert "Kanarie" not in answer.text
    assert WRITTEN not in answer.text
    assert (await house.as_("bart").get("/callbacks", params={"status": "closed"})).json()["items"] == []
    assert (await house.as_("bart").get(path)).json()["number"] == WRITTEN


async def test_pages_follow_each_other(house: House) -> None:
    for name in ("een", "twee", "drie"):
        call = await house.talking(name=name)
        await house.as_("bart").post(f"/calls/{call}/callback", json={})
        await house.over(call)
    seen, after = [], None
    while True:
        params = {"limit": "1"} | ({"after": after} if after else {})
        page = (await house.as_("tess").get("/callbacks", params=params)).json()
        seen += [item["id"] for item in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 3


async def test_what_one_colleague_or_one_department_owes(house: House) -> None:
    """A colleague has no account: a supervisor, or an agent of the office, looks for them."""
    call = await house.talking()
    bart = house.as_("bart")
    owed = [{"colleague": "fatima"}, {"department": "burgerzaken"}, {"topic": "wmo"}]
    made = []
    for asked in owed:
        card = (await bart.post(f"/calls/{call}/callback", json=asked)).json()
        made.append(card["callback"]["id"])
        await house.over(call)
        call = await house.talking(name=str(asked))
    tess = house.as_("tess")
    for params, found in (
        ({"colleague": "fatima"}, made[:1]),
        ({"department": "burgerzaken"}, made[1:2]),
        ({"colleague": "anja"}, []),
        ({"department": "sociaal_domein_2"}, made[:1]),
        ({"colleague": "fatima", "department": "burgerzaken"}, []),
    ):
        for who in (bart, tess):
            items = (await who.get("/callbacks", params=params)).json()["items"]
            assert [item["id"] for item in items] == found, params
    assert (await house.as_("sanne").get("/callbacks", params={"colleague": "fatima"})).json()["items"] == []
    assert (await tess.get("/callbacks", params={"colleague": "Fatima El Idrissi"})).status_code == 400


async def test_another_office_does_not_find_it(house: House) -> None:
    path, callback = await promised(house)
    unknown = f"/callbacks/{callback['id'][:-1]}9"
    for suffix, body in (("", None), ("/confirm", None), ("/withdraw", {"reason": "other"})):
        method = "POST" if suffix else "GET"
        there = await house.as_("sanne").request(method, path + suffix, json=body)
        nowhere = await house.as_("sanne").request(method, unknown + suffix, json=body)
        assert there.status_code == nowhere.status_code == 404
        assert there.content == nowhere.content, "what exists and what does not look the same"
    assert (await house.as_("sanne").get("/callbacks")).json()["items"] == []
    assert (await house.as_("meryem").get("/callbacks")).json()["items"] != [], "of the same office"
    assert (await house.as_("tess2").get(path)).status_code == 404


async def test_who_keeps_a_place_in_the_line_is_shown_in_turn(house: House) -> None:
    _, appointment = await promised(house)
    bart = house.as_("bart")
    assert appointment["turn"] is None
    made = []
    for name in ("twee", "drie"):
        call = await house.rings(name)
        joined = house.now
        house.now += timedelta(minutes=3)
        announce = (await house.call(call)).timer("announce")
        assert announce is not None
        await house.happens(TimerFired("call", call, "announce", announce.due_at))
        leg = (await house.call(call)).legs[0]
        await house.happens(KeysPressed(call, leg.id, leg.step, "1"))
        made.append((f"{call}.cb1", joined))
    listed = (await bart.get("/callbacks")).json()["items"]
    assert [item["id"] for item in listed] == [*(callback for callback, _ in made), appointment["id"]]
    assert [datetime.fromisoformat(item["turn"]) for item in listed[:2]] == [joined for _, joined in made]
    page = (await bart.get("/callbacks", params={"limit": "1", "after": made[0][0]})).json()
    assert [item["id"] for item in page["items"]] == [made[1][0]]
    assert (await bart.get("/me/call")).json()["inTurn"] is None, "a call goes first"
    meryem = (await house.as_("meryem").get("/me/call")).json()
    assert meryem == {"call": None, "inTurn": {"count": 2, "next": made[0][0]}}
    assert (await house.as_("sanne").get("/me/call")).json()["inTurn"] == {"count": 0, "next": None}, "another office"
    await bart.post(f"/callbacks/{made[0][0]}/kept")
    assert (await house.as_("meryem").get("/me/call")).json()["inTurn"] == {"count": 1, "next": made[1][0]}


async def test_who_is_free_is_asked_to_ring_back_in_turn_and_nobody_else_is(house: House) -> None:
    await promised(house)
    call = await house.rings("twee")
    house.now += timedelta(minutes=3)
    announce = (await house.call(call)).timer("announce")
    assert announce is not None
    await house.happens(TimerFired("call", call, "announce", announce.due_at))
    leg = (await house.call(call)).legs[0]
    await house.happens(KeysPressed(call, leg.id, leg.step, "1"))
    callback = f"{call}.cb1"
    meryem = house.as_("meryem")
    await meryem.put("/me/presence", json={"state": "logged_on"})
    await meryem.put("/me/presence", json={"state": "ready"})
    presence = (await meryem.get("/me/presence")).json()
    assert (presence["state"], presence["callback"], presence["call"]) == ("reserved", callback, None)
    assert (await meryem.get("/me/call")).json()["inTurn"]["next"] == callback
    assert (await house.as_("bart").post(f"/callbacks/{callback}/take")).status_code == 409, "bart is in a call"
    assert (await meryem.post(f"/callbacks/{callback}/take")).json()["turn"] is None
    assert (await meryem.get("/me/presence")).json()["state"] == "talking"
    assert (await meryem.post(f"/callbacks/{callback}/take")).status_code == 409, "once"
    await meryem.post(f"/callbacks/{callback}/kept")
    assert (await meryem.get("/me/presence")).json()["state"] == "wrap_up"
