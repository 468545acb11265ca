"""Raw numbers of networks and keypads: what kind they are, what is kept of them, and how they are written."""

import pytest

from app.call.numbers import Given
from app.providers import numbers
from tests.core.policies import policy

POLICY = policy()

KINDS = [
    ("+31612345678", "mobile", "NL", "+31612345678"),
    ("0612345678", "mobile", "NL", "+31612345678"),
    ("0031612345678", "mobile", "NL", "+31612345678"),
    ("+31 (0)6 12345678", "mobile", "NL", "+31612345678"),
    ("(0123) 45 67 89", "fixed", "NL", "+31123456789"),
    ("020-1234560", "fixed", "NL", "+31201234560"),
    ("085 123 45 67", "085", "NL", "+31851234567"),
    ("+31881234567", "088", "NL", "+31881234567"),
    ("0800 1234", "service", "NL", "+318001234"),
    ("084-2345678", "service", "NL", "+31842345678"),
    ("0871234567", "service", "NL", "+31871234567"),
    ("0676123456", "service", "NL", "+31676123456"),
    ("097012345678", "service", "NL", "+3197012345678"),
    ("14 020", "service", "NL", "14020"),
    ("+3114020", "service", "NL", "14020"),
    ("0900-8844", "premium", "NL", "+319008844"),
    ("0906 1234567", "premium", "NL", "+319061234567"),
    ("0909 1234567", "premium", "NL", "+319091234567"),
    ("+979 1 2345 6789", "premium", "001", "+979123456789"),
    ("+1 900 555 1234", "premium", "US", "+19005551234"),
    ("+32470123456", "foreign", "BE", "+32470123456"),
    ("+491711234567", "foreign", "DE", "+491711234567"),
    ("+297 561 2345", "foreign", "AW", "+2975612345"),
    ("+23276123456", "foreign", "SL", "+23276123456"),
    ("140123", "own", "NL", "140123"),
    ("14 0123", "own", "NL", "140123"),
    ("+31140123", "own", "NL", "140123"),
    ("020 1234567", "own", "NL", "+31201234567"),
    ("+31201234500", "own", "NL", "+31201234500"),
    ("\u0660\u0666\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668", "mobile", "NL", "+31612345678"),
    ("sip:+31612345678@trunk.example;user=phone", "mobile", "NL", "+31612345678"),
    ("112", "emergency", "NL", ""),
]
REFUSED = [
    "+31612345678;ext=9", "+31612345678 ext 9", "+31612345678x9", "*21*0612345678#", "*0612345678", "0612345678#",
    "06123\r\n45678", "0612345678\n", "+31612345678\r\nVia: x", "201", "1850", "06", "+", "()", "9" * 60, "client:jan",
    "sip:201@pbx.example", "tel:+31612345678", "+31112", "00112", "+999123456789", "+2327612345", "0909123", "<script>",
    "\u0661" * 60, "+31 6 12 34 56 78 90 12",
]  # fmt: skip
WITHHELD = [
    "", " ", "anonymous", "Anonymous", "ANONYMOUS", "+266696687", "266696687", "Restricted", "+7378742833", "anoniem",
    "unavailable", "+86282452253", "unknown", "+8656696", "private", "blocked", "+2562533", "withheld",
    "sip:anonymous@anonymous.invalid", "sip:@trunk.example", "sip:Anonymous@anonymous.invalid;transport=tls",
]  # fmt: skip


@pytest.mark.parametrize(("raw", "kind", "country", "e164"), KINDS)
def test_a_number_is_classified_by_the_policy_of_the_domain_page(raw: str, kind: str, country: str, e164: str) -> None:
    given, kept = numbers.classify(raw, POLICY)
    assert (given.kind, given.country, kept) == (kind, country, e164)


@pytest.mark.parametrize("raw", REFUSED)
def test_what_is_no_number_is_refused_whole_and_nothing_of_it_is_kept(raw: str) -> None:
    assert numbers.given(raw, "c.number", POLICY) == (Given(kind="invalid"), {})


@pytest.mark.parametrize("raw", WITHHELD)
def test_a_withheld_number_is_neither_shown_nor_stored(raw: str) -> None:
    assert numbers.given(raw, "c.number", POLICY) == (Given(kind="withheld"), {})


def test_privacy_of_the_trunk_hides_a_number_that_did_arrive() -> None:
    assert numbers.given("+31612345678", "c.number", POLICY, private=True) == (Given(kind="withheld"), {})


def test_the_core_gets_the_kind_and_the_names_table_the_number() -> None:
    given, private = numbers.given("0612345678", "c.number", POLICY)
    assert given == Given("c.number", "mobile", "NL")
    assert private == {"c.number": "+31612345678"}


@pytest.mark.parametrize(
    ("raw", "dialled"),
    [
        ("+31140123", "140123"),
        ("140123", "140123"),
        ("sip:140123@trunk.example", "140123"),
        ("sip:+31201234567@trunk.example;user=phone", "+31201234567"),
        ("020 123 45 67", "+31201234567"),
        ("sip:kcc@trunk.example", ""),
        ("", ""),
    ],
)
def test_a_dialled_number_is_found_in_the_policy_however_the_trunk_writes_it(raw: str, dialled: str) -> None:
    assert numbers.dialled(raw) == dialled


@pytest.mark.parametrize(
    ("number", "written"),
    [
        ("+31612345678", "06 12 34 56 78"),
        ("+31123456789", "0123 45 67 89"),
        ("+31201234567", "020 123 45 67"),
        ("+31701234567", "070 123 45 67"),
        ("+31851234567", "085 123 45 67"),
        ("140123", "14 0123"),
        ("+319008844", "0900 8844"),
        ("+32470123456", "+32 470 12 34 56"),
    ],
)
def test_numbers_are_written_as_people_write_them(number: str, written: str) -> None:
    assert numbers.written(number) == written


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("Sam de Vries", "Sam de Vries"),
        ('"Sam  de\tVries"', "Sam de Vries"),
        ("Sam\r\nVia: x", "Sam Via: x"),
        ("\u202eseirV ed maS", "seirV ed maS"),
        ("x" * 500, "x" * 64),
        ("0612345678", ""),
        ("Anonymous", ""),
        ("", ""),
    ],
)
def test_a_display_name_loses_what_could_deceive(raw: str, name: str) -> None:
    assert numbers.display_name(raw) == name
