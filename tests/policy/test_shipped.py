"""The example municipality that is shipped: complete, good, and current in its schema, texts and days off."""

from __future__ import annotations

import ast
import re
from datetime import date, timedelta
from pathlib import Path

import jsonschema
import pytest
import yaml

from app.call.policy import Policy
from app.policyfile import check, load, schema
from app.policyfile.proving import prove
from app.policyfile.standard import SLOTS

CONFIG = Path(__file__).parents[2] / "config"
FILE = CONFIG / "routing.yaml"
PURE = ("call", "ivr", "transfer", "callbacks", "agents", "ringback")


class Editor(yaml.BaseLoader):
    """Reads as an editor's language server does: YAML 1.2 core, so true, numbers and text."""


Editor.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))
Editor.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"^-?[0-9]+(\.[0-9]+)?$"), list("-0123456789"))
Editor.add_constructor("tag:yaml.org,2002:bool", lambda _, node: node.value == "true")
Editor.add_constructor("tag:yaml.org,2002:float", lambda _, node: float(node.value))


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load(FILE)


def test_nothing_is_wrong_with_it_and_nothing_is_worth_a_look() -> None:
    checked = check(FILE)
    assert (checked.mistakes, checked.warnings) == ((), ())


def test_its_own_tests_pass(policy: Policy) -> None:
    assert len(policy.tests) >= 15
    assert prove(policy) == ()


def test_the_social_number_tells_its_own_hours(policy: Policy) -> None:
    text = policy.texts[policy.offices["sociaal"].closed]
    assert "vrijdag tot half een" in text.words["nl"]
    assert "donderdag tot acht uur" not in text.words["nl"]


def test_its_first_line_tells_editors_the_schema() -> None:
    assert FILE.read_text().splitlines()[0] == "# yaml-language-server: $schema=routing.schema.json"


def test_the_schema_is_current() -> None:
    assert (CONFIG / "routing.schema.json").read_text() == schema.text(), "run: warmlijn check --schema"


def test_the_schema_accepts_the_file_and_refuses_a_typo() -> None:
    made = schema.schema()
    jsonschema.Draft202012Validator.check_schema(made)
    validator = jsonschema.Draft202012Validator(made)
    data = yaml.load(FILE.read_text(), Loader=Editor)
    data["menus"]["hoofdmenu"]["choices"] = {str(key): to for key, to in data["menus"]["hoofdmenu"]["choices"].items()}
    assert [error.message for error in validator.iter_errors(data)] == []
    data["ringing"]["cyle"] = 5
    data["ringing"]["rings"] = 4
    assert sorted(error.json_path for error in validator.iter_errors(data)) == ["$.ringing", "$.ringing.rings"]


def sentences_of_the_rules() -> list[tuple[str, frozenset[str]]]:
    """Every `line("text", slot=...)` in the pure rules: the text and the slots it fills."""
    found = []
    for folder in PURE:
        for source in Path(CONFIG.parent, "app", folder).glob("*.py"):
            for node in ast.walk(ast.parse(source.read_text())):
                match node:
                    case ast.Call(func=ast.Name(id="line"), args=[ast.Constant(value=str(text))], keywords=slots):
                        found.append((text, frozenset(slot.arg or "dag" for slot in slots)))
                    case _:
                        pass
    return found


def test_every_text_the_rules_use_is_standard_and_shipped(policy: Policy) -> None:
    used = sentences_of_the_rules()
    assert len(used) >= 15
    assert {text for text, _ in used} - SLOTS.keys() == set()
    assert SLOTS.keys() <= policy.texts.keys()


def test_a_slot_that_an_admin_may_write_is_filled_by_the_rules() -> None:
    for text, slots in sentences_of_the_rules():
        given = slots | {"gemeente"} | ({"van", "tot"} if "dag" in slots else set())
        assert SLOTS[text] == given, text


def test_every_sentence_is_there_in_both_languages(policy: Policy) -> None:
    for text in policy.texts.values():
        assert set(text.words) == {"nl", "en"}, text.id
        assert set(text.nameless) in (set(), {"nl", "en"}), text.id


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("welcome_agent_morning", "Goedemorgen, gemeente {gemeente}, u spreekt met {medewerker}."),
        ("welcome_agent_afternoon", "Goedemiddag, gemeente {gemeente}, u spreekt met {medewerker}."),
        ("welcome_agent_evening", "Goedenavond, gemeente {gemeente}, u spreekt met {medewerker}."),
        ("what_can_i_do", "{beller}, wat kan ik hierin voor u betekenen?"),
        ("proposal", "{beller}, ik heb voor u het volgende voorstel."),
        ("agreed", "Is dit wat u betreft akkoord?"),
        ("expectation", "Voldoet dit aan uw verwachting?"),
        ("transfer_now", "Ik verbind u door met {collega}. Een ogenblik alstublieft."),
        ("back_from_hold", "Dank u voor het wachten."),
        ("unknown_question", "Dat is een goede vraag. Ik ga dat uitzoeken. U wordt daarover teruggebeld."),
        ("colleague_absent",
         "Het spijt me, {beller}. {collega} is momenteel niet bereikbaar. Ik zorg ervoor dat u wordt teruggebeld."),
        ("callback_proposal", "{collega} belt u {dag} tussen {van} en {tot} uur op {nummer}. Klopt dat?"),
        ("email_instead", "U kunt uw vraag ook e-mailen naar {adres}; vermeld nummer {nummer}."),
        ("anything_else", "Kan ik u nog ergens anders mee van dienst zijn?"),
        ("thanks", "Dank u voor het bellen. Ik wens u een fijne dag, {beller}."),
        ("strength", "Sterkte."),
        ("success", "Succes."),
    ],
)  # fmt: skip
def test_the_sentences_of_the_four_phases(policy: Policy, text: str, sentence: str) -> None:
    assert policy.texts[text].words["nl"] == sentence


def test_nobody_is_ever_said_to_have_declined(policy: Policy) -> None:
    declined = policy.texts["colleague_declined"]
    assert declined.words == policy.texts["colleague_absent"].words
    assert declined.nameless == policy.texts["colleague_absent"].nameless


def easter(year: int) -> date:
    """Butcher's rule."""
    a, (b, c) = year % 19, divmod(year, 100)
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    x = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * x) // 451
    month, day = divmod(h + x - 7 * m + 114, 31)
    return date(year, month, day + 1)


@pytest.mark.parametrize("year", [2026, 2027, 2028])
def test_the_days_off_of_the_collective_agreement(policy: Policy, year: int) -> None:
    sunday = easter(year)
    king = date(year, 4, 26 if date(year, 4, 27).weekday() == 6 else 27)
    expected = {date(year, 1, 1), king, date(year, 5, 5), date(year, 12, 25), date(year, 12, 26)}
    expected |= {sunday + timedelta(days=days) for days in (1, 39, 50)}
    assert {day for day in policy.days_off if day.year == year} == expected


def test_it_is_a_whole_municipality(policy: Policy) -> None:
    assert (policy.offices["kcc"].goal, policy.offices["sociaal"].goal) == (0.60, 0.85)
    assert len(policy.agents) == 8
    assert {office for agent in policy.agents.values() for office in agent.offices} == {"kcc", "sociaal"}
    assert {c.department for c in policy.colleagues.values()} == set(policy.departments)
    assert any(c.absent for c in policy.colleagues.values())
    assert any(len(c.addresses) == 2 and c.addresses[1].uri.startswith("tel:") for c in policy.colleagues.values())
    assert set(policy.numbers) == {"140123", "+31123456789", "+31123456780"}
    assert policy.topics["wmo"].goal == 0.85


def test_each_part_keeps_its_line(policy: Policy) -> None:
    lines = FILE.read_text().splitlines()
    for topic in policy.topics.values():
        assert lines[topic.line - 1].strip() == f"{topic.id}:"
    for key, to in policy.menus["hoofdmenu"].choices.items():
        assert lines[to.line - 1].strip().startswith(f"{key}:")
    for rule in policy.rules:
        assert f"office: {rule.office}" in lines[rule.line - 1]


def test_two_hundred_rules_more() -> None:
    rule = "  - {topics: [wmo, bijstand], numbers: ['14 0123'], hours: telefoon, load_above: 2.5, office: kcc}\n"
    text = FILE.read_text().replace("\nrules:\n", "\nrules:\n" + rule * 200, 1)
    rules = load(text).rules
    assert [rule.line - rules[0].line for rule in rules[:200]] == list(range(200))
    assert len(rules) == 202
