"""The morning of `make demo` ends well, also when the network tells everything twice and out of order."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from app.demo import running
from app.demo.desk import Desk
from app.demo.scenes import MORNING
from app.demo.words import WORDS
from app.providers.demo import Mischief, Switch
from app.providers.numbers import normal
from app.settings import load
from app.store import embedded
from app.web.names import seal_of
from tests.kept import among, everything, forms, kept, on_disk

ASKED = ("name", "number", "identity", "onBehalf")
"""What agents type of a caller."""


@dataclass
class Morning:
    """How it ended, what was told of it, and who the callers were: every name and number that anybody gave."""

    code: int
    told: str
    people: set[str]
    folder: Path


@pytest.fixture(scope="module")
def morning() -> Iterator[Morning]:
    """Played once, over HTTP, with a database of its own that is still there."""
    told: list[str] = []
    people: set[str] = set()
    caller, post = Switch.caller, Desk.post

    def rings(self: Switch, number: str, name: str = "", *, withheld: bool = False) -> Any:
        people.update((number, name))
        return caller(self, number, name, withheld=withheld)

    async def types(self: Desk, path: str, **fields: Any) -> Any:
        people.update(fields[field] for field in ASKED if field in fields)
        return await post(self, path, **fields)

    folder = running.directory()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Switch, "caller", rings)
        patch.setattr(Desk, "post", types)
        code = asyncio.run(running._played(folder, "nl", told.append, Mischief(twice=True, overtake=0.03)))
    yield Morning(code, "\n".join(told), people - {""}, folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_the_morning_ends_well_when_everything_is_told_twice_and_out_of_order(morning: Morning) -> None:
    text = morning.told
    assert morning.code == 0, text
    assert all(scene.title[0] in text for line in MORNING for scene in line)
    for sentence in (
        "(routing.yaml:",
        "Anja Kuipers is momenteel niet bereikbaar",
        "Op welk nummer kunnen wij u bereiken?",
        "Omar Haddad 1",
        "twee keer een verkeerde toets: naar een medewerker",
        "U bent als eerste aan de beurt",
        "buiten openingstijd",
        "Wilt u dit nog eens horen? Toets dan een sterretje.",
        "13 van 13 opgenomen telefoons binnen drie keer; 1 gemist",
        "Terugbelafspraken open: 6",
        WORDS["all_well"][0],
    ):
        assert sentence in text, sentence
    # a second late is five in this story: how long exactly is shown where time stands still (tests/transcripts)
    assert re.search(r"Sanne de Boer: \d x, \d+ s, niet opgenomen, teruggetrokken", text)


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_who_takes_the_database_of_that_morning_has_nobody(morning: Morning) -> None:
    data = morning.folder / "database"
    settings = load({"WARMLIJN_DATA_DIR": str(data), "WARMLIJN_POLICY": str(running.ROUTING)})
    server = await embedded.start(data)
    db = await asyncpg.connect(server.url)
    stored = set((await kept(db, seal_of(settings))).values())
    await db.close()
    found = await everything(server.url)
    await server.stop()
    given = {normal(each) or each for each in morning.people}
    assert len(stored & given) > 10, "or nothing was to be hidden"
    wanted = forms(morning.people | stored)
    assert {place: seen for place, text in found.items() if (seen := among(wanted, text.encode()))} == {}
    raw = on_disk(data)
    assert among({"voorbeeldstad"}, raw)
    assert among(wanted, raw) == set(), "in a file of the server"


@pytest.mark.parametrize("code", WORDS)
def test_every_word_of_the_report_takes_the_same_slots_in_both_languages(code: str) -> None:
    dutch, english = WORDS[code]
    assert {part.split("}")[0] for part in dutch.split("{")[1:]} == {
        part.split("}")[0] for part in english.split("{")[1:]
    }
