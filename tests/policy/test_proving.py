"""The admins' own tests, and the explanation of where a caller goes, by the real decisions."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.call.policy import Policy
from app.policyfile import PolicyMistakes, load
from app.policyfile.moments import local_moment
from app.policyfile.proving import admit, check_and_prove, prove
from app.policyfile.walking import Caller, Walk, local, walk
from tests.policy.small import GOOD, spoiled

POLICY = load(Path(__file__).parents[2] / "config" / "routing.yaml")


def walked(at: str = "di 10:15", number: str = "140123", policy: Policy = POLICY, **does: object) -> Walk:
    moment = local_moment(at, policy.days_off)
    assert moment is not None
    return walk(policy, Caller(number, local(policy, moment), **does))  # type: ignore[arg-type]


def steps(walk_: Walk) -> list[str]:
    return [step.because for step in walk_.steps]


@pytest.mark.parametrize(
    ("test", "message"),
    [
        ("{when: {number: '14 0123', press: 2}, expect: {office: kcc}}",
         "deze proef verwachtte frontoffice kcc, maar het werd frontoffice sociaal"),
        ("{when: {number: '14 0123', press: 2, at: 'za 10:15'}, expect: {office: sociaal}}",
         "deze proef verwachtte open, maar het werd gesloten"),
        ("{when: {number: '14 0123', press: 2}, expect: {closed: true}}",
         "deze proef verwachtte gesloten, maar het werd open"),
        ("{when: {number: '14 0123', press: 1}, expect: {office: kcc, topic: wmo}}",
         "deze proef verwachtte frontoffice kcc, onderwerp wmo, maar het werd frontoffice kcc, onderwerp niets"),
        ("{when: {number: '14 0123', press: 2, at: '2026-04-27 10:15'}, expect: {closed: false}}",
         "deze proef verwachtte open, maar het werd gesloten"),
    ],
)  # fmt: skip
def test_a_test_that_fails_is_a_mistake_with_its_line(test: str, message: str) -> None:
    text = spoiled("tests:\n", f"tests:\n  - {test}\n")
    assert load(text).tests[0].line == 43
    with pytest.raises(PolicyMistakes) as caught:
        admit(text, file="r.yaml")
    assert str(caught.value) == f"r.yaml:43: {message}"


def test_a_test_that_fails_in_english() -> None:
    text = spoiled("expect: {office: sociaal}", "expect: {office: kcc}")
    assert [str(m) for m in check_and_prove(text, file="r.yaml", language="en").mistakes] == [
        "r.yaml:43: this test expected office kcc, but got office sociaal"
    ]


def test_a_good_file_is_admitted_and_its_version_is_that_of_its_text() -> None:
    policy = admit(GOOD)
    assert prove(policy) == ()
    assert admit(GOOD).version == policy.version
    assert admit(GOOD + "# nieuw\n").version != policy.version


def test_other_mistakes_come_before_the_tests() -> None:
    text = spoiled("cycle: 5", "cyle: 5", "expect: {office: sociaal}", "expect: {office: kcc}")
    with pytest.raises(PolicyMistakes, match="cyle"):
        admit(text)


def test_the_steps_carry_the_lines_that_made_them() -> None:
    lines = (Path(__file__).parents[2] / "config" / "routing.yaml").read_text().splitlines()
    way = walked(press=("2",))
    assert (way.office, way.closed, way.topic) == ("sociaal", False, None)
    assert steps(way) == [
        "nummer 140123 leidt naar keuzemenu hoofdmenu",
        "de beller koos toets 2",
        "gekozen voor sociaal",
    ]
    assert [lines[step.line - 1].split(":")[0].strip() for step in way.steps] == ['"14 0123"', "2", "sociaal"]


def test_a_rule_is_explained_with_its_line() -> None:
    way = walked("do 19:00", say="bijzondere bijstand")
    assert (way.office, way.topic) == ("kcc", "inkomensondersteuning")
    assert steps(way)[-1] == "een regel stuurt dit naar kcc"
    assert way.steps[-1].line == POLICY.rules[0].line


def test_a_closed_office_gives_way_to_its_overflow() -> None:
    way = walked("vr 15:00", press=("2",))
    assert (way.office, steps(way)[-1]) == ("kcc", "sociaal is gesloten: naar kcc")


@pytest.mark.parametrize("at", ["za 10:15", "ma 08:29", "vr 17:00", "2027-05-06 10:15", "2026-12-25 10:15"])
def test_closed(at: str) -> None:
    way = walked(at, say="traplift")
    assert (way.office, way.closed, way.topic) == (None, True, None)


@pytest.mark.parametrize("at", ["ma 08:30", "vr 16:59", "do 19:59", "2026-04-03 10:15"])
def test_open(at: str) -> None:
    assert walked(at, press=("1",)).office == "kcc"


def test_zero_silence_wrong_keys_and_unknown_words_lead_to_a_person() -> None:
    for does in ({"press": ("0",)}, {}, {"press": ("7", "7")}, {"press": ("8",)}, {"say": "qwerty"}):
        way = walked(**does)
        assert (way.office, way.closed) == ("kcc", False), does


def test_an_unknown_number_reaches_a_person() -> None:
    way = walked(number="+31123450000")
    assert way.office == "kcc"
    assert all(step.line > 0 for step in way.steps)


def test_another_language_is_chosen_by_its_key() -> None:
    way = walked(say="passport", language="en")
    assert (way.office, way.topic) == ("kcc", "paspoort")
    assert steps(way)[1] == "de beller koos toets 9"


def test_a_language_without_a_key_is_simply_spoken() -> None:
    text = GOOD.replace("languages: [nl]", "languages: [nl, en]").replace("{nl: Zin.}", "{nl: Zin., en: Line.}")
    policy = load(text.replace("{nl: Toets 1 of 2.}", "{nl: Toets 1 of 2., en: Press 1 or 2.}"))
    way = walked(policy=policy, say="containers", language="en")
    assert (way.office, way.topic) == ("kcc", "afval")


@pytest.mark.parametrize("greeting", ["Good morning.", ""])
def test_a_number_without_a_menu_is_answered_in_the_language_that_is_asked_about(greeting: str) -> None:
    text = GOOD.replace("languages: [nl]", "languages: [nl, en]").replace("{nl: Zin.}", "{nl: Zin., en: Line.}")
    text = text.replace("{nl: Toets 1 of 2.}", "{nl: Toets 1 of 2., en: Press 1 or 2.}")
    text = text.replace("greeting_morning: {nl: Zin., en: Line.}", f'greeting_morning: {{nl: Zin., en: "{greeting}"}}')
    text = text.replace("{to: {menu: hoofd}, hours: open}", "{to: {office: kcc}, hours: open}")
    text = text.replace("rules:\n", "rules:\n  - {languages: [en], office: sociaal}\n", 1)
    policy = load(text.replace("press: 2}, expect: {office: sociaal}", "language: en}, expect: {office: sociaal}"))
    assert (walked(policy=policy).office, walked(policy=policy, language="en").office) == ("kcc", "sociaal")


def test_an_office_without_agents_still_shows_where_it_leads() -> None:
    policy = load(spoiled("offices: [kcc, sociaal]", "offices: [kcc]", ", overflow: kcc", ""))
    assert walked(policy=policy, press=("2",)).office == "sociaal"


def test_keys_come_before_words() -> None:
    assert walked(press=("9",), say="my passport").topic == "paspoort"


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("di 10:15", "2026-01-06T10:15"),
        ("tue 10:15", "2026-01-06T10:15"),
        ("DO 00:00", "2026-01-08T00:00"),
        ("2026-04-27 23:59", "2026-04-27T23:59"),
        ("2026-04-27T09:00", "2026-04-27T09:00"),
    ],
)
def test_a_moment(written: str, moment: str) -> None:
    made = local_moment(written)
    assert made is not None
    assert made.isoformat(timespec="minutes") == moment


def test_a_weekday_is_never_a_day_off() -> None:
    first = local_moment("di 10:15")
    assert first is not None
    later = local_moment("di 10:15", {first.date()})
    assert later is not None
    assert (later - first).days == 7


@pytest.mark.parametrize(
    "written", ["", "di", "10:15", "dinsdag 10:15", "di 24:00", "di 10:60", "2026-13-01 10:00", "di 1\u0660:15"]
)
def test_no_moment(written: str) -> None:
    assert local_moment(written) is None


def test_local_time_knows_summer() -> None:
    assert local(POLICY, datetime.fromisoformat("2026-07-01T10:00")) == datetime(2026, 7, 1, 8, tzinfo=UTC)
    assert local(POLICY, datetime.fromisoformat("2026-01-01T10:00")) == datetime(2026, 1, 1, 9, tzinfo=UTC)
