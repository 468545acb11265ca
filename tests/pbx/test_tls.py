"""Both ways of the link over TLS, with a CA of our own: the right certificate works, all else is refused aloud."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog

from app.providers.demo.server import free_port
from app.settings import Secret
from tests.pbx import asterisk, ports
from tests.pbx.asterisk import Pbx
from tests.pbx.deployed import complaints, deployed
from tests.pbx.phone import Phone
from tests.pbx.stage import MENU, Stage, house, linked

pytestmark = pytest.mark.pbx


@pytest.fixture(scope="module", autouse=True)
def installed() -> None:
    """Or a skip that says why not."""
    if why := asterisk.missing():
        pytest.skip(why)


@dataclass(frozen=True)
class Papers:
    """Certificates of a CA of ours: for this machine and for another name; `stranger` is a CA that signed nothing."""

    ca: Path
    stranger: Path
    right: Path
    elsewhere: Path


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    """Made with openssl; key and certificate in one file."""
    folder = tmp_path_factory.mktemp("papers")

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    for ca in ("ca", "stranger"):
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{ca}.key", "-out", f"{ca}.pem",
                "-subj", f"/CN={ca}", "-days", "2")  # fmt: skip
    for name, host in (("right", "localhost"), ("elsewhere", "elsewhere.example.nl")):
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr",
                "-subj", f"/CN={host}")  # fmt: skip
        (folder / "names").write_text(f"subjectAltName = DNS:{host}\n")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                "-out", f"{name}.crt", "-days", "2", "-extfile", "names")  # fmt: skip
        (folder / f"{name}.pem").write_text((folder / f"{name}.key").read_text() + (folder / f"{name}.crt").read_text())
    return Papers(*(folder / f"{name}.pem" for name in ("ca", "stranger", "right", "elsewhere")))


@asynccontextmanager
async def proxy(certificate: Path, port: int, behind: int) -> AsyncIterator[None]:
    """What stands in front of the service in production: it ends TLS, and passes everything on."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)

    async def passed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while content := await reader.read(65536):
                writer.write(content)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            inner = await asyncio.open_connection("127.0.0.1", behind)
        except OSError:
            writer.close()
            return
        await asyncio.gather(passed(reader, inner[1]), passed(inner[0], writer))

    server = await asyncio.start_server(met, "127.0.0.1", port, ssl=context)
    try:
        yield
    finally:
        server.close()


async def rings_the_front_office(pbx: Pbx) -> None:
    """A caller is not left alone: the dialplan rings."""
    async with (
        Phone(pbx.sip, "101") as bart,
        Phone(pbx.sip, "caller", number="0612345678", port=ports.trunk()) as caller,
    ):
        await bart.registered()
        began = time.monotonic()
        await caller.dials(MENU)
        assert (await bart.rings())["at"] - began < 2.0
        await caller.hangs_up()
        await bart.over()


@asynccontextmanager
async def switch(folder: Path, service: str, words: Mapping[str, str] | None = None) -> AsyncIterator[Pbx]:
    """The shipped configuration; its trunk is the caller's phone itself."""
    trunk = {"TRUNK_HOST": f"127.0.0.1:{ports.trunk()}"}
    async with deployed(folder / "pbx", "ip", service, trunk | dict(words or {})) as pbx:
        yield pbx


@asynccontextmanager
async def called(
    folder: Path, database: str, certificate: Path, ca: Path, **other: Any
) -> AsyncIterator[tuple[Pbx, Stage]]:
    """Asterisk opens `wss://localhost` and trusts `ca`; the proxy shows `certificate`."""
    outside, inside = free_port(), free_port()
    async with (
        switch(folder, f"wss://localhost:{outside}", {"CA_FILE": str(ca)}) as pbx,
        house(database, pbx, inside, **other) as stage,
        proxy(certificate, outside, inside),
    ):
        yield pbx, stage


async def complains(pbx: Pbx, of: str) -> None:
    """It says so in its log, in these words."""
    async with asyncio.timeout(15):
        while not any(of in line for line in complaints(pbx)):
            await asyncio.sleep(0.1)


async def test_asterisk_opens_the_link_over_tls(tmp_path: Path, database: str, papers: Papers) -> None:
    async with called(tmp_path, database, papers.right, papers.ca) as (pbx, stage):
        await linked(stage)
        assert "KCC_ALIVE" in await pbx.cli("dialplan show globals")


@pytest.mark.parametrize("what", ["unknown CA", "other name"])
async def test_asterisk_refuses_a_certificate_and_says_so(
    tmp_path: Path, database: str, papers: Papers, what: str
) -> None:
    certificate = papers.right if what == "unknown CA" else papers.elsewhere
    ca = papers.stranger if what == "unknown CA" else papers.ca
    async with called(tmp_path, database, certificate, ca) as (pbx, stage):
        await complains(pbx, "did not verify" if what == "unknown CA" else "did not match (localhost)")
        assert not stage.link.compared
        await rings_the_front_office(pbx)


async def test_the_service_refuses_a_wrong_password_and_both_say_so(
    tmp_path: Path, database: str, papers: Papers
) -> None:
    wrong = (Secret("another-one-8d2c71f0"),)
    with structlog.testing.capture_logs() as logged:
        async with called(tmp_path, database, papers.right, papers.ca, link_secrets=wrong) as (pbx, stage):
            await complains(pbx, "failed after 20 tries: Invalid response code")
            assert not stage.link.compared
            await rings_the_front_office(pbx)
    assert {"event": "switch.not_authentic", "centre": "test", "times": 1, "log_level": "warning"} in logged


@asynccontextmanager
async def classic(folder: Path, database: str, certificate: Path, **other: Any) -> AsyncIterator[tuple[Pbx, Stage]]:
    """The service connects to `https://localhost`."""
    port = free_port()
    async with switch(folder, "ws://127.0.0.1:9") as pbx:
        with (pbx.folder / "etc/http.conf").open("a") as file:
            file.write(f"tlsenable = yes\ntlsbindaddr = 127.0.0.1:{port}\n")
            file.write(f"tlscertfile = {certificate}\ntlsprivatekey = {certificate}\n")
        await pbx.cli("module reload http")
        await pbx.cli("dialplan set global WARMLIJN classic")
        url = f"https://localhost:{port}/ari"
        async with house(database, pbx, called=False, **({"url": url} | other)) as stage:
            yield pbx, stage


async def test_the_service_connects_over_tls(tmp_path: Path, database: str, papers: Papers) -> None:
    async with classic(tmp_path, database, papers.right, ca=papers.ca) as (pbx, stage):
        await linked(stage)
        assert "classic" in await pbx.cli("ari show apps")


@pytest.mark.parametrize("what", ["unknown CA", "other name", "password"])
async def test_the_service_does_not_connect_to_what_is_not_right_and_says_so_once(
    tmp_path: Path, database: str, papers: Papers, what: str
) -> None:
    other: dict[str, Any] = {"ca": papers.stranger if what == "unknown CA" else papers.ca}
    if what == "password":
        other["password"] = Secret("another-one-8d2c71f0")
    with structlog.testing.capture_logs() as logged:
        certificate = papers.elsewhere if what == "other name" else papers.right
        async with classic(tmp_path, database, certificate, **other) as (pbx, stage):
            await rings_the_front_office(pbx)
            assert not stage.link.compared
    said = [entry["why"] for entry in logged if entry["event"] == "asterisk.not_connected"]
    assert said == [{
        "unknown CA": "its certificate is not trusted: unable to get local issuer certificate",
        "other name": "its certificate is not trusted: Hostname mismatch, certificate is not valid for 'localhost'.",
        "password": "it refuses our name or password",
    }[what]]  # fmt: skip
