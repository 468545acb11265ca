"""An office that is closed while a number that leads to it is open, and whether another one answers then."""

from __future__ import annotations

from tests.policy.small import spoiled, told, warned

HOURS = "hours:\n"
SHORT = "hours:\n  kort:\n    ma-do: 08:30-17:00\n    vr: [08:30-12:30, 13:00-17:00]\n"


def warning(office: str, line: int, at: str) -> str:
    return (
        f"r.yaml:{line}: 'offices.{office}' is gesloten ({at}) terwijl '14 0123' open is, "
        "en er is geen frontoffice (overflow) die dan opneemt"
    )


def test_a_closed_office_without_overflow_is_worth_a_look() -> None:
    text = spoiled(HOURS, SHORT, "{nl: KCC}, hours: open", "{nl: KCC}, hours: kort")
    assert told(text) == []
    assert warned(text) == [warning("kcc", 34, "vr 12:30")]


def test_an_overflow_that_is_open_answers() -> None:
    assert warned(spoiled(HOURS, SHORT, "{nl: Sociaal}, hours: open", "{nl: Sociaal}, hours: kort")) == []


def test_an_overflow_that_is_closed_as_well_does_not() -> None:
    text = spoiled(HOURS, SHORT, "{nl: KCC}, hours: open", "{nl: KCC}, hours: kort",
                   "{nl: Sociaal}, hours: open", "{nl: Sociaal}, hours: kort")  # fmt: skip
    assert warned(text) == [warning("kcc", 34, "vr 12:30"), warning("sociaal", 35, "vr 12:30")]


def test_a_day_on_which_the_office_is_closed() -> None:
    text = spoiled("    ma-vr: 08:30-17:00\n", "    ma-za: 08:30-17:00\n  week:\n    ma-vr: 08:30-17:00\n",
                   "{nl: KCC}, hours: open", "{nl: KCC}, hours: week")  # fmt: skip
    assert warned(text) == [warning("kcc", 33, "za 08:30")]


def test_a_number_that_leads_elsewhere_does_not_count() -> None:
    changed = ("{nl: KCC}, hours: open", "{nl: KCC}, hours: kort")
    menu = "menus:\n  hoofd:\n    text: menu_main\n    choices:\n      1: {office: kcc}\n      2: {topic: wmo}\n"
    text = spoiled(HOURS, SHORT, *changed, "{menu: hoofd}", "{topic: wmo}", menu, "", ", press: 2", "",
                   "  menu_main: {nl: Toets 1 of 2.}\n", "")  # fmt: skip
    assert (told(text), warned(text)) == ([], [])
    assert warned(text.replace("{topic: wmo}, hours: open}", "{topic: afval}, hours: open}")) == [
        warning("kcc", 28, "vr 12:30")
    ]
