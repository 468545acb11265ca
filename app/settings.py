"""The environment becomes one frozen object at start; every mistake is told at once, in a plain sentence."""

import base64
import binascii
import os
import re
import secrets
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

CENTRE_ID = re.compile(r"[a-z][a-z0-9-]{0,31}")
E164 = re.compile(r"\+[1-9][0-9]{6,14}")
LEVELS = ("debug", "info", "warning", "error")
SHORTEST_SECRET = 16
OBVIOUS = ("secret", "changeme", "change-me", "password", "wachtwoord", "geheim", "default", "example", "12345")
OURS = ("WARMLIJN_", "GENERIC_", "TWILIO_", "ASTERISK_", "DEGRADE_", "DATABASE_URL")
"""How the names of all settings begin."""


def utc_now() -> datetime:
    """The shell's only clock: an aware moment in UTC. The core is handed its moment as `world.now`."""
    return datetime.now(UTC)


def foreign() -> dict[str, str]:
    """The environment without any setting of ours: what a process inherits that is given settings of its own."""
    return {name: value for name, value in os.environ.items() if not name.startswith(OURS)}


class SettingsError(Exception):
    """The administrator must mend the environment; `mistakes` holds one sentence per mistake."""

    def __init__(self, mistakes: list[str]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("The settings are not right:\n" + "\n".join(f"  - {mistake}" for mistake in mistakes))


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


def load(env: Mapping[str, str] | None = None) -> Settings:
    """Read the environment (default: the process's own). Raises SettingsError with every mistake."""
    return _Reader(os.environ if env is None else env).settings()


class _Reader:
    """Reads variables one by one and collects what is wrong with them."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = env
        self.mistakes: list[str] = []

    def settings(self) -> Settings:
        host = self.text("WARMLIJN_HOST", "127.0.0.1")
        port = self.whole("WARMLIJN_PORT", 8000, 1, 65535)
        database_url = self.secret("DATABASE_URL")
        if database_url and not database_url.startswith(("postgresql://", "postgres://")):
            self.wrong("DATABASE_URL must start with postgresql://.")
        level = self.text("WARMLIJN_LOG_LEVEL", "info").lower()
        if level not in LEVELS:
            self.wrong(f"WARMLIJN_LOG_LEVEL is {level!r}; it must be one of {', '.join(LEVELS)}.")
        settings = Settings(
            database_url=database_url,
            data_dir=Path(self.text("WARMLIJN_DATA_DIR", str(default_data_dir()))).expanduser().absolute(),
            host=host,
            port=port,
            public_url=self.url("WARMLIJN_PUBLIC_URL", f"http://127.0.0.1:{port}").rstrip("/"),
            node=self.text("WARMLIJN_NODE", "") or secrets.token_hex(4),
            log_level=level,
            centres=self.centres(),
            deadline_ms=self.whole("WARMLIJN_DEADLINE_MS", 800, 50, 10_000),
            overload_ms=self.whole("WARMLIJN_OVERLOAD_MS", 250, 10, 10_000),
            proxies=self.text("WARMLIJN_PROXIES", "127.0.0.1,::1"),
            person_key=self.person_key(),
            names_keys=self.secret_list("WARMLIJN_NAMES_KEY", check=key_mistake),
        )
        if self.mistakes:
            raise SettingsError(self.mistakes)
        return settings

    def centres(self) -> tuple[CentreSettings, ...]:
        several = self.text("WARMLIJN_CENTRES", "")
        if not several:
            name = self.text("WARMLIJN_CENTRE", "gemeente")
            return (self.centre(name, self.text("WARMLIJN_POLICY", "config/routing.yaml"), prefix=""),)
        centres: list[CentreSettings] = []
        for part in several.split(","):
            name, equals, path = part.strip().partition("=")
            if not equals or not path:
                self.wrong(f"WARMLIJN_CENTRES holds {part.strip()!r}; it must read name=path, separated by commas.")
                continue
            if any(centre.id == name for centre in centres):
                self.wrong(f"WARMLIJN_CENTRES names {name!r} twice.")
            centres.append(self.centre(name, path, prefix=name.upper().replace("-", "_") + "_"))
        return tuple(centres)

    def centre(self, name: str, policy: str, prefix: str) -> CentreSettings:
        if not CENTRE_ID.fullmatch(name):
            self.wrong(f"{name!r} cannot name a centre: use small letters, digits and dashes, at most 32.")
        path = Path(policy).expanduser().absolute()
        if not path.is_file():
            self.wrong(f"The policy file of centre {name!r} does not exist: {policy}.")
        return CentreSettings(
            id=name,
            policy=path,
            twilio=self.twilio(prefix),
            generic=self.generic(prefix),
            degrade_number=self.number(prefix + "DEGRADE_NUMBER"),
            asterisk=self.asterisk(name, prefix),
        )

    def twilio(self, prefix: str) -> TwilioSettings | None:
        sid = self.text(prefix + "TWILIO_ACCOUNT_SID", "")
        tokens = self.secret_list(prefix + "TWILIO_AUTH_TOKEN")
        if not tokens:
            if sid:
                self.wrong(f"{prefix}TWILIO_ACCOUNT_SID is set and {prefix}TWILIO_AUTH_TOKEN is not.")
            return None
        if not sid:
            self.wrong(f"{prefix}TWILIO_AUTH_TOKEN is set and {prefix}TWILIO_ACCOUNT_SID is not.")
        return TwilioSettings(
            account_sid=sid,
            auth_tokens=tokens,
            api_url=self.url(prefix + "TWILIO_API_URL", "https://api.twilio.com"),
            from_number=self.number(prefix + "TWILIO_FROM_NUMBER"),
        )

    def generic(self, prefix: str) -> GenericSettings | None:
        active = self.secret_list(prefix + "GENERIC_SECRET", check=standard_webhooks_mistake)
        command_url = self.url(prefix + "GENERIC_COMMAND_URL", "") or None
        command_secret = self.secret_list(prefix + "GENERIC_COMMAND_SECRET", check=standard_webhooks_mistake)
        if not active:
            if command_url:
                self.wrong(f"{prefix}GENERIC_COMMAND_URL is set and {prefix}GENERIC_SECRET is not.")
            return None
        return GenericSettings(
            secrets=active,
            command_url=command_url,
            command_secrets=command_secret or (active if command_url else ()),
        )

    def asterisk(self, centre: str, prefix: str) -> AsteriskSettings | None:
        link_secrets = self.secret_list(prefix + "ASTERISK_LINK_SECRET")
        url = self.url(prefix + "ASTERISK_URL", "") or None
        password = self.secret_list(prefix + "ASTERISK_PASSWORD")
        if not link_secrets and url is None:
            return None
        if url is not None and not password:
            self.wrong(f"{prefix}ASTERISK_URL is set and {prefix}ASTERISK_PASSWORD is not.")
        sounds = Path(self.text(prefix + "ASTERISK_SOUNDS", str(default_data_dir().parent / "sounds" / centre)))
        recordings = self.text(prefix + "ASTERISK_RECORDINGS", "")
        return AsteriskSettings(
            app=self.text(prefix + "ASTERISK_APP", "warmlijn"),
            called=bool(link_secrets),
            link_secrets=link_secrets,
            url=url,
            user=self.text(prefix + "ASTERISK_USER", "warmlijn"),
            password=password[0] if password else Secret(""),
            sounds=sounds.expanduser().absolute(),
            sounds_seen=self.text(prefix + "ASTERISK_SOUNDS_SEEN", ""),
            recordings=(Path(recordings) if recordings else sounds / "recordings").expanduser().absolute(),
            phones=self.template(prefix + "ASTERISK_PHONES", "PJSIP/{user}", "{user}"),
            outside=self.template(prefix + "ASTERISK_OUTSIDE", "", "{number}"),
            music_waiting=self.text(prefix + "ASTERISK_MUSIC_WAITING", "warmlijn-waiting"),
            music_hold=self.text(prefix + "ASTERISK_MUSIC_HOLD", "warmlijn-hold"),
            fallback=self.text(prefix + "ASTERISK_FALLBACK", "down"),
            ca=self.certificates(prefix + "ASTERISK_CA_FILE"),
        )

    def certificates(self, name: str) -> Path | None:
        """A file of certificates in PEM, looked into here: later nobody would know why no connection is trusted."""
        raw = self.text(name, "")
        if not raw:
            return None
        path = Path(raw).expanduser().absolute()
        try:
            ssl.create_default_context(cafile=path)
        except (OSError, ValueError) as error:
            self.wrong(f"{name} holds no certificates that can be read: {getattr(error, 'strerror', None) or error}.")
        return path

    def template(self, name: str, default: str, slot: str) -> str:
        raw = self.text(name, default)
        if raw and slot not in raw:
            self.wrong(f"{name} must hold {slot}, as in PJSIP/{slot}.")
        return raw

    def text(self, name: str, default: str) -> str:
        return self.env.get(name, "").strip() or default

    def whole(self, name: str, default: int, least: int, most: int) -> int:
        raw = self.text(name, str(default))
        if raw.isascii() and raw.isdigit() and least <= int(raw) <= most:
            return int(raw)
        self.wrong(f"{name} is {raw!r}; it must be a whole number from {least} to {most}.")
        return default

    def number(self, name: str) -> str | None:
        raw = self.text(name, "")
        if raw and not E164.fullmatch(raw):
            self.wrong(f"{name} must be an international number such as +31850001234.")
        return raw or None

    def url(self, name: str, default: str) -> str:
        raw = self.text(name, default)
        if raw and (mistake := url_mistake(raw)):
            self.wrong(f"{name} {mistake}")
        return raw

    def person_key(self) -> Secret | None:
        key = self.secret("WARMLIJN_PERSON_KEY")
        if key is not None and (mistake := secret_mistake(key.reveal()) or key_mistake(key.reveal())):
            self.wrong(f"WARMLIJN_PERSON_KEY {mistake}")
        return key

    def secret(self, name: str) -> Secret | None:
        """The variable itself, or the content of the file that NAME_FILE points to."""
        direct, path = self.env.get(name, "").strip(), self.env.get(name + "_FILE", "").strip()
        if direct and path:
            self.wrong(f"{name} and {name}_FILE are both set; keep one.")
        if path and not direct:
            try:
                direct = Path(path).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                self.wrong(f"{name}_FILE cannot be read: {getattr(error, 'strerror', None) or 'not text'}.")
            else:
                if not direct:
                    self.wrong(f"The file that {name}_FILE names is empty.")
        return Secret(direct) if direct else None

    def secret_list(self, name: str, check: Callable[[str], str | None] | None = None) -> tuple[Secret, ...]:
        """One or two secrets, separated by a comma: the new one first while the old one is being retired."""
        raw = self.secret(name)
        if raw is None:
            return ()
        parts = [part.strip() for part in raw.reveal().split(",") if part.strip()]
        if not 1 <= len(parts) <= 2:
            self.wrong(f"{name} must hold one secret, or two separated by a comma while you change them.")
        for part in parts:
            if mistake := secret_mistake(part) or (check(part) if check else None):
                self.wrong(f"{name} {mistake}")
        return tuple(Secret(part) for part in parts)

    def wrong(self, sentence: str) -> None:
        self.mistakes.append(sentence)


def default_data_dir() -> Path:
    """Where the embedded database lives: /var/lib/warmlijn for root, var/database beside us for anybody else."""
    return Path("/var/lib/warmlijn/database") if os.geteuid() == 0 else Path("var/database")


def url_mistake(url: str) -> str | None:
    """What is wrong with a URL we call or are called at, or None: https, except on this machine itself."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return "is not an address."
    if parts.scheme not in ("http", "https") or not host:
        return "must be an address that starts with https://."
    if parts.username or parts.password:
        return "must not hold a user name or password."
    if parts.scheme == "http" and not is_loopback(host):
        return "must start with https:// (http:// is only allowed to this machine itself)."
    return None


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine itself."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def secret_mistake(secret: str) -> str | None:
    """Why a secret is too weak to start with, or None."""
    if len(secret) < SHORTEST_SECRET:
        return f"is too short for a secret: at least {SHORTEST_SECRET} characters."
    if len(set(secret)) < 6 or any(word in secret.lower() for word in OBVIOUS):
        return "looks like an example; make a random one."
    return None


def key_mistake(key: str) -> str | None:
    """Why a key is none, or None: it must not be found by trying."""
    return None if len(key) >= 2 * SHORTEST_SECRET else "is too short."


def standard_webhooks_mistake(secret: str) -> str | None:
    """Why a text is not a Standard Webhooks secret (whsec_ and 24 to 64 bytes in base64), or None."""
    body = secret.removeprefix("whsec_")
    try:
        size = len(base64.b64decode(body, validate=True))
    except (binascii.Error, ValueError):
        size = 0
    if body == secret or not 24 <= size <= 64:
        return "must read whsec_ followed by 24 to 64 random bytes in base64."
    return None
