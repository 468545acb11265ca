"""How the parts hang together: unknown names, circles, menus, and who is left without a person."""

# ruff: noqa: E501 - a message stands on one line, as it is printed

from __future__ import annotations

import pytest

from tests.policy.small import spoiled, told, warned


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("languages: [nl]", "languages: [nl]\n  kcc: kc",
         "4: 'municipality.kcc' verwijst naar de frontoffice 'kc'; die naam bestaat niet (bedoelt u 'kcc'?)"),
        ("{menu: hoofd}", "{menu: hofd}",
         "11: 'numbers.14 0123.to.menu' verwijst naar het menu 'hofd'; die naam bestaat niet (bedoelt u 'hoofd'?)"),
        ("hours: open}\nmenus", "hours: opne}\nmenus",
         "11: 'numbers.14 0123.hours' verwijst naar de openingstijden 'opne'; die naam bestaat niet (bedoelt u 'open'?)"),
        ("hours: open}\nmenus", "hours: open, language: de}\nmenus",
         "11: 'numbers.14 0123.language' verwijst naar de taal 'de'; die naam bestaat niet"),
        ("hours: open}\nmenus", "hours: open, closed: gesloten}\nmenus",
         "11: 'numbers.14 0123.closed' verwijst naar de tekst 'gesloten'; die naam bestaat niet"),
        ("overflow: kcc}", "closed: cloosed}",
         "32: 'offices.sociaal.closed' verwijst naar de tekst 'cloosed'; die naam bestaat niet (bedoelt u 'closed'?)"),
        ("text: menu_main", "text: welkom", "14: 'menus.hoofd.text' verwijst naar de tekst 'welkom'; die naam bestaat niet"),
        ("1: {office: kcc}", "1: {office: kkc}",
         "16: 'menus.hoofd.choices.1.office' verwijst naar de frontoffice 'kkc'; die naam bestaat niet (bedoelt u 'kcc'?)"),
        ("2: {topic: wmo}", "2: {topic: wom}",
         "17: 'menus.hoofd.choices.2.topic' verwijst naar het onderwerp 'wom'; die naam bestaat niet (bedoelt u 'wmo'?)"),
        ("2: {topic: wmo}", "2: {language: fr}",
         "17: 'menus.hoofd.choices.2.language' verwijst naar de taal 'fr'; die naam bestaat niet"),
        ("office: sociaal\n    dep", "office: social\n    dep",
         "21: 'topics.wmo.office' verwijst naar de frontoffice 'social'; die naam bestaat niet (bedoelt u 'sociaal'?)"),
        ("department: zorg\n", "department: zrog\n",
         "22: 'topics.wmo.department' verwijst naar de afdeling 'zrog'; die naam bestaat niet (bedoelt u 'zorg'?)"),
        ("{topics: [wmo]", "{topics: [wmo, wmoo]",
         "29: 'rules[0].topics[1]' verwijst naar het onderwerp 'wmoo'; die naam bestaat niet (bedoelt u 'wmo'?)"),
        ("{topics: [wmo]", "{languages: [tr]",
         "29: 'rules[0].languages[0]' verwijst naar de taal 'tr'; die naam bestaat niet"),
        ("{topics: [wmo], hours: open", "{topics: [wmo], hours: dicht",
         "29: 'rules[0].hours' verwijst naar de openingstijden 'dicht'; die naam bestaat niet"),
        ("{topics: [wmo]", '{numbers: ["14 0132"]',
         "29: 'rules[0].numbers[0]' verwijst naar het nummer '14 0132'; die naam bestaat niet (bedoelt u '14 0123'?)"),
        ("overflow: kcc", "overflow: kc",
         "32: 'offices.sociaal.overflow' verwijst naar de frontoffice 'kc'; die naam bestaat niet (bedoelt u 'kcc'?)"),
        ("offices: [kcc, sociaal]", "offices: [kcc, socaal]",
         "34: 'agents.jo.offices[1]' verwijst naar de frontoffice 'socaal'; die naam bestaat niet (bedoelt u 'sociaal'?)"),
        ("An, department: zorg", "An, department: zog",
         "38: 'colleagues.an.department' verwijst naar de afdeling 'zog'; die naam bestaat niet (bedoelt u 'zorg'?)"),
        ("substitute: bo", "substitute: boo",
         "38: 'colleagues.an.substitute' verwijst naar de collega 'boo'; die naam bestaat niet (bedoelt u 'bo'?)"),
        ('number: "14 0123", press', 'number: "14 0124", press',
         "43: 'tests[0].when.number' verwijst naar het nummer '14 0124'; die naam bestaat niet (bedoelt u '14 0123'?)"),
        ("press: 2}", "language: de}", "43: 'tests[0].when.language' verwijst naar de taal 'de'; die naam bestaat niet"),
        ("expect: {office: sociaal}", "expect: {topic: wmw}",
         "43: 'tests[0].expect.topic' verwijst naar het onderwerp 'wmw'; die naam bestaat niet (bedoelt u 'wmo'?)"),
        ("1: {office: kcc}", "0: {office: sociaal}",
         "16: 'menus.hoofd.choices.0' moet naar een medewerker van 'kcc' leiden: 0 is altijd een mens"),
        ("1: {office: kcc}", "0: {menu: hoofd}",
         "16: 'menus.hoofd.choices.0' moet naar een medewerker van 'kcc' leiden: 0 is altijd een mens"),
        ("1: {office: kcc}", "1: {menu: hoofd}", "13: 'menus.hoofd' leidt in een kring: hoofd → hoofd"),
        ("goal: 0.60}", "goal: 0.60, overflow: sociaal}",
         "31: 'offices.kcc.overflow' loopt in een kring over: kcc → sociaal → kcc"),
        ("hours: open}\nringing", "hours: open, substitute: an}\nringing",
         "38: 'colleagues.an.substitute' vervangt in een kring: an → bo → an"),
    ],
)  # fmt: skip
def test_reference(old: str, new: str, message: str) -> None:
    found = told(spoiled(old, new))
    assert f"r.yaml:{message}" in found
    assert len([line for line in found if "wordt nergens gebruikt" not in line and "kring" not in line]) <= 1


def test_zero_may_lead_to_the_person_it_always_leads_to() -> None:
    assert told(spoiled("1: {office: kcc}", "0: {office: kcc}")) == []


def test_four_choices_and_zero_are_enough() -> None:
    four = "{0: {office: kcc}, 1: {office: kcc}, 2: {topic: wmo}, 3: {topic: afval}, 4: {office: sociaal}"
    old = "\n      1: {office: kcc}\n      2: {topic: wmo}"
    assert told(spoiled(old, f" {four}}}")) == []
    assert told(spoiled(old, f" {four}, 5: {{office: kcc}}}}")) == [
        "r.yaml:13: 'menus.hoofd' heeft 5 keuzes; een menu mag er hoogstens 4 hebben"
    ]


def test_a_menu_without_choices_must_listen() -> None:
    old = "    choices:\n      1: {office: kcc}\n      2: {topic: wmo}\n"
    assert told(spoiled(old, "", "press: 2", "say: traplift")) == [
        "r.yaml:13: 'menus.hoofd' heeft geen keuzes en luistert niet (listen: true)"
    ]
    assert told(spoiled(old, "    listen: true\n", "press: 2", "say: traplift")) == []


def test_a_longer_circle_of_menus_is_told_once() -> None:
    extra = "topics:\n"
    menus = (
        "  b: {text: menu_main, choices: {1: {menu: c}, 2: {office: kcc}}}\n"
        "  c: {text: menu_main, choices: {1: {menu: b}, 2: {office: kcc}}}\n"
    )
    assert told(spoiled("1: {office: kcc}", "1: {menu: b}", extra, menus + extra)) == [
        "r.yaml:18: 'menus.b' leidt in een kring: b → c → b"
    ]


def test_two_ways_to_one_menu_are_no_circle() -> None:
    extra = "topics:\n"
    menus = (
        "  b: {text: menu_main, choices: {1: {menu: d}}}\n"
        "  c: {text: menu_main, choices: {1: {menu: d}}}\n"
        "  d: {text: menu_main, choices: {1: {office: kcc}}}\n"
    )
    text = spoiled("1: {office: kcc}", "1: {menu: b}", "2: {topic: wmo}", "2: {menu: c}", extra, menus + extra)
    assert told(text) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("offices: [kcc, sociaal]", "offices: [kcc]", "32: voor 'offices.sociaal' is geen enkele medewerker"),
        ("{menu: hoofd}", "{office: kcc}", "13: geen nummer of keuze leidt naar 'menus.hoofd'"),
        ("  zorg: {", "  post: {label: {nl: Post}}\n  zorg: {", "36: in 'departments.post' werkt geen enkele collega"),
        (
            "rules:\n",
            "rules:\n  - {office: kcc}\n",
            "30: 'rules[1]' wordt nooit bereikt: de regel op regel 29 geldt altijd",
        ),
    ],
)
def test_warnings_stop_nothing(old: str, new: str, message: str) -> None:
    text = spoiled(old, new)
    assert told(text) == []
    assert warned(text) == [f"r.yaml:{message}"]
