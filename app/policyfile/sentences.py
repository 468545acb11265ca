"""What the admin reads for each kind of mistake, in Dutch and in English. Codes are stable."""

from __future__ import annotations

MEANT = {"nl": "bedoelt u '{word}'?", "en": "did you mean '{word}'?"}


def _both(nl: str, en: str) -> dict[str, str]:
    return {"nl": nl, "en": en}


SENTENCES: dict[str, dict[str, str]] = {
    # the form of the file
    "unreadable_file": _both(
        "het bestand kan niet worden gelezen: {problem}",
        "the file cannot be read: {problem}",
    ),
    "too_large": _both("het bestand is groter dan {kib} KiB", "the file is larger than {kib} KiB"),
    "not_utf8": _both("deze regel is geen UTF-8-tekst", "this line is not UTF-8 text"),
    "unreadable": _both("hier staat een onleesbaar teken ({sign})", "an unreadable character stands here ({sign})"),
    "turning": _both(
        "hier staat een onzichtbaar teken dat de schrijfrichting omkeert ({sign})",
        "an invisible character that turns the writing direction stands here ({sign})",
    ),
    "tab": _both(
        "deze regel springt in met een tab; gebruik spaties",
        "this line is indented with a tab; use spaces",
    ),
    "syntax": _both("dit is geen geldige YAML: {problem}", "this is not valid YAML: {problem}"),
    "documents": _both(
        "hier begint een tweede document ('---'); er mag er maar één in het bestand staan",
        "a second document ('---') begins here; the file may hold only one",
    ),
    "alias": _both(
        "'*{name}' verwijst naar een anker; schrijf de waarde voluit",
        "'*{name}' refers to an anchor; write the value out",
    ),
    "anchor": _both(
        "ankers ('&{name}') zijn niet toegestaan; schrijf de waarde voluit",
        "anchors ('&{name}') are not allowed; write the value out",
    ),
    "tag": _both("het YAML-type '{name}' is niet toegestaan", "the YAML type '{name}' is not allowed"),
    "too_deep": _both("meer dan {deepest} niveaus diep", "more than {deepest} levels deep"),
    "complex_key": _both("een sleutel moet één woord zijn", "a key must be one word"),
    "duplicate_key": _both("'{name}' staat al op regel {first}", "'{name}' is already set on line {first}"),
    "empty_file": _both("het bestand is leeg", "the file is empty"),
    # the shape of its parts
    "missing": _both("'{where}' ontbreekt", "'{where}' is missing"),
    "unknown_key": _both("'{where}' bestaat niet", "'{where}' does not exist"),
    "not_block": _both("'{where}' moet een blok zijn (sleutel: waarde)", "'{where}' must be a block (key: value)"),
    "not_list": _both("'{where}' moet een lijst zijn", "'{where}' must be a list"),
    "not_text": _both("'{where}' moet één waarde zijn", "'{where}' must be one value"),
    "empty": _both("'{where}' is leeg", "'{where}' is empty"),
    "too_long": _both("'{where}' is te lang", "'{where}' is too long"),
    "not_whole": _both("'{where}': '{value}' is geen geheel getal", "'{where}': '{value}' is not a whole number"),
    "leading_zero": _both(
        "'{where}': '{value}' begint met een nul; schrijf het getal zonder nul",
        "'{where}': '{value}' begins with a zero; write the number without it",
    ),
    "not_number": _both(
        "'{where}': '{value}' is geen getal (gebruik een punt, zoals 0.60)",
        "'{where}': '{value}' is not a number (use a point, as in 0.60)",
    ),
    "too_low": _both("'{where}' moet minstens {bound} zijn", "'{where}' must be at least {bound}"),
    "too_high": _both("'{where}' mag hoogstens {bound} zijn", "'{where}' may be at most {bound}"),
    "not_truth": _both(
        "'{where}': schrijf true of false, niet '{value}'", "'{where}': write true or false, not '{value}'"
    ),
    "not_date": _both(
        "'{where}': '{value}' is geen datum (schrijf jaar-maand-dag, zoals 2026-04-27)",
        "'{where}': '{value}' is not a date (write year-month-day, as 2026-04-27)",
    ),
    "not_span": _both(
        "'{where}': '{value}' is geen tijdvak (schrijf zoals 08:30-17:00)",
        "'{where}': '{value}' is not a stretch of time (write as 08:30-17:00)",
    ),
    "backward_span": _both(
        "'{where}': '{value}' eindigt voordat het begint",
        "'{where}': '{value}' ends before it begins",
    ),
    "overlapping_spans": _both(
        "'{where}': de tijdvakken overlappen elkaar",
        "'{where}': the stretches of time overlap",
    ),
    "not_days": _both(
        "'{where}': '{value}' is geen dag (schrijf ma, di, wo, do, vr, za, zo of ma-vr)",
        "'{where}': '{value}' is not a day (write mon, tue, wed, thu, fri, sat, sun or mon-fri)",
    ),
    "double_day": _both("'{where}': {day} staat er twee keer in", "'{where}': {day} is set twice"),
    "not_moment": _both(
        "'{where}': '{value}' is geen moment (schrijf zoals di 10:15 of 2026-04-27 10:15)",
        "'{where}': '{value}' is not a moment (write as tue 10:15 or 2026-04-27 10:15)",
    ),
    "not_id": _both(
        "'{where}': '{value}' kan geen naam zijn (kleine letters, cijfers en _, te beginnen met een letter)",
        "'{where}': '{value}' cannot be a name (small letters, digits and _, beginning with a letter)",
    ),
    "not_language": _both(
        "'{where}': '{value}' is geen taalcode (zoals nl of en)",
        "'{where}': '{value}' is not a language code (such as nl or en)",
    ),
    "not_key": _both(
        "'{where}': '{value}' is geen toets (0 tot en met 9)", "'{where}': '{value}' is not a key (0 to 9)"
    ),
    "not_code": _both(
        "'{where}': '{value}' is geen code (schrijf zoals \"*7\")",
        "'{where}': '{value}' is not a code (write it like \"*7\")",
    ),
    "same_code": _both(
        "'{where}': de ene code mag niet met de andere beginnen", "'{where}': one code must not begin with the other"
    ),
    "not_choice": _both("'{where}': '{value}' kan hier niet", "'{where}': '{value}' is not possible here"),
    "one_destination": _both(
        "'{where}' moet naar precies één van menu, office, topic of language leiden",
        "'{where}' must lead to exactly one of menu, office, topic or language",
    ),
    "not_email": _both("'{where}': '{value}' is geen e-mailadres", "'{where}': '{value}' is not an e-mail address"),
    "not_timezone": _both("'{where}': '{value}' is geen tijdzone", "'{where}': '{value}' is not a time zone"),
    "not_country": _both(
        "'{where}': '{value}' is geen landcode (zoals NL)",
        "'{where}': '{value}' is not a country code (such as NL)",
    ),
    "grace_too_long": _both(
        "'{where}' moet korter zijn dan één overgang ('ringing.cycle')",
        "'{where}' must be shorter than one ring ('ringing.cycle')",
    ),
    "backward_dates": _both(
        "'{where}': de laatste dag ligt voor de eerste", "'{where}': the last day is before the first"
    ),
    # telephone numbers and addresses
    "not_phone": _both("'{where}': '{value}' is geen telefoonnummer", "'{where}': '{value}' is not a telephone number"),
    "same_phone": _both(
        "'{where}' is hetzelfde nummer als '{other}' op regel {first}",
        "'{where}' is the same number as '{other}' on line {first}",
    ),
    "not_outgoing": _both(
        "'{where}': '{value}' kan niet als afzender worden getoond (geen vast, 085- of 088-nummer)",
        "'{where}': '{value}' cannot be shown as the caller (not a fixed, 085 or 088 number)",
    ),
    "phone_refused": _both(
        "'{where}': naar '{value}' mag niet worden gebeld (zie callbacks.numbers en callbacks.countries)",
        "'{where}': '{value}' may not be called (see callbacks.numbers and callbacks.countries)",
    ),
    "own_phone": _both(
        "'{where}': '{value}' is een eigen nummer van de gemeente",
        "'{where}': '{value}' is a number of the municipality itself",
    ),
    "not_sip": _both(
        "'{where}': '{value}' is geen SIP-adres (schrijf zoals sip:naam@centrale.example)",
        "'{where}': '{value}' is not a SIP address (write as sip:name@pbx.example)",
    ),
    "not_address": _both(
        "'{where}': '{value}' begint niet met sip: of tel:",
        "'{where}': '{value}' does not begin with sip: or tel:",
    ),
    "same_address": _both(
        "'{where}': '{value}' is al het adres van '{other}' (regel {first})",
        "'{where}': '{value}' is already the address of '{other}' (line {first})",
    ),
    # how the parts hang together
    "unknown": _both(
        "'{where}' verwijst naar {kind} '{value}'; die naam bestaat niet",
        "'{where}' refers to {kind} '{value}'; there is no such name",
    ),
    "too_many_choices": _both(
        "'{where}' heeft {count} keuzes; een menu mag er hoogstens {most} hebben",
        "'{where}' has {count} choices; a menu may have at most {most}",
    ),
    "no_choice": _both(
        "'{where}' heeft geen keuzes en luistert niet (listen: true)",
        "'{where}' has no choices and does not listen (listen: true)",
    ),
    "zero_elsewhere": _both(
        "'{where}' moet naar een medewerker van '{kcc}' leiden: 0 is altijd een mens",
        "'{where}' must lead to a person at '{kcc}': 0 is always a person",
    ),
    "menu_loop": _both(
        "'{where}' leidt in een kring: {round}",
        "'{where}' leads in a circle: {round}",
    ),
    "overflow_loop": _both(
        "'{where}' loopt in een kring over: {round}",
        "'{where}' overflows in a circle: {round}",
    ),
    "substitute_loop": _both(
        "'{where}' vervangt in een kring: {round}",
        "'{where}' substitutes in a circle: {round}",
    ),
    "same_word": _both(
        "'{where}': '{value}' staat ook bij onderwerp '{other}' (regel {first})",
        "'{where}': '{value}' is also a word of topic '{other}' (line {first})",
    ),
    "no_word": _both(
        "'{where}': '{value}' bevat geen woord om te herkennen",
        "'{where}': '{value}' holds no word to recognise",
    ),
    "unknown_slot": _both(
        "'{where}': de plek {{{value}}} kan in deze tekst niet worden gevuld",
        "'{where}': the slot {{{value}}} cannot be filled in this text",
    ),
    "bad_slots": _both(
        "'{where}': de accolades kloppen niet; schrijf een plek als {{gemeente}}",
        "'{where}': the braces are wrong; write a slot as {{gemeente}}",
    ),
    "needs_nameless": _both(
        "'{where}' noemt {{{slot}}}, dat niet altijd bekend is; zet er onder 'nameless' een zin zonder bij",
        "'{where}' names {{{slot}}}, which is not always known; add a sentence without it under 'nameless'",
    ),
    "named_nameless": _both(
        "'{where}' mag {{{slot}}} niet noemen",
        "'{where}' may not name {{{slot}}}",
    ),
    "text_missing": _both("de tekst '{value}' ontbreekt", "the text '{value}' is missing"),
    "text_built_in": _both(
        "de tekst '{value}' ontbreekt; de ingebouwde zin wordt gezegd",
        "the text '{value}' is missing; the built-in sentence is said",
    ),
    "text_language": _both(
        "'{where}' is er niet in taal '{language}'",
        "'{where}' does not exist in language '{language}'",
    ),
    "text_unused": _both(
        "de tekst '{value}' wordt nergens gebruikt",
        "the text '{value}' is used nowhere",
    ),
    # worth a look
    "no_agents": _both("voor '{where}' is geen enkele medewerker", "'{where}' has no agents"),
    "closed_office": _both(
        "'{where}' is gesloten ({at}) terwijl '{number}' open is, en er is geen frontoffice (overflow) die dan opneemt",
        "'{where}' is closed ({at}) while '{number}' is open, and no office (overflow) answers then",
    ),
    "no_colleagues": _both("in '{where}' werkt geen enkele collega", "'{where}' has no colleagues"),
    "menu_unused": _both("geen nummer of keuze leidt naar '{where}'", "no number or choice leads to '{where}'"),
    "rule_unreached": _both(
        "'{where}' wordt nooit bereikt: de regel op regel {first} geldt altijd",
        "'{where}' is never reached: the rule on line {first} always holds",
    ),
    # the file's own tests
    "test_failed": _both(
        "deze proef verwachtte {expected}, maar het werd {got}",
        "this test expected {expected}, but got {got}",
    ),
    "test_closed": _both(
        "'{where}': bij 'closed: true' hoort geen office",
        "'{where}': with 'closed: true' there can be no office",
    ),
    "test_empty": _both(
        "'{where}' verwacht niets; noem office, closed of topic",
        "'{where}' expects nothing; name office, closed or topic",
    ),
}

KINDS = {
    "nl": {
        "menus": "het menu", "offices": "de frontoffice", "topics": "het onderwerp", "hours": "de openingstijden",
        "texts": "de tekst", "languages": "de taal", "departments": "de afdeling", "colleagues": "de collega",
        "numbers": "het nummer",
    },
    "en": {
        "menus": "menu", "offices": "office", "topics": "topic", "hours": "hours",
        "texts": "text", "languages": "language", "departments": "department", "colleagues": "colleague",
        "numbers": "number",
    },
}  # fmt: skip
