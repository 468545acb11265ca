"""The current message: what a supervisor lets every caller hear, and every agent see, until a moment (domain §6)."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Annotated, Any

from fastapi import Request, Response
from pydantic import BeforeValidator, StringConstraints, WithJsonSchema

from app.call.events import MessageSet
from app.web.api.checks import References
from app.web.api.door import Once, act
from app.web.api.guard import Backing, Me, allow, router
from app.web.api.problems import Mistakes, failures
from app.web.api.promises import names_of
from app.web.api.shapes import Id, In, Moment, Out, Sentence
from app.web.api.words import language_of
from app.web.auth import User
from app.web.means import Means
from app.web.persons import reference

routes = router("actuele melding")
FAILURES = failures(409, 413)


LANGUAGE = r"^([a-z]{2,3})?$"


def _per_language(text: Any) -> Any:
    """A text without a language is in the municipality's first, which has no name here."""
    return {"": text} if isinstance(text, str) else text


Words = Annotated[
    dict[Annotated[str, StringConstraints(pattern=LANGUAGE)], Sentence],
    BeforeValidator(_per_language),
    WithJsonSchema({
        "description": "Een tekst in de eerste taal van de gemeente, of per taal.",
        "anyOf": [
            {"type": "string", "minLength": 1, "maxLength": 200},
            {"type": "object", "additionalProperties": {"type": "string", "minLength": 1, "maxLength": 200}},
        ],
    }),
]


class MessageAsked(In):
    """What callers hear until `until`; with a topic only those who call about it.

    Who speaks a language in which there is no text hears no message.
    """

    text: Words
    until: Moment
    topic: Id | None = None


class MessageShown(Out):
    """The message as it stands, all null when there is none; `texts` is the same in the other languages."""

    text: str | None
    texts: dict[str, str]
    until: datetime | None
    topic: str | None


async def shown(means: Means, user: User) -> MessageShown:
    """The message of this centre now."""
    message = (await means.centre(user.centre)).message
    if message is None or (message.until is not None and message.until <= means.clock()):
        return MessageShown(text=None, texts={}, until=None, topic=None)
    names = await names_of(means, user.centre, [message.text, *message.others.values()])
    texts = {language: names[ref] for language, ref in message.others.items() if ref in names}
    return MessageShown(text=names.get(message.text), texts=texts, until=message.until, topic=message.topic or None)


@routes.get(
    "/message", summary="De actuele melding", operation_id="getMessage",
    openapi_extra=allow("agent", "supervisor", "admin"), responses=failures(),
)
async def get_message(me: Me, means: Backing) -> MessageShown:
    """Wat bellers nu horen."""
    return await shown(means, me)


@routes.put(
    "/message", summary="De actuele melding zetten", operation_id="putMessage",
    openapi_extra=allow("supervisor"), responses=FAILURES,
)
async def put_message(request: Request, asked: MessageAsked, me: Me, means: Backing, once: Once = None) -> MessageShown:
    """Met een eindtijd, hoogstens zo ver vooruit als teksten bewaard blijven."""
    wrong = Mistakes(language_of(request))
    policy = await means.policy(me.centre)
    references = References(wrong, policy, language_of(request), means)
    topic = references.check("topic", asked.topic)
    references.until(asked.until)
    texts = references.texts(asked.text)
    wrong.tell()
    first = policy.municipality.languages[0]
    which = reference(means.person_key, me.centre, str(sorted(texts.items())))  # the same key, another text: no repeat
    ref = f"message.{me.name}.{once or secrets.token_hex(8)}.{which[2:12]}"
    others = {language: f"{ref}.{language}" for language in texts if language != first}
    private = {others.get(language, ref): text for language, text in texts.items()}
    event = MessageSet(me.actor, ref, asked.until, topic, others)
    await act(request, means, me, event, once=once, current=lambda: shown(means, me), private=private)
    return await shown(means, me)


@routes.delete(
    "/message", summary="De actuele melding weghalen", operation_id="deleteMessage", status_code=204,
    openapi_extra=allow("supervisor"), responses=FAILURES,
)
async def delete_message(request: Request, me: Me, means: Backing, once: Once = None) -> Response:
    """Bellers horen hem niet meer."""
    await act(request, means, me, MessageSet(me.actor, ""), once=once, current=lambda: shown(means, me))
    return Response(status_code=204)
