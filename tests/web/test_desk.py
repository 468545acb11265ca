"""The agent's morning through the API: presence, the screen pop, the warm transfer, the promise, the registration."""

import json

import pytest

from app.call.call import Connected, Consulting, Talking
from app.call.events import LegEnded
from app.decide import decide
from app.engine.replay import replay
from tests.web.house import NAME, TEXT, WRITTEN, House


async def test_an_agent_logs_on_is_ready_pauses_and_leaves(house: House) -> None:
    bart = house.as_("bart")
    assert (await bart.get("/me/presence")).json()["state"] == "logged_off"
    for asked, state, reason in (
        ({"state": "logged_on"}, "not_ready", "logged_on"), ({"state": "ready"}, "ready", ""),
        ({"state": "not_ready", "reason": "break"}, "not_ready", "break"), ({"state": "logged_off"}, "logged_off", ""),
    ):
        answer = await bart.put("/me/presence", json=asked)
        assert answer.status_code == 200, answer.text
        assert (answer.json()["state"], answer.json()["reason"]) == (state, reason)
    assert (await house.agent("bart")).state == "logged_off"


async def test_a_second_ready_means_nothing_and_says_so(house: House) -> None:
    await house.ready("bart")
    answer = await house.as_("bart").put("/me/presence", json={"state": "ready"})
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["detail"] == "bart is al beschikbaar"
    assert told["because"]["code"] == "ignored.agent_state"
    assert told["current"]["state"] == "ready"
    english = await house.as_("bart").put(
        "/me/presence", json={"state": "ready"}, headers={"Accept-Language": "en-GB, nl;q=0.5"}
    )
    assert english.json()["detail"] == "bart is ready already"


async def test_the_screen_shows_what_is_known_before_the_call_is_answered(house: House) -> None:
    await house.ready("bart")
    assert (await house.as_("bart").get("/me/call")).json() ["call"] is None
    call = await house.rings()
    card = (await house.as_("bart").get("/me/call")).json()["call"]
    assert (card["id"], card["phase"], card["office"]["id"]) == (call, "Offering", "sociaal")
    assert card["caller"] == {
        "name": NAME, "number": WRITTEN, "numberKind": "mobile", "numberChecked": False, "identified": False,
        "note": "niet gecontroleerd",
    }
    assert card["may"] == ["identify"] or "consult" not in card["may"]
    assert card["why"][0]["steps"][0]["nl"].startswith("nummer +31123456780")
    assert all(step["line"] >= 0 for why in card["why"] for step in why["steps"])


async def test_a_withheld_number_is_never_shown(house: House) -> None:
    await house.ready("bart")
    await house.rings(withheld=True, shown="")
    caller = (await house.as_("bart").get("/me/call")).json()["call"]["caller"]
    assert (caller["name"], caller["number"], caller["numberKind"]) == (None, None, "withheld")


async def test_the_sentences_have_a_variant_without_the_name(house: House) -> None:
    await house.talking()
    sentences = {s["id"]: s for s in (await house.as_("bart").get("/me/call")).json()["call"]["sentences"]}
    assert sentences["welcome_agent_morning"]["text"] == (
        "Goedemorgen, gemeente Voorbeeldstad, u spreekt met Bart Jansen."
    )
    assert sentences["what_can_i_do"]["text"] == "Mevrouw Kanarievogel, wat kan ik hierin voor u betekenen?"
    assert sentences["what_can_i_do"]["nameless"] == "Wat kan ik hierin voor u betekenen?"
    assert {s["phase"] for s in sentences.values()} == {"opening", "analysis", "action", "closing"}
    assert "transfer_now" not in sentences


async def test_a_warm_transfer_by_clicks(house: House) -> None:
    call = await house.talking()
    bart = house.as_("bart")
    card = (await bart.post(f"/calls/{call}/consult", json={"colleague": "fatima", "topic": "wmo"})).json()
    assert (card["phase"], card["colleague"]["name"], card["colleague"]["stage"]) == (
        "Consulting", "Fatima El Idrissi", "ringing"
    )
    assert "complete" not in card["may"]
    assert "cancel-consult" in card["may"]
    early = await bart.post(f"/calls/{call}/complete")
    assert (early.status_code, early.json()["because"]["code"]) == (409, "ignored.not_speaking")
    assert early.json()["current"]["phase"] == "Consulting"
    await house.answers(call)
    for action, focus in (("swap", "caller"), ("swap", "colleague"), ("three-way", "all")):
        told = await bart.post(f"/calls/{call}/{action}")
        assert told.status_code == 200, told.text
        assert told.json()["colleague"]["focus"] == focus
    assert (await bart.post(f"/calls/{call}/complete")).json()["phase"] == "Connecting"
    await house.join(call)
    assert isinstance((await house.call(call)).phase, Connected)
    assert (await house.agent("bart")).state == "wrap_up"


async def test_back_to_the_caller(house: House) -> None:
    call = await house.talking()
    await house.as_("bart").post(f"/calls/{call}/consult", json={"colleague": "fatima"})
    assert isinstance((await house.call(call)).phase, Consulting)
    assert (await house.as_("bart").post(f"/calls/{call}/cancel-consult")).json()["phase"] == "Talking"
    assert isinstance((await house.call(call)).phase, Talking)


async def test_who_can_take_it_over_stands_on_the_card_the_substitute_first(house: House) -> None:
    call = await house.talking()
    bart = house.as_("bart")
    card = (await bart.post(f"/calls/{call}/consult", json={"colleague": "anja"})).json()
    assert card["instead"] == []
    await house.declines(call)
    card = (await bart.get("/me/call")).json()["call"]
    assert (card["failed"], [c["id"] for c in card["instead"]]) == ("declined", ["thomas"])
    await bart.post(f"/calls/{call}/consult", json={"colleague": "thomas"})
    await house.declines(call)
    assert (await bart.get("/me/call")).json()["call"]["instead"] == [], "both were tried"


async def test_an_absent_colleague_becomes_a_promise_that_the_agent_says_and_confirms(house: House) -> None:
    call = await house.talking()
    bart = house.as_("bart")
    card = (await bart.post(f"/calls/{call}/consult", json={"colleague": "ruben"})).json()
    assert (card["phase"], card["failed"]) == ("Talking", "absent")
    assert card["instead"] == [{"id": "fatima", "label": "Fatima El Idrissi"}]
    assert card["sayNow"][0] == (
        "Het spijt me, mevrouw Kanarievogel. Ruben Smit is momenteel niet bereikbaar. "
        "Ik zorg ervoor dat u wordt teruggebeld."
    )
    assert card["sayNow"][1].endswith(f"uur op {WRITTEN}. Klopt dat?")
    owed = card["callback"]
    assert (owed["status"], owed["colleague"], owed["number"]) == ("pending", None, WRITTEN)
    assert owed["department"]["id"] == "sociaal_domein_2", "ruben is back after the norm"
    own = {"colleague": "ruben"}
    insisted = (await bart.post(f"/callbacks/{owed['id']}/change", json=own)).json()
    assert (insisted["colleague"]["id"], owed["pastNorm"], insisted["pastNorm"]) == ("ruben", False, True)
    assert card["why"][-1]["steps"][-1]["nl"] == (
        "ruben kan niet terugbellen voor 26-11 20.00: dat doet sociaal_domein_2"
    )
    assert {"helped", "email-preferred"} <= set(card["may"])
    confirmed = await bart.post(f"/callbacks/{owed['id']}/confirm")
    assert confirmed.json()["status"] == "promised"
    again = await bart.post(f"/callbacks/{owed['id']}/confirm")
    assert (again.status_code, again.json()["because"]["code"]) == (409, "ignored.callback_promised")
    assert again.json()["current"]["status"] == "promised"


async def test_helped_after_all_withdraws_the_promise(house: House) -> None:
    call = await house.talking()
    bart = house.as_("bart")
    await bart.post(f"/calls/{call}/callback", json={"topic": "wmo"})
    card = (await bart.post(f"/calls/{call}/helped")).json()
    assert card["callback"] is None
    assert [(c.status, c.because) for c in await house.callbacks()] == [("withdrawn", "helped")]
    assert (await bart.post(f"/calls/{call}/email-preferred")).status_code == 409


async def test_what_may_be_clicked_is_what_the_rules_take(house: House) -> None:
    """Whatever is offered has effect, whatever is not is refused, in each phase of a consult."""
    bodies = {"consult": {"department": "sociaal_domein_2"}, "callback": {"topic": "wmo"},
              "identify": {"name": "Sam de Vries"}, "registration": {"questions": [{"topic": "wmo", "direct": True}]}}
    actions = ["helped", "email-preferred", "swap", "three-way", "complete", "consult", "cancel-consult", "callback",
               "registration", "hang-up"]

    async def offering(name: str) -> str:
        await house.ready("bart")
        return await house.rings(name)

    async def talking(name: str) -> str:
        return await house.talking(name=name)

    async def ringing(name: str) -> str:
        call = await house.talking(name=name)
        await house.as_("bart").post(f"/calls/{call}/consult", json={"colleague": "fatima"})
        return call

    async def speaking(name: str) -> str:
        call = await ringing(name)
        await house.answers(call)
        return call

    checked = 0
    for begin in (offering, talking, ringing, speaking):
        for action in actions:
            call = await begin(f"{begin.__name__} {action}")
            may = (await house.as_("bart").get("/me/call")).json()["call"]["may"]
            answer = await house.as_("bart").post(f"/calls/{call}/{action}", json=bodies.get(action))
            assert (answer.status_code == 200) == (action in may), (begin.__name__, action, may, answer.text)
            assert answer.status_code in (200, 409)
            checked += action in may
            await house.over(call)
    assert checked > 10


async def test_a_registration_is_owed_and_then_done(house: House) -> None:
    call = await house.talking()
    bart = house.as_("bart")
    await bart.post(f"/calls/{call}/hang-up")
    owed = (await bart.get("/me/presence")).json()
    assert (owed["state"], owed["owes"]) == ("wrap_up", [call])
    card = (await bart.get("/me/call")).json()["call"]
    assert card["registrationOwed"]
    assert "registration" in card["may"]
    questions = [{"topic": "wmo", "direct": True}, {"topic": "algemeen", "direct": True}]
    assert (await bart.post(f"/calls/{call}/registration", json={"questions": questions})).status_code == 200
    assert (await bart.get("/me/presence")).json()["state"] == "ready"
    offices = {o["id"]: o for o in (await house.as_("tess").get("/offices")).json()["offices"]}
    assert (offices["sociaal"]["direct"]["questions"], offices["sociaal"]["direct"]["direct"]) == (1, 1)
    kept = await house.pool.fetchval("SELECT questions FROM registrations")
    assert [question["simple"] for question in json.loads(kept)] == [False, True], "as their topics are"
    assert offices["kcc"]["direct"]["questions"] == 1
    assert (offices["sociaal"]["calls"], offices["sociaal"]["answered"]) == (1, 1)
    assert (offices["sociaal"]["phonesAnswered"], offices["sociaal"]["phonesWithinThreeRings"]) == (1, 1)


async def test_what_is_still_owed_can_be_registered_after_the_wrap_up(house: House) -> None:
    call = await house.talking()
    bart = house.as_("bart")
    await bart.post(f"/calls/{call}/hang-up")
    await house.ready("bart")
    assert (await bart.get("/me/presence")).json()["owes"] == [call]
    wrong = await bart.post(f"/calls/{call}/registration", json={"questions": [{"topic": "wmoo", "direct": True}]})
    assert [e["pointer"] for e in wrong.json()["errors"]] == ["#/questions/0/topic"]
    done = await bart.post(f"/calls/{call}/registration", json={"questions": [{"topic": "wmo", "direct": True}]})
    assert (done.status_code, done.json()["registrationOwed"]) == (200, False)
    assert (await bart.get("/me/presence")).json()["owes"] == []
    assert (await bart.post(f"/calls/{call}/registration", json={"questions": []})).status_code in (400, 404)


async def test_a_call_that_is_forgotten_is_owed_no_more(house: House) -> None:
    call = await house.talking()
    bart = house.as_("bart")
    await bart.post(f"/calls/{call}/hang-up")
    assert (await bart.get("/me/presence")).json()["owes"] == [call]
    await house.pool.execute("DELETE FROM calls WHERE id = $1", call)
    assert (await bart.get("/me/presence")).json()["owes"] == []


@pytest.mark.parametrize("who_ends", ["the caller", "the agent", "the agent, and the caller"])
async def test_what_was_said_at_the_end_is_promised_in_the_wrap_up(house: House, who_ends: str) -> None:
    """"Ik ga dat uitzoeken, u wordt teruggebeld", and the line is gone before anybody clicked (domain §3.7)."""
    call = await house.talking()
    bart = house.as_("bart")
    if "agent" in who_ends:
        await bart.post(f"/calls/{call}/hang-up")
    if "caller" in who_ends:
        for leg in (await house.call(call)).legs:
            await house.happens(LegEnded(call, leg.id, "normal"))
    may = (await bart.get("/me/call")).json()["call"]["may"]
    assert {"identify", "callback"} <= set(may)
    who = {"name": "Sam de Vries", "identity": "klant 12", "number": "0687654321"}
    assert (await bart.post(f"/calls/{call}/identify", json=who)).status_code == 200
    answer = await bart.post(f"/calls/{call}/callback", json={"department": "sociaal_domein_2"})
    assert answer.status_code == 200, answer.text
    promised = answer.json()["callback"]
    assert (promised["status"], promised["name"], promised["number"]) == ("promised", "Sam de Vries", "06 87 65 43 21")
    assert {"helped", "email-preferred"} <= set(answer.json()["may"])
    moved = await bart.post(f"/callbacks/{promised['id']}/change", json={"colleague": "anja"})
    assert (moved.status_code, moved.json()["colleague"]["id"]) == (200, "anja")
    await house.over(call)
    assert (await bart.post(f"/calls/{call}/email-preferred")).status_code == 404, "it is registered"
    assert [c.status for c in await house.callbacks()] == ["promised"]
    report = await replay(house.pool, house.engine.policies, "voorbeeldstad", decide)
    assert (report.whole, report.differences) == (True, [])


async def test_what_is_not_registered_yet_can_still_be_promised_next_to_a_new_call(house: House) -> None:
    call = await house.talking()
    bart = house.as_("bart")
    await bart.post(f"/calls/{call}/hang-up")
    await house.happens(LegEnded(call, f"{call}.1", "normal"))
    await house.ready("bart")
    another = await house.rings("twee")
    assert (await bart.get("/me/call")).json()["call"]["id"] == another
    answer = await bart.post(f"/calls/{call}/callback", json={"topic": "wmo"})
    assert (answer.status_code, answer.json()["id"], answer.json()["callback"]["status"]) == (200, call, "promised")
    assert (await bart.post(f"/calls/{call}/helped")).json()["callback"] is None
    assert (await bart.get("/me/call")).json()["call"]["id"] == another


async def test_one_key_has_one_effect(house: House) -> None:
    call = await house.talking()
    bart, key = house.as_("bart"), {"Idempotency-Key": "klik-0001"}
    first = await bart.post(f"/calls/{call}/callback", json={"topic": "wmo"}, headers=key)
    again = await bart.post(f"/calls/{call}/callback", json={"topic": "wmo"}, headers=key)
    assert (first.status_code, again.status_code) == (200, 200)
    asked = "SELECT count(*) FROM events WHERE type = 'CallbackAsked'"
    assert await house.pool.fetchval(asked) == 1
    other = await bart.post(f"/calls/{call}/callback", json={"topic": "jeugd"}, headers=key)
    assert (other.status_code, other.json()["type"]) == (409, "urn:warmlijn:problem:key-used")
    once_more = await bart.post(f"/calls/{call}/callback", json={"topic": "wmo"})
    assert once_more.status_code == 200
    assert await house.pool.fetchval(asked) == 2
    refused = [await bart.post(f"/calls/{call}/swap", headers=key) for _ in range(2)]
    assert [(r.status_code, r.json()["because"]["code"]) for r in refused] == [(409, "ignored.phase")] * 2


async def test_a_morning_of_clicks_is_explained_by_the_log(house: House) -> None:
    """What the API brought in is decided again from the log alone: the same rows come out."""
    call = await house.talking()
    bart = house.as_("bart")
    await bart.post(f"/calls/{call}/identify", json={"name": "Sam de Vries", "identity": "klant 12", "topic": "wmo"})
    card = (await bart.post(f"/calls/{call}/consult", json={"colleague": "ruben"})).json()
    path = f"/callbacks/{card['callback']['id']}"
    await bart.post(f"{path}/change", json={"onBehalf": "Moeder De Vries", "discreet": True, "number": "0687654321"})
    await bart.post(f"{path}/confirm")
    asked = {"text": "Storing", "until": "2026-11-24T12:00:00Z"}
    await house.as_("tess").put("/message", json=asked)
    better = {"text": TEXT.replace("patience: 300", "patience: 200"), "reason": "korter wachten"}
    await house.as_("ada").post("/policy/activate", json=better)
    await house.over(call)
    report = await replay(house.pool, house.engine.policies, "voorbeeldstad", decide)
    assert report.whole
    assert report.events > 15
    assert report.differences == []
