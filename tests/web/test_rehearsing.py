"""`warmlijn rehearse` on calls that were really made: who would have come elsewhere under the file on disk."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from app.__main__ import main
from app.call.events import CallOffered, InputTimedOut, KeysPressed, LegEnded, WordsHeard
from app.call.numbers import Given
from app.call.reference import written
from app.providers.base import call_id
from tests.web.house import NUMBER, TEXT, House

Command = Callable[..., Awaitable[tuple[int, str, str]]]
BEFORE = "2026-11-01"


@pytest.fixture
def rehearse(
    house: House, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Rehearses a text; the exit code and what was said."""
    monkeypatch.setenv("DATABASE_URL", database)
    monkeypatch.setenv("WARMLIJN_CENTRE", "voorbeeldstad")
    monkeypatch.setattr("app.logs.configure", lambda *_, **__: None)

    async def run(text: str, *words: str, since: str = BEFORE) -> tuple[int, str, str]:
        file = tmp_path / "next.yaml"
        file.write_text(text, encoding="utf-8")
        code = await asyncio.to_thread(main, ["rehearse", str(file), "--since", since, *words])
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


async def menu(house: House, name: str, *does: str) -> str:
    """Somebody rings 14 0123, hears the welcome and does these: a key, words, or nothing (``)."""
    call = call_id("voorbeeldstad", "generic", name)
    number = Given(f"{call}.number", "mobile", "NL")
    await house.happens(CallOffered(call, f"{call}.1", "140123", number), private={f"{call}.number": NUMBER})
    await house.speak(call)
    for what in does:
        leg = (await house.call(call)).legs[0]
        at = (call, leg.id, leg.step)
        if what.isdigit():
            await house.happens(KeysPressed(*at, what))
        elif what:
            await house.happens(WordsHeard(*at, (what,)))
        else:
            await house.happens(InputTimedOut(*at))
        await house.speak(call)
    return written((await house.call(call)).reference)


async def test_who_pressed_a_key_that_leads_elsewhere_now_is_told_with_the_line(
    house: House, rehearse: Command
) -> None:
    one = await menu(house, "een", "2")
    two = await menu(house, "twee", "7", "2")
    await menu(house, "drie", "1")
    await menu(house, "vier")  # still hears the menu
    text = TEXT.replace("2: {office: sociaal}", "2: {office: kcc}")
    assert text != TEXT
    line = text[: text.index("2: {office: kcc}")].count("\n") + 1
    code, told, _ = await rehearse(text)
    assert code == 0
    assert told.splitlines() == [
        "voorbeeldstad: 3 gesprekken sinds 2026-11-01 00.00, zelfde nummers, tijden en toetsen, op een rustige dag.",
        "1 komen op dezelfde plek uit, 2 ergens anders:",
        "  2 x  sociaal -> kcc",
        f"      nu: de beller koos toets 2 (regel {line}), gekozen voor kcc (regel 392)",
        f"      zoals gesprek {one}, {two}",
    ]


async def test_words_lead_to_another_office_and_a_closed_door_is_told(house: House, rehearse: Command) -> None:
    await menu(house, "een", "traplift")
    await menu(house, "twee", "", "")
    shut = TEXT.replace("telefoon:\n    ma-wo: 08:30", "telefoon:\n    ma: 08:30-17:00\n    wo: 08:30")
    assert shut != TEXT
    _, told, _ = await rehearse(TEXT)
    assert "Alle komen op dezelfde plek uit." in told
    _, told, _ = await rehearse(shut, "--json")
    (found,) = json.loads(told)
    assert found["rehearsal"]["calls"] == 2
    closed = {change["before"]["office"]: change["after"]["closed"] for change in found["rehearsal"]["changes"]}
    assert closed == {"sociaal": True, "kcc": True}


async def test_calls_of_before_do_not_count_and_mistakes_are_told(house: House, rehearse: Command) -> None:
    call = await house.rings()
    await house.happens(LegEnded(call, f"{call}.1", "normal"))
    assert "1 calls" in (await rehearse(TEXT, "--lang", "en"))[1]
    assert "0 calls" in (await rehearse(TEXT, "--lang", "en", since="2026-12-01"))[1]
    assert (await rehearse(TEXT.replace("overflow: kcc", "overflow: kccc")))[0] == 1
    assert (await rehearse(TEXT, since="vroeger"))[::2] == (
        1, "'vroeger' is geen moment; schrijf zoals 2026-11-24 of 2026-11-24T10:15+01:00.\n"
    )
    assert (await rehearse(TEXT, "--centre", "elders"))[0] == 1
