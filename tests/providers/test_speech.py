"""Sentences filled in: names, moments and numbers in the caller's language, and the sentence without a name."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from app.call.legs import Line, Prompt, refs
from app.call.policy import Text
from app.providers.speech import clock, day, display, sentences
from tests.core.policies import policy

TEXTS = {
    "plain": Text("plain", {"nl": "Goedemorgen, gemeente {gemeente}.", "en": "Good morning, {gemeente}."}),
    "sorry": Text(
        "sorry",
        {"nl": "Het spijt me, {beller}. {collega} is er niet.", "en": "I am sorry, {beller}. {collega} is away."},
        nameless={"nl": "Het spijt me. {collega} is er niet.", "en": "I am sorry. {collega} is away."},
    ),
    "start": Text("start", {"nl": "{beller}, wat kan ik voor u doen?"}, nameless={"nl": "Wat kan ik voor u doen?"}),
    "promise": Text("promise", {"nl": "{collega} belt u {dag} tussen {van} en {tot} uur op {nummer}."}),
    "message": Text("message", {"nl": "{bericht}"}),
    "about": Text("about", {"nl": "{medewerker} over {onderwerp}, {afdeling}, {loket}.", "en": "About {onderwerp}."}),
    "position": Text("position", {"nl": "U bent nummer {nummer}."}),
}
POLICY = policy(texts=TEXTS)
AT = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Europe/Amsterdam")).timestamp()


def say(line: Line, names: dict[str, str] | None = None, language: str = "nl") -> tuple[str, ...]:
    return sentences(POLICY, language, [line], names or {})


@pytest.mark.parametrize(
    ("name", "by", "shown"),
    [("@n", "", "mevrouw De Vries"), ("@n", "bart", "mevrouw De Vries via Bart Smit"), ("", "bart", "via Bart Smit"),
     ("@gone", "", ""), ("anonymous", "", "Anoniem"), ("anonymous", "bart", "Anoniem via Bart Smit"),
     ("@odd", "nobody", "Jan BCC: x")],
)  # fmt: skip
def test_a_display_says_who_calls_and_who_announces(name: str, by: str, shown: str) -> None:
    assert display(POLICY, "nl", name, by, {"n": "mevrouw De Vries", "odd": "Jan\r\nBCC: x"}) == shown


def test_the_municipality_is_always_known() -> None:
    assert say(Line("plain")) == ("Goedemorgen, gemeente Voorbeeldstad.",)
    assert say(Line("plain"), language="en") == ("Good morning, Voorbeeldstad.",)


def test_a_language_that_has_no_sentence_hears_the_first_of_the_municipality() -> None:
    assert say(Line("start", {"beller": "@n"}), {"n": "Sam"}, "en") == ("Sam, wat kan ik voor u doen?",)
    assert say(Line("plain"), language="tr") == ("Goedemorgen, gemeente Voorbeeldstad.",)


def test_a_name_gets_a_capital_only_where_a_sentence_begins() -> None:
    names = {"n": "mevrouw De Vries"}
    assert say(Line("start", {"beller": "@n"}), names) == ("Mevrouw De Vries, wat kan ik voor u doen?",)
    line = Line("sorry", {"beller": "@n", "collega": "colleague:ans"})
    assert say(line, names) == ("Het spijt me, mevrouw De Vries. Ans Vos is er niet.",)
    assert say(Line("start", {"beller": "ijsbrand"})) == ("IJsbrand, wat kan ik voor u doen?",)


@pytest.mark.parametrize("names", [{}, {"n": ""}, {"n": " \u202e "}])
def test_without_the_name_the_sentence_without_a_name_is_said(names: dict[str, str]) -> None:
    line = Line("sorry", {"beller": "@n", "collega": "colleague:ans"})
    assert say(line, names) == ("Het spijt me. Ans Vos is er niet.",)


def test_a_sentence_that_cannot_be_filled_is_not_said_and_the_others_are() -> None:
    lines = [Line("message", {"bericht": "@gone"}), Line("no_such_text"), Line("position", {}), Line("plain")]
    assert sentences(POLICY, "nl", lines, {}) == ("Goedemorgen, gemeente Voorbeeldstad.",)


def test_an_appointment_in_words() -> None:
    slots = {"dag": f"day:{AT:.0f}", "van": f"time:{AT:.0f}", "tot": f"time:{AT + 1800:.0f}"}
    line = Line("promise", {**slots, "collega": "colleague:ans", "nummer": "@num"})
    assert say(line, {"num": "+31612345678"}) == (
        "Ans Vos belt u dinsdag 24 november tussen 10.00 en 10.30 uur op 06 12 34 56 78.",
    )


def test_a_number_digit_by_digit() -> None:
    line = Line("position", {"nummer": "digits:@num"})
    assert refs(Prompt((line,))) == ["num"]
    assert say(line, {"num": "+31612345678"}) == ("U bent nummer 0 6, 1 2, 3 4, 5 6, 7 8.",)
    assert say(line) == (), "a number that is gone is not read back"


def test_labels_come_from_the_policy_in_the_language_spoken() -> None:
    slots = {"medewerker": "agent:bart", "onderwerp": "topic:wmo", "afdeling": "department:wmo"}
    assert say(Line("about", {**slots, "loket": "office:sociaal"})) == ("Bart Smit over Wmo, Wmo, sociaal loket.",)
    assert say(Line("about", {"onderwerp": "topic:nowhere"}), language="en") == ()


def test_a_message_cannot_smuggle_control_signs_and_is_cut_off() -> None:
    line = Line("message", {"bericht": "@m"})
    assert say(line, {"m": "Storing\x00 bij\r\n{gemeente}"}) == ("Storing bij {gemeente}",)
    assert len(say(line, {"m": "x" * 5000})[0]) == 200


def test_plain_text_with_a_colon_stays_as_it_is() -> None:
    assert say(Line("message", {"bericht": "Let op: gesloten"})) == ("Let op: gesloten",)


@pytest.mark.parametrize("value", ["day:", "day:tomorrow", "time:1e400", "day:99999999999999"])
def test_a_moment_that_is_none_is_not_spoken(value: str) -> None:
    assert say(Line("message", {"bericht": value})) == ()


def test_moments_are_local_also_when_the_clock_changes() -> None:
    before, after = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC).timestamp() for hour in (0, 1))
    assert [clock(POLICY, at, "nl") for at in (before, after)] == ["2.30", "2.30"]
    assert clock(POLICY, AT, "en") == "10:00"
    assert day(POLICY, AT, "en") == "Tuesday 24 November"
    assert day(POLICY, AT, "pl") == "Tuesday 24 November"
    assert day(POLICY, datetime(2026, 12, 31, 23, 30, tzinfo=UTC).timestamp(), "nl") == "vrijdag 1 januari"
