"""The words of the command line about itself: argparse's own in Dutch, and what our commands say in English."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

DUTCH = {
    "usage: ": "gebruik: ",
    "options": "opties",
    "positional arguments": "argumenten",
    "show this help message and exit": "deze uitleg tonen",
    "%(prog)s: error: %(message)s\n": "%(prog)s: fout: %(message)s\n",
    "argument %(argument_name)s: %(message)s": "%(argument_name)s: %(message)s",
    "the following arguments are required: %s": "dit ontbreekt: %s",
    "one of the arguments %s is required": "een van deze ontbreekt: %s",
    "not allowed with argument %s": "kan niet samen met %s",
    "unrecognized arguments: %s": "onbekend: %s",
    "ambiguous option: %(option)s could match %(matches)s": "%(option)s kan zijn: %(matches)s",
    "invalid choice: %(value)r (choose from %(choices)s)": "%(value)r kan hier niet; kies uit %(choices)s",
    "invalid %(type)s value: %(value)r": "%(value)r kan hier niet",
    "expected one argument": "hierna hoort een waarde",
    "expected at least one argument": "hierna hoort minstens een waarde",
    "ignored explicit argument %r": "hierbij hoort geen waarde (%r)",
}
"""The words of argparse itself; whatever it says besides stays English."""
ENGLISH = {
    "opdrachten": "commands",
    "handelingen": "actions",
    "OPDRACHT": "COMMAND",
    "HANDELING": "ACTION",
    "BESTAND": "FILE",
    "MAP": "FOLDER",
    "NUMMER": "NUMBER",
    "TOETS": "KEY",
    "WOORDEN": "WORDS",
    "TAAL": "LANGUAGE",
    "MOMENT": "MOMENT",
    "VERSIE": "VERSION",
    "REDEN": "REASON",
    "NAAM": "NAME",
    "ADRES": "ADDRESS",
    "POORT": "PORT",
    "ID": "ID",
    "URL": "URL",
    "S": "S",
    "De telefoon van een gemeente: routering, drie keer overgaan, warm doorverbinden, en een terugbelafspraak die "
    "wordt nagekomen.": "The telephone of a municipality: routing, ringing three times, warm transfer, and a promise "
    "to call back that is kept.",
    "taal van het antwoord": "language of the answer",
    "antwoord in JSON": "answer in JSON",
    "de dienst starten, met de instellingen uit de omgeving": "start the service, with the settings of the environment",
    "een ochtend van een gemeente naspelen en vertellen wat er gebeurde":
        "play a morning of a municipality and tell what happened",
    "de database bijwerken zonder de dienst te starten": "bring the database up to date without starting the service",
    "routing.yaml nakijken: alle fouten en de eigen proeven": "check a routing.yaml: all mistakes and its own tests",
    "waar een beller heen gaat volgens een bestand, stap voor stap, met de regels":
        "where a caller goes according to a file, step by step, with the lines",
    "wie met een nieuwe routing.yaml ergens anders was uitgekomen":
        "who would have come elsewhere under a new routing.yaml",
    "het logboek opnieuw beslissen en elk verschil noemen": "decide the log again and name each difference",
    "een routing.yaml in gebruik nemen, teruggaan, versies tonen":
        "put a routing.yaml to use, go back, show versions",
    "accounts en tokens: maken, tonen, intrekken, vernieuwen": "accounts and tokens: make, show, revoke, renew",
    "namen en nummers: opnieuw versleutelen na een nieuwe sleutel": "names and numbers: encrypt again after a new key",
    "nakijken of alles goed staat, en zeggen wat eraan te doen is":
        "look whether everything is in order, and say what to do about it",
    "het contract naspelen tegen een centrale en elke afwijking noemen":
        "play the contract against a PBX and name each deviation",
    "het bestand (standaard config/routing.yaml)": "the file (default config/routing.yaml)",
    "in plaats daarvan het JSON-schema schrijven": "write the JSON schema instead",
    "ook de eigen opnamen (TAAL/ZIN.wav) in deze map nakijken; standaard die van ASTERISK_RECORDINGS":
        "check your own recordings (LANGUAGE/SENTENCE.wav) in this folder too; default that of ASTERISK_RECORDINGS",
    "Waar een beller heen gaat volgens dit bestand. De service kan een andere versie in gebruik hebben, zie warmlijn "
    "policy versions, en warmlijn policy show voor de tekst.": "Where a caller goes according to this file. The "
    "service may use another version: see warmlijn policy versions, and warmlijn policy show for the text.",
    "het gekozen nummer, zoals '14 0123'": "the number dialled, such as '14 0123'",
    "een of meer toetsen": "one or more keys",
    "wat de beller zegt": "what the caller says",
    "de taal van de beller, zoals en": "the language of the caller, such as en",
    "zoals 'di 10:15'; standaard nu": "such as 'tue 10:15'; default now",
    "het bestand (standaard WARMLIJN_POLICY, nu %(default)s)": "the file (default WARMLIJN_POLICY, now %(default)s)",
    "de nieuwe routing.yaml": "the new routing.yaml",
    "standaard 4 weken terug": "default 4 weeks back",
    "het contactcentrum (standaard alle)": "the contact centre (default all)",
    "onder deze routering (standaard: de eigen)": "under this routing (default: their own)",
    "alleen verschillen vanaf dit moment": "only differences from this moment on",
    "dit bestand in gebruik nemen; met een fout verandert er niets":
        "put this file to use; with a mistake nothing changes",
    "terug naar de vorige versie, of naar een andere": "back to the previous version, or to another",
    "alle versies: welke in gebruik is, wie, wanneer en waarom": "all versions: which is in use, who, when and why",
    "de tekst van een versie, om te bewerken": "the text of a version, to be edited",
    "alleen als die nog in gebruik is": "only when that one is still in use",
    "waarom; blijft bij de versie staan": "why; is kept with the version",
    "de versie (standaard de vorige)": "the version (default the previous one)",
    "standaard die in gebruik is": "default the one in use",
    "een account maken; het token wordt één keer getoond": "make an account; the token is shown once",
    "alle accounts, zonder tokens": "all accounts, without tokens",
    "het token intrekken; het geldt meteen niet meer": "revoke the token; it is void at once",
    "een nieuw token; het oude geldt meteen niet meer": "a new token; the old one is void at once",
    "wat het account mag": "what the account may do",
    "de medewerker in routing.yaml (bij rol agent)": "the agent in routing.yaml (with role agent)",
    "naam van het account": "name of the account",
    "het contactcentrum (bij meer dan één)": "the contact centre (when there are several)",
    "alles onder de nieuwste sleutel brengen; de dienst draait door":
        "bring everything under the newest key; the service goes on",
    "wissen wat met geen sleutel meer te lezen is": "delete what no key can read any more",
    "echt wissen, en niet alleen tellen": "really delete, and not only count",
    "hoe de console van Asterisk hier heet, als Asterisk op deze machine draait (standaard asterisk)":
        "the name of Asterisk's console here, when Asterisk runs on this machine (default asterisk)",
    "het opdrachtadres van de centrale": "the address for commands of the PBX",
    "adres van een toestel dat opneemt": "address of a phone that answers",
    "adres van een toestel dat blijft overgaan": "address of a phone that goes on ringing",
    "adres van een toestel dat in gesprek is": "address of a phone that is busy",
    "adres van een toestel dat weigert": "address of a phone that declines",
    "adres van een toestel dat er niet is": "address of a phone that is not there",
    "waarop wij luisteren (standaard 8099)": "where we listen (default 8099)",
    "Afsluitcode: 0 alles beproefd en goed; 1 er wijkt iets af; 2 de proef kon niet beginnen; 3 goed voor zover "
    "beproefd, maar niet alles is beproefd (de laatste regel noemt wat niet).": "Exit code: 0 all tried and well; "
    "1 something deviates; 2 the trial could not begin; 3 well as far as it was tried, but not all was (the last line "
    "names what was not).",
    "adres van een toestel dat ook opneemt, tegelijk met het eerste":
        "address of a phone that answers too, together with the first",
    "hierbinnen belt u zelf, twee keer": "within so many seconds you call yourself, twice",
    "hoe lang een melding mag duren": "how long a notice may take",
}  # fmt: skip
"""What our commands say in Dutch -> in English. What is not here stays Dutch; a test sees that all is here."""


def to_english(parser: argparse.ArgumentParser) -> None:
    """Put the help of this parser and of all commands below it in English."""
    for part, name in _places(parser):
        dutch = getattr(part, name)
        setattr(part, name, ENGLISH.get(dutch, dutch))


def said(parser: argparse.ArgumentParser) -> set[str]:
    """All that this parser and the commands below it say of themselves, argparse's own words aside."""
    return {getattr(part, name) for part, name in _places(parser)} - {*DUTCH, *DUTCH.values()}


def _places(parser: argparse.ArgumentParser) -> Iterator[tuple[object, str]]:
    """Each thing with words, and the name by which it has them."""
    parts: list[tuple[object, str]] = [(parser, "description"), (parser, "epilog")]
    parts += [(group, "title") for group in parser._action_groups]  # noqa: SLF001 - argparse has no other way to them
    for action in parser._actions:  # noqa: SLF001
        parts += [(action, "help"), (action, "metavar")]
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            parts += [(choice, "help") for choice in action._choices_actions]  # noqa: SLF001
            for command in action.choices.values():
                yield from _places(command)
    yield from (part for part in parts if isinstance(getattr(*part), str) and getattr(*part) != argparse.SUPPRESS)
