"""The reasons of the promise in words, Dutch first; `reasons.py` knows them too."""

from __future__ import annotations

OF_PROMISES: dict[str, tuple[str, str]] = {
    "callback.confirmed": ("{agent} sprak {callback} af met de beller", "{agent} agreed {callback} with the caller"),
    "callback.changed": ("{agent} wijzigde {callback}", "{agent} changed {callback}"),
    "callback.moved": ("{agent} koos een ander moment voor {callback}", "{agent} chose another moment for {callback}"),
    "callback.withdrawn": ("{agent} trok {callback} in", "{agent} withdrew {callback}"),
    "callback.kept": ("teruggebeld: {callback} is nagekomen", "called back: {callback} was kept"),
    "callback.tried": (
        "{agent} belde voor {callback} en bereikte de beller niet (keer {times})",
        "{agent} rang for {callback} and did not reach the caller (time {times})",
    ),
    "callback.missed": (
        "het moment van {callback} ging voorbij: de teamleider is gewaarschuwd",
        "the moment of {callback} passed: the supervisor is warned",
    ),
    "callback.late": (
        "{callback} is over de norm: de teamleider is gewaarschuwd",
        "{callback} is past the norm: the supervisor is warned",
    ),
    "callback.instead": (
        "{asked} kan niet terugbellen voor {norm}: dat doet {who}",
        "{asked} cannot call back before {norm}: {who} does",
    ),
    "callback.past_norm": ("{callback} komt na de norm: {norm}", "{callback} comes after the norm: {norm}"),
    "callback.turn": ("vanaf nu telt de plaats in de rij van {callback}", "from now on {callback} is in line"),
    "turn.came": ("{callback} is aan de beurt: {agent} kan terugbellen", "{callback} is next: {agent} may call back"),
    "turn.passed": ("{agent} liet {callback} voorbijgaan", "{agent} let {callback} go by"),
    "turn.taken": ("{agent} belt {callback} nu terug", "{agent} calls {callback} back now"),
    "ignored.no_turn": ("{callback} houdt geen plaats in de rij (meer)", "{callback} has no turn (any more)"),
    "ignored.callback_closed": ("{callback} is al afgesloten ({status})", "{callback} is closed already ({status})"),
    "ignored.callback_promised": ("{callback} was al afgesproken", "{callback} was agreed already"),
    "ignored.callback_same": ("aan {callback} verandert niets", "nothing changes in {callback}"),
    "ignored.callback_twin": (
        "over deze vraag, voor dezelfde persoon, is er al {callback}",
        "about this question, for the same person, there is {callback} already",
    ),
    "ignored.slot_past": ("dit moment is al voorbij", "this moment has passed"),
    "ignored.slot_far": ("dit moment is te ver weg", "this moment is too far ahead"),
    "ignored.slot_absent": ("de collega is dan afwezig", "the colleague is away then"),
    "ignored.slot_closed": ("dit moment valt buiten de werktijden", "this moment is outside working hours"),
    "ignored.slot_full": ("dit moment is al vol", "this moment is fully booked"),
    "ignored.number_none": ("er is geen nummer", "there is no number"),
    "ignored.number_withheld": ("dit nummer is afgeschermd", "this number is withheld"),
    "ignored.number_invalid": ("dit is geen telefoonnummer", "this is no telephone number"),
    "ignored.number_premium": ("naar betaalnummers wordt niet gebeld", "premium numbers are never rung"),
    "ignored.number_service": ("naar servicenummers wordt niet gebeld", "service numbers are never rung"),
    "ignored.number_emergency": ("naar een alarmnummer wordt niet gebeld", "emergency numbers are never rung"),
    "ignored.number_own": ("dit is een nummer van de gemeente zelf", "this is a number of the municipality itself"),
    "ignored.number_foreign": ("naar dit land wordt niet teruggebeld", "numbers of this country are not rung back"),
    "ignored.number_fixed": ("naar vaste nummers wordt niet teruggebeld", "fixed numbers are not rung back"),
    "ignored.number_mobile": ("naar mobiele nummers wordt niet teruggebeld", "mobile numbers are not rung back"),
    "ignored.number_085": ("naar 085-nummers wordt niet teruggebeld", "085 numbers are not rung back"),
    "ignored.number_088": ("naar 088-nummers wordt niet teruggebeld", "088 numbers are not rung back"),
}
