"""The doctor's sentences about the service itself: settings, database, policy, accounts and other platforms."""

from __future__ import annotations

from collections.abc import Mapping

from app.doctor.words import Words

HOUSE: Mapping[str, Words] = {
    "settings_ok": Words("settings", "ok", "De instellingen kloppen.", "The settings are right."),
    "settings_wrong": Words(
        "settings", "wrong", "{mistake}", "{mistake}",
        "Verbeter deze variabele in de omgeving van de dienst; zie docs/reference/settings.md.",
        "Mend this variable in the environment of the service; see docs/reference/settings.md.",
    ),
    "no_platform": Words(
        "platform", "wrong",
        "Er is geen telefooncentrale ingesteld: niemand kan bellen.",
        "No telephone platform is set: nobody can call.",
        "Zet ASTERISK_LINK_SECRET, of GENERIC_SECRET, of de variabelen van Twilio. Heeft de dienst ze al, geef deze "
        "opdracht dan dezelfde omgeving (na make run: de geheimen uit var/secrets.env).",
        "Set ASTERISK_LINK_SECRET, or GENERIC_SECRET, or the variables of Twilio. When the service has them, give this "
        "command the same environment (after make run: the secrets in var/secrets.env).",
    ),
    "secrets_ok": Words(
        "secrets", "ok", "Alle geheimen zijn sterk genoeg en verschillend.", "All secrets are strong enough and differ."
    ),
    "secrets_same": Words(
        "secrets", "warning",
        "{names} hebben hetzelfde geheim: wie het ene kent, kent het andere.",
        "{names} hold the same secret: who knows one knows the other.",
        "Maak voor elk een eigen geheim: openssl rand -hex 24.",
        "Make one for each: openssl rand -hex 24.",
    ),
    "database_ok": Words(
        "database", "ok", "PostgreSQL {version}, helemaal bijgewerkt.", "PostgreSQL {version}, fully migrated."
    ),
    "database_none": Words(
        "database", "wrong",
        "Er is nog geen database in {folder}: met deze instellingen is de dienst nooit gestart.",
        "There is no database in {folder} yet: the service never started with these settings.",
        "Start de dienst (warmlijn serve), of zet DATABASE_URL. "
        "Draait de dienst al, geef dan deze opdracht dezelfde omgeving.",
        "Start the service (warmlijn serve), or set DATABASE_URL. "
        "If the service runs, give this command the same environment.",
    ),
    "database_unreachable": Words(
        "database", "wrong",
        "De database is niet te gebruiken: {why}.",
        "The database cannot be used: {why}.",
        "Klopt DATABASE_URL, draait de server, en mag deze machine erbij?",
        "Is DATABASE_URL right, does the server run, and may this machine reach it?",
    ),
    "database_old": Words(
        "database", "wrong",
        "PostgreSQL {version} is te oud; nodig is 15 of nieuwer.",
        "PostgreSQL {version} is too old; 15 or newer is needed.",
        "Zet de gegevens over naar een nieuwere server (pg_dump, pg_restore).",
        "Move the data to a newer server (pg_dump, pg_restore).",
    ),
    "migrations_pending": Words(
        "database", "wrong",
        "De database mist nog {names}.",
        "The database still lacks {names}.",
        "Voer warmlijn migrate uit, of herstart de dienst: die doet het zelf.",
        "Run warmlijn migrate, or restart the service: it does so by itself.",
    ),
    "migrations_disagree": Words(
        "database", "wrong",
        "Programma en database passen niet bij elkaar: {why}",
        "Program and database do not fit: {why}",
        "Gebruik de versie van Warmlijn waarmee deze database het laatst werd gebruikt, of een nieuwere.",
        "Use the version of Warmlijn that used this database last, or a newer one.",
    ),
    "clock_database": Words(
        "clock", "warning",
        "De klok van de database wijkt {seconds} s af van die van deze machine.",
        "The clock of the database differs {seconds} s from that of this machine.",
        "Zet op beide machines tijdsynchronisatie aan (chrony of systemd-timesyncd).",
        "Switch on time synchronisation on both machines (chrony or systemd-timesyncd).",
    ),
    "clock_database_ok": Words(
        "clock", "ok", "Database en deze machine lopen gelijk.", "Database and this machine keep the same time."
    ),
    "names_ok": Words(
        "names", "ok",
        "Namen en nummers van bewoners zijn versleuteld (sleutel {key}).",
        "Names and numbers of residents are sealed (key {key}).",
    ),
    "names_key": Words(
        "names", "wrong",
        "{count} namen en nummers zijn versleuteld met een sleutel die hier niet is ({keys}); zo start de dienst niet.",
        "{count} names and numbers are sealed with a key that is not here ({keys}); the service does not start so.",
        "Geef de sleutel terug, achteraan in WARMLIJN_NAMES_KEY; was die nooit gezet, dan in WARMLIJN_PERSON_KEY of in "
        "person.key naast de gegevens. Is hij voorgoed weg, wis dan wat niemand kan lezen: warmlijn names lost.",
        "Give the key back, last in WARMLIJN_NAMES_KEY; if that was never set, in WARMLIJN_PERSON_KEY or in person.key "
        "beside the data. If it is gone for good, delete what nobody can read: warmlijn names lost.",
    ),
    "names_clear": Words(
        "names", "warning",
        "{count} namen en nummers staan nog leesbaar in de database.",
        "{count} names and numbers still stand in the database in clear.",
        "De dienst versleutelt ze binnen een minuut. Blijft dit staan, dan draait ergens nog een oudere versie.",
        "The service seals them within a minute. If this stays, an older version still runs somewhere.",
    ),
    "names_old": Words(
        "names", "warning",
        "{count} namen en nummers staan nog onder een oudere sleutel dan {key}.",
        "{count} names and numbers are still under an older key than {key}.",
        "Voer warmlijn names renew uit; haal de oude sleutel daarna uit WARMLIJN_NAMES_KEY.",
        "Run warmlijn names renew; then take the old key out of WARMLIJN_NAMES_KEY.",
    ),
    "names_unseen": Words(
        "names", "unseen",
        "Of de namen te lezen zijn, is niet na te kijken: de sleutel is hier niet ({file}).",
        "Whether the names can be read cannot be seen: the key is not here ({file}).",
        "Geef deze opdracht dezelfde gebruiker en dezelfde omgeving als de dienst.",
        "Give this command the same user and the same environment as the service.",
    ),
    "policy_ok": Words("policy", "ok", "Versie {version} is in gebruik.", "Version {version} is in use."),
    "policy_none": Words(
        "policy", "wrong",
        "Er is nog geen routering in gebruik.",
        "No routing is in use yet.",
        "Start de dienst: bij de eerste start neemt hij {file} in gebruik.",
        "Start the service: at its first start it puts {file} to use.",
    ),
    "policy_wrong": Words(
        "policy", "wrong",
        "De routering die in gebruik is ({version}), kan deze versie van Warmlijn niet lezen: {mistake}",
        "The routing in use ({version}) cannot be read by this version of Warmlijn: {mistake}",
        "Neem een verbeterde routering in gebruik (POST /api/v1/policy/activate).",
        "Put a mended routing to use (POST /api/v1/policy/activate).",
    ),
    "accounts_ok": Words("accounts", "ok", "{count} account(s) voor beheer.", "{count} account(s) for administration."),
    "accounts_none": Words(
        "accounts", "warning",
        "Niemand heeft een account voor beheer.",
        "Nobody has an account for administration.",
        "Maak er een: warmlijn user add NAAM --role admin.",
        "Make one: warmlijn user add NAME --role admin.",
    ),
    "service_ok": Words(
        "service", "ok", "De dienst draait op {url}.", "The service runs at {url}."
    ),
    "service_down": Words(
        "service", "wrong",
        "Op {url} antwoordt geen dienst: {why}.",
        "No service answers at {url}: {why}.",
        "Start de dienst (systemctl start warmlijn, docker compose up -d, of warmlijn serve). "
        "Draait hij al, geef deze opdracht dan dezelfde WARMLIJN_HOST en WARMLIJN_PORT.",
        "Start it (systemctl start warmlijn, docker compose up -d, or warmlijn serve). "
        "If it runs, this command needs the same WARMLIJN_HOST and WARMLIJN_PORT.",
    ),
    "service_other": Words(
        "service", "wrong",
        "Op {url} antwoordt iets anders dan deze dienst (status {status}).",
        "Something other than this service answers at {url} (status {status}).",
        "Klopt WARMLIJN_PORT, of gebruikt een ander programma deze poort?",
        "Is WARMLIJN_PORT right, or does another program use this port?",
    ),
    "service_check": Words(
        "service", "wrong",
        "De dienst draait, maar kan zo niet werken: {why} ({said}).",
        "The service runs, but cannot work so: {why} ({said}).",
        "Lees het logboek van de dienst (journalctl -u warmlijn, of docker compose logs).",
        "Read the log of the service (journalctl -u warmlijn, or docker compose logs).",
    ),
    "service_degraded": Words(
        "service", "warning",
        "De dienst draait, maar niet alles werkt: {why} ({said}).",
        "The service runs, but not everything works: {why} ({said}).",
        "Kijk hieronder bij de verbinding met de centrale, en in het logboek van de dienst.",
        "Look below at the link with the switch, and in the log of the service.",
    ),
    "service_unasked": Words(
        "service", "unseen",
        "De dienst zegt niet hoe het met Asterisk staat: {why}.",
        "The service does not say how Asterisk is: {why}.",
        "Los eerst op wat hierboven fout is, en kijk anders in het logboek van de dienst.",
        "First mend what is wrong above, else read the log of the service.",
    ),
    "twilio_ok": Words(
        "platform", "ok",
        "Twilio krijgt het adres {url}; of het daar aankomt, is van hier niet te zien.",
        "Twilio is given the address {url}; whether it arrives there cannot be seen from here.",
    ),
    "twilio_url": Words(
        "platform", "wrong",
        "Twilio kan {url} niet bereiken: dat is deze machine zelf.",
        "Twilio cannot reach {url}: that is this machine itself.",
        "Zet WARMLIJN_PUBLIC_URL op het https-adres waarmee de buitenwereld bij de dienst komt.",
        "Set WARMLIJN_PUBLIC_URL to the https address by which the outside world reaches the service.",
    ),
    "generic_ok": Words("platform", "ok", "De centrale antwoordt op {url}.", "The PBX answers at {url}."),
    "generic_unreached": Words(
        "platform", "wrong",
        "De centrale antwoordt niet op {url}: {why}.",
        "The PBX does not answer at {url}: {why}.",
        "Klopt GENERIC_COMMAND_URL, en laat de firewall het door? Daarna: warmlijn pbx-test.",
        "Is GENERIC_COMMAND_URL right, and does the firewall let it through? Then: warmlijn pbx-test.",
    ),
    "generic_silent": Words(
        "platform", "warning",
        "GENERIC_COMMAND_URL is niet gezet: wij kunnen zelf niemand bellen, alleen antwoorden.",
        "GENERIC_COMMAND_URL is not set: we can dial nobody, only answer.",
        "Zet GENERIC_COMMAND_URL op het adres waar uw centrale opdrachten aanneemt.",
        "Set GENERIC_COMMAND_URL to where your PBX takes commands.",
    ),
}
