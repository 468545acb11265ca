"""The agent's buttons during a call, each an event; the agent is always the one of the token (domain §3, design §4)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Request

from app.call.agent import Agent
from app.call.call import Call
from app.call.events import (
    CallbackAsked,
    CallerHelped,
    CallerIdentified,
    CompleteAsked,
    ConsultAsked,
    ConsultCancelled,
    EmailPreferred,
    Event,
    HangUpAsked,
    Question,
    RegistrationDone,
    SwapAsked,
    ThreeWayAsked,
)
from app.call.policy import Policy
from app.web.api.asked import CallbackWanted, Consult, Identification, Registration
from app.web.api.card import CallCard, Desk, call_of, card, desk
from app.web.api.checks import References
from app.web.api.door import Once, act
from app.web.api.guard import Backing, Me, allow, router
from app.web.api.presence import agent_of
from app.web.api.problems import Mistakes, Problem, failures
from app.web.api.shapes import CallId
from app.web.api.words import language_of
from app.web.auth import User
from app.web.means import Means
from app.web.persons import reference

routes = router("gesprek")
Which = Annotated[CallId, Path(description="Ons id van het gesprek")]
FAILURES = failures(404, 409, 413)


def button(summary: str, operation: str) -> dict[str, Any]:
    """What every action has in common."""
    return {
        "summary": summary, "operation_id": operation, "openapi_extra": allow("agent"), "responses": FAILURES,
    }


@routes.get(
    "/me/call", summary="Het gesprek op mijn bureau", operation_id="getMyCall", openapi_extra=allow("agent"),
    responses=failures(),
)
async def get_my_call(request: Request, me: Me, means: Backing) -> Desk:
    """Wie er belt, waarover, hoe lang al, wat nu kan, wat u kunt zeggen, en waarom dit gesprek bij u is."""
    return await desk(request, means, me, await agent_of(means, me))


@routes.post("/calls/{call}/consult", **button("Ruggespraak vragen", "consult"))
async def consult(
    request: Request, call: Which, asked: Consult, me: Me, means: Backing, once: Once = None
) -> CallCard:
    """Met een collega, of met wie er is van een afdeling. De beller hoort muziek."""
    mine = await _mine(means, me, call)
    references, wrong = await _references(request, means, me)
    if (asked.colleague is None) == (asked.department is None):
        wrong("#", "one_of", names="colleague, department")
    on_behalf, private = _concerned(means, me, asked.on_behalf)
    event = ConsultAsked(
        call, me.agent, references.check("colleague", asked.colleague),
        references.check("department", asked.department), references.check("topic", asked.topic), on_behalf,
    )
    wrong.tell()
    return await _done(request, means, me, mine, event, once, private)


@routes.post("/calls/{call}/cancel-consult", **button("Terug naar de beller", "cancelConsult"))
async def cancel_consult(request: Request, call: Which, me: Me, means: Backing, once: Once = None) -> CallCard:
    """De collega wordt losgelaten."""
    return await _done(request, means, me, await _mine(means, me, call), ConsultCancelled(call, me.agent), once)


@routes.post("/calls/{call}/swap", **button("Makelen", "swap"))
async def swap(request: Request, call: Which, me: Me, means: Backing, once: Once = None) -> CallCard:
    """Met de ander verder praten; de eerste wacht."""
    return await _done(request, means, me, await _mine(means, me, call), SwapAsked(call, me.agent), once)


@routes.post("/calls/{call}/three-way", **button("Driegesprek", "threeWay"))
async def three_way(request: Request, call: Which, me: Me, means: Backing, once: Once = None) -> CallCard:
    """Alle drie in één gesprek."""
    return await _done(request, means, me, await _mine(means, me, call), ThreeWayAsked(call, me.agent), once)


@routes.post("/calls/{call}/complete", **button("Doorverbinden", "complete"))
async def complete(request: Request, call: Which, me: Me, means: Backing, once: Once = None) -> CallCard:
    """U bent pas vrij als beller en collega elkaar horen."""
    return await _done(request, means, me, await _mine(means, me, call), CompleteAsked(call, me.agent), once)


@routes.post("/calls/{call}/hang-up", **button("Afronden", "hangUp"))
async def hang_up(request: Request, call: Which, me: Me, means: Backing, once: Once = None) -> CallCard:
    """Het gesprek is klaar; tijdens ruggespraak gaat de beller naar de collega."""
    return await _done(request, means, me, await _mine(means, me, call), HangUpAsked(call, me.agent), once)


@routes.post("/calls/{call}/identify", **button("De beller gecontroleerd", "identify"))
async def identify(
    request: Request, call: Which, asked: Identification, me: Me, means: Backing, once: Once = None
) -> CallCard:
    """Wat met de beller is nagevraagd; wat u weglaat, blijft zoals het was. Na `identity` opent wat bekend is."""
    mine = await _mine(means, me, call, owed=True)
    references, wrong = await _references(request, means, me)
    number, private = references.number(asked.number, f"{call}.given")
    topic, language = references.check("topic", asked.topic), references.check("language", asked.language)
    if asked == Identification():
        wrong("#", "nothing")
    wrong.tell()
    name = f"{call}.name" if asked.name else ""
    if asked.name:
        private = {**private, name: asked.name}
    person = reference(means.person_key, me.centre, asked.identity) if asked.identity else ""
    event = CallerIdentified(call, me.agent, name, person, number, topic, language)
    return await _done(request, means, me, mine, event, once, private)


@routes.post("/calls/{call}/callback", **button("Vraag meenemen: terugbelafspraak", "callback"))
async def callback(
    request: Request, call: Which, asked: CallbackWanted, me: Me, means: Backing, once: Once = None
) -> CallCard:
    """Voor een collega, een afdeling of het eigen loket; het voorstel staat daarna op de kaart.

    Na het gesprek, zolang de registratie nog open staat, is het meteen een afspraak.
    """
    mine = await _mine(means, me, call, owed=True)
    references, wrong = await _references(request, means, me)
    if asked.colleague is not None and asked.department is not None:
        wrong("#", "not_both", names="colleague, department")
    on_behalf, private = _concerned(means, me, asked.on_behalf)
    event = CallbackAsked(
        call, me.agent, references.check("colleague", asked.colleague),
        references.check("department", asked.department), references.check("topic", asked.topic), on_behalf,
    )
    wrong.tell()
    return await _done(request, means, me, mine, event, once, private)


@routes.post("/calls/{call}/helped", **button("Toch geholpen", "helped"))
async def helped(request: Request, call: Which, me: Me, means: Backing, once: Once = None) -> CallCard:
    """De terugbelafspraak van dit gesprek is niet meer nodig."""
    mine = await _mine(means, me, call, owed=True)
    return await _done(request, means, me, mine, CallerHelped(call, me.agent), once)


@routes.post("/calls/{call}/email-preferred", **button("De beller mailt liever", "emailPreferred"))
async def email_preferred(request: Request, call: Which, me: Me, means: Backing, once: Once = None) -> CallCard:
    """De beller houdt zelf de regie; de terugbelafspraak vervalt."""
    mine = await _mine(means, me, call, owed=True)
    return await _done(request, means, me, mine, EmailPreferred(call, me.agent), once)


@routes.post("/calls/{call}/registration", **button("Registreren", "registration"))
async def registration(
    request: Request, call: Which, asked: Registration, me: Me, means: Backing, once: Once = None
) -> CallCard:
    """Elke vraag één keer; in nawerktijd bent u daarna beschikbaar."""
    mine = await _mine(means, me, call, owed=True)
    references, wrong = await _references(request, means, me)
    for at, question in enumerate(asked.questions):
        references.check("topic", question.topic, f"#/questions/{at}/topic")
    wrong.tell()
    topics = (await means.policy(me.centre)).topics
    questions = tuple(
        Question(q.topic, q.direct, topics[q.topic].simple if q.simple is None else q.simple) for q in asked.questions
    )
    return await _done(request, means, me, mine, RegistrationDone(call, me.agent, questions), once)


async def _mine(means: Means, me: User, call: str, *, owed: bool = False) -> Call:
    """The call when it is on this agent's desk; any other is not found, whether it exists or not."""
    agent = await agent_of(means, me)
    if agent.call == call or (owed and call in agent.owes):
        found = await call_of(means, me.centre, call)
        if found is not None:
            return found
    raise Problem(404, "not_found")


def _concerned(means: Means, me: User, name: str | None) -> tuple[str, dict[str, str]]:
    """The ref of the person concerned, and the name for the names table."""
    ref = reference(means.person_key, me.centre, name) if name else ""
    return ref, {ref: name} if name else {}


async def _references(request: Request, means: Means, me: User) -> tuple[References, Mistakes]:
    wrong = Mistakes(language_of(request))
    policy: Policy = await means.policy(me.centre)
    return References(wrong, policy, language_of(request), means), wrong


async def _done(
    request: Request, means: Means, me: User, call: Call, event: Event, once: str | None,
    private: dict[str, str] | None = None,
) -> CallCard:
    """Bring it in, and show the call as it is then."""

    async def current() -> CallCard:
        agent: Agent = await agent_of(means, me)
        return await card(request, means, me, agent, await call_of(means, me.centre, call.id) or call)

    await act(request, means, me, event, once=once, current=current, private=private)
    return await current()
