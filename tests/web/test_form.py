"""The form of every answer: version and security headers, all errors at once, never what was typed, never a trace."""

import io
import json
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest
import structlog

from app import logs
from app.web.api import build
from app.web.api.frame import LARGEST_BODY
from tests.web.house import NAME, NUMBER, TEXT, WRITTEN, House


@contextmanager
def logged_to(stream: io.BytesIO) -> Iterator[None]:
    """All loggers of ours write here, also those that were used before."""

    def forget() -> None:
        for name, module in list(sys.modules.items()):
            if name.startswith("app.") and hasattr(module, "log"):
                vars(module.log).pop("bind", None)

    before = structlog.get_config()
    forget()
    logs.configure("debug", "test", stream)
    try:
        yield
    finally:
        structlog.configure(**before)
        forget()


async def test_every_answer_has_its_headers(house: House) -> None:
    bart = house.as_("bart")
    answers = [
        await bart.get("/me/presence"), await bart.get("/nergens"), await bart.post("/me/presence"),
        await house.as_("").get("/me/call"), await bart.put("/me/presence", content=b"x" * 3),
        await bart.get("/openapi.json"),
        await bart.put("/me/presence", content=b"x" * (LARGEST_BODY + 1)),
    ]
    assert [answer.status_code for answer in answers] == [200, 404, 405, 401, 400, 200, 413]
    for answer in answers:
        assert answer.headers["api-version"] == "1.0.0"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "max-age" in answer.headers["strict-transport-security"]
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["status"] == answer.status_code


async def test_a_body_without_a_length_is_bounded_too(house: House) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(10):
            yield b"x" * (LARGEST_BODY // 4)

    answer = await house.as_("bart").put("/me/presence", content=endless())
    assert answer.status_code == 413
    assert answer.headers["api-version"] == "1.0.0"


async def test_all_errors_come_at_once(house: House) -> None:
    call = await house.talking()
    asked = {
        "name": "\u202eomgekeerd", "identity": "111222333", "number": "", "topic": "WMO!", "language": "dutch",
        "bsn": "1",
    }
    answer = await house.as_("bart").post(f"/calls/{call}/identify", json=asked, headers={"Idempotency-Key": "kort"})
    assert answer.status_code == 400
    errors = {(e["in"], e["pointer"]): e for e in answer.json()["errors"]}
    assert set(errors) == {
        ("body", "#/name"), ("body", "#/identity"), ("body", "#/number"), ("body", "#/topic"), ("body", "#/language"),
        ("body", "#/bsn"), ("header", "Idempotency-Key"),
    }
    assert errors["body", "#/bsn"]["detail"] == "Dit veld bestaat niet."
    assert all(e["detail"].endswith(".") for e in errors.values())
    assert "111222333" not in answer.text


async def test_what_does_not_exist_is_told_together_with_what_was_meant(house: House) -> None:
    call = await house.talking()
    asked = {"colleague": "fatma", "topic": "wmoo"}
    answer = await house.as_("bart").post(f"/calls/{call}/consult", json=asked)
    assert answer.status_code == 400
    assert {e["pointer"]: e["detail"] for e in answer.json()["errors"]} == {
        "#/colleague": "Deze collega (bedoelt u fatima?) staat niet in de routering.",
        "#/topic": "Dit onderwerp (bedoelt u wmo?) staat niet in de routering.",
    }
    english = await house.as_("bart").post(f"/calls/{call}/consult", json={}, headers={"Accept-Language": "en"})
    assert english.headers["content-language"] == "en"
    assert english.json()["errors"][0]["detail"] == "Name exactly one of: colleague, department."


async def test_a_wrong_form_and_what_does_not_exist_are_told_together(house: House) -> None:
    call = await house.talking()
    bart = house.as_("bart")
    consult = {"colleague": "fatma", "topic": 5, "department": "WMO!", "naam": "x"}
    questions = [{"topic": "wmoo", "direct": True}, {"topic": "wmo"}, 3]
    for action, asked, expected in (
        ("consult", consult, {"colleague": "unknown", "topic": "string_type", "department": "string_pattern_mismatch",
                              "naam": "extra_forbidden"}),
        ("registration", {"questions": questions}, {"questions/0/topic": "unknown", "questions/1/direct": "missing",
                                                    "questions/2": "value"}),
        ("consult", ["fatma"], {"": "value"}),
    ):
        answer = await bart.post(f"/calls/{call}/{action}", json=asked)
        assert answer.status_code == 400
        told = [(error["pointer"].lstrip("#/"), error["code"]) for error in answer.json()["errors"]]
        assert sorted(told) == sorted(expected.items())


@pytest.mark.parametrize(("who", "path", "asked", "expected"), [
    ("ada", "POST /policy/explain", {"number": "abc", "press": ["x"], "at": "gisteren", "language": "xx"},
     {"number": "not_phone", "press/0": "string_pattern_mismatch", "at": "not_moment", "language": "unknown"}),
    ("ada", "POST /policy/explain", {"number": "14 0123", "press": ["x"], "language": "xx", "text": TEXT},
     {"press/0": "string_pattern_mismatch"}),
    ("tess", "PUT /message", {"text": "", "until": "2020-01-01T00:00:00Z", "topic": "niets"},
     {"text": "string_too_short", "until": "moment_past", "topic": "unknown"}),
    ("tess", "PUT /message", {"text": {"xx": "Failure"}, "until": "2027-01-01T00:00:00", "z": 1},
     {"text": "unknown", "until": "timezone_aware", "z": "extra_forbidden"}),
    ("tess", "PUT /message", {"text": "Storing", "until": "2027-01-01T00:00:00Z", "z": 1},
     {"until": "moment_far", "z": "extra_forbidden"}),
    ("bart", "POST /calls/{call}/identify", {"name": "", "language": "xx", "topic": "x", "number": "abc"},
     {"name": "string_too_short", "language": "unknown", "topic": "unknown", "number": "not_phone"}),
    ("bart", "POST /calls/{call}/identify", {"name": "", "language": " nl ", "topic": " wmo "},
     {"name": "string_too_short"}),
    ("bart", "PUT /me/presence", {"state": "ready", "reason": "break", "z": 1},
     {"reason": "needs_state", "z": "extra_forbidden"}),
    ("bart", "PUT /me/presence", {"state": "not_ready", "z": 1}, {"reason": "reason_needed", "z": "extra_forbidden"}),
    ("bart", "PUT /me/presence", {"state": "klaar", "reason": "break"}, {"state": "literal_error"}),
])
async def test_a_wrong_form_hides_no_other_error(
    house: House, who: str, path: str, asked: dict[str, object], expected: dict[str, str]
) -> None:
    method, _, where = path.partition(" ")
    call = await house.talking()
    answer = await house.as_(who).request(method, where.format(call=call), json=asked)
    assert answer.status_code == 400
    told = {error["pointer"].removeprefix("#/"): error["code"] for error in answer.json()["errors"]}
    assert {pointer.removesuffix("/[key]"): code for pointer, code in told.items()} == expected


async def test_a_message_has_an_end_and_is_heard_until_then(house: House) -> None:
    tess = house.as_("tess")
    wrong = await tess.put("/message", json={"text": "Storing", "until": "2020-01-01T00:00:00Z", "topic": "niets"})
    assert {e["pointer"] for e in wrong.json()["errors"]} == {"#/until", "#/topic"}
    far = await tess.put("/message", json={"text": "Storing", "until": "2027-01-01T00:00:00Z"})
    assert far.json()["errors"][0]["code"] == "moment_far"
    asked = {"text": "Er is een storing bij de paspoorten.", "until": "2026-11-24T12:00:00+01:00"}
    assert (await tess.put("/message", json=asked)).json()["text"] == asked["text"]
    assert (await house.as_("bart").get("/message")).json()["text"] == asked["text"]
    assert asked["text"] not in str(await house.pool.fetch("SELECT data FROM events"))
    await house.talking()
    assert (await house.as_("bart").get("/me/call")).json()["call"]["message"] == asked["text"]
    assert (await tess.delete("/message")).status_code == 204
    assert (await tess.get("/message")).json() == {"text": None, "texts": {}, "until": None, "topic": None}


async def test_a_message_is_said_in_the_language_of_who_hears_it(house: House) -> None:
    tess, until = house.as_("tess"), "2026-11-24T12:00:00+01:00"
    for text, code in (({"en": "Failure"}, "first_language"), ({"nl": "Storing", "xx": "?"}, "unknown"),
                       ({"nl": ""}, "string_too_short"), ("", "string_too_short"), (["Storing"], "value")):
        wrong = await tess.put("/message", json={"text": text, "until": until})
        assert [(e["code"], e["pointer"].startswith("#/text")) for e in wrong.json()["errors"]] == [(code, True)]
    told = await tess.put("/message", json={"text": {"nl": "Storing", "en": "Failure"}, "until": until})
    assert (told.json()["text"], told.json()["texts"]) == ("Storing", {"en": "Failure"})
    assert "Failure" not in str(await house.pool.fetch("SELECT data FROM events"))


async def test_who_is_there_holds_no_figures_per_agent(house: House) -> None:
    await house.as_("bart").put("/me/presence", json={"state": "ready"})
    await house.as_("meryem").put("/me/presence", json={"state": "ready"})
    await house.as_("meryem").put("/me/presence", json={"state": "not_ready", "reason": "break"})
    answer = await house.as_("tess").get("/agents")
    states = {agent["id"]: agent["state"] for agent in answer.json()["items"]}
    assert (states["bart"], states["meryem"], states["joke"]) == ("ready", "not_ready", "logged_off")
    assert all(set(agent) == {"id", "name", "state", "offices"} for agent in answer.json()["items"])
    figures = (await house.as_("tess").get("/offices")).text
    assert not any(agent in figures for agent in states)


async def test_the_figures_of_an_office(house: House) -> None:
    call = await house.talking()
    await house.rings("twee")
    await house.as_("bart").post(f"/calls/{call}/callback", json={})
    figures = (await house.as_("tess").get("/offices")).json()
    social = next(o for o in figures["offices"] if o["id"] == "sociaal")
    assert (social["calls"], social["answered"], social["waiting"], social["callbacksOpen"]) == (2, 1, 1, 1)
    assert social["agents"] == {"talking": 1, "logged_off": 3}
    assert social["open"]
    assert figures["since"].startswith("2026-11-24T00:00:00")


async def test_the_history_explains_every_step_in_two_languages(house: House) -> None:
    call = await house.talking()
    bart = house.as_("bart")
    await bart.post(f"/calls/{call}/consult", json={"colleague": "fatima"})
    await house.declines(call)
    await bart.post(f"/calls/{call}/hang-up")
    told = (await house.as_("ada").get(f"/calls/{call}")).json()
    assert [event["seq"] for event in told["events"]] == sorted(event["seq"] for event in told["events"])
    kinds = [event["event"] for event in told["events"]]
    assert kinds[0] == "CallOffered"
    assert {"ConsultAsked", "LegEnded", "HangUpAsked"} <= set(kinds)
    for event in told["events"]:
        assert event["because"], event
        for step in event["because"]:
            assert step["nl"] != step["code"], step
            assert step["en"] != step["code"], step
            assert "{" not in step["nl"] + step["en"]
    routed = told["events"][0]["because"]
    assert any(step["line"] > 0 for step in routed)
    assert [phone["outcome"] for phone in told["phones"]] == ["answered", "declined"]
    assert [transfer["outcome"] for transfer in told["transfers"]] == ["declined"]
    assert any(step["code"] == "transfer.declined" for event in told["events"] for step in event["because"])
    listed = (await house.as_("tess").get("/calls", params={"office": "sociaal"})).json()["items"]
    assert [line["id"] for line in listed] == [call]
    over = {"live": "false", "since": "2026-11-24T00:00:00Z"}
    assert (await house.as_("tess").get("/calls", params=over)).json()["items"] == []
    assert (await house.as_("ada").get("/calls/bestaatniet")).status_code == 404


async def test_no_name_and_no_number_in_logs_or_addresses(house: House) -> None:
    stream = io.BytesIO()
    with logged_to(stream):
        call = await house.talking()
        bart = house.as_("bart")
        secret = {"name": "Canaria Geheim", "identity": "Geheim 1970-01-01", "number": "0687654321"}
        addresses = [str((await bart.post(f"/calls/{call}/identify", json=secret)).url)]
        card = (await bart.post(f"/calls/{call}/callback", json={"colleague": "fatima"})).json()
        path = f"/callbacks/{card['callback']['id']}"
        structlog.get_logger("test").info("still.heard")
        addresses += [str(answer.url) for answer in (
            await bart.get("/me/call"), await bart.get(path), await bart.get("/callbacks"),
            await bart.post(f"{path}/change", json={"onBehalf": "Canaria Moeder", "number": "0900 1234"}),
            await bart.post(f"{path}/change", json={"number": "Canaria"}),
            await house.as_("ada").get(f"/calls/{call}"), await house.as_("ada").get("/calls"),
        )]
    logged = stream.getvalue().decode()
    assert "api.shown" in logged
    assert "still.heard" in logged
    history = (await house.as_("ada").get(f"/calls/{call}")).text
    secrets = (NAME, NUMBER, WRITTEN, "Canaria", "Geheim", "687654321", "0900 1234", "9001234", *house.tokens.values())
    for secret_text in secrets:
        assert secret_text not in logged, secret_text
        assert secret_text not in "\n".join(addresses)
        assert secret_text not in history


async def test_before_it_has_started_it_says_so() -> None:
    import httpx

    async with httpx.AsyncClient(transport=httpx.ASGITransport(build()), base_url="http://test") as client:
        answer = await client.get("/me/presence", headers={"Authorization": "Bearer wl_" + "a" * 43})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")


async def test_without_a_database_it_says_so_and_nothing_else(house: House) -> None:
    await house.pool.execute("ALTER TABLE users RENAME TO weg")
    answer = await house.as_("bart").get("/me/presence")
    assert answer.status_code == 503
    assert "users" not in answer.text
    assert json.loads(answer.text)["title"] == "Even niet beschikbaar. Probeer het opnieuw."
