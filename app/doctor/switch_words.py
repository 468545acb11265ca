"""The doctor's sentences about Asterisk: the link, the switch itself, its dialplan and the phones behind it."""

from __future__ import annotations

from collections.abc import Mapping

from app.doctor.words import Words

SWITCH: Mapping[str, Words] = {
    "link_up": Words(
        "link", "ok",
        "Asterisk is verbonden met de dienst (proces {holder}).",
        "Asterisk is connected with the service (process {holder}).",
    ),
    "link_http": Words(
        "link", "ok",
        "Asterisk is verbonden met een ander proces van de dienst ({holder}); dit proces vraagt het via {url}.",
        "Asterisk is connected with another process of the service ({holder}); this one asks over {url}.",
    ),
    "link_comparing": Words(
        "link", "warning",
        "Asterisk is verbonden, maar nog niet vergeleken met onze gegevens.",
        "Asterisk is connected, but was not compared with our state yet.",
        "Kijk over een paar seconden opnieuw. Blijft dit zo, zoek dan asterisk.no_answer in het logboek.",
        "Look again in a few seconds. If it stays so, look for asterisk.no_answer in the log of the service.",
    ),
    "link_elsewhere": Words(
        "link", "unseen",
        "Een ander proces van de dienst ({holder}) houdt de verbinding; via dit proces is Asterisk niet te vragen.",
        "Another process of the service ({holder}) holds the link; this one cannot ask Asterisk.",
        "Voer deze opdracht uit op de machine van dat proces, of zet ook ASTERISK_URL.",
        "Run this command on the machine of that process, or set ASTERISK_URL, too.",
    ),
    "link_none": Words(
        "link", "wrong",
        "Asterisk heeft geen verbinding met de dienst geopend.",
        "Asterisk opened no link to the service.",
        "Kijk op de machine van Asterisk: asterisk -rx 'ari show outbound-websockets'. Staat daar niets, dan ontbreekt "
        "[warmlijn-link] in ari.conf of de module res_websocket_client. Staat er wel iets, kijk dan of de uri op "
        "/switch/{centre}/asterisk eindigt, of de firewall haar doorlaat, en bij wss:// of het certificaat klopt.",
        "Look on Asterisk's machine: asterisk -rx 'ari show outbound-websockets'. If nothing is there, "
        "[warmlijn-link] is missing in ari.conf, or the module res_websocket_client. Else see whether the uri ends in "
        "/switch/{centre}/asterisk, whether the firewall lets it through, and with wss:// the certificate.",
    ),
    "link_useless": Words(
        "link", "wrong",
        "Asterisk opent wel een verbinding, maar biedt de toepassing {app} niet aan, of laat ons alleen kijken.",
        "Asterisk does open a link, but without the application {app}, or it only lets us look.",
        "Maak de naam gelijk in ASTERISK_APP, in apps van [warmlijn-link] in ari.conf en in Stasis() van "
        "extensions.conf, en zet read_only = no bij local_ari_user; daarna: asterisk -rx 'module reload res_ari.so'.",
        "Make the name the same in ASTERISK_APP, in apps of [warmlijn-link] in ari.conf and in Stasis() of "
        "extensions.conf, and set read_only = no for local_ari_user; then: asterisk -rx 'module reload res_ari.so'.",
    ),
    "link_refused": Words(
        "link", "wrong",
        "Asterisk meldt zich met een verkeerd wachtwoord, voor het laatst {ago} geleden.",
        "Asterisk comes with a wrong password, last {ago} ago.",
        "Maak password in websocket_client.conf gelijk aan ASTERISK_LINK_SECRET; "
        "daarna: asterisk -rx 'module reload res_websocket_client.so'.",
        "Make password in websocket_client.conf the same as ASTERISK_LINK_SECRET; "
        "then: asterisk -rx 'module reload res_websocket_client.so'.",
    ),
    "link_not_opened": Words(
        "link", "wrong",
        "De dienst is niet verbonden met Asterisk, al antwoordt Asterisk wel op {url}.",
        "The service is not connected with Asterisk, although Asterisk answers at {url}.",
        "Draait de dienst met deze instellingen? Zoek asterisk.not_connected in zijn logboek.",
        "Does the service run with these settings? Look for asterisk.not_connected in its log.",
    ),
    "link_service": Words(
        "link", "unseen",
        "Asterisk is alleen via de dienst te vragen, en die antwoordt niet.",
        "Asterisk can only be asked through the service, which does not answer.",
        "Start eerst de dienst en voer deze opdracht daarna opnieuw uit.",
        "Start the service first, then run this command again.",
    ),
    "no_answer": Words(
        "asterisk", "unseen",
        "Asterisk gaf geen antwoord op de vraag naar {what}.",
        "Asterisk gave no answer when asked about {what}.",
        "Kijk opnieuw. Blijft dit zo, dan is Asterisk te druk of hangt het: asterisk -rx 'core show taskprocessors'.",
        "Look again. If it stays so, Asterisk is overloaded or stuck: asterisk -rx 'core show taskprocessors'.",
    ),
    "ari_unreachable": Words(
        "link", "wrong",
        "Op {url} antwoordt geen Asterisk.",
        "No Asterisk answers at {url}.",
        "Draait Asterisk? Staat in http.conf enabled = yes, met dit adres en deze poort (bindaddr, bindport)? "
        "Laat de firewall het door?",
        "Does Asterisk run? Does http.conf say enabled = yes, with this address and port (bindaddr, bindport)? "
        "Does the firewall let it through?",
    ),
    "ari_password": Words(
        "link", "wrong",
        "Asterisk kent gebruiker {user} niet, of het wachtwoord is anders.",
        "Asterisk does not know user {user}, or the password differs.",
        "Maak in ari.conf password van [{user}] gelijk aan ASTERISK_PASSWORD; "
        "daarna: asterisk -rx 'module reload res_ari.so'.",
        "Make password of [{user}] in ari.conf the same as ASTERISK_PASSWORD; "
        "then: asterisk -rx 'module reload res_ari.so'.",
    ),
    "ari_absent": Words(
        "link", "wrong",
        "Asterisk antwoordt, maar ARI staat uit of is niet geladen (status {status}).",
        "Asterisk answers, but ARI is off or not loaded (status {status}).",
        "Zet enabled = yes in ari.conf en laad res_ari en de modules res_ari_*. Eindigt ASTERISK_URL op /ari?",
        "Set enabled = yes in ari.conf and load res_ari and the modules res_ari_*. Does ASTERISK_URL end in /ari?",
    ),
    "ari_read_only": Words(
        "link", "wrong",
        "De dienst mag bij Asterisk alleen kijken, niets doen.",
        "The service may only look at Asterisk, not do anything.",
        "Zet read_only = no bij de gebruiker in ari.conf; daarna: asterisk -rx 'module reload res_ari.so'.",
        "Set read_only = no for the user in ari.conf; then: asterisk -rx 'module reload res_ari.so'.",
    ),
    "version_ok": Words("asterisk", "ok", "Versie {version}.", "Version {version}."),
    "version_old": Words(
        "asterisk", "warning",
        "Versie {version} is niet met Warmlijn beproefd; {needed} en nieuwer wel.",
        "Version {version} was not tried with Warmlijn; {needed} and newer were.",
        "Werk Asterisk bij naar {needed} of nieuwer.",
        "Update Asterisk to {needed} or newer.",
    ),
    "systemname_ok": Words("asterisk", "ok", "De naam (systemname) is {name}.", "The name (systemname) is {name}."),
    "systemname_none": Words(
        "asterisk", "warning",
        "In asterisk.conf staat geen systemname: gesprekken van twee centrales kunnen hetzelfde kenmerk krijgen.",
        "asterisk.conf holds no systemname: calls of two switches may get the same id.",
        "Zet onder [options] in asterisk.conf: systemname = pbx1, en herstart Asterisk als er niet wordt gebeld.",
        "Put under [options] in asterisk.conf: systemname = pbx1, and restart Asterisk while nobody calls.",
    ),
    "app_ok": Words("asterisk", "ok", "Toepassing {app} is aangemeld.", "Application {app} is registered."),
    "app_absent": Words(
        "asterisk", "wrong",
        "Asterisk kent de toepassing {app} niet: een gesprek komt nergens aan.",
        "Asterisk does not know the application {app}: a call arrives nowhere.",
        "De naam moet gelijk zijn in ASTERISK_APP, in apps van ari.conf en in Stasis() van extensions.conf.",
        "The name must be the same in ASTERISK_APP, in apps of ari.conf and in Stasis() of extensions.conf.",
    ),
    "modules_ok": Words("modules", "ok", "Alle nodige modules zijn geladen.", "All modules needed are loaded."),
    "module_missing": Words(
        "modules", "wrong",
        "{module} is niet geladen: {lost}.",
        "{module} is not loaded: {lost}.",
        "Laad de module: asterisk -rx 'module load {module}', en zorg dat modules.conf het ook na een herstart doet "
        "(load = {module}, geen noload).",
        "Load it: asterisk -rx 'module load {module}', and see that modules.conf does so after a restart, too "
        "(load = {module}, no noload).",
    ),
    "clock_ok": Words(
        "clock", "ok", "Asterisk en de dienst lopen gelijk.", "Asterisk and the service keep the same time."
    ),
    "clock_asterisk": Words(
        "clock", "warning",
        "De klok van Asterisk wijkt {seconds} s af van die van de dienst.",
        "The clock of Asterisk differs {seconds} s from that of the service.",
        "Zet op beide machines tijdsynchronisatie aan (chrony of systemd-timesyncd).",
        "Switch on time synchronisation on both machines (chrony or systemd-timesyncd).",
    ),
    "sign_ok": Words(
        "fallback", "ok",
        "De dienst laat Asterisk elke seconde weten dat hij er is (KCC_ALIVE, voor het laatst {ago} geleden).",
        "The service tells Asterisk each second that it is there (KCC_ALIVE, last {ago} ago).",
    ),
    "sign_absent": Words(
        "fallback", "wrong",
        "De dienst heeft Asterisk nog nooit laten weten dat hij er is (KCC_ALIVE is leeg): "
        "elke beller gaat nu naar de toestellen van het vangnet.",
        "The service never told Asterisk that it is there (KCC_ALIVE is empty): "
        "every caller now goes to the phones of the fallback.",
        "De oorzaak: {why}.", "The cause: {why}.",
    ),
    "sign_withdrawn": Words(
        "fallback", "wrong",
        "De dienst heeft Asterisk laten weten dat hij stopt (KCC_ALIVE is 0): "
        "elke beller gaat nu naar de toestellen van het vangnet.",
        "The service told Asterisk that it stops (KCC_ALIVE is 0): "
        "every caller now goes to the phones of the fallback.",
        "De oorzaak: {why}.", "The cause: {why}.",
    ),
    "sign_old": Words(
        "fallback", "wrong",
        "De dienst liet {ago} geleden voor het laatst weten dat hij er is (KCC_ALIVE staat stil): "
        "elke beller gaat nu naar de toestellen van het vangnet.",
        "The service last told {ago} ago that it is there (KCC_ALIVE stands still): "
        "every caller now goes to the phones of the fallback.",
        "De oorzaak: {why}.", "The cause: {why}.",
    ),
    "fallback_ok": Words(
        "fallback", "ok",
        "Context {context} heeft extensie {exten}, voor als de dienst er niet is.",
        "Context {context} has extension {exten}, for when the service is away.",
    ),
    "fallback_absent": Words(
        "fallback", "wrong",
        "Context {context} heeft geen extensie {exten}: zonder de dienst wordt elke oproep verbroken.",
        "Context {context} has no extension {exten}: without the service every call is cut off.",
        "Neem extensie down over uit deploy/asterisk/extensions.conf, met de toestellen van uw frontoffice; daarna: "
        "asterisk -rx 'dialplan reload'. Heet die bij u anders, zet dan ASTERISK_FALLBACK.",
        "Take extension down from deploy/asterisk/extensions.conf, with the phones of your front office; then: "
        "asterisk -rx 'dialplan reload'. If yours has another name, set ASTERISK_FALLBACK.",
    ),
    "fallback_clock": Words(
        "fallback", "warning",
        "Context {context} heeft geen extensie {exten}: wie belt als de dienst net is weggevallen, "
        "hoort overgaan tot hij er weer is.",
        "Context {context} has no extension {exten}: who calls when the service has just died "
        "hears ringing until it is back.",
        "Neem from-trunk over uit deploy/asterisk/extensions.conf, met TIMEOUT(absolute) en extensie T; daarna: "
        "asterisk -rx 'dialplan reload'.",
        "Take from-trunk from deploy/asterisk/extensions.conf, with TIMEOUT(absolute) and extension T; then: "
        "asterisk -rx 'dialplan reload'.",
    ),
    "fallback_unseen": Words(
        "fallback", "unseen",
        "Of context {context} een extensie {exten} heeft, is niet te zien: {why}.",
        "Whether context {context} has an extension {exten} cannot be seen: {why}.",
        "Kijk zelf: asterisk -rx 'dialplan show {exten}@{context}' moet de toestellen van de frontoffice noemen.",
        "Look yourself: asterisk -rx 'dialplan show {exten}@{context}' must name the phones of the front office.",
    ),
}
