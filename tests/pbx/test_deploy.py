"""The shipped configuration on a real Asterisk, as `fill` writes it, with a real provider at the end of the trunk."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import structlog

from app.call.call import Choosing, Ended, Talking
from app.doctor.modules import NEEDED
from app.doctor.phones import CODECS
from app.providers.demo.server import free_port
from tests.kept import kept
from tests.pbx import asterisk
from tests.pbx.acts import answered_in_the_menu, hear_each_other
from tests.pbx.asterisk import LOGIN, SHIPPED
from tests.pbx.deployed import ACCOUNT, NOWHERE, calls, complaints, deployed, lines, provider, shows
from tests.pbx.phone import Phone
from tests.pbx.stage import MENU, house, linked

pytestmark = pytest.mark.pbx


@pytest.fixture(scope="module", autouse=True)
def installed() -> None:
    """Or a skip that says why not."""
    if why := asterisk.missing():
        pytest.skip(why)


@pytest.fixture
def port() -> int:
    """Where Asterisk looks for the house."""
    return free_port()


@pytest.fixture
def service(port: int) -> str:
    """The same as its settings have it."""
    return f"ws://127.0.0.1:{port}"


def certificate(folder: Path) -> dict[str, str]:
    """A certificate of our own making for both sides, for the example with TLS."""
    key, made = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", made,
         "-subj", "/CN=pbx.test", "-addext", "subjectAltName=IP:127.0.0.1,IP:127.0.0.2", "-days", "2"],
        check=True, capture_output=True,
    )  # fmt: skip
    return {
        "SIP_CERTIFICATE": str(made), "SIP_KEY": str(key), "SIP_DOMAIN": "pbx.test", "TRUNK_ADDRESS": "127.0.0.2",
        "CA_FILE": str(made),
    }  # fmt: skip


@pytest.mark.parametrize("trunk", ["registration", "ip", "pbx", "sbc"])
async def test_every_example_of_a_trunk_loads_without_a_complaint(tmp_path: Path, trunk: str) -> None:
    more = certificate(tmp_path) if trunk == "sbc" else {}
    async with deployed(tmp_path / "ours", trunk, NOWHERE, more) as pbx:
        endpoints = await pbx.cli("pjsip show endpoints")
        assert re.findall(r"Endpoint:  (\w+)", endpoints) == ["101", "102", "trunk"]
        assert ("trunk/sip:" in await pbx.cli("pjsip show registrations")) is (trunk == "registration")
        assert ("transport-tls" in await pbx.cli("pjsip show transports")) is (trunk == "sbc")
        plan = await pbx.cli("dialplan show from-trunk")
        assert "Stasis(${WARMLIJN},inbound,${EXTEN})" in plan
        assert "Dial(PJSIP/101&PJSIP/102,25,i" in plan
        assert "warmlijn" in await pbx.cli("ari show apps")
        codecs = await pbx.cli("pjsip show endpoint trunk")
        assert re.search(r"^ allow\s+: \(alaw\|ulaw\|g722\)", codecs, re.MULTILINE), codecs
        ours = ("res_srtp.so", "res_pjsip_outbound_registration.so", "func_dialplan.so")
        for module in (*NEEDED, *CODECS.values(), *ours):
            assert "Running" in await pbx.cli(f"module show like {module}"), module
    # Nobody listens where this example looks for the service: only of that it may complain.
    assert [line for line in complaints(pbx) if "websocket" not in line.lower()] == []


async def test_the_example_of_a_phone_with_tls_loads_once_it_is_no_comment_any_more(tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(SHIPPED, source)
    phones = (source / "phones.conf").read_text()
    example = re.search(r"(?:^; (?:\[phone-safe|transport =|media_encryption).*\n)+", phones, re.MULTILINE)
    assert example
    phones = phones.replace(example[0], example[0].replace("; ", "", 1).replace("\n; ", "\n"))
    phones = "#include transport-tls.conf\n" + phones.replace("[102](phone)", "[102](phone-safe)")
    (source / "phones.conf").write_text(phones)
    async with deployed(tmp_path / "ours", "ip", NOWHERE, certificate(tmp_path), source=source) as pbx:
        shown = await pbx.cli("pjsip show endpoint 102")
        assert re.search(r"media_encryption\s+: sdes", shown), shown
        assert re.search(r"transport\s+: transport-tls", shown)
    assert [line for line in complaints(pbx) if "websocket" not in line.lower()] == []


@pytest.mark.parametrize("trunk", ["registration", "ip"])
async def test_a_citizen_calls_through_the_trunk_and_hears_the_menu(
    tmp_path: Path, database: str, port: int, service: str, trunk: str
) -> None:
    """Logged in with a digest, and known by its address alone; one call in each codec, with session timers."""
    async with lines(tmp_path, service, trunk) as (ours, theirs), house(database, ours, port) as stage:
        await linked(stage)
        await ours.cli("pjsip set logger on")
        async with Phone(ours.sip, "101") as bart, Phone(theirs.sip, "caller", number="0612345678") as caller:
            await bart.registered()
            await stage.ready("bart")
            for nth, (codec, dialled) in enumerate(
                {"alaw": MENU, "ulaw": f"ulaw-{MENU}", "g722": f"g722-{MENU}"}.items(), start=1
            ):
                await caller.dials(dialled)
                await caller.saw("CALL_ESTABLISHED", nth)
                await stage.phase(Choosing)
                formats = await ours.cli("core show channels verbose")
                channel = re.search(r"PJSIP/trunk-\w+", formats)
                assert channel, formats
                assert f"NativeFormats: ({codec})" in await ours.cli(f"core show channel {channel[0]}")
                await caller.spoken_to()
                await caller.presses("1")
                await bart.rings(nth)
                await bart.accepts()
                await stage.phase(Talking)
                await hear_each_other(caller, bart)
                await caller.hangs_up()
                await bart.over(nth)
                await stage.phase(Ended)
                await stage.ready("bart")
            await stage.empty()
        said = ours.log.read_text(errors="replace")
        assert re.search(r"Session-Expires: 90", said)
        assert "P-Asserted-Identity" in said
        assert list((await kept(stage.pool)).values()).count("+31612345678") == 3
    assert [line for line in complaints(ours) if "websocket" not in line.lower()] == []


async def test_who_asks_not_to_be_shown_is_not_shown_though_the_network_tells_the_number(
    tmp_path: Path, database: str, port: int, service: str
) -> None:
    async with lines(tmp_path, service) as (ours, theirs), house(database, ours, port) as stage:
        await linked(stage)
        await ours.cli("pjsip set logger on")
        async with Phone(ours.sip, "101") as bart, Phone(theirs.sip, "caller", number="0612345678") as caller:
            await bart.registered()
            await stage.ready("bart")
            await answered_in_the_menu(stage, caller, bart, f"*31*{MENU}")
            offered = await stage.pool.fetchrow("SELECT data FROM events WHERE type = 'CallOffered'")
            assert "withheld" in str(offered["data"])
            rung = await bart.rings()
            assert "612345678" not in str(rung)
            await caller.hangs_up()
            await bart.over()
            await stage.phase(Ended)
            await stage.empty()
        said = ours.log.read_text(errors="replace")
        assert re.search(r"^P-Asserted-Identity: .*0612345678", said, re.MULTILINE), "the network did not tell it"
        assert not any("612345678" in text for text in (await kept(stage.pool)).values())


@pytest.mark.parametrize("trunk", ["registration", "ip", "pbx"])
async def test_without_the_service_the_front_office_rings_within_two_seconds(tmp_path: Path, trunk: str) -> None:
    async with (
        lines(tmp_path, NOWHERE, trunk) as (ours, theirs),
        Phone(ours.sip, "101") as bart,
        Phone(ours.sip, "102") as fatima,
        Phone(theirs.sip, "caller", number="0612345678") as caller,
    ):
        await asyncio.gather(bart.registered(), fatima.registered())
        began = time.monotonic()
        await caller.dials(MENU)
        rang = [(await phone.rings())["at"] - began for phone in (bart, fatima)]
        assert max(rang) < 2.0
        await fatima.accepts()
        await asyncio.gather(bart.over(), caller.saw("CALL_ESTABLISHED"))
        await hear_each_other(caller, fatima)
        await caller.hangs_up()
        await fatima.over()


async def test_a_provider_that_calls_the_account_tells_the_number_in_the_header_to(
    tmp_path: Path, database: str, port: int, service: str
) -> None:
    async with lines(tmp_path, service) as (ours, theirs), house(database, ours, port) as stage:
        await linked(stage)
        base = ours.folder / "etc/pjsip.conf"
        base.write_text(base.read_text().replace("context = from-trunk ", "context = from-trunk-account ; "))
        await ours.cli("module reload res_pjsip.so")
        assert "from-trunk-account" in await ours.cli("pjsip show endpoint trunk")
        await theirs.stop()  # whose port the caller takes: our Asterisk knows the trunk by it
        for to in (f"<sip:{MENU}@", f'"Gemeente: balie" <sip:{MENU};phone-context=+31@'):
            assert await calls(ours, theirs.sip_port, tmp_path, ACCOUNT, {"To: <sip:[service]@": f"To: {to}"}) == 0
        await stage.phase(Ended)
        await ours.cli("dialplan set global RINGS_ON -1")  # nobody is at the front office
        for to in (f"<sip:{ACCOUNT}@", "<sip:"):
            assert await calls(ours, theirs.sip_port, tmp_path, ACCOUNT, {"To: <sip:[service]@": f"To: {to}"}) == 1
        rows = await stage.pool.fetch("SELECT data FROM events WHERE type = 'CallOffered'")
        assert [MENU in str(row["data"]) for row in rows] == [True, True]


async def test_asterisk_started_before_there_was_any_music_has_it_when_the_service_comes(
    tmp_path: Path, database: str, port: int, service: str
) -> None:
    """As on the first day: the service made its music before Asterisk opened the link."""
    async with deployed(tmp_path / "ours", "ip", service, music=False) as ours:
        assert "warmlijn-hold" not in await ours.cli("moh show classes")
        async with house(database, ours, port) as stage:
            await linked(stage)
            said = await ours.cli("moh show files")
            assert [tune for tune in ("moh/waiting/", "moh/hold/") if tune not in said] == []


async def waiting(logged: Sequence[Mapping[str, Any]], times: int) -> None:
    """So many times an Asterisk was told to stand by."""
    async with asyncio.timeout(10):
        while sum(entry["event"] == "asterisk.another_waits" for entry in logged) < times:
            await asyncio.sleep(0.05)


async def test_a_second_asterisk_stands_by_until_the_first_one_dies(
    tmp_path: Path, database: str, port: int, service: str
) -> None:
    async with deployed(tmp_path / "first", "ip", service) as first, house(database, first, port) as stage:
        await linked(stage)
        with structlog.testing.capture_logs() as logged:
            async with deployed(tmp_path / "second", "ip", service, {"SOUNDS": str(first.sounds)}) as second:
                await waiting(logged, 1)
                assert stage.link.compared
                assert "KCC_ALIVE" not in await second.cli("dialplan show globals")
                await first.kill()
                await shows(lambda: second.cli("dialplan show globals"), "KCC_ALIVE=")
                await first.start()
                await waiting(logged, 2)
                assert "KCC_ALIVE" not in await first.cli("dialplan show globals")
                assert stage.link.compared


async def test_a_call_goes_out_through_the_trunk_with_its_password(tmp_path: Path) -> None:
    async with lines(tmp_path, NOWHERE) as (ours, theirs):
        await theirs.cli("pjsip set logger on")
        asked = {"endpoint": "PJSIP/+31612345678@trunk", "app": "warmlijn"}
        async with aiohttp.ClientSession(headers=LOGIN) as http:
            made = await http.post(f"{ours.ari}/channels", params=asked)
            assert made.status == 200, await made.text()
        await shows(lambda: ours.cli("core show channels"), r"PJSIP/trunk\S+.* Up ")
        said = theirs.log.read_text(errors="replace")
        assert re.search(r"^Authorization: .*INVITE|^INVITE (.|\n)*?^Authorization: Digest", said, re.MULTILINE)
        assert "INVITE sip:+31612345678@" in said


async def test_a_wrong_password_of_the_trunk_is_said_and_tried_again(tmp_path: Path) -> None:
    port = free_port()
    async with (
        provider(tmp_path / "theirs", port),
        deployed(
            tmp_path / "ours", "registration", NOWHERE,
            {"TRUNK_HOST": f"127.0.0.1:{port}", "TRUNK_PASSWORD": "not-this-one"},
        ) as ours,
    ):
        await ours.cli("pjsip send register trunk")
        await shows(lambda: ours.cli("pjsip show registrations"), "Rejected")
    assert any("trunk" in line or ACCOUNT in line for line in complaints(ours))


async def test_an_sbc_calls_over_tls_with_srtp(tmp_path: Path) -> None:
    """What comes over TLS comes from any port: the other side has an address of its own."""
    papers, port, tls, ours_tls = certificate(tmp_path), free_port(), free_port(), free_port()
    safe = "\n".join((
        "[transport-tls]", "type = transport", "protocol = tls", f"bind = 127.0.0.2:{tls}", "method = tlsv1_2",
        f"cert_file = {papers['SIP_CERTIFICATE']}", f"priv_key_file = {papers['SIP_KEY']}",
        f"ca_list_file = {papers['CA_FILE']}", "verify_server = yes",
    ))  # fmt: skip
    async with (
        deployed(
            tmp_path / "ours", "sbc", NOWHERE,
            {"TRUNK_HOST": f"127.0.0.2:{tls}", "SIPS_BIND": f"127.0.0.1:{ours_tls}", **papers},
        ) as ours,
        provider(tmp_path / "theirs", port, f"127.0.0.1:{ours_tls}", safe) as theirs,
        Phone(ours.sip, "101") as bart,
        Phone(theirs.sip, "caller", number="0612345678") as caller,
    ):
        await bart.registered()
        await ours.cli("pjsip set logger on")
        await caller.dials(MENU)
        await bart.rings()
        await bart.accepts()
        await caller.saw("CALL_ESTABLISHED")
        await hear_each_other(caller, bart)
        await caller.hangs_up()
        await bart.over()
        asked = {"endpoint": "PJSIP/+31612345678@trunk", "app": "warmlijn"}
        async with aiohttp.ClientSession(headers=LOGIN) as http:
            await http.post(f"{ours.ari}/channels", params=asked)
        await shows(lambda: ours.cli("core show channels"), r"PJSIP/trunk\S+.* Up ")
    said = ours.log.read_text(errors="replace")
    assert len(re.findall(r"^a=crypto:", said, re.MULTILINE)) >= 4
    assert "RTP/SAVP" in said


async def test_a_phone_of_another_pbx_behind_the_trunk_is_rung(
    tmp_path: Path, database: str, port: int, service: str
) -> None:
    """As behind a Mitel: bart's phone 101 is registered over there, and here only a number at the trunk."""
    async with (
        lines(tmp_path, service, "pbx") as (ours, theirs),
        house(database, ours, port, phones="PJSIP/{user}@trunk") as stage,
    ):
        await linked(stage)
        async with Phone(theirs.sip, "101") as bart, Phone(theirs.sip, "caller", number="0612345678") as caller:
            await bart.registered()
            await stage.ready("bart")
            await answered_in_the_menu(stage, caller, bart, MENU)
            await caller.hangs_up()
            await bart.over()
            await stage.phase(Ended)
            await stage.empty()
