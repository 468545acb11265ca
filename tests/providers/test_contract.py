"""Every platform passes the same behaviours: the house decides, the platform says it in its own way."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from app.call.call import Choosing, Degraded, Joining, Talking
from app.call.commands import present
from app.call.decision import OfferMade
from app.call.events import AgentLoggedOn
from app.call.legs import InRoom, Leg
from app.engine.orders import order
from app.providers.base import Arrival, Hook, NotAuthentic, NotUnderstood, Reply
from tests.core.house import House
from tests.providers.contract import KCC, Heard, Wire, wire

PLATFORMS = ("generic", "demo", "twilio")
REFERENCE = "CA0123456789abcdef"


class Line:
    """A caller on one platform, and the house that decides about the call."""

    def __init__(self, platform: Wire) -> None:
        self.wire = platform
        self.house = House()
        self.house.handle(AgentLoggedOn("bart"))
        self.call = ""
        self.seen: set[str] = set()
        """The keys that came before."""

    def take(self, hook: Hook) -> tuple[Arrival, Reply]:
        """Read the webhook, decide, answer with the leg's present step: what the door does."""
        provider = self.wire.provider
        (arrival,) = provider.read(hook, self.house.policy)
        again = arrival.key in self.seen
        steps = [] if again else self.house.handle(arrival.event)
        self.seen.add(arrival.key)
        call = self.house.calls.get(getattr(arrival.event, "call", ""))
        changed = {command.leg for step in steps for command in step.decision.commands}
        wanted = {leg.id for leg in call.legs if again or leg.id in changed} if call else set()
        if call is None or arrival.replies != call.id:
            wanted = {arrival.replies}
        legs = [leg for leg in call.legs if leg.id in wanted] if call else []
        orders = [order(call, present(leg), {}, {}, self.house.policy) for leg in legs if call]
        return arrival, provider.reply(hook, call, tuple(orders))

    def hears(self, hook: Hook) -> Heard:
        """The answer to this webhook in neutral words."""
        return self.wire.heard(self.take(hook)[1])

    async def rings(self, dialled: str = "140123") -> Heard:
        """The caller dials the municipality."""
        hook = await self.wire.offered(REFERENCE, dialled, "+31612345678")
        arrival, reply = self.take(hook)
        self.call = arrival.event.call  # type: ignore[union-attr]
        return self.wire.heard(reply)

    async def offered_to_bart(self) -> Leg:
        """The caller chose 1 and Bart's phone is dialled."""
        self.house.ready("bart")
        await self.rings()
        self.take(await self.wire.keys(self.caller.id, self.caller.step, "1"))
        return self.house.calls[self.call].legs[1]

    @property
    def caller(self) -> Leg:
        """The caller's leg as it is now."""
        return self.house.calls[self.call].legs[0]

    @property
    def phase(self) -> object:
        """Where the call is."""
        return self.house.calls[self.call].phase


@pytest.fixture(params=PLATFORMS)
async def line(request: pytest.FixtureRequest) -> AsyncIterator[Line]:
    async with wire(request.param) as platform:
        yield Line(platform)


async def test_an_offered_call_hears_the_welcome_and_the_menu(line: Line) -> None:
    heard = await line.rings()
    assert (heard.does, heard.detail) == ("gather", "<greeting_morning> <menu_main>")
    assert line.caller.id == f"{line.call}.1"


async def test_an_unknown_number_hears_a_sentence_too(line: Line) -> None:
    assert (await line.rings("+31201239999")).does == "say"


async def test_a_key_leads_on(line: Line) -> None:
    await line.rings()
    before = line.caller.step
    heard = line.hears(await line.wire.keys(line.caller.id, before, "1"))
    assert heard.does in ("say", "music")
    assert line.caller.step > before


async def test_the_same_wrong_key_twice_counts_twice_and_a_retry_once(line: Line) -> None:
    await line.rings()
    first = await line.wire.keys(line.caller.id, line.caller.step, "7")
    assert line.hears(first).does == "gather"
    again = line.hears(first)
    assert again.does == "gather"
    assert line.phase == Choosing("main", mistakes=1)
    second = await line.wire.keys(line.caller.id, line.caller.step, "7")
    assert line.hears(second).does in ("say", "music")


async def test_silence_leads_to_a_person(line: Line) -> None:
    await line.rings()
    assert line.hears(await line.wire.silence(line.caller.id, line.caller.step)).does in ("say", "music")
    assert not isinstance(line.phase, Choosing)


async def test_an_old_key_changes_nothing_and_is_answered_with_the_present_step(line: Line) -> None:
    await line.rings()
    old = line.caller.step
    line.take(await line.wire.keys(line.caller.id, old, "7"))
    heard = line.hears(await line.wire.silence(line.caller.id, old))
    assert heard.does == "gather"
    assert line.phase == Choosing("main", mistakes=1)


async def test_a_phone_rings_is_answered_and_both_are_in_one_room(line: Line) -> None:
    leg = await line.offered_to_bart()
    line.take(await line.wire.ringing(leg.id))
    assert line.house.calls[line.call].leg(leg.id).rang_at is not None  # type: ignore[union-attr]
    heard = line.hears((await line.wire.answered(leg.id))[0])
    assert isinstance(line.phase, Joining)
    room = line.phase.room
    assert heard == Heard("join", room)
    for each in (line.caller.id, leg.id):
        line.take(await line.wire.joined(each, room))
    assert isinstance(line.phase, Talking)
    assert line.caller.doing == InRoom(room)


async def test_answered_counts_once_whichever_signal_comes_first(line: Line) -> None:
    leg = await line.offered_to_bart()
    signals = await line.wire.answered(leg.id)
    arrivals = [line.take(signal)[0] for signal in reversed(signals)]
    assert len({(arrival.key, arrival.event) for arrival in arrivals}) == 1
    assert isinstance(line.phase, Joining)


async def test_ringing_that_arrives_after_the_answer_changes_nothing(line: Line) -> None:
    leg = await line.offered_to_bart()
    line.take((await line.wire.answered(leg.id))[0])
    before = line.phase
    line.take(await line.wire.ringing(leg.id))
    assert line.phase == before


async def test_a_repeated_webhook_has_the_same_key_and_the_same_answer(line: Line) -> None:
    hook = await line.wire.offered(REFERENCE, "140123", "+31612345678")
    first, second = line.take(hook), line.take(hook)
    assert first[0].key == second[0].key
    assert first[1].body == second[1].body


@pytest.mark.parametrize("cause", ["busy", "no_answer", "declined", "unreachable"])
async def test_an_unanswered_phone_says_why(line: Line, cause: str) -> None:
    leg = await line.offered_to_bart()
    line.take(await line.wire.ended(leg.id, cause))  # type: ignore[arg-type]
    assert [record.outcome for record in line.house.records if isinstance(record, OfferMade)] == [cause]


async def test_a_voicemail_is_not_an_answer(line: Line) -> None:
    leg = await line.offered_to_bart()
    line.take(await line.wire.machine(leg.id))
    assert line.house.calls[line.call].leg(leg.id).live is False  # type: ignore[union-attr]
    assert not isinstance(line.phase, Joining)
    assert [record.outcome for record in line.house.records if isinstance(record, OfferMade)] == ["voicemail"]


async def at_home(line: Line) -> Leg:
    """Bart's telephone at home was picked up."""
    agents = line.house.policy.agents
    home = replace(agents["bart"], address="tel:+31612300009")
    line.house.policy = replace(line.house.policy, agents=agents | {"bart": home})
    return await line.offered_to_bart()


async def test_who_picks_up_outside_presses_a_key_and_hears_who_calls(line: Line) -> None:
    leg = await at_home(line)
    heard = line.hears((await line.wire.answered(leg.id))[0])
    assert heard == Heard("gather", "<accept_call> <accept_call>")
    heard = line.hears(await line.wire.keys(leg.id, leg.step + 1, "1"))
    assert heard == Heard("say", "<announce_agent>")
    assert line.hears(await line.wire.said(leg.id, leg.step + 2)).does == "join"
    assert isinstance(line.phase, Joining)


async def test_who_presses_nothing_outside_is_a_voicemail(line: Line) -> None:
    leg = await at_home(line)
    line.take((await line.wire.answered(leg.id))[0])
    line.take(await line.wire.silence(leg.id, leg.step + 1))
    assert [record.outcome for record in line.house.records if isinstance(record, OfferMade)] == ["voicemail"]


async def test_a_new_call_may_be_refused_under_overload_and_nothing_else(line: Line) -> None:
    offered, _ = line.take(await line.wire.offered(REFERENCE, "140123", "+31612345678"))
    assert not offered.urgent
    call = line.house.calls[offered.event.call]  # type: ignore[union-attr]
    keys, _ = line.take(await line.wire.keys(call.legs[0].id, call.legs[0].step, "1"))
    assert keys.urgent


async def test_no_event_carries_a_number(line: Line) -> None:
    arrival, _ = line.take(await line.wire.offered(REFERENCE, "140123", "+31612345678"))
    assert "612345678" not in repr(arrival.event)
    assert list(arrival.private.values()) == ["+31612345678"]


def refusal(line: Line, hook: Hook) -> type[Exception] | None:
    """How this webhook is refused, always with a reason; None when it is taken."""
    try:
        line.wire.provider.read(hook, line.house.policy)
    except (NotAuthentic, NotUnderstood) as refused:
        return type(refused) if str(refused) else None
    return None


async def test_what_is_forged_is_refused(line: Line) -> None:
    for how, hook in line.wire.forged().items():
        assert refusal(line, hook) is NotAuthentic, how


async def test_what_is_malformed_is_refused_and_says_what(line: Line) -> None:
    for how, hook in line.wire.malformed().items():
        assert refusal(line, hook) is NotUnderstood, how


async def test_secrets_are_changed_without_a_gap(line: Line) -> None:
    for provider, hook in line.wire.rotated():
        assert provider.read(hook, line.house.policy)


async def test_the_degraded_answer_leads_to_the_kcc_and_wins(line: Line) -> None:
    hook = await line.wire.offered(REFERENCE, "140123", "+31612345678")
    assert line.wire.heard(line.wire.provider.degraded(hook)) == Heard("degrade", KCC)
    arrival, _ = line.take(hook)
    line.call = arrival.event.call  # type: ignore[union-attr]
    line.take(await line.wire.served_degraded(REFERENCE))
    assert isinstance(line.phase, Degraded)
