"""What the doctor finds of this centre's Asterisk, asked of the process that holds the link with it."""

from __future__ import annotations

from typing import Literal

from fastapi import Request

from app.doctor import told
from app.doctor.asking import Patient
from app.doctor.switch import examine
from app.providers.asterisk.link import Switch
from app.providers.asterisk.names import NAME
from app.providers.base import Uncertain
from app.store import leases
from app.web.api.guard import Backing, Me, allow, router
from app.web.api.problems import failures
from app.web.api.shapes import Out
from app.web.api.words import language_of
from app.web.means import Means

routes = router("beheer")


class FindingShown(Out):
    """One thing that was looked at: how it is, and what to do. `unseen`: it could not be looked at."""

    subject: str
    grade: Literal["ok", "warning", "wrong", "unseen"]
    code: str
    sentence: str
    remedy: str


class Examined(Out):
    """`ok`: nothing is wrong and nothing needs attention. Empty for a centre without an Asterisk."""

    ok: bool
    items: list[FindingShown]


@routes.get(
    "/doctor", summary="De telefooncentrale nakijken", operation_id="examine", openapi_extra=allow("admin"),
    responses=failures(),
)
async def get_examined(request: Request, me: Me, means: Backing) -> Examined:
    """Wat er aan de verbinding met Asterisk en aan Asterisk zelf mankeert, en wat eraan te doen is.

    Er gaat geen toestel van over; wel wordt in een lege kamer twee seconden stilte afgespeeld.
    """
    switch = means.switches.get(me.centre)
    if switch is None:
        return Examined(ok=True, items=[])
    language = language_of(request)
    found = [told(each, language) for each in await examine(await patient(means, me.centre, switch))]
    return Examined(
        ok=all(each.grade == "ok" for each in found),
        items=[
            FindingShown(subject=t.subject, grade=t.grade, code=t.code, sentence=t.sentence, remedy=t.do) for t in found
        ],
    )


async def patient(means: Means, centre: str, switch: Switch) -> Patient:
    """This Asterisk, and the way to it that this process has."""
    asterisk = switch.asterisk
    try:
        rest = asterisk.rest()
    except Uncertain:
        rest = None
    return Patient(
        centre=centre, settings=asterisk.settings, policy=await means.policy(centre), voices=asterisk.voices,
        rest=rest, now=means.clock(), link=switch.state, holder=await leases.holder(means.pool, f"{NAME}:{centre}"),
    )
