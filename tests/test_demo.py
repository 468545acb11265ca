"""The morning of `make demo` ends well, also when the network tells everything twice and out of order."""

import pytest

from app.demo import run
from app.demo.scenes import MORNING
from app.demo.words import WORDS
from app.providers.demo import Mischief


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_the_morning_ends_well_when_everything_is_told_twice_and_out_of_order() -> None:
    told: list[str] = []
    code = await run("nl", told.append, Mischief(twice=True, overtake=0.03))
    text = "\n".join(told)
    assert code == 0, text
    assert all(scene.title[0] in text for line in MORNING for scene in line)
    for sentence in (
        "(routing.yaml:",
        "Sanne de Boer: 3 x, 14 s, niet opgenomen, teruggetrokken",
        "Anja Kuipers is momenteel niet bereikbaar",
        "Op welk nummer kunnen wij u bereiken?",
        "Omar Haddad 1",
        "twee keer een verkeerde toets: naar een medewerker",
        "U bent als eerste aan de beurt",
        "buiten openingstijd",
        "13 van 13 opgenomen telefoons binnen drie keer; 1 gemist",
        "Terugbelafspraken open: 6",
        WORDS["all_well"][0],
    ):
        assert sentence in text, sentence


@pytest.mark.parametrize("code", WORDS)
def test_every_word_of_the_report_takes_the_same_slots_in_both_languages(code: str) -> None:
    dutch, english = WORDS[code]
    assert {part.split("}")[0] for part in dutch.split("{")[1:]} == {
        part.split("}")[0] for part in english.split("{")[1:]
    }
