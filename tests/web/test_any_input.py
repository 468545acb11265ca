"""Whatever the description allows, and much that it does not, is answered without a server error."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.web.api import build
from tests.web.house import TEXT, TUESDAY, House

TOLD = build().openapi()
LAST = ("hang-up", "registration", "withdraw", "kept")
"""They end what the others work on."""
ROUTES = sorted(
    ((method, path) for path, operations in TOLD["paths"].items() for method in operations),
    key=lambda route: (route[1].endswith(LAST), route[1], route[0]),
)
WHO = {"agent": "bart", "supervisor": "tess", "admin": "ada"}
TEXTS = st.text(max_size=300) | st.sampled_from(
    ["", "\x00", "\u202e", "\ud800", "'; DROP TABLE calls; --", "😀", "0" * 300]
)
ODD = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | st.lists(TEXTS, max_size=3)
COLLEAGUES, DEPARTMENTS = st.sampled_from(["fatima", "ruben", "xx"]), st.sampled_from(["sociaal_domein_2", "xx"])
TOPICS, LANGUAGES = st.sampled_from(["wmo", "jeugd", "xx"]), st.sampled_from(["nl", "en", "xx"])
NUMBERS = st.sampled_from(
    ["0612345678", "14 0123", "112", "0900 1234", "+232 76 123456", "0123 45 67 89", "*21*06#", "\u0660\u0666\u0661"]
)
SPECIAL = {
    "number": NUMBERS | TEXTS, "colleague": COLLEAGUES, "department": DEPARTMENTS, "topic": TOPICS,
    "language": LANGUAGES,
    "text": st.just(TEXT) | TEXTS,
    "at": st.sampled_from(["", "di 10:15", "9999-12-31 23:59", "0001-01-01 00:00", "za 99:99"]) | TEXTS,
}


def value(schema: dict[str, Any], name: str = "") -> st.SearchStrategy[Any]:
    """What this schema describes."""
    if "$ref" in schema:
        return value(TOLD["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    if "anyOf" in schema:
        return st.one_of([value(each, name) for each in schema["anyOf"]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "const" in schema:
        return st.just(schema["const"])
    match schema.get("type"):
        case "object":
            fields = {key: value(each, key) for key, each in schema.get("properties", {}).items()}
            needed = set(schema.get("required", ()))
            optional = {key: made for key, made in fields.items() if key not in needed}
            return st.fixed_dictionaries({key: fields[key] for key in needed}, optional=optional)
        case "array":
            return st.lists(value(schema.get("items", {})), min_size=schema.get("minItems", 0), max_size=4)
        case "boolean":
            return st.booleans()
        case "integer":
            return st.integers(schema.get("minimum"), schema.get("maximum"))
        case "null":
            return st.none()
        case "string" if name in SPECIAL:
            return SPECIAL[name]
        case "string" if schema.get("format") == "date-time":
            soon = st.timedeltas(timedelta(), timedelta(days=70)).map(lambda ahead: TUESDAY + ahead)
            return (soon | st.datetimes(timezones=st.just(UTC))).map(datetime.isoformat)
        case "string" if "pattern" in schema:
            return st.from_regex(schema["pattern"].replace("$", r"\Z"))
        case "string":
            return st.text(min_size=schema.get("minLength", 0), max_size=schema.get("maxLength", 40))
        case other:
            raise AssertionError(f"no strategy for {other}")


def spoilt(body: Any) -> st.SearchStrategy[Any]:
    """The body as it is, or with something in it that is odd."""
    if not isinstance(body, dict) or not body:
        return st.just(body) | ODD
    return st.just(body) | st.tuples(st.sampled_from([*body, "odd"]), ODD).map(lambda pair: {**body, pair[0]: pair[1]})


@st.composite
def request(draw: st.DrawFn, method: str, path: str, known: dict[str, str]) -> tuple[str, dict[str, Any]]:
    """A path and what to send to it."""
    operation = TOLD["paths"][path][method]
    sent: dict[str, Any] = {"params": {}, "headers": {}}
    for parameter in operation.get("parameters", []):
        name = parameter["name"]
        if parameter["in"] == "path":
            given = draw(st.just(known[name]) | value(parameter["schema"], name) | TEXTS)
            path = path.replace(f"{{{name}}}", quote(str(given).encode("utf-8", "replace"), safe="") or "-")
        elif draw(st.booleans()):
            drawn = draw(value(parameter["schema"], name) | TEXTS)
            if parameter["in"] == "query" and drawn is not None:
                sent["params"][name] = str(drawn).encode("utf-8", "replace")
            elif isinstance(drawn, str):
                sent["headers"][name] = drawn.encode("utf-8", "replace").replace(b"\n", b"").replace(b"\r", b"")
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is not None:
        sent["json"] = draw(value(content["schema"]).flatmap(spoilt))
    return path, sent


@pytest.mark.slow
async def test_no_input_gives_a_server_error(house: House) -> None:
    """Runs the search in a thread; each request goes through the loop in which the house lives."""
    loop = asyncio.get_running_loop()
    call = await house.talking()
    card = (await house.as_("bart").post(f"/calls/{call}/callback", json={"colleague": "fatima"})).json()
    known = {"call": call, "callback": card["callback"]["id"], "version": (await house.call(call)).policy,
             "language": "nl", "sentence": "closed"}
    statuses: dict[int, int] = {}

    async def send(method: str, path: str, who: str, sent: dict[str, Any]) -> int:
        headers = {**sent.pop("headers"), "Authorization": house.as_(who).headers["Authorization"]}
        if "json" in sent:
            sent["content"] = json.dumps(sent.pop("json")).encode()
            headers["Content-Type"] = "application/json"
        answer = await house.as_(who).request(method, path, headers=headers, **sent)
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
            assert set(answer.json()) >= {"type", "title", "status"}
        return answer.status_code

    def search(method: str, path: str) -> None:
        who = WHO[TOLD["paths"][path][method]["x-roles"][0]]

        @settings(
            max_examples=25, deadline=None, database=None, derandomize=True, phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        )
        @given(request(method, path, known))
        def each(made: tuple[str, dict[str, Any]]) -> None:
            where, sent = made
            future = asyncio.run_coroutine_threadsafe(send(method.upper(), where, who, dict(sent)), loop)
            status = future.result(30)
            statuses[status] = statuses.get(status, 0) + 1
            assert status < 500, (method, where, sent)

        each()

    for method, path in ROUTES:
        await asyncio.to_thread(search, method, path)
    assert {200, 400, 404, 409} <= set(statuses), statuses
    assert await house.pool.fetchval("SELECT count(*) FROM quarantine") == 0
