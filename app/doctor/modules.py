"""The modules of Asterisk without which something is lost, and what."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from app.doctor.words import Finding

NEEDED = (
    "res_http_websocket.so", "res_websocket_client.so", "res_ari.so", "res_ari_applications.so", "res_ari_asterisk.so",
    "res_ari_bridges.so", "res_ari_channels.so", "res_ari_endpoints.so", "res_ari_events.so", "res_ari_playbacks.so",
    "res_stasis.so", "res_stasis_answer.so", "res_stasis_playback.so", "res_stasis_device_state.so", "app_stasis.so",
    "chan_bridge_media.so", "bridge_simple.so", "bridge_softmix.so", "res_musiconhold.so", "format_wav.so",
    "codec_resample.so", "app_dial.so", "chan_pjsip.so", "res_pjsip_session.so", "res_pjsip_refer.so",
    "res_rtp_asterisk.so", "pbx_config.so", "app_stack.so", "app_verbose.so", "func_callerid.so", "func_cut.so",
    "func_groupcount.so", "func_logic.so", "func_strings.so", "func_timeout.so", "res_pjsip_header_funcs.so",
    "res_ari_device_states.so",
    "res_pjsip_sdp_rtp.so", "res_pjsip_registrar.so", "res_pjsip_authenticator_digest.so", "res_pjsip_caller_id.so",
    "res_pjsip_endpoint_identifier_user.so", "res_pjsip_endpoint_identifier_ip.so",
)  # fmt: skip
CALLED_ONLY = frozenset({"res_websocket_client.so"})
"""Not needed where we connect to Asterisk."""
_CONTROL = ("Warmlijn kan Asterisk niet of niet goed sturen", "Warmlijn cannot steer Asterisk, or not well")
LOST: Mapping[str, tuple[str, str]] = {f"lost:{name}": _CONTROL for name in NEEDED} | {
    "lost:res_websocket_client.so": (
        "Asterisk kan geen verbinding met de dienst openen", "Asterisk cannot open a link to the service"
    ),
    "lost:app_stasis.so": ("een gesprek bereikt de dienst niet", "a call does not reach the service"),
    "lost:res_stasis_answer.so": ("een gesprek wordt niet opgenomen", "a call is not answered"),
    "lost:res_stasis_playback.so": ("een beller hoort geen zinnen", "a caller hears no sentences"),
    "lost:res_ari_playbacks.so": (
        "een zin stopt niet als de beller een toets kiest", "a sentence does not stop when a caller presses a key"
    ),
    "lost:chan_bridge_media.so": (
        "in een gesprek is geen muziek en geen zin te horen", "no music and no sentence is heard in a conversation"
    ),
    "lost:bridge_simple.so": ("twee mensen worden niet verbonden", "two people are not connected"),
    "lost:bridge_softmix.so": ("een gesprek met drie lukt niet", "a conversation of three fails"),
    "lost:res_musiconhold.so": ("wie wacht, hoort geen muziek", "who waits hears no music"),
    "lost:format_wav.so": ("zinnen en muziek zijn niet te lezen", "sentences and music cannot be read"),
    "lost:codec_resample.so": (
        "toestellen met g722 en opnamen van 16000 Hz klinken niet", "phones with g722 and recordings of 16000 Hz fail"
    ),
    "lost:app_dial.so": (
        "het vangnet kan de frontoffice niet laten overgaan", "the fallback cannot ring the front office"
    ),
    "lost:res_pjsip_refer.so": (
        "de doorverbindtoets van een toestel doet niets", "the transfer key of a phone does nothing"
    ),
    "lost:res_stasis_device_state.so": (
        "of een toestel bezet of weg is, wordt niet gemeld", "whether a phone is busy or gone is not told"
    ),
    "lost:res_ari_endpoints.so": ("toestellen zijn niet na te kijken", "phones cannot be looked at"),
    "lost:res_rtp_asterisk.so": ("niemand hoort iets", "nobody hears anything"),
    "lost:pbx_config.so": (
        "extensions.conf wordt niet gelezen: niemand kan bellen", "extensions.conf is not read: nobody can call"
    ),
    "lost:app_stack.so": (
        "een mobiel in het vangnet kan het nummer van de beller zien",
        "a mobile in the fallback may see the caller's number",
    ),
    "lost:func_callerid.so": (
        "wie een geheim nummer heeft, kan toch getoond worden", "who withholds their number may be shown all the same"
    ),
    "lost:res_pjsip_header_funcs.so": (
        "wie een geheim nummer heeft, kan toch getoond worden", "who withholds their number may be shown all the same"
    ),
    "lost:func_strings.so": (
        "het belplan leest nummers en wensen van bellers niet", "the dialplan reads no numbers and wishes of callers"
    ),
    "lost:func_logic.so": (
        "oproepen via from-trunk-account komen niet aan", "calls by from-trunk-account do not arrive"
    ),
    "lost:func_cut.so": (
        "een mobiel in het vangnet kan het nummer van de beller zien",
        "a mobile in the fallback may see the caller's number",
    ),
    "lost:app_verbose.so": (
        "het vangnet breekt de oproep af in plaats van de frontoffice te bellen",
        "the fallback ends the call instead of ringing the front office",
    ),
    "lost:func_groupcount.so": (
        "één nummer kan alle lijnen bezet houden", "one number may keep all lines busy"
    ),
    "lost:func_timeout.so": (
        "wie belt als de dienst net is gestopt, wacht op de volgende",
        "who calls when the service has just ended waits for the next one",
    ),
    "lost:res_ari_device_states.so": (
        "bij het verbinden is niet te zien welk toestel bezet of weg is, en een collega die spreekt, wordt gebeld",
        "which phone is busy or gone is not seen when the link is made, and a colleague who speaks is rung",
    ),
    "lost:res_pjsip_sdp_rtp.so": ("een gesprek krijgt geen geluid", "a call gets no sound"),
    "lost:res_pjsip_registrar.so": ("geen toestel kan zich aanmelden", "no phone can register"),
    "lost:res_pjsip_authenticator_digest.so": (
        "toestellen met een wachtwoord worden niet toegelaten", "phones with a password are not let in"
    ),
    "lost:res_pjsip_caller_id.so": (
        "het nummer van de beller wordt niet gelezen en niet getoond", "the caller's number is neither read nor shown"
    ),
    "lost:res_pjsip_endpoint_identifier_user.so": ("toestellen worden niet herkend", "phones are not recognised"),
    "lost:res_pjsip_endpoint_identifier_ip.so": (
        "een lijn die aan het adres te herkennen is, wordt geweigerd", "a trunk known by its address is refused"
    ),
    "lost:chan_pjsip.so": ("geen toestel kan bellen", "no phone can call"),
}


def check(loaded: Collection[str], *, called: bool) -> list[Finding]:
    """What of these is missing among `loaded`; `called` when Asterisk opens the link."""
    absent = [name for name in NEEDED if name not in loaded and (called or name not in CALLED_ONLY)]
    found = [Finding("module_missing", {"module": name, "lost": f"lost:{name}"}) for name in absent]
    return found or [Finding("modules_ok")]
