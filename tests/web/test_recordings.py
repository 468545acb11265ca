"""An admin's recordings through the API: refused when no good, heard at once, gone when taken away; and the doctor."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from app.providers.asterisk.link import LinkState
from app.store import leases
from app.web.health import Health
from app.web.metrics import Metrics
from tests.providers.test_recordings import sound
from tests.web.house import House

AT = "/recordings/nl/closed"


def folder(house: House) -> Path:
    place = house.switches["voorbeeldstad"].asterisk.voices.recordings
    assert place is not None
    return place


async def listed(house: House) -> dict[str, dict[str, Any]]:
    answer = await house.as_("ada").get("/recordings")
    assert answer.status_code == 200
    return {f"{item['language']}/{item['id']}": item for item in answer.json()["items"]}


async def test_a_sentence_is_recorded_and_the_computer_speaks_it_again(house: House) -> None:
    before = await listed(house)
    assert before["nl/closed"]["seconds"] is None
    assert "gesloten" in before["nl/closed"]["sentence"]
    put = await house.as_("ada").put(AT, content=sound(16000, 1.5), headers={"Content-Type": "audio/wav"})
    assert (put.status_code, put.json()["seconds"]) == (200, 1.5)
    assert (await listed(house))["nl/closed"] == put.json()
    assert (folder(house) / "nl/closed.wav").read_bytes() == sound(16000, 1.5)
    voices = house.switches["voorbeeldstad"].asterisk.voices
    voices.prepare()
    policy = house.engine.policies.active("voorbeeldstad")
    voices.learn(policy)
    said = before["nl/closed"]["sentence"]
    assert (await voices.media((said,), "nl")).endswith("standing/nl-closed")
    again = await house.as_("ada").put(AT, content=sound(8000, 0.5))
    assert again.json()["seconds"] == 0.5
    assert (await voices.media((said,), "nl")).endswith("standing/nl-closed")
    assert (voices.folder / "standing/nl-closed.wav").read_bytes() == sound(8000, 0.5)
    assert (await house.as_("ada").delete(AT)).status_code == 204
    assert (await house.as_("ada").delete(AT)).status_code == 204
    assert not (await voices.media((said,), "nl")).endswith("nl-closed")
    assert await listed(house) == before


@pytest.mark.parametrize(
    ("content", "code", "detail"),
    [
        (sound(44100), "rate", "44100 Hz; het moet 8000 of 16000 Hz zijn"),
        (sound(channels=2), "channels", "2 kanalen; het moet mono zijn"),
        (b"", "not_wav", "dit is geen gewoon WAV-bestand (PCM, zonder compressie)"),
        (sound(loud=0.0), "silent", "er is niets op te horen"),
        (sound(seconds=62), "long", "62 s; een opname duurt hoogstens 60 s"),
    ],
)
async def test_what_is_no_good_is_refused_with_the_reason(
    house: House, content: bytes, code: str, detail: str
) -> None:
    answer = await house.as_("ada").put(AT, content=content)
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert (error["code"], error["detail"]) == (code, detail)
    assert not folder(house).exists()


@pytest.mark.parametrize(
    ("where", "status"),
    [
        ("nl/position", 404), ("nl/agreed", 404), ("fr/closed", 404), ("nl/weg", 404), ("nl/..%2f..%2fetc", 404),
        ("nl/%2e%2e", 400), ("../closed", 404), ("NL/closed", 400), ("nl/closed.wav", 400), ("nl/a%00b", 400),
    ],
)
async def test_only_sentences_of_the_routing_have_a_place(house: House, where: str, status: int) -> None:
    answer = await house.as_("ada").put(f"/recordings/{where}", content=sound())
    assert answer.status_code == status, answer.text
    assert not folder(house).exists()


async def test_a_minute_of_the_best_quality_fits_and_more_does_not(house: House) -> None:
    assert (await house.as_("ada").put(AT, content=sound(16000, 60))).status_code == 200
    assert (await house.as_("ada").put(AT, content=sound(16000, 66))).status_code == 413
    assert (await listed(house))["nl/closed"]["seconds"] == 60


async def test_strange_files_are_told(house: House) -> None:
    (folder(house) / "nl").mkdir(parents=True)
    (folder(house) / "nl/closed.wav").write_bytes(b"RIFF")
    (folder(house) / "nl/clozed.wav").write_bytes(sound())
    found = await listed(house)
    assert found["nl/closed"]["trouble"].startswith("dit is geen gewoon WAV-bestand")
    assert found["nl/closed"]["seconds"] is None
    assert found["nl/clozed"] == {
        "language": "nl", "id": "clozed", "sentence": None, "seconds": None,
        "trouble": "hoort bij geen zin van deze routering (bedoelt u nl/closed.wav?)",
    }


async def test_a_centre_without_an_asterisk(house: House) -> None:
    assert (await house.as_("ada2").put(AT, content=sound())).status_code == 404
    assert (await house.as_("ada2").get("/recordings")).json() == {"items": []}
    assert (await house.as_("ada2").get("/doctor")).json() == {"ok": True, "items": []}


async def test_the_doctor_through_the_api(house: House) -> None:
    answer = (await house.as_("ada").get("/doctor")).json()
    assert answer["ok"] is False
    first = answer["items"][0]
    assert (first["subject"], first["grade"], first["code"]) == ("verbinding", "wrong", "link_none")
    assert "/switch/voorbeeldstad/asterisk" in first["remedy"]
    english = (await house.as_("ada").get("/doctor", headers={"Accept-Language": "en"})).json()
    assert english["items"][0]["sentence"] == "Asterisk opened no link to the service."
    await leases.take(house.pool, "asterisk:voorbeeldstad", "web2", 30)
    held = (await house.as_("ada").get("/doctor")).json()
    assert held["items"][0]["code"] == "link_elsewhere"
    assert "web2" in held["items"][0]["sentence"]


@pytest.mark.parametrize(
    ("state", "holder", "status", "told"),
    [
        (LinkState(), "", "degraded", "down"),
        (LinkState(), "web2", "ok", "ok"),
        (LinkState(linked=True, compared=True), "web1", "ok", "ok"),
        (LinkState(linked=True, why="why_voice"), "web1", "degraded", "up, but no calls are taken (voice)"),
    ],
)
async def test_watchers_are_told_how_the_link_stands(
    house: House, state: LinkState, holder: str, status: str, told: str
) -> None:
    house.switches["voorbeeldstad"].state = state
    if holder:
        await leases.take(house.pool, "asterisk:voorbeeldstad", holder, 30)
    pages = Health(house.engine, house.pool, Metrics(), lambda: house.now, dict, house.switches).routes()
    transport = httpx.ASGITransport(Starlette(routes=pages))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        ready = await client.get("/health/ready")
        assert (ready.status_code, ready.json()["status"]) == (200, status), json.dumps(ready.json())
        assert ready.json()["checks"]["link voorbeeldstad/asterisk"] == told
        figures = (await client.get("/metrics")).text
        up = float(state.linked and state.compared)
        assert f'warmlijn_switch_link{{centre="voorbeeldstad"}} {up}' in figures
