"""Looks at what stands under the service: its settings, its secrets, its database, and what each centre has in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

import asyncpg
import httpx

from app import policyfile
from app.call.policy import Policy
from app.doctor.words import Finding
from app.policyfile import PolicyMistakes
from app.settings import CentreSettings, Settings, is_loopback, utc_now
from app.store import codec, migrations, resealing
from app.store.sealing import Seal

OLDEST = 150000
"""PostgreSQL 15, as it numbers itself."""
CLOCKS = 2.0
"""Seconds that two clocks may differ."""
PATIENCE = 3.0


def secrets(settings: Settings) -> list[Finding]:
    """Their strength was looked at when they were read; whether two are the same only here."""
    users: dict[str, set[str]] = defaultdict(set)
    if settings.person_key:
        users[settings.person_key.reveal()].add("WARMLIJN_PERSON_KEY")
    for key in settings.names_keys:
        users[key.reveal()].add("WARMLIJN_NAMES_KEY")
    for centre in settings.centres:
        for name, secret in _secrets(centre).items():
            users[secret].add(name if len(settings.centres) == 1 else f"{centre.id}: {name}")
    same = [Finding("secrets_same", {"names": ", ".join(sorted(names))}) for names in users.values() if len(names) > 1]
    return same or [Finding("secrets_ok")]


def _secrets(centre: CentreSettings) -> Mapping[str, str]:
    found = {}
    if centre.asterisk:
        found["ASTERISK_PASSWORD"] = centre.asterisk.password.reveal()
        found["ASTERISK_LINK_SECRET"] = next((each.reveal() for each in centre.asterisk.link_secrets), "")
    if centre.generic:
        found["GENERIC_SECRET"] = centre.generic.secrets[0].reveal()
    if centre.twilio:
        found["TWILIO_AUTH_TOKEN"] = centre.twilio.auth_tokens[0].reveal()
    return {name: secret for name, secret in found.items() if secret}


async def database(pool: asyncpg.Pool) -> list[Finding]:
    """Version, migrations and clock. Raises what asyncpg raises."""
    async with pool.acquire() as connection:
        before = utc_now()
        number, version, now = await connection.fetchrow(
            "SELECT current_setting('server_version_num')::int, current_setting('server_version'), clock_timestamp()"
        )
        after = utc_now()
        found = [_migrated(*await _pending(connection), version)]
    if number < OLDEST:
        found.insert(0, Finding("database_old", {"version": version}))
    return [*found, _clock(before, now, after)]


async def _pending(connection: asyncpg.Connection) -> tuple[tuple[str, ...], str]:
    try:
        return await migrations.pending(connection), ""
    except migrations.MigrationError as error:
        return (), str(error)


def _migrated(pending: tuple[str, ...], disagreement: str, version: str) -> Finding:
    if disagreement:
        return Finding("migrations_disagree", {"why": disagreement})
    if pending:
        return Finding("migrations_pending", {"names": ", ".join(pending)})
    return Finding("database_ok", {"version": version.partition(" ")[0]})


def _clock(before: datetime, now: datetime, after: datetime) -> Finding:
    """How far the database is outside the time in which it was asked."""
    apart = max((before - now).total_seconds(), (now - after).total_seconds())
    return Finding("clock_database", {"seconds": f"{apart:.0f}"}) if apart > CLOCKS else Finding("clock_database_ok")


async def names(pool: asyncpg.Pool, seal: Seal) -> list[Finding]:
    """Whether all names and numbers are sealed, and with keys that are here."""
    now = await resealing.keys(pool)
    found = []
    if missing := now.beyond(seal):
        found.append(Finding("names_key", {"count": str(sum(missing.values())), "keys": ", ".join(sorted(missing))}))
    if now.clear:
        found.append(Finding("names_clear", {"count": str(now.clear)}))
    if old := now.old(seal):
        found.append(Finding("names_old", {"count": str(old), "key": seal.newest}))
    return found or [Finding("names_ok", {"key": seal.newest})]


async def centre(pool: asyncpg.Pool, asked: CentreSettings) -> tuple[list[Finding], Policy | None]:
    """The routing that is in use, and who may change it."""
    state = await pool.fetchval("SELECT state FROM centres WHERE id = $1", asked.id)
    if state is None:
        return [Finding("policy_none", {"file": str(asked.policy)})], None
    version = codec.centre(state).policy
    text = await pool.fetchval("SELECT text FROM policies WHERE centre = $1 AND version = $2", asked.id, version)
    admins = await pool.fetchval(
        "SELECT count(*) FROM users WHERE centre = $1 AND role = 'admin' AND revoked_at IS NULL AND name ~ '^[a-z]'",
        asked.id,
    )
    accounts = Finding("accounts_ok", {"count": str(admins)}) if admins else Finding("accounts_none")
    try:
        policy = policyfile.load(text or "")
    except PolicyMistakes as mistakes:
        first = str(mistakes.mistakes[0].sentence)
        return [Finding("policy_wrong", {"version": version, "mistake": first}), accounts], None
    return [Finding("policy_ok", {"version": version}), accounts], policy


async def platforms(settings: Settings, asked: CentreSettings) -> list[Finding]:
    """What can be said of the other platforms from here."""
    found = []
    if asked.twilio is not None:
        local = is_loopback(urlsplit(settings.public_url).hostname or "")
        found.append(Finding("twilio_url" if local else "twilio_ok", {"url": settings.public_url}))
    if asked.generic is not None:
        found.append(await _generic(asked.generic.command_url))
    if not (asked.twilio or asked.generic or asked.asterisk):
        found.append(Finding("no_platform"))
    return found


async def _generic(url: str | None) -> Finding:
    """Any answer will do: what it does with commands is for `warmlijn pbx-test`."""
    if url is None:
        return Finding("generic_silent")
    try:
        async with httpx.AsyncClient(timeout=PATIENCE) as client:
            await client.get(url)
    except httpx.HTTPError as error:
        return Finding("generic_unreached", {"url": url, "why": type(error).__name__})
    return Finding("generic_ok", {"url": url})
