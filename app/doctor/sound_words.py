"""The doctor's sentences about what is heard and who is rung: phones, codecs, sounds, music and recordings."""

from __future__ import annotations

from collections.abc import Mapping

from app.doctor.words import Words

SOUND: Mapping[str, Words] = {
    "phones_ok": Words(
        "phones", "ok",
        "Alle {count} toestellen uit de routering bestaan en zijn aangemeld.",
        "All {count} phones of the routing exist and are registered.",
    ),
    "phone_absent": Words(
        "phones", "wrong",
        "Asterisk kent {phone} niet, het toestel van {who}: dat gaat nooit over.",
        "Asterisk does not know {phone}, the phone of {who}: it never rings.",
        "Maak [{name}] in pjsip.conf, of verbeter het adres van {who} in routing.yaml{meant}.",
        "Make [{name}] in pjsip.conf, or mend the address of {who} in routing.yaml{meant}.",
    ),
    "phones_offline": Words(
        "phones", "warning",
        "Niet aangemeld: {phones}. Deze toestellen gaan nu niet over.",
        "Not registered: {phones}. These phones do not ring now.",
        "Staat het toestel aan, en is het netwerk goed? Waarom Asterisk een aanmelding weigert, "
        "ziet u na: asterisk -rx 'pjsip set logger on'.",
        "Is the phone on, and the network good? Why Asterisk refuses a registration "
        "can be seen after: asterisk -rx 'pjsip set logger on'.",
    ),
    "phones_unseen": Words(
        "phones", "unseen",
        "ASTERISK_PHONES is {phones}: of die toestellen bestaan, is alleen bij PJSIP te zien.",
        "ASTERISK_PHONES is {phones}: whether those phones exist can only be seen with PJSIP.",
        "Bel ze één voor één.", "Ring them one by one.",
    ),
    "phones_behind": Words(
        "phones", "unseen",
        "De {count} toestellen uit de routering worden via {trunk} gebeld: of ze bestaan, aan staan en vrij zijn, "
        "is van hier niet te zien.",
        "The {count} phones of the routing are rung through {trunk}: whether they exist, are on and are free cannot be "
        "seen from here.",
        "Bel ze één voor één. Wie niet opneemt, wordt pas bij een oproep ontdekt.",
        "Ring them one by one. Who does not answer is only found out by a call.",
    ),
    "phones_none": Words(
        "phones", "warning",
        "De routering noemt geen enkel SIP-toestel.",
        "The routing names no SIP phone at all.",
        "Geef medewerkers en collega's in routing.yaml een adres zoals sip:101@pbx.",
        "Give agents and colleagues in routing.yaml an address such as sip:101@pbx.",
    ),
    "sends_on": Words(
        "phones", "wrong",
        "Deze toestellen mogen een oproep van ons doorsturen, ook naar een betaald nummer via uw eigen lijn: {phones}. "
        "De dienst breekt zo'n oproep meteen af, maar dan is hij al vertrokken.",
        "These phones may send a call of ours on, also to a paid number by your own trunk: {phones}. "
        "The service breaks such a call off at once, but then it has left already.",
        "Zet redirect_method = uri_core bij deze toestellen in pjsip.conf; daarna: "
        "asterisk -rx 'module reload res_pjsip.so'.",
        "Set redirect_method = uri_core for these phones in pjsip.conf; then: "
        "asterisk -rx 'module reload res_pjsip.so'.",
    ),
    "user_options": Words(
        "phones", "warning",
        "Een nummer met iets erachter (sip:+31612345678;cpc=ordinary@...) wordt niet als dat nummer gelezen: "
        "sommige netwerken sturen dat mee, en dan is de beller onbekend of komt de oproep niet aan.",
        "A number with something behind it (sip:+31612345678;cpc=ordinary@...) is not read as that number: "
        "some networks send that, and then the caller is unknown or the call does not arrive.",
        "Zet ignore_uri_user_options = yes in [global] van pjsip.conf; daarna: "
        "asterisk -rx 'module reload res_pjsip.so'.",
        "Set ignore_uri_user_options = yes in [global] of pjsip.conf; then: asterisk -rx 'module reload res_pjsip.so'.",
    ),
    "outside_ok": Words(
        "phones", "ok", "Naar buiten wordt gebeld via {trunk}.", "Calls outside go through {trunk}."
    ),
    "outside_unset": Words(
        "phones", "wrong",
        "De routering noemt telefoonnummers ({count}), maar die worden nooit gebeld: ASTERISK_OUTSIDE is niet gezet.",
        "The routing names telephone numbers ({count}), but none is ever dialled: ASTERISK_OUTSIDE is not set.",
        "Zet ASTERISK_OUTSIDE, bijvoorbeeld PJSIP/{{number}}@trunk, en herstart de dienst.",
        "Set ASTERISK_OUTSIDE, for example PJSIP/{{number}}@trunk, and restart the service.",
    ),
    "trunk_absent": Words(
        "phones", "wrong",
        "Asterisk kent {trunk} uit ASTERISK_OUTSIDE niet: naar buiten bellen lukt nooit.",
        "Asterisk does not know {trunk} of ASTERISK_OUTSIDE: calling outside always fails.",
        "Verbeter ASTERISK_OUTSIDE of maak de trunk in pjsip.conf{meant}.",
        "Mend ASTERISK_OUTSIDE, or make the trunk in pjsip.conf{meant}.",
    ),
    "trunk_offline": Words(
        "phones", "warning",
        "{trunk} is nu niet bereikbaar: naar buiten bellen lukt niet, en misschien kan niemand ons bellen.",
        "{trunk} cannot be reached now: calling outside fails, and perhaps nobody can call us.",
        "Zie asterisk -rx 'pjsip show contacts' en 'pjsip show registrations'; vraag anders de leverancier.",
        "See asterisk -rx 'pjsip show contacts' and 'pjsip show registrations'; else ask the provider.",
    ),
    "codecs_ok": Words(
        "codecs", "ok", "Elk toestel kan alaw, ulaw of g722.", "Each phone can do alaw, ulaw or g722."
    ),
    "codecs_none": Words(
        "codecs", "wrong",
        "{phone} mag geen alaw, ulaw of g722 gebruiken (wel {allowed}).",
        "{phone} may use none of alaw, ulaw and g722 (but {allowed}).",
        "Zet allow = alaw bij dit toestel in pjsip.conf; daarna: asterisk -rx 'module reload res_pjsip.so'.",
        "Set allow = alaw for this phone in pjsip.conf; then: asterisk -rx 'module reload res_pjsip.so'.",
    ),
    "codec_unloaded": Words(
        "codecs", "wrong",
        "{phone} mag alleen {allowed} gebruiken, maar de module {module} is niet geladen: "
        "het toestel hoort geen zin en geen muziek.",
        "{phone} may only use {allowed}, but the module {module} is not loaded: "
        "the phone hears no sentence and no music.",
        "Laad de module: asterisk -rx 'module load {module}', of sta bij het toestel ook alaw toe.",
        "Load it: asterisk -rx 'module load {module}', or allow the phone alaw, too.",
    ),
    "sounds_ok": Words(
        "sounds", "ok",
        "Asterisk speelt wat de dienst schrijft in {folder}.",
        "Asterisk plays what the service writes in {folder}.",
    ),
    "sounds_unread": Words(
        "sounds", "wrong",
        "De dienst schrijft in {folder}, maar Asterisk kan dat niet lezen als {seen}: "
        "een beller hoort geen enkele zin.",
        "The service writes in {folder}, but Asterisk cannot read it as {seen}: a caller hears no sentence at all.",
        "Op één machine: geef de gebruiker van Asterisk leesrecht op de map en toegang (x) tot elke map erboven. "
        "Op twee machines: deel de map, en zet ASTERISK_SOUNDS_SEEN op de plaats waar Asterisk haar ziet. "
        "Proef: sudo -u asterisk ls {seen}.",
        "On one machine: give Asterisk's user read access to the folder and access (x) to each folder above it. On two "
        "machines: share the folder, and set ASTERISK_SOUNDS_SEEN to where Asterisk sees it. "
        "Try: sudo -u asterisk ls {seen}.",
    ),
    "sounds_unwritten": Words(
        "sounds", "wrong",
        "De dienst kan niet schrijven in {folder}: {why}.",
        "The service cannot write in {folder}: {why}.",
        "Maak de map en geef haar aan de gebruiker van de dienst: chown -R warmlijn {folder}.",
        "Make the folder and give it to the service's user: chown -R warmlijn {folder}.",
    ),
    "voice_ok": Words(
        "sounds", "ok", "De computerstem werkt ({languages}).", "The computer's voice works ({languages})."
    ),
    "voice_missing": Words(
        "sounds", "wrong",
        "Op de machine van de dienst ontbreekt {names}: zonder gesproken zinnen neemt de dienst geen gesprek aan.",
        "Missing on the service's machine: {names}. Without spoken sentences the service takes no call.",
        "Installeer daar: apt-get install {programs}, en herstart de dienst.",
        "Install there: apt-get install {programs}, and restart the service.",
    ),
    "voice_language": Words(
        "sounds", "warning",
        "De computerstem (espeak-ng) spreekt geen {language}; een beller hoort die zinnen alleen als u ze inspreekt.",
        "The computer's voice (espeak-ng) speaks no {language}; those sentences are only heard when recorded.",
        "Neem deze zinnen op, of haal de taal uit municipality.languages.",
        "Record these sentences, or take the language out of municipality.languages.",
    ),
    "sentences_ok": Words(
        "sounds", "ok", "Alle {count} vaste zinnen staan klaar.", "All {count} standing sentences are ready."
    ),
    "sentences_unmade": Words(
        "sounds", "warning",
        "Van de {count} vaste zinnen staan er {unmade} nog niet klaar; de eerste die er een nodig heeft, wacht.",
        "Of the {count} standing sentences {unmade} are not ready yet; the first to need one waits.",
        "Na een start duurt dit hoogstens een minuut. Blijft het, zoek dan voices.not_made in het logboek.",
        "After a start this takes a minute at most. If it stays, look for voices.not_made in the service's log.",
    ),
    "sound_format": Words(
        "sounds", "wrong",
        "{file} is geen geluid dat Asterisk speelt: {why}.",
        "{file} is no sound that Asterisk plays: {why}.",
        "Haal het bestand weg: de dienst maakt het opnieuw.",
        "Take the file away: the service makes it anew.",
    ),
    "disk_ok": Words("sounds", "ok", "Er is {free} vrij voor geluid.", "{free} are free for sounds."),
    "disk_low": Words(
        "sounds", "warning",
        "Er is nog maar {free} vrij bij {folder}.",
        "Only {free} are free at {folder}.",
        "Ruim op: zonder ruimte zijn er geen nieuwe gesproken zinnen.",
        "Make room: without it there are no new spoken sentences.",
    ),
    "disk_full": Words(
        "sounds", "wrong",
        "Er is bijna niets meer vrij bij {folder} ({free}).",
        "Almost nothing is free at {folder} ({free}).",
        "Ruim nu op: zonder ruimte wordt geen zin met een naam of tijd gesproken.",
        "Make room now: without it no sentence with a name or a time is spoken.",
    ),
    "music_ok": Words(
        "music", "ok", "Asterisk kent de muziek {names}.", "Asterisk knows the music {names}."
    ),
    "music_empty": Words(
        "music", "wrong",
        "In {folder} staat geen muziek: wie wacht, hoort niets.",
        "There is no music in {folder}: who waits hears nothing.",
        "Zet er een WAV (8000 Hz, 16 bits, mono) in, of herstart de dienst: die maakt eigen muziek.",
        "Put a WAV (8000 Hz, 16 bits, mono) there, or restart the service: it makes music of its own.",
    ),
    "music_class": Words(
        "music", "wrong",
        "Asterisk kent de muziek {name} niet: wie wacht, hoort niets of iets anders.",
        "Asterisk does not know the music {name}: who waits hears nothing, or something else.",
        "Neem [{name}] over uit deploy/asterisk/musiconhold.conf; daarna: asterisk -rx 'moh reload'.",
        "Take [{name}] from deploy/asterisk/musiconhold.conf; then: asterisk -rx 'moh reload'.",
    ),
    "music_unseen": Words(
        "music", "unseen",
        "Of Asterisk de muziek {names} kent, is op afstand niet te zien: {why}.",
        "Whether Asterisk knows the music {names} cannot be seen from afar: {why}.",
        "Kijk op de machine van Asterisk: asterisk -rx 'moh show classes' moet beide noemen. "
        "Of voer warmlijn doctor daar uit.",
        "Look on Asterisk's machine: asterisk -rx 'moh show classes' must name both. Or run warmlijn doctor there.",
    ),
    "recordings_ok": Words(
        "recordings", "ok", "{count} eigen opname(n), alle goed.", "{count} recording(s) of your own, all good."
    ),
    "recordings_none": Words(
        "recordings", "ok",
        "Geen eigen opnamen: de computerstem spreekt.", "No recordings: the computer's voice speaks.",
    ),
    "recordings_odd": Words(
        "recordings", "warning",
        "{count} bestand(en) in {folder} worden niet of niet goed gehoord, zoals {file}: {why}.",
        "{count} file(s) in {folder} are not heard, or not well, such as {file}: {why}.",
        "Alle opmerkingen: warmlijn check --recordings {folder}.",
        "All remarks: warmlijn check --recordings {folder}.",
    ),
}
TERMS: Mapping[str, tuple[str, str]] = {
    "what_info": ("zijn versie", "its version"),
    "what_modules": ("zijn modules", "its modules"),
    "what_app": ("zijn toepassingen", "its applications"),
    "what_clock": ("de tijd", "the time"),
    "what_sign": ("KCC_ALIVE", "KCC_ALIVE"),
    "what_dialplan": ("het vangnet", "the fallback"),
    "what_phones": ("de toestellen", "the phones"),
    "what_sounds": ("het geluid", "the sounds"),
    "why_service": (
        "de dienst draait niet, of niet met deze instellingen", "the service does not run, or not with these settings"
    ),
    "why_app": ("de dienst is niet bij Asterisk aangemeld", "the service is not registered with Asterisk"),
    "ConnectError": ("er luistert daar niets", "nothing listens there"),
    "ConnectTimeout": ("er kwam geen verbinding", "there came no connection"),
    "ReadTimeout": ("er kwam geen antwoord", "there came no answer"),
    "ConnectionRefusedError": ("er luistert daar niets", "nothing listens there"),
    "gaierror": ("die naam bestaat niet", "there is no such name"),
    "TimeoutError": ("er kwam geen antwoord", "there came no answer"),
    "CancelledError": ("er kwam geen antwoord", "there came no answer"),
    "check_database": ("hij kan niet bij de database", "it cannot reach the database"),
    "check_migrations": ("database en programma passen niet bij elkaar", "database and program do not fit"),
    "check_outbox": ("opdrachten aan de centrale blijven te lang liggen", "commands to the switch wait too long"),
    "check_version": ("de gegevens zijn van een nieuwere versie", "the state is of a newer version"),
    "check_engine": ("hij verwerkt geen gebeurtenissen meer", "it handles no events any more"),
    "check_switch": ("een centrale neemt geen opdrachten aan", "a switch takes no commands"),
    "why_link": ("er is geen verbinding (zie hierboven)", "there is no link (see above)"),
    "why_voice": (
        "er zijn geen gesproken zinnen te maken (zie bij geluid)", "no sentence can be spoken (see at sounds)"
    ),
    "why_compare": (
        "Asterisk is nog niet vergeleken met onze gegevens", "Asterisk was not compared with our state yet"
    ),
    "why_newer": (
        "een nieuwere versie van het programma heeft in de database geschreven; werk dit proces bij",
        "a newer version of the program wrote to the database; update this process",
    ),
    "why_busy": (
        "de dienst loopt achter met het bewaren van gebeurtenissen; is de database traag?",
        "the service is behind with saving events; is the database slow?",
    ),
    "why_stopping": ("de dienst wordt gestopt", "the service is being stopped"),
    "why_elsewhere": (
        "zie het logboek van het proces dat de verbinding houdt", "see the log of the process that holds the link"
    ),
    "why_unknown": (
        "onbekend; kijk opnieuw, en lees anders het logboek van de dienst",
        "unknown; look again, else read the log of the service",
    ),
    "why_function": (
        "daarvoor is de module func_dialplan.so nodig, en die is niet geladen",
        "that takes the module func_dialplan.so, which is not loaded",
    ),
    "why_console": (
        "dat zegt alleen de console van Asterisk, en die is hier niet te bereiken",
        "only Asterisk's console tells, and it cannot be reached from here",
    ),
    "why_silent": ("Asterisk gaf geen antwoord", "Asterisk gave no answer"),
}
"""Reasons that stand inside a sentence, by the name under which they are given as an argument."""
