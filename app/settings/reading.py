"""The environment, read variable by variable; every mistake is told at once."""

from __future__ import annotations

import os
import re
import secrets
import ssl
from collections.abc import Callable, Mapping
from pathlib import Path

from app.settings.checks import key_mistake, secret_mistake, standard_webhooks_mistake, url_mistake
from app.settings.kinds import (
    AsteriskSettings,
    CentreSettings,
    GenericSettings,
    Secret,
    Settings,
    TwilioSettings,
)
from app.settings.words import Mistake, SettingsError, problem

CENTRE_ID = re.compile(r"[a-z][a-z0-9-]{0,31}")
E164 = re.compile(r"\+[1-9][0-9]{6,14}")
LEVELS = ("debug", "info", "warning", "error")


def load(env: Mapping[str, str] | None = None) -> Settings:
    """Read the environment (default: the process's own). Raises SettingsError with every mistake."""
    return _Reader(os.environ if env is None else env).settings()


class _Reader:
    """Reads variables one by one and collects what is wrong with them."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = env
        self.mistakes: list[Mistake] = []

    def settings(self) -> Settings:
        host = self.text("WARMLIJN_HOST", "127.0.0.1")
        port = self.whole("WARMLIJN_PORT", 8000, 1, 65535)
        database_url = self.secret("DATABASE_URL")
        if database_url and not database_url.startswith(("postgresql://", "postgres://")):
            self.wrong("database_url", "DATABASE_URL")
        level = self.text("WARMLIJN_LOG_LEVEL", "info").lower()
        if level not in LEVELS:
            self.wrong("one_of", "WARMLIJN_LOG_LEVEL", value=level, known=", ".join(LEVELS))
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
                self.wrong("centres_form", "WARMLIJN_CENTRES", value=part.strip())
                continue
            if any(centre.id == name for centre in centres):
                self.wrong("centre_twice", "WARMLIJN_CENTRES", value=name)
            centres.append(self.centre(name, path, prefix=name.upper().replace("-", "_") + "_"))
        return tuple(centres)

    def centre(self, name: str, policy: str, prefix: str) -> CentreSettings:
        if not CENTRE_ID.fullmatch(name):
            self.wrong("centre_name", value=name)
        path = Path(policy).expanduser().absolute()
        if not path.is_file():
            self.wrong("policy_missing", value=name, path=policy)
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
                self.wrong("half", prefix + "TWILIO_ACCOUNT_SID", other=prefix + "TWILIO_AUTH_TOKEN")
            return None
        if not sid:
            self.wrong("half", prefix + "TWILIO_AUTH_TOKEN", other=prefix + "TWILIO_ACCOUNT_SID")
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
                self.wrong("half", prefix + "GENERIC_COMMAND_URL", other=prefix + "GENERIC_SECRET")
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
            self.wrong("half", prefix + "ASTERISK_URL", other=prefix + "ASTERISK_PASSWORD")
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
            outside=self.template(prefix + "ASTERISK_OUTSIDE", "", "{number}", "{national}", "{international}"),
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
            self.wrong("certificates", name, problem=problem(error))
        return path

    def template(self, name: str, default: str, *slots: str) -> str:
        raw = self.text(name, default)
        if raw and not any(slot in raw for slot in slots):
            self.wrong("template", name, slot=slots[0])
        return raw

    def text(self, name: str, default: str) -> str:
        return self.env.get(name, "").strip() or default

    def whole(self, name: str, default: int, least: int, most: int) -> int:
        raw = self.text(name, str(default))
        if raw.isascii() and raw.isdigit() and least <= int(raw) <= most:
            return int(raw)
        self.wrong("whole", name, value=raw, least=least, most=most)
        return default

    def number(self, name: str) -> str | None:
        raw = self.text(name, "")
        if raw and not E164.fullmatch(raw):
            self.wrong("number", name)
        return raw or None

    def url(self, name: str, default: str) -> str:
        raw = self.text(name, default)
        if raw and (mistake := url_mistake(raw)):
            self.wrong(mistake, name)
        return raw

    def person_key(self) -> Secret | None:
        key = self.secret("WARMLIJN_PERSON_KEY")
        if key is not None and (mistake := secret_mistake(key.reveal()) or key_mistake(key.reveal())):
            self.wrong(mistake, "WARMLIJN_PERSON_KEY")
        return key

    def secret(self, name: str) -> Secret | None:
        """The variable itself, or the content of the file that NAME_FILE points to."""
        direct, path = self.env.get(name, "").strip(), self.env.get(name + "_FILE", "").strip()
        if direct and path:
            self.wrong("both_set", name)
        if path and not direct:
            try:
                direct = Path(path).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                self.wrong("file_unread", name, problem=problem(error))
            else:
                if not direct:
                    self.wrong("file_empty", name)
        return Secret(direct) if direct else None

    def secret_list(self, name: str, check: Callable[[str], str | None] | None = None) -> tuple[Secret, ...]:
        """One or two secrets, separated by a comma: the new one first while the old one is being retired."""
        raw = self.secret(name)
        if raw is None:
            return ()
        parts = [part.strip() for part in raw.reveal().split(",") if part.strip()]
        if not 1 <= len(parts) <= 2:
            self.wrong("secrets_count", name)
        for part in parts:
            if mistake := secret_mistake(part) or (check(part) if check else None):
                self.wrong(mistake, name)
        return tuple(Secret(part) for part in parts)

    def wrong(self, code: str, name: str = "", **values: object) -> None:
        self.mistakes.append(Mistake(code, {"name": name, **values}))


def default_data_dir() -> Path:
    """Where the embedded database lives: /var/lib/warmlijn for root, var/database beside us for anybody else."""
    return Path("/var/lib/warmlijn/database") if os.geteuid() == 0 else Path("var/database")
