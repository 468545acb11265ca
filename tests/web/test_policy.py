"""routing.yaml through the API: nothing with a mistake or a failing test is put to use; of two admins one is first."""

import asyncio

from tests.web.house import TEXT, House

BETTER = TEXT.replace("patience: 300", "patience: 200")
FAILING = TEXT.replace(
    '{when: {number: "14 0123", press: 1, at: "di 10:15"}, expect: {office: kcc}}',
    '{when: {number: "14 0123", press: 1, at: "di 10:15"}, expect: {office: sociaal}}',
)
WRONG = TEXT.replace("overflow: kcc", "overflow: kccc").replace("rings: 3\n", "ringgs: 3\n")


async def active(house: House) -> str:
    items = (await house.as_("ada").get("/policy/versions")).json()["items"]
    (version,) = [item["version"] for item in items if item["active"]]
    return str(version)


async def test_checking_tells_every_mistake_with_its_line(house: House) -> None:
    told = (await house.as_("ada").post("/policy/check", json={"text": WRONG})).json()
    assert not told["ok"]
    assert len(told["mistakes"]) == 2
    assert "bedoelt" in " ".join(m["hint"] for m in told["mistakes"])
    assert all(m["line"] > 1 for m in told["mistakes"])
    good = (await house.as_("ada").post("/policy/check", json={"text": TEXT})).json()
    assert (good["ok"], good["mistakes"]) == (True, [])
    assert good["tests"] > 10


async def test_a_policy_whose_own_tests_fail_is_not_put_to_use(house: House) -> None:
    before = await active(house)
    assert FAILING != TEXT
    answer = await house.as_("ada").post("/policy/activate", json={"text": FAILING, "reason": "proef"})
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:warmlijn:problem:policy")
    (error,) = answer.json()["errors"]
    assert error["code"] == "test_failed"
    assert error["line"] > 1
    assert await active(house) == before
    assert (await house.as_("ada").post("/policy/activate", json={"text": WRONG, "reason": "proef"})).status_code == 400


async def test_activate_decides_the_next_call_and_roll_back_returns(house: House) -> None:
    first = await active(house)
    told = (await house.as_("ada").post("/policy/activate", json={"text": BETTER, "reason": "korter wachten"})).json()
    assert told["before"] == first
    assert await active(house) == told["version"] != first
    call = await house.rings()
    assert (await house.call(call)).policy == told["version"]
    (newest, *_) = (await house.as_("ada").get("/policy/versions")).json()["items"]
    assert (newest["version"], newest["reason"], newest["by"]) == (told["version"], "korter wachten", "admin:ada")
    back = (await house.as_("ada").post("/policy/roll-back", json={"reason": "toch niet"})).json()
    assert back == {"version": first, "before": told["version"]}
    assert await active(house) == first
    assert (await house.as_("ada").get(f"/policy/versions/{told['version']}")).json()["text"] == BETTER


async def test_a_repeated_click_does_not_undo_the_roll_back(house: House) -> None:
    first = await active(house)
    await house.as_("ada").post("/policy/activate", json={"text": BETTER, "reason": "korter wachten"})
    key, body = {"Idempotency-Key": "terug-0001"}, {"reason": "toch niet"}
    answers = [await house.as_("ada").post("/policy/roll-back", json=body, headers=key) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert await active(house) == first
    assert (await house.as_("ada").post("/policy/roll-back", json=body)).json()["version"] != first


async def test_nothing_to_roll_back_to(house: House) -> None:
    answer = await house.as_("ada").post("/policy/roll-back", json={"reason": "zomaar"})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:warmlijn:problem:no-version")
    unknown = await house.as_("ada").post("/policy/roll-back", json={"reason": "zomaar", "version": "0123456789ab"})
    assert unknown.status_code == 404


async def test_of_admins_at_the_same_moment_one_is_first(house: House) -> None:
    first = await active(house)
    texts = [TEXT.replace("patience: 300", f"patience: {200 + n}") for n in range(8)]
    answers = await asyncio.gather(*(
        house.as_("ada").post("/policy/activate", json={"text": text, "reason": "samen", "basedOn": first})
        for text in texts
    ))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    (winner,) = [answer.json()["version"] for answer in answers if answer.status_code == 200]
    assert await active(house) == winner
    late = await house.as_("ada").post("/policy/activate", json={"text": TEXT, "reason": "te laat", "basedOn": first})
    assert (late.status_code, late.json()["type"]) == (409, "urn:warmlijn:problem:other-active")


async def test_a_policy_is_activated_also_when_the_log_has_forgotten_earlier_ones(house: House) -> None:
    for n in range(3):
        text = TEXT.replace("patience: 300", f"patience: {200 + n}")
        answer = await house.as_("ada").post("/policy/activate", json={"text": text, "reason": "weer een"})
        assert answer.status_code == 200, answer.text
        await house.pool.execute(
            "DELETE FROM events WHERE seq = (SELECT min(seq) FROM events WHERE type = 'PolicyActivated') AND $1", n == 1
        )


async def test_explain_tells_the_way_with_lines(house: House) -> None:
    asked = {"number": "14 0123", "press": ["2"], "at": "di 10:15"}
    told = (await house.as_("tess").post("/policy/explain", json=asked)).json()
    assert (told["office"], told["closed"], told["topic"]) == ("sociaal", False, None)
    assert all(step["line"] > 0 for step in told["steps"])
    said = (await house.as_("ada").post(
        "/policy/explain", json={"number": "14 0123", "say": "ik wil een traplift", "at": "za 10:15", "text": TEXT}
    )).json()
    assert said["closed"]
    wrong = {"number": "bel mij", "at": "vandaag", "language": "xx", "press": ["12"]}
    answer = await house.as_("ada").post("/policy/explain", json=wrong)
    assert {e["pointer"] for e in answer.json()["errors"]} == {"#/press/0", "#/number", "#/at", "#/language"}
    del wrong["press"]
    answer = await house.as_("ada").post("/policy/explain", json=wrong)
    assert sorted(e["pointer"] for e in answer.json()["errors"]) == ["#/at", "#/language", "#/number"]
