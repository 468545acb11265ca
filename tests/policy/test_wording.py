"""Texts and words: all there, in every language, with slots that can be filled; no word at two topics."""

# ruff: noqa: E501 - a message stands on one line, as it is printed

from __future__ import annotations

import pytest

from app.policyfile.standard import SLOTS
from tests.policy.small import spoiled, told


@pytest.mark.parametrize(
    ("old", "new", "messages"),
    [
        ("  closed: {nl: Zin.}\n", "", ["44: de tekst 'closed' ontbreekt"]),
        (
            "  closed: {nl: Zin.}\n",
            "  closde: {nl: Zin.}\n",
            ["44: de tekst 'closed' ontbreekt", "{at}: de tekst 'closde' wordt nergens gebruikt (bedoelt u 'closed'?)"],
        ),
        (
            "  closed: {nl: Zin.}",
            "  closed: {en: Zin.}",
            ["{at}: 'texts.closed' is er niet in taal 'nl'", "{at}: 'texts.closed.en' bestaat niet"],
        ),
        ("  closed: {nl: Zin.}", "  closed: {nl: ''}", ["{at}: 'texts.closed.nl' is leeg"]),
        ("  to_person: {nl: Zin.}", "  to_person: {nl: ''}", []),
        ("  closed: {nl: Zin.}", f"  closed: {{nl: {'a' * 601}}}", ["{at}: 'texts.closed.nl' is te lang"]),
        ("  closed: {nl: Zin.}", "  closed: {nl: [Zin.]}", ["{at}: 'texts.closed.nl' moet één waarde zijn"]),
        (
            "  position: {nl: Zin.}",
            "  position: {nl: 'Nummer {numer}.'}",
            ["{at}: 'texts.position.nl': de plek {{numer}} kan in deze tekst niet worden gevuld (bedoelt u 'nummer'?)"],
        ),
        (
            "  waiting: {nl: Zin.}",
            "  waiting: {nl: '{beller}'}",
            ["{at}: 'texts.waiting.nl': de plek {{beller}} kan in deze tekst niet worden gevuld"],
        ),
        (
            "  position: {nl: Zin.}",
            "  position: {nl: 'Nummer {nummer.'}",
            ["{at}: 'texts.position.nl': de accolades kloppen niet; schrijf een plek als {{gemeente}}"],
        ),
        (
            "  position: {nl: Zin.}",
            "  position: {nl: '{nummer.__class__}'}",
            ["{at}: 'texts.position.nl': de accolades kloppen niet; schrijf een plek als {{gemeente}}"],
        ),
        (
            "  position: {nl: Zin.}",
            "  position: {nl: '{nummer!r:>10}'}",
            ["{at}: 'texts.position.nl': de accolades kloppen niet; schrijf een plek als {{gemeente}}"],
        ),
        (
            "  thanks: {nl: Zin.}",
            "  thanks: {nl: 'Dag {beller}.'}",
            [
                "{at}: 'texts.thanks' noemt {{beller}}, dat niet altijd bekend is; zet er onder 'nameless' een zin zonder bij"
            ],
        ),
        (
            "  thanks: {nl: Zin.}",
            "  thanks: {nl: 'Dag {beller}.', nameless: {nl: 'Dag {beller}.'}}",
            ["{at}: 'texts.thanks.nameless.nl' mag {{beller}} niet noemen"],
        ),
        (
            "  callback_promised: {nl: Zin.}",
            "  callback_promised: {nl: '{collega} belt.', nameless: {nl: '{collega} belt.'}}",
            ["{at}: 'texts.callback_promised.nameless.nl' mag {{collega}} niet noemen"],
        ),
        (
            "  thanks: {nl: Zin.}",
            "  thanks: {nl: 'Dag {beller}.', nameless: {en: 'Dag.'}}",
            ["{at}: 'texts.thanks.nameless' is er niet in taal 'nl'", "{at}: 'texts.thanks.nameless.en' bestaat niet"],
        ),
    ],
)
def test_text(old: str, new: str, messages: list[str]) -> None:
    text = spoiled(old, new)
    at = text[: text.index(new)].count("\n") + 1
    assert told(text) == [f"r.yaml:{message.format(at=at)}" for message in messages]


def test_another_language_needs_every_text() -> None:
    found = told(spoiled("languages: [nl]", "languages: [nl, pl]"))
    assert len(found) == len(SLOTS) + 1
    assert found[0] == "r.yaml:45: 'texts.menu_main' is er niet in taal 'pl'"


def test_a_name_with_a_nameless_variant_is_good() -> None:
    assert told(spoiled("  thanks: {nl: Zin.}", "  thanks: {nl: 'Dag {beller}.', nameless: {nl: Dag.}}")) == []
    both = "  colleague_busy: {nl: '{beller}, {collega} belt.', nameless: {nl: '{collega} belt.'}}"
    assert told(spoiled("  colleague_busy: {nl: Zin.}", both)) == []


def test_the_word_of_one_topic_is_no_word_of_another() -> None:
    assert told(spoiled("words: [traplift]", "words: [traplift, containers]")) == [
        "r.yaml:27: 'topics.afval.words[0]': 'container' staat ook bij onderwerp 'wmo' (regel 23)"
    ]


def test_a_word_that_carries_no_subject() -> None:
    assert told(spoiled("words: [traplift]", "words: [traplift, voor mijn]")) == [
        "r.yaml:23: 'topics.wmo.words[1]': 'voor mijn' bevat geen woord om te herkennen"
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("label: {nl: Wmo}", "label: {en: Wmo}", "20: 'topics.wmo.label' is er niet in taal 'nl'"),
        ("label: {nl: Sociaal}", "label: {en: Social}", "32: 'offices.sociaal.label' is er niet in taal 'nl'"),
        ("label: {nl: Zorg}", "label: {}", "36: 'departments.zorg.label' is er niet in taal 'nl'"),
    ],
)
def test_label(old: str, new: str, message: str) -> None:
    assert told(spoiled(old, new)) == [f"r.yaml:{message}"]


def test_a_text_by_which_a_number_or_an_office_says_that_it_is_closed_is_used() -> None:
    assert told(spoiled("goal: 0.60}", "goal: 0.60, closed: dicht}", "texts:\n", "texts:\n  dicht: {nl: Dicht.}\n")) == []
