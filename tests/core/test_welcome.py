"""A caller rings: greeted by the time of day, led where the number leads, told when nobody is there (domain §4.1)."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from app.call import events as e
from app.call.decision import Message
from app.call.policy import Text
from tests.core.acts import heard, house, presses, rings, silent
from tests.core.house import TUESDAY, House
from tests.core.policies import policy
from tests.core.seen import caller, codes, hears, of, phase, sent


@pytest.mark.parametrize(
    ("hours", "greeting"),
    [(0, "greeting_morning"), (1.7, "greeting_morning"), (1.8, "greeting_afternoon"), (6.5, "greeting_afternoon"),
     (7.8, "greeting_evening")],
)  # fmt: skip
def test_the_greeting_follows_the_municipality_s_clock(hours: float, greeting: str) -> None:
    centre = House(now=TUESDAY + timedelta(hours=hours))
    rings(centre)
    assert hears(caller(centre))[0] == greeting


def test_a_number_with_a_menu_asks() -> None:
    centre = house("bart")
    assert codes(rings(centre)) == ["welcome.menu"]
    assert (phase(centre), hears(caller(centre))) == ("Choosing", ["greeting_morning", "menu_main"])


def test_a_number_that_leads_straight_to_an_office_greets_first_then_rings_an_agent() -> None:
    centre = house("bart")
    assert codes(rings(centre, "+31201234567")) == ["welcome.direct"]
    assert (phase(centre), hears(caller(centre))) == ("Welcoming", ["greeting_morning"])
    assert codes(heard(centre)) == ["route.choice"]
    assert phase(centre) == "Offering"


def silent_texts(*names: str) -> dict[str, Text]:
    """The texts of the test municipality, with these left empty."""
    return {**policy().texts, **{name: Text(name, {"nl": "", "en": ""}) for name in names}}


def test_a_greeting_without_words_rings_an_agent_at_once_and_the_caller_hears_music() -> None:
    centre = house("bart", rules=policy(texts=silent_texts("greeting_morning", "to_person")))
    made = rings(centre, "+31201234567")
    assert codes(made) == ["welcome.direct", "route.choice"]
    assert (phase(centre), sent(made)) == ("Offering", ["Music c1.1", "Dial c1.2"])


def test_what_else_there_is_to_say_is_said_though_the_greeting_is_empty() -> None:
    centre = house("bart", rules=policy(texts=silent_texts("greeting_morning")))
    centre.handle(e.MessageSet("bart", "m1", None))
    rings(centre, "+31201234567")
    assert (phase(centre), hears(caller(centre))) == ("Welcoming", ["message"])


def test_who_waits_where_nothing_is_said_hears_music_from_the_start() -> None:
    centre = house(rules=policy(texts=silent_texts("greeting_morning", "waiting", "position_next")))
    centre.handle(e.AgentLoggedOn("bart"))
    made = rings(centre, "+31201234567")
    assert (phase(centre), sent(made)) == ("Waiting", ["Music c1.1"])


def test_a_switch_that_never_says_that_the_greeting_is_over_is_not_waited_for() -> None:
    centre = house("bart")
    rings(centre, "+31201234567")
    centre.wait(60)
    assert phase(centre) == "Offering"


def test_a_number_for_a_topic_brings_the_topic_along() -> None:
    rules = policy()
    to_wmo = replace(rules.numbers["+31201234567"], to=replace(rules.numbers["140123"].to, menu="", topic="wmo"))
    centre = house("joke", rules=policy(numbers={"+31201234567": to_wmo}))
    rings(centre, "+31201234567")
    heard(centre)
    assert (of(centre).topic, of(centre).office, phase(centre)) == ("wmo", "sociaal", "Offering")


def test_a_number_for_a_language_greets_in_it() -> None:
    rules = policy()
    english = replace(rules.numbers["140123"], to=replace(rules.numbers["140123"].to, language="en"))
    centre = house(rules=policy(numbers={"140123": english}))
    rings(centre)
    assert of(centre).language == "en"


def test_an_unknown_number_reaches_a_person_at_the_kcc() -> None:
    centre = house("bart")
    assert codes(rings(centre, "+31209999999")) == ["welcome.unknown_number"]
    heard(centre)
    assert (phase(centre), of(centre).office) == ("Offering", "kcc")


def test_outside_opening_hours_a_callback_is_offered_and_silence_ends_with_a_greeting() -> None:
    centre = house("bart")
    centre.wait(9 * 3600)
    assert codes(rings(centre)) == ["closed"]
    assert hears(caller(centre)) == ["greeting_evening", "closed", "closed_callback_offer"]
    assert codes(silent(centre)) == ["promise.no"]
    assert hears(caller(centre)) == ["goodbye"]


@pytest.mark.parametrize(
    ("number", "office", "said"),
    [("", "", "closed"), ("", "closed_kcc", "closed_kcc"), ("closed_here", "closed_kcc", "closed_here")],
)
def test_a_number_says_itself_that_it_is_closed_else_its_office_does(number: str, office: str, said: str) -> None:
    rules = policy()
    offices = {**rules.offices, "kcc": replace(rules.offices["kcc"], closed=office)}
    numbers = {"+31201234567": replace(rules.numbers["+31201234567"], closed=number)}
    centre = house("bart", rules=policy(offices=offices, numbers=numbers))
    centre.wait(9 * 3600)
    rings(centre, "+31201234567")
    assert hears(caller(centre))[1] == said


def test_a_number_for_a_topic_is_called_back_by_its_own_office() -> None:
    rules = policy()
    to_wmo = replace(rules.numbers["+31201234567"], to=replace(rules.numbers["140123"].to, menu="", topic="wmo"))
    centre = house("joke", rules=policy(numbers={"+31201234567": to_wmo}))
    centre.wait(9 * 3600)
    rings(centre, "+31201234567")
    presses(centre, "1")
    assert [c.office for c in centre.callbacks.values()] == ["sociaal"]


def test_a_day_off_is_closed() -> None:
    centre = House(now=TUESDAY + timedelta(days=31))
    assert codes(rings(centre)) == ["closed"]


@pytest.mark.parametrize(
    ("message", "told"),
    [(None, False), (Message("m1"), True), (Message("m1", TUESDAY + timedelta(hours=1)), True),
     (Message("m1", TUESDAY), False), (Message("m1", topic="wmo"), False)],
)  # fmt: skip
def test_the_current_message_is_told_until_its_end_and_only_about_its_topic(message: Message, told: bool) -> None:
    centre = House()
    if message is not None:
        centre.handle(e.MessageSet("super", message.text, message.until, message.topic))
    rings(centre)
    assert ("message" in hears(caller(centre))) == told


def test_a_call_is_offered_once() -> None:
    centre = house("bart")
    rings(centre)
    assert codes(rings(centre)) == ["ignored.offered_already"]


def test_keys_pressed_during_the_greeting_mean_nothing() -> None:
    centre = house("bart")
    rings(centre, "+31201234567")
    assert codes(centre.handle(e.KeysPressed("c1", "c1.1", caller(centre).step, "1"))) == ["ignored.phase"]
