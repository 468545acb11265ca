"""Who may do what: every route of the description against everybody, and nobody sees another's desk."""

import json
import re
from typing import Any

import pytest

from app.web.api import build
from tests.web.house import TEXT, House

AGENT, SUPERVISOR, ADMIN, SWITCH = {"bart"}, {"tess"}, {"ada"}, {"centrale"}
RIGHTS: dict[str, set[str]] = {
    "GET /me/presence": AGENT, "PUT /me/presence": AGENT, "GET /me/call": AGENT,
    **{f"POST /calls/{{call}}/{action}": AGENT for action in (
        "consult", "cancel-consult", "swap", "three-way", "complete", "hang-up", "identify", "callback", "helped",
        "email-preferred", "registration",
    )},
    "GET /callbacks": AGENT | SUPERVISOR, "GET /callbacks/{callback}": AGENT | SUPERVISOR,
    "POST /callbacks/{callback}/take": AGENT,
    **{f"POST /callbacks/{{callback}}/{action}": AGENT | SUPERVISOR for action in (
        "confirm", "change", "withdraw", "tried", "kept"
    )},
    "GET /directory": AGENT | SUPERVISOR,
    "GET /message": AGENT | SUPERVISOR | ADMIN, "PUT /message": SUPERVISOR, "DELETE /message": SUPERVISOR,
    "GET /warnings": SUPERVISOR | ADMIN, "GET /agents": SUPERVISOR, "GET /offices": SUPERVISOR | ADMIN,
    "GET /calls": AGENT | SUPERVISOR | ADMIN, "GET /calls/{call}": SUPERVISOR | ADMIN,
    "POST /policy/check": ADMIN, "POST /policy/activate": ADMIN, "POST /policy/roll-back": ADMIN,
    "GET /policy/versions": ADMIN, "GET /policy/versions/{version}": ADMIN,
    "POST /policy/explain": SUPERVISOR | ADMIN | SWITCH,
    "GET /doctor": ADMIN, "GET /recordings": ADMIN,
    "PUT /recordings/{language}/{sentence}": ADMIN, "DELETE /recordings/{language}/{sentence}": ADMIN,
    "GET /quarantine": ADMIN, "POST /quarantine/retry": ADMIN, "POST /quarantine/drop": ADMIN,
}
BODIES: dict[str, dict[str, Any]] = {
    "PUT /me/presence": {"state": "logged_on"},
    "POST /calls/{call}/consult": {"colleague": "fatima"}, "POST /calls/{call}/identify": {"name": "Sam de Vries"},
    "POST /calls/{call}/callback": {},
    "POST /calls/{call}/registration": {"questions": [{"topic": "wmo", "direct": True}]},
    "POST /callbacks/{callback}/change": {"discreet": True}, "POST /callbacks/{callback}/withdraw": {"reason": "other"},
    "PUT /message": {"text": "Storing", "until": "2026-11-24T12:00:00Z"},
    "POST /policy/check": {"text": "x"}, "POST /policy/activate": {"text": "x", "reason": "zomaar"},
    "POST /policy/roll-back": {"reason": "zomaar"}, "POST /policy/explain": {"number": "14 0123"},
    **{f"POST /quarantine/{action}": {"subject": "call:c1", "key": "k1"} for action in ("retry", "drop")},
}
EVERYBODY = ("", "bart", "sanne", "tess", "ada", "centrale", "bart2", "tess2", "ada2")


def routes() -> list[str]:
    """Every route, from what the API says of itself."""
    paths = build().openapi()["paths"]
    return [f"{method.upper()} {path}" for path, operations in paths.items() for method in operations]


def test_the_table_names_every_route_and_no_other() -> None:
    assert sorted(RIGHTS) == sorted(routes())


def test_each_route_says_itself_who_may_use_it() -> None:
    names = {"bart": "agent", "tess": "supervisor", "ada": "admin", "centrale": "switch"}
    for path, operations in build().openapi()["paths"].items():
        for method, operation in operations.items():
            may = {names[name] for name in RIGHTS[f"{method.upper()} {path}"]}
            assert set(operation["x-roles"]) == may, path


async def test_everybody_at_every_route(house: House) -> None:
    """A role that is not named is refused, a desk that is not one's own is not found, and both are of one form."""
    call = await house.talking()
    card = (await house.as_("bart").post(f"/calls/{call}/callback", json={"colleague": "fatima"})).json()
    at = {"call": call, "callback": card["callback"]["id"], "version": (await house.call(call)).policy,
          "language": "nl", "sentence": "closed"}
    state = "SELECT (SELECT json_agg(state) FROM calls) :: text || (SELECT json_agg(state) FROM callbacks) :: text"
    before = await house.pool.fetchval(state)
    checked = 0
    for route in sorted(routes()):
        method, path = route.format(**at).split(" ")
        for who in EVERYBODY:
            if who in RIGHTS[route]:
                continue
            same_role = {"sanne": "bart", "bart2": "bart", "tess2": "tess", "ada2": "ada"}.get(who)
            answer = await house.as_(who).request(method, path, json=BODIES.get(route))
            if same_role in RIGHTS[route]:
                expected = {404} if "{" in route else {200, 204, 400, 409}
            else:
                expected = {401, 429} if not who else {403}
            assert answer.status_code in expected, (route, who, answer.status_code, answer.text)
            if answer.status_code in (401, 403, 404, 429):
                told = answer.json()
                assert set(told) <= {"type", "title", "status", "instance"}, told
                assert call not in answer.text
            checked += 1
    assert await house.pool.fetchval(state) == before, "somebody else's click had effect"
    assert checked > 200


async def test_each_role_that_is_named_gets_in(house: House) -> None:
    call = await house.talking()
    card = (await house.as_("bart").post(f"/calls/{call}/callback", json={"colleague": "fatima"})).json()
    at = {"call": call, "callback": card["callback"]["id"], "version": (await house.call(call)).policy,
          "language": "nl", "sentence": "closed"}
    for route in sorted(routes(), key=lambda route: ("DELETE" in route, "hang-up" in route, route)):
        method, path = route.format(**at).split(" ")
        for who in sorted(RIGHTS[route]):
            answer = await house.as_(who).request(method, path, json=BODIES.get(route))
            assert answer.status_code not in (401, 403, 404), (route, who, answer.text)
            assert answer.status_code < 500


async def test_an_agent_is_only_ever_the_one_of_the_token(house: House) -> None:
    await house.as_("bart").put("/me/presence", json={"state": "ready", "agent": "sanne"})
    refused = await house.as_("bart").put("/me/presence", json={"state": "ready", "agent": "sanne"})
    assert refused.status_code == 400
    assert await house.pool.fetchval("SELECT count(*) FROM agents") == 0
    await house.as_("bart").put("/me/presence", json={"state": "ready"}, headers={"X-Agent": "sanne"})
    assert [r["id"] for r in await house.pool.fetch("SELECT id FROM agents")] == ["bart"]


async def test_another_centre_lives_apart(house: House) -> None:
    await house.as_("bart2").put("/me/presence", json={"state": "ready"})
    assert (await house.as_("bart").get("/me/presence")).json()["state"] == "logged_off"
    await house.talking("meryem")
    assert (await house.as_("ada2").get("/calls")).json()["items"] == []


async def test_a_switch_asks_where_a_caller_goes_and_tries_no_file_of_its_own(house: House) -> None:
    asked = {"number": "14 0123", "press": ["2"], "at": "di 10:15"}
    answer = (await house.as_("centrale").post("/policy/explain", json=asked)).json()
    assert (answer["office"], answer["closed"]) == ("sociaal", False)
    refused = await house.as_("centrale").post("/policy/explain", json={**asked, "text": TEXT})
    assert refused.status_code == 403


async def test_a_call_of_a_colleague_looks_like_no_call(house: House) -> None:
    call = await house.talking()
    there = await house.as_("sanne").post(f"/calls/{call}/swap")
    nowhere = await house.as_("sanne").post("/calls/bestaatniet/swap")
    assert (there.status_code, there.content) == (404, nowhere.content)
    assert there.headers.multi_items() == nowhere.headers.multi_items()


@pytest.mark.parametrize("sent", [
    "", "Bearer", "Bearer ", "Bearer wl_" + "a" * 43, "Basic YmFydDpiYXJ0", "Bearer wl_\u00e9", "bearer x" * 2000,
])
async def test_no_good_token_no_entry(house: House, sent: str) -> None:
    answer = await house.as_("").get("/me/presence", headers={b"Authorization": sent.encode("latin-1")})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_the_token_is_looked_at_before_the_body(house: House) -> None:
    json = {"Content-Type": "application/json"}
    for who, status in (("", 401), ("ada", 403), ("bart", 400)):
        assert (await house.as_(who).put("/me/presence", content=b"{", headers=json)).status_code == status, who


async def test_a_revoked_token_is_dead_at_once(house: House) -> None:
    assert (await house.as_("bart").get("/me/presence")).status_code == 200
    await house.pool.execute("UPDATE users SET revoked_at = now() WHERE name = 'bart' AND centre = 'voorbeeldstad'")
    assert (await house.as_("bart").get("/me/presence")).status_code == 401
    assert (await house.as_("bart2").get("/me/presence")).status_code == 200


async def test_who_keeps_guessing_is_told_to_wait_and_others_are_not_harmed(house: House) -> None:
    statuses = [(await house.as_("").get("/me/presence")).status_code for _ in range(12)]
    assert statuses == [401] * 10 + [429] * 2
    assert (await house.as_("bart").get("/me/presence")).status_code == 200


async def test_tokens_are_kept_as_hashes_only(house: House) -> None:
    rows = "\n".join(str(row) for row in await house.pool.fetch("SELECT * FROM users"))
    assert not any(token in rows for token in house.tokens.values())
    assert all(len(token) >= 46 for token in house.tokens.values())


def test_paths_are_kebab_case_and_hold_no_personal_data() -> None:
    for route in routes():
        path = route.split(" ")[1]
        assert re.fullmatch(r"(/[a-z]+(-[a-z]+)*|/\{(call|callback|version|language|sentence)\})+", path), path


def test_the_description_is_complete() -> None:
    told = build().openapi()
    assert told["servers"] == [{"url": "/api/v1"}]
    assert told["security"] == [{"token": []}]
    assert "422" not in json.dumps(told)
    for path, operations in told["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"], path
            assert operation["description"], path
            statuses = set(operation["responses"])
            assert {"400", "401", "403", "429", "503"} <= statuses, (method, path)
            assert ("404" in statuses) == ("{" in path or "roll-back" in path), (method, path)
            for status, response in operation["responses"].items():
                assert (int(status) >= 400) == ("$ref" in response) or "API-Version" in response["headers"]
    for status, response in told["components"]["responses"].items():
        assert list(response["content"]) == ["application/problem+json"], status
        assert "API-Version" in response["headers"]


def test_a_policy_text_fits_in_the_largest_body() -> None:
    from app.web.api.frame import LARGEST_BODY
    from app.web.api.shapes import LONGEST_POLICY

    assert len(json.dumps({"text": "\x01" * LONGEST_POLICY})) < LARGEST_BODY
    assert len(TEXT) < LONGEST_POLICY
