"""The doctor's judgement on what Asterisk tells, without an Asterisk: versions, clocks, phones, the dialplan."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.doctor import modules
from app.doctor.asking import Patient
from app.doctor.switch import examine, system
from app.providers.asterisk.link import LinkState
from app.providers.asterisk.rest import Answer, Body
from app.providers.asterisk.voices import Voices
from app.providers.base import Uncertain
from app.settings import AsteriskSettings, Secret
from tests.core.policies import policy

LINKED = LinkState(linked=True, compared=True)
NOW = datetime(2026, 11, 24, 9, 15, tzinfo=UTC)
LOADED = {"name": "", "status": "Running"}
HEALTHY: dict[str, Any] = {
    "/asterisk/info": {"system": {"version": "22.10.1"}, "config": {"name": "pbx1"}},
    "/asterisk/modules": [{**LOADED, "name": name} for name in (*modules.NEEDED, "codec_alaw.so")],
    "/asterisk/ping": {},
    "/applications/warmlijn": {},
    "/endpoints/PJSIP": [{"resource": "trunk", "state": "online"}],
}


class Switch:
    """Answers what it is told to; 404 for the rest."""

    in_order = True

    def __init__(self, ahead: float = 0.0, **told: Any) -> None:
        self.ahead = timedelta(seconds=ahead)
        self.told = HEALTHY | {path.replace("__", "/"): answer for path, answer in told.items()}
        self.variables = {"KCC_ALIVE": "999", "EPOCH": "1000"}
        self.asked: list[str] = []

    async def __call__(
        self, method: str, path: str, query: Mapping[str, str] | None = None, body: Body = None
    ) -> Answer:
        self.asked.append(f"{method} {path}")
        if method != "GET":
            return Answer(204)
        if query is not None and path.endswith("/variable"):
            return Answer(200, {"value": self.variables.get(query["variable"], "1")})
        answer = self.told.get(path)
        if isinstance(answer, Exception):
            raise answer
        return Answer(answer) if isinstance(answer, int) else Answer(404) if answer is None else Answer(200, answer)


def patient(
    folder: Path, switch: Switch | None, *, called: bool = True, link: LinkState | None = LINKED, holder: str = ""
) -> Patient:
    settings = AsteriskSettings(
        app="warmlijn", called=called, link_secrets=(Secret("x" * 20),) if called else (),
        url=None if called else "http://127.0.0.1:8088/ari", user="warmlijn", password=Secret("y"), sounds=folder,
        sounds_seen="", recordings=None, phones="PJSIP/{user}", outside="PJSIP/{number}@trunk",
        music_waiting="warmlijn-waiting", music_hold="warmlijn-hold", fallback="down",
    )  # fmt: skip
    return Patient("stad", settings, policy(), Voices(folder), switch, NOW, link, holder)


async def found(folder: Path, switch: Switch | None, *, called: bool = True) -> list[str]:
    return [each.code for each in await examine(patient(folder, switch, called=called))]


@pytest.mark.parametrize(
    ("version", "called", "code"),
    [
        ("22.10.1+dfsg+~cs6.17", True, "version_ok"), ("22.5.0", True, "version_ok"), ("22.4.1", True, "version_old"),
        ("22.4.1", False, "version_ok"), ("20.15.0", False, "version_old"), ("23.0.0-rc1", True, "version_ok"),
        ("certified-20.7-cert3", True, "version_old"), ("GIT-master-1a2b", True, "version_ok"),
    ],
)  # fmt: skip
def test_which_asterisk_was_tried(version: str, called: bool, code: str) -> None:
    told = system({"system": {"version": version}, "config": {"name": ""}}, called=called)
    assert [each.code for each in told] == [code, "systemname_none"]


@pytest.mark.parametrize(
    ("link", "holder", "rest", "code"),
    [
        (LinkState(linked=True, compared=True), "web1", True, "link_up"),
        (LinkState(linked=True), "web1", True, "link_comparing"),
        (LinkState(), "web2", False, "link_elsewhere"),
        (LinkState(), "web2", True, "link_http"),
        (LinkState(), "", False, "link_none"),
        (LinkState(refused_at=NOW - timedelta(seconds=200)), "", False, "link_refused"),
        (LinkState(useless_at=NOW), "web1", False, "link_useless"),
        (None, "", False, "link_service"),
    ],
)
async def test_who_holds_the_link(
    tmp_path: Path, link: LinkState | None, holder: str, rest: bool, code: str
) -> None:
    told = await examine(patient(tmp_path, Switch() if rest else None, link=link, holder=holder))
    assert told[0].code == code
    if code == "link_refused":
        assert told[0].args == {"ago": "3 min"}


async def test_a_healthy_switch(tmp_path: Path) -> None:
    codes = await found(tmp_path, Switch())
    assert codes[:7] == ["link_up", "version_ok", "systemname_ok", "modules_ok", "app_ok", "clock_ok", "sign_ok"]


@pytest.mark.parametrize(
    ("told", "codes"),
    [
        ({"__asterisk__info": 401}, {"ari_password"}),
        ({"__asterisk__info": 404}, {"ari_absent"}),
        ({"__asterisk__info": Uncertain("")}, {"no_answer"}),
        ({"__asterisk__modules": Uncertain("")}, {"no_answer", "app_ok", "sign_ok"}),
        ({"__asterisk__modules": [{**LOADED, "name": "app_dial.so"}]}, {"module_missing"}),
        ({"__asterisk__modules": [{"name": name, "status": "Not Running"} for name in modules.NEEDED]},
         {"module_missing"}),
        ({"__applications__warmlijn": 404}, {"app_absent"}),
        ({"__endpoints__PJSIP": []}, {"trunk_absent", "phone_absent"}),
        ({"__endpoints__PJSIP": [{"resource": "trunk", "state": "offline"}]}, {"trunk_offline"}),
        ({"__asterisk__config__dynamic__res_pjsip__global__global": [
            {"attribute": "ignore_uri_user_options", "value": "false"}]}, {"user_options"}),
        ({"ahead": 40.0}, {"clock_asterisk"}),
        ({"ahead": -40.0}, {"clock_asterisk"}),
    ],
)
async def test_one_thing_is_wrong(tmp_path: Path, told: dict[str, Any], codes: set[str]) -> None:
    assert codes <= set(await found(tmp_path, Switch(**told)))


@pytest.mark.parametrize(
    ("sign", "link", "holder", "code", "why"),
    [
        ("999", LinkState(linked=True, compared=True), "", "sign_ok", "why_unknown"),
        ("994", LinkState(linked=True, compared=True, why="why_voice"), "", "sign_old", "why_voice"),
        ("", LinkState(linked=True), "", "sign_absent", "why_unknown"),
        ("0", LinkState(), "", "sign_withdrawn", "why_unknown"),
        ("900", LinkState(), "web2", "sign_old", "why_elsewhere"),
        ("900", None, "", "sign_old", "why_service"),
    ],
)
async def test_the_sign_of_life(
    tmp_path: Path, sign: str, link: LinkState | None, holder: str, code: str, why: str
) -> None:
    switch = Switch()
    switch.variables["KCC_ALIVE"] = sign
    told = await examine(patient(tmp_path, switch, link=link, holder=holder))
    assert [each.args["why"] for each in told if each.code == code] == [why]


async def test_phones_and_what_they_may_speak(tmp_path: Path) -> None:
    users = sorted({a.address[4:].partition("@")[0] for a in policy().agents.values()})
    assert len(users) >= 3
    switch = Switch(__endpoints__PJSIP=[{"resource": name, "state": "online"} for name in (*users, "trunk")])
    for user, allow, follows in zip(users, ("(alaw)", "(g722)", "(opus|h264)"), ("uri_core", "", "user"), strict=False):
        switch.told[f"/asterisk/config/dynamic/res_pjsip/endpoint/{user}"] = [
            {"attribute": "allow", "value": allow}, {"attribute": "redirect_method", "value": follows}
        ]
    told = {each.code: each.args for each in await examine(patient(tmp_path, switch))}
    assert told["codec_unloaded"]["module"] == "codec_g722.so"
    assert told["codecs_none"]["allowed"] == "opus, h264"
    assert told["sends_on"] == {"phones": users[2]}


async def test_nothing_of_the_look_is_left_at_the_switch(tmp_path: Path) -> None:
    Voices(tmp_path).prepare()
    switch = Switch()
    await examine(patient(tmp_path, switch))
    made = [each.split()[1] for each in switch.asked if each.startswith("POST")]
    gone = [each.split()[1] for each in switch.asked if each.startswith("DELETE")]
    assert [path.rpartition("/")[2] for path in made[:2]] == ["create", "bridges"]
    assert {path.split("/")[1] for path in gone} == {"channels", "playbacks", "bridges"}
    assert list((tmp_path / "once").iterdir()) == []


async def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    told = {each.code: each for each in await examine(patient(tmp_path / "file", Switch()))}
    assert told["sounds_unwritten"].args["why"] == "Not a directory"


async def test_whether_phones_behind_a_trunk_are_there_cannot_be_seen(tmp_path: Path) -> None:
    seen = patient(tmp_path, Switch(__asterisk__config__dynamic__res_pjsip__endpoint__trunk=[
        {"attribute": "allow", "value": "(alaw)"}
    ]))  # fmt: skip
    behind = msgspec.structs.replace(seen, settings=dataclasses.replace(seen.settings, phones="PJSIP/{user}@trunk"))
    codes = {each.code for each in await examine(behind)}
    assert "phones_behind" in codes
    assert not codes & {"phones_ok", "phone_absent"}


async def test_the_trunk_too_must_speak_what_we_speak(tmp_path: Path) -> None:
    trunk = [{"attribute": "allow", "value": "(g729)"}, {"attribute": "redirect_method", "value": "user"}]
    told = await examine(patient(tmp_path, Switch(__asterisk__config__dynamic__res_pjsip__endpoint__trunk=trunk)))
    codecs = [each.args for each in told if each.code == "codecs_none"]
    assert codecs == [{"phone": "PJSIP/trunk", "allowed": "g729"}]
    assert "sends_on" not in [each.code for each in told], "that is asked of phones"


async def test_a_dialplan_without_a_clock_for_each_call(tmp_path: Path) -> None:
    switch = Switch()
    switch.variables["DIALPLAN_EXISTS(from-trunk,T,1)"] = "0"
    codes = [each.code for each in await examine(patient(tmp_path, switch)) if each.code.startswith("fallback")]
    assert codes == ["fallback_ok", "fallback_clock"]
    switch.variables["DIALPLAN_EXISTS(from-trunk,down,1)"] = "0"
    codes = [each.code for each in await examine(patient(tmp_path, switch)) if each.code.startswith("fallback")]
    assert codes == ["fallback_absent"]
