"""The generic platform by itself: what it accepts, what it refuses and why, and what it sends."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook
from structlog.testing import capture_logs

from app import policyfile
from app.call import events as core
from app.call.call import Call, Welcoming
from app.call.commands import present
from app.call.legs import Doing, Gather, InRoom, Leaving, Leg, Music, Prompt, Ringing
from app.call.policy import Policy
from app.main import platforms
from app.providers.base import Arrival, NotAuthentic, NotUnderstood, Order, call_id
from app.providers.generic import Generic
from app.providers.generic.envelope import LARGEST
from app.providers.names import display_name
from app.settings import CentreSettings, GenericSettings, Secret
from tests.providers.pbx_side import LEG, OTHER, SECRET, SOURCE, hook, message

CALL = "abcdefghijklmnopqrst"
SAMPLES = Path(__file__).parents[3] / "shared" / "payloads" / "generic"


@pytest.fixture(scope="module")
def policy() -> Policy:
    return policyfile.load(Path("config/routing.yaml"))


@pytest.fixture
def pbx() -> Generic:
    return Generic("gemeente", [SECRET], degrade_to="+31123456789")


def read(pbx: Generic, policy: Policy, kind: str, data: Any) -> Arrival:
    (arrival,) = pbx.read(hook(message(kind, data)), policy)
    return arrival


AT = datetime(2026, 11, 23, 10, 0, 1, 120000, UTC)
STEP = {"leg": LEG, "step": 3}


@pytest.mark.parametrize(
    ("kind", "data", "event", "key"),
    [
        ("keys.pressed", STEP | {"keys": "1"}, core.KeysPressed(CALL, LEG, 3, "1"), f"{LEG}:3:input"),
        ("words.heard", STEP | {"words": "een traplift voor Jan Jansen"}, core.WordsHeard(CALL, LEG, 3, ("traplift",)),
         f"{LEG}:3:input"),
        ("input.timed-out", STEP, core.InputTimedOut(CALL, LEG, 3), f"{LEG}:3:input"),
        ("say.finished", STEP, core.SayFinished(CALL, LEG, 3), f"{LEG}:3:said"),
        ("leg.dialling", {"leg": LEG}, core.LegDialling(CALL, LEG), f"{LEG}:dialling"),
        ("leg.ringing", {"leg": LEG}, core.LegRinging(CALL, LEG, AT), f"{LEG}:ringing"),
        ("leg.rang", {"leg": LEG, "n": 2}, core.LegRang(CALL, LEG, 2, AT), f"{LEG}:rang:2"),
        ("leg.answered", {"leg": LEG}, core.LegAnswered(CALL, LEG), f"{LEG}:answered"),
        ("leg.machine", {"leg": LEG}, core.LegMachine(CALL, LEG), f"{LEG}:machine"),
        ("leg.ended", {"leg": LEG, "cause": "declined"}, core.LegEnded(CALL, LEG, "declined"), f"{LEG}:ended"),
        ("leg.ended", {"leg": LEG}, core.LegEnded(CALL, LEG, "normal"), f"{LEG}:ended"),
    ],
)  # fmt: skip
def test_each_event_of_a_leg_is_read(
    pbx: Generic, policy: Policy, kind: str, data: dict[str, Any], event: core.Event, key: str
) -> None:
    arrival = read(pbx, policy, kind, data)
    assert (arrival.event, arrival.key, arrival.centre) == (event, key, "gemeente")


@pytest.mark.parametrize(
    ("kind", "data", "event"),
    [
        ("leg.joined", {"leg": LEG, "room": "r-1"}, core.LegJoined(CALL, LEG, "r-1")),
        ("leg.left", {"leg": LEG, "room": "r-1"}, core.LegLeft(CALL, LEG, "r-1")),
        ("leg.seen", {"leg": LEG, "state": "up", "room": "r-1"}, core.LegSeen(CALL, LEG, "up", "r-1")),
        ("phone.held", {"leg": LEG}, core.PhoneHeld(CALL, LEG)),
        ("phone.retrieved", {"leg": LEG}, core.PhoneRetrieved(CALL, LEG)),
        ("phone.transfer-asked", {"leg": LEG, "to": "sip:linda@telefoon.voorbeeldstad.example"},
         core.PhoneTransferAsked(CALL, LEG, "linda")),
        ("phone.transfer-asked", {"leg": LEG, "to": "sip:nobody@x.example"},
             core.PhoneTransferAsked(CALL, LEG, "", "unknown")),
            ("phone.transfer-asked", {"leg": LEG, "to": "112"}, core.PhoneTransferAsked(CALL, LEG, "", "forbidden")),
    ],
)  # fmt: skip
def test_what_may_happen_again_is_told_apart_by_the_id(
    pbx: Generic, policy: Policy, kind: str, data: dict[str, Any], event: core.Event
) -> None:
    first, second = read(pbx, policy, kind, data), read(pbx, policy, kind, data)
    assert first.event == second.event == event
    assert first.key != second.key


def test_an_offered_call_brings_its_number_and_name_apart(pbx: Generic, policy: Policy) -> None:
    data = {"call": "pbx-7", "dialled": "14 0123", "number": "06 12345678", "name": "S. de Vries"}
    arrival = read(pbx, policy, "call.offered", data)
    ours = call_id("gemeente", "generic", "pbx-7")
    event = arrival.event
    assert isinstance(event, core.CallOffered)
    assert (event.call, event.leg, event.dialled) == (ours, f"{ours}.1", "140123")
    assert (event.number.ref, event.number.kind, event.name) == (f"{ours}.number", "mobile", f"{ours}.name")
    assert arrival.private == {f"{ours}.number": "+31612345678", f"{ours}.name": "S. de Vries"}
    assert (arrival.line, arrival.replies, arrival.urgent) == ((f"{ours}.1", "pbx-7"), ours, False)


def test_a_withheld_number_is_neither_shown_nor_stored(pbx: Generic, policy: Policy) -> None:
    data = {"call": "pbx-8", "dialled": "14 0123", "number": "0612345678", "name": "Sam", "withheld": True}
    arrival = read(pbx, policy, "call.offered", data)
    assert isinstance(arrival.event, core.CallOffered)
    assert arrival.event.number.kind == "withheld"
    assert arrival.private == {}


@pytest.mark.parametrize("number", ["anonymous", "Anoniem", "sip:anonymous@anonymous.invalid", "+266696687", ""])
def test_who_is_anonymous_has_no_name_either(pbx: Generic, policy: Policy, number: str) -> None:
    """Also when the PBX does not say `withheld`: it hands on a name that the network meant for nobody."""
    data = {"call": "pbx-8", "dialled": "14 0123", "number": number, "name": "Sam"}
    arrival = read(pbx, policy, "call.offered", data)
    assert isinstance(arrival.event, core.CallOffered)
    assert (arrival.event.number.kind, arrival.event.name, arrival.private) == ("withheld", "", {})


def test_a_longer_entry_is_a_number_and_kept_apart(pbx: Generic, policy: Policy) -> None:
    arrival = read(pbx, policy, "keys.pressed", STEP | {"keys": "0612345678"})
    assert isinstance(arrival.event, core.KeysPressed)
    assert (arrival.event.keys, arrival.event.number.kind) == ("", "mobile")
    assert arrival.private == {arrival.event.number.ref: "+31612345678"}


def test_the_callers_leg_may_be_named_by_the_reference_of_the_pbx(pbx: Generic, policy: Policy) -> None:
    ours = call_id("gemeente", "generic", "pbx-9")
    assert read(pbx, policy, "leg.ended", {"call": "pbx-9"}).event == core.LegEnded(ours, f"{ours}.1")
    assert read(pbx, policy, "call.degraded", {"call": "pbx-9"}).event == core.DegradeServed(ours)


def test_a_phone_of_nobody_is_no_event(pbx: Generic, policy: Policy) -> None:
    assert pbx.read(hook(message("device.changed", {"address": "sip:hall@x.example", "state": "busy"})), policy) == []
    agent = next(iter(policy.agents.values()))
    arrival = read(pbx, policy, "device.changed", {"address": agent.address, "state": "gone"})
    assert arrival.event == core.DeviceChanged(agent.id, "gone")


RINGING = message("leg.ringing", {"leg": LEG})


@pytest.mark.parametrize(
    ("secrets", "changes", "says"),
    [
        ((OTHER,), {}, "No matching signature"),
        ((SECRET,), {"webhook-signature": ""}, "Missing required headers"),
        ((SECRET,), {"webhook-id": ""}, "Missing required headers"),
        ((SECRET,), {"webhook-id": "m-other"}, "No matching signature"),
        ((SECRET,), {"webhook-timestamp": "yesterday"}, "Invalid Signature Headers"),
        ((SECRET,), {"webhook-timestamp": "nan"}, "Invalid Signature Headers"),
        ((SECRET,), {"webhook-timestamp": "9" * 400}, "Invalid Signature Headers"),
        ((SECRET,), {"webhook-signature": "v1"}, "not well-formed"),
        ((SECRET,), {"webhook-signature": "v2,AAAA"}, "No matching signature"),
        ((SECRET,), {"webhook-signature": "v1,\xff\u2028"}, "not well-formed"),
    ],
)
def test_a_signature_that_does_not_fit_is_refused(
    pbx: Generic, policy: Policy, secrets: tuple[str, ...], changes: dict[str, str], says: str
) -> None:
    with pytest.raises(NotAuthentic, match=says):
        pbx.read(hook(RINGING, *secrets, headers=changes), policy)


@pytest.mark.parametrize(("late", "says"), [(301.5, "too old"), (-302.0, "too new")])
def test_a_message_out_of_its_five_minutes_is_refused(pbx: Generic, policy: Policy, late: float, says: str) -> None:
    with pytest.raises(NotAuthentic, match=says):
        pbx.read(hook(RINGING, late=late), policy)


@pytest.mark.parametrize("late", [240.0, -240.0])
def test_a_message_within_five_minutes_is_taken(pbx: Generic, policy: Policy, late: float) -> None:
    assert len(pbx.read(hook(RINGING, late=late), policy)) == 1


def test_secrets_are_changed_without_a_gap(policy: Policy) -> None:
    both = Generic("gemeente", [OTHER, SECRET])
    assert both.read(hook(RINGING, SECRET), policy)
    assert both.read(hook(RINGING, OTHER), policy)
    assert Generic("gemeente", [SECRET]).read(hook(RINGING, OTHER, SECRET), policy)


def test_a_body_written_anew_is_refused(pbx: Generic, policy: Policy) -> None:
    signed = hook(RINGING)
    altered = hook(json.dumps(RINGING, indent=1).encode(), headers=signed.headers)
    with pytest.raises(NotAuthentic):
        pbx.read(altered, policy)


def test_no_secret_means_closed(policy: Policy) -> None:
    with pytest.raises(NotAuthentic, match="no secret"):
        Generic("gemeente", []).read(hook(RINGING), policy)


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        (b"{", "not JSON"),
        (b"[]", "must be one JSON object"),
        (b'"\\ud800"', "not JSON"),
        (b"[" * 5000, "not JSON"),
        (message("leg.ringing", {"leg": LEG}, type="nl.warmlijn.telephony.leg.rining.v1"), "did you mean"),
        (message("leg.ringing", {"leg": LEG}, type="nl.warmlijn.telephony.leg.ringing.v2"), "version 2 is not known"),
        (message("leg.ringing", {"leg": LEG}, type=None), "type: missing"),
        (message("leg.ringing", {"leg": LEG}, source="https://pbx.example"), "source: "),
        (message("leg.ringing", {"leg": LEG}, time="2026-11-23T10:00:01"), "time: "),
        (message("leg.ringing", {"leg": LEG}, colour="red"), "'colour': unknown field"),
        (message("leg.ringing", {"legg": LEG}), "did you mean 'leg'"),
        (message("leg.ringing", {}), "one of `leg` and `call`"),
        (message("leg.ringing", {"leg": "x' or 1=1"}), "data.leg: "),
        (message("leg.ended", {"leg": LEG, "cause": "bored"}), "data.cause: "),
        (message("leg.ringing", None), "data: missing"),
    ],
)
def test_what_is_not_understood_is_said(pbx: Generic, policy: Policy, sent: dict[str, Any] | bytes, says: str) -> None:
    with pytest.raises(NotUnderstood, match=says):
        pbx.read(hook(sent), policy)


def test_all_mistakes_are_told_at_once(pbx: Generic, policy: Policy) -> None:
    sent = message("keys.pressed", {"leg": LEG, "step": 0, "keys": "abc", "sort": 1}, specversion="0.3", source="pbx")
    with pytest.raises(NotUnderstood) as told:
        pbx.read(hook(sent), policy)
    for place in ("specversion", "source", "data.step", "data.keys", "data.'sort'"):
        assert place in str(told.value)


def test_too_large_is_refused_before_it_is_read(pbx: Generic, policy: Policy) -> None:
    with pytest.raises(NotUnderstood, match="larger than"):
        pbx.read(hook(b" " * (LARGEST + 1)), policy)


def test_only_the_configured_source_is_taken(policy: Policy) -> None:
    assert Generic("gemeente", [SECRET], source=SOURCE).read(hook(RINGING), policy)
    with pytest.raises(NotUnderstood, match="not the one"):
        Generic("gemeente", [SECRET], source="urn:nld:oin:1").read(hook(RINGING), policy)


def test_the_signed_id_is_the_id_of_the_message(pbx: Generic, policy: Policy) -> None:
    body = json.dumps(RINGING | {"id": "m-inside"}).encode()
    with pytest.raises(NotUnderstood, match="webhook-id"):
        pbx.read(hook(body), policy)


def test_the_published_vector_is_authentic(policy: Policy) -> None:
    if not SAMPLES.is_dir():
        pytest.skip("the shared sample payloads are not here")
    vector = json.loads((SAMPLES / "signature_vector.json").read_text())
    body = (SAMPLES / vector["body_file"]).read_bytes()
    at = datetime.fromtimestamp(int(vector["webhook-timestamp"]), UTC)
    made = Webhook(vector["secret"]).sign(vector["webhook-id"], at, body.decode())
    assert made == vector["webhook-signature"]


def call(leg: Leg) -> Call:
    return Call(CALL, "gemeente", Welcoming(), (leg,), AT, "140123", "v1")


@pytest.mark.parametrize(
    ("doing", "expected"),
    [
        (Prompt(()), {"do": "say", "sentences": ["Goedemorgen."], "language": "nl"}),
        (Gather((), keys=15, timeout=10.0, finish="#"),
         {"do": "gather", "sentences": ["Goedemorgen."], "language": "nl", "keys": 15, "timeout": 10.0, "finish": "#"}),
        (Music("hold"), {"do": "music", "tune": "hold"}),
        (InRoom("r-1"), {"do": "join", "room": "r-1"}),
        (Leaving(), {"do": "hang-up"}),
    ],
)  # fmt: skip
def test_the_answer_is_what_the_leg_does_now(pbx: Generic, doing: Doing, expected: dict[str, Any]) -> None:
    leg = Leg(f"{CALL}.1", "caller", "up", doing, step=4)
    told = Order("gemeente", CALL, present(leg), "nl", ("Goedemorgen.",))
    reply = pbx.reply(hook(RINGING), call(leg), (told,))
    assert reply.status == 200
    (command,) = json.loads(reply.body)["commands"]
    assert command == {"call": CALL, "leg": f"{CALL}.1", "step": 4} | expected


def test_a_dial_rides_on_the_answer_with_the_number_to_show(pbx: Generic) -> None:
    leg = Leg(LEG, "agent", "dialling", Ringing("sip:a@x.example"))
    told = Order("gemeente", CALL, present(leg), "nl", shows="+31201234500")
    (command,) = json.loads(pbx.reply(hook(RINGING), call(leg), (told,)).body)["commands"]
    assert (command["do"], command["address"], command["shows"]) == ("dial", "sip:a@x.example", "+31201234500")


def test_nothing_to_do_is_only_acknowledged(pbx: Generic) -> None:
    assert pbx.reply(hook(RINGING), call(Leg(LEG, "agent", "up", Music())), ()).status == 202
    assert pbx.reply(hook(RINGING), None, ()).status == 202


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("call.offered", {"call": "x", "dialled": "140123"}),
        ("keys.pressed", STEP | {"keys": "1"}),
        ("input.timed-out", STEP),
        ("say.finished", STEP),
    ],
)
def test_degraded_a_caller_who_waits_is_brought_to_the_kcc(pbx: Generic, kind: str, data: dict[str, Any]) -> None:
    reply = pbx.degraded(hook(message(kind, data)))
    assert reply.status == 200
    assert json.loads(reply.body) == {"commands": [{"do": "degrade", "to": "+31123456789"}], "degraded": True}


@pytest.mark.parametrize("sent", [RINGING, message("call.degraded", {"call": "x"}), b"{"])
def test_degraded_anything_else_is_told_again_later(pbx: Generic, sent: dict[str, Any] | bytes) -> None:
    assert pbx.degraded(hook(sent)).status == 503


@pytest.mark.parametrize(
    ("raw", "name"),
    [("S. de Vries", "S. de Vries"), ("\u202eevil\r\nname", "evil name"), ("0612345678", ""), ("  ", ""),
     ("<script>", "<script>"), ("a" * 300, "a" * 64)],
)  # fmt: skip
def test_a_display_name_is_made_safe_to_show(raw: str, name: str) -> None:
    assert display_name(raw) == name


@pytest.mark.parametrize(("number", "told"), [("+31123456789", []), (None, ["DEGRADE_NUMBER is not set"])])
def test_the_log_says_at_start_that_nobody_takes_over(policy: Policy, number: str | None, told: list[str]) -> None:
    settings = GenericSettings(secrets=(Secret(SECRET),), command_url=None, command_secrets=())
    centre = CentreSettings("gemeente", Path("config/routing.yaml"), None, settings, number)
    with capture_logs() as logged:
        platforms(centre, "http://127.0.0.1:8000", policy)
    assert [line["warning"].partition(":")[0] for line in logged if line["event"] == "generic.self_test"] == told
