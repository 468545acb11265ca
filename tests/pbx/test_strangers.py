"""Who is not honest: a phone that sends our call elsewhere, a caller who transfers, a flood of calls."""

from __future__ import annotations

import asyncio

import pytest

from app.call.events import ConsultAsked
from app.providers.demo.server import free_port
from tests.pbx import ports
from tests.pbx.acts import both_back, hear, talking
from tests.pbx.asterisk import CARELESS, HERE
from tests.pbx.phone import Phone, refusing
from tests.pbx.records import TALKED, Record
from tests.pbx.stage import DIRECT, Stage, phones
from tests.pbx.wire import traced

pytestmark = pytest.mark.pbx
ELSEWHERE = ("106@127.0.0.1", "PJSIP/0906123456%40trunk@127.0.0.1", "0906123456@127.0.0.1:TRUNK")
"""Another phone, a paid number through our own trunk, and that number at the trunk's own address."""
PHONES = {"103": "ans", CARELESS: "piet"}
"""As we ship them (`uri_core`), and one of which nobody said what it may; and whose they are."""


@pytest.mark.parametrize("user", PHONES)
@pytest.mark.parametrize("contact", ELSEWHERE)
async def test_a_phone_that_sends_our_call_elsewhere_is_not_followed(stage: Stage, contact: str, user: str) -> None:
    """As shipped, nothing leaves. Else Asterisk tries it, and is stopped at once: nothing rings on."""
    moved = f"302 Moved Temporarily\nContact: <sip:{contact.replace('TRUNK', str(ports.trunk()))}>"
    async with (
        traced(stage.pbx) as trace, refusing(stage.pbx.sip, user, moved),
        Phone(stage.pbx.sip, "mobile", number="0906123456", port=ports.trunk()) as paid,
        phones(stage, "101", "106", "caller") as (bart, friend, caller),
    ):  # fmt: skip
        call = await talking(stage, caller, bart)
        await stage.clicks(ConsultAsked(call, "bart", PHONES[user]))
        await both_back(stage, caller, bart, "unreachable")
        assert not friend.busy
        assert not paid.busy
        assert await stage.pbx.get("/bridges")
        assert len(await stage.pbx.get("/channels")) == 2
        await caller.hangs_up()
        await bart.over()
        who = PHONES[user]
        await stage.ends(Record(f"bart answered, {who} unreachable", f"{who} unreachable", f"{who} promised", "bart"))
    for port in (ports.trunk(), friend.port):
        sent = [message.split(" ", 1)[0] for message in trace.sent(port) if "SIP/2.0" in message.splitlines()[0]]
        assert sent.count("CANCEL") >= min(1, sent.count("INVITE")), sent
        assert user == CARELESS or "INVITE" not in sent


async def flood(stage: Stage, caller: str) -> asyncio.subprocess.Process:
    """Four calls at once from one number, each for four seconds."""
    text = (HERE / "sipp" / "caller.xml").read_text().replace("0612345678@", f"{caller}@")
    (file := stage.pbx.folder / f"{caller}.xml").write_text(text)
    silence = asyncio.subprocess.DEVNULL
    return await asyncio.create_subprocess_exec(
        "sipp", stage.pbx.sip, "-sf", str(file), "-s", DIRECT, "-i", "127.0.0.1", "-p", str(free_port()), "-m", "4",
        "-l", "4", "-r", "10", "-d", "4000", "-nostdin", "-timeout", "20s", cwd=stage.pbx.folder, stdin=silence,
        stdout=silence, stderr=silence,
    )  # fmt: skip


async def test_who_floods_us_from_one_number_leaves_room_for_others(stage: Stage) -> None:
    """The third at the same time hears that it is busy, and reaches neither us nor the front office."""
    await stage.pbx.cli("dialplan set global CALLS_OF_ONE 2")
    try:
        flooding = await flood(stage, "0201111111")
        while len(await stage.calls()) < 2:
            await asyncio.sleep(0.05)
        others = await flood(stage, "anonymous")
        assert await flooding.wait() == 1, "two of them did not get through"
        assert await others.wait() == 0
        kinds = [call.number.kind for call in await stage.calls()]
        assert (kinds.count("fixed"), len(kinds)) == (2, 6)
        again = await flood(stage, "0201111111")
        await again.wait()
        await stage.ends(Record(phases=" ".join(["Ended"] * 8)))
    finally:
        await stage.pbx.cli("dialplan set global CALLS_OF_ONE 20")


@pytest.mark.parametrize("wanted", ["102", "down", "0906123456"])
async def test_a_caller_cannot_transfer_anybody(stage: Stage, wanted: str) -> None:
    async with (
        traced(stage.pbx) as trace, phones(stage, "101", "102", "caller") as (bart, fatima, caller),
    ):  # fmt: skip
        await talking(stage, caller, bart)
        await caller.command("transfer", f"sip:{wanted}@{stage.pbx.sip}")
        assert await hear(caller=caller, bart=bart) == {"caller": {"101"}, "bart": {"caller"}}
        assert len(await stage.calls()) == 1
        await caller.hangs_up()
        await bart.over()
        await stage.ends(TALKED)
    assert [message for message in trace.sent(fatima.port) if message.startswith("INVITE")] == []
    assert [message for message in trace.sent(ports.trunk()) if message.startswith("INVITE")] == []
