"""Put through about one question while another is promised: law I5 tells both mistakes, also when more happens (I5)."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial

import pytest
from msgspec.structs import replace

from app.call import events as e
from app.call.call import Call
from tests.core.acts import answers, ends, heard, joined
from tests.core.house import House
from tests.core.moments import talking
from tests.core.seen import of
from tests.properties.happenings import happen, possible
from tests.properties.laws import Laws
from tests.properties.test_any_order import SEED, hang_up


def if_there(centre: House, role: str, act: Callable[[House, str], object]) -> None:
    """This party does so, when it has a line still."""
    if any(leg.role == role for leg in of(centre).legs):
        act(centre, role)


def anything(centre: House, chance: random.Random) -> None:
    """Something else happens."""
    happen(centre, chance.choice(possible(centre)))


def put_through(colleague: str, topic: str, chance: random.Random | None = None) -> House:
    """A promise about the Wmo was agreed. Then a transfer to the end, with one thing more that happens somewhere."""
    centre = talking()
    laws = Laws(centre)
    centre.handle(e.ConsultAsked("c1", "joke", "els"))
    centre.handle(e.CallbackConfirmed("c1.cb1", "joke"))
    acts: list[Callable[[], object]] = [
        lambda: centre.handle(e.ConsultAsked("c1", "joke", colleague, topic=topic)),
        lambda: if_there(centre, "colleague", answers),
        lambda: if_there(centre, "colleague", heard),
        lambda: joined(centre),
        lambda: centre.handle(e.CompleteAsked("c1", "joke")),
        lambda: joined(centre),
        lambda: centre.wait(5),
        lambda: if_there(centre, "caller", ends),
    ]
    if chance is not None:
        acts.insert(chance.randrange(len(acts)), partial(anything, centre, chance))
    for act in acts:
        act()
    hang_up(centre)
    laws.settled()
    return centre


@pytest.mark.parametrize(("topic", "status"), [("paspoort", "promised"), ("wmo", "withdrawn"), ("", "withdrawn")])
def test_only_what_is_owed_about_the_same_question_is_withdrawn(topic: str, status: str) -> None:
    assert put_through("piet", topic).callbacks["c1.cb1"].status == status


@pytest.mark.parametrize(
    ("topic", "pointer", "law"),
    [("paspoort", "c1.cb1", "another question stands"), ("wmo", "", "called back about the same")],
)
def test_the_law_tells_a_call_that_points_at_the_wrong_promise(
    monkeypatch: pytest.MonkeyPatch, topic: str, pointer: str, law: str
) -> None:
    def wrong(call: Call, world: object, topic: str, *_: object) -> Call:
        return replace(call, topic=topic, callback=pointer)

    monkeypatch.setattr("app.transfer.consult.asks", wrong)
    with pytest.raises(AssertionError, match=law):
        put_through("piet", topic)


@pytest.mark.parametrize("topic", ["paspoort", "wmo"])
def test_it_holds_whatever_else_happens(topic: str) -> None:
    for n in range(60):
        seed = f"{SEED}:{topic}:{n}"
        try:
            put_through("piet", topic, random.Random(seed))
        except AssertionError as broken:
            raise AssertionError(f"SEED={SEED}, story {n} about {topic}: {broken}") from broken
