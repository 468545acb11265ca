"""Single values: each way to write them wrong, with the exact message."""

# ruff: noqa: E501 - a message stands on one line, as it is printed

from __future__ import annotations

import pytest

from tests.policy.small import GOOD, spoiled, told

NINES = "9" * 100_000


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  name: Kleindorp\n", "", "1: 'municipality.name' ontbreekt"),
        ("name: Kleindorp", "name:", "2: 'municipality.name' is leeg"),
        ("name: Kleindorp", "name: [a]", "2: 'municipality.name' moet één waarde zijn"),
        ("name: Kleindorp", f"name: {'a' * 121}", "2: 'municipality.name' is te lang"),
        ("languages: [nl]", "languages: nl", "3: 'municipality.languages' moet een lijst zijn"),
        ("languages: [nl]", "languages: []", "3: 'municipality.languages' is leeg"),
        ("languages: [nl]", "languages: [Nederlands]",
         "3: 'municipality.languages[0]': 'Nederlands' is geen taalcode (zoals nl of en)"),
        ("languages: [nl]", "languages: [nl]\n  timezone: Europe/Amsterdm",
         "4: 'municipality.timezone': 'Europe/Amsterdm' is geen tijdzone"),
        ("languages: [nl]", "languages: [nl]\n  timezone: ../../etc/passwd",
         "4: 'municipality.timezone': '../../etc/passwd' is geen tijdzone"),
        ("2026-04-27", "27-04-2026",
         "6: 'days_off.27-04-2026': '27-04-2026' is geen datum (schrijf jaar-maand-dag, zoals 2026-04-27)"),
        ("2026-04-27", "2026-02-30",
         "6: 'days_off.2026-02-30': '2026-02-30' is geen datum (schrijf jaar-maand-dag, zoals 2026-04-27)"),
        ("08:30-17:00", "17:00", "9: 'hours.open.ma-vr': '17:00' is geen tijdvak (schrijf zoals 08:30-17:00)"),
        ("08:30-17:00", "8:30-17:00", "9: 'hours.open.ma-vr': '8:30-17:00' is geen tijdvak (schrijf zoals 08:30-17:00)"),
        ("08:30-17:00", "08:30-24:01", "9: 'hours.open.ma-vr': '08:30-24:01' is geen tijdvak (schrijf zoals 08:30-17:00)"),
        ("08:30-17:00", "08:60-17:00", "9: 'hours.open.ma-vr': '08:60-17:00' is geen tijdvak (schrijf zoals 08:30-17:00)"),
        ("08:30-17:00", "٠٨:30-17:00", "9: 'hours.open.ma-vr': '٠٨:30-17:00' is geen tijdvak (schrijf zoals 08:30-17:00)"),
        ("08:30-17:00", "17:00-08:30", "9: 'hours.open.ma-vr': '17:00-08:30' eindigt voordat het begint"),
        ("08:30-17:00", "[08:30-12:00, 11:00-17:00]", "9: 'hours.open.ma-vr': de tijdvakken overlappen elkaar"),
        ("ma-vr:", "maandag:",
         "9: 'hours.open.maandag': 'maandag' is geen dag (schrijf ma, di, wo, do, vr, za, zo of ma-vr)"),
        ("ma-vr:", "vr-ma:", "9: 'hours.open.vr-ma': 'vr-ma' is geen dag (schrijf ma, di, wo, do, vr, za, zo of ma-vr)"),
        ("ma-vr: 08:30-17:00", "ma-vr: 08:30-17:00\n    vr: 09:00-12:00", "10: 'hours.open.vr': vr staat er twee keer in"),
        ("1: {office: kcc}", "12: {office: kcc}", "16: 'menus.hoofd.choices.12': '12' is geen toets (0 tot en met 9)"),
        ("1: {office: kcc}", "٣: {office: kcc}", "16: 'menus.hoofd.choices.٣': '٣' is geen toets (0 tot en met 9)"),
        ("{menu: hoofd}", "{menu: hoofd, office: kcc}",
         "11: 'numbers.14 0123.to' moet naar precies één van menu, office, topic of language leiden"),
        ("2: {topic: wmo}", "2: {}",
         "17: 'menus.hoofd.choices.2' moet naar precies één van menu, office, topic of language leiden"),
        ("2: {topic: wmo}", "2: sociaal", "17: 'menus.hoofd.choices.2' moet een blok zijn (sleutel: waarde)"),
        ("{topic: wmo}", "{topic: wmo, muziek: aan}", "17: 'menus.hoofd.choices.2.muziek' bestaat niet"),
        ("goal: 0.60", "goal: 60", "31: 'offices.kcc.goal' mag hoogstens 1 zijn"),
        ("goal: 0.60", "goal: -0.1", "31: 'offices.kcc.goal' moet minstens 0 zijn"),
        ("goal: 0.60", "goal: nan", "31: 'offices.kcc.goal': 'nan' is geen getal (gebruik een punt, zoals 0.60)"),
        ("goal: 0.60", "goal: 1e-1", "31: 'offices.kcc.goal': '1e-1' is geen getal (gebruik een punt, zoals 0.60)"),
        ("an: {name", "An: {name",
         "38: 'colleagues.An': 'An' kan geen naam zijn (kleine letters, cijfers en _, te beginnen met een letter)"),
        ("email: zorg@kleindorp.example", "email: zorg", "36: 'departments.zorg.email': 'zorg' is geen e-mailadres"),
        ("hours: open, substitute: bo", "hours: open, absent: [{first: 2026-12-04, last: 2026-11-16}], substitute: bo",
         "38: 'colleagues.an.absent[0]': de laatste dag ligt voor de eerste"),
        ("ringing: {rings: 3", "ringing: {rings: 4", "40: 'ringing.rings' mag hoogstens 3 zijn"),
        ("ringing: {rings: 3", "ringing: {rings: 0", "40: 'ringing.rings' moet minstens 1 zijn"),
        ("ringing: {rings: 3", "ringing: {rings: 010",
         "40: 'ringing.rings': '010' begint met een nul; schrijf het getal zonder nul"),
        ("ringing: {rings: 3", "ringing: {rings: drie", "40: 'ringing.rings': 'drie' is geen geheel getal"),
        ("ringing: {rings: 3", "ringing: {rings: ٣", "40: 'ringing.rings': '٣' is geen geheel getal"),
        ("ringing: {rings: 3", "ringing: {rings: 3.0", "40: 'ringing.rings': '3.0' is geen geheel getal"),
        ("ringing: {rings: 3", f"ringing: {{rings: {NINES}", f"40: 'ringing.rings': '{NINES[:57]}...' is geen geheel getal"),
        ("ringing:", 'keys: {transfer: "7"}\nringing:', """40: 'keys.transfer': '7' is geen code (schrijf zoals "*7")"""),
        ("ringing:", 'keys: {transfer: "*7", cancel: "*78"}\nringing:',
         "40: 'keys': de ene code mag niet met de andere beginnen"),
        ("grace: 1", "grace: 5", "40: 'ringing' moet korter zijn dan één overgang ('ringing.cycle')"),
        ("signalled: true", "signalled: NO", "40: 'ringing.signalled': schrijf true of false, niet 'NO'"),
        ("cycle: 5", "cyle: 5", "40: 'ringing.cyle' bestaat niet (bedoelt u 'cycle'?)"),
        ("countries: [NL]", "countries: [nederland]", "41: 'callbacks.countries[0]': 'nederland' is geen landcode (zoals NL)"),
        ("countries: [NL]", "countries: [NL], numbers: [mobile, vast]", "41: 'callbacks.numbers[1]': 'vast' kan hier niet"),
        ("press: 2}", "press: hoi}", "43: 'tests[0].when.press[0]': 'hoi' is geen toets (0 tot en met 9)"),
        ("press: 2}", "at: dinsdag}",
         "43: 'tests[0].when.at': 'dinsdag' is geen moment (schrijf zoals di 10:15 of 2026-04-27 10:15)"),
        ("press: 2}", 'at: "2026-02-30 10:15"}',
         "43: 'tests[0].when.at': '2026-02-30 10:15' is geen moment (schrijf zoals di 10:15 of 2026-04-27 10:15)"),
        ("expect: {office: sociaal}", "expect: {}", "43: 'tests[0]' verwacht niets; noem office, closed of topic"),
        ("expect: {office: sociaal}", "expect: {office: sociaal, closed: true}",
         "43: 'tests[0]': bij 'closed: true' hoort geen office"),
        ("agents:", "agenten:", "33: 'agenten' bestaat niet (bedoelt u 'agents'?)"),
    ],
)  # fmt: skip
def test_value(old: str, new: str, message: str) -> None:
    assert [line for line in told(spoiled(old, new)) if "mag niet worden gebeld" not in line] == [f"r.yaml:{message}"]


def test_a_section_of_another_shape_is_told_once() -> None:
    text = spoiled("topics:\n", "topics: []\nvroeger:\n")
    assert told(text) == [
        "r.yaml:18: 'topics' moet een blok zijn (sleutel: waarde)",
        "r.yaml:19: 'vroeger' bestaat niet",
    ]


def test_all_mistakes_at_once_in_the_order_of_the_file() -> None:
    text = spoiled("name: Kleindorp", "nam: Kleindorp", "{menu: hoofd}", "{menu: hofd}", "goal: 0.60", "goal: veel",
                   "sip:jo@pbx.example", "jo", "cycle: 5", "cyle: 5")  # fmt: skip
    assert told(text) == [
        "r.yaml:1: 'municipality.name' ontbreekt",
        "r.yaml:2: 'municipality.nam' bestaat niet (bedoelt u 'name'?)",
        "r.yaml:11: 'numbers.14 0123.to.menu' verwijst naar het menu 'hofd'; die naam bestaat niet (bedoelt u 'hoofd'?)",
        "r.yaml:31: 'offices.kcc.goal': 'veel' is geen getal (gebruik een punt, zoals 0.60)",
        "r.yaml:34: 'agents.jo.address': 'jo' begint niet met sip: of tel:",
        "r.yaml:40: 'ringing.cyle' bestaat niet (bedoelt u 'cycle'?)",
    ]


@pytest.mark.parametrize("section", ["municipality", "hours", "numbers", "offices", "texts"])
def test_what_cannot_be_left_out(section: str) -> None:
    lines = GOOD.splitlines(keepends=True)
    start = lines.index(f"{section}:\n")
    end = next((at for at in range(start + 1, len(lines)) if not lines[at].startswith(" ")), len(lines))
    assert f"r.yaml:1: '{section}' ontbreekt" in told("".join(lines[:start] + lines[end:]))


@pytest.mark.parametrize(
    ("test", "messages"),
    [
        ("{when: {number: '14 0123', at: 'zat 10:15'}, expect: {closd: true}}",
         ["43: 'tests[0].expect.closd' bestaat niet (bedoelt u 'closed'?)",
          "43: 'tests[0].when.at': 'zat 10:15' is geen moment (schrijf zoals di 10:15 of 2026-04-27 10:15)"]),
        ("{when: {number: '14 0123', press: x, at: 'za 25:15'}, expect: {}}",
         ["43: 'tests[0].when.press[0]': 'x' is geen toets (0 tot en met 9)",
          "43: 'tests[0].when.at': 'za 25:15' is geen moment (schrijf zoals di 10:15 of 2026-04-27 10:15)",
          "43: 'tests[0]' verwacht niets; noem office, closed of topic"]),
    ],
)  # fmt: skip
def test_a_mistake_of_shape_hides_no_mistake_of_value(test: str, messages: list[str]) -> None:
    assert told(spoiled("tests:\n", f"tests:\n  - {test}\n")) == [f"r.yaml:{message}" for message in messages]


def test_a_mistake_of_shape_hides_no_time_zone_and_no_day_set_twice() -> None:
    text = spoiled("languages: [nl]", "timezone: Mars\n  languages: [nl]", "cycle: 5", "cyle: 5",
                   "ma-vr: 08:30-17:00", "ma-vr: 08:30-17:00\n    vr: 09:00-12:00")  # fmt: skip
    assert told(text) == [
        "r.yaml:3: 'municipality.timezone': 'Mars' is geen tijdzone",
        "r.yaml:11: 'hours.open.vr': vr staat er twee keer in",
        "r.yaml:42: 'ringing.cyle' bestaat niet (bedoelt u 'cycle'?)",
    ]
