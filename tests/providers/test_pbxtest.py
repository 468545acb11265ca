"""pbx-test finds nothing in a PBX that keeps the contract, and names what is wrong in one that does not."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from app.call.call import Cause
from app.pbxtest import Phones, run
from app.providers.demo import Answers, Busy, Declines, Silent, Switch, Unreachable
from app.providers.demo.legs import Leg
from app.providers.demo.server import free_port
from app.providers.generic import commands, events
from app.providers.generic.commands import Done, WireCommand
from app.providers.generic.envelope import Envelope
from tests.providers.pbx_side import SECRET

PHONES = Phones(
    "sip:yes@x.example", "sip:silent@x.example", "sip:busy@x.example", "sip:no@x.example", "sip:off@x.example",
    "sip:too@x.example",
)


class Wrong(Switch):
    """Forgets steps, tells the wrong cause, never says that speech is over, and takes commands for dead lines."""

    def carry_out(self, command: WireCommand) -> tuple[int, Done]:
        status, done = super().carry_out(command)
        return (200, Done()) if status in (404, 410) else (status, done)

    def tell(self, kind: type[Envelope], data: Any, leg: Leg) -> None:
        if kind is events.SayFinished:
            return
        if kind is events.InputTimedOut:
            data = events.StepData(leg=leg.id, step=1)
        super().tell(kind, data, leg)

    def end(self, leg: Leg, cause: Cause) -> None:
        super().end(leg, "no_answer" if cause == "declined" else cause)


class Forgetful(Switch):
    """Dials whatever it is told to dial."""

    def carry_out(self, command: WireCommand) -> tuple[int, Done]:
        if isinstance(command, commands.Dial):
            self.legs.pop(command.leg, None)
        return super().carry_out(command)


class ByReference(Switch):
    """Names the caller's leg by its own reference of the call, which the contract allows."""

    def tell(self, kind: type[Envelope], data: Any, leg: Leg) -> None:
        if leg.caller and isinstance(data, events.LegData):
            data = replace(data, leg="", call=leg.address)
        super().tell(kind, data, leg)


async def played(
    kind: type[Switch],
    secret: str = SECRET,
    *,
    call: Callable[[Switch], Any] | None = None,
    phones: Phones = PHONES,
    language: str = "en",
) -> tuple[int, list[str]]:
    """The exit code and the lines of a run against such a switch, ten times as fast as real life."""
    port = free_port()
    told: list[str] = []
    address = f"http://127.0.0.1:{port}/events"
    async with kind.open(address, (secret,), pace=0.1) as (switch, url):
        switch.phone(PHONES.answers, Answers())
        switch.phone(PHONES.answers_too, Answers())
        switch.phone(PHONES.silent, Silent())
        switch.phone(PHONES.busy, Busy())
        switch.phone(PHONES.declines, Declines())
        switch.phone(PHONES.unreachable, Unreachable())
        story = asyncio.create_task(call(switch)) if call else None
        within = 5.0 if call else 0.0
        code = await run(
            url, SECRET, phones, port=port, call_within=within, patience=1.0, language=language, tell=told.append
        )
        if story is not None:
            await story
    return code, told


async def two_calls(switch: Switch) -> None:
    first = switch.caller("+31612345678", "first")
    await first.rings("140123")
    await first.presses("1")
    await first.presses("12")
    await first.is_over(600)
    await switch.caller("+31612345679", "second").rings("140123")


@pytest.mark.parametrize("kind", [Switch, ByReference])
async def test_a_pbx_that_keeps_the_contract_passes(kind: type[Switch]) -> None:
    code, told = await played(kind, call=two_calls)
    assert (code, told[-1]) == (0, "This PBX keeps the contract."), told
    assert any(line.split()[:2] == ["ok", "call"] for line in told)


async def test_what_was_not_tried_is_listed_and_does_not_pass() -> None:
    code, told = await played(Switch, phones=Phones(busy=PHONES.busy))
    assert code == 3
    assert told[-1] == (
        "This PBX keeps the contract, as far as it was tried: not tried were 8: conversation; speech stopped by a next"
        " command; entry with finish and listen; two lines in one room; withdrawal; declined; unreachable;"
        " call (call.offered, commands in the reply, degrade)."
    )
    assert sum(line.strip().startswith("not tried") for line in told) == 8
    code, told = await played(Switch, phones=Phones(busy=PHONES.busy), language="nl")
    assert code == 3
    assert told[-1].startswith("Deze centrale houdt zich aan het contract, voor zover beproefd: niet beproefd 8: ")


async def test_what_deviates_counts_more_than_what_was_not_tried() -> None:
    code, told = await played(Wrong, phones=Phones(declines=PHONES.declines))
    assert code == 1
    assert told[-1].startswith("2 deviation(s). Not tried were 8: conversation; ")


async def test_each_deviation_is_a_sentence() -> None:
    code, told = await played(Wrong)
    text = "\n".join(told)
    assert code == 1
    assert "After say the event say.finished did not come" in text
    assert "names step 1; the command was step 3" in text
    assert "A phone that declined ended with cause no_answer; expected declined." in text
    assert "A command for a line that does not exist did not get 404 or 410 but 200." in text
    assert "A command for a line that is over did not get 404 or 410 but 200." in text


async def test_a_pbx_that_dials_a_leg_again_is_caught() -> None:
    code, told = await played(Forgetful)
    assert code == 1
    assert any("made the phone ring twice" in line for line in told), told


async def test_another_secret_is_named_at_once() -> None:
    code, told = await played(Switch, "whsec_" + "Q2hyb25vbWV0ZXIgbWV0IGVlbiBzbGVjaHQga2FyYWs=")
    assert code == 1
    assert any("not carried out" in line for line in told), told


async def test_a_url_where_nobody_answers_is_said_in_dutch_words_only() -> None:
    told: list[str] = []
    address = f"http://127.0.0.1:{free_port()}/commands"
    assert await run(address, SECRET, PHONES, port=free_port(), patience=0.2, tell=told.append) == 1
    assert any("antwoordt niet" in line for line in told), told
    assert told[0].split() == ["wijkt", "af", "handtekeningen"]
    assert told[-1].startswith("1 afwijking(en). Niet beproefd 9: ")


def test_the_switch_itself_refuses_a_second_dial() -> None:
    async def story() -> list[str]:
        switch = Switch("http://127.0.0.1:9/events", (SECRET,))
        dial = commands.Dial(call="c", leg="c.2", step=1, address="sip:a@x.example")
        switch.pushed(dial)
        switch.pushed(dial)
        await switch.close()
        return list(switch.watch.violations)

    assert asyncio.run(story()) == ["c.2 was dialled twice"]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_deviation_has_its_sentence_in_both_languages(language: str) -> None:
    from app.pbxtest.sentences import SENTENCES, WORDS

    which = 1 if language == "en" else 0
    assert all(pair[which] for pair in (*SENTENCES.values(), *WORDS.values()))
