"""A number is not a person: a count before the agent's check, details after it, and that somebody looked is kept."""

from datetime import timedelta

import pytest

from app.call.events import KeysPressed
from app.store import forgetting
from tests.kept import kept
from tests.web.house import NAME, NUMBER, WRITTEN, House

IDENTITY = {"name": "mevrouw De Vries", "identity": "klantnummer 10020030"}


async def promise(house: House, name: str, identity: dict[str, str] | None) -> str:
    """A caller was promised to be rung back about jeugd, and hung up. Returns the call."""
    call = await house.talking(name=name)
    bart = house.as_("bart")
    if identity:
        assert (await bart.post(f"/calls/{call}/identify", json=identity)).status_code == 200
    assert (await bart.post(f"/calls/{call}/callback", json={"topic": "jeugd"})).status_code == 200
    await bart.post(f"/calls/{call}/hang-up")
    questions = {"questions": [{"topic": "jeugd", "direct": False}]}
    assert (await bart.post(f"/calls/{call}/registration", json=questions)).status_code == 200
    return call


async def test_before_the_check_there_is_a_count_and_nothing_else(house: House) -> None:
    await promise(house, "gisteren", IDENTITY)
    await house.rings("vandaag", shown="")
    answer = await house.as_("bart").get("/me/call")
    card = answer.json()["call"]
    assert card["openCallbacks"] == {"count": 1, "details": None}
    assert card["callback"] is None
    for secret in ("Vries", "jeugd", "Jeugd", "cb1"):
        assert secret not in answer.text, secret


async def test_after_the_check_the_details_open_and_that_is_written_down(house: House) -> None:
    before = await promise(house, "gisteren", IDENTITY)
    call = await house.rings("vandaag", shown="")
    await house.answers(call)
    seen = "SELECT count(*) FROM accesses WHERE object = $1 AND actor = 'bart' AND action = 'callback'"
    await house.pool.execute("DELETE FROM accesses")
    card = (await house.as_("bart").post(f"/calls/{call}/identify", json=IDENTITY)).json()
    assert card["caller"]["note"] == "gecontroleerd"
    assert card["openCallbacks"]["count"] == 1
    (details,) = card["openCallbacks"]["details"]
    assert (details["subject"]["id"], details["name"], details["number"]) == ("jeugd", "mevrouw De Vries", WRITTEN)
    assert details["call"] == before
    assert await house.pool.fetchval(seen, details["id"]) == 1
    await house.as_("bart").get("/me/call")
    assert await house.pool.fetchval(seen, details["id"]) == 1, "what a polling screen shows again is not news"


async def test_somebody_else_with_the_same_number_sees_nothing_of_it(house: House) -> None:
    await promise(house, "gisteren", IDENTITY)
    call = await house.rings("vandaag", shown="")
    await house.answers(call)
    other = {"name": "meneer Bakker", "identity": "klantnummer 99"}
    card = (await house.as_("bart").post(f"/calls/{call}/identify", json=other)).json()
    assert card["openCallbacks"] == {"count": 0, "details": []}


async def test_the_same_person_is_known_however_it_is_typed_and_from_any_number(house: House) -> None:
    await promise(house, "gisteren", IDENTITY)
    await house.ready("meryem")
    await house.as_("bart").put("/me/presence", json={"state": "not_ready", "reason": "break"})
    call = await house.rings("vandaag", number="+31687654321")
    await house.answers(call)
    again = {"name": "mevrouw De Vries", "identity": " Klantnummer: 1002-0030 "}
    card = (await house.as_("meryem").post(f"/calls/{call}/identify", json=again)).json()
    assert card["openCallbacks"]["count"] == 1


async def test_a_second_call_about_the_same_enriches_the_promise(house: House) -> None:
    await promise(house, "gisteren", IDENTITY)
    call = await house.rings("vandaag")
    await house.answers(call)
    bart = house.as_("bart")
    await bart.post(f"/calls/{call}/identify", json=IDENTITY)
    await bart.post(f"/calls/{call}/callback", json={"topic": "jeugd"})
    assert [c.asked for c in await house.callbacks()] == [2]


async def test_who_somebody_is_never_stands_in_state_or_log(house: House) -> None:
    await promise(house, "gisteren", IDENTITY)
    for table in ("calls", "callbacks", "events", "outbox", "timers", "accesses"):
        text = "\n".join(str(row) for row in await house.pool.fetch(f"SELECT * FROM {table}"))
        for secret in (NAME, "Vries", NUMBER, NUMBER[3:], "10020030"):
            assert secret not in text, (table, secret)
    names = list((await kept(house.pool)).values())
    assert "mevrouw De Vries" in names
    assert not any("10020030" in value for value in names)


async def test_who_is_checked_can_move_or_withdraw_what_another_office_promised(house: House) -> None:
    """Somebody rings the KCC about a promise of the social front office, and the agent who sees it can act on it."""
    await promise(house, "gisteren", IDENTITY)
    await house.as_("bart").put("/me/presence", json={"state": "not_ready", "reason": "break"})
    (owed,) = await house.callbacks()
    await house.ready("sanne")
    call = await house.rings("vandaag", shown="", dialled="+31123456789")
    await house.happens(KeysPressed(call, f"{call}.1", (await house.call(call)).legs[0].step, "1"))
    await house.answers(call)
    sanne, path = house.as_("sanne"), f"/callbacks/{owed.id}"
    assert (await sanne.get(path)).status_code == 404, "a number is not a person"
    other = await sanne.post(f"/calls/{call}/identify", json={"identity": "klantnummer 99"})
    assert (other.status_code, (await sanne.get(path)).status_code) == (200, 404), "somebody else"
    card = (await sanne.post(f"/calls/{call}/identify", json=IDENTITY)).json()
    assert [c["id"] for c in card["openCallbacks"]["details"]] == [owed.id]
    moved = await sanne.post(f"{path}/change", json={"reach": "sms"})
    assert (moved.status_code, moved.json()["reach"]) == (200, "sms")
    await sanne.post(f"/calls/{call}/hang-up")
    assert (await sanne.post(f"{path}/withdraw", json={"reason": "email"})).status_code == 200, "in the wrap-up"
    await house.over(call, "sanne")
    assert (await sanne.get(path)).status_code == 404, "the conversation is over"


async def test_a_number_the_caller_gives_is_used_and_marked_as_checked(house: House) -> None:
    await house.ready("bart")
    call = await house.rings(withheld=True, shown="")
    await house.answers(call)
    bart = house.as_("bart")
    card = (await bart.post(f"/calls/{call}/callback", json={"department": "sociaal_domein_2"})).json()
    assert card["callback"]["needsNumber"]
    assert card["sayNow"][-1] == "Op welk nummer kunnen wij u bereiken?"
    changed = await bart.post(f"/callbacks/{card['callback']['id']}/change", json={"number": "0612 345 679"})
    assert (changed.status_code, changed.json()["number"]) == (200, WRITTEN)
    card = (await bart.post(f"/calls/{call}/identify", json={"number": "06-12345678"})).json()
    assert (card["caller"]["number"], card["caller"]["numberChecked"]) == ("06 12 34 56 78", True)
    given = (await house.call(call)).number
    assert (given.ref.startswith(f"{call}.given."), given.kind, given.country) == (True, "mobile", "NL")
    assert "612345678" not in given.ref


@pytest.mark.parametrize(
    ("number", "because", "sentence"),
    [
        ("0900 1234", "ignored.number_premium", "naar betaalnummers wordt niet gebeld"),
        ("0800 1234", "ignored.number_service", "naar servicenummers wordt niet gebeld"),
        ("084-2345678", "ignored.number_service", "naar servicenummers wordt niet gebeld"),
        ("14 0123", "ignored.number_own", "dit is een nummer van de gemeente zelf"),
        ("112", "ignored.number_emergency", "naar een alarmnummer wordt niet gebeld"),
        ("+33 1 99 00 12 34", "ignored.number_foreign", "naar dit land wordt niet teruggebeld"),
    ],
)
async def test_a_number_that_may_not_be_rung_is_refused_and_the_promise_keeps_its_own(
    house: House, number: str, because: str, sentence: str
) -> None:
    call = await house.talking()
    bart = house.as_("bart")
    await bart.post(f"/calls/{call}/identify", json={"number": "06 12 34 56 78"})
    card = (await bart.post(f"/calls/{call}/callback", json={"colleague": "fatima"})).json()
    promised = f"/callbacks/{card['callback']['id']}"
    texts = await kept(house.pool)
    for path in (f"/calls/{call}/identify", f"{promised}/change"):
        answer = await bart.post(path, json={"number": number})
        assert answer.status_code == 409, answer.text
        assert (answer.json()["because"]["code"], answer.json()["detail"]) == (because, sentence)
    assert await kept(house.pool) == texts
    assert (await bart.get(promised)).json()["number"] == "06 12 34 56 78"


async def test_a_slip_of_the_pen_can_be_corrected_twice_and_each_number_stands_apart(house: House) -> None:
    call = await house.talking()
    bart = house.as_("bart")
    card = (await bart.post(f"/calls/{call}/callback", json={"colleague": "fatima"})).json()
    promised = f"/callbacks/{card['callback']['id']}"
    for path in (f"/calls/{call}/identify", f"{promised}/change"):
        for number in ("06 12 34 56 78", "06 87 65 43 21"):
            answer = await bart.post(path, json={"number": number})
            assert answer.status_code == 200, answer.text
            assert (await bart.get(promised)).json()["number"] == number
    key = {"Idempotency-Key": "klik-0001"}
    first, again, other = [
        await bart.post(f"{promised}/change", json={"number": number}, headers=key)
        for number in ("0612345679", "06-12345679", "0687654321")
    ]
    assert (first.status_code, again.status_code) == (200, 200)
    assert (other.status_code, other.json()["type"]) == (409, "urn:warmlijn:problem:key-used")
    assert (await bart.get(promised)).json()["number"] == WRITTEN


@pytest.mark.parametrize("typed", ["12", "anoniem", "06 12 34 56"])
async def test_what_is_no_number_is_a_mistake_in_the_request(house: House, typed: str) -> None:
    call = await house.talking()
    answer = await house.as_("bart").post(f"/calls/{call}/identify", json={"number": typed})
    assert answer.status_code == 400
    assert [e["code"] for e in answer.json()["errors"]] == ["not_phone"]


async def test_a_citizen_service_number_is_refused(house: House) -> None:
    call = await house.talking()
    answer = await house.as_("bart").post(f"/calls/{call}/identify", json={"identity": "111222333"})
    assert answer.status_code == 400
    assert [e["code"] for e in answer.json()["errors"]] == ["citizen_number"]
    assert "111222333" not in answer.text


async def test_who_looked_is_itself_forgotten_after_its_term(house: House) -> None:
    await house.talking()
    await house.as_("bart").get("/me/call")
    count = "SELECT count(*) FROM accesses"
    assert await house.pool.fetchval(count) == 1
    now = await house.pool.fetchval("SELECT now()")
    await forgetting.forget(house.pool, "voorbeeldstad", now - timedelta(days=90), now - timedelta(days=365))
    assert await house.pool.fetchval(count) == 1
    await forgetting.forget(house.pool, "voorbeeldstad", now, now + timedelta(seconds=1))
    assert await house.pool.fetchval(count) == 0
