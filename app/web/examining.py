"""One examination from the command line: the house is looked at from here, Asterisk through the service that runs."""

from __future__ import annotations

import os
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import asyncpg
import httpx

from app.call.policy import Policy
from app.doctor import Finding, Told, console, house, told
from app.doctor.asking import Patient
from app.doctor.switch import examine
from app.providers.asterisk import Asterisk
from app.settings import AsteriskSettings, CentreSettings, Settings, SettingsError, utc_now
from app.store.database import FAILURES, reading_pool
from app.store.embedded_files import EmbeddedError, Layout
from app.store.opening import server
from app.web.auth import make_token
from app.web.health import LINK
from app.web.names import seal_of
from app.web.persons import place

ACCOUNT = "-doctor-"
"""Before the name of the account for one examination; no account that an administrator makes begins so."""
LIVES = 120.0
"""Seconds after which that account opens nothing any more, should nobody be left to take it away."""
PATIENCE = 30.0
ANYWHERE = ("0.0.0.0", "::", "")  # noqa: S104 - compared with, never listened on
HEALTHY = "ok"


def mistaken(error: SettingsError, language: str) -> list[Told]:
    """With these settings nothing else can be looked at."""
    return [told(Finding("settings_wrong", {"mistake": each.told(language)}), language) for each in error.mistakes]


async def examined(settings: Settings, language: str, asterisk: Sequence[str]) -> list[Told]:
    """Everything, the house first; `asterisk` is the command that opens its console here."""
    found = [told(each, language) for each in [Finding("settings_ok"), *house.secrets(settings)]]
    url = _address(settings)
    for centre in settings.centres:
        found += _told(await house.platforms(settings, centre), language, centre.id)
    if settings.database_url is None and not Layout(settings.data_dir).cluster.exists():
        nothing = Finding("database_none", {"folder": str(settings.data_dir)})
        return [*found, told(nothing, language), *_told(await service(url), language)]
    try:
        async with server(settings) as database, _pool(database) as pool:
            looked = await house.database(pool)
            health = await service(url)
            found += _told([*looked, *health], language)
            if not any(each.code == "database_ok" for each in looked):
                return found  # its tables may not be there
            found += _told(await _names(pool, settings), language)
            runs = not any(each.code in ("service_down", "service_other") for each in health)
            for centre in settings.centres:
                found += await _centre(centre, pool, url if runs else "", language, asterisk)
    except (*FAILURES, EmbeddedError) as error:
        why = str(error) if isinstance(error, asyncpg.PostgresError | EmbeddedError) else type(error).__name__
        found += _told([Finding("database_unreachable", {"why": why}), *await service(url)], language)
    return found


async def _names(pool: asyncpg.Pool, settings: Settings) -> list[Finding]:
    """The key of the service is looked for, never made: that is for the service."""
    kept = place(settings)
    if settings.person_key is None and not os.access(kept, os.R_OK):
        return [Finding("names_unseen", {"file": str(kept)})]
    return await house.names(pool, seal_of(settings))


async def service(url: str) -> list[Finding]:
    """What the service says of its own health."""
    try:
        async with httpx.AsyncClient(timeout=5.0) as client:
            answer = await client.get(f"{url}/health/ready")
    except httpx.HTTPError as error:
        return [Finding("service_down", {"url": url, "why": type(error).__name__})]
    try:
        checks = answer.json()["checks"].items()
    except (ValueError, KeyError, TypeError, AttributeError):
        return [Finding("service_other", {"url": url, "status": str(answer.status_code)})]
    code = "service_check" if answer.status_code >= httpx.codes.BAD_REQUEST else "service_degraded"
    found = [
        Finding(code, {"why": f"check_{name.partition(' ')[0]}", "said": f"{name}: {value}"})
        for name, value in checks if value != HEALTHY and not name.startswith(LINK)  # links are looked at by themselves
    ]
    return found or [Finding("service_ok", {"url": url})]


async def _centre(
    centre: CentreSettings, pool: asyncpg.Pool, url: str, language: str, asterisk: Sequence[str]
) -> list[Told]:
    """One contact centre: routing, accounts, and its Asterisk, by the service where it runs."""
    found, policy = await house.centre(pool, centre)
    if centre.asterisk is None or policy is None:
        return _told(found, language, centre.id)
    said = await console.Console(asterisk).check(centre.asterisk)
    if not url:
        found += await _alone(centre.id, centre.asterisk, policy)
        return _told([*found, *said], language, centre.id)
    asked = await _by_service(pool, centre.id, url, language)
    if isinstance(asked, Finding):
        found.append(asked)
        return _told([*found, *said], language, centre.id)
    return [*_told(found, language, centre.id), *asked, *_told(said, language, centre.id)]


async def _alone(centre: str, settings: AsteriskSettings, policy: Policy) -> list[Finding]:
    """Without the service: over HTTP where that is set, else only what is on this machine."""
    asterisk = Asterisk(centre, settings)
    try:
        return await examine(Patient(centre, settings, policy, asterisk.voices, asterisk.http, utc_now()))
    finally:
        await asterisk.close()


async def _by_service(pool: asyncpg.Pool, centre: str, url: str, language: str) -> list[Told] | Finding:
    """Ask the service, as an administrator who exists only while it answers."""
    async with account(pool, centre) as token, httpx.AsyncClient(timeout=PATIENCE) as client:
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": language}
        try:
            answer = await client.get(f"{url}/api/v1/doctor", headers=headers)
            items = answer.json()["items"] if answer.is_success else None
        except (httpx.HTTPError, ValueError, KeyError) as error:
            return Finding("service_unasked", {"why": type(error).__name__})
    if items is None:
        return Finding("service_unasked", {"why": f"status {answer.status_code}"})
    return [Told(i["subject"], i["grade"], i["code"], i["sentence"], i["remedy"], centre) for i in items]


@asynccontextmanager
async def account(pool: asyncpg.Pool, centre: str) -> AsyncIterator[str]:
    """The token of an account that goes again; whoever may write in this database could make one anyhow."""
    token, hashed = make_token()
    name = f"{ACCOUNT}{secrets.token_hex(6)}"
    await pool.execute(
        """INSERT INTO users (centre, name, role, agent, token_hash, revoked_at)
           VALUES ($1, $2, 'admin', '', $3, now() + make_interval(secs => $4))""",
        centre, name, hashed, LIVES,
    )
    try:
        yield token
    finally:
        await pool.execute(
            """DELETE FROM users WHERE centre = $1 AND starts_with(name, $2)
               AND (name = $3 OR revoked_at < now() - interval '1 hour')""",
            centre, ACCOUNT, name,
        )


@asynccontextmanager
async def _pool(url: str) -> AsyncIterator[asyncpg.Pool]:
    pool = await reading_pool(url, 1)
    try:
        yield pool
    finally:
        await pool.close()


def _address(settings: Settings) -> str:
    host = "127.0.0.1" if settings.host in ANYWHERE else settings.host
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


def _told(found: Sequence[Finding], language: str, centre: str = "") -> list[Told]:
    return [told(each, language, centre) for each in found]
