"""Whether the phones that the routing names exist, are registered, and speak a codec that we can give them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches

from app.doctor import dialplan
from app.doctor.asking import Patient
from app.doctor.words import Finding
from app.providers.targets import user_of

DIALLED = re.compile(r"PJSIP/([^/@]+)(?:@([^/@]+))?")
CODECS = {"alaw": "codec_alaw.so", "ulaw": "codec_ulaw.so", "g722": "codec_g722.so"}
"""What we can speak, and what Asterisk needs for it."""
KEPT = "uri_core"
"""The `redirect_method` with which nothing leaves when a phone sends a call on (302): tried on Asterisk 22."""
MOST = 8
"""Phones that are named in one sentence."""


async def check(patient: Patient) -> list[Finding]:
    """Missing ones one by one, those that are not registered together. Raises Uncertain."""
    wanted, numbers = _wanted(patient)
    known = {str(each.get("resource")): str(each.get("state")) for each in await patient.listed("/endpoints/PJSIP")}
    found = [*_outside(patient, known, numbers), *await _parameters(patient)]
    trunk = {dialplan.trunk_of(patient)} & known.keys()
    if not wanted:
        return [*found, Finding("phones_none"), *await _codecs(patient, [], trunk)]
    endpoints = {user: DIALLED.fullmatch(patient.settings.phones.replace("{user}", user)) for user in wanted}
    if not all(endpoints.values()):
        return [*found, Finding("phones_unseen", {"phones": patient.settings.phones})]
    names = {user: match[2] or match[1] for user, match in endpoints.items() if match}
    absent = [user for user in wanted if names[user] not in known]
    there = sorted({name for name in names.values() if name in known})
    found += [_absent(user, names[user], wanted[user], known) for user in absent]
    offline = [name for name in there if known[name] == "offline"]
    if offline:
        found.append(Finding("phones_offline", {"phones": _some(offline)}))
    behind = {match[2] for match in endpoints.values() if match and match[2]}
    if behind and not absent:
        found.append(Finding("phones_behind", {"count": str(len(wanted)), "trunk": f"PJSIP/{_some(sorted(behind))}"}))
    elif not absent and not offline:
        found.append(Finding("phones_ok", {"count": str(len(wanted))}))
    return [*found, *await _codecs(patient, there, trunk)]


def _wanted(patient: Patient) -> tuple[dict[str, str], int]:
    """SIP user -> who it is for; and how many telephone numbers there are."""
    policy = patient.policy
    addresses = [(agent.address, agent.id) for agent in policy.agents.values()]
    addresses += [(each.uri, colleague.id) for colleague in policy.colleagues.values() for each in colleague.addresses]
    users = {user_of(uri): who for uri, who in reversed(addresses) if user_of(uri)}
    return users, sum(uri.startswith("tel:") for uri, _ in addresses)


def _outside(patient: Patient, known: Mapping[str, str], numbers: int) -> list[Finding]:
    """The way to telephone numbers, if the routing needs one."""
    outside = patient.settings.outside
    if not outside:
        return [Finding("outside_unset", {"count": str(numbers)})] if numbers else []
    name = dialplan.trunk_of(patient)
    if not name:
        return []
    if name not in known:
        near = get_close_matches(name, list(known), 1)
        return [Finding("trunk_absent", {"trunk": f"PJSIP/{name}", "near": near[0] if near else ""})]
    return [Finding("trunk_offline" if known[name] == "offline" else "outside_ok", {"trunk": f"PJSIP/{name}"})]


async def _parameters(patient: Patient) -> list[Finding]:
    """Whether `sip:+31612345678;cpc=ordinary@...` is read as that number. Raises Uncertain."""
    told = await patient.listed("/asterisk/config/dynamic/res_pjsip/global/global")
    read = {each.get("attribute"): each.get("value") for each in told}
    return [Finding("user_options")] if read.get("ignore_uri_user_options") == "false" else []


def _absent(user: str, name: str, who: str, known: Mapping[str, str]) -> Finding:
    near = get_close_matches(user, list(known), 1)
    return Finding(
        "phone_absent", {"phone": f"PJSIP/{name}", "name": name, "who": who, "near": near[0] if near else ""}
    )


async def _codecs(patient: Patient, there: list[str], trunk: set[str]) -> list[Finding]:
    """What all may speak, and whether phones may send our calls on."""
    loaded = {str(each.get("name")) for each in await patient.listed("/asterisk/modules")}
    found, sending, asked = [], [], 0
    for name in sorted({*there, *trunk}):
        told = await dialplan.attributes(patient, name)
        if not told:
            continue
        asked += 1
        allowed = re.findall(r"[a-z0-9]+", told.get("allow", ""))
        known = [codec for codec in allowed if codec in CODECS]
        args = {"phone": f"PJSIP/{name}", "allowed": ", ".join(allowed) or "-"}
        if not known:
            found.append(Finding("codecs_none", args))
        elif all(CODECS[codec] not in loaded for codec in known):
            found.append(Finding("codec_unloaded", {**args, "module": CODECS[known[0]]}))
        if name in there and told.get("redirect_method", "") not in ("", KEPT):
            sending.append(name)
    if sending:
        found.append(Finding("sends_on", {"phones": _some(sending)}))
    return found or ([Finding("codecs_ok")] if asked else [])


def _some(names: list[str]) -> str:
    return ", ".join(names[:MOST]) + (f" (+ {len(names) - MOST})" if len(names) > MOST else "")
