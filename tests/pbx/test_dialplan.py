"""The shipped dialplan by itself: who is shown, who rings when the service is away, and what phones may dial."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import aiohttp
import pytest

from app.providers.demo.server import free_port
from tests.pbx import asterisk
from tests.pbx.acts import hear_each_other
from tests.pbx.asterisk import HERE, LOGIN, Pbx
from tests.pbx.deployed import NOWHERE, calls, complaints, deployed, lines, shows
from tests.pbx.phone import Phone
from tests.pbx.stage import MENU

pytestmark = pytest.mark.pbx
OUTGOING = "+31201234567"
CALLER = "sip:0612345678"
ANONYMOUS = {f'"J. de Vries" <{CALLER}@[local_ip]:[local_port]>': "<sip:Anonymous@anonymous.invalid>"}
TOLD = f"P-Asserted-Identity: <{CALLER}@[local_ip]>"
PRIVACY = "Max-Forwards: 70\nContent-Type"


@pytest.fixture(scope="module", autouse=True)
def installed() -> None:
    """Or a skip that says why not."""
    if why := asterisk.missing():
        pytest.skip(why)


def said(privacy: str) -> dict[str, str]:
    """The network tells the number, and what the caller asked of it; "" when they asked nothing."""
    return {PRIVACY: f"{TOLD}\n" + (f"Privacy: {privacy}\n" if privacy else "") + PRIVACY}


async def test_a_number_is_shown_unless_the_caller_asked_that_it_is_not(tmp_path: Path) -> None:
    """Also a number that has parameters behind it, as some networks send them with a caller and with who is called."""
    more = {CALLER: f"{CALLER};cpc=ordinary", "INVITE sip:[service]@": "INVITE sip:[service];npdi@"}
    asked = [
        (said(""), True), (said("None"), True), (more, True), (said("id"), False), (said("user;id"), False),
        (said("header;ID"), False), (said("critical"), False), (said("") | ANONYMOUS, False),
    ]  # fmt: skip
    port = free_port()
    async with (
        deployed(tmp_path / "ours", "ip", NOWHERE, {"TRUNK_HOST": f"127.0.0.1:{port}"}) as ours,
        Phone(ours.sip, "101") as bart,
    ):
        await bart.registered()
        for nth, (changed, shown) in enumerate(asked, start=1):
            calling = asyncio.create_task(calls(ours, port, tmp_path, MENU, changed))
            rung = str(await bart.rings(nth))
            assert ("0612345678@" in rung) is shown, (changed, rung)
            assert shown or "612345678" not in rung, (changed, rung)
            channel = re.search(r"PJSIP/trunk-\w+", await ours.cli("core show channels concise"))
            assert channel
            assert re.search(rf"DNID Digits: {MENU}$", await ours.cli(f"core show channel {channel[0]}"), re.MULTILINE)
            await bart.accepts()
            await bart.over(nth)
            assert await calling == 0
    others = [line for line in complaints(ours) if "websocket" not in line.lower() and "'102'" not in line]
    assert others == []


async def test_when_all_phones_are_busy_they_ring_again_until_it_has_lasted_long_enough(tmp_path: Path) -> None:
    async with (
        lines(tmp_path, NOWHERE, "ip") as (ours, theirs),
        Phone(ours.sip, "101") as bart,
        Phone(ours.sip, "102") as fatima,
        Phone(theirs.sip, "caller", number="0612345678") as caller,
    ):
        await asyncio.gather(bart.registered(), fatima.registered())
        await caller.dials(MENU)
        for phone in (bart, fatima):
            await phone.rings()
            await phone.hangs_up()
        again = (await asyncio.gather(fatima.rings(2), bart.rings(2)))[0]
        assert again["at"] - (await fatima.over())["at"] < 4.0
        assert not caller.calls_over
        await fatima.accepts()
        await caller.saw("CALL_ESTABLISHED")
        await hear_each_other(caller, fatima)
        await fatima.hangs_up()
        await caller.over()
        await asyncio.sleep(3.0)
        assert (bart.count("CALL_INCOMING"), fatima.count("CALL_INCOMING")) == (2, 2), "it was over"
        await ours.cli("dialplan set global RINGS_ON -1")
        await caller.dials(MENU)
        for phone in (bart, fatima):
            await phone.rings(3)
            await phone.hangs_up()
        assert "Busy" in (await caller.over(2, 30.0))["param"]


async def test_whom_a_phone_puts_on_hold_hears_music_without_the_service_too(tmp_path: Path) -> None:
    async with (
        lines(tmp_path, NOWHERE, "ip") as (ours, theirs),
        Phone(ours.sip, "101") as bart,
        Phone(theirs.sip, "caller", number="0612345678") as caller,
    ):
        await bart.registered()
        await caller.dials(MENU)
        await bart.rings()
        await bart.accepts()
        await hear_each_other(caller, bart)
        await bart.command("hold")
        assert set(await caller.hears()) == {"music"}


async def test_a_mobile_of_the_front_office_sees_our_number_and_not_the_callers(tmp_path: Path) -> None:
    desk = {"FRONT_DESK": "PJSIP/101&PJSIP/+31687654321@trunk", "OUTGOING_NUMBER": OUTGOING}
    async with (
        lines(tmp_path, NOWHERE, "ip", **desk) as (ours, theirs),
        Phone(ours.sip, "101") as bart,
        Phone(theirs.sip, "caller", number="0612345678", name="J. de Vries") as caller,
    ):
        await bart.registered()
        await theirs.cli("pjsip set logger on")
        await caller.dials(MENU)
        assert "612345678" in str(await bart.rings())
        await caller.saw("CALL_ESTABLISHED")
        await caller.hangs_up()
        await bart.over()
        invite = await _invite(theirs, "+31687654321")
    assert OUTGOING in invite
    assert "612345678" not in invite
    assert "Vries" not in invite


async def test_phones_may_dial_emergencies_and_ordinary_numbers_and_nothing_that_costs_more(tmp_path: Path) -> None:
    async with lines(tmp_path, NOWHERE, OUTGOING_NUMBER=OUTGOING) as (ours, theirs), Phone(ours.sip, "101") as bart:
        await bart.registered()
        await theirs.cli("pjsip set logger on")
        dialled = {
            "112": "112", "0201234568": "+31201234568", "0612345678": "+31612345678", "+31850123456": "+31850123456",
            "003222345678": "+3222345678",
        }  # fmt: skip
        for nth, (number, arrives) in enumerate(dialled.items(), start=1):
            await bart.dials(number)
            if arrives in ("112", "+31201234568"):
                await bart.saw("CALL_ESTABLISHED", nth)
            invite = await _invite(theirs, arrives)
            assert re.search(rf"^P-Asserted-Identity: .*{re.escape(OUTGOING)}@", invite, re.MULTILINE), invite
            assert "Toestel" not in invite
            await bart.hangs_up()
            await bart.over(nth)
        refused = "09001234567 0906123456 0841234567 0871234567 0676123456 1850 0033123456789 +31900123456 +3184123456"
        for number in refused.split():
            nth += 1
            await bart.dials(number)
            await bart.over(nth)
        assert not re.search(r"^INVITE sip:(?!112@|\+31[268]|\+322)", await _log(theirs), re.MULTILINE)


async def test_a_mobile_that_sends_our_call_on_makes_no_new_caller(tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "moved.xml").write_text(
        (HERE / "sipp" / "agent-refuse.xml").read_text()
        .replace("@STATUS@", f"302 Moved Temporarily\nContact: <sip:{MENU}@127.0.0.1>")
    )  # fmt: skip
    silence = asyncio.subprocess.DEVNULL
    async with (
        deployed(tmp_path / "ours", "ip", NOWHERE, {"TRUNK_HOST": f"127.0.0.1:{port}"}) as ours,
        Phone(ours.sip, "101") as bart,
        aiohttp.ClientSession(headers=LOGIN) as http,
    ):
        await bart.registered()
        mobile = await asyncio.create_subprocess_exec(
            "sipp", "-sf", "moved.xml", "-i", "127.0.0.1", "-p", str(port), "-d", "100", "-nostdin", "-m", "1",
            cwd=tmp_path, stdout=silence, stderr=silence,
        )  # fmt: skip
        try:
            await asyncio.sleep(0.5)
            await http.post(f"{ours.ari}/channels", params={"endpoint": "PJSIP/+31612345678@trunk", "app": "warmlijn"})
            assert await asyncio.wait_for(mobile.wait(), 10) == 0
            with pytest.raises(AssertionError, match="never saw"):
                await bart.rings(seconds=2.0)
        finally:
            if mobile.returncode is None:
                mobile.kill()


async def _log(pbx: Pbx) -> str:
    return pbx.log.read_text(errors="replace")


async def _invite(pbx: Pbx, number: str) -> str:
    """The last INVITE to this number, its headers."""
    told = await shows(lambda: _log(pbx), rf"(?s)\nINVITE sip:{re.escape(number)}@.*?\n\r?\n")
    return str(re.findall(rf"(?s)\nINVITE sip:{re.escape(number)}@.*?\n\r?\n", told)[-1])
