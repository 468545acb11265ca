"""A call explained to who did not take part: without a list of who missed what (domain §6, works council)."""

from typing import Any

import pytest

from app.call.events import KeysPressed, LegAnswered, LegEnded
from tests.web.house import TEXT, House

NAMES = ("bart", "meryem")


async def missed_and_answered(house: House) -> str:
    """Bart does not answer, Meryem does, and transfers to Fatima, who declines. Returns the call."""
    for agent in NAMES:
        await house.ready(agent)
    call = await house.rings()
    await house.happens(LegEnded(call, (await house.call(call)).legs[-1].id, "unreachable"))
    await house.answers(call)
    await house.as_("meryem").post(f"/calls/{call}/consult", json={"colleague": "fatima"})
    await house.declines(call)
    await house.as_("tess").post(f"/callbacks/{call}.cb1/confirm")
    return call


async def history(house: House, who: str, call: str, language: str = "nl") -> tuple[str, Any]:
    answer = await house.as_(who).get(f"/calls/{call}", headers={"Accept-Language": language})
    return answer.text, answer.json()


@pytest.mark.parametrize("who", ["tess", "ada"])
@pytest.mark.parametrize(("language", "word"), [("nl", "medewerker"), ("en", "agent")])
async def test_agents_are_numbered(house: House, who: str, language: str, word: str) -> None:
    text, told = await history(house, who, await missed_and_answered(house), language)
    for agent in NAMES:
        assert agent not in text
    assert [(phone["party"], phone["outcome"]) for phone in told["phones"]] == [
        (f"{word} 1", "unreachable"), (f"{word} 2", "answered"), ("fatima", "declined"),
    ]
    assert [(tried["agent"], tried["colleague"]) for tried in told["transfers"]] == [(f"{word} 2", "fatima")]
    why = [step[language] for event in told["events"] for step in event["because"]]
    assert any(sentence.startswith(f"{word} 2 ") for sentence in why), why
    assert any("supervisor:tess" in sentence for sentence in why)


@pytest.mark.parametrize(("since", "named"), [("2026-11-24", True), ("2026-11-25", False)])
async def test_they_are_named_from_the_day_on_which_the_works_council_agreed(
    house: House, since: str, named: bool
) -> None:
    call = await missed_and_answered(house)
    agreed = TEXT.replace("  kcc: kcc ", f"  agents_named_since: {since}\n  kcc: kcc ")
    asked = {"text": agreed, "reason": "instemming van de ondernemingsraad"}
    answer = await house.as_("ada").post("/policy/activate", json=asked)
    assert answer.status_code == 200, answer.text
    text, told = await history(house, "tess", call)
    assert (next(phone["party"] for phone in told["phones"]) == "bart") is named
    assert ("meryem" in text) is named


OUTSIDE = TEXT.replace("sip:bart@telefoon.voorbeeldstad.example", "tel:+31612300001")
"""Bart works at home: he presses a key before he is joined."""


async def test_who_answers_outside_is_numbered_too_and_a_colleague_is_not(house: House) -> None:
    asked = {"text": OUTSIDE, "reason": "Bart werkt thuis"}
    assert (await house.as_("ada").post("/policy/activate", json=asked)).status_code == 200
    await house.ready("bart")
    call = await house.rings()
    await house.happens(LegAnswered(call, (await house.call(call)).legs[-1].id))
    asked_leg = (await house.call(call)).legs[-1]
    await house.happens(KeysPressed(call, asked_leg.id, asked_leg.step, "5"))
    text, told = await history(house, "tess", call)
    codes = [step["code"] for event in told["events"] for step in event["because"]]
    assert {"accept.asked", "accept.again"} <= set(codes), codes
    assert "bart" not in text


async def test_an_agents_card_does_not_name_who_missed_the_call(house: House) -> None:
    await missed_and_answered(house)
    why = (await house.as_("meryem").get("/me/call")).json()["call"]["why"]
    said = [step["nl"] for each in why for step in each["steps"]]
    assert not [sentence for sentence in said if "bart" in sentence]
    assert [sentence for sentence in said if sentence.startswith("medewerker 1 niet bereikt")]
    assert [sentence for sentence in said if sentence.startswith("meryem ")], "one's own name is no secret"
