"""What routing.yaml got after its first version, and what holds for a file that does not have it: the only such place.

The rule for whoever adds a sentence: a policy that was ever valid still loads, for it stands in the databases of
municipalities, and an upgrade must never stop a telephone that works. So a new sentence gets an entry in
`standard.SLOTS` and its words here, in Dutch and in English (with `nameless` where it names the caller), and a new key
gets a default where it stands (`first_line.py`, `second_line.py`, `limits.py`, `shape.py`) under which everything goes
as before. What the first version asked for stays required.
tests/earlier holds a file of that version which must keep loading.
"""

from __future__ import annotations

from collections.abc import Collection

from app.call.policy import Text

UNSAID = frozenset({"callback_reference"})
"""Without this sentence nothing is said in its place: a municipality may leave it out."""
BUILT_IN: dict[str, Text] = {
    text.id: text
    for text in (
        Text(
            "nobody_there",
            {
                "nl": "Er is nu niemand die u te woord kan staan. Wilt u worden teruggebeld? Toets 1."
                " Wilt u wachten, dan hoeft u niets te doen.",
                "en": "There is nobody to speak to you now. Would you like to be called back? Press 1."
                " If you would rather wait, you need not do anything.",
            },
        ),
        Text(
            "callback_number_heard",
            {"nl": "Wij bellen u op nummer {nummer}.", "en": "We will call you on {nummer}."},
        ),
        Text(
            "callback_repeat",
            {
                "nl": "Wilt u dit nog eens horen? Toets dan een sterretje.",
                "en": "To hear this again, press the star key.",
            },
        ),
        Text(
            "accept_call",
            {
                "nl": "Een gesprek van de gemeente {gemeente}. Toets 1 om het aan te nemen.",
                "en": "A call from the municipality of {gemeente}. Press 1 to take it.",
            },
        ),
        Text(
            "announce_agent",
            {
                "nl": "U krijgt {beller} aan de lijn, onderwerp {onderwerp}.",
                "en": "You are about to speak to {beller}, subject {onderwerp}.",
            },
            {
                "nl": "U krijgt een inwoner aan de lijn, onderwerp {onderwerp}.",
                "en": "You are about to speak to a resident, subject {onderwerp}.",
            },
        ),
        Text(
            "transfer_unknown",
            {
                "nl": "Dit nummer is niet van een collega. U bent weer bij de beller.",
                "en": "That is not the number of a colleague. You are back with the caller.",
            },
        ),
        Text(
            "transfer_refused",
            {
                "nl": "Dit nummer mag niet worden gebeld. U bent weer bij de beller.",
                "en": "That number may not be dialled. You are back with the caller.",
            },
        ),
    )
}
"""Sentence id -> the words that are said when the file does not have it."""


def texts(written: Collection[str]) -> dict[str, Text]:
    """The built-in sentences that stand in for what was not written.

    A language other than Dutch and English hears them in the municipality's first language, as any missing words.
    """
    return {name: text for name, text in BUILT_IN.items() if name not in written}
