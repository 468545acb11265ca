"""Each deviation pbx-test can name is provoked by a switch that deviates so."""

import re
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from msgspec.structs import replace

from app.pbxtest import Phones, run
from app.pbxtest.sentences import SENTENCES
from app.providers.demo import Switch
from app.providers.demo.server import free_port
from tests.providers import odd_switches as odd
from tests.providers.pbx_side import OTHER, SECRET
from tests.providers.pbx_trial import PHONES, played

ONE = Phones(answers=PHONES.answers)
TWO = replace(ONE, answers_too=PHONES.answers_too)
BUSY, NOBODY = Phones(busy=PHONES.busy), Phones()


def pressing(*keys: str) -> Callable[[Switch], Any]:
    """Somebody who rings and presses these keys, one entry after the other; then somebody else rings."""

    async def story(switch: Switch) -> None:
        first = switch.caller("+31612345678", "first")
        await first.rings("140123")
        for each in keys:
            await first.presses(each)
        await first.is_over(600)
        await switch.caller("+31612345679", "second").rings("140123")

    return story


async def nobody(_switch: Switch) -> None:
    """Nobody rings."""


PROVOKED: list[tuple[type[Switch], Phones, Callable[[Switch], Any] | None, set[str]]] = [
    (odd.Trusting, NOBODY, None, {"taken_unsigned", "taken_malformed", "dead_leg"}),
    (odd.Wrong, ONE, None, {"missing", "wrong_step", "dead_leg"}),
    (odd.Wrong, Phones(declines=PHONES.declines), None, {"wrong_cause"}),
    (odd.Forgetful, ONE, None, {"dialled_twice"}),
    (odd.Late, ONE, None, {"wrong_order"}),
    (odd.OtherRooms, ONE, None, {"wrong_room"}),
    (odd.PicksUp, BUSY, None, {"answered_unasked"}),
    (odd.Steps, ONE, None, {"stale_step"}),
    (odd.Looks, ONE, None, {"look"}),
    (odd.EndsTwice, ONE, None, {"ended_twice"}),
    (odd.TellsOnce, Phones(silent=PHONES.silent), None, {"not_sent_again"}),
    (odd.Queues, ONE, None, {"not_stopped"}),
    (odd.Dissolves, TWO, None, {"taken_along"}),
    (odd.Strange, BUSY, None, {"event_not_authentic"}),
    (odd.Unreadable, BUSY, None, {"event_not_understood"}),
    (odd.PlainJson, BUSY, None, {"content_type"}),
    (odd.OtherId, BUSY, None, {"ids_differ"}),
    (odd.Timeless, ONE, None, {"no_time"}),
    (odd.OneId, BUSY, None, {"id_used_twice"}),
    (Switch, NOBODY, nobody, {"no_call"}),
    (odd.Stays, NOBODY, pressing("1", "12"), {"degrade_ignored"}),
    (Switch, NOBODY, pressing("1", "12#"), {"finish_told"}),
    (Switch, NOBODY, pressing("1", "3"), {"wrong_entry"}),
    (Switch, NOBODY, pressing("1"), {"no_entry"}),
]
ELSEWHERE = {"unreachable", "refused"}
"""Not by a switch that answers: by no switch, and by one with another secret."""


def codes(told: Iterable[str]) -> set[str]:
    """The deviations these lines name."""
    patterns = {code: re.sub(r"\\{\w+\\}", ".*", re.escape(pair[1])) for code, pair in SENTENCES.items()}
    said = [line.strip().removeprefix("- ") for line in told if line.strip().startswith("- ")]
    return {code for code, pattern in patterns.items() if any(re.fullmatch(pattern, line) for line in said)}


@pytest.mark.parametrize(
    ("kind", "phones", "call", "expected"), PROVOKED, ids=["+".join(sorted(each[3])) for each in PROVOKED]
)
async def test_a_switch_that_deviates_is_told_so(
    kind: type[Switch], phones: Phones, call: Callable[[Switch], Any] | None, expected: set[str]
) -> None:
    code, told = await played(kind, call=call, phones=phones, pace=0.04, patience=0.45)
    assert code == 1
    assert expected <= codes(told), told


async def test_a_switch_that_does_not_answer_or_refuses_is_told_so() -> None:
    told: list[str] = []
    address = f"http://127.0.0.1:{free_port()}/commands"
    await run(address, SECRET, PHONES, port=free_port(), patience=0.2, language="en", tell=told.append)
    _, refused = await played(Switch, OTHER, phones=ONE, pace=0.04, patience=0.45)
    assert (codes(told), "refused" in codes(refused)) == ({"unreachable"}, True)


def test_every_deviation_is_provoked() -> None:
    assert set().union(*(each[3] for each in PROVOKED)) | ELSEWHERE == set(SENTENCES)
