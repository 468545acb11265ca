"""An Asterisk with exactly the shipped files, filled in by the shipped script, and another that plays the provider."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from app.providers.demo.server import free_port
from tests.pbx import ports
from tests.pbx.asterisk import ARI_PASSWORD, EMPTY, HERE, LINK_SECRET, PHONE_SECRET, SHIPPED, Pbx, started
from tests.pbx.unpacked import tunes, unpacked

NOWHERE = "ws://127.0.0.1:9"
TRUNK_PASSWORD, ACCOUNT = "trunk-5b8e1d3a7c9f2046", "g14012"
COMPLAINT = re.compile(r"\] (?:WARNING|ERROR)\[.*")
PROVIDER_PJSIP = """\
[global]
type = global
endpoint_identifier_order = username,ip
[transport-udp]
type = transport
protocol = udp
bind = 127.0.0.1:@PORT@
@SAFE@
[line](!)
type = endpoint
transport = transport-udp
context = from-customer
disallow = all
direct_media = no
send_pai = yes
trust_id_outbound = yes
timers = always
timers_sess_expires = 90
aors = @ACCOUNT@
[@ACCOUNT@](line)
allow = alaw,ulaw,g722
@AUTH@
@MEDIA@
[ulaw](line)
allow = ulaw
[g722](line)
allow = g722
[@ACCOUNT@]
type = auth
auth_type = digest
username = @ACCOUNT@
password = @PASSWORD@
[@ACCOUNT@]
type = aor
max_contacts = 1
@CONTACT@
[0612345678]
type = endpoint
context = from-citizen
disallow = all
allow = alaw
direct_media = no
transport = transport-udp
@CUSTOMER@
[101]
type = endpoint
context = from-citizen
disallow = all
allow = alaw
direct_media = no
transport = transport-udp
auth = 101
aors = 101
[101]
type = auth
auth_type = digest
username = 101
password = @PHONE@
[101]
type = aor
max_contacts = 1
"""
PROVIDER_DIALPLAN = """\
[from-citizen]
exten => _X.,1,Dial(PJSIP/${EXTEN}@@ACCOUNT@)
exten => _ulaw-X.,1,Dial(PJSIP/${EXTEN:5}@ulaw)
exten => _g722-X.,1,Dial(PJSIP/${EXTEN:5}@g722)
exten => _*31*X.,1,Set(CALLERID(num-pres)=prohib)
 same => n,Set(CALLERID(name-pres)=prohib)
 same => n,Dial(PJSIP/${EXTEN:4}@@ACCOUNT@)
exten => account,1,Dial(PJSIP/@ACCOUNT@)
[from-customer]
exten => 101,1,Dial(PJSIP/101)
exten => 112,1,Goto(+112,1)
exten => _+X.,1,Answer()
 same => n,Wait(20)
"""


def fill(folder: Path, source: Path = SHIPPED, /, **words: str) -> subprocess.CompletedProcess[str]:
    """The shipped script, in an environment of its own; `source` when the files are not as they are shipped."""
    return subprocess.run(
        [SHIPPED / "fill", source, folder], env={"PATH": os.environ["PATH"], "SECRETS": str(folder.parent), **words},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@asynccontextmanager
async def deployed(
    folder: Path, trunk: str, service: str, words: Mapping[str, str] | None = None, *, music: bool = True,
    source: Path = SHIPPED,
) -> AsyncIterator[Pbx]:  # fmt: skip
    """An Asterisk as an administrator has it after `fill`, with this example of a trunk; `music` is there already."""
    sip_port, http_port = free_port(), free_port()
    first, last = ports.switch()
    given = {
        "TRUNK": trunk, "SYSTEM_NAME": "warmlijn-pbx", "SIP_BIND": f"127.0.0.1:{sip_port}", "HTTP_PORT": str(http_port),
        "SIPS_BIND": f"127.0.0.1:{free_port()}", "RTP_START": str(first), "RTP_END": str(last), "SERVICE": service,
        "CENTRE": "test", "ARI_PASSWORD": ARI_PASSWORD, "LINK_SECRET": LINK_SECRET, "SOUNDS": str(folder / "sounds"),
        "FRONT_DESK": "PJSIP/101&PJSIP/102", "TRUNK_HOST": "127.0.0.1:5999", "TRUNK_USER": ACCOUNT,
        "TRUNK_PASSWORD": TRUNK_PASSWORD, "PHONE_101_PASSWORD": PHONE_SECRET, "PHONE_102_PASSWORD": PHONE_SECRET,
    }  # fmt: skip
    if music:
        tunes(folder / "sounds")
    done = fill(folder / "etc", source, **given | dict(words or {}))
    assert done.returncode == 0, done.stderr
    pbx = Pbx(folder, folder / "sounds", None, _command(folder), sip_port, http_port, folder / "asterisk.log")
    async with started(pbx):
        yield pbx


@asynccontextmanager
async def provider(folder: Path, port: int, customer: str = "", safe: str = "") -> AsyncIterator[Pbx]:
    """Who sells the trunk: citizens call through it; `customer` is where one is that does not log in.

    With `safe`, the section of a transport with TLS, that customer gets TLS and SRTP.
    """
    http_port = free_port()
    where = customer.partition(":")[0] if safe else customer
    words = {
        "ACCOUNT": ACCOUNT, "PASSWORD": TRUNK_PASSWORD, "PORT": str(port), "PHONE": PHONE_SECRET,
        "AUTH": "" if customer else f"auth = {ACCOUNT}",
        "CONTACT": f"contact = sip:{customer}" + ("\\;transport=tls" if safe else "") if customer else "",
        "CUSTOMER": f"[customer]\ntype = identify\nendpoint = {ACCOUNT}\nmatch = {where}\n" if customer else "",
        "SAFE": safe, "MEDIA": "transport = transport-tls\nmedia_encryption = sdes" if safe else "",
    }  # fmt: skip
    first, last = ports.switch()
    files = {
        "pjsip": PROVIDER_PJSIP, "extensions": PROVIDER_DIALPLAN, "modules": (SHIPPED / "modules.conf").read_text(),
        "http": f"[general]\nenabled = yes\nbindaddr = 127.0.0.1\nbindport = {http_port}\n",
        "ari": f"[general]\nenabled = yes\n[warmlijn]\ntype = user\npassword = {ARI_PASSWORD}\n",
        "rtp": f"[general]\nrtpstart = {first}\nrtpend = {last}\n", "asterisk": "[options]\nsystemname = provider\n",
        "logger": "[logfiles]\nconsole => warning,error\n",
    }  # fmt: skip
    (folder / "etc").mkdir(parents=True)
    for name, text in files.items():
        (folder / "etc" / f"{name}.conf").write_text(re.sub(r"@([A-Z]+)@", lambda word: words[word[1]], text))
    for name in (*EMPTY, "musiconhold", "indications", "websocket_client"):
        (folder / "etc" / f"{name}.conf").write_text("[general]\n")
    made = Pbx(folder, folder, None, _command(folder), port, http_port, folder / "asterisk.log")
    async with started(made):
        yield made


@asynccontextmanager
async def lines(
    folder: Path, service: str, trunk: str = "registration", **words: str
) -> AsyncIterator[tuple[Pbx, Pbx]]:
    """Our Asterisk and the provider's, and the trunk between them is there; `words` are for `fill`."""
    port = free_port()
    async with deployed(folder / "ours", trunk, service, {"TRUNK_HOST": f"127.0.0.1:{port}", **words}) as ours:
        customer = "" if trunk == "registration" else ours.sip
        async with provider(folder / "theirs", port, customer) as theirs:
            if trunk == "registration":
                await ours.cli("pjsip send register trunk")
                await shows(lambda: ours.cli("pjsip show registrations"), r"trunk\s+Registered")
            yield ours, theirs


async def shows(ask: Callable[[], Awaitable[str]], what: str, seconds: float = 10.0) -> str:
    """What is said, as soon as it holds this."""
    end = time.monotonic() + seconds
    while not re.search(what, said := await ask()):
        assert time.monotonic() < end, said[-2000:]
        await asyncio.sleep(0.1)
    return said


async def calls(ours: Pbx, port: int, folder: Path, number: str, changed: Mapping[str, str] | None = None) -> int:
    """A call of sipp, from the trunk's `port`, parts of its messages changed; 0 when it was answered, else 1."""
    text = (HERE / "sipp" / "caller.xml").read_text()
    for old, new in (changed or {}).items():
        assert old in text
        text = text.replace(old, new)
    (folder / "caller.xml").write_text(text)
    silence = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        "sipp", ours.sip, "-sf", "caller.xml", "-s", number, "-i", "127.0.0.1", "-p", str(port), "-m", "1",
        "-d", "1500", "-nostdin", "-timeout", "15s", cwd=folder, stdout=silence, stderr=silence,
    )  # fmt: skip
    return await process.wait()


def complaints(pbx: Pbx) -> list[str]:
    """What it warned of, or called an error."""
    return COMPLAINT.findall(pbx.log.read_text(errors="replace"))


def _command(folder: Path) -> tuple[str, ...]:
    """How the unpacked Asterisk is started; its folders are put in front of the shipped `asterisk.conf`."""
    program = unpacked(folder)
    file = folder / "etc/asterisk.conf"
    places = (HERE / "etc/asterisk.conf").read_text().partition("[options]")[0]
    for word, value in program.words.items():
        places = places.replace(f"@{word}@", value)
    file.write_text(places + file.read_text())
    return program.command
