"""Whether the dialplan has the way that a caller goes when the service is away."""

from __future__ import annotations

import re
import secrets

from app.doctor.asking import Patient
from app.doctor.words import Finding
from app.providers.asterisk.names import TRIAL
from app.providers.targets import user_of

USUAL = "from-trunk"
"""The context of deploy/asterisk/extensions.conf."""
TRUNK = re.compile(r"PJSIP/[^/@]*@([^/@]+)")
CLOCK = "T"
"""Where Asterisk leads a caller whom nobody took in time."""
MOST = 12
"""Endpoints whose context is asked for, where it is not said which one is the trunk."""


async def check(patient: Patient) -> list[Finding]:
    """One finding for each context that calls come in on. Raises Uncertain.

    Only a channel can be asked about the dialplan: one is made that rings nobody, and taken away at once.
    """
    trunk = trunk_of(patient)
    contexts = [await context(patient, trunk)] if trunk else await _strangers(patient)
    contexts = [each for each in contexts if each] or [USUAL]
    channel = f"{TRIAL}{secrets.token_hex(6)}"
    made = await patient.ask(
        "/channels/create",
        {"endpoint": f"Local/doctor@{contexts[0]}", "app": patient.settings.app, "channelId": channel}, "POST",
    )
    if made.status in (401, 403):
        return [Finding("ari_read_only")]
    try:
        exten = patient.settings.fallback
        there = {each: await _exists(patient, channel, each, exten) for each in contexts} if made.done else {}
        good = [each for each in there if there[each]]
        timeless = [each for each in good if await _exists(patient, channel, each, CLOCK) is False]
    finally:
        await patient.ask(f"/channels/{channel}", None, "DELETE")
    found = _found(patient, contexts, there, certain=bool(trunk))
    return [*found, *(Finding("fallback_clock", {"context": each, "exten": CLOCK}) for each in timeless)]


def trunk_of(patient: Patient) -> str:
    """The endpoint that calls outside go through, as the settings say it; empty when they do not."""
    named = TRUNK.match(patient.settings.outside)
    return named[1] if named else ""


async def context(patient: Patient, endpoint: str) -> str:
    """The context that calls from this endpoint come in on; empty when Asterisk does not say."""
    return (await attributes(patient, endpoint)).get("context", "")


async def attributes(patient: Patient, endpoint: str) -> dict[str, str]:
    """Everything that pjsip.conf says of this endpoint; no secret is among it. Raises Uncertain."""
    told = await patient.listed(f"/asterisk/config/dynamic/res_pjsip/endpoint/{endpoint}")
    return {str(each.get("attribute")): str(each.get("value", "")) for each in told}


def _found(
    patient: Patient, contexts: list[str], there: dict[str, bool | None], *, certain: bool
) -> list[Finding]:
    exten = patient.settings.fallback
    args = {each: {"context": each, "exten": exten} for each in contexts}
    if all(there.get(each) is None for each in contexts):
        return [Finding("fallback_unseen", {**args[contexts[0]], "why": "why_function" if there else "why_app"})]
    good = [Finding("fallback_ok", args[each]) for each in contexts if there[each]]
    bad = [Finding("fallback_absent", args[each]) for each in contexts if not there[each]]
    if certain:
        return [*bad, *good]
    return good or [Finding("fallback_absent", {"context": ", ".join(contexts), "exten": exten})]


async def _exists(patient: Patient, channel: str, context: str, exten: str) -> bool | None:
    value = await patient.variable(f"DIALPLAN_EXISTS({context},{exten},1)", channel)
    return None if value is None else value == "1"


async def _strangers(patient: Patient) -> list[str]:
    """The contexts of endpoints that are no phone of the routing: one of them is the trunk."""
    policy = patient.policy
    own = {user_of(agent.address) for agent in policy.agents.values()}
    own |= {user_of(each.uri) for colleague in policy.colleagues.values() for each in colleague.addresses}
    names = [str(each.get("resource")) for each in await patient.listed("/endpoints/PJSIP")]
    others = [name for name in names if name not in own][:MOST]
    return list(dict.fromkeys([await context(patient, each) for each in others]))
