"""What the agent records: who the caller is, a promise, and that none is needed (domain §3.3, §3.6, §3.7)."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from app.call import events as e
from app.call.decision import Warned
from app.call.numbers import Given, Kind
from tests.core.acts import MOBILE, WITHHELD, answers, ends, joined, obey, presses, rings
from tests.core.house import House
from tests.core.moments import closing, consulting, talking
from tests.core.seen import codes, of, sent


def pending() -> House:
    """Piet was busy: a callback is pending."""
    centre = consulting()
    ends(centre, "colleague", "busy")
    return centre


def test_what_is_empty_stays_as_it_was() -> None:
    centre = talking()
    centre.handle(e.CallerIdentified("c1", "joke", "c1.name", "p1", Given("c1.asked", "fixed", "NL"), "paspoort", "en"))
    centre.handle(e.CallerIdentified("c1", "joke"))
    call = of(centre)
    assert (call.name, call.person, call.number.ref, call.topic, call.language) == (
        "c1.name", "p1", "c1.asked", "paspoort", "en",
    )  # fmt: skip


def test_what_the_policy_does_not_know_is_not_taken_over() -> None:
    centre = talking()
    centre.handle(e.CallerIdentified("c1", "joke", topic="onzin", language="xx"))
    assert (of(centre).topic, of(centre).language) == ("wmo", "nl")


def test_the_callback_follows_the_person() -> None:
    centre = pending()
    assert codes(centre.handle(e.CallerIdentified("c1", "joke", person="p1"))) == ["caller.identified"]
    assert (centre.callbacks["c1.cb1"].person, of(centre).person) == ("p1", "p1")


def test_a_number_given_later_fills_the_one_that_was_missing() -> None:
    centre = House()
    centre.ready("joke")
    rings(centre, number=WITHHELD)
    presses(centre, "2")
    answers(centre)
    joined(centre)
    centre.handle(e.ConsultAsked("c1", "joke", "els"))
    assert centre.callbacks["c1.cb1"].number == ""
    centre.handle(e.CallerIdentified("c1", "joke", number=Given("c1.asked", "mobile", "NL")))
    assert centre.callbacks["c1.cb1"].number == "c1.asked"


def test_a_number_that_was_checked_is_rung_instead_of_the_one_that_rang() -> None:
    centre = pending()
    assert centre.callbacks["c1.cb1"].number == "c1.number"
    centre.handle(e.CallerIdentified("c1", "joke", number=Given("c1.given.1", "fixed", "NL")))
    assert (centre.callbacks["c1.cb1"].number, centre.callbacks["c1.cb1"].number_kind) == ("c1.given.1", "fixed")
    centre.handle(e.CallerIdentified("c1", "joke", person="p1"))
    assert centre.callbacks["c1.cb1"].number == "c1.given.1"


def test_a_number_agreed_for_the_callback_alone_stays() -> None:
    centre = pending()
    centre.handle(e.CallbackChanged("c1.cb1", "joke", number=Given("c1.cb1.number.1", "mobile", "NL")))
    centre.handle(e.CallerIdentified("c1", "joke", number=Given("c1.given.1", "fixed", "NL")))
    assert (centre.callbacks["c1.cb1"].number, of(centre).number.ref) == ("c1.cb1.number.1", "c1.given.1")


@pytest.mark.parametrize("kind", ["service", "premium", "emergency", "own", "invalid", "withheld", "foreign"])
def test_a_number_that_may_not_be_rung_back_is_refused_and_nothing_changes(kind: Kind) -> None:
    """The same gate as every other way to a number (domain §6); a promise that stands keeps its own."""
    centre = pending()
    centre.handle(e.CallerIdentified("c1", "joke", number=Given("c1.given.1", "mobile", "NL")))
    before = of(centre), centre.callbacks["c1.cb1"]
    for ref in ("", "c1.given.2"):
        refused = centre.handle(e.CallerIdentified("c1", "joke", "c1.name", "p1", Given(ref, kind, "FR")))
        assert codes(refused) == [f"ignored.number_{'none' if kind == 'foreign' and not ref else kind}"]
        assert (of(centre), centre.callbacks["c1.cb1"]) == before


def test_who_is_owed_one_about_this_already_keeps_that_one() -> None:
    centre = pending()
    earlier = replace(centre.callbacks["c1.cb1"], id="c0.cb1", call="c0", person="p1", status="promised")
    centre.callbacks["c0.cb1"] = earlier
    assert codes(centre.handle(e.CallerIdentified("c1", "joke", person="p1"))) == ["caller.owed_already"]
    assert centre.callbacks["c1.cb1"].status == "withdrawn"
    assert (centre.callbacks["c0.cb1"].asked, of(centre).callback) == (2, "c0.cb1")


def test_what_is_closed_is_not_touched_any_more() -> None:
    centre = pending()
    centre.handle(e.CallbackKept("c1.cb1", "piet"))
    centre.handle(e.CallerIdentified("c1", "joke", person="p1"))
    assert centre.callbacks["c1.cb1"].person == ""


@pytest.mark.parametrize(("event", "reason"), [(e.CallerHelped, "helped"), (e.EmailPreferred, "email")])
def test_no_callback_is_needed(event: type, reason: str) -> None:
    centre = pending()
    assert codes(centre.handle(event("c1", "joke"))) == [f"callback.{reason}"]
    assert (centre.callbacks["c1.cb1"].status, centre.callbacks["c1.cb1"].because) == ("withdrawn", reason)
    assert of(centre).callback == ""
    assert codes(centre.handle(event("c1", "joke"))) == ["ignored.no_callback"]


def test_a_callback_that_was_closed_elsewhere_is_not_withdrawn_again() -> None:
    centre = pending()
    centre.handle(e.CallbackWithdrawn("c1.cb1", "joke", "opgelost"))
    assert codes(centre.handle(e.CallerHelped("c1", "joke"))) == ["ignored.no_callback"]


@pytest.mark.parametrize("event", [e.CallerIdentified, e.CallerHelped, e.EmailPreferred])
@pytest.mark.parametrize("agent", ["fatima", "nobody"])
def test_only_the_agent_whose_call_it_is_says_so(event: type, agent: str) -> None:
    assert codes(pending().handle(event("c1", agent))) == ["ignored.not_your_call"]


def test_in_the_wrap_up_it_still_is_the_agent_s_call() -> None:
    centre = pending()
    centre.handle(e.AgentNotReady("fatima", "pauze"))
    ends(centre, "agent", "lost")
    assert codes(centre.handle(e.CallerHelped("c1", "joke"))) == ["callback.helped"]


def hung_up() -> House:
    centre = talking()
    ends(centre, "caller")
    return centre


def degraded() -> House:
    centre = talking()
    centre.handle(e.DegradeServed("c1"))
    return centre


AFTER = {"the goodbye is heard": closing, "the caller hung up": hung_up, "the switch took over": degraded}
"""Moments at which the conversation is over and joke wraps up."""
after = pytest.mark.parametrize("moment", AFTER.values(), ids=AFTER)


@after
def test_what_was_said_before_the_goodbye_is_promised_at_once(moment: Callable[[], House]) -> None:
    centre = moment()
    before = of(centre).phase
    steps = centre.handle(e.CallbackAsked("c1", "joke", department="wmo"))
    assert (codes(steps), sent(steps)) == (["callback.asked"], [])
    promised = centre.callbacks["c1.cb1"]
    assert (promised.status, promised.department, promised.agent) == ("promised", "wmo", "joke")
    assert (promised.number, of(centre).callback, of(centre).phase) == ("c1.number", "c1.cb1", before)


@after
@pytest.mark.parametrize(("number", "kinds"), [(WITHHELD, ["callback_no_number"]), (MOBILE, [])])
def test_a_promise_after_the_goodbye_that_nobody_can_dial_warns_once(
    moment: Callable[[], House], number: Given, kinds: list[str]
) -> None:
    centre = moment()
    centre.calls["c1"] = replace(of(centre), number=number)
    for _ in range(2):
        centre.handle(e.CallbackAsked("c1", "joke"))
    obey(centre)
    warned = [record for record in centre.records if isinstance(record, Warned)]
    assert [(record.kind, record.subject) for record in warned] == [(kind, "c1.cb1") for kind in kinds]


@after
def test_who_it_was_and_that_nothing_is_owed_can_be_recorded_after_the_goodbye(moment: Callable[[], House]) -> None:
    centre = moment()
    centre.handle(e.CallbackAsked("c1", "joke", department="wmo"))
    assert codes(centre.handle(e.CallerIdentified("c1", "joke", person="p1"))) == ["caller.identified"]
    assert centre.callbacks["c1.cb1"].person == "p1"
    assert codes(centre.handle(e.EmailPreferred("c1", "joke"))) == ["callback.email"]
    assert centre.callbacks["c1.cb1"].status == "withdrawn"


def test_the_agent_may_record_it_as_long_as_the_registration_is_owed() -> None:
    centre = hung_up()
    centre.wait(120)
    assert (centre.agents["joke"].state, centre.agents["joke"].owes) == ("ready", ("c1",))
    assert codes(centre.handle(e.CallbackAsked("c1", "joke"))) == ["callback.asked"]
    centre.handle(e.RegistrationDone("c1", "joke", (e.Question("wmo", direct=False),)))
    for event in (e.CallbackAsked, e.CallerHelped, e.EmailPreferred, e.CallerIdentified):
        assert codes(centre.handle(event("c1", "joke"))) == ["ignored.not_your_call"]
    assert centre.callbacks["c1.cb1"].status == "promised"


def test_a_call_that_goes_on_with_others_is_not_the_agent_s_any_more() -> None:
    centre = talking()
    ends(centre, "agent", "lost")
    centre.wait(120)
    assert centre.agents["joke"].owes == ("c1",)
    for event in (e.CallbackAsked, e.CallerHelped):
        assert codes(centre.handle(event("c1", "joke"))) == ["ignored.not_your_call"]


@after
def test_nobody_else_promises_anything(moment: Callable[[], House]) -> None:
    assert codes(moment().handle(e.CallbackAsked("c1", "fatima"))) == ["ignored.not_your_call"]
