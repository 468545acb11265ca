"""pbx-test finds nothing in a PBX that keeps the contract, and names what is wrong in one that does not."""

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace

from app.pbxtest import Phones, run
from app.providers.demo import Switch
from app.providers.demo.legs import Leg
from app.providers.demo.server import free_port
from app.providers.generic import commands, events
from app.providers.generic.envelope import Envelope
from tests.providers.odd_switches import Forgetful, Wrong
from tests.providers.pbx_side import SECRET
from tests.providers.pbx_trial import PHONES, played, two_calls


class ByReference(Switch):
    """Names the caller's leg by its own reference of the call, which the contract allows."""

    def tell(self, kind: type[Envelope], data: Any, leg: Leg) -> None:
        if leg.caller and isinstance(data, events.LegData):
            data = replace(data, leg="", call=leg.address)
        super().tell(kind, data, leg)


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
