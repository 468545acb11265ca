"""The current message: what a supervisor lets every caller hear, and every agent see, until a moment (domain §6)."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from fastapi import Request, Response

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


class MessageAsked(In):
    """What callers hear until `until`; with a topic only those who call about it."""

    text: Sentence
    until: Moment
    topic: Id | None = None


class MessageShown(Out):
    """The message as it stands, all null when there is none."""

    text: str | None
    until: datetime | None
    topic: str | None


async def shown(means: Means, user: User) -> MessageShown:
    """The message of this centre now."""
    message = (await means.centre(user.centre)).message
    if message is None or (message.until is not None and message.until <= means.clock()):
        return MessageShown(text=None, until=None, topic=None)
    text = (await names_of(means, user.centre, [message.text])).get(message.text)
    return MessageShown(text=text, until=message.until, topic=message.topic or None)


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
    topic = References(wrong, policy, language_of(request)).check("topic", asked.topic)
    days = policy.retention.numbers
    if asked.until <= means.clock():
        wrong("#/until", "moment_past")
    if asked.until > means.clock() + timedelta(days=days):
        wrong("#/until", "moment_far", days=days)
    wrong.tell()
    which = reference(means.person_key, me.centre, asked.text)      # the same key with another text is no repetition
    ref = f"message.{me.name}.{once or secrets.token_hex(8)}.{which[2:12]}"
    event = MessageSet(me.actor, ref, asked.until, topic)
    await act(request, means, me, event, once=once, current=lambda: shown(means, me), private={ref: asked.text})
    return await shown(means, me)


@routes.delete(
    "/message", summary="De actuele melding weghalen", operation_id="deleteMessage", status_code=204,
    openapi_extra=allow("supervisor"), responses=FAILURES,
)
async def delete_message(request: Request, me: Me, means: Backing, once: Once = None) -> Response:
    """Bellers horen hem niet meer."""
    await act(request, means, me, MessageSet(me.actor, ""), once=once, current=lambda: shown(means, me))
    return Response(status_code=204)
