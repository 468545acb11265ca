"""The stories in which the models showed what each rule is for (models/, names as in warm.pml), replayed on our rules.

Each is played twice: with the rule it goes well; with the rule removed it must go wrong, or it shows nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from msgspec.structs import replace

from app.call import events as e
from app.call.call import Call, Connected, Consulting
from app.call.decision import Decision
from app.call.legs import InRoom, Leaving, Music
from app.call.moves import dials, disarm, does, enter, lets_go
from app.call.world import World
from app.transfer.failure import failed
from tests.core.acts import answers, ends, heard, joined, phone_rings
from tests.core.house import House
from tests.core.moments import (
    connected,
    connecting,
    consulting,
    consulting_speaking,
    ended,
    recalled,
    ringing_on,
    talking,
)
from tests.core.seen import caller, hears, last, of, outcomes, phase, sent

Remove = Callable[[pytest.MonkeyPatch], None]
STORIES: dict[str, tuple[Callable[[], None], Remove]] = {}


def without(remove: Remove) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """A story, and how its rule is removed."""

    def told(story: Callable[[], None]) -> Callable[[], None]:
        STORIES[story.__name__] = (story, remove)
        return story

    return told


def patched(*changes: tuple[str, Any]) -> Remove:
    """The rule is removed by replacing these."""

    def remove(monkeypatch: pytest.MonkeyPatch) -> None:
        for name, value in changes:
            monkeypatch.setattr(name, value)

    return remove


def nothing(*_: object, **__: object) -> None:
    """What is done when a rule is not there."""


@without(patched(("app.ending.lets_go_of_others", lambda call: call)))
def releaseb() -> None:
    """The agent drops in the consult, caller and colleague are to be joined, the caller is gone already."""
    centre = consulting_speaking()
    ends(centre, "agent", "lost")
    ends(centre, "caller")
    assert not any(leg.live for leg in of(centre).legs), "the colleague stays alone on a live line"


def at_once(call: Call, phase: Consulting, agent_leg: str, world: World) -> Decision:
    """Connects and lets the agent go without asking the switch."""
    from app.agents.presence import done
    from app.call.because import why

    call = lets_go(does(does(call, "c1.1", InRoom("r")), "c1.3", InRoom("r")), "c1.2")
    call = enter(call, Connected("joke", "piet", "c1.3", "r", stable=True))
    return Decision(why("connect", agent="joke", colleague="piet"), call, agents=done("joke", call, world)[0])


@without(patched(("app.transfer.consult._complete", at_once)))
def confirm() -> None:
    """The agent connects while the colleague has just hung up."""
    centre = consulting_speaking()
    centre.handle(e.CompleteAsked("c1", "joke"))
    ends(centre, "colleague")
    assert (phase(centre), last(centre, "agent").live) == ("Talking", True), "the agent was let go too soon"
    assert ("to piet", "failed") in outcomes(centre)
    assert len(centre.callbacks) == 1


def forgetful(decide: Callable[..., Decision]) -> Callable[..., Decision]:
    """A failure that waits for somebody's click before anything is owed."""

    def forgets(call: Call, *more: Any) -> Decision:
        decision = decide(call, *more)
        assert decision.call is not None
        return replace(decision, call=replace(decision.call, callback=""), callbacks=(), diaries=())

    return forgets


def remove_autocb(monkeypatch: pytest.MonkeyPatch) -> None:
    from app.transfer import phone

    monkeypatch.setattr(phone, "failed", forgetful(failed))


@without(remove_autocb)
def autocb() -> None:
    """The colleague declines; the agent's line drops before the click; the caller does not wait any longer."""
    centre = consulting()
    ends(centre, "colleague", "declined")
    ends(centre, "agent", "lost")
    ends(centre, "caller")
    assert [c.status for c in centre.callbacks.values()] == ["promised"], "the question is lost"


def remove_callerdrop(monkeypatch: pytest.MonkeyPatch) -> None:
    from app import ending

    cut_short = ending._cut_short
    monkeypatch.setattr(ending, "_cut_short", lambda *a, **k: replace(cut_short(*a, **k), transfer=None))


@without(remove_callerdrop)
def callerdrop() -> None:
    """The caller hangs up on hold while the colleague's phone rings."""
    centre = consulting()
    ends(centre, "caller")
    assert [c.status for c in centre.callbacks.values()] == ["promised"], "nothing remains of the question"


@without(patched(("app.transfer.consult._agent_gone", nothing)))
def agentdrop() -> None:
    """The agent is gone while the colleague's phone rings."""
    centre = consulting()
    ends(centre, "agent", "lost")
    centre.wait(14)
    assert hears(caller(centre)) == ["recall"], "the caller is on hold for ever"


@without(patched(("app.transfer.ringing_on.announce", lambda call, *_: lets_go(call, "c1.3"))))
def ringon() -> None:
    """The agent is gone, and the colleague answers at the second ring."""
    centre = ringing_on()
    centre.wait(6)
    answers(centre, "colleague")
    for role in ("caller", "colleague"):
        heard(centre, role)
    joined(centre)
    assert phase(centre) == "Connected"


@without(patched(("app.transfer.connecting.recall", nothing)))
def earlyhup() -> None:
    """The colleague leaves within five seconds of being connected."""
    centre = connected()
    centre.wait(4)
    ends(centre, "colleague")
    assert hears(caller(centre)) == ["connected_left"], "the caller stands alone in a room"
    assert ("to piet", "answered") not in outcomes(centre)


def transferred_after_a_failure() -> House:
    """Piet was busy, Ans is spoken with."""
    centre = consulting()
    ends(centre, "colleague", "busy")
    centre.handle(e.ConsultAsked("c1", "joke", "ans"))
    answers(centre, "colleague")
    heard(centre, "colleague")
    joined(centre)
    centre.handle(e.CompleteAsked("c1", "joke"))
    joined(centre)
    return centre


@without(patched(("app.transfer.connecting.withdraw", lambda owed, *_: (owed, ()))))
def withdraw() -> None:
    """The first colleague fails, a callback is there, the second transfer succeeds."""
    centre = transferred_after_a_failure()
    centre.wait(5)
    ends(centre, "caller")
    assert [c.status for c in centre.callbacks.values()] == ["withdrawn"], "the resident is called back needlessly"


@without(patched(("app.callbacks.absence.owed_about", nothing)))
def onecb() -> None:
    """The agent's click and the automatic callback both happen."""
    centre = consulting()
    ends(centre, "colleague", "busy")
    centre.handle(e.CallbackAsked("c1", "joke", colleague="piet"))
    ends(centre, "caller")
    assert len([c for c in centre.callbacks.values() if c.open]) == 1, "the resident is called back twice"


def any_timer(call: Call, event: e.TimerFired, world: World) -> Decision:
    """A timer that counts whatever attempt it belongs to."""
    from app.decide import _rule

    return _rule(disarm(call, event.name), event, None, world)


@without(patched(("app.decide._timer", any_timer)))
def timer() -> None:
    """The ring clock of the first attempt fires during the second."""
    centre = consulting()
    stale = next(event for armed, event in centre.timers() if armed.name == "rings")
    ends(centre, "colleague", "busy")
    centre.handle(e.ConsultAsked("c1", "joke", "ans"))
    phone_rings(centre, "colleague")
    centre.handle(stale)
    assert last(centre, "colleague").live, "the stale timer ended the second attempt"


def hang_up_who_answers(call: Call, event: e.Event, leg: Any) -> Call | None:
    """A clean-up of late answers that does not look at the leg."""
    return lets_go(call, leg.id) if isinstance(event, e.LegAnswered) else None


@without(patched(("app.decide.passed", lambda *_: ""), ("app.decide.repaired", hang_up_who_answers)))
def dupans() -> None:
    """The colleague's answer is reported twice."""
    centre = connected()
    answers(centre, "colleague")
    assert last(centre, "colleague").live, "the live colleague was hung up"


@without(patched(("app.decide.repaired", nothing)))
def lateans() -> None:
    """A colleague who was given up answers all the same."""
    centre = recalled()
    assert isinstance(last(centre, "colleague").doing, Leaving)
    assert sent(centre.handle(e.LegAnswered("c1", "c1.3"))) == ["HangUp c1.3"], "the colleague hears silence"


@without(patched(("app.transfer.connecting._apart", nothing)))
def brfail() -> None:
    """The switch cannot bring caller and colleague together, and says nothing."""
    centre = connecting()
    centre.wait(6)
    assert (hears(caller(centre)), phase(centre)) == (["hold"], "Consulting"), "the caller is in an empty room"


def remove_cmdid(monkeypatch: pytest.MonkeyPatch) -> None:
    from app.transfer import phone

    number = count(100)

    def by_chance(call: Call, *more: Any, **named: Any) -> tuple[Call, str]:
        return dials(replace(call, made=next(number)), *more, **named)

    monkeypatch.setattr(phone, "dials", by_chance)


@without(remove_cmdid)
def cmdid() -> None:
    """A crash comes between sending and noting it, and the same event is decided again."""
    one, other = talking(), talking()
    asked = e.ConsultAsked("c1", "joke", "piet")
    assert sent(one.handle(asked)) == sent(other.handle(asked)), "the colleague is rung twice"


@without(patched(("app.transfer.leaving.line_lost", nothing)))
def recon() -> None:
    """The agent's hang-up is never reported; asked later, the switch does not know the line."""
    centre = talking()
    ends(centre, "agent", "lost")
    assert hears(caller(centre)) == ["apology_line_lost"], "the caller is in silence and nobody knows"


@without(patched(("app.decide.repaired", nothing)))
def outbox() -> None:
    """The command to hang up is lost in a crash; the sweep finds the line of an ended call."""
    centre = ended()
    assert sent(centre.handle(e.LegSeen("c1", "c1.3", "up", "c1-r2"))) == ["HangUp c1.3"], "a line outlives its call"


def remove_fence(monkeypatch: pytest.MonkeyPatch) -> None:
    def same_room(call: Call, *leg_ids: str) -> tuple[Call, str]:
        for leg_id in leg_ids:
            call = does(call, leg_id, InRoom("c1-room"))
        return call, "c1-room"

    for place in ("ivr.ringing", "transfer.consult", "transfer.failure", "transfer.hold"):
        monkeypatch.setattr(f"app.{place}.meet", same_room)


@without(remove_fence)
def fence() -> None:
    """A sender that stalled replays an old command: no room in which people speak now was ever left for hold."""
    centre = transferred_after_a_failure()
    rooms = [
        c.left for s in centre.steps for c in s.decision.commands if c.leg == "c1.1" and isinstance(c.do, Music)
    ]
    now = caller(centre).doing
    assert isinstance(now, InRoom)
    assert rooms
    assert now.room not in rooms, "two people who talk are put on hold"


@pytest.mark.parametrize("rule", STORIES)
def test_with_its_rule_the_story_ends_well(rule: str) -> None:
    STORIES[rule][0]()


@pytest.mark.parametrize("rule", STORIES)
def test_without_its_rule_the_story_goes_wrong(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    story, remove = STORIES[rule]
    remove(monkeypatch)
    with pytest.raises(AssertionError):
        story()


def test_every_rule_of_the_model_is_told() -> None:
    from pathlib import Path

    model = (Path(__file__).resolve().parents[2] / "models/warm.pml").read_text(encoding="utf-8")
    import re

    rules = {name.lower() for name in re.findall(r"^#define R_(\w+)", model, re.MULTILINE)}
    assert rules <= set(STORIES)
