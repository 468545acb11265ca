"""The standard sentences the rules and the desk use (domain §4), and what may be filled in each."""

from __future__ import annotations

ALWAYS = frozenset({"gemeente"})
UNSURE = ("beller",)
"""Slots for which there may be nothing to fill in: then the `nameless` sentence is said, which may not hold them."""
COLLEAGUE = "collega"

SILENT = frozenset(
    {"greeting_morning", "greeting_afternoon", "greeting_evening", "to_person", "waiting", "position", "position_next"}
)
"""These may be empty: nothing is said then, and the caller hears music, or the menu, at once."""

SLOTS: dict[str, frozenset[str]] = {
    name: ALWAYS | frozenset(slots.split())
    for name, slots in {
        # spoken to the caller by the voice
        "greeting_morning": "",
        "greeting_afternoon": "",
        "greeting_evening": "",
        "menu_retry": "",
        "word_retry": "",
        "to_person": "",
        "closed": "",
        "closed_callback_offer": "",
        "message": "bericht",
        "waiting": "",
        "position": "nummer minuten",
        "position_next": "minuten",
        "offer_callback": "",
        "nobody_there": "",
        "callback_promised": "collega dag van tot",
        "callback_in_turn": "minuten",
        "callback_reference": "nummer",
        "callback_number_heard": "nummer",
        "callback_repeat": "",
        "callback_ask_number": "",
        "callback_number_refused": "",
        "back_soon": "",
        "goodbye": "",
        "apology_line_lost": "",
        "connecting_direct": "collega",
        "recall": "",
        "connected_left": "",
        "degraded": "",
        # spoken to a colleague
        "announce": "medewerker beller onderwerp",
        "announce_direct": "medewerker beller onderwerp",
        # spoken on a phone outside: before and after the key, and to an agent who has no display
        "accept_call": "",
        "announce_agent": "beller onderwerp",
        # spoken to an agent who pressed the transfer key for somebody who cannot be rung
        "transfer_unknown": "",
        "transfer_refused": "",
        # said by the agent
        "welcome_agent_morning": "medewerker",
        "welcome_agent_afternoon": "medewerker",
        "welcome_agent_evening": "medewerker",
        "what_can_i_do": "beller",
        "proposal": "beller",
        "agreed": "beller",
        "expectation": "beller",
        "transfer_now": "beller collega",
        "colleague_busy": "beller collega",
        "colleague_no_answer": "beller collega",
        "colleague_declined": "beller collega",
        "colleague_unreachable": "beller collega",
        "colleague_voicemail": "beller collega",
        "colleague_absent": "beller collega",
        "callback_proposal": "beller collega dag van tot nummer",
        "callback_withheld": "beller",
        "unknown_question": "beller",
        "email_instead": "beller adres nummer",
        "back_from_hold": "beller",
        "anything_else": "beller",
        "thanks": "beller",
        "strength": "beller",
        "success": "beller",
        "goodbye_agent": "beller",
    }.items()
}
"""Text id -> the slots that can be filled in it. Must stand in the file, but for those of `later.py`."""
