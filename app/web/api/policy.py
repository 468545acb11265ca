"""routing.yaml through the API: check, explain, activate, roll back, versions (design §6)."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated

from fastapi import Path, Request
from pydantic import Field

from app.call.policy import Policy
from app.policyfile import Checked, check
from app.policyfile.proving import check_and_prove
from app.policyfile.walking import Caller
from app.providers import numbers
from app.web.api.activation import Activated, activate, repeated
from app.web.api.checks import References
from app.web.api.door import Once
from app.web.api.guard import Backing, Me, allow, router
from app.web.api.problems import Mistake, Mistakes, Problem, failures
from app.web.api.shapes import In, Out, Plain, PolicyText, Reason, Version
from app.web.api.walk import Explained, explained
from app.web.api.words import language_of

routes = router("beheer")
Key = Annotated[str, Field(pattern="^[0-9]$")]


class PolicySent(In):
    """The text of a routing.yaml."""

    text: PolicyText


class PolicyMistake(Out):
    """One mistake or warning, with its line and a plain sentence."""

    line: int
    path: str
    sentence: str
    hint: str
    code: str


class PolicyChecked(Out):
    """`ok`: it may be activated. `tests` is how many of its own tests passed."""

    ok: bool
    version: str | None
    mistakes: list[PolicyMistake]
    warnings: list[PolicyMistake]
    tests: int


class Activation(In):
    """Put this text to use. `based_on` is the version it was made from: when another became active, nothing happens."""

    text: PolicyText
    reason: Reason
    based_on: Version | None = None


class RollBack(In):
    """Back to `version`, or to the one that was active before."""

    reason: Reason
    version: Version | None = None


class PolicyVersion(Out):
    """One version the centre has had."""

    version: str
    active: bool
    by: str
    reason: str
    created_at: datetime
    activated_at: datetime | None


class PolicyVersions(Out):
    """All of them, the latest first."""

    items: list[PolicyVersion]


class PolicyVersionText(PolicyVersion):
    """One version with its text."""

    text: str


class ExplainAsked(In):
    """What a caller does; `at` is like `di 10:15`, else now. With `text` a file that is not in use is tried."""

    number: Annotated[Plain, Field(min_length=1, max_length=40)]
    press: Annotated[tuple[Key, ...], Field(max_length=20)] = ()
    say: Annotated[Plain, Field(max_length=200)] = ""
    language: Annotated[str, Field(pattern="^([a-z]{2,3})?$")] = ""
    at: Annotated[Plain, Field(max_length=20)] = ""
    text: PolicyText | None = None


@routes.post(
    "/policy/check", summary="Routering nakijken", operation_id="checkPolicy", openapi_extra=allow("admin"),
    responses=failures(413),
)
async def check_policy(request: Request, sent: PolicySent) -> PolicyChecked:
    """Alle fouten tegelijk, met regel; ook de eigen proeven van het bestand worden gedaan."""
    return _told(await _checked(sent.text, language_of(request)))


@routes.post(
    "/policy/activate", summary="Routering in gebruik nemen", operation_id="activatePolicy",
    openapi_extra=allow("admin"), responses=failures(409, 413),
)
async def activate_policy(request: Request, asked: Activation, me: Me, means: Backing, once: Once = None) -> Activated:
    """Alleen zonder fouten en met geslaagde proeven. Lopende gesprekken houden de versie waarmee zij begonnen."""
    policy = _admitted(await _checked(asked.text, language_of(request)))
    if (done := await repeated(means, me, once)) is not None:
        return done
    await means.pool.execute(
        """INSERT INTO policies (centre, version, text, by, reason) VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (centre, version) DO NOTHING""",
        me.centre, policy.version, asked.text, me.actor, asked.reason,
    )
    return await activate(request, means, me, policy, reason=asked.reason, based_on=asked.based_on, once=once)


@routes.post(
    "/policy/roll-back", summary="Terug naar een eerdere routering", operation_id="rollBackPolicy",
    openapi_extra=allow("admin"), responses=failures(404, 409, 413),
)
async def roll_back(request: Request, asked: RollBack, me: Me, means: Backing, once: Once = None) -> Activated:
    """In één handeling; ook de oude versie moet zonder fouten zijn en zijn proeven halen."""
    if (done := await repeated(means, me, once)) is not None:
        return done
    active = (await means.centre(me.centre)).policy
    row = await means.pool.fetchrow(
        """SELECT version, text FROM policies
           WHERE centre = $1 AND CASE WHEN $3::text IS NULL THEN version <> $2 AND activated_at IS NOT NULL
                                      ELSE version = $3 END
           ORDER BY activated_at DESC LIMIT 1""",
        me.centre, active, asked.version,
    )
    if row is None:
        raise Problem(404, "not_found") if asked.version else Problem(409, "no_version")
    policy = _admitted(await _checked(row["text"], language_of(request)))
    return await activate(request, means, me, policy, reason=asked.reason, based_on=active, once=once)


@routes.get(
    "/policy/versions", summary="Versies van de routering", operation_id="listPolicyVersions",
    openapi_extra=allow("admin"), responses=failures(),
)
async def list_versions(me: Me, means: Backing) -> PolicyVersions:
    """Wie, wanneer en waarom."""
    active = (await means.centre(me.centre)).policy
    rows = await means.pool.fetch(
        """SELECT version, version = $2 AS active, by, reason, created_at, activated_at
           FROM policies WHERE centre = $1
           ORDER BY activated_at DESC NULLS LAST, created_at DESC LIMIT 200""",
        me.centre, active,
    )
    return PolicyVersions(items=[PolicyVersion(**row) for row in rows])


@routes.get(
    "/policy/versions/{version}", summary="Eén versie met haar tekst", operation_id="getPolicyVersion",
    openapi_extra=allow("admin"), responses=failures(404),
)
async def get_version(version: Annotated[Version, Path()], me: Me, means: Backing) -> PolicyVersionText:
    """Om na te lezen of te bewerken."""
    row = await means.pool.fetchrow(
        """SELECT version, version = $2 AS active, by, reason, created_at, activated_at, text
           FROM policies WHERE centre = $1 AND version = $3""",
        me.centre, (await means.centre(me.centre)).policy, version,
    )
    if row is None:
        raise Problem(404, "not_found")
    return PolicyVersionText(**row)


@routes.post(
    "/policy/explain", summary="Waar komt een beller uit, en waarom", operation_id="explainPolicy",
    openapi_extra=allow("supervisor", "admin", "switch"), responses=failures(413),
)
async def explain(request: Request, asked: ExplainAsked, me: Me, means: Backing) -> Explained:
    """Stap voor stap, met de regels; door dezelfde beslissingen als echte gesprekken.

    Een telefooncentrale die zelf doorverbindt, vraagt hier met een token `switch` naar welk loket een beller gaat.
    """
    if me.role == "switch" and asked.text is not None:
        raise Problem(403, "not_allowed")
    language = language_of(request)
    if asked.text is None:
        policy = await means.policy(me.centre)
    else:
        policy = _admitted(await asyncio.to_thread(check, asked.text, language=language))
    wrong = Mistakes(language)
    number = numbers.normal(asked.number)
    if not number:
        wrong("#/number", "not_phone")
    references = References(wrong, policy, language, means)
    references.check("language", asked.language)
    at = references.at(asked.at)
    wrong.tell()
    return explained(policy, Caller(number, at, asked.press, asked.say, asked.language), language)


async def _checked(text: str, language: str) -> Checked:
    """Off the event loop: a large file takes a moment."""
    return await asyncio.to_thread(check_and_prove, text, language=language)


def _admitted(checked: Checked) -> Policy:
    """The policy, or Problem 400 with every mistake and its line."""
    if checked.policy is None:
        raise Problem(400, "policy", errors=[
            Mistake(where="body", pointer="#/text", code=m.code, line=m.line,
                    detail=f"{m.sentence} ({m.hint})" if m.hint else m.sentence)
            for m in checked.mistakes
        ])
    return checked.policy


def _told(checked: Checked) -> PolicyChecked:
    def plain(mistakes: tuple[object, ...]) -> list[PolicyMistake]:
        names = ("line", "path", "sentence", "hint", "code")
        return [PolicyMistake(**{name: getattr(mistake, name) for name in names}) for mistake in mistakes]

    policy = checked.policy
    return PolicyChecked(
        ok=policy is not None, version=policy.version if policy is not None else None,
        mistakes=plain(checked.mistakes), warnings=plain(checked.warnings),
        tests=len(policy.tests) if policy is not None else 0,
    )
