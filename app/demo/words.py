"""The words of the report, Dutch and English."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "starting": (
        (
            "De dienst start met een eigen database; dan begint de ochtend, vijf keer zo snel als echt.\n"
            "Het verhaal begint om negen uur; afspraken vallen op uw eigen klok, want de dienst draait echt."
        ),
        (
            "The service starts with its own database; then the morning begins, five times as fast as real.\n"
            "The story begins at nine; appointments follow your own clock, for the service is a real one."
        ),
    ),
    "heading": ("Een ochtend in {name}", "A morning in {name}"),
    "anonymous": ("anonieme beller", "anonymous caller"),
    "number_only": ("beller zonder naam", "caller without a name"),
    "why": ("waarom", "why"),
    "phones": ("telefoons", "phones"),
    "heard": ("hoorde", "heard"),
    "transfer": ("doorverbinden", "transfer"),
    "voice": ("de stem zei", "the voice said"),
    "said": ("medewerker zei", "the agent said"),
    "promise": ("afspraak", "promise"),
    "outcome": ("uitkomst", "outcome"),
    "rang": ("{who}: {rings} x, {seconds} s, {outcome}", "{who}: {rings} x, {seconds} s, {outcome}"),
    "not_rung": ("{who}: {outcome}", "{who}: {outcome}"),
    "answered": ("opgenomen", "answered"),
    "no_answer": ("niet opgenomen, teruggetrokken", "not answered, withdrawn"),
    "declined": ("geweigerd", "declined"),
    "busy": ("in gesprek", "busy"),
    "unreachable": ("niet bereikbaar", "not reachable"),
    "absent": ("afwezig", "absent"),
    "voicemail": ("voicemail", "voicemail"),
    "cancelled": ("afgebroken", "cancelled"),
    "lost": ("lijn verloren", "line lost"),
    "normal": ("opgehangen", "hung up"),
    "failed": ("mislukt", "failed"),
    "words": ("gesproken tekst", "spoken text"),
    "menu": ("keuzemenu", "menu"),
    "music": ("muziek", "music"),
    "ringback": ("belsignaal", "ringing tone"),
    "nothing": ("stilte", "silence"),
    "the KCC": ("het KCC via de centrale", "the KCC through the switch"),
    "attempt": ("{agent} naar {colleague}: {outcome}", "{agent} to {colleague}: {outcome}"),
    "a_callback": ("terugbelafspraak", "callback"),
    "calls_back": ("{who} belt terug: {when}", "{who} will call back: {when}"),
    "office_itself": ("de frontoffice", "the front office"),
    "direct": ("direct geholpen", "helped at once"),
    "summary": ("Samenvatting", "Summary"),
    "office": (
        (
            "{office}: {calls} bellers, {direct} van {questions} vragen direct geholpen (doel {goal} %), "
            "{seconds} s tot een mens"
        ),
        (
            "{office}: {calls} callers, {direct} of {questions} questions helped at once (goal {goal} %), "
            "{seconds} s to a person"
        ),
    ),
    "three_rings": (
        (
            "Drie keer overgaan: {within} van {answered} opgenomen telefoons binnen drie keer; {missed} gemist, "
            "langste {longest} s (een vierde zou na {limit} s komen)"
        ),
        (
            "Three rings: {within} of {answered} answered phones within three; {missed} missed, "
            "longest {longest} s (a fourth would come after {limit} s)"
        ),
    ),
    "open": ("Terugbelafspraken open: {n}", "Callbacks open: {n}"),
    "all_well": (
        "Geen beller hoorde stilte, geen telefoon ging een vierde keer over, niemand werd twee keer gebeld.",
        "No caller heard silence, no phone rang a fourth time, nobody was dialled twice.",
    ),
    "wrong": ("Er ging iets mis: {what}", "Something went wrong: {what}"),
}


def word(code: str, language: str, **slots: object) -> str:
    """The word or sentence of this code; a code without words stands for itself."""
    pair = WORDS.get(code)
    return code if pair is None else pair[1 if language == "en" else 0].format(**slots)
