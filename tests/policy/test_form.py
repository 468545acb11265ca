"""The form of the file: what YAML allows and we do not, and that its traps are shut."""

# ruff: noqa: E501 - a message stands on one line, as it is printed

from __future__ import annotations

from pathlib import Path

import pytest

from app.policyfile import check, load
from app.policyfile.parser_words import PARSER
from app.policyfile.yamltree import DEEPEST, LARGEST
from tests.policy.small import GOOD, HEAD, spoiled, told

SYNTAX = "dit is geen geldige YAML: "


def test_the_small_file_is_good() -> None:
    assert told(GOOD) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "r.yaml:1: het bestand is leeg"),
        ("# alleen commentaar\n", "r.yaml:1: het bestand is leeg"),
        ("- a\n- b\n", "r.yaml:1: 'routing.yaml' moet een blok zijn (sleutel: waarde)"),
        ("hours:\n\topen: x\n", "r.yaml:2: deze regel springt in met een tab; gebruik spaties"),
        ("hours: [a\nmenus: b\n", f"r.yaml:2: {SYNTAX}hier ontbreekt een komma of ]"),
        ("hours: 'a\n", f"r.yaml:2: {SYNTAX}een aanhalingsteken is niet gesloten"),
        ("hours:\n  a: b: c\n", f"r.yaml:2: {SYNTAX}een dubbele punt te veel, of te ver ingesprongen"),
        ("hours:\n  a: 1\n b: 2\n", f"r.yaml:3: {SYNTAX}hier hoort een sleutel; kijk naar het inspringen"),
        (
            "hours: a\n---\nhours: b\n",
            "r.yaml:2: hier begint een tweede document ('---'); er mag er maar één in het bestand staan",
        ),
        ("hours: &a x\n", "r.yaml:1: ankers ('&a') zijn niet toegestaan; schrijf de waarde voluit"),
        ("hours: x\nmenus: *a\n", "r.yaml:2: '*a' verwijst naar een anker; schrijf de waarde voluit"),
        ("hours: !!python/none x\n", "r.yaml:1: het YAML-type 'tag:yaml.org,2002:python/none' is niet toegestaan"),
        ("? [a, b]\n: c\n", "r.yaml:1: een sleutel moet één woord zijn"),
        ("hours: a\x00b\n", "r.yaml:1: hier staat een onleesbaar teken (U+0000)"),
        ("hours: a\nmenus: \ud800\n", "r.yaml:2: hier staat een onleesbaar teken (U+D800)"),
        (
            "hours: a\n# \u202edraai\n",
            "r.yaml:2: hier staat een onzichtbaar teken dat de schrijfrichting omkeert (U+202E)",
        ),
        (b"hours: a\nmenus: \xff\n", "r.yaml:2: deze regel is geen UTF-8-tekst"),
    ],
)
def test_form(text: str | bytes, message: str) -> None:
    assert told(text) == [message]


def test_duplicate_keys_are_all_told_and_the_rest_is_looked_at() -> None:
    text = spoiled(
        "  name: Kleindorp\n", "  name: Kleindorp\n  name: Grootdorp\n", "cycle: 5", "cyle: 5, cycle: 5, cycle: 6"
    )
    assert told(text) == [
        "r.yaml:3: 'name' staat al op regel 2",
        "r.yaml:41: 'cycle' staat al op regel 41",
        "r.yaml:41: 'ringing.cyle' bestaat niet (bedoelt u 'cycle'?)",
    ]


def test_a_merge_key_is_an_unknown_key() -> None:
    assert told(spoiled("jo: {name", "jo: {<<: {name: Piet}, name")) == ["r.yaml:34: 'agents.jo.<<' bestaat niet"]


def test_a_bomb_of_aliases_is_refused_at_its_first_anchor() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    assert told(bomb) == ["r.yaml:1: ankers ('&a') zijn niet toegestaan; schrijf de waarde voluit"]


@pytest.mark.parametrize("depth", [DEEPEST + 1, 1_000, 100_000])
def test_deep_nesting(depth: int) -> None:
    assert told("hours: " + "[" * depth) == [f"r.yaml:1: meer dan {DEEPEST} niveaus diep"]


def test_the_largest_file_is_read_and_one_byte_more_is_not() -> None:
    filled = GOOD + "#" * (LARGEST - len(GOOD.encode()))
    assert told(filled) == []
    assert told(filled + "#") == ["r.yaml:1: het bestand is groter dan 256 KiB"]
    assert told((filled + "#").encode()) == ["r.yaml:1: het bestand is groter dan 256 KiB"]


def test_a_byte_order_mark_and_windows_lines_are_read() -> None:
    assert told(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()) == []


def test_no_value_gets_a_type_from_how_it_looks() -> None:
    policy = load(spoiled("name: Kleindorp", "name: NO", "{name: Jo,", "{name: 012,", "{nl: Wmo}", "{nl: 17:00}"))
    assert policy.municipality.name == "NO"
    assert policy.agents["jo"].name == "012"
    assert policy.topics["wmo"].label == {"nl": "17:00"}


def test_an_unquoted_number_keeps_its_plus_and_zero() -> None:
    policy = load(spoiled('outgoing_number: "0123 45 67 89"', "outgoing_number: +31123456789", '"14 0123": {to', "0123456789: {to",
                          'number: "14 0123"', "number: +31123456789"))  # fmt: skip
    assert policy.municipality.outgoing_number == "+31123456789"
    assert list(policy.numbers) == ["+31123456789"]


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    missing = tmp_path / "weg.yaml"
    assert [str(m) for m in check(missing).mistakes] == [
        f"{missing}:1: het bestand kan niet worden gelezen: er is geen bestand met deze naam"
    ]


def test_english() -> None:
    assert told(spoiled("cycle: 5", "cyle: 5"), "en") == [
        "r.yaml:40: 'ringing.cyle' does not exist (did you mean 'cycle'?)"
    ]
    assert HEAD.count("\n") == 45


def test_what_the_parser_says_is_told_to_its_end() -> None:
    assert [words for words in PARSER.values() if len(words) > 60] == []
