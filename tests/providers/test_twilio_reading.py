"""Every kind of webhook means what the table says; an unknown word is let pass; what is malformed is told."""

from __future__ import annotations

import csv
import json
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import msgspec
import pytest

from app.call.numbers import Given
from app.providers.base import Arrival, NotUnderstood, call_id
from tests.providers.twilio_hooks import POLICY, platform, signed, wire

HERE = Path(__file__).parent / "samples" / "twilio"
SHARED = Path(__file__).parents[3] / "shared" / "payloads"
LEG = "abcdefghijklmnopqrst.2"


def rows() -> list[dict[str, str]]:
    with (HERE / "expected.tsv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def told(arrival: Arrival) -> str:
    """The event's own fields in the words of the table."""
    event = {name: getattr(arrival.event, name) for name in arrival.event.__struct_fields__}
    del event["call"]
    event.pop("leg", None)
    event.pop("name", None)
    event.pop("estimated", None)  # this platform says ringing, never more or less
    return " ".join(f"{name}={_plain(value)}" for name, value in event.items())


def _plain(value: Any) -> str:
    if isinstance(value, Given):
        return " ".join(filter(None, (value.kind, value.country)))
    if isinstance(value, tuple):
        return " ".join(value)
    return value.isoformat() if isinstance(value, datetime) else str(value)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["sample"].removesuffix(".form"))
async def test_each_webhook_means_what_the_table_says(row: dict[str, str]) -> None:
    body = (HERE / row["sample"]).read_text()
    fields = dict(parse_qsl(body, keep_blank_values=True))
    arrivals = platform().read(wire(row["hook"], body, fields), POLICY)
    if row["event"] == "-":
        assert arrivals == []
        return
    (arrival,) = arrivals
    call = call_id("stad", "twilio", fields.get("ParentCallSid") or fields["CallSid"])
    assert type(arrival.event).__name__ == row["event"]
    assert told(arrival) == row["detail"]
    assert arrival.key == row["key"].format(call=call)
    assert arrival.provider == "twilio"
    assert arrival.centre == "stad"


def test_every_sample_stands_in_the_table() -> None:
    assert {row["sample"] for row in rows()} == {file.name for file in HERE.glob("*.form")}


def one(path: str, **fields: str) -> Arrival:
    (arrival,) = platform().read(signed(path, {"CallSid": "CA22", **fields}), POLICY)
    return arrival


async def test_a_new_call_brings_its_number_apart_its_line_and_may_be_refused_under_overload() -> None:
    arrival = one("voice", From="+31612345678", To="+31140123", CallStatus="ringing")
    call = call_id("stad", "twilio", "CA22")
    assert arrival.private == {f"{call}.number": "+31612345678"}
    assert arrival.line == (f"{call}.1", "CA22")
    assert arrival.replies == f"{call}.1"
    assert not arrival.urgent
    assert b"612345678" not in msgspec.json.encode(arrival.event)


async def test_a_withheld_number_reaches_no_table() -> None:
    for from_ in ("anonymous", "+266696687", "Restricted", ""):
        assert one("voice", From=from_, To="+31140123").private == {}


async def test_a_typed_number_is_kept_apart_under_the_step_it_was_typed_in() -> None:
    arrival = one("gather?leg=abcdefghijklmnopqrst.1&step=9", Digits="0612345678")
    assert arrival.private == {"abcdefghijklmnopqrst.typed.9": "+31612345678"}
    assert arrival.event.number.ref == "abcdefghijklmnopqrst.typed.9"  # type: ignore[union-attr]


async def test_what_was_said_is_not_kept_only_the_words_the_policy_knows() -> None:
    arrival = one("gather?leg=abcdefghijklmnopqrst.1&step=9&lang=nl", SpeechResult="Jan Jansen, voor een traplift")
    assert b"ansen" not in msgspec.json.encode(arrival)
    assert arrival.event.words == ("traplift",)  # type: ignore[union-attr]


async def test_the_same_wrong_key_at_two_steps_counts_twice_and_a_retry_once() -> None:
    first, retry, second = (one(f"gather?leg={LEG}&step={step}", Digits="9").key for step in (3, 3, 4))
    assert first == retry != second


async def test_answered_counts_once_whichever_signal_is_first() -> None:
    document, progress = one(f"answer?leg={LEG}"), one(f"leg?leg={LEG}", CallStatus="in-progress")
    assert document.key == progress.key
    assert document.event == progress.event
    assert (document.replies, progress.replies) == (LEG, "")
    assert document.line == progress.line == (LEG, "CA22")


async def test_a_hang_up_counts_once_whoever_reports_it() -> None:
    room = {"FriendlyName": "abcdefghijklmnopqrst-r1", "ParticipantLabel": LEG, "ParticipantCallStatus": "completed"}
    reports = [
        one(f"leg?leg={LEG}", CallStatus="completed"),
        one("conf", StatusCallbackEvent="participant-leave", **room),
        one(f"room-left?leg={LEG}&step=4", CallStatus="completed"),
    ]
    assert len({(report.key, report.event) for report in reports}) == 1


async def test_only_redirected_documents_ask_for_a_leg_without_an_event() -> None:
    p = platform()
    assert p.asks(signed(f"doc?leg={LEG}&step=3", {})) == LEG
    assert p.asks(signed(f"room-left?leg={LEG}&step=3", {})) == LEG
    for path in ("voice", "gather", "said", "answer", "leg", "conf", "status", "fallback", "degraded"):
        assert p.asks(signed(f"{path}?leg={LEG}&step=3", {})) == ""
    assert p.asks(signed("doc?leg=../../etc&step=3", {})) == ""


@pytest.mark.parametrize(
    ("path", "fields", "says"),
    [
        ("menu", {}, "no webhook"),
        ("", {}, "no webhook"),
        ("voice", {}, "CallSid"),
        ("voice", {"CallSid": "CA 1\r\n"}, "CallSid"),
        ("gather?step=1", {"Digits": "1"}, "leg"),
        ("gather?leg=abcdefghijklmnopqrst.1", {"Digits": "1"}, "step"),
        ("gather?leg=abcdefghijklmnopqrst.1&step=-1", {"Digits": "1"}, "step"),
        ("gather?leg=abcdefghijklmnopqrst.1&step=1", {"Digits": "1;drop"}, "Digits"),
        ("said?leg=jan.1&step=1", {}, "leg"),
        ("leg", {"CallStatus": "ringing", "CallSid": "CA1"}, "leg"),
        ("leg?leg=abcdefghijklmnopqrst.0", {"CallStatus": "ringing", "CallSid": "CA1"}, "leg"),
        ("answer?leg=abcdefghijklmnopqrst.2", {}, "CallSid"),
        ("doc?leg=abcdefghijklmnopqrst.2", {}, "step"),
        ("fallback", {}, "CallSid"),
    ],
)
async def test_what_the_platform_may_not_send_is_told_without_repeating_it(
    path: str, fields: dict[str, str], says: str
) -> None:
    with pytest.raises(NotUnderstood, match=says) as caught:
        platform().read(signed(path, fields), POLICY)
    assert not any(value in str(caught.value) for value in fields.values() if len(value) > 1)


SAMPLES = {
    "01_inbound.json": ("voice", "CallOffered", ""),
    "02_gather_menu.json": (f"gather?leg={LEG}&step=2", "KeysPressed", ""),
    "03_leg_initiated.json": (f"leg?leg={LEG}", "LegDialling", ""),
    "04_leg_ringing.json": (f"leg?leg={LEG}", "LegRinging", ""),
    "05_leg_no_answer.json": (f"leg?leg={LEG}", "LegEnded", "no_answer"),
    "05b_leg_busy.json": (f"leg?leg={LEG}", "LegEnded", "busy"),
    "05c_leg_unreachable.json": (f"leg?leg={LEG}", "LegEnded", "unreachable"),
    "05d_leg_canceled_by_us.json": (f"leg?leg={LEG}", "LegEnded", "cancelled"),
    "06_leg_answered.json": (f"leg?leg={LEG}", "LegAnswered", ""),
    "09_conf_hold.json": ("conf", "LegLeft", ""),
    "10_conf_unhold.json": ("conf", "LegJoined", ""),
    "11_conf_leave_colleague_not_reached.json": ("conf", "LegEnded", "no_answer"),
    "15_amd_async.json": (f"leg?leg={LEG}", "LegMachine", ""),
}
"""Recorded shapes -> hook, event, cause. A leg that was never reached ends: `LegLeft` has no cause here (file 11)."""


@pytest.mark.parametrize("name", SAMPLES)
async def test_recorded_samples_mean_what_the_common_table_says(name: str) -> None:
    if not SHARED.is_dir():
        pytest.skip("the recorded samples are not beside this repository")
    path, event, cause = SAMPLES[name]
    fields: dict[str, str] = json.loads((SHARED / "twilio" / name).read_text())
    if path == "conf":
        fields |= {"ParticipantLabel": LEG, "FriendlyName": "abcdefghijklmnopqrst-r1"}
    (arrival,) = platform().read(signed(path, fields), POLICY)
    assert type(arrival.event).__name__ == event
    assert getattr(arrival.event, "cause", "") == cause


def test_the_common_table_is_covered_whole() -> None:
    table = SHARED / "generic" / "expected_mapping.tsv"
    if not table.is_file():
        pytest.skip("the recorded samples are not beside this repository")
    with table.open(encoding="utf-8") as file:
        names = [row["file"].removeprefix("twilio/") for row in csv.DictReader(file, delimiter="\t")]
    assert {name for name in names if "/" not in name and name in SAMPLES} == SAMPLES.keys()
    assert {name for name in names if "/" not in name} == SAMPLES.keys()
