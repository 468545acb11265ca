"""What a query says is looked at as closely as a body: nothing that is misspelt gives a whole list, or none."""

import pytest

from app.web.api import build
from tests.web.house import House

WHO = {"agent": "bart", "supervisor": "tess", "admin": "ada", "switch": "centrale"}


@pytest.mark.parametrize(("who", "asked", "expected"), [
    ("tess", "/callbacks?departement=burgerzaken", {"departement": "unknown_parameter"}),
    ("tess", "/callbacks?state=open&ofice=sociaal", {"state": "unknown_parameter", "ofice": "unknown_parameter"}),
    ("tess", "/callbacks?colleague=nonexistent", {"colleague": "unknown"}),
    ("bart", "/callbacks?department=Burger%20zaken", {"department": "string_pattern_mismatch"}),
    ("tess", "/callbacks?colleague=fatma&department=xx&limit=0&status=dicht&x=1",
     {"colleague": "unknown", "department": "unknown", "limit": "greater_than_equal", "status": "literal_error",
      "x": "unknown_parameter"}),
    ("ada", "/calls?office=nonexistent&live=soms", {"office": "unknown", "live": "value"}),
    ("tess", "/warnings?office=sociaal", {"office": "unknown_parameter"}),
    ("bart", "/me/presence?x", {"x": "unknown_parameter"}),
])
async def test_what_a_query_may_not_say_is_told_at_once(
    house: House, who: str, asked: str, expected: dict[str, str]
) -> None:
    answer = await house.as_(who).get(asked)
    assert answer.status_code == 400
    assert {(error["in"], error["pointer"]): error["code"] for error in answer.json()["errors"]} == {
        ("query", name): code for name, code in expected.items()
    }


async def test_who_was_meant_is_told(house: House) -> None:
    english = {"Accept-Language": "en"}
    (error,) = (await house.as_("tess").get("/callbacks?colleague=fatma", headers=english)).json()["errors"]
    assert error["detail"] == "This colleague (did you mean fatima?) is not in the routing."
    (error,) = (await house.as_("tess").get("/calls?office=sociaall")).json()["errors"]
    assert error["detail"] == "Dit loket (bedoelt u sociaal?) staat niet in de routering."


async def test_an_action_with_a_strange_query_is_not_done(house: House) -> None:
    call = await house.talking()
    bart = house.as_("bart")
    headers = {"Idempotency-Key": "kort"}
    for asked, code in (({"colleague": "fatma"}, "unknown"), ({"colleague": 5}, "string_type")):
        answer = await bart.post(f"/calls/{call}/consult?x=1", json=asked, headers=headers)
        assert {error["pointer"]: error["code"] for error in answer.json()["errors"]} == {
            "x": "unknown_parameter", "#/colleague": code, "Idempotency-Key": "string_pattern_mismatch",
        }
    assert (await bart.put("/me/presence?nu=ja", json={"state": "logged_off"})).status_code == 400
    assert (await bart.post(f"/calls/{call}/consult?x=1", json={"colleague": "fatima"})).status_code == 400
    assert (await bart.get("/me/presence")).json()["state"] == "talking"
    assert type((await house.call(call)).phase).__name__ == "Talking"


async def test_every_route_refuses_what_it_does_not_know(house: House) -> None:
    for path, operations in build().openapi()["paths"].items():
        for method, operation in operations.items():
            who = house.as_(WHO[operation["x-roles"][0]])
            answer = await who.request(method, path.replace("{", "").replace("}", ""), params={"zomaar": "1"})
            assert answer.status_code == 400, (method, path)
            told = {(error["in"], error["pointer"]) for error in answer.json()["errors"]}
            assert ("query", "zomaar") in told, (method, path)
