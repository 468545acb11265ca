"""The words of the report on real phones, Dutch and English; what `make demo` says, too, is said in its words."""

from __future__ import annotations

from app.demo import words

WORDS: dict[str, tuple[str, str]] = {
    "plan": (
        (
            "Er starten een echte Asterisk, echte SIP-toestellen en de dienst met een eigen database. "
            "Daarna worden {n} verhalen\ngespeeld, zo snel als echt, tot {side} tegelijk: ruim drie minuten. "
            "Niets komt buiten deze machine."
        ),
        (
            "A real Asterisk, real SIP phones and the service with its own database start. "
            "Then {n} stories are played\nat real speed, up to {side} at a time: a little over three minutes. "
            "Nothing leaves this machine."
        ),
    ),
    "how": (
        (
            "In plaats van te praten laat iedereen een eigen toon horen; elk toestel neemt op wat het hoort. "
            "Wat bij 'ging over'\nen 'hoorde' staat, is aan de toestellen gemeten. "
            "Wat bij 'waarom' staat, zegt de dienst, met de regel in routing.yaml."
        ),
        (
            "Instead of talking everybody sounds a tone of their own; every phone records what it hears. "
            "What stands at 'rang'\nand 'heard' was measured at the phones. "
            "What stands at 'why' is what the service says, with the line in routing.yaml."
        ),
    ),
    "installing": (
        "Asterisk 22 wordt in een eigen map gezet (eenmalig, ongeveer 80 MB, tien seconden).",
        "Asterisk 22 is put in a folder of its own (once, about 80 MB, ten seconds).",
    ),
    "impossible": ("Dit kan hier niet: {why}", "This cannot be done here: {why}"),
    "not_started": ("De dienst start niet: {what}", "The service does not start: {what}"),
    "ready": (
        "{name}: centrale en dienst zijn er na {seconds} s. De telefoon gaat.",
        "{name}: switch and service are there after {seconds} s. The telephone rings.",
    ),
    "title": ("{n}. {title} ({seconds} s)", "{n}. {title} ({seconds} s)"),
    "who_rang": ("beller", "caller"),
    "hidden": ("nummer verborgen", "hidden number"),
    "phones": ("ging over", "rang"),
    "rang_answered": ("{who}: {seconds} s ({rings} x), opgenomen", "{who}: {seconds} s ({rings} x), answered"),
    "rang_not": ("{who}: {seconds} s ({rings} x), {outcome}", "{who}: {seconds} s ({rings} x), {outcome}"),
    "rang_service": ("{who}: {outcome} (volgens de dienst)", "{who}: {outcome} (as the service says)"),
    "piece": ("{what} {seconds} s", "{what} {seconds} s"),
    "deaf": (
        "na de eigen wachttoets neemt het toestel van {who} niets meer op: daarna is alleen bij de beller gemeten",
        "after its own hold key {who}'s phone records nothing more: from then on only the caller's was measured",
    ),
    "heard_by": ("{who}: {what}", "{who}: {what}"),
    "201": ("toestel 201", "phone 201"),
    "the_caller": ("de beller", "the caller"),
    "and": (" en ", " and "),
    "words": ("een stem", "a voice"),
    "at_most": (
        "de beller hoorde hoogstens {seconds} s achtereen niets",
        "the caller heard nothing for {seconds} s in a row at most",
    ),
    "also": ("gemeten", "measured"),
    "stopped": (
        "binnen {seconds} s nadat de beller ophing, was het stil op het toestel van {who}",
        "within {seconds} s after the caller hung up, all was quiet on the phone of {who}",
    ),
    "nobody_rung": (
        "het toestel van {who} ging niet over, ook niet nadat de beller had opgehangen",
        "{who}'s phone did not ring, nor did it after the caller had hung up",
    ),
    "left_after": (
        "{who} legde {seconds} s na het verbinden neer", "{who} put the phone down {seconds} s after being connected",
    ),
    "line_lost": (
        (
            "de beller hoorde {seconds} s niets, tot de centrale de lijn zonder geluid opgaf: "
            "hier na ongeveer {limit} s, zoals meegeleverd na een minuut"
        ),
        (
            "the caller heard nothing for {seconds} s, until the switch gave up the line without sound: "
            "here after about {limit} s, as shipped after a minute"
        ),
    ),
    "spared": (
        "het toestel van {who} ging niet over, en het gesprek daarop ging door",
        "{who}'s phone did not ring, and the conversation on it went on",
    ),
    "returned": (
        "{seconds} s na de vraag om ruggespraak spraken beller en medewerker elkaar weer",
        "{seconds} s after the consult was asked for, caller and agent spoke again",
    ),
    "by_dialplan": (
        "binnen {seconds} s na het kiezen ging het KCC over: de dienst is er niet, de centrale doet het zelf",
        "within {seconds} s after dialling the KCC rang: the service is not there, the switch does it by itself",
    ),
    "back": (
        "{seconds} s na de herstart nam de dienst weer gesprekken aan; dit gesprek liep al die tijd door",
        "{seconds} s after the restart the service took calls again; this conversation went on all the time",
    ),
    "wrong": ("ANDERS DAN VERTELD: {what}", "NOT AS TOLD: {what}"),
    "hears": ("{who} hoorde {heard}, niet {wanted}", "{who} heard {heard}, not {wanted}"),
    "silent": (
        "de beller hoorde {seconds} s achtereen niets; hoogstens {most} s mag",
        "the caller heard nothing for {seconds} s in a row; at most {most} s is allowed",
    ),
    "fourth": (
        "het toestel van {who} ging {seconds} s over: een vierde keer",
        "{who}'s phone rang for {seconds} s: a fourth time",
    ),
    "not_three": (
        "het toestel van {who} ging {seconds} s over, niet drie keer",
        "{who}'s phone rang for {seconds} s, not three times",
    ),
    "rang_on": (
        "het toestel van {who} ging nog {seconds} s door nadat de beller had opgehangen",
        "{who}'s phone went on for {seconds} s after the caller had hung up",
    ),
    "rung_in_vain": ("het toestel van {who} ging over", "{who}'s phone rang"),
    "rang_beside": (
        "het toestel van {who} ging over naast het gesprek dat er al was",
        "{who}'s phone rang beside the conversation that was there already",
    ),
    "kcc_late": ("het KCC ging pas na {seconds} s over", "the KCC rang only after {seconds} s"),
    "broke": ("het verhaal kon niet verder ({what})", "the story could not go on ({what})"),
    "left": ("na afloop stond er nog iets open in de centrale: {what}", "something was left at the switch: {what}"),
    "figures": (
        "Langste stilte bij een beller {silence} s; langst overgaan {rang} s (een vierde keer komt na {limit} s).",
        "Longest silence of a caller {silence} s; longest ringing {rang} s (a fourth time comes after {limit} s).",
    ),
    "dead_line": (
        "Op de lijn van een toestel dat dood ging, hoorde de beller {seconds} s niets.",
        "On the line of a phone that died the caller heard nothing for {seconds} s.",
    ),
    "done": (
        "{n} verhalen in {seconds} s, alles ging zoals verteld. Er is niets blijven draaien.",
        "{n} stories in {seconds} s, all of it as told. Nothing is left running.",
    ),
    "not_as_told": ("Niet zoals verteld, {n} van {all}: {titles}", "Not as told, {n} of {all}: {titles}"),
    "kept": ("De opnamen staan in {where}", "The recordings are in {where}"),
    "keep": (
        "Opnamen bewaren: KEEP=1 make demo-pbx", "To keep the recordings: KEEP=1 make demo-pbx",
    ),
}  # fmt: skip


def word(code: str, language: str, **slots: object) -> str:
    """The word or sentence of this code; seconds get one decimal, with a comma in Dutch."""
    comma = "." if language == "en" else ","
    shown = {name: f"{s:.1f}".replace(".", comma) if isinstance(s, float) else s for name, s in slots.items()}
    pair = WORDS.get(code)
    return words.word(code, language, **shown) if pair is None else pair[language == "en"].format(**shown)
