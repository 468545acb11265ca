"""The number a caller names: on the card, in the sentences, with the promise; it finds the call and opens nothing."""

from app.call.reference import heard
from tests.web.house import House


async def named(house: House) -> tuple[str, str]:
    """A call that Bart holds, and its number as the desk shows it."""
    call = await house.talking()
    card = (await house.as_("bart").get("/me/call")).json()["call"]
    return call, card["reference"]


async def test_the_desk_shows_it_and_the_sentences_say_it(house: House) -> None:
    call, shown = await named(house)
    assert heard(shown) == (await house.call(call)).reference
    assert (len(shown), shown[4]) == (9, " ")
    bart = house.as_("bart")
    card = (await bart.post(f"/calls/{call}/identify", json={"topic": "wmo"})).json()
    told = {sentence["id"]: sentence for sentence in card["sentences"]}
    assert told["email_instead"]["text"].endswith(f"vermeld nummer {shown}.")
    card = (await bart.post(f"/calls/{call}/callback", json={"colleague": "fatima"})).json()
    assert card["sayNow"][-1] == f"Belt u ons hier nog over? Noem dan nummer {shown}."
    assert card["callback"]["reference"] == shown
    assert (await bart.get("/callbacks")).json()["items"][0]["reference"] == shown


async def test_a_call_is_found_by_it_however_it_is_typed(house: House) -> None:
    call, shown = await named(house)
    for typed in (shown, shown.replace(" ", ""), f"{shown[:2]}.{shown[2:4]}-{shown[5:]}"):
        for who in ("sanne", "tess", "ada"):
            found = (await house.as_(who).get("/calls", params={"reference": typed})).json()["items"]
            assert [(line["id"], line["reference"]) for line in found] == [(call, shown)]
    assert (await house.as_("tess").get(f"/calls/{call}")).json()["reference"] == shown


async def test_another_centre_does_not_find_it(house: House) -> None:
    _, shown = await named(house)
    assert (await house.as_("bart2").get("/calls", params={"reference": shown})).json()["items"] == []


async def test_a_slip_of_the_tongue_finds_nobody_else(house: House) -> None:
    _, shown = await named(house)
    wrong = shown[:-1] + str((int(shown[-1]) + 1) % 10)
    for typed in (wrong, "1234", "", "12345678 OR true"):
        answer = await house.as_("bart").get("/calls", params={"reference": typed})
        (mistake,) = answer.json()["errors"]
        assert (answer.status_code, mistake["pointer"], mistake["code"]) == (400, "reference", "reference")


async def test_an_agent_looks_for_one_call_and_does_not_read_them_all(house: House) -> None:
    await named(house)
    answer = await house.as_("bart").get("/calls")
    assert answer.status_code == 400
    assert answer.json()["errors"][0] == {
        "in": "query", "pointer": "reference", "code": "missing", "detail": "Dit ontbreekt."
    }


async def test_the_subject_opens_only_after_the_check_and_the_search_is_written_down(house: House) -> None:
    """Who names a number is not known by it (domain §6)."""
    first, shown = await named(house)
    bart = house.as_("bart")
    await bart.post(f"/calls/{first}/identify", json={"identity": "Kanarie 1970", "topic": "wmo"})
    await bart.post(f"/calls/{first}/hang-up")

    async def topic(who: str) -> object:
        return (await house.as_(who).get("/calls", params={"reference": shown})).json()["items"][0]["topic"]

    second = await house.talking("meryem", "twee")
    assert await topic("meryem") is None
    await house.as_("meryem").post(f"/calls/{second}/identify", json={"identity": "iemand anders"})
    assert await topic("meryem") is None
    await house.as_("meryem").post(f"/calls/{second}/identify", json={"identity": "Kanarie 1970"})
    assert await topic("meryem") == {"id": "wmo", "label": "Wmo (hulp en voorzieningen)"}
    assert await topic("sanne") is None
    assert await topic("tess") == await topic("meryem")
    seen = await house.pool.fetch("SELECT actor FROM accesses WHERE action = 'reference' AND object = $1", first)
    assert {row["actor"] for row in seen} == {"meryem", "sanne", "supervisor:tess"}


async def test_calls_of_before_there_were_numbers_stay_readable(house: House) -> None:
    call, _ = await named(house)
    await house.pool.execute(
        """UPDATE calls SET reference = '', state = (state::jsonb - 'reference')::json WHERE id = $1""", call
    )
    card = (await house.as_("bart").get("/me/call")).json()["call"]
    assert card["reference"] == ""
    assert "email_instead" not in {s["id"] for s in card["sentences"]}
    assert (await house.as_("tess").get("/calls")).json()["items"][0]["reference"] == ""
