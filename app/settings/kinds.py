"""What the environment decides, as frozen objects; a secret shows itself to nobody."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


class Secret(str):
    """A string that shows itself to nobody: repr and formatting give stars; `reveal()` gives the text."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret('***')"

    def __str__(self) -> str:
        return "***"

    def __format__(self, spec: str) -> str:
        return "***"

    def reveal(self) -> str:
        """The text itself, for the one call that signs or logs in with it."""
        return str.__str__(self)


@dataclass(frozen=True, slots=True)
class TwilioSettings:
    """One centre's account at a Twilio-compatible platform. The first token signs what we send; each is accepted."""

    account_sid: str
    auth_tokens: tuple[Secret, ...]
    api_url: str
    from_number: str | None


@dataclass(frozen=True, slots=True)
class GenericSettings:
    """One centre's PBX that speaks the generic contract (CloudEvents with Standard Webhooks signatures)."""

    secrets: tuple[Secret, ...]
    command_url: str | None
    command_secrets: tuple[Secret, ...]
    """Every command is signed with each of these: their own, else those that sign events."""


@dataclass(frozen=True, slots=True)
class AsteriskSettings:
    """One centre's Asterisk. `called` when it opens the link to us (with `link_secret`), else we open it at `url`."""

    app: str
    called: bool
    link_secrets: tuple[Secret, ...]
    url: str | None
    user: str
    password: Secret
    sounds: Path
    sounds_seen: str
    recordings: Path | None
    phones: str
    outside: str
    music_waiting: str
    music_hold: str
    fallback: str
    ca: Path | None = None
    """Who signed the certificate of `url`; None: one of those that this machine trusts anyway."""


@dataclass(frozen=True, slots=True)
class CentreSettings:
    """One contact centre: its policy file, its switches, and the number that takes over when we cannot."""

    id: str
    policy: Path
    twilio: TwilioSettings | None
    generic: GenericSettings | None
    degrade_number: str | None
    asterisk: AsteriskSettings | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the environment decides, checked. `database_url` None means: start the embedded PostgreSQL."""

    database_url: Secret | None
    data_dir: Path
    host: str
    port: int
    public_url: str
    node: str
    log_level: str
    centres: tuple[CentreSettings, ...]
    deadline_ms: int
    overload_ms: int
    proxies: str = "127.0.0.1,::1"
    """Addresses whose word on where a request came from (X-Forwarded-For) is taken, separated by commas."""
    person_key: Secret | None = None
    """Makes a person comparable and unreadable; the same for all processes. None: one is kept beside `data_dir`."""
    names_keys: tuple[Secret, ...] = ()
    """Names and numbers are sealed with the first and opened with each; none: with one made from the person key."""
