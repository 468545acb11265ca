"""What a leg is doing, as a document of the platform. Each ends with a verb that asks again: no one falls out of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from twilio.twiml.voice_response import Conference, Dial, Gather, VoiceResponse

from app.call import legs
from app.providers.base import Reply
from app.providers.twilio.addresses import Addresses

TYPE = "text/xml; charset=utf-8"
VOICES = {
    "nl": ("nl-NL", "Polly.Lotte"),
    "en": ("en-GB", "Polly.Amy"),
    "de": ("de-DE", "Polly.Vicki"),
    "fr": ("fr-FR", "Polly.Celine"),
    "es": ("es-ES", "Polly.Lucia"),
    "pl": ("pl-PL", "Polly.Ewa"),
    "tr": ("tr-TR", "Polly.Filiz"),
}
"""Language -> the platform's language and voice; another language is given as it is, with the account's own voice."""
PAUSE = 5
"""Seconds before a document whose sound could not be played is asked for again."""
PATIENCE = 1
"""Seconds before a line is asked about again while nothing can be decided."""
KCC_TIMEOUT = 60


def document(
    addresses: Addresses, language: str, leg: str, step: int, doing: legs.Doing, sentences: Sequence[str]
) -> Reply:
    """The document that makes this leg do this."""
    response = VoiceResponse()
    match doing:
        case legs.Prompt():
            say(response, sentences, language)
            response.redirect(addresses.said(leg, step), method="POST")
        case legs.Gather():
            _gather(response, addresses, language, leg, step, doing, sentences)
        case legs.Music():
            response.play(addresses.tune(doing.tune), loop=0)
            _again(response, addresses, leg, step)
        case legs.InRoom():
            _room(response, addresses, leg, step, doing.room)
        case legs.Ringing():
            _again(response, addresses, leg, step)
        case legs.Leaving():
            response.hangup()
        case _:
            assert_never(doing)
    return reply(response)


def reply(response: VoiceResponse) -> Reply:
    """The bytes of a document."""
    return Reply(str(response).encode(), TYPE)


def _gather(
    response: VoiceResponse,
    addresses: Addresses,
    language: str,
    leg: str,
    step: int,
    doing: legs.Gather,
    sentences: Sequence[str],
) -> None:
    """Without `finish` an empty finishing key: `#` and `*` are keys like the others."""
    code, _ = _voice(language)
    action = addresses.gather(leg, step, language)
    gather = Gather(
        input="dtmf speech" if doing.listen else "dtmf",
        num_digits=doing.keys,
        timeout=max(1, round(doing.timeout)),
        finish_on_key=doing.finish,
        action=action,
        method="POST",
        language=code if doing.listen else None,
        speech_timeout="auto" if doing.listen else None,
    )
    say(gather, sentences, language)
    response.append(gather)
    response.redirect(action, method="POST")


def _room(response: VoiceResponse, addresses: Addresses, leg: str, step: int, room: str) -> None:
    """Nobody's leaving ends a room (design §5 rule 8); who is alone in it hears music."""
    left = addresses.room_left(leg, step)
    dial = Dial(action=left, method="POST")
    conference = Conference(
        room,
        participant_label=leg,
        start_conference_on_enter=True,
        end_conference_on_exit=False,
        beep="false",
        wait_url=addresses.tune("hold"),
        wait_method="GET",
        status_callback=addresses.conference(),
        status_callback_event="join leave",
        status_callback_method="POST",
    )
    dial.append(conference)
    response.append(dial)
    response.redirect(left, method="POST")


def _again(response: VoiceResponse, addresses: Addresses, leg: str, step: int) -> None:
    """Reached only when there is nothing to hear: asks for the present step, not faster than every few seconds."""
    response.pause(length=PAUSE)
    response.redirect(addresses.present(leg, step), method="POST")


def say(to: VoiceResponse | Gather, sentences: Sequence[str], language: str) -> None:
    """Each sentence in the voice of this language."""
    code, voice = _voice(language)
    for sentence in sentences:
        to.say(sentence, language=code, voice=voice)


def _voice(language: str) -> tuple[str, str | None]:
    return VOICES.get(language, (language, None))


def again(addresses: Addresses, path: str, leg: str, step: str) -> Reply:
    """For an agent's or colleague's line when nothing can be decided: the same is asked in a moment."""
    response = VoiceResponse()
    response.pause(length=PATIENCE)
    response.redirect(addresses.same(path, leg, step), method="POST")
    return reply(response)


def hang_up() -> Reply:
    """The end of a line that is nobody's any more."""
    response = VoiceResponse()
    response.hangup()
    return reply(response)


def nothing() -> Reply:
    """A plain acknowledgement."""
    return reply(VoiceResponse())


def to_kcc(addresses: Addresses, language: str, sentence: str, number: str | None) -> Reply:
    """The static reply: the platform itself rings the KCC; the caller's own number goes along (design §5 rule 16)."""
    response = VoiceResponse()
    say(response, [sentence] if sentence else [], language)
    if number:
        dial = Dial(action=addresses.degraded(), method="POST", timeout=KCC_TIMEOUT)
        dial.number(
            number,
            status_callback=addresses.degraded(),
            status_callback_event="initiated answered completed",
            status_callback_method="POST",
        )
        response.append(dial)
    response.hangup()
    return reply(response)
