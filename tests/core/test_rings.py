"""The ring clock: counted from ringing, never from dialling, and never past the fourth (domain §5)."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from app.call import events as e
from app.call.decision import OfferMade
from app.call.policy import Ringing
from app.call.rings import stopped, unanswered
from tests.core.acts import answers, ends, house, joined, phone_rings, presses, rings
from tests.core.house import House
from tests.core.moments import offering
from tests.core.seen import codes, last, of, phase, sent


@pytest.mark.parametrize(("seconds", "ring"), [(-1, 0), (0, 1), (4.9, 1), (5, 2), (10, 3), (14, 3), (15, 4)])
def test_the_number_of_a_ring_at_an_instant(seconds: float, ring: int) -> None:
    assert Ringing().count(seconds) == ring


@pytest.mark.parametrize(("rings_", "seconds"), [(1, 4), (2, 9), (3, 14), (4, 19)])
def test_a_phone_is_withdrawn_before_the_next_ring_would_start(rings_: int, seconds: float) -> None:
    assert Ringing().withdraw(rings_) == seconds


def dialled() -> House:
    """Joke's phone was dialled; nothing was reported yet."""
    centre = house("joke", "fatima")
    rings(centre)
    presses(centre, "2")
    return centre


@pytest.mark.parametrize(
    ("behind", "left"), [(None, 14), (0, 14), (2, 12), (30, 9), (-30, 14)],
    ids=["not said", "now", "two seconds ago", "before it was dialled", "in the future"],
)  # fmt: skip
def test_the_clock_starts_when_ringing_started_between_dialling_and_now(behind: float | None, left: float) -> None:
    centre = dialled()
    centre.wait(5)
    at = None if behind is None else centre.now - timedelta(seconds=behind)
    centre.handle(e.LegRinging("c1", "c1.2", at))
    centre.wait(left - 0.1)
    assert last(centre, "agent").live
    centre.wait(0.1)
    assert not last(centre, "agent").live


def test_a_second_report_of_ringing_does_not_lengthen_it() -> None:
    centre = offering()
    centre.wait(10)
    phone_rings(centre)
    assert [t.name for t in of(centre).timers] == ["rings"]
    centre.wait(4)
    assert not last(centre, "agent").live


def test_ringing_that_is_signalled_after_all_takes_the_place_of_the_estimate() -> None:
    centre = dialled()
    centre.handle(e.LegRinging("c1", "c1.2", centre.now, estimated=True))
    assert [t.name for t in of(centre).timers] == ["rings"], "a network that only says 183 may never say more"
    centre.wait(5)
    phone_rings(centre)
    assert (last(centre, "agent").rang_at, last(centre, "agent").estimated) == (centre.now, False)
    centre.wait(1)
    centre.handle(e.LegRinging("c1", "c1.2", centre.now, estimated=True))
    centre.wait(12.9)
    assert last(centre, "agent").live
    centre.wait(0.1)
    ends(centre, "agent", "cancelled")
    (record,) = [r for r in centre.records if isinstance(r, OfferMade)]
    assert (record.outcome, record.rang, record.rings, record.estimated) == ("no_answer", 14.0, 3, False)


def test_a_later_ring_tells_when_the_first_one_was() -> None:
    centre = dialled()
    centre.handle(e.LegRinging("c1", "c1.2", estimated=True))
    centre.wait(7)
    centre.handle(e.LegRang("c1", "c1.2", 2))
    assert last(centre, "agent").rang_at == centre.now - timedelta(seconds=5)
    centre.wait(9)
    assert not last(centre, "agent").live


def test_each_ring_that_is_reported_is_counted_and_one_too_many_withdraws_at_once() -> None:
    centre = dialled()
    for n in (1, 2, 2, 3):
        centre.handle(e.LegRang("c1", "c1.2", n))
    assert (last(centre, "agent").counted, last(centre, "agent").live) == (3, True)
    centre.handle(e.LegRang("c1", "c1.2", 4))
    assert sent(centre.wait(0)) == ["StopRinging c1.2"]
    ends(centre, "agent", "cancelled")
    record = centre.records[0]
    assert isinstance(record, OfferMade)
    assert (record.rings, record.outcome) == (4, "no_answer")


def test_a_phone_that_is_up_or_being_withdrawn_does_not_start_to_ring() -> None:
    for act in (answers, lambda c: c.wait(14)):
        centre = offering()
        act(centre)
        before = of(centre)
        assert codes(centre.handle(e.LegRang("c1", "c1.2", 4))) == ["ignored.phase"]
        assert of(centre) == before


def test_the_record_says_how_long_it_rang_until_it_was_answered() -> None:
    centre = offering()
    centre.wait(6)
    answers(centre)
    centre.wait(2)
    joined(centre)
    (record,) = centre.records
    assert isinstance(record, OfferMade)
    assert (record.outcome, record.rang, record.rings, record.estimated) == ("answered", 6.0, 2, False)


def test_an_answer_after_the_third_ring_is_recorded_as_it_was() -> None:
    centre = offering()
    centre.wait(15.5)
    answers(centre)
    joined(centre)
    assert [r.rings for r in centre.records if isinstance(r, OfferMade)] == [4]


def test_a_phone_withdrawn_in_time_did_not_ring_while_its_end_was_on_its_way() -> None:
    centre = offering()
    centre.wait(15.9)
    ends(centre, "agent", "cancelled")
    assert [(r.rings, round(r.rang)) for r in centre.records if isinstance(r, OfferMade)] == [(3, 16)]


def test_a_phone_that_was_answered_or_is_gone_was_not_stopped() -> None:
    centre = offering()
    call, ringing = of(centre), centre.policy.ringing
    assert [o.outcome for o in stopped(call, "c1.2", ringing, centre.now)] == ["cancelled"]
    assert [o.outcome for o in stopped(call, "c1.2", ringing, centre.now, "no_answer")] == ["no_answer"]
    assert stopped(call, "c1.9", ringing, centre.now) == ()
    answers(centre)
    assert stopped(of(centre), "c1.2", ringing, centre.now) == ()


def test_without_a_post_dial_clock_ringing_counts_from_now() -> None:
    centre = dialled()
    centre.calls["c1"] = replace(of(centre), timers=())
    centre.handle(e.LegRinging("c1", "c1.2", centre.now - timedelta(seconds=9)))
    assert last(centre, "agent").rang_at == centre.now
    assert phase(centre) == "Offering"


@pytest.mark.parametrize("cause", ["busy", "declined", "no_answer", "voicemail"])
def test_what_a_person_or_a_phone_did_is_not_called_unreachable(cause: str) -> None:
    assert unanswered(cause) == cause  # type: ignore[arg-type]
