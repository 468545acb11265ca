"""What deviates from the contract, in one sentence per deviation, in Dutch and English."""

from __future__ import annotations

from msgspec import Struct


class Deviation(Struct, frozen=True):
    """`code` names the sentence; `args` fill it."""

    code: str
    args: dict[str, str] = {}


SENTENCES: dict[str, tuple[str, str]] = {
    "unreachable": (
        "De opdrachten-URL antwoordt niet: {why}.",
        "The command URL does not answer: {why}.",
    ),
    "taken_unsigned": (
        "Een opdracht {how} werd aangenomen (status {status}); verwacht 401 of 403.",
        "A command {how} was accepted (status {status}); expected 401 or 403.",
    ),
    "taken_malformed": (
        "Een onleesbare opdracht kreeg status {status}; verwacht 400.",
        "A command that cannot be read got status {status}; expected 400.",
    ),
    "dead_leg": (
        "Een opdracht voor een lijn die {what} kreeg geen 404 of 410 maar {status}.",
        "A command for a line that {what} did not get 404 or 410 but {status}.",
    ),
    "refused": (
        "De opdracht {command} werd niet uitgevoerd: {why}.",
        "The command {command} was not carried out: {why}.",
    ),
    "missing": (
        "Na {command} kwam {event} niet binnen {seconds} s.",
        "After {command} the event {event} did not come within {seconds} s.",
    ),
    "wrong_order": (
        "{event} kwam vóór {other}; het ging dus niet over voordat werd opgenomen.",
        "{event} came before {other}; so it was answered before it rang.",
    ),
    "wrong_step": (
        "{event} noemt stap {got}; de opdracht was stap {step}.",
        "{event} names step {got}; the command was step {step}.",
    ),
    "wrong_room": (
        "{event} noemt kamer {got}; gevraagd was {room}.",
        "{event} names room {got}; asked was {room}.",
    ),
    "wrong_cause": (
        "Een telefoon die {what} eindigde met oorzaak {got}; verwacht {cause}.",
        "A phone that {what} ended with cause {got}; expected {cause}.",
    ),
    "dialled_twice": (
        "Dezelfde opdracht om te bellen, tweemaal ontvangen, liet de telefoon tweemaal overgaan.",
        "The same command to dial, received twice, made the phone ring twice.",
    ),
    "answered_unasked": (
        "Een telefoon die {what} werd als opgenomen gemeld.",
        "A phone that {what} was reported as answered.",
    ),
    "stale_step": (
        "Een opdracht met een oude stap werd toch uitgevoerd: de lijn verliet de kamer.",
        "A command with an old step was carried out all the same: the line left the room.",
    ),
    "not_stopped": (
        "Een volgende opdracht stopte de spraak niet: say.finished van die opdracht kwam niet binnen {seconds} s.",
        "A next command did not stop the speech: its own say.finished did not come within {seconds} s.",
    ),
    "finish_told": (
        "keys.pressed noemt ook de toets die de invoer afsluit: {got}.",
        "keys.pressed names the key that finishes the entry, too: {got}.",
    ),
    "no_entry": (
        "Gevraagd werd {keys} en een hekje (gather met finish); er kwam geen keys.pressed of words.heard.",
        "Asked was {keys} and a hash (gather with finish); no keys.pressed or words.heard came.",
    ),
    "wrong_entry": (
        "Gevraagd werd {keys} en een hekje; keys.pressed noemt {got}.",
        "Asked was {keys} and a hash; keys.pressed names {got}.",
    ),
    "taken_along": (
        "Van twee lijnen in een kamer verliet er een de kamer, en de andere bleef niet.",
        "Of two lines in a room one left, and the other did not stay.",
    ),
    "look": (
        "Op look antwoordt de centrale {got}; verwacht {want}.",
        "The PBX answers look with {got}; expected {want}.",
    ),
    "ended_twice": (
        "leg.ended kwam {n} keer met verschillende id's voor dezelfde lijn.",
        "leg.ended came {n} times with different ids for the same line.",
    ),
    "not_sent_again": (
        "{event} werd met 503 beantwoord en niet binnen {seconds} s met hetzelfde id opnieuw gestuurd.",
        "{event} was answered with 503 and not sent again with the same id within {seconds} s.",
    ),
    "no_call": (
        "Er kwam geen call.offered binnen {seconds} s.",
        "No call.offered came within {seconds} s.",
    ),
    "degrade_ignored": (
        "Na het noodantwoord (degrade) kwam call.degraded niet binnen {seconds} s.",
        "After the answer degrade the event call.degraded did not come within {seconds} s.",
    ),
    "event_not_authentic": (
        "Een gebeurtenis droeg geen geldige handtekening: {why}.",
        "An event carried no valid signature: {why}.",
    ),
    "event_not_understood": (
        "Een gebeurtenis klopt niet: {why}.",
        "An event is not right: {why}.",
    ),
    "content_type": (
        "{event} heeft niet Content-Type application/cloudevents+json.",
        "{event} does not have Content-Type application/cloudevents+json.",
    ),
    "ids_differ": (
        "Bij {event} verschilt id van de header webhook-id.",
        "In {event} the id differs from the header webhook-id.",
    ),
    "no_time": (
        "{event} zegt niet wanneer (time); drie keer overgaan kan zo niet worden geteld.",
        "{event} does not say when (time); three rings cannot be counted.",
    ),
    "id_used_twice": (
        "{event} gebruikt een id dat al een andere gebeurtenis had.",
        "{event} uses an id that another event had already.",
    ),
}

WORDS: dict[str, tuple[str, str]] = {
    "ok": ("goed", "ok"),
    "deviates": ("wijkt af", "deviates"),
    "skipped": ("niet beproefd", "not tried"),
    "trial_signatures": ("handtekeningen", "signatures"),
    "trial_conversation": ("gesprek met wie opneemt", "conversation"),
    "trial_stopping": ("spraak die door een volgende opdracht stopt", "speech stopped by a next command"),
    "trial_entry": ("invoer met sluittoets en spraak (finish, listen)", "entry with finish and listen"),
    "trial_together": ("twee lijnen in een kamer", "two lines in one room"),
    "trial_withdrawal": ("terugtrekken van wie blijft overgaan", "withdrawal"),
    "trial_busy": ("in gesprek", "busy"),
    "trial_declined": ("weigeren", "declined"),
    "trial_unreachable": ("niet bereikbaar", "unreachable"),
    "trial_call": (
        "zelf bellen (call.offered, opdrachten in het antwoord, degrade)",
        "call (call.offered, commands in the reply, degrade)",
    ),
    "all_well": ("Deze centrale houdt zich aan het contract.", "This PBX keeps the contract."),
    "well_as_far": (
        "Deze centrale houdt zich aan het contract, voor zover beproefd: niet beproefd {n}: {names}.",
        "This PBX keeps the contract, as far as it was tried: not tried were {n}: {names}.",
    ),
    "untried": ("Niet beproefd {n}: {names}.", "Not tried were {n}: {names}."),
    "total": ("{n} afwijking(en).", "{n} deviation(s)."),
    "bad_secret": (
        "Het geheim moet bestaan uit whsec_ en 24 tot 64 willekeurige bytes in base64.",
        "The secret must read whsec_ followed by 24 to 64 random bytes in base64.",
    ),
    "unsigned": ("zonder handtekening", "without a signature"),
    "wrong_secret": ("met een verkeerd geheim", "with a wrong secret"),
    "too_old": ("van tien minuten oud", "ten minutes old"),
    "too_new": ("van over tien minuten", "from ten minutes ahead"),
    "never_was": ("niet bestaat", "does not exist"),
    "is_over": ("voorbij is", "is over"),
    "busy": ("in gesprek was", "was busy"),
    "declined": ("weigerde", "declined"),
    "unreachable": ("niet bereikbaar was", "was not reachable"),
    "withdrawn": ("werd teruggetrokken", "was withdrawn"),
}


def sentence(deviation: Deviation, language: str) -> str:
    """The deviation in words of this language; Dutch unless `en`."""
    which = 1 if language == "en" else 0
    args = {name: WORDS[value][which] if value in WORDS else value for name, value in deviation.args.items()}
    return SENTENCES[deviation.code][which].format(**args)


def word(code: str, language: str, **args: object) -> str:
    """A word or phrase of the report."""
    return WORDS[code][1 if language == "en" else 0].format(**args)
