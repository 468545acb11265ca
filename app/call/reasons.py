"""The reasons in words an admin understands, Dutch first; `{...}` are the ids that `Because` carries."""

from __future__ import annotations

from app.call.because import Because, chain
from app.call.reasons_of_promises import OF_PROMISES

REASONS: dict[str, tuple[str, str]] = {
    **OF_PROMISES,
    "welcome.menu": ("nummer {number} leidt naar keuzemenu {menu}", "number {number} leads to menu {menu}"),
    "welcome.direct": ("nummer {number} leidt rechtstreeks naar {to}", "number {number} leads straight to {to}"),
    "welcome.unknown_number": (
        "dit nummer staat niet in de routering: naar een medewerker van {office}",
        "this number is not in the routing: to a person at {office}",
    ),
    "closed": ("buiten openingstijd: terugbelafspraak aangeboden", "outside opening hours: a callback is offered"),
    "menu.key": ("de beller koos toets {key}", "the caller pressed {key}"),
    "menu.zero": ("toets 0 is altijd een medewerker", "0 is always a person"),
    "menu.enough": ("de beller koos maar door: naar een medewerker", "the caller chose on and on: to a person"),
    "menu.repeat": ("het menu wordt op verzoek herhaald", "the menu is repeated on request"),
    "menu.silence": ("geen toets en geen woord: naar een medewerker", "no key and no word: to a person"),
    "menu.wrong_key": ("toets {key} bestaat niet: nog eens gevraagd", "key {key} does not exist: asked once more"),
    "menu.wrong_key_twice": ("twee keer een verkeerde toets: naar een medewerker", "wrong key twice: to a person"),
    "menu.unknown_word": ("woord niet herkend: nog eens gevraagd", "word not known: asked once more"),
    "menu.unknown_word_twice": ("woord weer niet herkend: naar een medewerker", "word not known again: to a person"),
    "menu.word": ('"{words}" hoort bij onderwerp {topic}', '"{words}" belongs to topic {topic}'),
    "route.rule": ("een regel stuurt dit naar {office}", "a rule sends this to {office}"),
    "route.choice": ("gekozen voor {office}", "{office} was chosen"),
    "route.topic": ("onderwerp {topic} hoort bij {office}", "topic {topic} belongs to {office}"),
    "route.kcc": ("zonder keuze naar {office}", "without a choice to {office}"),
    "route.overflow_empty": ("niemand aangemeld bij {office}: naar {to}", "nobody logged on at {office}: to {to}"),
    "route.overflow_closed": ("{office} is gesloten: naar {to}", "{office} is closed: to {to}"),
    "route.closed": ("{office} is gesloten: terugbelafspraak aangeboden", "{office} is closed: a callback is offered"),
    "wait.announce": ("de beller hoort zijn plaats in de rij", "the caller hears the place in the line"),
    "wait.offer_callback": ("lange wachttijd: terugbellen aangeboden", "long wait: a callback is offered"),
    "wait.patience": ("maximale wachttijd bij {office} bereikt", "longest wait at {office} reached"),
    "wait.overflow": ("te lang gewacht bij {office}: verder bij {to}", "waited too long at {office}: on to {to}"),
    "wait.returned": ("de beller staat weer vooraan in de rij van {office}", "the caller is first in line at {office}"),
    "wait.closed": ("{office} is gesloten en iedereen is klaar", "{office} is closed and everybody is done"),
    "wait.nobody": ("niemand is aangemeld bij {office}", "nobody is logged on at {office}"),
    "music": ("de beller hoort muziek", "the caller hears music"),
    "offer.free": ("{agent} is vrij voor deze beller", "{agent} is free for this caller"),
    "offer.another_language": (
        "lang gewacht: {agent} van {office} is vrij en spreekt een andere taal",
        "waited long: {agent} of {office} is free and speaks another language",
    ),
    "offer.told": ("{agent} hoort wie er belt", "{agent} hears who is calling"),
    "accept.asked": (
        "{party} nam op: eerst toets 1, dan wordt er verbonden",
        "{party} answered: key 1 first, then they are joined",
    ),
    "accept.again": ("{party} drukte een andere toets: nog eens gevraagd", "{party} pressed another key: asked again"),
    "offer.answered": ("{agent} nam op", "{agent} answered"),
    "offer.withdrawn": ("toestel van {agent} gestopt: {cause}", "{agent}'s phone withdrawn: {cause}"),
    "offer.missed": ("{agent} niet bereikt ({cause}): de volgende", "{agent} not reached ({cause}): the next one"),
    "offer.missed_last": (
        "{agent} niet bereikt ({cause}), maar is de laatste die beschikbaar is: teamleider gewaarschuwd",
        "{agent} not reached ({cause}) but is the last one ready: the supervisor is warned",
    ),
    "ring.estimated": ("overgaan niet gemeld: geschat", "ringing was not signalled: estimated"),
    "join.asked": ("nog niet bevestigd dat zij elkaar horen: de centrale gevraagd", "not confirmed yet: switch asked"),
    "join.failed": ("verbinden met de medewerker mislukt: verder wachten", "could not join the agent: waiting on"),
    "join.lost": ("verbinding met {agent} verbroken: verder wachten", "lost {agent}: waiting on"),
    "join.hung_up": ("{agent} hing meteen weer op: verder wachten", "{agent} hung up at once: waiting on"),
    "join.wish": ("gevraagd door {agent}: zodra zij elkaar horen", "asked by {agent}: as soon as they hear each other"),
    "join.no_wish": ("niet meer gevraagd door {agent}", "{agent} does not ask for it any more"),
    "talk": ("in gesprek met {agent}", "speaking with {agent}"),
    "hold": ("{agent} zette de beller in de wacht", "{agent} put the caller on hold"),
    "retrieve": ("{agent} haalde de beller terug", "{agent} took the caller back"),
    "hangup.agent": ("{agent} rondde het gesprek af", "{agent} rounded off"),
    "hangup.colleague": ("de collega hing op", "the colleague hung up"),
    "line_lost": ("lijn van {agent} weggevallen: met voorrang in de rij", "lost {agent}'s line: waits with priority"),
    "consult": ("{agent} vraagt ruggespraak met {colleague}", "{agent} consults {colleague}"),
    "consult.answered": ("{colleague} nam op en hoort wie er belt", "{colleague} answered and hears who is calling"),
    "consult.speaking": ("{agent} spreekt met {colleague}", "{agent} speaks with {colleague}"),
    "consult.cancelled": ("{agent} gaat terug naar de beller", "{agent} is back with the caller"),
    "consult.withdrawn": ("toestel van {colleague} gestopt: {cause}", "{colleague}'s phone withdrawn: {cause}"),
    "consult.next_address": ("volgende toestel van {colleague}", "next phone of {colleague}"),
    "transfer_key.unknown": (
        "{agent} koos met de doorverbindtoets een nummer dat niet van een collega is",
        "{agent} pressed the transfer key for a number of no colleague",
    ),
    "transfer_key.forbidden": (
        "{agent} koos met de doorverbindtoets een nummer dat niet mag worden gebeld",
        "{agent} pressed the transfer key for a number that may not be dialled",
    ),
    "transfer_key.back": ("{agent} is terug bij de beller", "{agent} is back with the caller"),
    "swap": ("makelen: nu in gesprek met {focus}", "swap: now speaking with the {focus}"),
    "three_way": ("driegesprek", "three-way"),
    "connect": ("{agent} verbindt door met {colleague}", "{agent} connects {colleague}"),
    "connect.agent_gone": ("{agent} is weg, het verbinden gaat door", "{agent} is gone, connecting goes on"),
    "connect.failed": ("verbinden niet bevestigd: terug naar ruggespraak", "not confirmed: back to the consult"),
    "connected": (
        "beller en {colleague} horen elkaar, {agent} is vrij",
        "caller and {colleague} speak, {agent} is free",
    ),
    "transferred": ("doorverbonden met {colleague}", "transferred to {colleague}"),
    "ring_on": ("{agent} is weg: toestel van {colleague} gaat verder over", "{agent} is gone: {colleague} rings on"),
    "announce_direct": ("{agent} is weg: {colleague} en beller horen een zin", "{agent} is gone: both hear a sentence"),
    "announce.half": ("een van beiden heeft de zin gehoord", "one of the two heard the sentence"),
    "recall": (
        "{colleague} niet bereikt ({cause}) en {agent} is weg: terug naar het loket, terugbelafspraak {callback}",
        "{colleague} not reached ({cause}), {agent} gone: recall of the front office, callback {callback}",
    ),
    "transfer.busy": (
        "{colleague} is in gesprek: terugbelafspraak {callback}",
        "{colleague} is busy: callback {callback}",
    ),
    "transfer.no_answer": (
        "{colleague} neemt niet op: terugbelafspraak {callback}",
        "{colleague}: no answer, {callback}",
    ),
    "transfer.declined": ("{colleague} kan nu niet: terugbelafspraak {callback}", "{colleague} declined: {callback}"),
    "transfer.unreachable": (
        "{colleague} is onbereikbaar: terugbelafspraak {callback}",
        "{colleague} unreachable: {callback}",
    ),
    "transfer.voicemail": (
        "voicemail van {colleague}: terugbelafspraak {callback}",
        "{colleague}'s voicemail: {callback}",
    ),
    "transfer.absent": (
        "{colleague} is er volgens rooster niet: terugbelafspraak {callback}",
        "{colleague} is absent: {callback}",
    ),
    "transfer.failed": (
        "{colleague} viel weg: terugbelafspraak {callback}",
        "{colleague} was lost: callback {callback}",
    ),
    "callback.asked": ("vraag meegenomen: terugbelafspraak {callback}", "question taken away: callback {callback}"),
    "callback.helped": ("toch geholpen: {callback} ingetrokken", "helped after all: {callback} withdrawn"),
    "callback.email": (
        "beller mailt liever: {callback} ingetrokken",
        "the caller prefers e-mail: {callback} withdrawn",
    ),
    "promise.asked": ("de beller wil worden teruggebeld", "the caller wants to be called back"),
    "promise.consent": ("de beller wil worden teruggebeld", "the caller wants to be called back"),
    "promise.number": ("de beller gaf een {kind}-nummer", "the caller gave a {kind} number"),
    "promise.number_refused": ("nummer ({kind}) mag niet worden gebeld", "number ({kind}) may not be dialled"),
    "promise.no": ("de beller wil niet worden teruggebeld", "the caller does not want a callback"),
    "promise.no_wait": ("de beller wacht liever", "the caller prefers to wait"),
    "caller.identified": ("{agent} controleerde de gegevens van de beller", "{agent} checked the caller's data"),
    "caller.owed_already": (
        "de beller heeft over dit onderwerp al terugbelafspraak {callback}: samengevoegd",
        "the caller is owed {callback} about this subject already: merged",
    ),
    "ended": ("het gesprek is afgelopen", "the call is over"),
    "caller_gone": ("de beller hing op ({phase})", "the caller hung up ({phase})"),
    "caller_lost": ("de lijn van de beller viel weg ({phase})", "the caller's line was lost ({phase})"),
    "closed_line": ("afgerond", "rounded off"),
    "repaired": ("de lijn deed iets anders: nog eens {command}", "the line did something else: {command} once more"),
    "command_failed": ("{command} lukte niet: de centrale gevraagd", "{command} failed: the switch is asked"),
    "degraded": ("noodantwoord gegeven: de centrale belt het KCC", "static reply: the switch rings the KCC"),
    "noted": ("gemeld door de centrale", "told by the switch"),
    "message": ("{agent} zette de actuele melding", "{agent} set the current message"),
    "policy": ("routering {version} is actief", "routing {version} is active"),
    "registered": ("{agent} registreerde {questions}", "{agent} registered {questions}"),
    "agent.ready": ("{agent} is beschikbaar", "{agent} is ready"),
    "agent.not_ready": ("{agent} is niet beschikbaar", "{agent} is not ready"),
    "agent.logged_off": ("{agent} is afgemeld", "{agent} logged off"),
    "agent.again": ("{agent} miste een oproep en kan weer worden gebeld", "{agent} missed a call; may be rung again"),
    "agent.then_ready": ("{agent} wordt na dit gesprek beschikbaar", "{agent} will be ready after this call"),
    "agent.then_not_ready": ("{agent} neemt na dit gesprek pauze", "{agent} will pause after this call"),
    "agent.then_logged_off": ("{agent} meldt zich na dit gesprek af", "{agent} will log off after this call"),
    "ignored.phase": ("heeft in deze fase geen gevolg ({phase})", "means nothing in this phase ({phase})"),
    "ignored.no_call": ("dit gesprek is er niet (meer)", "there is no such call (any more)"),
    "ignored.offered_already": ("dit gesprek is al bekend", "this call is known already"),
    "ignored.leg_over": ("deze lijn is al weg", "this line is over already"),
    "ignored.step_passed": ("te laat: deze lijn doet al iets anders", "too late: this line does something else by now"),
    "ignored.room_passed": ("te laat: deze lijn hoort in een andere ruimte", "too late: this line belongs elsewhere"),
    "ignored.answered_already": ("was al opgenomen", "was answered already"),
    "ignored.timer_gone": ("deze timer ({timer}) loopt niet meer", "this timer ({timer}) is not armed any more"),
    "ignored.not_your_call": ("{agent} voert dit gesprek niet", "{agent} does not hold this call"),
    "ignored.not_speaking": ("{colleague} is nog niet aan de lijn", "{colleague} is not on the line yet"),
    "ignored.rung_already": (
        "{colleague} is al gebeld in dit gesprek; probeer {instead}",
        "{colleague} was rung in this call already; try {instead}",
    ),
    "ignored.unknown_agent": ("medewerker {agent} staat niet in de routering", "agent {agent} is not in the routing"),
    "ignored.unknown_colleague": ("collega {colleague} staat niet in de routering", "no colleague {colleague}"),
    "ignored.unknown_department": ("afdeling {department} staat niet in de routering", "no department {department}"),
    "ignored.agent_state": ("{agent} is al {state}", "{agent} is {state} already"),
    "ignored.no_callback": ("er is geen open terugbelafspraak", "there is no open callback"),
    "ignored.nothing_to_register": ("niets te registreren voor {agent}", "nothing to register for {agent}"),
    "ignored.registered_already": ("dit gesprek is al geregistreerd", "this call is registered already"),
}

VALUES: dict[str, dict[str, tuple[str, str]]] = {
    "cause": {
        "busy": ("in gesprek", "busy"),
        "no_answer": ("niet opgenomen", "no answer"),
        "declined": ("geweigerd", "declined"),
        "unreachable": ("onbereikbaar", "unreachable"),
        "voicemail": ("voicemail", "voicemail"),
        "absent": ("afwezig", "absent"),
        "failed": ("weggevallen", "lost"),
        "lost": ("weggevallen", "lost"),
    },
    "phase": {
        "Welcoming": ("begroeting", "welcome"),
        "Choosing": ("keuzemenu", "menu"),
        "Waiting": ("in de rij", "waiting"),
        "Offering": ("toestel gaat over", "ringing"),
        "Joining": ("wordt verbonden", "being joined"),
        "Talking": ("in gesprek", "talking"),
        "Consulting": ("ruggespraak", "consult"),
        "RingingOn": ("toestel van de collega gaat over", "ringing on"),
        "Announcing": ("aankondiging", "announcement"),
        "Connecting": ("wordt doorverbonden", "being connected"),
        "Connected": ("doorverbonden", "connected"),
        "Promising": ("terugbelafspraak", "callback offered"),
        "Closing": ("afsluiting", "closing"),
        "Degraded": ("noodantwoord", "static reply"),
        "Ended": ("afgelopen", "over"),
    },
    "questions": {"1": ("1 vraag", "1 question")} | {str(n): (f"{n} vragen", f"{n} questions") for n in range(2, 21)},
    "focus": {"caller": ("de beller", "caller"), "colleague": ("de collega", "colleague"), "all": ("beiden", "both")},
    "state": {
        "logged_off": ("afgemeld", "logged off"),
        "not_ready": ("niet beschikbaar", "not ready"),
        "ready": ("beschikbaar", "ready"),
        "reserved": ("gereserveerd", "reserved"),
        "talking": ("in gesprek", "talking"),
        "wrap_up": ("in nawerktijd", "in wrap-up"),
    },
}
"""What ids of the house are called on the screen; ids of people and parts of the policy stand as they are."""


def sentence(because: Because, language: str = "nl") -> str:
    """The reason in words, its steps in order. An unknown code is shown as it is."""
    which = 0 if language == "nl" else 1
    return "; ".join(words(step, which) for step in chain(because))


def words(step: Because, which: int) -> str:
    """One step, without what it led to: 0 in Dutch, 1 in English."""
    said = REASONS[step.code][which] if step.code in REASONS else step.code
    for key, value in step.args.items():
        known = VALUES.get(key, {}).get(value)
        said = said.replace(f"{{{key}}}", known[which] if known else value)
    return said
