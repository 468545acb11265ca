"""The glossary: every noun of the core with its Dutch and English words and the sentence its class begins with."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator

from msgspec import Struct

MODULES = {
    "app.call.call": "A call and its phases",
    "app.call.legs": "Lines, and what each is doing",
    "app.call.agent": "People in the front office",
    "app.call.callback": "The promise",
    "app.call.diary": "What an owner owes",
    "app.call.subjects": "What an event is about",
    "app.call.switch_events": "What a switch reports",
    "app.call.people_events": "What people do",
    "app.call.events": "What the clock and the rules add",
    "app.call.commands": "What the switch must do",
    "app.call.because": "Why",
    "app.call.decision": "What is decided and recorded",
    "app.call.timers": "The clock",
    "app.call.numbers": "Telephone numbers",
    "app.call.world": "What a decision may see",
    "app.call.policy": "What the municipality decided: routing.yaml",
}

DUTCH = {
    # a call and its phases
    "Welcoming": "welkom", "Choosing": "keuzemenu", "Waiting": "wachtrij", "Offering": "aanbieden",
    "Wish": "wens", "Joining": "samenbrengen", "Talking": "in gesprek", "Consulting": "ruggespraak",
    "RingingOn": "gaat verder over", "Announcing": "aankondigen", "Connecting": "doorverbinden",
    "Connected": "doorverbonden", "Promising": "terugbelafspraak maken", "Closing": "afsluiten",
    "Degraded": "noodantwoord", "Ended": "afgelopen",
    "Call": "gesprek",
    # lines
    "Line": "zin", "Prompt": "gesproken tekst", "Gather": "vraag om een toets", "Music": "muziek",
    "InRoom": "in gesprek", "legs.Ringing": "gaat over", "Leaving": "wordt opgehangen", "Leg": "lijn",
    # people, promises
    "Agent": "medewerker", "Slot": "moment", "Callback": "terugbelafspraak", "Diary": "agenda",
    "Kept": "bewaarde plaats",
    # events
    "OfCall": "van een gesprek", "OfLeg": "van een lijn", "ByAgent": "door een medewerker",
    "OfAgent": "van een medewerker", "OfCallback": "van een terugbelafspraak", "CallOffered": "een beller belt",
    "KeysPressed": "toets gekozen", "WordsHeard": "woorden gehoord", "InputTimedOut": "niets gekozen",
    "SayFinished": "tekst uitgesproken", "LegDialling": "wordt gebeld", "LegRinging": "gaat over",
    "LegRang": "ging zo vaak over", "LegAnswered": "opgenomen", "LegMachine": "voicemail", "LegJoined": "erbij gekomen",
    "LegLeft": "eruit gegaan", "LegEnded": "opgehangen", "LegSeen": "gezien door de centrale",
    "PhoneTransferAsked": "doorverbindtoets", "PhoneCancelAsked": "terugtoets",
    "PhoneHeld": "in de wacht", "PhoneRetrieved": "uit de wacht",
    "DeviceChanged": "toestel veranderd", "CommandFailed": "opdracht mislukt", "CommandUncertain": "opdracht onzeker",
    "DegradeServed": "noodantwoord gegeven", "AgentLoggedOn": "aangemeld", "AgentLoggedOff": "afgemeld",
    "AgentReady": "beschikbaar", "AgentNotReady": "pauze", "ConsultAsked": "ruggespraak gevraagd",
    "ConsultCancelled": "terug naar de beller", "SwapAsked": "makelen", "ThreeWayAsked": "driegesprek",
    "CompleteAsked": "doorverbinden gevraagd", "HangUpAsked": "afgerond", "CallerIdentified": "gegevens gecontroleerd",
    "CallbackAsked": "vraag meegenomen", "CallbackConfirmed": "afspraak bevestigd",
    "CallbackChanged": "afspraak gewijzigd", "CallbackWithdrawn": "afspraak ingetrokken",
    "CallbackKept": "afspraak nagekomen", "CallbackTried": "geprobeerd, niet bereikt",
    "CallerHelped": "toch geholpen", "EmailPreferred": "liever e-mail",
    "Question": "vraag", "RegistrationDone": "geregistreerd", "MessageSet": "melding ingesteld",
    "PolicyActivated": "routering actief", "TimerFired": "tijd verstreken", "AgentFound": "medewerker gevonden",
    "CallerReturned": "beller terug in de rij", "TurnCame": "aan de beurt", "TurnTaken": "belt nu terug",
    # commands, decisions
    "Command": "opdracht", "Because": "omdat", "OfferMade": "toestel ging over", "TransferMade": "doorverbinding",
    "RegistrationOwed": "registratie verschuldigd", "Registered": "registratie", "Warned": "waarschuwing",
    "Message": "actuele melding",
    "Centre": "klantcontactcentrum", "Decision": "besluit", "Timer": "timer", "Given": "gegeven nummer",
    "Waiter": "wachtende beller", "World": "stand van zaken",
    # policy
    "Hours": "openingstijden", "Destination": "bestemming", "Number": "gekozen nummer", "Menu": "menu",
    "Topic": "onderwerp", "Rule": "regel", "Office": "frontoffice", "AgentProfile": "medewerker in de routering",
    "Address": "toestel", "Absence": "afwezigheid", "Colleague": "collega", "Department": "afdeling",
    "policy.Ringing": "overgaan", "Keys": "toetsen", "Transfer": "doorverbinden", "CallbackPolicy": "terugbelregels",
    "Text": "standaardzin", "Retention": "bewaartermijn", "RoutingTest": "test",
    "Municipality": "gemeente", "Policy": "routering",
}  # fmt: skip
"""The word a Dutch user would use; where two nouns share a name, with the file it stands in."""


def page() -> str:
    """The glossary."""
    lines = ["# Glossary", "Written by `make docs` from the code. The page is checked: every noun has its words here."]
    for module, title in MODULES.items():
        lines += ["", f"## {title}", f"`{module.replace('.', '/')}.py`", ""]
        lines += ["| in the code | Nederlands | English | meaning |", "|---|---|---|---|"]
        lines += [
            f"| `{name}` | {dutch(module, name)} | {english(name)} | {meaning} |" for name, meaning in nouns(module)
        ]
    return "\n".join(lines) + "\n"


def dutch(module: str, name: str) -> str:
    """The Dutch word for this noun; KeyError when there is none yet."""
    special = f"{module.rpartition('.')[2]}.{name}"
    return DUTCH[special if special in DUTCH else name]


def english(name: str) -> str:
    """`CallerIdentified` -> `caller identified`."""
    return " ".join(re.findall(r"[A-Z][a-z]*", name)).lower()


def nouns(module: str) -> Iterator[tuple[str, str]]:
    """The classes defined in `module`, in the order of the file, with the first sentence of their docstring."""
    found = importlib.import_module(module)
    for name, thing in vars(found).items():
        if inspect.isclass(thing) and issubclass(thing, Struct) and thing.__module__ == module:
            text = " ".join((inspect.getdoc(thing) or "").split("\n\n", maxsplit=1)[0].split())
            yield name, re.sub(r"\|", "\\|", text)
