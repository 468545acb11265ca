"""Commands are the difference between what legs did and do; no rule sends one by hand (decision 0002)."""

import pytest
from msgspec.structs import replace

from app.call.commands import Command, between, named, present
from app.call.legs import Doing, Gather, InRoom, Leaving, Music, Prompt, Ringing, refs
from app.call.moves import change, dials, does, drops, lets_go
from app.call.texts import line
from tests.core.moments import consulting, consulting_speaking
from tests.core.seen import of

CALL = of(consulting_speaking())


@pytest.mark.parametrize(
    ("doing", "name"),
    [(Prompt(()), "Say"), (Gather(()), "Gather"), (Music("ringback"), "Ringback"), (Music("waiting"), "Music"),
     (Music("hold"), "Music"), (InRoom("r"), "Join"), (Ringing("sip:1@pbx"), "Dial")],
)  # fmt: skip
def test_everything_a_leg_does_has_a_command(doing: Doing, name: str) -> None:
    assert named(doing, up=True) == name


def test_a_line_that_is_up_is_hung_up_and_one_that_rings_is_withdrawn() -> None:
    assert (named(Leaving(), up=True), named(Leaving(), up=False)) == ("HangUp", "StopRinging")


def test_no_change_no_command() -> None:
    assert between(CALL, CALL) == between(CALL, None) == between(CALL, replace(CALL, topic="x")) == ()
    assert between(CALL, change(CALL, "c1.1", joined="x")) == ()
    assert between(CALL, drops(CALL, "c1.3")) == ()


def test_who_does_something_else_is_told_so_and_which_room_is_left() -> None:
    after = does(CALL, "c1.2", Music("hold"))
    step = after.legs[1].step
    assert between(CALL, after) == (Command("c1.2", step, "Music", Music("hold"), "c1-r2"),)


def test_the_same_thing_again_is_told_again() -> None:
    assert [c.name for c in between(CALL, does(CALL, "c1.2", InRoom("c1-r2")))] == ["Join"]


def test_a_new_leg_is_dialled_and_the_order_is_that_of_the_legs() -> None:
    call, _ = dials(lets_go(CALL, "c1.3"), "colleague", "ans", Ringing("sip:201@pbx"), 3)
    assert [(c.leg, c.name) for c in between(CALL, call)] == [("c1.3", "HangUp"), ("c1.4", "Dial")]
    assert [c.name for c in between(None, CALL)] == ["Music", "Join", "Join"]


def test_what_a_leg_does_now_can_be_told_again() -> None:
    assert present(CALL.legs[0]) == Command("c1.1", CALL.legs[0].step, "Music", Music("hold"))


@pytest.mark.parametrize(
    ("doing", "needed"),
    [(Prompt((line("announce", beller="@c1.name", onderwerp="topic:wmo"), line("x", nummer="@c1.number"))),
      ["c1.name", "c1.number"]),
     (Gather((line("menu_main"),)), []), (Ringing("sip:1@pbx", "@c1.number"), ["c1.number"]),
     (Ringing("tel:1", "+31201234500"), []), (Music(), []), (None, [])],
)  # fmt: skip
def test_the_names_and_numbers_that_are_needed_to_tell_it(doing: Doing | None, needed: list[str]) -> None:
    assert refs(doing) == needed


def test_a_phone_that_rings_is_withdrawn_not_hung_up() -> None:
    call = of(consulting())
    assert [c.name for c in between(call, lets_go(call, "c1.3"))] == ["StopRinging"]
