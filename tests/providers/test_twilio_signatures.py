"""Only what the platform signed over our public address comes in; each way to get that wrong has its test."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlencode

import pytest
from msgspec.structs import replace
from twilio.request_validator import RequestValidator

from app.call.events import CallOffered
from app.providers.base import Hook, NotAuthentic
from app.providers.twilio.signatures import Door, Fields
from app.settings import Secret
from tests.providers.twilio_hooks import POLICY, PUBLIC, TOKEN, platform, signed, wire

VECTOR = Path(__file__).parents[3] / "shared" / "payloads" / "twilio" / "signature_vector.json"
FIELDS = {"CallSid": "CA1", "From": "+31612345678", "To": "+31140123", "CallStatus": "ringing"}
OTHER = "ffeeddccbbaa99887766554433221100"


def accepts(hook: Hook, **options: object) -> bool:
    try:
        return bool(platform(**options).read(hook, POLICY))  # type: ignore[arg-type]
    except NotAuthentic:
        return False


def door(*tokens: str, public: str = PUBLIC) -> Door:
    return Door(public, "/hooks/stad/twilio/", [Secret(token) for token in tokens])


async def test_the_published_vector_of_the_platform_is_accepted() -> None:
    if not VECTOR.is_file():
        pytest.skip("the published vector is not beside this repository")
    vector = json.loads(VECTOR.read_text())
    headers = {"x-twilio-signature": vector["signature"], "content-type": "application/x-www-form-urlencoded"}
    hook = Hook("", "POST", "myapp.php", b"foo=1&bar=2", headers, urlencode(vector["params"]).encode())
    at = Door("https://mycompany.com", "/", [Secret(vector["auth_token"])])
    assert at.open(hook).one("CallSid") == "CA1234567890ABCDE"
    with pytest.raises(NotAuthentic):
        at.open(replace(hook, query=b"foo=1&bar=3"))


async def test_what_was_signed_over_the_public_address_comes_in() -> None:
    (arrival,) = platform().read(signed("voice", FIELDS), POLICY)
    assert isinstance(arrival.event, CallOffered)


@pytest.mark.parametrize(
    "at",
    [
        PUBLIC.replace("https", "http"),
        PUBLIC.replace("kcc", "KCC"),
        PUBLIC + "/",
        "https://other.example",
        PUBLIC + "/prefix",
    ],
)
async def test_another_address_is_refused(at: str) -> None:
    assert not accepts(signed("voice", FIELDS, at=at))


async def test_a_port_of_the_scheme_makes_no_difference_as_the_platform_is_not_consistent_about_it() -> None:
    assert accepts(signed("voice", FIELDS, at=PUBLIC + ":443"))
    assert accepts(signed("voice", FIELDS), public=PUBLIC + ":443")


async def test_a_prefix_in_the_public_address_is_part_of_what_is_signed_whether_the_proxy_strips_it_or_not() -> None:
    hook = signed("voice", FIELDS, at=PUBLIC + "/kcc")
    assert accepts(hook, public=PUBLIC + "/kcc/")
    assert accepts(replace(hook, raw_path=b"/kcc" + hook.raw_path), public=PUBLIC + "/kcc/")


async def test_the_host_a_request_claims_is_never_looked_at() -> None:
    at = "https://evil.example"
    lies = {"host": "evil.example", "x-forwarded-host": "evil.example", "x-forwarded-proto": "https"}
    hook = signed("voice", FIELDS, at=at)
    assert not accepts(replace(hook, headers={**hook.headers, **lies}))
    true = signed("voice", FIELDS)
    assert accepts(replace(true, headers={**true.headers, **lies}))


async def test_a_fragment_of_connection_settings_is_never_signed() -> None:
    assert accepts(signed("voice", FIELDS), public=PUBLIC + "#rc=2&rp=all")


@pytest.mark.parametrize("path", ["a%20b", "a%2Fb", "caf%C3%A9", "a+b", "a//b"])
def test_the_path_is_compared_as_it_was_on_the_wire(path: str) -> None:
    hook = wire(f"{path}?x=%20y", "CallSid=CA1", {"CallSid": "CA1"})
    assert door(TOKEN).open(hook).one("CallSid") == "CA1"
    assert hook.raw_path.endswith(path.encode())


@pytest.mark.parametrize("query", ["a=%20b", "a=+b", "a=b&a=c", "a", "a=", "a=%C3%A9"])
def test_the_query_is_compared_as_it_was_on_the_wire(query: str) -> None:
    hook = wire(f"voice?{query}", "CallSid=CA1", {"CallSid": "CA1"})
    assert door(TOKEN).open(hook).one("CallSid") == "CA1"
    other = b"a=b" if query != "a=b" else b"a=c"
    with pytest.raises(NotAuthentic):
        door(TOKEN).open(replace(hook, query=other))


@pytest.mark.parametrize(
    ("body", "params"),
    [
        ("A=1&A=2&CallSid=CA1", Fields({"A": ["1", "2"], "CallSid": ["CA1"]})),
        ("A=2&A=1&CallSid=CA1", Fields({"A": ["2", "1"], "CallSid": ["CA1"]})),
        ("Name=+Jan++&CallSid=CA1", {"Name": " Jan  ", "CallSid": "CA1"}),
        ("Empty=&CallSid=CA1", {"Empty": "", "CallSid": "CA1"}),
        ("Name=Ren%C3%A9&CallSid=CA1", {"Name": "Ren\u00e9", "CallSid": "CA1"}),
        ("From=%2B31612345678&CallSid=CA1", {"From": "+31612345678", "CallSid": "CA1"}),
        ("", {}),
    ],
)
def test_repeated_blank_and_spaced_fields_are_kept_as_they_were_signed(body: str, params: object) -> None:
    hook = wire("voice?CallSid=CA1", body, params)
    assert door(TOKEN).open(hook).one("CallSid") == "CA1"


@pytest.mark.parametrize("change", [b"CallStatus=completed", b"CallSid=CA2", b"", b"x=1"])
async def test_a_changed_body_is_refused(change: bytes) -> None:
    assert not accepts(replace(signed("voice", FIELDS), body=change))


@pytest.mark.parametrize("signature", ["", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", "\u00e9" * 28])
async def test_a_missing_or_invented_signature_is_refused(signature: str) -> None:
    hook = signed("voice", FIELDS)
    assert not accepts(replace(hook, headers={**hook.headers, "x-twilio-signature": signature}))
    assert not accepts(replace(hook, headers={"content-type": hook.headers["content-type"]}))


async def test_both_tokens_open_the_door_while_they_are_changed_and_the_old_one_not_after_it() -> None:
    old, new = signed("voice", FIELDS, token=TOKEN), signed("voice", FIELDS, token=OTHER)
    assert accepts(old, tokens=(OTHER, TOKEN))
    assert accepts(new, tokens=(OTHER, TOKEN))
    assert not accepts(old, tokens=(OTHER,))


async def test_without_a_token_the_door_is_shut_also_for_a_signature_with_an_empty_key() -> None:
    assert not accepts(signed("voice", FIELDS, token=""), tokens=())
    assert not accepts(signed("voice", FIELDS, token=""), tokens=("",))


async def test_a_webhook_of_another_centre_is_refused_although_the_account_is_shared() -> None:
    hook = signed("voice", FIELDS, centre="dorp")
    assert accepts(hook, centre="dorp")
    assert not accepts(replace(hook, centre="stad", raw_path=b"/hooks/stad/twilio/voice"))


def test_a_json_body_is_held_against_the_digest_in_the_signed_address() -> None:
    body = '{"CallSid": "CA1"}'
    path = f"voice?CallSid=CA1&bodySHA256={sha256(body.encode()).hexdigest()}"
    hook = wire(path, body, {}, kind="application/json")
    assert door(TOKEN).open(hook).one("CallSid") == "CA1"
    with pytest.raises(NotAuthentic):
        door(TOKEN).open(replace(hook, body=b'{"CallSid": "CA2"}'))
    with pytest.raises(NotAuthentic, match="bodySHA256"):
        door(TOKEN).open(wire("voice", body, {}, kind="application/json"))


def test_a_signature_with_a_shared_key_says_so_in_its_header() -> None:
    hook = signed("voice", FIELDS)
    url = f"{PUBLIC}/hooks/stad/twilio/voice"
    stronger = RequestValidator(TOKEN).compute_signature(url, FIELDS, "HMAC_SHA256")
    settings = {"x-twilio-webhooks-signature-settings": "key=k1,algorithm=HMAC_SHA256"}
    headers = {**hook.headers, "x-twilio-signature": stronger}
    assert door(TOKEN).open(replace(hook, headers={**headers, **settings})).one("CallSid") == "CA1"
    with pytest.raises(NotAuthentic):
        door(TOKEN).open(replace(hook, headers=headers))


def test_an_algorithm_nobody_knows_is_refused_and_what_a_stranger_sent_is_not_logged(
    capfd: pytest.CaptureFixture[str],
) -> None:
    hook = signed("voice", FIELDS)
    strange = {"x-twilio-webhooks-signature-settings": "key=k1,algorithm=NONE\x1b[2J"}
    with pytest.raises(NotAuthentic) as caught:
        door(TOKEN).open(replace(hook, headers={**hook.headers, **strange}))
    assert "NONE" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("body", [b"\xff\xfe=1", b"&".join(b"a%d=1" % n for n in range(300))])
def test_a_body_that_is_no_form_is_refused_without_being_understood(body: bytes) -> None:
    with pytest.raises(NotAuthentic):
        door(TOKEN).open(replace(signed("voice", FIELDS), body=body))


async def test_the_signature_is_looked_at_before_anything_is_understood() -> None:
    with pytest.raises(NotAuthentic):
        platform().read(signed("no-such-hook?leg=nonsense", {"Digits": "\x00"}, token=OTHER), POLICY)


async def test_the_refusal_names_what_was_compared_and_nothing_private() -> None:
    with pytest.raises(NotAuthentic) as caught:
        platform().read(replace(signed("gather?leg=x", FIELDS), body=b"From=%2B31612345678"), POLICY)
    said = str(caught.value)
    assert f"{PUBLIC}/hooks/stad/twilio/gather," in said
    assert "1 form fields" in said
    assert "612345678" not in said
    assert TOKEN not in said
    assert "leg=" not in said


async def test_the_test_at_start_signs_and_verifies_and_is_content_with_a_proper_address() -> None:
    assert platform().self_test() == ()


@pytest.mark.parametrize(
    ("public", "says"),
    [
        ("http://kcc.example", "not https"),
        ("http://127.0.0.1:8000", "this machine itself"),
        ("https://kcc.example/telefonie", "has the path /telefonie"),
        ("https://kcc.example?x=1", "holds a query"),
    ],
)
async def test_the_test_at_start_tells_what_will_not_work(public: str, says: str) -> None:
    assert any(says in sentence for sentence in platform(public=public).self_test())


async def test_the_test_at_start_tells_that_a_shut_door_is_shut() -> None:
    assert "every webhook" in platform(tokens=()).self_test()[0]


async def test_the_test_at_start_tells_that_nobody_takes_over() -> None:
    (told,) = platform(kcc=None).self_test()
    assert told.startswith("DEGRADE_NUMBER")


async def test_the_test_at_start_fails_loudly_when_not_even_our_own_signature_is_accepted() -> None:
    shut = platform()
    shut.door.url = lambda _: "https://somewhere.example"  # type: ignore[method-assign, assignment]
    with pytest.raises(NotAuthentic):
        shut.self_test()
