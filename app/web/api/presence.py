"""An agent logs on, becomes ready or not ready, and logs off (domain §3.1, §5)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from fastapi import Request
from msgspec.structs import replace

from app.call.agent import Agent, AgentState
from app.call.events import AgentLoggedOff, AgentLoggedOn, AgentNotReady, AgentReady, Event
from app.store import codec
from app.web.api.checks import check_reason
from app.web.api.door import Once, act
from app.web.api.guard import Backing, Me, allow, router
from app.web.api.problems import Mistakes, failures
from app.web.api.shapes import In, Out
from app.web.api.words import language_of
from app.web.auth import User
from app.web.means import Means

routes = router("medewerker")


class Presence(Out):
    """What the agent is now. `after_call` is what was asked during a call; `owes` are the newest calls to register.

    `callback` is whose turn came: while `reserved` to be taken, while `talking` being rung back.
    """

    state: AgentState
    since: datetime
    reason: str
    call: str | None
    callback: str | None
    after_call: Literal["ready", "not_ready", "logged_off"]
    owes: list[str]


NotReadyReason = Literal["break", "meeting", "training", "administration", "technical", "other"]
"""A short list: free words about why somebody is away would be personal data in the log (domain §6, works council)."""


class PresenceAsked(In):
    """What the agent wants to be. A reason is needed for, and belongs only to, `not_ready`."""

    state: Literal["logged_on", "ready", "not_ready", "logged_off"]
    reason: NotReadyReason | None = None


_AGENT = """
SELECT state, ARRAY(SELECT id FROM calls c WHERE c.centre = a.centre
                    AND c.id IN (SELECT json_array_elements_text(a.state->'owes'))) AS there
FROM agents a WHERE centre = $1 AND id = $2"""


async def agent_of(means: Means, user: User) -> Agent:
    """The agent of this token as they are now; who never logged on is logged off. Forgotten calls are owed no more."""
    row = await means.pool.fetchrow(_AGENT, user.centre, user.agent)
    if row is None:
        return Agent(user.agent, "logged_off", means.clock())
    agent = codec.agent(row["state"])
    return replace(agent, owes=tuple(call for call in agent.owes if call in row["there"]))


def shown(agent: Agent) -> Presence:
    """The agent's own view of it."""
    return Presence(
        state=agent.state, since=agent.since, reason=agent.reason, call=agent.call or None,
        callback=agent.callback or None,
        after_call=agent.then, owes=list(agent.owes),
    )


@routes.get(
    "/me/presence", summary="Hoe sta ik aangemeld?", operation_id="getPresence",
    openapi_extra=allow("agent"), responses=failures(),
)
async def get_presence(me: Me, means: Backing) -> Presence:
    """De eigen stand: afgemeld, niet beschikbaar met reden, beschikbaar, gereserveerd, in gesprek of nawerk."""
    return shown(await agent_of(means, me))


@routes.put(
    "/me/presence", summary="Aanmelden, beschikbaar, niet beschikbaar of afmelden", operation_id="putPresence",
    openapi_extra=allow("agent"), responses=failures(409, 413),
)
async def put_presence(request: Request, asked: PresenceAsked, me: Me, means: Backing, once: Once = None) -> Presence:
    """Tijdens een gesprek geldt de wens pas daarna."""
    wrong = Mistakes(language_of(request))
    check_reason(wrong, asked.state, asked.reason)
    wrong.tell()
    event: Event
    match asked.state:
        case "logged_on":
            event = AgentLoggedOn(me.agent)
        case "ready":
            event = AgentReady(me.agent)
        case "not_ready":
            event = AgentNotReady(me.agent, asked.reason or "")
        case "logged_off":
            event = AgentLoggedOff(me.agent)

    async def current() -> Presence:
        return shown(await agent_of(means, me))

    await act(request, means, me, event, once=once, current=current)
    return await current()
