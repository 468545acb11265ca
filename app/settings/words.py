"""What is wrong with the environment, told in the language of who must mend it: Dutch, or English when asked for."""

from __future__ import annotations

import errno
from collections.abc import Iterable
from dataclasses import dataclass, field

from app.settings.checks import SHORTEST

HEAD = ("De instellingen kloppen niet:", "The settings are not right:")
SENTENCES: dict[str, tuple[str, str]] = {
    "database_url": ("{name} moet beginnen met postgresql://.", "{name} must start with postgresql://."),
    "one_of": ("{name} is {value!r}; kies uit {known}.", "{name} is {value!r}; it must be one of {known}."),
    "whole": (
        "{name} is {value!r}; dat moet een geheel getal zijn van {least} tot en met {most}.",
        "{name} is {value!r}; it must be a whole number from {least} to {most}.",
    ),
    "number": (
        "{name} moet een internationaal nummer zijn, zoals +31850001234.",
        "{name} must be an international number such as +31850001234.",
    ),
    "centres_form": (
        "In {name} staat {value!r}; schrijf naam=pad, met komma's ertussen.",
        "{name} holds {value!r}; it must read name=path, separated by commas.",
    ),
    "centre_twice": ("{name} noemt {value!r} twee keer.", "{name} names {value!r} twice."),
    "centre_name": (
        "{value!r} kan geen centrum heten: gebruik kleine letters, cijfers en streepjes, hoogstens 32.",
        "{value!r} cannot name a centre: use small letters, digits and dashes, at most 32.",
    ),
    "policy_missing": (
        "De routering van centrum {value!r} bestaat niet: {path}.",
        "The policy file of centre {value!r} does not exist: {path}.",
    ),
    "half": ("{name} is ingevuld en {other} niet.", "{name} is set and {other} is not."),
    "both_set": (
        "{name} en {name}_FILE zijn allebei ingevuld; laat er een staan.",
        "{name} and {name}_FILE are both set; keep one.",
    ),
    "file_unread": ("{name}_FILE kan niet worden gelezen: {problem}.", "{name}_FILE cannot be read: {problem}."),
    "file_empty": ("Het bestand dat {name}_FILE noemt, is leeg.", "The file that {name}_FILE names is empty."),
    "certificates": (
        "In {name} staan geen certificaten die te lezen zijn: {problem}.",
        "{name} holds no certificates that can be read: {problem}.",
    ),
    "template": ("In {name} moet {slot} staan, zoals in PJSIP/{slot}.", "{name} must hold {slot}, as in PJSIP/{slot}."),
    "secrets_count": (
        "{name} moet een geheim bevatten, of twee met een komma ertussen zolang u ze wisselt.",
        "{name} must hold one secret, or two separated by a comma while you change them.",
    ),
    "secret_short": (
        f"{{name}} is te kort voor een geheim: minstens {SHORTEST} tekens.",
        f"{{name}} is too short for a secret: at least {SHORTEST} characters.",
    ),
    "secret_obvious": (
        "{name} lijkt op een voorbeeld; maak een willekeurig geheim.",
        "{name} looks like an example; make a random one.",
    ),
    "key_short": (
        f"{{name}} is te kort: minstens {2 * SHORTEST} tekens.",
        f"{{name}} is too short: at least {2 * SHORTEST} characters.",
    ),
    "whsec": (
        "{name} moet bestaan uit whsec_ en 24 tot 64 willekeurige bytes in base64.",
        "{name} must read whsec_ followed by 24 to 64 random bytes in base64.",
    ),
    "url_none": ("{name} is geen adres.", "{name} is not an address."),
    "url_scheme": (
        "{name} moet een adres zijn dat begint met https://.",
        "{name} must be an address that starts with https://.",
    ),
    "url_password": (
        "{name} mag geen gebruikersnaam of wachtwoord bevatten.",
        "{name} must not hold a user name or password.",
    ),
    "url_plain": (
        "{name} moet beginnen met https:// (http:// mag alleen naar deze machine zelf).",
        "{name} must start with https:// (http:// is only allowed to this machine itself).",
    ),
    "person_key": (
        "{name} is niet ingevuld, en {path} kan niet worden bewaard: {problem}.",
        "{name} is not set, and {path} cannot be kept: {problem}.",
    ),
}
"""Code -> the sentence in Dutch and in English; `{name}` is the variable."""
PROBLEMS: dict[str, tuple[str, str]] = {
    "not_text": ("het is geen tekst", "not text"),
    errno.errorcode[errno.ENOENT]: ("het bestaat niet", "No such file or directory"),
    errno.errorcode[errno.EACCES]: ("dat mag deze gebruiker niet", "Permission denied"),
    errno.errorcode[errno.EISDIR]: ("het is een map", "Is a directory"),
    errno.errorcode[errno.ENOTDIR]: ("een deel van het pad is geen map", "Not a directory"),
    errno.errorcode[errno.EROFS]: ("daar kan niet worden geschreven", "Read-only file system"),
    errno.errorcode[errno.ENOSPC]: ("de schijf is vol", "No space left on device"),
}
"""What the system says of a file; anything else stays in its own words."""


def problem(error: Exception) -> str:
    """The name of what went wrong with a file, one of PROBLEMS where it is known."""
    if isinstance(error, OSError) and error.errno is not None:
        known = errno.errorcode.get(error.errno, "")
        return known if known in PROBLEMS else error.strerror or known
    return "not_text" if isinstance(error, UnicodeDecodeError) else str(error)


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong; `values` fill its sentence."""

    code: str
    values: dict[str, object] = field(default_factory=dict)

    def told(self, language: str) -> str:
        """The sentence in Dutch, or in English for `en`."""
        which = int(language == "en")
        term = PROBLEMS.get(str(self.values.get("problem")))
        values = self.values if term is None else {**self.values, "problem": term[which]}
        return SENTENCES[self.code][which].format(**values)


class SettingsError(Exception):
    """The administrator must mend the environment; `mistakes` holds all that is wrong. It speaks Dutch by itself."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__(self.told("nl"))

    def told(self, language: str) -> str:
        """All mistakes below each other, in Dutch, or in English for `en`."""
        lines = (f"  - {mistake.told(language)}" for mistake in self.mistakes)
        return "\n".join([HEAD[int(language == "en")], *lines])
