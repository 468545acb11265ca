"""Deny by default: a route opens only for the roles it names, and the token is checked before a body is read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine
from copy import copy
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from app.web.api.checks import References
from app.web.api.problems import Mistake, Mistakes, Problem, misshapen
from app.web.api.words import language_of
from app.web.auth import Role, User, bearer, user_of
from app.web.means import Means

ROLES = "x-roles"


def means_of(request: Request) -> Means:
    """What the API works with. Raises Problem 503 before the service has started."""
    means = getattr(request.app.state, "means", None)
    if not isinstance(means, Means):
        raise Problem(503, "unavailable", headers={"Retry-After": "2"})
    return means


def origin_of(request: Request) -> str:
    """The address a request came from."""
    return request.client.host if request.client is not None else ""


class GuardedRoute(APIRoute):
    """A route of the API; without roles nobody comes in."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The token first, then the role, only then what was sent."""
        handle, refuse = super().get_route_handler(), self._refusing()
        roles = (self.openapi_extra or {}).get(ROLES, ())
        known = {parameter.alias for parameter in self.dependant.query_params}

        async def guarded(request: Request) -> Response:
            user = await _authenticated(request)
            if user.role not in roles:
                raise Problem(403, "not_allowed")
            request.state.user = user
            wrong = await _queried(request, user, known)
            try:
                return await (refuse if wrong else handle)(request)
            except RequestValidationError as error:
                sent = await request.json() if self.body_field and not error.errors() else error.body
                raise Problem(400, "invalid", errors=await _everything(request, user, error, sent, wrong)) from None

        return guarded

    def _refusing(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Looks at the form of a request, and never does what it asks."""
        route = copy(self)
        route.dependant = replace(self.dependant, call=_refused)
        return APIRoute.get_route_handler(route)


async def _refused(**_given: object) -> None:
    raise RequestValidationError(())


async def _queried(request: Request, user: User, known: Collection[str]) -> Mistakes:
    """Parameters that the route does not have, else a slip of the pen would give the whole list; and unknown ids."""
    language, means = language_of(request), means_of(request)
    wrong = Mistakes(language)
    if query := request.query_params:
        for name in sorted(query.keys() - known):
            wrong(name, "unknown_parameter", "query")
        References(wrong, await means.policy(user.centre), language, means).check_query(
            {name: query[name] for name in query.keys() & known}
        )
    return wrong


async def _everything(
    request: Request, user: User, error: RequestValidationError, body: object, wrong: Mistakes
) -> list[Mistake]:
    """What is wrong with the form of a request, and with what else it says; `wrong` is what its query did."""
    language, means = language_of(request), means_of(request)
    form = misshapen(error, language)
    references = References(wrong, await means.policy(user.centre), language, means)
    references.check_all(body, {mistake.pointer for mistake in form})
    return wrong.beside(form)


async def _authenticated(request: Request) -> User:
    means = means_of(request)
    user = await user_of(means.pool, bearer(request.headers.get("authorization", "")))
    if user is not None:
        return user
    if means.failures.add(origin_of(request), asyncio.get_running_loop().time()):
        raise Problem(429, "too_many", headers={"Retry-After": "60"})
    raise Problem(401, "no_token", headers={"WWW-Authenticate": "Bearer"})


def allow(*roles: Role) -> dict[str, Any]:
    """For `openapi_extra` of a route: who may use it."""
    return {ROLES: list(roles)}


def router(tag: str) -> APIRouter:
    """A router whose routes are all guarded."""
    return APIRouter(route_class=GuardedRoute, tags=[tag])


def _user(request: Request) -> User:
    user: User = request.state.user
    return user


Me = Annotated[User, Depends(_user)]
Backing = Annotated[Means, Depends(means_of)]
