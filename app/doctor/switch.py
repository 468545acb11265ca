"""Looks at one Asterisk: the link first, then, over the link or over HTTP, everything that Asterisk tells of itself."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from app.doctor import dialplan, hearing, modules, phones
from app.doctor.asking import Patient
from app.doctor.words import Finding
from app.providers.base import Uncertain

FORBIDDEN, UNAUTHORIZED = 403, 401
FRESH = 2.0
"""Seconds after which the dialplan no longer believes that we live."""
CLOCKS = 2.0
"""Seconds that two clocks may differ."""
NEEDED, CALLING = (22, 0), (22, 5)
"""Asterisk from which this was tried, and from which it opens a link itself."""


async def examine(patient: Patient) -> list[Finding]:
    """Everything, in the order in which it is best mended. Never raises for what Asterisk does not say."""
    found = link(patient)
    if patient.rest is None:
        return [*found, *await hearing.here(patient)]
    try:
        info = await patient.ask("/asterisk/info")
    except Uncertain:
        return [*found, _unreached(patient), *await hearing.here(patient)]
    if not info.done:
        return [*found, _refused(patient, info.status), *await hearing.here(patient)]
    found += system(info.body, called=patient.settings.called)
    parts: dict[str, Callable[[Patient], Awaitable[list[Finding]]]] = {
        "what_modules": _modules, "what_app": _application, "what_clock": _clock, "what_sign": _sign,
        "what_dialplan": dialplan.check, "what_phones": phones.check, "what_sounds": hearing.check,
    }  # fmt: skip
    for what, part in parts.items():
        try:
            found += await part(patient)
        except Uncertain:
            found.append(Finding("no_answer", {"what": what}))
    found += await hearing.here(patient)
    return [each for n, each in enumerate(found) if each not in found[:n]]


def link(patient: Patient) -> list[Finding]:
    """Who holds the link, and why nobody does."""
    state, settings = patient.link, patient.settings
    if state is None:
        return [Finding("link_service")] if patient.rest is None else []
    if state.linked:
        return [Finding("link_up", {"holder": patient.holder}) if state.compared else Finding("link_comparing")]
    if state.useless_at is not None:
        return [Finding("link_useless", {"app": settings.app})]
    if patient.holder:
        if patient.rest is None:
            return [Finding("link_elsewhere", {"holder": patient.holder})]
        return [Finding("link_http", {"holder": patient.holder, "url": settings.url or ""})]
    if not settings.called:
        return []
    if state.refused_at is not None:
        return [Finding("link_refused", {"ago": _ago((patient.now - state.refused_at).total_seconds())})]
    return [Finding("link_none", {"centre": patient.centre})]


def system(info: Any, *, called: bool) -> list[Finding]:
    """Version and name, as `/asterisk/info` tells them."""
    version = str(info.get("system", {}).get("version", ""))
    needed = CALLING if called else NEEDED
    numbers = re.match(r"(\d+)\.(\d+)", version.removeprefix("certified-"))
    old = numbers is not None and (int(numbers[1]), int(numbers[2])) < needed
    name = str(info.get("config", {}).get("name", ""))
    args = {"version": version, "needed": ".".join(map(str, needed))}
    return [
        Finding("version_old" if old else "version_ok", args),
        Finding("systemname_ok", {"name": name}) if name else Finding("systemname_none"),
    ]


def _unreached(patient: Patient) -> Finding:
    if patient.settings.url is not None and not (patient.link and patient.link.linked):
        return Finding("ari_unreachable", {"url": patient.settings.url})
    return Finding("no_answer", {"what": "what_info"})


def _refused(patient: Patient, status: int) -> Finding:
    if status == UNAUTHORIZED:
        return Finding("ari_password", {"user": patient.settings.user})
    return Finding("ari_absent", {"status": str(status)})


async def _modules(patient: Patient) -> list[Finding]:
    loaded = {str(each.get("name")) for each in await patient.listed("/asterisk/modules")
              if each.get("status") == "Running"}  # fmt: skip
    return modules.check(loaded, called=patient.settings.called)


async def _application(patient: Patient) -> list[Finding]:
    there = (await patient.ask(f"/applications/{patient.settings.app}")).done
    found = [Finding("app_ok" if there else "app_absent", {"app": patient.settings.app})]
    if there and not patient.settings.called and patient.link and not patient.link.linked and not patient.holder:
        found.append(Finding("link_not_opened", {"url": patient.settings.url or ""}))
    return found


async def _clock(patient: Patient) -> list[Finding]:
    """The answers carry Asterisk's time: `ahead` was measured with the last one."""
    await patient.ask("/asterisk/ping")
    apart = abs(patient.rest.ahead.total_seconds()) if patient.rest is not None else 0.0
    return [Finding("clock_asterisk", {"seconds": f"{apart:.0f}"}) if apart > CLOCKS else Finding("clock_ok")]


async def _sign(patient: Patient) -> list[Finding]:
    """The sign of life as the dialplan sees it, by Asterisk's own clock."""
    sign, now = await patient.variable("KCC_ALIVE"), await patient.variable("EPOCH")
    if patient.link is None:
        why = "why_service"
    elif patient.link.linked or not patient.holder:
        why = patient.link.why or "why_unknown"
    else:
        why = "why_elsewhere"
    if not sign or not sign.isdigit() or not (now and now.isdigit()):
        return [Finding("sign_absent", {"why": why})]
    if sign == "0":
        return [Finding("sign_withdrawn", {"why": why})]
    age = int(now) - int(sign)
    return [Finding("sign_old" if age > FRESH else "sign_ok", {"ago": _ago(age), "why": why})]


def _ago(seconds: float) -> str:
    if seconds < 120:
        return f"{max(seconds, 0):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"
