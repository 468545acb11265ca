"""Agents' and colleagues' phones on real SIP: what displays show, mobiles over the trunk, transfer keys and codes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
from msgspec.structs import replace

from app.call.call import Connected, Consulting, Offering, Talking
from app.call.events import CallerIdentified, CompleteAsked, ConsultAsked
from app.call.legs import Gather, Music, Prompt
from app.call.policy import Address, AgentProfile, Keys, Policy, Text
from app.providers.base import Arrival
from tests.pbx import ports
from tests.pbx.acts import both_back, hear, hears_a_sentence, talking, until_agent, until_device
from tests.pbx.asterisk import Pbx
from tests.pbx.network import progressing
from tests.pbx.phone import Phone
from tests.pbx.records import CENTRE, DONE, TALKED, Record
from tests.pbx.stage import CYCLE, DIRECT, MOBILE, Stage, house, hurried, linked, phones
from tests.pbx.wire import Trace, header, traced

pytestmark = pytest.mark.pbx
CITIZEN = "612345678"
"""The end of the caller's number, however it is written."""
LONG = {"nl": "Dit is een zin die zo lang duurt dat wie hem hoort er een hele tijd naar luistert, en dan nog even."}
TOLD = ("transfer_unknown", "transfer_refused", "announce", "announce_agent")
"""What agents and colleagues are told, here all in one long sentence."""


def outdoors() -> Policy:
    """Joke works at home; Mo only has a mobile, and Ans has one besides the phone on her desk."""
    rules = hurried()
    agents = rules.agents | {"joke": AgentProfile("joke", "Joke Bos", f"tel:{MOBILE}", ("kcc",))}
    colleagues = rules.colleagues | {
        "ans": replace(rules.colleagues["ans"], addresses=(Address("sip:103@pbx", 1), Address(f"tel:{MOBILE}", 2))),
    }
    texts = rules.texts | {name: Text(name, LONG) for name in TOLD}
    return replace(rules, agents=agents, colleagues=colleagues, texts=texts, keys=Keys("*7", "*8"))


@pytest_asyncio.fixture
async def outside(pbx: Pbx, database: str, service_port: int) -> AsyncIterator[Stage]:
    """A house whose people have mobiles; afterwards nobody is busy, and nothing is left at the switch."""
    async with house(database, pbx, service_port, given=outdoors()) as made:
        await linked(made)
        yield made
        await made.is_over()


@asynccontextmanager
async def mobile(stage: Stage) -> AsyncIterator[Phone]:
    """A phone at the other end of the trunk."""
    async with Phone(stage.pbx.sip, "mobile", number=MOBILE, port=ports.trunk()) as phone:
        yield phone


def kept_inside(trace: Trace) -> None:
    """Nothing that went through the trunk tells who the citizen is; what it shows is our own number."""
    said = [message for message in trace.sent(ports.trunk()) if "SIP/2.0" in message]
    assert [header(message, "From") for message in said if message.startswith("INVITE")]
    assert all("+31201234500" in header(message, "From") for message in said if message.startswith("INVITE"))
    assert [message for message in said if CITIZEN in message or "Vries" in message or "Bart" in message] == []


async def consulting_mobile(stage: Stage, call: str, pocket: Phone) -> None:
    """Mo's mobile is picked up, and asked for a key."""
    await stage.clicks(ConsultAsked(call, "bart", "mo"))
    await pocket.rings()
    await pocket.accepts()
    await stage.until(lambda c: any(isinstance(leg.doing, Gather) for leg in c.legs))


async def both_speak(caller: Phone, bart: Phone) -> None:
    assert await hear(caller=caller, bart=bart) == {"caller": {"101"}, "bart": {"caller"}}


async def speaking(stage: Stage) -> None:
    await stage.until(lambda c: isinstance(c.phase, Consulting) and c.phase.stage == "speaking")


async def for_good(stage: Stage) -> None:
    """Caller and colleague are connected so long that it counts."""
    await stage.until(lambda c: isinstance(c.phase, Connected) and c.phase.stable)


def unreached(how: str, phones: int = 1) -> Record:
    """Bart consulted a colleague who was not reached on so many phones, and who now owes the caller a call."""
    who, _, _ = how.partition(" ")
    return Record(", ".join(["bart answered"] + [how] * phones), how, f"{who} promised", "bart")


async def named(stage: Stage, call: str, agent: str, name: str) -> None:
    """The agent asks for the caller's name and writes it down."""
    event = CallerIdentified(call, agent, name=f"{call}.name")
    await stage.engine.handle(
        Arrival(centre=CENTRE, key=f"{call}:named", event=event, provider="asterisk", private={f"{call}.name": name})
    )


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("mevrouw De Vries", '"mevrouw De Vries via Bart Smit"'),
        ('Jan "de Boer" <112>', "\"Jan 'de Boer' (112) via Bart Smit\""),
        ("Zoë d'Ñ 🦊", "\"Zoë d'Ñ 🦊 via Bart Smit\""),
        ("Jan\r\nVia: SIP/2.0/UDP evil;x=\\", '"Jan Via: SIP/2.0/UDP evil;x=/ via Bart Smit"'),
        ("x" * 300, f'"{"x" * 60}"'),
    ],
)
async def test_a_colleague_sees_who_calls_and_who_announces(stage: Stage, name: str, shown: str) -> None:
    async with traced(stage.pbx) as trace, phones(stage, "101", "103", "caller") as (bart, ans, caller):
        call = await talking(stage, caller, bart)
        await named(stage, call, "bart", name)
        await stage.clicks(ConsultAsked(call, "bart", "ans"))
        await ans.rings()
        await caller.hangs_up()
        await asyncio.gather(bart.over(), ans.over())
        await stage.ends(Record("bart answered, ans cancelled", "ans cancelled", "ans promised", "bart"))
    invite = next(message for message in trace.sent(ans.port) if message.startswith("INVITE"))
    assert header(invite, "From").startswith(f"{shown} <sip:+31{CITIZEN}@")
    assert header(invite, "Via").count("evil") == 0


async def test_an_anonymous_caller_is_shown_as_such(stage: Stage) -> None:
    async with traced(stage.pbx) as trace, phones(stage, "101", "caller", caller="anonymous") as (bart, caller):
        await talking(stage, caller, bart)
        await caller.hangs_up()
        await bart.over()
        await stage.ends(TALKED)
    invite = next(message for message in trace.sent(bart.port) if message.startswith("INVITE"))
    assert header(invite, "From").startswith('"Anoniem" <sip:anonymous@')


async def test_a_colleague_on_a_mobile_presses_a_key_hears_who_it_is_and_takes_the_caller(outside: Stage) -> None:
    async with (
        traced(outside.pbx) as trace, mobile(outside) as pocket,
        phones(outside, "101", "caller", name="mevrouw De Vries") as (bart, caller),
    ):  # fmt: skip
        call = await talking(outside, caller, bart)
        await consulting_mobile(outside, call, pocket)
        assert await hear(caller=caller, bart=bart) == {"caller": {"music"}, "bart": {"ringback"}}
        await pocket.spoken_to()
        await pocket.presses("1")
        await hears_a_sentence(pocket)
        await speaking(outside)
        heard = await hear(caller=caller, bart=bart, pocket=pocket)
        assert heard == {"caller": {"music"}, "bart": {"mobile"}, "pocket": {"101"}}
        await outside.clicks(CompleteAsked(call, "bart"))
        await bart.over()
        await for_good(outside)
        assert await hear(caller=caller, pocket=pocket) == {"caller": {"mobile"}, "pocket": {"caller"}}
        await caller.hangs_up()
        await pocket.over()
        await outside.ends(Record("bart answered, mo answered", "mo answered", "", "bart"))
    kept_inside(trace)


async def test_a_voicemail_presses_nothing_and_the_caller_is_back_with_the_agent(outside: Stage) -> None:
    async with mobile(outside) as pocket, phones(outside, "101", "caller") as (bart, caller):
        call = await talking(outside, caller, bart)
        await consulting_mobile(outside, call, pocket)
        await pocket.over()
        await both_back(outside, caller, bart, "voicemail")
        await caller.hangs_up()
        await bart.over()
        await outside.ends(unreached("mo voicemail"))


async def test_after_the_desk_phone_the_mobile_rings_each_as_often_as_it_may(outside: Stage) -> None:
    async with mobile(outside) as pocket, phones(outside, "101", "103", "caller") as (bart, ans, caller):
        call = await talking(outside, caller, bart)
        await outside.clicks(ConsultAsked(call, "bart", "ans"))
        desk, second = await ans.rang(), await pocket.rang()
        assert abs(desk - 0.8 * CYCLE) < 0.35, desk
        assert abs(second - 1.8 * CYCLE) < 0.35, second
        await both_back(outside, caller, bart, "no_answer")
        await caller.hangs_up()
        await bart.over()
        await outside.ends(unreached("ans no_answer", phones=2))


async def test_an_agent_at_home_presses_a_key_and_hears_who_calls(outside: Stage) -> None:
    async with (
        traced(outside.pbx) as trace, mobile(outside) as pocket,
        phones(outside, "caller", name="mevrouw De Vries") as (caller,),
    ):  # fmt: skip
        await outside.ready("joke")
        await caller.dials(DIRECT)
        await pocket.rings()
        await pocket.accepts()
        await pocket.spoken_to()
        assert isinstance((await outside.calls())[-1].phase, Offering)
        await pocket.presses("1")
        await hears_a_sentence(pocket)
        await outside.phase(Talking)
        assert await hear(caller=caller, pocket=pocket) == {"caller": {"mobile"}, "pocket": {"caller"}}
        await caller.hangs_up()
        await pocket.over()
        await outside.ends(Record("joke answered", owes="joke"))
    kept_inside(trace)


@pytest.mark.parametrize("wanted", ["0906123456", "112", "999"])
async def test_a_wrong_or_forbidden_number_is_told_and_nothing_is_dialled(outside: Stage, wanted: str) -> None:
    async with traced(outside.pbx) as trace, phones(outside, "101", "caller") as (bart, caller):
        await talking(outside, caller, bart)
        await bart.command("transfer", f"sip:{wanted}@{outside.pbx.sip}")
        call = await outside.until(lambda c: any(isinstance(leg.doing, Prompt) for leg in c.legs))
        assert isinstance(call.phase, Talking)
        meanwhile, _ = await asyncio.gather(hear(caller=caller), hears_a_sentence(bart))
        assert meanwhile == {"caller": {"music"}}
        await outside.until(lambda c: all(leg.joined for leg in c.legs))
        await both_speak(caller, bart)
        assert len((await outside.calls())[-1].legs) == 2
        await caller.hangs_up()
        await bart.parted()
        await outside.ends(TALKED)
    assert [message for message in trace.sent(ports.trunk()) if message.startswith("INVITE")] == []


async def test_codes_on_the_keypad_consult_go_back_and_connect(outside: Stage) -> None:
    async with phones(outside, "101", "103", "caller") as (bart, ans, caller):
        await talking(outside, caller, bart)
        await bart.presses("*7103#")
        await ans.rings()
        assert await hear(caller=caller) == {"caller": {"music"}}
        await ans.over()  # after one ring it is her mobile that rings, and that is taken back
        await bart.presses("*8")
        await outside.phase(Talking)
        await both_speak(caller, bart)
        await bart.presses("*7103#")
        await ans.rings(2)
        await ans.accepts()
        await speaking(outside)
        await bart.presses("*7#")
        await bart.over()
        await for_good(outside)
        assert await hear(caller=caller, ans=ans) == {"caller": {"103"}, "ans": {"caller"}}
        await caller.hangs_up()
        await ans.over(2)
        rung = "bart answered, ans no_answer, ans cancelled, ans answered"
        await outside.ends(Record(rung, "ans cancelled, ans answered", "", "bart"))


async def test_the_transfer_key_pressed_again_connects(stage: Stage) -> None:
    async with phones(stage, "101", "103", "caller") as (bart, ans, caller):
        await talking(stage, caller, bart)
        await bart.command("transfer", f"sip:103@{stage.pbx.sip}")
        await ans.rings()
        await ans.accepts()
        await speaking(stage)
        await bart.command("transfer", f"sip:103@{stage.pbx.sip}")
        await for_good(stage)
        assert await hear(caller=caller, ans=ans) == {"caller": {"103"}, "ans": {"caller"}}
        await caller.hangs_up()
        await asyncio.gather(ans.over(), bart.parted())
        await stage.ends(DONE)


async def test_a_colleague_puts_the_caller_on_hold_with_the_phone_s_own_key_after_the_transfer(stage: Stage) -> None:
    """Of the colleague nothing is recorded any more: with the hold key baresip ends that."""
    async with phones(stage, "101", "103", "caller") as (bart, ans, caller):
        call = await talking(stage, caller, bart)
        await stage.clicks(ConsultAsked(call, "bart", "ans"))
        await ans.rings()
        await ans.accepts()
        await speaking(stage)
        await stage.clicks(CompleteAsked(call, "bart"))
        await bart.over()
        await for_good(stage)
        await ans.command("hold")
        await stage.until(lambda c: isinstance(c.legs[0].doing, Music))
        assert await hear(caller=caller) == {"caller": {"music"}}
        await ans.command("resume")
        await stage.until(lambda c: not isinstance(c.legs[0].doing, Music) and all(leg.joined for leg in c.legs))
        assert await hear(caller=caller) == {"caller": {"103"}}
        await caller.hangs_up()
        await ans.over()
        await stage.ends(DONE)


async def test_the_phone_s_own_attended_transfer_moves_nobody_and_the_caller_is_kept(stage: Stage) -> None:
    async with phones(stage, "101", "103", "caller") as (bart, ans, caller):
        call = await talking(stage, caller, bart)
        await bart.command("hold")
        await stage.until(lambda c: isinstance(c.legs[0].doing, Music))
        await bart.dials("103")
        await ans.rings()
        await ans.accepts()
        await ans.saw("CALL_ESTABLISHED")
        await bart.command("line", "1")
        await bart.command("transfer", f"sip:103@{stage.pbx.sip}?Replaces={await other_line(stage, call)}")
        async with asyncio.timeout(5):
            while not await stage.pool.fetch("SELECT 1 FROM events WHERE type = 'PhoneTransferAsked'"):
                await asyncio.sleep(0.05)
        assert await hear(caller=caller, ans=ans) == {"caller": {"music"}, "ans": {"101"}}
        await ans.hangs_up()
        await bart.command("line", "1")
        await bart.command("resume")
        await stage.until(lambda c: not isinstance(c.legs[0].doing, Music))
        assert await hear(caller=caller) == {"caller": {"101"}}
        await caller.hangs_up()
        await bart.parted()
        await stage.ends(TALKED)


async def other_line(stage: Stage, call: str) -> str:
    """The call that 101 has besides ours, as Replaces names it."""
    lines = [line["id"] for line in await stage.pbx.get("/channels") if str(line["name"]).startswith("PJSIP/101-")]
    (other,) = (line for line in lines if line != f"{call}.2")
    said: list[str] = []
    for what in ("call-id", "local_tag", "remote_tag"):
        answer: Any = await stage.pbx.get(f"/channels/{other}/variable?variable=CHANNEL(pjsip,{what})")
        said.append(answer["value"])
    return "{}%3Bto-tag%3D{}%3Bfrom-tag%3D{}".format(*said)


async def test_an_agent_who_telephones_by_themselves_is_not_rung_until_the_phone_is_free(stage: Stage) -> None:
    async with phones(stage, "101", "102", "106", "caller") as (bart, fatima, friend, caller):
        await stage.ready("bart", "fatima")
        await bart.dials("106")
        await friend.rings()
        await friend.accepts()
        await until_agent(stage, "bart", "not_ready")
        assert (await stage.agent("bart")).reason == "on_the_phone"
        await caller.dials(DIRECT)
        await fatima.rings()
        await bart.hangs_up()
        await friend.over()
        await until_agent(stage, "bart", "ready")
        await caller.hangs_up()
        await fatima.over()
        await stage.ends(Record("fatima cancelled"))


async def test_a_colleague_who_telephones_by_themselves_is_not_rung_and_after_it_is(stage: Stage) -> None:
    async with phones(stage, "101", "103", "106", "caller") as (bart, ans, friend, caller):
        await ans.dials("106")
        await friend.rings()
        await friend.accepts()
        call = await talking(stage, caller, bart)
        await stage.clicks(ConsultAsked(call, "bart", "ans"))
        await both_back(stage, caller, bart, "busy")
        assert ans.count("CALL_INCOMING") == 0
        await ans.hangs_up()
        await friend.over()
        await stage.clicks(ConsultAsked(call, "bart", "ans"))
        await ans.rings()
        await caller.hangs_up()
        await ans.over(2)
        await bart.over()
        rang = "bart answered, ans busy, ans cancelled"
        await stage.ends(Record(rang, "ans busy, ans cancelled", "ans promised", "bart"))


async def test_what_became_of_phones_while_nobody_told_us_is_asked_when_the_link_is_there(
    pbx: Pbx, database: str, service_port: int
) -> None:
    async with Phone(pbx.sip, "101") as bart, Phone(pbx.sip, "106") as friend:
        await asyncio.gather(bart.registered(), friend.registered())
        await bart.dials("106")
        await friend.rings()
        await friend.accepts()
        async with house(database, pbx, service_port) as stage:
            await linked(stage)
            await until_device(stage, "bart", "busy")
            await until_device(stage, "joke", "gone")
            await stage.ready("fatima", "bart")
            assert (await stage.agent("bart")).reason == "on_the_phone"
        await bart.hangs_up()
        await friend.over()
        async with house(database, pbx, called=False) as stage:
            await linked(stage)
            await until_agent(stage, "bart", "ready")
            await stage.ends(Record(phases=""))  # Fatima has no phone, but was the last of her office who was ready


@pytest.mark.parametrize("rings_after", [None, CYCLE])
async def test_183_is_counted_as_an_estimate_until_a_180_says_better(outside: Stage, rings_after: float | None) -> None:
    async with progressing(rings_after), phones(outside, "101", "caller") as (bart, caller):
        call = await talking(outside, caller, bart)
        await outside.clicks(ConsultAsked(call, "bart", "mo"))
        await both_back(outside, caller, bart, "no_answer")
        row = await outside.pool.fetchrow("SELECT rang, estimated FROM offers WHERE party = 'mo'")
        assert row["estimated"] == (rings_after is None)
        assert abs(float(row["rang"]) - 2.8 * CYCLE) < 0.35
        await caller.hangs_up()
        await bart.over()
        await outside.ends(unreached("mo no_answer"))
