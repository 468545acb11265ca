"""The sentences of the API itself, Dutch and English; those of decisions stand with the rules."""

from __future__ import annotations

from starlette.requests import HTTPConnection

LANGUAGES = ("nl", "en")


def both(dutch: str, english: str) -> dict[str, str]:
    """One sentence in both languages."""
    return {"nl": dutch, "en": english}


TITLES = {
    "invalid": both("De aanvraag klopt niet.", "The request is not right."),
    "policy": both("Deze routering heeft fouten.", "This routing has mistakes."),
    "no_token": both("Een geldig token is nodig.", "A valid token is needed."),
    "not_allowed": both("Dit mag u niet.", "You may not do this."),
    "not_found": both("Niet gevonden.", "Not found."),
    "method": both("Dat kan hier niet.", "That is not possible here."),
    "too_large": both("De aanvraag is te groot.", "The request is too large."),
    "too_many": both("Te veel mislukte pogingen. Wacht een minuut.", "Too many failed attempts. Wait a minute."),
    "not_now": both("Dat kan nu niet.", "That is not possible now."),
    "key_used": both("Deze sleutel is al voor iets anders gebruikt.", "This key was used for something else."),
    "other_active": both("Intussen is een andere versie actief.", "Another version became active meanwhile."),
    "no_version": both("Er is geen andere versie.", "There is no other version."),
    "unavailable": both("Even niet beschikbaar. Probeer het opnieuw.", "Not available now. Please try again."),
    "failed": both("Er ging iets mis.", "Something went wrong."),
}

QUARANTINE = {
    "gone": both("Deze gebeurtenis staat niet (meer) apart.", "This event is not set apart (any more)."),
    "again": both("Ook nu lukt deze gebeurtenis niet.", "This event fails now, too."),
    "unreadable": both(
        "Deze gebeurtenis is niet te lezen; haal haar weg.", "This event cannot be read; take it away."
    ),
    "caller": both(
        "Deze beller is al naar het KCC geleid; haal de gebeurtenis weg.",
        "This caller was led to the KCC already; take the event away.",
    ),
}

WARNINGS = {
    "last_ready": both(
        "De laatste beschikbare medewerker van dit loket nam niet op.",
        "The last ready agent of this office did not answer.",
    ),
    "callback_missed": both(
        "Het moment van een terugbelafspraak ging voorbij.", "The moment of a callback has passed."
    ),
    "callback_late": both(
        "Een terugbelafspraak is over de norm in werkdagen.", "A callback is past the norm in working days."
    ),
    "callback_no_number": both(
        "Het gesprek is voorbij en voor de terugbelafspraak is er geen nummer om te bellen.",
        "The call is over and there is no number to ring for the callback.",
    ),
}

INPUT = {
    "value": both("Deze waarde kan hier niet.", "This value is not possible here."),
    "missing": both("Dit ontbreekt.", "This is missing."),
    "extra_forbidden": both("Dit veld bestaat niet.", "There is no such field."),
    "json_invalid": both("Dit is geen geldige JSON.", "This is not valid JSON."),
    "string_type": both("Dit moet tekst zijn.", "This must be text."),
    "string_too_short": both("Dit is te kort (minstens {min_length}).", "This is too short (at least {min_length})."),
    "string_too_long": both("Dit is te lang (hoogstens {max_length}).", "This is too long (at most {max_length})."),
    "string_pattern_mismatch": both("Dit heeft niet de juiste vorm.", "This does not have the right form."),
    "string_unicode": both("Dit is geen geldige tekst.", "This is not valid text."),
    "control_characters": both("Dit bevat onzichtbare tekens.", "This holds invisible characters."),
    "citizen_number": both(
        "Dit lijkt een burgerservicenummer; dat mag hier niet.", "This looks like a citizen service number."
    ),
    "unknown_parameter": both("Deze parameter bestaat niet.", "There is no such parameter."),
    "bool_type": both("Dit moet true of false zijn.", "This must be true or false."),
    "int_type": both("Dit moet een geheel getal zijn.", "This must be a whole number."),
    "int_parsing": both("Dit moet een geheel getal zijn.", "This must be a whole number."),
    "greater_than_equal": both("Dit moet minstens {ge} zijn.", "This must be at least {ge}."),
    "less_than_equal": both("Dit mag hoogstens {le} zijn.", "This may be at most {le}."),
    "literal_error": both("Kies uit: {expected}.", "Choose from: {expected}."),
    "timezone_aware": both("Dit moment heeft geen tijdzone.", "This moment has no time zone."),
    "too_long": both("Dit zijn er te veel (hoogstens {max_length}).", "These are too many (at most {max_length})."),
    "too_short": both("Dit zijn er te weinig (minstens {min_length}).", "These are too few (at least {min_length})."),
    "unknown": both("{kind} staat niet in de routering.", "{kind} is not in the routing."),
    "first_language": both("De eerste taal van de gemeente ontbreekt.", "The first language is missing."),
    "reference": both(
        "Dit is geen nummer van een gesprek; vraag het nog eens.", "This is no number of a call; please ask again."
    ),
    "not_phone": both("Dit is geen telefoonnummer.", "This is not a telephone number."),
    "one_of": both("Noem precies één van: {names}.", "Name exactly one of: {names}."),
    "not_both": both("Noem niet allebei: {names}.", "Do not name both: {names}."),
    "backward": both("Het einde ligt niet na het begin.", "The end is not after the beginning."),
    "moment_past": both("Dit moment is al voorbij.", "This moment has passed."),
    "moment_far": both("Dit moment is te ver weg (hoogstens {days} dagen).", "Too far ahead (at most {days} days)."),
    "not_moment": both(
        "Schrijf zoals 'di 10:15' of '2026-04-27 10:15'.", "Write as 'tue 10:15' or '2026-04-27 10:15'."
    ),
    "reason_needed": both("Geef een reden.", "Give a reason."),
    "needs_state": both("Een reden hoort alleen bij not_ready.", "A reason only belongs to not_ready."),
    "nothing": both("Er staat niets in de aanvraag.", "The request holds nothing."),
}

KINDS = {
    "colleague": both("Deze collega", "This colleague"),
    "department": both("Deze afdeling", "This department"),
    "office": both("Dit loket", "This office"),
    "topic": both("Dit onderwerp", "This topic"),
    "language": both("Deze taal", "This language"),
}


def language_of(request: HTTPConnection) -> str:
    """`nl` unless the client prefers English (Accept-Language, by weight)."""
    best, weight = "nl", 0.0
    for part in request.headers.get("accept-language", "").split(",")[:10]:
        tag, _, rest = part.strip().partition(";")
        language = tag.strip().lower().partition("-")[0]
        try:
            q = float(rest.strip().removeprefix("q=")) if rest else 1.0
        except ValueError:
            q = 0.0
        if language in LANGUAGES and q > weight:
            best, weight = language, q
    return best
