"""Anyone reaches a person: by key, by word, or by doing nothing; never a loop (domain §6)."""

import pytest
from msgspec.structs import replace

from app.call import events as e
from app.call.policy import Destination, Menu
from app.ivr.choosing import ENOUGH
from tests.core.acts import house, presses, rings, says, silent
from tests.core.moments import choosing
from tests.core.policies import policy
from tests.core.seen import caller, codes, hears, of, phase


@pytest.mark.parametrize(
    ("key", "office", "topic", "because"),
    [("1", "kcc", "", ["menu.key", "route.choice"]), ("2", "sociaal", "wmo", ["menu.key", "route.rule"]),
     ("0", "kcc", "", ["menu.zero", "route.choice"])],
)  # fmt: skip
def test_a_key_leads_where_the_menu_says_and_zero_to_a_person(
    key: str, office: str, topic: str, because: list[str]
) -> None:
    centre = choosing()
    assert codes(presses(centre, key)) == because
    assert (of(centre).office, of(centre).topic, phase(centre)) == (office, topic, "Offering")


def test_a_wrong_key_is_asked_once_more_and_then_a_person_answers() -> None:
    centre = choosing()
    assert codes(presses(centre, "7")) == ["menu.wrong_key"]
    assert hears(caller(centre)) == ["menu_retry", "menu_main"]
    assert codes(presses(centre, "7")) == ["menu.wrong_key_twice", "route.choice"]
    assert (phase(centre), of(centre).office) == ("Offering", "kcc")


def test_an_unknown_word_is_asked_once_more_and_then_a_person_answers() -> None:
    centre = choosing()
    assert codes(says(centre)) == ["menu.unknown_word"]
    assert hears(caller(centre)) == ["word_retry", "menu_main"]
    assert codes(says(centre)) == ["menu.unknown_word_twice", "route.choice"]


def test_a_word_and_a_key_count_together() -> None:
    centre = choosing()
    says(centre)
    assert codes(presses(centre, "7")) == ["menu.wrong_key_twice", "route.choice"]


def test_a_word_leads_to_its_topic() -> None:
    centre = choosing()
    assert codes(says(centre, "traplift")) == ["menu.word", "route.rule"]
    assert (of(centre).topic, of(centre).office) == ("wmo", "sociaal")


def test_silence_leads_to_a_person_and_so_does_a_switch_that_never_reports_it() -> None:
    by_silence, by_clock = choosing(), choosing()
    assert codes(silent(by_silence)) == ["menu.silence", "route.choice"]
    by_clock.wait(60)
    assert (phase(by_silence), phase(by_clock)) == ("Offering", "Offering")


def test_the_menu_is_repeated_on_request_but_not_for_ever() -> None:
    centre = choosing()
    said = [codes(presses(centre, "*"))[0] for _ in range(6)]
    assert said == ["menu.repeat"] * 4 + ["menu.wrong_key", "menu.wrong_key_twice"]
    assert phase(centre) == "Offering"


def test_who_chooses_for_ever_reaches_a_person() -> None:
    centre = choosing()
    said = [codes(presses(centre, "3")) for _ in range(ENOUGH - caller(centre).step + 1)]
    assert [each[0] for each in said[-2:]] == ["menu.key", "menu.enough"]
    assert phase(centre) == "Offering"


def test_another_language_repeats_the_same_menu_in_it() -> None:
    centre = choosing()
    assert codes(presses(centre, "3")) == ["menu.key"]
    assert (of(centre).language, phase(centre), hears(caller(centre))) == ("en", "Choosing", ["menu_main"])


def test_a_menu_may_lead_to_another_menu_and_mistakes_are_remembered() -> None:
    rules = policy()
    main = replace(rules.menus["main"], choices={"1": Destination(menu="second"), "2": Destination(office="kcc")})
    second = Menu("second", "menu_main", {"1": Destination(office="sociaal")})
    centre = house("bart", rules=policy(menus={"main": main, "second": second}))
    rings(centre)
    presses(centre, "9")
    presses(centre, "1")
    assert codes(presses(centre, "9")) == ["menu.wrong_key_twice", "route.choice"]


def test_a_report_of_something_else_means_nothing_here() -> None:
    centre = choosing()
    leg = caller(centre)
    assert codes(centre.handle(e.SayFinished("c1", leg.id, leg.step))) == ["ignored.phase"]


@pytest.mark.parametrize("keys", ["", "12"])
def test_more_or_less_than_one_key_is_a_wrong_key(keys: str) -> None:
    assert codes(presses(choosing(), keys)) == ["menu.wrong_key"]
