"""`warmlijn doctor` with a real Asterisk: a healthy one gives no complaint; then one thing at a time is broken."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
import pytest

from app.call.policy import Text
from app.demo.running import account
from app.doctor.findings import WORDS
from app.providers.asterisk.voices import Voices
from tests.core.policies import policy
from tests.pbx.asterisk import ARI_PASSWORD, Pbx
from tests.pbx.phone import Phone
from tests.pbx.records import CENTRE
from tests.pbx.service import Service, behind, started
from tests.policy.small import GOOD
from tests.process import Process
from tests.providers.test_recordings import sound

pytestmark = pytest.mark.pbx


SMALL = GOOD.replace("sip:jo@pbx.example", "sip:101@pbx").replace("sip:an@pbx.example", "sip:102@pbx")
"""Jo answers at 101, An at 102 behind the front office, Bo at a telephone number."""


def surroundings(database: str, folder: Path, port: int, pbx: Pbx, **more: str) -> dict[str, str]:
    """The environment of the service and of the doctor; what is empty in `more` is not set."""
    routing = folder / "routing.yaml"
    if not routing.exists():
        routing.write_text(SMALL, "utf-8")
    plain = {
        "DATABASE_URL": database, "ASTERISK_OUTSIDE": "PJSIP/{number}@trunk",
        "ASTERISK_RECORDINGS": str(folder / "recordings"),
    }  # fmt: skip
    given = behind(pbx, CENTRE, routing, folder / "data", port, **plain | more)
    return {name: value for name, value in given.items() if value}


async def doctor(environment: dict[str, str], pbx: Pbx, language: str = "nl") -> tuple[int, dict[str, dict[str, str]]]:
    """What it says, by code, and how it ends."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "app", "doctor", "--json", "--lang", language, "--console", " ".join(pbx.command),
        env=environment, stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()
    told = json.loads(said)
    assert told["ok"] == all(each["grade"] == "ok" for each in told["findings"])
    return process.returncode or 0, {each["code"]: each for each in told["findings"]}


def complaints(found: dict[str, dict[str, str]]) -> dict[str, str]:
    """Without phones that are not registered: only one test starts them."""
    return {code: each["grade"] for code, each in found.items() if each["grade"] != "ok" and code != "phones_offline"}


async def asks(pbx: Pbx, method: str, path: str, **query: str) -> None:
    """ARI does this."""
    async with httpx.AsyncClient(auth=("warmlijn", ARI_PASSWORD)) as client:
        (await client.request(method, f"{pbx.ari}{path}", params=query)).raise_for_status()


@asynccontextmanager
async def serving(environment: dict[str, str], pbx: Pbx, *, alive: bool = True) -> AsyncIterator[None]:
    """The service, as soon as Asterisk knows that it lives; the sign of an earlier one is wiped out."""
    await asks(pbx, "POST", "/asterisk/variable", variable="KCC_ALIVE", value="1")
    folder = Path(environment["WARMLIJN_DATA_DIR"]).parent
    async with started(Service(environment, folder, pbx) if alive else Process(environment, folder)):
        yield


@pytest.fixture
async def function(pbx: Pbx) -> AsyncIterator[None]:
    """Asterisk can be asked what stands in the dialplan."""
    await asks(pbx, "POST", "/asterisk/modules/func_dialplan.so")
    yield
    await asks(pbx, "DELETE", "/asterisk/modules/func_dialplan.so")


async def test_a_healthy_installation_gives_no_complaint(
    database: str, tmp_path: Path, service_port: int, pbx: Pbx, function: None
) -> None:
    environment = surroundings(database, tmp_path, service_port, pbx)
    async with serving(environment, pbx), AsyncExitStack() as stack:
        phones = [await stack.enter_async_context(Phone(pbx.sip, user)) for user in ("101", "102")]
        await asyncio.gather(*(phone.registered() for phone in phones))
        await within(environment, await account(environment, "ada", "admin"), "sentences_ok")
        code, found = await doctor(environment, pbx)
        assert (code, {name: each["grade"] for name, each in found.items() if each["grade"] != "ok"}) == (0, {})
        assert {"link_up", "sign_ok", "fallback_ok", "sounds_ok", "phones_ok", "music_ok", "codecs_ok"} <= found.keys()
        _, english = await doctor(environment, pbx, "en")
        assert english.keys() == found.keys()
        assert english["link_up"]["sentence"] .startswith("Asterisk is connected with the service (process ")
        assert await pbx.get("/channels") == await pbx.get("/bridges") == []
        assert list(pbx.sounds.glob("once/trial-*")) == []


async def within(environment: dict[str, str], token: str, *codes: str) -> None:
    """The service, asked by an administrator, says all of these before long."""
    url = f"http://127.0.0.1:{environment['WARMLIJN_PORT']}/api/v1/doctor"
    found: set[str] = set()
    try:
        async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as client, asyncio.timeout(60):
            while not found >= set(codes):
                await asyncio.sleep(0.3)
                found = {item["code"] for item in (await client.get(url, timeout=30)).json()["items"]}
    except TimeoutError:
        raise AssertionError(f"{codes} not among {sorted(found)}") from None


async def test_asterisk_comes_with_another_password(
    database: str, tmp_path: Path, service_port: int, pbx: Pbx
) -> None:
    environment = surroundings(database, tmp_path, service_port, pbx, ASTERISK_LINK_SECRET="another-7e1b9d3f5a20c864")
    async with serving(environment, pbx, alive=False):
        await within(environment, await account(environment, "ada", "admin"), "link_refused")
        code, found = await doctor(environment, pbx)
        assert code == 1
        assert complaints(found) == {"link_refused": "wrong"}
        assert "sign_ok" not in found


async def test_asterisk_offers_another_application(
    database: str, tmp_path: Path, service_port: int, pbx: Pbx
) -> None:
    environment = surroundings(database, tmp_path, service_port, pbx, ASTERISK_APP="another")
    async with serving(environment, pbx, alive=False):
        await within(environment, await account(environment, "ada", "admin"), "link_useless")


async def test_we_come_with_another_password(database: str, tmp_path: Path, service_port: int, pbx: Pbx) -> None:
    environment = surroundings(
        database, tmp_path, service_port, pbx, ASTERISK_LINK_SECRET="", ASTERISK_URL=pbx.ari, ASTERISK_APP="classic",
        ASTERISK_PASSWORD="another-7e1b9d3f5a20c864",
    )
    async with serving(environment, pbx, alive=False):
        code, found = await doctor(environment, pbx)
        assert (code, complaints(found)["ari_password"]) == (1, "wrong")
        right = {**environment, "ASTERISK_PASSWORD": ARI_PASSWORD}
    code, found = await doctor(right, pbx)
    assert code == 1
    assert {"service_down": "wrong", "sign_old": "wrong"}.items() <= complaints(found).items()
    assert {"version_ok", "modules_ok", "phones_offline"} <= found.keys()
    assert "ari_password" not in found
    elsewhere = {**right, "ASTERISK_URL": "http://127.0.0.1:9/ari"}
    assert complaints((await doctor(elsewhere, pbx))[1])["ari_unreachable"] == "wrong"


async def test_one_thing_after_another_is_broken_at_the_switch(
    database: str, tmp_path: Path, service_port: int, pbx: Pbx, function: None
) -> None:
    environment = surroundings(database, tmp_path, service_port, pbx)
    async with serving(environment, pbx):
        await within(environment, await account(environment, "ada", "admin"), "sentences_ok")
        assert complaints((await doctor(environment, pbx))[1]) == {}
        async with without("chan_bridge_media.so", pbx):
            code, found = await doctor(environment, pbx)
            assert (code, complaints(found)) == (1, {"module_missing": "wrong", "sounds_unread": "wrong"})
            assert "chan_bridge_media.so is niet geladen" in found["module_missing"]["sentence"]
        async with without("func_dialplan.so", pbx):
            code, found = await doctor(environment, pbx)
            assert (code, complaints(found)) == (0, {"fallback_unseen": "unseen"})
        empty = pbx.sounds / "moh/hold"
        kept = {path.name: path.read_bytes() for path in empty.iterdir()}
        for name in kept:
            (empty / name).unlink()
        assert complaints((await doctor(environment, pbx))[1]) == {"music_empty": "wrong"}
        for name, content in kept.items():
            (empty / name).write_bytes(content)
        bare = await asyncio.to_thread((pbx.folder / "etc/musiconhold.conf").read_text)
        (pbx.folder / "etc/musiconhold.conf").write_text(bare.replace("[warmlijn-hold]", "[other]"))
        await pbx.cli("moh reload")
        assert complaints((await doctor(environment, pbx))[1]) == {"music_class": "wrong"}
        (pbx.folder / "etc/musiconhold.conf").write_text(bare)
        await pbx.cli("moh reload")
        assert complaints((await doctor(environment, pbx))[1]) == {}


@pytest.mark.parametrize(
    ("spoiled", "settings", "told"),
    [
        (("sip:101@pbx", "sip:199@pbx"), {}, {"phone_absent": "wrong", "sends_on": None}),
        (("sip:101@pbx", "sip:104@pbx"), {}, {"sends_on": "wrong"}),
        ((), {"ASTERISK_OUTSIDE": ""}, {"outside_unset": "wrong"}),
        ((), {"ASTERISK_OUTSIDE": "PJSIP/{number}@trunc"}, {"trunk_absent": "wrong", "fallback_absent": None}),
        ((), {"ASTERISK_SOUNDS_SEEN": "/srv/nowhere"}, {"sounds_unread": "wrong"}),
        ((), {"ASTERISK_FALLBACK": "gone"}, {"fallback_absent": "wrong"}),
        ((), {"ASTERISK_MUSIC_HOLD": "panpipes"}, {"music_class": "wrong"}),
        ((), {"PATH": "/srv/nowhere"}, {"voice_missing": "wrong", "sign_old": "wrong"}),
    ],
)
async def test_the_settings_and_the_switch_do_not_fit(
    database: str, tmp_path: Path, service_port: int, pbx: Pbx, function: None, spoiled: tuple[str, str] | tuple[()],
    settings: dict[str, str], told: dict[str, str | None],
) -> None:
    environment = surroundings(database, tmp_path, service_port, pbx, **settings)
    routing = tmp_path / "routing.yaml"
    routing.write_text(SMALL.replace(*spoiled) if spoiled else SMALL, "utf-8")
    async with serving(environment, pbx, alive="PATH" not in settings):
        if "PATH" in settings:
            await within(environment, await account(environment, "ada", "admin"), "link_up")
        code, found = await doctor(environment, pbx)
        assert code == 1
        grades = complaints(found)
        assert {name: grades.get(name) for name in told} == told


@asynccontextmanager
async def without(module: str, pbx: Pbx) -> AsyncIterator[None]:
    """Asterisk lacks this module for a while."""
    await asks(pbx, "DELETE", f"/asterisk/modules/{module}")
    try:
        yield
    finally:
        await asks(pbx, "POST", f"/asterisk/modules/{module}")


@pytest.mark.parametrize(("rate", "ending"), [(8000, ".wav"), (16000, ".wav16")])
async def test_asterisk_plays_what_was_recorded(tmp_path: Path, pbx: Pbx, rate: int, ending: str) -> None:
    voices = Voices(pbx.sounds, recordings=tmp_path)
    voices.prepare()
    voices.learn(policy(texts={"closed": Text("closed", {"nl": "Wij zijn gesloten."})}))
    (tmp_path / "nl").mkdir()
    (tmp_path / "nl/closed.wav").write_bytes(sound(rate, 3.0))
    media = await voices.media(("Wij zijn gesloten.",), "nl")
    assert Path(media.removeprefix("sound:") + ending).exists()
    await asks(pbx, "POST", "/bridges", type="mixing", bridgeId="recorded")
    try:
        await asks(pbx, "POST", "/bridges/recorded/play/recorded", media=media)
        await asyncio.sleep(1)
        async with httpx.AsyncClient(auth=("warmlijn", ARI_PASSWORD)) as client:
            answer = await client.get(f"{pbx.ari}/playbacks/recorded")
        assert (answer.status_code, answer.json()["state"]) == (200, "playing")
    finally:
        await asks(pbx, "DELETE", "/bridges/recorded")


async def test_every_command_that_the_doctor_advises_exists(pbx: Pbx) -> None:
    said = " ".join(f"{words.nl} {words.nl_do} {words.en_do}" for words in WORDS.values())
    commands = set(re.findall(r"asterisk -rx '([^']+)'", said))
    assert len(commands) >= 10
    fill = {"module": "res_musiconhold.so", "exten": "down", "context": "from-trunk"}
    answers = {command: await pbx.cli(command.format_map(fill)) for command in commands}
    await pbx.cli("pjsip set logger off")
    needs_a_registration = "pjsip show registrations"       # only there with a trunk that registers
    unknown = {command for command, answer in answers.items() if "No such command" in answer}
    assert unknown - {needs_a_registration} == set()
