"""Promises: the list, the details, and confirm, change, withdraw, tried, kept (design §5 rule 11, domain §6)."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import Path, Query, Request

from app.call.callback import Callback, Slot
from app.call.events import (
    CallbackChanged,
    CallbackConfirmed,
    CallbackKept,
    CallbackTried,
    CallbackWithdrawn,
    TurnTaken,
)
from app.callbacks.question import asked_in
from app.callbacks.slots import HORIZON
from app.store import codec
from app.web.api.accesses import note_access
from app.web.api.asked import CallbackChange, CallbackWithdrawal
from app.web.api.card import call_of
from app.web.api.checks import References
from app.web.api.door import Once, act
from app.web.api.guard import Backing, Me, allow, router
from app.web.api.presence import agent_of
from app.web.api.problems import Mistakes, Problem, failures
from app.web.api.promises import CallbackDetails, CallbackLine, callback_of, detailed, line_of
from app.web.api.shapes import CallbackId, Id, Out
from app.web.api.words import language_of
from app.web.auth import User
from app.web.means import Means
from app.web.persons import reference

routes = router("terugbelafspraak")
Which = Annotated[CallbackId, Path(description="Ons id van de terugbelafspraak")]
FAILURES = failures(404, 409, 413)
ButtonEvent = CallbackChanged | CallbackConfirmed | CallbackKept | CallbackTried | CallbackWithdrawn | TurnTaken
OPEN, CLOSED = ["pending", "promised"], ["withdrawn", "kept"]


class CallbackList(Out):
    """One page; `next` is what to give as `after` for the following one."""

    items: list[CallbackLine]
    next: str | None


def button(summary: str, operation: str) -> dict[str, Any]:
    """What every action has in common."""
    return {
        "summary": summary, "operation_id": operation, "openapi_extra": allow("agent", "supervisor"),
        "responses": FAILURES,
    }


@routes.get(
    "/callbacks", summary="Terugbelafspraken", operation_id="listCallbacks",
    openapi_extra=allow("agent", "supervisor"), responses=failures(),
)
async def list_callbacks(
    request: Request, me: Me, means: Backing,
    status: Annotated[Literal["open", "closed", "all"], Query(description="open: nog niet nagekomen")] = "open",
    late: Annotated[bool | None, Query(description="alleen wie te laat is, of juist niet")] = None,
    colleague: Annotated[Id | None, Query(description="alleen wat deze collega moet nakomen")] = None,
    department: Annotated[Id | None, Query(description="alleen wat bij deze afdeling ligt")] = None,
    after: Annotated[CallbackId | None, Query(description="`next` van de vorige bladzijde")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> CallbackList:
    """Van het eigen loket (medewerker) of van alle (teamleider), wie het eerst moet worden gebeld voorop.

    Wie zijn plaats in de rij houdt (`turn`), telt vanaf het moment van aansluiten.
    """
    policy = await means.policy(me.centre)
    rows = await means.pool.fetch(
        """WITH promises AS NOT MATERIALIZED (
               SELECT *, coalesce(state->>'turn', state->'slot'->>'start')::timestamptz AS turn
               FROM callbacks WHERE centre = $1)
           SELECT state FROM promises WHERE status = ANY ($2::text[])
             AND ($3 OR state->>'agent' = $4 OR state->>'office' = ANY ($5::text[]))
             AND ($6::bool IS NULL OR (state->>'late')::bool = $6)
             AND ($9::text IS NULL OR colleague = $9) AND ($10::text IS NULL OR state->>'department' = $10)
             AND ($7::text IS NULL OR (turn, id) > (SELECT turn, id FROM promises WHERE id = $7))
           ORDER BY turn, id LIMIT $8""",
        me.centre, {"open": OPEN, "closed": CLOSED, "all": OPEN + CLOSED}[status],
        me.role == "supervisor", me.agent, _offices(policy.agents.get(me.agent)), late, after, limit + 1,
        colleague, department,
    )
    found = [codec.callback(row["state"]) for row in rows]
    shown = [line_of(callback, policy, language_of(request)) for callback in found[:limit]]
    return CallbackList(items=shown, next=shown[-1].id if len(found) > limit else None)


@routes.get("/callbacks/{callback}", **button("Een terugbelafspraak", "getCallback"))
async def get_callback(request: Request, callback: Which, me: Me, means: Backing) -> CallbackDetails:
    """Met naam en nummer; wie het ziet, wordt vastgelegd."""
    return await _shown(request, means, me, await _theirs(means, me, callback))


@routes.post("/callbacks/{callback}/confirm", **button("De beller gaat akkoord", "confirmCallback"))
async def confirm(request: Request, callback: Which, me: Me, means: Backing, once: Once = None) -> CallbackDetails:
    """Het voorstel wordt een afspraak."""
    await _theirs(means, me, callback)
    return await _done(request, means, me, CallbackConfirmed(callback, me.actor), once)


@routes.post("/callbacks/{callback}/change", **button("Ander moment, andere collega of ander nummer", "changeCallback"))
async def change(
    request: Request, callback: Which, asked: CallbackChange, me: Me, means: Backing, once: Once = None
) -> CallbackDetails:
    """Alles of niets; wat niet kan, wordt met de reden geweigerd."""
    await _theirs(means, me, callback)
    wrong = Mistakes(language_of(request))
    references = References(wrong, await means.policy(me.centre), language_of(request), means)
    if asked == CallbackChange():
        wrong("#", "nothing")
    slot = _slot(asked, means, wrong)
    number, private = references.number(asked.number, f"{callback}.number")
    colleague = references.check("colleague", asked.colleague)
    wrong.tell()
    on_behalf = reference(means.person_key, me.centre, asked.on_behalf) if asked.on_behalf else ""
    if asked.on_behalf:
        private = {**private, on_behalf: asked.on_behalf}
    event = CallbackChanged(
        callback, me.actor, slot, colleague, number, on_behalf, asked.reach, asked.discreet, asked.relation or "",
        asked.mandate,
    )
    return await _done(request, means, me, event, once, private)


@routes.post("/callbacks/{callback}/withdraw", **button("Niet meer nodig", "withdrawCallback"))
async def withdraw(
    request: Request, callback: Which, asked: CallbackWithdrawal, me: Me, means: Backing, once: Once = None
) -> CallbackDetails:
    """Met de reden."""
    await _theirs(means, me, callback)
    return await _done(request, means, me, CallbackWithdrawn(callback, me.actor, asked.reason), once)


@routes.post(
    "/callbacks/{callback}/take", summary="Nu terugbellen, wie zijn plaats in de rij houdt", operation_id="takeTurn",
    openapi_extra=allow("agent"), responses=FAILURES,
)
async def take(request: Request, callback: Which, me: Me, means: Backing, once: Once = None) -> CallbackDetails:
    """Eerst dit, dan bellen: zo belt niemand anders dezelfde beller. Daarna `kept`, of een ander moment."""
    await _theirs(means, me, callback)
    return await _done(request, means, me, TurnTaken(callback, me.agent), once)


@routes.post("/callbacks/{callback}/tried", **button("Geprobeerd, niet bereikt", "triedCallback"))
async def tried(request: Request, callback: Which, me: Me, means: Backing, once: Once = None) -> CallbackDetails:
    """De afspraak blijft staan, op het eerste vrije moment; na de laatste poging hoort de teamleider het."""
    await _theirs(means, me, callback)
    return await _done(request, means, me, CallbackTried(callback, me.actor), once)


@routes.post("/callbacks/{callback}/kept", **button("Teruggebeld", "keepCallback"))
async def kept(request: Request, callback: Which, me: Me, means: Backing, once: Once = None) -> CallbackDetails:
    """De collega heeft de beller gesproken."""
    await _theirs(means, me, callback)
    return await _done(request, means, me, CallbackKept(callback, me.actor), once)


def _offices(profile: Any) -> list[str]:
    return [] if profile is None else list(profile.offices)


def _slot(asked: CallbackChange, means: Means, wrong: Mistakes) -> Slot | None:
    if asked.slot is None:
        return None
    start, end, now = asked.slot.start, asked.slot.end, means.clock()
    if end <= start:
        wrong("#/slot/end", "backward")
    if start < now:
        wrong("#/slot/start", "moment_past")
    if max(start, end) > now + timedelta(days=HORIZON):
        wrong("#/slot/start", "moment_far", days=HORIZON)
    return Slot(start, end)


async def _theirs(means: Means, me: User, callback: str) -> Callback:
    """The callback when it belongs to this agent's desk; any other is not found, whether it exists or not."""
    found = await callback_of(means, me.centre, callback)
    if found is not None:
        offices = _offices((await means.policy(me.centre)).agents.get(me.agent))
        if me.role == "supervisor" or found.agent == me.agent or found.office in offices:
            return found
        if await _asked_about(means, me, found):
            return found
    raise Problem(404, "not_found")


async def _asked_about(means: Means, me: User, callback: Callback) -> bool:
    """Whether the resident of the agent's own call was checked, and is owed this; then the card shows it, too."""
    agent = await agent_of(means, me)
    call = await call_of(means, me.centre, agent.call) if agent.call else None
    return call is not None and (asked_in(callback, call) or call.person == callback.person != "")


async def _shown(request: Request, means: Means, me: User, callback: Callback) -> CallbackDetails:
    policy = await means.policy(me.centre)
    await note_access(request, means, me, "callback", [callback.id])
    return (await detailed(means, me.centre, [callback], policy, language_of(request)))[0]


async def _done(
    request: Request, means: Means, me: User, event: ButtonEvent, once: str | None,
    private: dict[str, str] | None = None,
) -> CallbackDetails:
    """Bring it in, and show the callback as it is then."""

    async def current() -> CallbackDetails:
        return await _shown(request, means, me, await _theirs(means, me, event.callback))

    await act(request, means, me, event, once=once, current=current, private=private)
    return await current()
